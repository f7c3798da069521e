// SPDX-License-Identifier: EUPL-1.2
// Languages, negotiation, translation, plural.
#include "words/words.h"

#include <gtest/gtest.h>
#include <unicode/plurrule.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/check.h"
#include "base/fold.h"
#include "words/catalogue.h"
#include "words/formatters.h"
#include "words/pseudo.h"

namespace lotse::words {
namespace {

// Made before main: fails if anything in words/ or its tables needs an initialiser of its own.
const std::string kEarly = plural(german(), "{n} offer", "{n} offers", 45) + ", " +
                           day_long(*language("uk"), Day{2026, 12, 8}) + ", " +
                           language_name(german(), "ukr") + ", " + std::string(negotiate("kmr").tag);

const Language& in(std::string_view tag) {
  const auto* found = language(tag);
  if (!found) throw Bug("no such language");
  return *found;
}

TEST(Words, WorksBeforeMain) { EXPECT_EQ(kEarly, "45 Angebote, вівторок, 8 грудня 2026 р., Ukrainisch, ku"); }

TEST(Languages, TwelveInTheOrderOfTheSwitch) {
  std::vector<std::string_view> tags;
  for (const Language& l : languages()) {
    tags.push_back(l.tag);
    EXPECT_EQ(language(l.tag), &l);
    EXPECT_TRUE(is_utf8(l.own_name));
    EXPECT_TRUE(is_language(l.iso639_3)) << l.tag;
    EXPECT_EQ(l.html, l.tag == "de-x-simple" ? "de" : l.tag);
    EXPECT_EQ(l.right_to_left, l.tag == "ar" || l.tag == "fa");
    EXPECT_NE(l.locale.find("@calendar=gregorian;numbers=latn"), l.locale.npos);
  }
  EXPECT_EQ(tags, (std::vector<std::string_view>{"de", "de-x-simple", "en", "uk", "ru", "ar", "fa", "tr",
                                                 "bg", "ro", "ku", "ti"}));
  ASSERT_EQ(staff_languages().size(), 2U);
  EXPECT_EQ(staff_languages()[0].tag, "de");
  EXPECT_EQ(staff_languages()[1].tag, "en");
}

TEST(Languages, PseudoLocalesAreFoundByExactTagOnly) {
  ASSERT_TRUE(language("en-XA") && language("ar-XB"));
  EXPECT_TRUE(language("ar-XB")->right_to_left);
  for (const char* unknown : {"", "xx", "en-xa", "DE", "de-DE", "kmr"})
    EXPECT_EQ(language(unknown), nullptr) << unknown;
  EXPECT_EQ(negotiate("en-XA").tag, "en");
  EXPECT_EQ(negotiate("ar-XB").tag, "ar");
}

TEST(Negotiate, PicksTheBestThatWeHave) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "de"},
      {"*", "de"},
      {"xx", "de"},
      {"uk", "uk"},
      {"uk-UA,uk;q=0.9,ru;q=0.8,en-US;q=0.7,en;q=0.6", "uk"},
      {"fr-FR, fr;q=0.9, ar;q=0.5, en;q=0.6", "en"},
      {"en;q=0.1, tr;q=0.2", "tr"},
      {"en;q=0.5, tr;q=0.5", "en"},
      {"en;q=0, tr;q=0.001", "tr"},
      {"en;q=0", "de"},
      {"zh-Hans-CN, *;q=0.5, en;q=0.1", "de"},
      {"AR-eg", "ar"},
      {"kmr", "ku"},
      {"kmr-Latn-TR", "ku"},
      {"ku-TR", "ku"},
      {"ckb", "de"},
      {"fa-AF", "fa"},
      {"prs-AF", "fa"},
      {"apc", "ar"},
      {"mo", "ro"},
      {"ro-MD", "ro"},
      {"ti-ER", "ti"},
      {"ukr", "uk"},
      {"de-x-simple", "de"},
      {"de-CH-1996", "de"},
      {" en ; q=0.3 ,\tbg ; Q=0.4 ", "bg"},
  };
  for (const auto& [header, tag] : cases) EXPECT_EQ(negotiate(header).tag, tag) << header;
}

TEST(Negotiate, BrokenHeadersGiveGermanOrTheReadablePart) {
  for (const char* broken : {",,,", ";q=1", "en;q=2", "en;q=0.5555", "en;q=", "en;level=1", "e n", "\xff\xfe",
                             "-", "--", "en;q=1.5", "en;q=a"}) {
    EXPECT_EQ(negotiate(broken).tag, "de") << broken;
  }
  EXPECT_EQ(negotiate("en;q=x, tr").tag, "tr");
  std::string endless;
  for (int i = 0; i < 100000; ++i) endless += "xx,";
  EXPECT_EQ(negotiate(endless + "uk").tag, "de");
}

