// SPDX-License-Identifier: EUPL-1.2
#include "interchange/language_text.h"

#include <gtest/gtest.h>

namespace lotse::interchange {
namespace {

std::string shown(std::string_view text) {
  const auto read = read_languages(text);
  std::string out;
  for (const auto& l : read.languages) {
    out += (out.empty() ? "" : ", ") + l.name + "=" + (l.code.empty() ? "?" : l.code);
    if (!l.note.empty()) out += "(" + l.note + ")";
  }
  for (const auto& code : read.interpreters) out += " +" + code;
  if (read.interpreter_on_request) out += " *";
  if (!read.remarks.empty()) out += (read.interpreter_on_request ? "" : " ") + read.remarks;
  if (!read.unclear.empty()) out += " ?" + read.unclear;
  return out;
}

TEST(Languages, NamesInManyTongues) {
  EXPECT_EQ(shown("Spanish (limited)"), "Spanish=spa(limited)");
  EXPECT_EQ(shown("English, Spanish"), "English=eng, Spanish=spa");
  EXPECT_EQ(shown("English and Spanish"), "English=eng, Spanish=spa");
  EXPECT_EQ(shown("Haitian-Creole"), "Haitian-Creole=hat");
  EXPECT_EQ(shown("Deutsch, English, Türkçe, Dansk"), "Deutsch=deu, English=eng, Türkçe=tur, Dansk=dan");
  EXPECT_EQ(shown("Türkisch / Kurmandschi"), "Türkisch=tur, Kurmandschi=kmr");
  EXPECT_EQ(shown("Українська"), "Українська=ukr");
  EXPECT_EQ(shown("العربية"), "العربية=ara");
  EXPECT_EQ(shown("Sign Language; American Sign Language"), "Sign Language=sgn, American Sign Language=ase");
  EXPECT_EQ(shown("Farsi, Persisch"), "Farsi=pes(Persisch)");
  EXPECT_EQ(shown("limited Spanish"), "Spanish=spa(limited)");
  EXPECT_EQ(shown("Group Counseling: English"), "English=eng(Group Counseling)");
  EXPECT_EQ(shown("Niederdeutsch, einfache Sprache"),
            "Niederdeutsch=nds, einfache Sprache=deu(einfache Sprache)");
}

TEST(Languages, Codes) {
  EXPECT_EQ(language_code("DE"), "deu");
  EXPECT_EQ(language_code("DEU"), "deu");
  EXPECT_EQ(language_code("GER"), "deu");
  EXPECT_EQ(long_code("ur"), "urd");
  EXPECT_EQ(long_code("pt-BR"), "por");
  EXPECT_EQ(long_code("xx"), "");
  EXPECT_EQ(short_code("urd"), "ur");
  EXPECT_EQ(short_code("kmr"), "kmr");
}

TEST(Languages, Interpreters) {
  EXPECT_EQ(shown("other languages available upon request"), " *other languages available upon request");
  EXPECT_EQ(shown("Haitian Creole. Interpretation is also available for other languages."),
            "Haitian Creole=hat *Interpretation is also available for other languages");
  EXPECT_EQ(shown("Spanish translators as needed"), " +spa Spanish translators as needed");
  EXPECT_EQ(shown("Dolmetscher auf Anfrage"), " *Dolmetscher auf Anfrage");
}

TEST(Languages, NoInterpreterIsNotOneForEveryLanguage) {
  EXPECT_EQ(shown("Deutsch (ohne Dolmetscher)"), "Deutsch=deu(ohne Dolmetscher)");
  EXPECT_EQ(shown("English only, no other languages"), "English=eng(only), no other languages=?");
  EXPECT_EQ(shown("kein Dolmetscher, nur Deutsch"), "Deutsch=deu(nur) ?kein Dolmetscher");
  EXPECT_EQ(shown("Spanish interpreter not always there"), " ?Spanish interpreter not always there");
  EXPECT_EQ(shown("Spanish not available"), "Spanish not available=?");
  EXPECT_EQ(shown("Russian - not always available"), "Russian=rus(not always available)");
}

TEST(Languages, AnInterpreterForOneLanguageIsNotOneForEveryLanguage) {
  EXPECT_EQ(shown("translation services provided for Spanish"),
            " +spa translation services provided for Spanish");
  EXPECT_EQ(shown("Spanish interpretation may be available at times"),
            " +spa Spanish interpretation may be available at times");
  EXPECT_EQ(shown("Hearing impaired participants will be provided with Interpreting Services"),
            " ?Hearing impaired participants will be provided with Interpreting Services");
  EXPECT_EQ(shown("American Sign Language interpreters"), " +ase American Sign Language interpreters");
  EXPECT_EQ(shown("upon request"), "upon request=?");
  EXPECT_EQ(shown("Interpreters available in 150 languages"), " *Interpreters available in 150 languages");
  EXPECT_EQ(shown("all others available through interpretation service"),
            " *all others available through interpretation service");
  EXPECT_EQ(shown("resources available in 13 other languages"),
            "resources available in 13 other languages=?");
  EXPECT_EQ(shown("Interpreters available in 3 languages"), " ?Interpreters available in 3 languages");
}

TEST(Languages, WhatAnInterpreterSpeaksIsNotSpokenByTheHouse) {
  EXPECT_EQ(shown("French (with translators available when required)"),
            "French=fra(with translators available when required)");
  EXPECT_EQ(shown("Arabisch (Dolmetscher)"), " +ara Arabisch (Dolmetscher)");
  EXPECT_EQ(shown("Dolmetscher: Arabisch, Türkisch; Dänisch"),
            "Dänisch=dan +ara +tur Dolmetscher: Arabisch, Türkisch");
  EXPECT_EQ(shown("Dolmetscher für Arabisch und Türkisch"),
            " +ara +tur Dolmetscher für Arabisch und Türkisch");
}

TEST(Languages, SmallWordsAreNoCodes) {
  for (const char* word : {"no", "ja", "nein", "yes", "so", "an", "es", "am", "de", "NO"})
    EXPECT_EQ(language_code(word), "") << word;
  EXPECT_EQ(shown("no"), "no=?");
  EXPECT_EQ(shown("ja, nein"), "ja=?, nein=?");
  EXPECT_EQ(shown("de; ar, es"), "de=deu, ar=ara, es=spa");
  EXPECT_EQ(long_code("no"), "nor");
}

TEST(Languages, EndlessListsCostNoTime) {
  std::string text = "German";
  while (text.size() < 200'000) text += " and German";
  EXPECT_EQ(read_languages(text).languages.size(), 1u);
  EXPECT_EQ(read_languages(text).languages[0].code, "");
  text = "German";
  while (text.size() < 1'900) text += " and German";
  EXPECT_EQ(shown(text), "German=deu");
}

TEST(Languages, UnknownOnesAreKept) {
  EXPECT_EQ(shown("Creole"), "Creole=?");
  EXPECT_EQ(shown("is available."), "is available=?");
  EXPECT_EQ(shown("Elbisch, Deutsch"), "Elbisch=?, Deutsch=deu");
  EXPECT_EQ(shown(""), "");
}

}  // namespace
}  // namespace lotse::interchange
