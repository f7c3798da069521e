// SPDX-License-Identifier: EUPL-1.2
#include "alike/alike.h"

#include <gtest/gtest.h>

#include "alike/book.h"
#include "base/check.h"

namespace lotse::alike {
namespace {

Person person(std::string_view name, std::string_view phone = "", std::optional<Day> born = std::nullopt) {
  Person made{words_of_name(name), {}, born};
  if (const auto number = telephone(phone); number != 0) made.phones.push_back(number);
  return made;
}
int alike(std::string_view asked, std::string_view had) {
  return likeness(Question{words_of_name(asked), 0, std::nullopt}, person(had));
}
std::string code(std::string_view name) {
  const auto word = words_of_name(name).at(0);
  return {word.code.begin(), std::find(word.code.begin(), word.code.end(), '\0')};
}

TEST(Alike, TheCodeIsThatOfKoeln) {
  for (const auto& [name, digits] : {std::pair{"Wikipedia", "3412"},
                                     {"M\xC3\xBCller-L\xC3\xBC"
                                      "denscheidt",
                                      "657"},
                                     {"Breschnew", "17863"},
                                     {"Meyer", "67"},
                                     {"Mayr", "67"},
                                     {"Xaver", "4837"},
                                     {"Philipp", "351"}})
    EXPECT_EQ(code(name), digits) << name;
  EXPECT_EQ(code("Christian"), "47826");
}

TEST(Alike, TheSamePersonIsFoundInOtherSpellings) {
  for (const auto& [asked, had] :
       {std::pair{"Mueller", "M\xC3\xBCller"},
        {"Muller", "M\xC3\xBCller"},
        {"Meier", "Mayr"},
        {"Schmidt", "Schmitt"},
        {"Schmid", "Schmidt"},
        {"Jose", "Jos\xC3\xA9"},
        {"Yilmaz", "Y\xC4\xB1lmaz"},
        {"Lukasz", "\xC5\x81ukasz"},
        {"Schewtschenko", "\xD0\xA8\xD0\xB5\xD0\xB2\xD1\x87\xD0\xB5\xD0\xBD\xD0\xBA\xD0\xBE"},
        {"Shevchenko", "\xD0\xA8\xD0\xB5\xD0\xB2\xD1\x87\xD0\xB5\xD0\xBD\xD0\xBA\xD0\xBE"},
        {"Shevchenko", "Schewtschenko"},
        {"\xD0\xAE\xD1\x80\xD1\x96\xD0\xB9", "Juri"},
        {"Olexandr", "\xD0\x9E\xD0\xBB\xD0\xB5\xD0\xBA\xD1\x81\xD0\xB0\xD0\xBD\xD0\xB4\xD1\x80"},
        {"Mohammed", "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF"},
        {"Fatima", "\xD9\x81\xD8\xA7\xD8\xB7\xD9\x85\xD8\xA9"},
        {"Pedro", "\xD8\xA8\xD9\x8A\xD8\xAF\xD8\xB1\xD9\x88"},
        {"Huxley", "\xD9\x87\xD9\x83\xD8\xB3\xD9\x84\xD9\x8A"},
        {"Chaled", "\xD8\xAE\xD8\xA7\xD9\x84\xD8\xAF"},
        {"Yousef", "\xD9\x8A\xD9\x88\xD8\xB3\xD9\x81"},
        {"\xD9\x8A\xD9\x88\xD8\xB3\xD9\x81", "Jusuf"},
        {"Olena", "Oleana"},
        {"Tanreka", "Tanerka"},
        {"anna maria kowalska", "Kowalska, Anna-Maria"},
        {"Kowal", "Kowalska"}})
    EXPECT_GT(alike(asked, had), 0) << asked << " " << had;
}

TEST(Alike, SomebodyElseIsNotFound) {
  for (const auto& [asked, had] : {std::pair{"Anna", "Otto"},
                                   {"Ali", "Ulf"},
                                   {"Eva", "Ada"},
                                   {"Meier", "Schulze"},
                                   {"Anna Meier", "Anna Schulze"},
                                   {"Anna Anna", "Anna Meier"},
                                   {"Mohammed", "\xD9\x81\xD8\xA7\xD8\xB7\xD9\x85\xD8\xA9"},
                                   {"Kowalska", "Kow"},
                                   {"Anna Maria", "Anna"},
                                   {"\xD0\x86\xD0\xB2\xD0\xB0\xD0\xBD", "\xD0\x9E\xD0\xBB\xD1\x8F"}})
    EXPECT_EQ(alike(asked, had), 0) << asked << " " << had;
}

TEST(Alike, TheNearerTheHigher) {
  EXPECT_EQ(alike("Olena Kowal", "Olena Kowal"), 100);
  EXPECT_GT(alike("Olena", "Olena"), alike("Ollena", "Olena"));
  EXPECT_GT(alike("Ollena", "Olena"), alike("Olana", "Olena"));
  EXPECT_GT(alike("Kowalska", "Kowalske"), alike("Kowalska", "Kowolske"));
  EXPECT_GT(alike("Maier", "Maier"), alike("Maier", "Meyer"));
}

TEST(Alike, NothingIsNobody) {
  EXPECT_TRUE(words_of_name(" - . ").empty());
  EXPECT_EQ(likeness(Question{}, person("Olena")), 0);
  EXPECT_EQ(alike("Olena", ""), 0);
  const std::string endless(5000, 'a');
  EXPECT_EQ(alike(endless, endless), 100);
  EXPECT_EQ(words_of_name("a b c d e f g h").size(), kMostWords);
  EXPECT_EQ(alike("\xE1\x88\xB0\xE1\x88\x8B\xE1\x88\x9D", "\xE1\x88\xB0\xE1\x88\x8B\xE1\x88\x9D"), 100);
}

TEST(Alike, TelephoneNumbersAreTheSameInAllSpellings) {
  const auto number = telephone("+49 151 2345678");
  EXPECT_EQ(number, 491512345678u);
  for (const char* text : {"0151 2345678", "0049-151/2345678", "+49 (0) 151 / 23 45 67-8", "(0151) 2345678",
                           "\xD9\xA0\xD9\xA1\xD9\xA5\xD9\xA1 2345678"})
    EXPECT_EQ(telephone(text), number) << text;
  EXPECT_NE(telephone("+380 151 2345678"), number);
  for (const char* text : {"", "110", "nothing", "0123456789012345678"})
    EXPECT_EQ(telephone(text), 0u) << text;
  EXPECT_EQ(likeness_of_phones(2345678, number), 80);
  EXPECT_EQ(likeness_of_phones(345, number), 0) << "too little to tell";
  EXPECT_EQ(likeness_of_phones(2345679, number), 0);
}

TEST(Alike, ADayOfBirthForgivesOneSlip) {
  const Day day{1990, 3, 12};
  EXPECT_EQ(likeness(day, day), 100);
  EXPECT_EQ(likeness(Day{1990, 12, 3}, day), 60);
  EXPECT_EQ(likeness(Day{1991, 3, 12}, day), 60);
  EXPECT_EQ(likeness(Day{1991, 4, 12}, day), 0);
  const Question both{words_of_name("Olena"), 0, day}, only{{}, 0, day};
  EXPECT_EQ(likeness(both, person("Olena", "", day)), 100);
  EXPECT_EQ(likeness(both, person("Olena")), 90) << "not known";
  EXPECT_EQ(likeness(both, person("Olena", "", Day{1970, 1, 1})), 0);
  EXPECT_EQ(likeness(only, person("Olena")), 0);
  EXPECT_EQ(likeness(only, person("Olena", "", day)), 100);
}

std::vector<std::string> rows(const Book& book, const Question& question, std::size_t most = 10) {
  std::vector<std::string> found;
  for (const auto& hit : book.find(question, most, [](const auto&) { return true; }))
    found.push_back(hit.row);
  return found;
}
Question named(std::string_view name) { return {words_of_name(name), 0, std::nullopt}; }

TEST(Book, FindsWhomThePureFunctionFinds) {
  Book book;
  const std::vector<std::string> names{
      "Olena Kowal", "Olena Schmidt", "Otto Kowalski", "", "Meyer", "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF"};
  std::vector<Person> persons;
  for (std::size_t i = 0; i < names.size(); ++i) {
    persons.push_back(person(names[i], i % 2 == 0 ? "0151 23456" + std::to_string(i) : "",
                             i % 3 == 0 ? std::optional(Day{1990, 3, 12}) : std::nullopt));
    book.add(std::to_string(i), "r" + std::to_string(i), persons.back());
  }
  for (const Question& question :
       {named("olena"), named("kowal"), named("maier"), named("mohamed"),
        Question{{}, telephone("0151 234562"), {}}, Question{{}, 0, Day{1990, 3, 12}},
        Question{words_of_name("olena"), 0, Day{1990, 12, 3}}, Question{}}) {
    const auto hits = book.find(question, 10, [](const auto&) { return true; });
    std::size_t fits = 0;
    for (std::size_t i = 0; i < persons.size(); ++i) {
      const int here = likeness(question, persons[i]);
      fits += here > 0;
      for (const auto& hit : hits)
        EXPECT_TRUE(hit.row != std::to_string(i) || hit.likeness == here) << names[i];
    }
    EXPECT_EQ(hits.size(), fits);
  }
}

TEST(Book, TheLikestComeFirstAndNoMoreThanAsked) {
  Book book;
  book.add("a", "r", person("Olana"));
  book.add("b", "r", person("Olena"));
  book.add("c", "s", person("Ollena"));
  EXPECT_EQ(rows(book, named("Olena")), (std::vector<std::string>{"b", "c", "a"}));
  EXPECT_EQ(rows(book, named("Olena"), 1), (std::vector<std::string>{"b"}));
  const auto of_s = book.find(named("Olena"), 1, [](const std::string& record) { return record == "s"; });
  ASSERT_EQ(of_s.size(), 1u);
  EXPECT_EQ(of_s[0].row, "c");
}

TEST(Book, WhoIsForgottenLeavesNoWordBehind) {
  Book book;
  book.add("a", "r", person("Olena Kowal"));
  book.add("b", "s", person("Otto Kowal"));
  book.add("c", "r", person("Olena Meyer"));
  EXPECT_EQ(book.words(), 4u);
  EXPECT_TRUE(book.remove("b"));
  EXPECT_FALSE(book.remove("b"));
  EXPECT_EQ(book.words(), 3u);
  EXPECT_TRUE(rows(book, named("otto")).empty());
  EXPECT_EQ(rows(book, named("kowal")), (std::vector<std::string>{"a"}));
  book.add("d", "t", person("Anna"));
  EXPECT_EQ(rows(book, named("anna")), (std::vector<std::string>{"d"}));
  EXPECT_EQ(book.remove_record("r"), 2u);
  EXPECT_EQ(book.remove_record("r"), 0u);
  EXPECT_EQ(book.words(), 1u);
  EXPECT_EQ(book.persons(), 1u);
  EXPECT_THROW(book.add(std::string(37, 'x'), "r", {}), Bug);
}

TEST(Book, ManyComingAndGoingStaysRight) {
  Book book;
  for (int i = 0; i < 500; ++i)
    book.add("a" + std::to_string(i), "r" + std::to_string(i % 7), person("Name" + std::to_string(i)));
  for (int i = 0; i < 500; i += 2) EXPECT_TRUE(book.remove("a" + std::to_string(i)));
  for (int i = 0; i < 500; i += 2)
    book.add("b" + std::to_string(i), "s", person("Other" + std::to_string(i)));
  EXPECT_EQ(book.persons(), 500u);
  EXPECT_EQ(book.words(), 500u);
  EXPECT_EQ(rows(book, named("Other248")).at(0), "b248");
  EXPECT_EQ(rows(book, named("Name249")).at(0), "a249");
  EXPECT_EQ(book.remove_record("s"), 250u);
  EXPECT_EQ(book.words(), 250u);
}

}  // namespace
}  // namespace lotse::alike
