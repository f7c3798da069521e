// SPDX-License-Identifier: EUPL-1.2
#include "words/pseudo.h"

#include <array>

namespace lotse::words {
namespace {

using Alphabet = std::array<std::string_view, 26>;

constexpr Alphabet kSmall{"å", "ƀ", "ç", "đ", "é", "ƒ", "ĝ", "ĥ", "î", "ĵ", "ķ", "ļ", "ɱ",
                          "ñ", "ö", "þ", "ǫ", "ŕ", "š", "ţ", "ü", "ṽ", "ŵ", "ẋ", "ý", "ž"};
constexpr Alphabet kCapital{"Å", "Ɓ", "Ç", "Đ", "É", "Ƒ", "Ĝ", "Ĥ", "Î", "Ĵ", "Ķ", "Ļ", "Ṁ",
                            "Ñ", "Ö", "Þ", "Ǫ", "Ŕ", "Š", "Ţ", "Û", "Ṽ", "Ŵ", "Ẋ", "Ý", "Ž"};
// Real right-to-left letters, not control characters: they also try the fonts and the joining of letters.
constexpr Alphabet kArabic{"ا", "ب", "ث", "د", "ي", "ف", "غ", "ه", "ي", "ج", "ك", "ل", "م",
                           "ن", "و", "پ", "ق", "ر", "س", "ت", "و", "ڤ", "و", "خ", "ي", "ز"};

std::string_view replaced(char c, bool arabic) {
  if (c >= 'a' && c <= 'z') return (arabic ? kArabic : kSmall)[static_cast<std::size_t>(c - 'a')];
  if (c >= 'A' && c <= 'Z') return (arabic ? kArabic : kCapital)[static_cast<std::size_t>(c - 'A')];
  return {};
}

}  // namespace

bool is_pseudo(const Language& language) { return language.tag == "en-XA" || language.tag == "ar-XB"; }

std::string pseudo(const Language& language, std::string_view text) {
  if (text.empty()) return {};
  const bool arabic = language.tag == "ar-XB";
  std::string out = arabic ? "" : "[";
  std::size_t letters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char close = text[i] == '{' ? '}' : text[i] == '<' ? '>' : '\0';
    const auto end = close ? text.find(close, i) : text.npos;
    if (end != text.npos) {
      out += text.substr(i, end + 1 - i);
      i = end;
      continue;
    }
    const auto letter = replaced(text[i], arabic);
    if (letter.empty())
      out += text[i];
    else
      out += letter;
    if ((text[i] & 0xC0) != 0x80) ++letters;
  }
  if (arabic) return out;
  // What translations need more than English, in words so that lines may break.
  const std::size_t more = (letters * 35 + 99) / 100;
  for (std::size_t i = 0; i < more; ++i) out += i % 8 == 0 ? ' ' : '~';
  return out + "]";
}

}  // namespace lotse::words