TEST(Translate, FillsPlaceholdersOnce) {
  const auto& en = in("en");
  EXPECT_EQ(translate(en, {"Hello {name}, {n} of {n}", {{"name", "{n}"}, {"n", "3"}}}), "Hello {n}, 3 of 3");
  EXPECT_EQ(translate(en, {"Without {value}", {{"other", "x"}}}), "Without {value}");
  EXPECT_EQ(translate(en, {"{", {}}), "{");
  EXPECT_EQ(translate(en, {"a } b {{n}}", {{"n", "1"}}}), "a } b {1}");
  EXPECT_EQ(translate(en, {"", {}}), "");
}

TEST(Translate, FindsTheTranslation) {
  EXPECT_EQ(translate(in("fa"), {"{n} m", {{"n", "650"}}}), "650 متر");
  EXPECT_EQ(translate(in("de-x-simple"), {"{n} km", {{"n", "2"}}}), "2 Kilometer");
  EXPECT_NE(translate(in("uk"), {"{n} m", {}}), "{n} m");
}

TEST(Translate, MissingTextsFallBack) {
  const Text missing{"A text that nobody has translated", {}};
  for (const Language& l : languages()) {
    EXPECT_EQ(translate(l, missing), missing.id) << l.tag;
    EXPECT_EQ(translate(l, "menu", missing), missing.id) << l.tag;
    EXPECT_EQ(plural(l, "{n} thing", "{n} things", 2), "2 things");
  }
  EXPECT_EQ(translate(in("uk"), "another context", {"{n} m", {}}), "{n} m");
}

TEST(Translate, GermanInAnArabicPageKeepsItsDirection) {
  const Text staff{"Set up your second factor", {}};
  const std::string german = translate(in("de"), staff);
  ASSERT_NE(german, staff.id);
  EXPECT_EQ(translate(in("ar"), staff), "\u2066" + german + "\u2069");
  EXPECT_EQ(translate(in("uk"), staff), german);
}

TEST(Translate, IsolatesLatinValuesBetweenArabicWords) {
  const auto filled = [](std::string_view tag, const std::string& value) {
    return translate(in(tag), {"{v}", {{"v", value}}});
  };
  EXPECT_EQ(filled("ar", "Haus (am Park)"), "\u2068Haus (am Park)\u2069");
  EXPECT_EQ(filled("fa", "+49 421 361"), "\u2068+49 421 361\u2069");
  EXPECT_EQ(filled("ar", "بيت"), "بيت");
  EXPECT_EQ(filled("ar", "09:00–11:00"), "09:00–11:00");
  EXPECT_EQ(filled("ar", "https://lotse.example/x"), "https://lotse.example/x");
  EXPECT_EQ(filled("de", "بيت"), "بيت");
}

std::string category(const Language& l, long n) {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::PluralRules> rules(
      icu::PluralRules::forLocale(icu::Locale(std::string(l.locale).c_str()), code));
  must(code);
  return utf8(rules->select(static_cast<std::int32_t>(n)));
}

TEST(Plural, EachHeaderAgreesWithIcu) {
  ASSERT_EQ(catalogue::tables().size(), languages().size() - 1);
  for (const auto& table : catalogue::tables()) {
    const Language& l = in(table.tag);
    std::map<std::string, int> form_of;
    std::set<int> forms;
    for (long n = 0; n <= 200; ++n) {
      const int form = table.form(static_cast<unsigned long>(n));
      EXPECT_EQ(form_of.try_emplace(category(l, n), form).first->second, form) << table.tag << ' ' << n;
      forms.insert(form);
    }
    EXPECT_EQ(forms.size(), form_of.size()) << table.tag;
    EXPECT_EQ(static_cast<int>(forms.size()), table.forms) << table.tag;
    EXPECT_EQ(*forms.rbegin(), table.forms - 1) << table.tag;
  }
}

