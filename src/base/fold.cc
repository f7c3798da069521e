// SPDX-License-Identifier: EUPL-1.2
#include "base/fold.h"

#include <libstemmer.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <map>
#include <memory>

#include "base/check.h"

namespace lotse {
namespace {

// Letters that mean the same to a searching reader.
UChar32 levelled(UChar32 c) {
  // Digits of every script: a postcode is typed on the keyboard that one has.
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) return '0' + u_charDigitValue(c);
  // Tigrinya: the rows ሠ and ሰ, ፀ and ጸ are one sound each, written this way or that way by country.
  if (c >= 0x1220 && c <= 0x1227) return c + 0x10;
  if (c >= 0x1340 && c <= 0x1347) return c - 0x08;
  switch (c) {
    // Arabic: alef with its marks.
    case 0x0622:
    case 0x0623:
    case 0x0625:
    case 0x0671:
      return 0x0627;
    // Alef maksura, Persian yeh.
    case 0x0649:
    case 0x06CC:
      return 0x064A;
    // Persian kaf.
    case 0x06A9:
      return 0x0643;
    // Teh marbuta; heh as Persian, Kurdish and Urdu keyboards write it.
    case 0x0629:
    case 0x06BE:
    case 0x06C1:
    case 0x06D5:
      return 0x0647;
    // Turkish i without a dot.
    case 0x0131:
      return 'i';
    // Ukrainian ґ, Russian ё: often written г and е.
    case 0x0491:
      return 0x0433;
    case 0x0451:
      return 0x0435;
    // Tigrinya አ, which is written ኣ in Eritrea.
    case 0x12A0:
      return 0x12A3;
    default:
      return c;
  }
}

// The signs that are typed for an apostrophe, as they are after casefolding; U+02BC counts as a letter.
bool is_apostrophe(UChar32 c) {
  constexpr std::u32string_view kSigns = U"'`\u02B9\u02BB\u02BC\u02BD\u02C8\u2018\u2019\u201B\u2032";
  return kSigns.find(static_cast<char32_t>(c)) != kSigns.npos;
}

bool is_cyrillic(UChar32 c) {
  UErrorCode code = U_ZERO_ERROR;
  return uscript_getScript(c, &code) == USCRIPT_CYRILLIC && u_isalpha(c);
}

// In Ukrainian the apostrophe stands inside words (сім'я) and is left out in haste; elsewhere it stands
// between two (l'école, Türkiye'de).
bool joins_letters(const icu::UnicodeString& text, int32_t at) {
  return at > 0 && is_apostrophe(text.char32At(at)) && is_cyrillic(text.char32At(at - 1)) &&
         is_cyrillic(text.char32At(at + 1));
}

// Umlauts first, before accents are dropped: "ä" is "ae", while "é" is "e".
void append_written_out(std::string& out, UChar32 c) {
  switch (c) {
    case 0xE4:
      out += "ae";
      return;
    case 0xF6:
      out += "oe";
      return;
    case 0xFC:
      out += "ue";
      return;
    case 0xDF:
      out += "ss";
      return;
    default:
      break;
  }
  char buffer[4];
  int32_t n = 0;
  U8_APPEND_UNSAFE(buffer, n, c);
  out.append(buffer, static_cast<std::size_t>(n));
}

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode code = U_ZERO_ERROR;
  const auto* n = get(code);
  CHECK(U_SUCCESS(code));
  return *n;
}

icu::UnicodeString casefolded(std::string_view text) {
  UErrorCode code = U_ZERO_ERROR;
  const auto& n = normalizer(icu::Normalizer2::getNFKCCasefoldInstance);
  auto typed = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  // Normalising makes a blank and a mark of it; it is typed for an apostrophe.
  typed.findAndReplace(icu::UnicodeString(static_cast<UChar32>(0xB4)), icu::UnicodeString(u'\''));
  return n.normalize(typed, code);
}

void append_folded(std::string& out, UChar32 c) {
  if (c == 0xE4 || c == 0xF6 || c == 0xFC || c == 0xDF) return append_written_out(out, c);
  icu::UnicodeString parts;
  const auto& n = normalizer(icu::Normalizer2::getNFDInstance);
  if (!n.getDecomposition(c, parts)) parts = icu::UnicodeString(c);
  // Cyrillic й and ї are letters of their own, not accented и and і.
  if (c == 0x0439 || c == 0x0457) parts = icu::UnicodeString(c);
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 p = levelled(parts.char32At(i));
    if (u_charType(p) == U_NON_SPACING_MARK) continue;
    append_written_out(out, p);
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* s = reinterpret_cast<const uint8_t*>(text.data());
  const auto n = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < n;) {
    UChar32 c = 0;
    U8_NEXT(s, i, n, c);
    if (c <= 0) return false;
  }
  return true;
}

std::string fold(std::string_view text) {
  const icu::UnicodeString folded = casefolded(text);
  std::string out;
  out.reserve(text.size() + 8);
  bool blank = false;
  for (int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 c = folded.char32At(i);
    const auto type = u_charType(c);
    if (type == U_NON_SPACING_MARK || c == 0x0640) continue;  // vowel signs and the Arabic lengthening stroke
    if (joins_letters(folded, i)) continue;
    if (!u_isalnum(c) || is_apostrophe(c)) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    append_folded(out, c);
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = fold(text);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < folded.size();) {
    const auto end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words.emplace_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string stem(std::string_view word, std::string_view language) {
  static const std::map<std::string_view, const char*> kNames{
      {"de", "german"}, {"en", "english"}, {"ru", "russian"}, {"ro", "romanian"}, {"tr", "turkish"}};
  const auto name = kNames.find(language.substr(0, language.find('-')));
  if (name == kNames.end()) return std::string(word);
  struct Free {
    void operator()(sb_stemmer* s) const { sb_stemmer_delete(s); }
  };
  thread_local std::map<const char*, std::unique_ptr<sb_stemmer, Free>> stemmers;
  auto& stemmer = stemmers[name->second];
  if (!stemmer) stemmer.reset(sb_stemmer_new(name->second, "UTF_8"));
  CHECK(stemmer != nullptr);
  const auto* out = sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                                    static_cast<int>(word.size()));
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
}

std::string_view trimmed(std::string_view t) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  for (;;) {
    const auto before = t.size();
    while (!t.empty() && kBlank.find(t.front()) != kBlank.npos) t.remove_prefix(1);
    while (!t.empty() && kBlank.find(t.back()) != kBlank.npos) t.remove_suffix(1);
    if (t.substr(0, 2) == "\xC2\xA0") t.remove_prefix(2);
    if (t.size() >= 2 && t.substr(t.size() - 2) == "\xC2\xA0") t.remove_suffix(2);
    if (t.size() == before) return t;
  }
}

bool has_bidi_control(std::string_view text) {
  const auto* s = reinterpret_cast<const uint8_t*>(text.data());
  const auto n = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < n;) {
    UChar32 c = 0;
    U8_NEXT(s, i, n, c);
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F ||
        c == 0x061C)
      return true;
  }
  return false;
}

std::size_t length(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

}  // namespace lotse
