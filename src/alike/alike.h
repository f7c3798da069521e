// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

/**
 * Which names may be the same person's: written in other scripts and spellings, with a slip of the finger, or
 * as they sound. Pure. It ranks how alike writings are, never persons; whether it is her, a human decides.
 */
namespace lotse::alike {

/**
 * A word of a name in the forms that are compared. Fixed in size, so that it can be wiped where it lies; what
 * is longer is cut off, which makes long words more alike, never less.
 */
struct Word {
  std::array<char, 32> text{};   // folded and in Latin letters; as folded where there are none
  std::array<char, 32> sound{};  // spellings of one sound made one: sch, sh; w, v; doubled letters
  std::array<char, 12> code{};   // Koelner Phonetik (H. J. Postel, IBM-Nachrichten 19, 1969)
  std::array<char, 12> bones{};  // consonants, for scripts that leave out short vowels
  std::uint32_t letters = 0;     // of `sound`, a bit for each of a to z
  std::uint8_t text_size = 0, sound_size = 0;
  bool bare = false;  // comes from a script without short vowels
  bool operator==(const Word&) const = default;
};

/** Words of a name that count; further ones are left out. */
inline constexpr std::size_t kMostWords = 6;

/** The words of a name in any script; at most `most`. */
std::vector<Word> words_of_name(std::string_view name, std::size_t most = kMostWords);

/** From 0 (another word) to 100 (the same). Not symmetric: the beginning of a word is like the word. */
int likeness(const Word& asked, const Word& had);

/**
 * A telephone number as digits from the country's on, so that its spellings are equal; without a country's
 * number it is a German one (E.164, DIN 5008). 0 where it has fewer than 5 or more than 15 digits.
 */
std::uint64_t telephone(std::string_view text);

/** What is known of one person. */
struct Person {
  std::vector<Word> words;
  std::vector<std::uint64_t> phones;
  std::optional<Day> born;
};

/** What is asked; all that is given must fit, except that a day of birth which is not known hinders nobody.
 */
struct Question {
  std::vector<Word> words;
  std::uint64_t phone = 0;  // also the end of one, from 6 digits on
  std::optional<Day> born;
  bool empty() const { return words.empty() && phone == 0 && !born; }
};

/** Of a day of birth: 100 the same, 60 with day and month changed about or one digit wrong, else 0. */
int likeness(const Day& asked, const Day& had);
/** 100 the same, 80 one is the end of the other, else 0. */
int likeness_of_phones(std::uint64_t asked, std::uint64_t had);

/** From 0 (does not fit) to 100. `best` tells the likeness of asked word number `i` and word `k` of hers. */
template <class Best>
int likeness_of_words(std::size_t asked, std::size_t had, Best&& best) {
  if (asked == 0) return 100;
  int sum = 0;
  std::uint32_t used = 0;
  for (std::size_t i = 0; i < asked; ++i) {
    int most = 0;
    std::size_t which = 0;
    for (std::size_t k = 0; k < had; ++k)
      if (const int here = (used >> k & 1u) != 0 ? 0 : best(i, k); here > most) {
        most = here;
        which = k;
      }
    if (most == 0) return 0;
    used |= 1u << which;
    sum += most;
  }
  return sum / static_cast<int>(asked);
}

/** The same of what is asked beside words, 100 where that is nothing. */
int likeness_of_rest(const Question& asked, std::span<const std::uint64_t> phones, std::optional<Day> born);

/** The whole of it: from 0 (does not fit) to 100. */
int likeness(const Question& asked, const Person& had);

}  // namespace lotse::alike