TEST(Plural, InAllLanguages) {
  const std::vector<int> numbers{0, 1, 2, 3, 5, 11, 21, 100};
  const std::map<std::string_view, std::vector<std::string>> expected{
      {"de",
       {"0 Angebote", "1 Angebot", "2 Angebote", "3 Angebote", "5 Angebote", "11 Angebote", "21 Angebote",
        "100 Angebote"}},
      {"de-x-simple",
       {"0 Angebote", "1 Angebot", "2 Angebote", "3 Angebote", "5 Angebote", "11 Angebote", "21 Angebote",
        "100 Angebote"}},
      {"en",
       {"0 offers", "1 offer", "2 offers", "3 offers", "5 offers", "11 offers", "21 offers", "100 offers"}},
      {"uk",
       {"0 пропозицій", "1 пропозиція", "2 пропозиції", "3 пропозиції", "5 пропозицій", "11 пропозицій",
        "21 пропозиція", "100 пропозицій"}},
      {"ru",
       {"0 предложений", "1 предложение", "2 предложения", "3 предложения", "5 предложений", "11 предложений",
        "21 предложение", "100 предложений"}},
      {"ar",
       {"لا توجد خدمات", "خدمة واحدة", "خدمتان", "3 خدمات", "5 خدمات", "11 خدمة", "21 خدمة", "100 خدمة"}},
      {"fa",
       {"0 مورد پیدا شد", "1 مورد پیدا شد", "2 مورد پیدا شد", "3 مورد پیدا شد", "5 مورد پیدا شد",
        "11 مورد پیدا شد", "21 مورد پیدا شد", "100 مورد پیدا شد"}},
      {"tr",
       {"0 hizmet", "1 hizmet", "2 hizmet", "3 hizmet", "5 hizmet", "11 hizmet", "21 hizmet", "100 hizmet"}},
      {"bg",
       {"0 предложения", "1 предложение", "2 предложения", "3 предложения", "5 предложения", "11 предложения",
        "21 предложения", "100 предложения"}},
      {"ro",
       {"0 oferte", "1 ofertă", "2 oferte", "3 oferte", "5 oferte", "11 oferte", "21 de oferte",
        "100 de oferte"}},
      {"ku",
       {"0 xizmet", "1 xizmet", "2 xizmet", "3 xizmet", "5 xizmet", "11 xizmet", "21 xizmet", "100 xizmet"}},
      {"ti",
       {"0 ኣገልግሎት", "1 ኣገልግሎት", "2 ኣገልግሎታት", "3 ኣገልግሎታት", "5 ኣገልግሎታት", "11 ኣገልግሎታት", "21 ኣገልግሎታት",
        "100 ኣገልግሎታት"}},
  };
  ASSERT_EQ(expected.size(), languages().size());
  for (const Language& l : languages()) {
    for (std::size_t i = 0; i < numbers.size(); ++i)
      EXPECT_EQ(plural(l, "{n} offer", "{n} offers", numbers[i]), expected.at(l.tag)[i]) << l.tag;
  }
  EXPECT_EQ(plural(german(), "{n} offer", "{n} offers", 1234), "1.234 Angebote");
  EXPECT_EQ(plural(german(), "{n} offer", "{n} offers", -1), "-1 Angebot");
}

TEST(Pseudo, KeepsPlaceholdersAndTags) {
  const auto& longer = in("en-XA");
  const auto& mirrored = in("ar-XB");
  const Text text{"Open the <b>list</b> of {town}, please", {{"town", "Bremen"}}};
  EXPECT_EQ(pseudo(longer, "{town}"), "[{town}]");
  const auto accented = translate(longer, text);
  EXPECT_NE(accented.find("Bremen"), accented.npos);
  EXPECT_NE(accented.find("<b>ļîšţ</b>"), accented.npos);
  EXPECT_GE(length(accented), length(text.id) * 125 / 100);
  const auto turned = translate(mirrored, text);
  EXPECT_NE(turned.find("\u2068Bremen\u2069"), turned.npos);
  EXPECT_NE(turned.find("<b>ليست</b>"), turned.npos);
  EXPECT_EQ(turned.find("Open"), turned.npos);
  EXPECT_EQ(plural(longer, "{n} minute", "{n} minutes", 2), "[2 ɱîñüţéš ~~]");
}

TEST(State, SaysWhereTheTranslationsComeFrom) {
  EXPECT_EQ(state(in("en")).origin, Origin::original);
  EXPECT_EQ(state(in("de")).origin, Origin::original);
  for (const Language& l : languages()) {
    const State s = state(l);
    EXPECT_EQ(s.origin == Origin::checked, !s.by.empty()) << l.tag;
    EXPECT_EQ(s.origin == Origin::checked, Day::parse(s.on).has_value()) << l.tag;
  }
}

TEST(Catalogue, KeysAreSortedAndMessagesHaveAllForms) {
  const auto keys = catalogue::keys();
  ASSERT_GT(keys.count, 0U);
  std::string_view last;
  for (std::size_t i = 0; i < keys.count; ++i) {
    const std::string_view key(keys.text + keys.starts[i], keys.starts[i + 1] - keys.starts[i]);
    EXPECT_LT(last, key);
    last = key;
  }
  const auto* arabic = catalogue::table("ar");
  ASSERT_TRUE(arabic);
  EXPECT_EQ(catalogue::form(catalogue::message(*arabic, {}, "{n} offer"), 2), "خدمتان");
  EXPECT_EQ(catalogue::table("en"), nullptr);
}

TEST(Words, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (const Language& l : languages()) {
        if (day_long(l, {2026, 12, 8}).empty() || language_name(l, "ukr").empty()) ++wrong;
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Fillers, BelongToTheirLanguage) {
  EXPECT_TRUE(is_filler("und", "de"));
  EXPECT_TRUE(is_filler("fuer", "de-x-simple"));
  EXPECT_FALSE(is_filler("und", "tr"));
  EXPECT_FALSE(is_filler("deutschkurs", "de"));
  EXPECT_FALSE(is_filler("", "de"));
  EXPECT_FALSE(is_filler("und", "xx"));
  const std::map<std::string, std::string> others{
      {"uk", "шукаю"}, {"ar", "أبحث"}, {"ti", "ናይ"}, {"ku", "ji"}};
  for (const auto& [tag, word] : others) EXPECT_TRUE(is_filler(words_of(word).at(0), tag)) << word;
}

}  // namespace
}  // namespace lotse::words
