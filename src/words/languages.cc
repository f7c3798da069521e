// SPDX-License-Identifier: EUPL-1.2
// Which languages there are, and which one a browser asks for.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/check.h"
#include "base/fold.h"
#include "words/words.h"

namespace lotse::words {
namespace {

constexpr std::size_t kOffered = 12;

// English is British: day before month, Monday first. The pseudo-locales come after those that are offered.
constexpr std::array<Language, kOffered + 2> kLanguages{{
    {"de", "de", "Deutsch", false, "deu", "de_DE@calendar=gregorian;numbers=latn"},
    {"de-x-simple", "de", "Leichte Sprache", false, "deu", "de_DE@calendar=gregorian;numbers=latn"},
    {"en", "en", "English", false, "eng", "en_GB@calendar=gregorian;numbers=latn"},
    {"uk", "uk", "Українська", false, "ukr", "uk@calendar=gregorian;numbers=latn"},
    {"ru", "ru", "Русский", false, "rus", "ru@calendar=gregorian;numbers=latn"},
    {"ar", "ar", "العربية", true, "ara", "ar@calendar=gregorian;numbers=latn"},
    {"fa", "fa", "فارسی", true, "pes", "fa@calendar=gregorian;numbers=latn"},
    {"tr", "tr", "Türkçe", false, "tur", "tr@calendar=gregorian;numbers=latn"},
    {"bg", "bg", "Български", false, "bul", "bg@calendar=gregorian;numbers=latn"},
    {"ro", "ro", "Română", false, "ron", "ro@calendar=gregorian;numbers=latn"},
    {"ku", "ku", "Kurdî (Kurmancî)", false, "kmr", "ku@calendar=gregorian;numbers=latn"},
    {"ti", "ti", "ትግርኛ", false, "tir", "ti@calendar=gregorian;numbers=latn"},
    {"en-XA", "en-XA", "[Éñĝļîšĥ]", false, "eng", "en_GB@calendar=gregorian;numbers=latn"},
    {"ar-XB", "ar-XB", "ينغليسه", true, "eng", "en_GB@calendar=gregorian;numbers=latn"},
}};

constexpr std::array<Language, 2> kStaff{kLanguages[0], kLanguages[2]};

// What browsers and phones send for languages that we have under another tag.
struct Alias {
  std::string_view from, to;
};
constexpr Alias kAliases[] = {{"kur", "ku"}, {"prs", "fa"}, {"fas", "fa"}, {"mo", "ro"},
                              {"apc", "ar"}, {"arb", "ar"}, {"arz", "ar"}, {"ajp", "ar"}};

struct Range {
  std::string tag;  // in small letters
  int weight = 0;   // thousandths
};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "0", "0.5", "1.000" as thousandths (RFC 9110, 12.4.2).
std::optional<int> weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = text[0] - '0';
  for (std::size_t i = 2; i < 5; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

std::optional<Range> range_of(std::string_view item) {
  const auto semicolon = item.find(';');
  const auto tag = trimmed(item.substr(0, semicolon));
  if (tag.empty() || tag.size() > 35) return std::nullopt;
  Range range{{}, 1000};
  for (const char c : tag) {
    const char s = small(c);
    if (!((s >= 'a' && s <= 'z') || (s >= '0' && s <= '9') || s == '-' || s == '*')) return std::nullopt;
    range.tag += s;
  }
  if (semicolon == item.npos) return range;
  const auto parameter = trimmed(item.substr(semicolon + 1));
  if (parameter.size() < 3 || small(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
  const auto weight = weight_of(parameter.substr(2));
  if (!weight) return std::nullopt;
  range.weight = *weight;
  return range;
}

const Language* offered(std::string_view tag) {
  for (const auto& [from, to] : kAliases) {
    if (tag == from) tag = to;
  }
  for (const Language& l : languages()) {
    if (l.tag != "de-x-simple" && (l.tag == tag || l.iso639_3 == tag)) return &l;
  }
  return nullptr;
}

// RFC 4647, 3.4: the range loses subtags from its end until something fits.
const Language* lookup(std::string_view range) {
  while (!range.empty()) {
    if (const auto* found = offered(range)) return found;
    const auto dash = range.rfind('-');
    if (dash == range.npos) break;
    range = range.substr(0, dash);
  }
  return nullptr;
}

}  // namespace

std::span<const Language> languages() { return std::span(kLanguages).first(kOffered); }

std::span<const Language> staff_languages() { return kStaff; }

const Language* language(std::string_view tag) {
  const auto* found =
      std::find_if(kLanguages.begin(), kLanguages.end(), [&](const Language& l) { return l.tag == tag; });
  return found == kLanguages.end() ? nullptr : found;
}

const Language& german() { return kLanguages[0]; }

const Language& negotiate(std::string_view header) {
  // Browsers send a handful; whoever sends more gets no answer beyond the first thirty.
  constexpr std::size_t kMost = 30;
  std::vector<Range> ranges;
  while (!header.empty() && ranges.size() < kMost) {
    const auto comma = header.find(',');
    if (auto range = range_of(header.substr(0, comma)); range && range->weight > 0)
      ranges.push_back(std::move(*range));
    header = comma == header.npos ? std::string_view{} : header.substr(comma + 1);
  }
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const Range& a, const Range& b) { return a.weight > b.weight; });
  for (const Range& range : ranges) {
    if (range.tag == "*") break;
    if (const auto* found = lookup(range.tag)) return *found;
  }
  return german();
}

}  // namespace lotse::words
