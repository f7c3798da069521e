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
  if (read.interpreter_on_request) out += " *" + read.remarks;
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
  EXPECT_EQ(language_code("de"), "deu");
  EXPECT_EQ(language_code("DEU"), "deu");
  EXPECT_EQ(language_code("ger"), "deu");
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
  EXPECT_EQ(shown("Spanish translators as needed"), " +spa *Spanish translators as needed");
  EXPECT_EQ(shown("Dolmetscher auf Anfrage"), " *Dolmetscher auf Anfrage");
}

TEST(Languages, UnknownOnesAreKept) {
  EXPECT_EQ(shown("Creole"), "Creole=?");
  EXPECT_EQ(shown("is available."), "is available=?");
  EXPECT_EQ(shown("Elbisch, Deutsch"), "Elbisch=?, Deutsch=deu");
  EXPECT_EQ(shown(""), "");
}

}  // namespace
}  // namespace lotse::interchange
