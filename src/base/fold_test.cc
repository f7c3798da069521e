// SPDX-License-Identifier: EUPL-1.2
#include "base/fold.h"

#include <gtest/gtest.h>

#include <random>

namespace lotse {
namespace {

std::string utf8(char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 63)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

TEST(Fold, GermanUmlautsAreWrittenOut) {
  EXPECT_EQ(fold("Ärger Öl über Straße GROẞ"), "aerger oel ueber strasse gross");
  EXPECT_EQ(fold("Müller"), fold("MUELLER"));
  EXPECT_EQ(fold("Mu\xCC\x88ller"), fold("Müller"));  // u and a combining diaeresis, as macOS writes it
  EXPECT_EQ(fold("Weißwasser"), fold("WEISSWASSER"));
  EXPECT_EQ(fold("\xEF\xBC\xA1\xEF\xBC\xA2"), "ab");  // full width
}

TEST(Fold, OtherAccentsAreDropped) {
  EXPECT_EQ(fold("Café Éva Łódź Žitná çà ñ ø"), "cafe eva łodz zitna ca n ø");
  EXPECT_EQ(fold("Iași Timişoara Ștefan Ţară ț"), "iasi timisoara stefan tara t");
  EXPECT_EQ(fold("școală"), fold("şcoală"));  // comma and cedilla
  EXPECT_EQ(fold("Türkiye'de IŞIK ışık İstanbul istanbul"), "tuerkiye de isik isik istanbul istanbul");
  EXPECT_EQ(fold("Kurdî Êzidî şîn"), "kurdi ezidi sin");
}

TEST(Fold, UkrainianAndRussianLettersStayApart) {
  EXPECT_EQ(fold("Київ"), "київ");
  EXPECT_EQ(fold("Йога"), "йога");
  EXPECT_NE(fold("йога"), fold("иога"));
  EXPECT_EQ(fold("и\xCC\x86"
                 "ога"),
            fold("йога"));  // decomposed
  EXPECT_EQ(fold("Ґанок"), "ганок");
  EXPECT_EQ(fold("Ёлка"), fold("елка"));
  EXPECT_EQ(fold("при\xCC\x81"
                 "клад"),
            "приклад");  // stress mark
  EXPECT_NE(fold("їжа"), fold("іжа"));
}

TEST(Fold, TheUkrainianApostropheMayBeTypedInAnyWayOrLeftOut) {
  for (const char* typed : {"сім'я", "сім’я", "сімʼя", "сім`я", "сім´я", "сім′я", "СІМ‘Я", "сім＇я", "сімя"})
    EXPECT_EQ(fold(typed), "сімя") << typed;
  EXPECT_EQ(words_of("п’ять об'єктів"), (std::vector<std::string>{"пять", "обєктів"}));
  EXPECT_EQ(words_of("'сім'я' і 'дім'"),
            (std::vector<std::string>{"сімя", "і", "дім"}));  // as quotation marks
}

TEST(Fold, ElsewhereAnApostropheStandsBetweenTwoWords) {
  EXPECT_EQ(fold("Türkiye'de Türkiye’de"), "tuerkiye de tuerkiye de");
  EXPECT_EQ(fold("l’école d'été"), "l ecole d ete");
  EXPECT_EQ(fold("ከም'ዚ"), "ከም ዚ");
  EXPECT_EQ(fold("geht's Cafe'"), "geht s cafe");
  EXPECT_EQ(fold("Wi-Fi’я"), "wi fi я");
}

TEST(Fold, ArabicAndPersianLettersAreLevelled) {
  EXPECT_EQ(fold("أحمد"), fold("احمد"));
  EXPECT_EQ(fold("إسلام آب ٱلله"), fold("اسلام اب الله"));
  EXPECT_EQ(fold("كتاب"), fold("کتاب"));        // Arabic and Persian kaf
  EXPECT_EQ(fold("علي"), fold("علی"));          // Arabic and Persian yeh
  EXPECT_EQ(fold("مستشفى"), fold("مستشفي"));    // alef maksura
  EXPECT_EQ(fold("مدرسة"), fold("مدرسه"));      // teh marbuta
  EXPECT_EQ(fold("مُحَمَّد"), "محمد");              // vowel signs
  EXPECT_EQ(fold("محـــمد"), "محمد");           // lengthening stroke
  EXPECT_EQ(fold("\xEF\xBB\xBB"), fold("لا"));  // ligature lam-alef as one character
}

TEST(Fold, HehIsTheSameOnEveryKeyboard) {
  EXPECT_EQ(fold("خانۀ ما"), fold("خانه ما"));
  EXPECT_EQ(fold("خانهٔ ما"), fold("خانه ما"));
  EXPECT_EQ(fold("ھاوڕێ"), fold("هاوڕێ"));
  EXPECT_EQ(fold("مسئول"), fold("مسيول"));  // yeh with hamza
}

TEST(Fold, DigitsOfEveryScriptAreTheSame) {
  EXPECT_EQ(fold("٤٦٣٩٥"), "46395");  // Arabic
  EXPECT_EQ(fold("۴۶۳۹۵"), "46395");  // Persian
}

TEST(Fold, TigrinyaIsWrittenAlikeInBothCountries) {
  EXPECT_EQ(fold("ፀሓይ"), fold("ጸሓይ"));
  EXPECT_EQ(fold("ሠራሕተኛ"), fold("ሰራሕተኛ"));
  EXPECT_EQ(fold("አብ"), fold("ኣብ"));
  EXPECT_NE(fold("ሓደ"), fold("ሃደ"));
  EXPECT_NE(fold("ኣብ"), fold("ዓብ"));
}

TEST(Fold, ZeroWidthCharactersVanish) {
  EXPECT_EQ(fold("می\xE2\x80\x8C"
                 "خواهم"),
            fold("میخواهم"));                               // ZWNJ
  EXPECT_EQ(fold("Kinder\xC2\xADgarten"), "kindergarten");  // soft hyphen
  EXPECT_EQ(fold("a\xE2\x80\x8B"
                 "b"),
            "ab");  // zero width space
  EXPECT_EQ(fold("\xE2\x80\xAE"
                 "abc\xE2\x80\xAC"),
            "abc");
}

TEST(Fold, EthiopicAndDigitsStay) {
  EXPECT_EQ(fold("ትግርኛ 2026"), "ትግርኛ 2026");
  EXPECT_EQ(fold("m² ½ №5"), fold("m2 1⁄2 no5"));
}

TEST(Fold, OneBlankBetweenWordsNoneAtTheEnds) {
  EXPECT_EQ(fold("  Eltern-Kind-Gruppe,\t(0–3 Jahre)!\n"), "eltern kind gruppe 0 3 jahre");
  EXPECT_EQ(fold(""), "");
  EXPECT_EQ(fold(" -–—!\xF0\x9F\x91\xAA "), "");
  EXPECT_EQ(words_of("  a b  a\n"), (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_TRUE(words_of("...").empty());
}

TEST(Fold, BrokenUtf8DoesNoHarm) {
  for (const char* broken : {"\xFF", "a\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\x80"})
    EXPECT_TRUE(is_utf8(fold(broken)));
}

// What is stored was folded once, what is typed is folded once: a second folding must change nothing
// anywhere.
TEST(Fold, IsIdempotentOverEveryLetter) {
  for (char32_t c = 1; c < 0x30000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const std::string once = fold("a" + utf8(c) + "b");
    ASSERT_EQ(fold(once), once) << "U+" << std::hex << static_cast<unsigned>(c);
  }
}

TEST(Fold, IsIdempotentOverRandomStrings) {
  std::mt19937 random(20261122);
  const std::vector<std::pair<char32_t, char32_t>> blocks{
      {0x20, 0x7E},   {0xA0, 0x24F},    {0x300, 0x36F},   {0x370, 0x52F},   {0x5D0, 0x6FF},
      {0x900, 0xDFF}, {0x1100, 0x137F}, {0x1E00, 0x206F}, {0xAC00, 0xAC80}, {0xFB1D, 0xFEFF}};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int n = std::uniform_int_distribution(0, 12)(random); n > 0; --n) {
      const auto& [from, to] = blocks[random() % blocks.size()];
      text += utf8(static_cast<char32_t>(from + random() % (to - from + 1)));
    }
    const std::string once = fold(text);
    ASSERT_EQ(fold(once), once) << testing::PrintToString(text);
    ASSERT_TRUE(is_utf8(once));
    ASSERT_EQ(once.find("  "), std::string::npos);
    ASSERT_TRUE(once.empty() || (once.front() != ' ' && once.back() != ' '));
  }
}

TEST(Stem, DropsEndingsOfTheLanguagesWeStem) {
  EXPECT_EQ(stem("kindergruppen", "de"), stem("kindergruppe", "de"));
  EXPECT_EQ(stem("kindergruppen", "de-x-simple"), stem("kindergruppe", "de"));
  EXPECT_EQ(stem("courses", "en"), stem("course", "en"));
  EXPECT_EQ(stem("курсы", "ru"), stem("курс", "ru"));
  EXPECT_EQ(stem("cursuri", "ro"), stem("cursurile", "ro"));
  EXPECT_EQ(stem("evler", "tr"), stem("ev", "tr"));
  for (const char* language : {"uk", "ar", "fa", "ku", "ti", "bg", "", "dex"})
    EXPECT_EQ(stem("kindergruppen", language), "kindergruppen");
  EXPECT_EQ(stem("", "de"), "");
}

TEST(Text, TrimmedTakesNoBreakSpacesToo) {
  EXPECT_EQ(trimmed(" \t\r\n\xC2\xA0 a b \xC2\xA0\v\f"), "a b");
  EXPECT_EQ(trimmed("\xC2\xA0"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("ä"), "ä");
  EXPECT_EQ(trimmed("\xC2"), "\xC2");
}

TEST(Text, BidiControlsAreFound) {
  for (const char* bad : {"a\xE2\x80\xAE"
                          "b",
                          "\xE2\x80\xAA", "\xE2\x80\xAC", "\xE2\x81\xA6", "\xE2\x81\xA9", "\xE2\x80\x8E",
                          "\xE2\x80\x8F", "x\xD8\x9C"})
    EXPECT_TRUE(has_bidi_control(bad)) << testing::PrintToString(bad);
  for (const char* good : {"", "abc", "مرحبا 123",
                           "می\xE2\x80\x8C"
                           "خواهم",
                           "\xE2\x80\xA9", "\xFF"})
    EXPECT_FALSE(has_bidi_control(good)) << testing::PrintToString(good);
}

TEST(Text, Utf8WithoutNul) {
  for (const char* good : {"", "abc", "äß", "Київ", "ትግርኛ", "\xF0\x9F\x91\xAA", "\xF4\x8F\xBF\xBF", "\x01"})
    EXPECT_TRUE(is_utf8(good));
  for (const char* bad : {"\xC3", "\xC3(", "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "a\xE2\x82"})
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
  EXPECT_FALSE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Text, LengthCountsCharacters) {
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("äß€"), 3u);
  EXPECT_EQ(length("\xF0\x9F\x91\xAA"
                   "a"),
            2u);
}

}  // namespace
}  // namespace lotse
