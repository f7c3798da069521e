// SPDX-License-Identifier: EUPL-1.2
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "alike/alike.h"
#include "base/check.h"
#include "base/fold.h"

namespace lotse::alike {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Hebrew, Arabic, Syriac, Thaana: U+0580 to U+07FF.
bool is_bare(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0xD6 && static_cast<unsigned char>(c) <= 0xDF;
  });
}

// As ICU writes it; each thread has its own, for one is used by one at a time.
std::string latin(const std::string& folded) {
  if (is_ascii(folded)) return folded;
  thread_local const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode code = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, code));
    CHECK(U_SUCCESS(code) && made);
    return made;
  }();
  auto text = icu::UnicodeString::fromUTF8(folded);
  rules->transliterate(text);
  std::string made, kept;
  text.toUTF8String(made);
  for (const char c : fold(made))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) kept += c;
  return kept.empty() ? folded : kept;
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

struct Spelling {
  std::string_view from, to;
};
// The longer ones first.
constexpr Spelling kSpellings[] = {
    {"tsch", "c"}, {"sch", "s"}, {"tch", "c"}, {"ch", "c"}, {"sh", "s"}, {"zh", "z"}, {"kh", "h"},
    {"ts", "z"},   {"tz", "z"},  {"ph", "f"},  {"th", "t"}, {"dt", "t"}, {"ck", "k"}, {"qu", "kv"},
    {"ae", "a"},   {"oe", "o"},  {"ue", "u"},  {"x", "ks"}, {"w", "v"},  {"y", "i"},  {"j", "i"}};

std::string sound_of(std::string_view text) {
  std::string sound;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    const auto* rule = std::find_if(std::begin(kSpellings), std::end(kSpellings),
                                    [&](const Spelling& each) { return rest.starts_with(each.from); });
    const bool found = rule != std::end(kSpellings);
    for (const char c : found ? rule->to : rest.substr(0, 1))
      if (sound.empty() || sound.back() != c) sound += c;
    at += found ? rule->from.size() : 1;
  }
  return sound;
}

// The digit of one letter between its neighbours; '-' where it has none.
char koelner_digit(char before, char c, char after, bool first) {
  if (is_one_of(c, "aeijouy")) return '0';
  if (c == 'h') return '-';
  if (c == 'b' || (c == 'p' && after != 'h')) return '1';
  if (c == 'd' || c == 't') return is_one_of(after, "csz") ? '8' : '2';
  if (is_one_of(c, "fpvw")) return '3';
  if (is_one_of(c, "gkq")) return '4';
  if (c == 'c') {
    if (first) return is_one_of(after, "ahkloqrux") ? '4' : '8';
    return !is_one_of(before, "sz") && is_one_of(after, "ahkoqux") ? '4' : '8';
  }
  if (c == 'l') return '5';
  if (c == 'm' || c == 'n') return '6';
  if (c == 'r') return '7';
  return is_one_of(c, "sz") ? '8' : '-';
}

std::string koelner(std::string_view text) {
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char before = at > 0 ? text[at - 1] : ' ', after = at + 1 < text.size() ? text[at + 1] : ' ';
    if (text[at] == 'x') {
      digits += is_one_of(before, "ckq") ? "8" : "48";
    } else if (const char digit = koelner_digit(before, text[at], after, at == 0); digit != '-') {
      digits += digit;
    }
  }
  digits.erase(std::unique(digits.begin(), digits.end()), digits.end());
  for (std::size_t at = 1; at < digits.size();)
    if (digits[at] == '0')
      digits.erase(at, 1);
    else
      ++at;
  return digits;
}

// What is left without vowels and the letters that stand for long ones. Sounds that such a script writes with
// one letter, or that are written in two ways, are one.
std::string bones_of(std::string_view text) {
  constexpr std::string_view kFrom = "cqzpv", kTo = "kksbf";
  std::string bones;
  const auto add = [&](char c) {
    if (bones.empty() || bones.back() != c) bones += c;
  };
  for (const char c : text) {
    if (is_one_of(c, "aeiouyjwh") || c < 'a' || c > 'z') continue;
    if (c == 'x') add('k');
    const auto at = kFrom.find(c);
    add(c == 'x' ? 's' : at == kFrom.npos ? c : kTo[at]);
  }
  return bones;
}

template <std::size_t N>
void put(std::array<char, N>& into, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), N), into.begin());
}

}  // namespace

std::vector<Word> words_of_name(std::string_view name, std::size_t most) {
  std::vector<Word> words;
  for (const auto& folded : words_of(name)) {
    if (words.size() == most) break;
    const std::string text = latin(folded);
    Word word;
    put(word.text, text);
    put(word.sound, sound_of(text));
    put(word.code, koelner(text));
    put(word.bones, bones_of(text));
    word.bare = is_bare(folded);
    word.text_size = static_cast<std::uint8_t>(std::min(text.size(), word.text.size()));
    word.sound_size =
        static_cast<std::uint8_t>(std::find(word.sound.begin(), word.sound.end(), '\0') - word.sound.begin());
    for (const char c : word.sound)
      if (c >= 'a' && c <= 'z') word.letters |= 1u << (c - 'a');
    words.push_back(word);
  }
  return words;
}

std::uint64_t telephone(std::string_view text) {
  const bool international = trimmed(text).starts_with('+');
  std::string digits;
  for (const char c : fold(text))
    if (c >= '0' && c <= '9') digits += c;
  if (!international) {
    if (digits.starts_with("00"))
      digits.erase(0, 2);
    else if (digits.starts_with('0'))
      digits.replace(0, 1, "49");
  }
  if (digits.starts_with("490")) digits.erase(2, 1);  // "+49 (0) 30"
  if (digits.size() < 5 || digits.size() > 15) return 0;
  return std::stoull(digits);
}

}  // namespace lotse::alike
