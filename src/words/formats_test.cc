// SPDX-License-Identifier: EUPL-1.2
// Dates, numbers, order of texts, names of languages.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/fold.h"
#include "words/words.h"

namespace lotse::words {
namespace {

const Language& in(std::string_view tag) {
  const auto* found = language(tag);
  if (!found) throw Bug("no such language");
  return *found;
}

constexpr Day kTuesday{2026, 12, 8};

struct Expected {
  std::string day_short, day_long, weekday, brief;
};

const std::map<std::string_view, Expected> kExpected{
    {"de", {"08.12.2026", "Dienstag, 8. Dezember 2026", "Dienstag", "Di"}},
    {"de-x-simple", {"08.12.2026", "Dienstag, 8. Dezember 2026", "Dienstag", "Di"}},
    {"en", {"08/12/2026", "Tuesday, 8 December 2026", "Tuesday", "Tue"}},
    {"uk", {"08.12.2026", "вівторок, 8 грудня 2026 р.", "вівторок", "вт"}},
    {"ru", {"08.12.2026", "вторник, 8 декабря 2026 г.", "вторник", "вт"}},
    {"ar", {"08/12/2026", "الثلاثاء، 8 ديسمبر 2026", "الثلاثاء", "الثلاثاء"}},
    {"fa", {"2026/12/08", "سه\u200cشنبه 8 دسامبر 2026", "سه\u200cشنبه", "سه\u200cشنبه"}},
    {"tr", {"08.12.2026", "8 Aralık 2026 Salı", "Salı", "Sal"}},
    {"bg", {"08.12.2026 г.", "вторник, 8 декември 2026 г.", "вторник", "вт"}},
    {"ro", {"08.12.2026", "marți, 8 decembrie 2026", "marți", "mar."}},
    {"ku", {"08.12.2026", "sêşem, 8ê kanûnê 2026", "sêşem", "sş"}},
    {"ti", {"08/12/2026", "ሰሉስ፣ 8 ታሕሳስ 2026", "ሰሉስ", "ሰሉ"}},
};

TEST(Dates, PinnedInAllLanguages) {
  ASSERT_EQ(kExpected.size(), languages().size());
  for (const Language& l : languages()) {
    const Expected& e = kExpected.at(l.tag);
    EXPECT_EQ(day_short(l, kTuesday), e.day_short) << l.tag;
    EXPECT_EQ(day_long(l, kTuesday), e.day_long) << l.tag;
    EXPECT_EQ(weekday_name(l, kTuesday.weekday()), e.weekday) << l.tag;
    EXPECT_EQ(weekday_name(l, kTuesday.weekday(), Width::brief), e.brief) << l.tag;
    EXPECT_EQ(time(l, 9 * 60 + 30), "09:30");
    EXPECT_EQ(time(l, 21 * 60), "21:00");
    EXPECT_EQ(hours(l, 9 * 60, 11 * 60), "09:00–11:00");
  }
}

TEST(Dates, TheYearAlwaysIsGregorianAndDigitsAreLatin) {
  for (const Language& l : languages()) {
    for (int m = 1; m <= 12; ++m) {
      const Day day{2026, m, 17};
      for (const std::string& text : {day_short(l, day), day_long(l, day)}) {
        EXPECT_NE(text.find("2026"), text.npos) << l.tag << ' ' << text;
        EXPECT_FALSE(has_bidi_control(text)) << l.tag << ' ' << text;
        for (const char* other : {"۱", "۲", "۶", "١", "٢", "٦", "1405", "1447", "2019", "2018"}) {
          EXPECT_EQ(text.find(other), text.npos) << l.tag << ' ' << text;
        }
      }
      EXPECT_NE(day_long(l, day).find("17"), std::string::npos) << l.tag;
    }
  }
}

TEST(Dates, MonthsAndWeekdaysDifferFromEachOtherAndFromEnglish) {
  for (const Language& l : languages()) {
    std::set<std::string> dates, days, brief;
    for (int m = 1; m <= 12; ++m) {
      dates.insert(day_long(l, Day{2026, m, 10}).substr(3));
      // "M12" is what ICU says in a language that it does not know.
      EXPECT_EQ(day_long(l, Day{2026, m, 10}).find("M" + std::to_string(m)), std::string::npos) << l.tag;
    }
    for (int d = 1; d <= 7; ++d) {
      days.insert(weekday_name(l, d));
      brief.insert(weekday_name(l, d, Width::brief));
      EXPECT_EQ(weekday_name(l, d) == weekday_name(in("en"), d), l.tag == "en") << l.tag;
    }
    EXPECT_EQ(dates.size(), 12U) << l.tag;
    EXPECT_EQ(days.size(), 7U) << l.tag;
    EXPECT_EQ(brief.size(), 7U) << l.tag;
  }
}

TEST(Dates, KurdishNamesAreThoseOfTurkeyAndSyria) {
  const char* const names[] = {"çile",   "sibat", "adar", "nîsan",  "gulan",  "hezîran",
                               "tîrmeh", "tebax", "îlon", "cotmeh", "mijdar", "kanûn"};
  for (int m = 1; m <= 12; ++m)
    EXPECT_NE(day_long(in("ku"), Day{2027, m, 3}).find(", 3ê " + std::string(names[m - 1])),
              std::string::npos);
  const char* const ti[] = {"ሰኑይ", "ሰሉስ", "ረቡዕ", "ሓሙስ", "ዓርቢ", "ቀዳም", "ሰንበት"};
  const char* const ku[] = {"duşem", "sêşem", "çarşem", "pêncşem", "în", "şemî", "yekşem"};
  for (int d = 1; d <= 7; ++d) {
    EXPECT_EQ(weekday_name(in("ti"), d), ti[d - 1]);
    EXPECT_EQ(weekday_name(in("ku"), d), ku[d - 1]);
  }
}

TEST(Dates, AtTheEdges) {
  const auto& de = german();
  for (const Day day : {Day{2026, 3, 29}, Day{2026, 10, 25}, Day{1969, 12, 31}, Day{2028, 2, 29}}) {
    EXPECT_EQ(day_short(de, day),
              day.text().substr(8) + "." + day.text().substr(5, 2) + "." + day.text().substr(0, 4));
  }
  EXPECT_EQ(time(de, 1440), "24:00");
  EXPECT_THROW(weekday_name(de, 0), Bug);
}

TEST(Numbers, Pinned) {
  // Number, decimal, money, distance near and far, list.
  const std::map<std::string_view, std::vector<std::string>> expected{
      {"de", {"1.234.567", "1.234,6", "1.234,50 €", "650 m", "1,2 km", "A, B und C"}},
      {"de-x-simple", {"1.234.567", "1.234,6", "1.234,50 €", "650 Meter", "1,2 Kilometer", "A, B und C"}},
      {"en", {"1,234,567", "1,234.6", "€1,234.50", "650 m", "1.2 km", "A, B and C"}},
      {"uk", {"1 234 567", "1 234,6", "1 234,50 €", "650 м", "1,2 км", "A, B і C"}},
      {"ru", {"1 234 567", "1 234,6", "1 234,50 €", "650 м", "1,2 км", "A, B и C"}},
      {"ar", {"1,234,567", "1,234.6", "1,234.50 €", "650 متر", "1.2 كم", "A وB وC"}},
      {"fa", {"1,234,567", "1,234.6", "€ 1,234.50", "650 متر", "1.2 کیلومتر", "A، B، و C"}},
      {"tr", {"1.234.567", "1.234,6", "€1.234,50", "650 m", "1,2 km", "A, B ve C"}},
      {"bg", {"1 234 567", "1234,6", "1234,50 €", "650 м", "1,2 км", "A, B и C"}},
      {"ro", {"1.234.567", "1.234,6", "1.234,50 €", "650 m", "1,2 km", "A, B și C"}},
      {"ku", {"1.234.567", "1.234,6", "1.234,50 €", "650 m", "1,2 km", "A, B û C"}},
      {"ti", {"1,234,567", "1,234.6", "€1,234.50", "650 ሜትር", "1.2 ኪሎ ሜተር", "A፣ Bን Cን"}},
  };
  const auto plain = [](std::string text) {
    for (const char* mark : {"\u200e", "\u200f"}) {
      for (auto at = text.find(mark); at != text.npos; at = text.find(mark)) text.erase(at, 3);
    }
    for (auto at = text.find("\u00a0"); at != text.npos; at = text.find("\u00a0")) text.replace(at, 2, " ");
    return text;
  };
  const std::vector<std::string> items{"A", "B", "C"};
  for (const Language& l : languages()) {
    const std::vector<std::string> got{plain(number(l, 1234567)), plain(decimal(l, 1234.56, 1)),
                                       plain(money(l, 123450)),   distance(l, 652),
                                       distance(l, 1234),         plain(list(l, items))};
    EXPECT_EQ(got, expected.at(l.tag)) << l.tag;
  }
}

TEST(Numbers, Edges) {
  const auto& de = german();
  EXPECT_EQ(decimal(de, 0.25, 1), "0,3");
  EXPECT_EQ(decimal(de, 12, 0), "12");
  EXPECT_EQ(money(de, -5), "-0,05\u00a0€");
  EXPECT_EQ(money(de, INT64_MAX), "92.233.720.368.547.758,07\u00a0€");
  EXPECT_EQ(number(de, INT64_MIN), "-9.223.372.036.854.775.808");
  EXPECT_EQ(distance(de, 0), "10 m");
  EXPECT_EQ(distance(de, 994), "990 m");
  EXPECT_EQ(distance(de, 996), "1,0 km");
  EXPECT_EQ(distance(de, 9949), "9,9 km");
  EXPECT_EQ(distance(de, 9950), "10 km");
  EXPECT_EQ(distance(de, 1234567), "1.235 km");
  EXPECT_THROW(distance(de, -1), Bug);
  EXPECT_THROW(decimal(de, 1, 9), Bug);
  EXPECT_EQ(list(de, {}), "");
  EXPECT_EQ(list(de, std::vector<std::string>{"A"}), "A");
  EXPECT_EQ(list(de, std::vector<std::string>{"A", "B"}), "A und B");
}

void expect_order(const Language& l, const std::vector<std::string>& ordered) {
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_LT(compare(l, ordered[i - 1], ordered[i]), 0) << l.tag << ' ' << ordered[i];
  }
}

TEST(Order, AsInADictionary) {
  expect_order(german(),
               {"Aachen", "Äcker", "Afrika", "Haus 2", "Haus 10", "Ofen", "Öl", "Straße", "Strauß", "Zoo"});
  expect_order(in("uk"),
               {"гора", "ґава", "диво", "есе", "єдність", "зима", "икавка", "іграшка", "їжак", "йод", "кіт"});
  expect_order(in("tr"), {"cam", "çam", "ılık", "ilk", "şal", "tas"});
  expect_order(in("ro"), {"apă", "șase", "tare", "țară"});
  EXPECT_EQ(compare(german(), "Straße", "Straße"), 0);
  for (const Language& l : languages()) EXPECT_LT(compare(l, "a", "b"), 0);
}

TEST(Names, OfLanguagesInAllLanguages) {
  ASSERT_EQ(people_languages().size(), 56U);
  for (const Language& l : languages()) {
    std::set<std::string> seen;
    for (const auto iso : people_languages()) {
      const auto name = language_name(l, iso);
      EXPECT_TRUE(is_language(iso)) << iso;
      EXPECT_GT(length(name), 1U) << l.tag << ' ' << iso;
      EXPECT_NE(name, iso) << l.tag;
      EXPECT_TRUE(seen.insert(name).second) << l.tag << ": twice " << name;
    }
  }
}

TEST(Names, AreNotTheEnglishOnes) {
  const std::set<std::string_view> international{"Dari",     "Hausa",  "Hindi",   "Lingala",
                                                 "Romani",   "Somali", "Tagalog", "Tamil",
                                                 "Tigrinya", "Urdu",   "Yoruba"};
  for (const char* tag : {"de", "uk", "ar", "ku", "ti"}) {
    for (const auto iso : people_languages()) {
      const auto english = language_name(in("en"), iso);
      const bool may_be_same = std::string_view(tag) == "de" && international.contains(english);
      EXPECT_TRUE(language_name(in(tag), iso) != english || may_be_same) << tag << ' ' << english;
    }
  }
}

TEST(Names, Pinned) {
  EXPECT_EQ(language_name(german(), "ukr"), "Ukrainisch");
  EXPECT_EQ(language_name(in("uk"), "ukr"), "Українська");
  EXPECT_EQ(language_name(in("ar"), "ukr"), "الأوكرانية");
  EXPECT_EQ(language_name(in("ku"), "deu"), "Elmanî");
  EXPECT_EQ(language_name(in("ti"), "tir"), "ትግርኛ");
  EXPECT_EQ(language_name(german(), "kmr"), "Kurdisch (Kurmandschi)");
  EXPECT_EQ(language_name(in("de-x-simple"), "gsg"), "Deutsche Gebärdensprache");
  EXPECT_EQ(language_name(german(), "isl"), "Isländisch");
  EXPECT_EQ(language_name(german(), "zzz"), "zzz");
  EXPECT_EQ(own_language_name("ukr"), "Українська");
  EXPECT_EQ(own_language_name("lin"), "Lingála");
  EXPECT_EQ(own_language_name("kmr"), "Kurdî (Kurmancî)");
  EXPECT_EQ(own_language_name("isl"), "Íslenska");
  EXPECT_EQ(own_language_name("zzz"), "zzz");
  for (const Language& l : languages()) {
    EXPECT_EQ(own_language_name(l.iso639_3), l.tag == "de-x-simple" ? "Deutsch" : l.own_name);
  }
  for (const char* no : {"", "zz", "zzz", "de", "mul", "und", "zxx", "mis", "UKR"})
    EXPECT_FALSE(is_language(no)) << no;
  for (const char* yes : {"isl", "fas", "kur", "nep"}) EXPECT_TRUE(is_language(yes)) << yes;
}

}  // namespace
}  // namespace lotse::words
