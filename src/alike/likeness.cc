// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <bit>
#include <cstdlib>

#include "alike/alike.h"

namespace lotse::alike {
namespace {

// Slips that are forgiven, by the length of the longer word: in short words, one makes another name.
int forgiven(int length) { return length < 4 ? 0 : length < 8 ? 1 : 2; }

// Letters left out, put in, put for another, or changed about with their neighbour (optimal string
// alignment).
int distance(std::string_view a, std::string_view b) {
  std::array<std::array<int, 33>, 3> rows;
  for (std::size_t k = 0; k <= b.size(); ++k) rows[0][k] = static_cast<int>(k);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& now = rows[i % 3];
    const auto &last = rows[(i + 2) % 3], &before = rows[(i + 1) % 3];
    now[0] = static_cast<int>(i);
    for (std::size_t k = 1; k <= b.size(); ++k) {
      now[k] = std::min({last[k] + 1, now[k - 1] + 1, last[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1)});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        now[k] = std::min(now[k], before[k - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

int apart(int a, int b) { return std::abs(a - b); }

}  // namespace

int likeness(const Word& asked, const Word& had) {
  if (asked.text == had.text) return 100;
  if (asked.sound == had.sound) return 95;
  const int most = forgiven(std::max(asked.sound_size, had.sound_size));
  // Each slip changes two letters at most: what differs in more is not looked at.
  if (most > 0 && apart(asked.sound_size, had.sound_size) <= most &&
      std::popcount(asked.letters ^ had.letters) <= 2 * most)
    if (const int slips =
            distance({asked.sound.data(), asked.sound_size}, {had.sound.data(), had.sound_size});
        slips <= most)
      return 95 - 10 * slips;
  if (asked.text_size >= 3 && asked.text_size < had.text_size &&
      std::equal(asked.text.begin(), asked.text.begin() + asked.text_size, had.text.begin()))
    return 80;
  if (asked.code[1] != '\0' && asked.code == had.code && apart(asked.text_size, had.text_size) <= 2)
    return 70;
  if ((asked.bare || had.bare) && asked.bones[1] != '\0' && asked.bones == had.bones) return 70;
  return 0;
}

int likeness(const Day& asked, const Day& had) {
  if (asked == had) return 100;
  if (asked.year == had.year && asked.month == had.day && asked.day == had.month) return 60;
  const std::string a = asked.text(), b = had.text();
  int differ = a.size() == b.size() ? 0 : 2;
  for (std::size_t i = 0; differ < 2 && i < a.size(); ++i) differ += a[i] != b[i];
  return differ == 1 ? 60 : 0;
}

int likeness_of_phones(std::uint64_t asked, std::uint64_t had) {
  if (asked == had) return 100;
  const std::uint64_t shorter = std::min(asked, had), longer = std::max(asked, had);
  if (shorter < 100'000) return 0;
  std::uint64_t above = 1;
  while (above <= shorter) above *= 10;
  return longer % above == shorter ? 80 : 0;
}

int likeness_of_rest(const Question& asked, std::span<const std::uint64_t> phones, std::optional<Day> born) {
  int whole = 100;
  if (asked.phone != 0) {
    int best = 0;
    for (const auto each : phones) best = std::max(best, likeness_of_phones(asked.phone, each));
    whole = best;
  }
  if (!asked.born) return whole;
  if (born) return whole * likeness(*asked.born, *born) / 100;
  const bool alone = asked.words.empty() && asked.phone == 0;
  return alone ? 0 : whole * 9 / 10;
}

int likeness(const Question& asked, const Person& had) {
  if (asked.empty()) return 0;
  const int words =
      likeness_of_words(asked.words.size(), had.words.size(),
                        [&](std::size_t i, std::size_t k) { return likeness(asked.words[i], had.words[k]); });
  return words == 0 ? 0 : words * likeness_of_rest(asked, had.phones, had.born) / 100;
}

}  // namespace lotse::alike
