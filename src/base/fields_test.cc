// SPDX-License-Identifier: EUPL-1.2
#include "base/fields.h"

#include <gtest/gtest.h>

#include <limits>

namespace lotse {
namespace {

enum class Colour : std::uint8_t { red, green };
struct Part {
  std::string name;
  std::optional<int> size;
  bool operator==(const Part&) const = default;
};
struct ThingTag;
struct Thing {
  std::string text;
  bool yes = false;
  std::int64_t big = 0;
  int number = 0;
  std::uint8_t small = 0;
  std::uint64_t whole = 0;
  double real = 0;
  Colour colour = Colour::red;
  Id<ThingTag> id;
  Day day;
  Part part;
  std::optional<std::string> maybe;
  std::optional<Part> perhaps;
  std::optional<Day> until;
  std::vector<std::string> words;
  std::vector<Part> parts;
  std::map<std::string, std::vector<int>> table;
  Json free;
  bool operator==(const Thing&) const = default;
};

}  // namespace

template <>
struct NamesOf<Colour> {
  static constexpr std::array<std::string_view, 2> names{"red", "green"};
};
template <>
struct FieldsOf<Part> {
  static constexpr auto list =
      std::tuple{field("name", &Part::name, "Name", Duty::needed), field("size", &Part::size, "Size")};
};
template <>
struct FieldsOf<Thing> {
  static constexpr auto list =
      std::tuple{field("text", &Thing::text, "Text", Duty::needed),
                 field("yes", &Thing::yes, "Yes"),
                 field("big", &Thing::big, "Big"),
                 field("number", &Thing::number, "Number"),
                 field("small", &Thing::small, "Small"),
                 field("whole", &Thing::whole, "Whole"),
                 field("real", &Thing::real, "Real"),
                 field("colour", &Thing::colour, "Colour"),
                 field("id", &Thing::id, "Id"),
                 field("day", &Thing::day, "Day"),
                 field("part", &Thing::part, "Part"),
                 field("maybe", &Thing::maybe, "Maybe"),
                 field("perhaps", &Thing::perhaps, "Perhaps"),
                 field("until", &Thing::until, "Until"),
                 field("words", &Thing::words, "Words"),
                 field("parts", &Thing::parts, "Parts"),
                 field("table", &Thing::table, "Table"),
                 field("free", &Thing::free, "Free", Duty::voluntary, 9, Storage::sealed, "case")};
};

namespace {

Thing full() {
  return {.text = "Grüße \"x\"",
          .yes = true,
          .big = std::numeric_limits<std::int64_t>::min(),
          .number = -7,
          .small = 255,
          .whole = std::numeric_limits<std::uint64_t>::max(),
          .real = 0.1,
          .colour = Colour::green,
          .id = {"abc"},
          .day = {2028, 2, 29},
          .part = {"p", 3},
          .maybe = "",
          .perhaps = Part{"q", std::nullopt},
          .until = Day{2026, 11, 22},
          .words = {"b", "a", "b"},
          .parts = {{"r", 1}, {"", std::nullopt}},
          .table = {{"k", {1, 2}}, {"l", {}}},
          .free = Json{{"any", {1, "x", nullptr}}}};
}

TEST(Fields, EveryKindOfMemberGoesBothWays) {
  const Json json = to_json(full());
  Thing back;
  ASSERT_TRUE(from_json(json, back));
  EXPECT_EQ(back, full());
  // Through text as well, as it lies in the store.
  const auto parsed = parse_json(json.dump());
  ASSERT_TRUE(parsed);
  Thing again;
  ASSERT_TRUE(from_json(*parsed, again));
  EXPECT_EQ(again, full());
  EXPECT_EQ(to_json(again).dump(), json.dump());
  EXPECT_EQ(json.begin().key(), "text");
  EXPECT_EQ(json["colour"], "green");
  EXPECT_EQ(json["day"], "2028-02-29");
}

TEST(Fields, EmptyTextsListsAndOptionalsAreLeftOut) {
  const Json json = to_json(Thing{});
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"yes", "big", "number", "small", "whole", "real", "colour", "day",
                                            "part"}));
  Thing back;
  EXPECT_TRUE(from_json(json, back));
  EXPECT_EQ(back, Thing{});
  // An optional that is there stays there, even if its text is empty.
  Thing with;
  with.maybe = "";
  EXPECT_TRUE(to_json(with).contains("maybe"));
}

TEST(Fields, WhatIsAbsentStaysAsItWas) {
  Thing thing = full();
  EXPECT_TRUE(from_json(Json{{"number", 5}}, thing));
  Thing expected = full();
  expected.number = 5;
  EXPECT_EQ(thing, expected);
  EXPECT_TRUE(from_json(Json{{"maybe", nullptr}, {"perhaps", nullptr}, {"words", nullptr}}, thing));
  EXPECT_FALSE(thing.maybe || thing.perhaps);
  EXPECT_TRUE(thing.words.empty());
}

TEST(Fields, UnknownMembersAreKeptApart) {
  Json rest = Json::object();
  Thing thing;
  EXPECT_TRUE(
      from_json(*parse_json(R"({"zeta":{"a":[1]},"text":"x","alpha":null,"numbers":1})"), thing, &rest));
  EXPECT_EQ(rest.dump(), R"({"zeta":{"a":[1]},"alpha":null,"numbers":1})");
  EXPECT_EQ(thing.text, "x");
  rest = Json::object();
  EXPECT_TRUE(from_json(to_json(full()), thing, &rest));
  EXPECT_TRUE(rest.empty());
  // They are kept also where something else is wrong.
  EXPECT_FALSE(from_json(Json{{"text", 1}, {"more", 2}}, thing, &rest));
  EXPECT_EQ(rest.dump(), R"({"more":2})");
}

TEST(Fields, WrongKindsAreRefused) {
  for (const char* bad : {R"({"text":1})",
                          R"({"text":null})",
                          R"({"yes":1})",
                          R"({"yes":"true"})",
                          R"({"number":1.5})",
                          R"({"number":"1"})",
                          R"({"number":true})",
                          R"({"real":"1"})",
                          R"({"colour":"blue"})",
                          R"({"colour":0})",
                          R"({"id":1})",
                          R"({"day":"2026-02-30"})",
                          R"({"day":20260101})",
                          R"({"part":[]})",
                          R"({"part":{"name":1}})",
                          R"({"maybe":1})",
                          R"({"perhaps":{"size":"x"}})",
                          R"({"until":""})",
                          R"({"words":"a"})",
                          R"({"words":["a",1]})",
                          R"({"parts":[{"name":"a"},3]})",
                          R"({"table":[]})",
                          R"({"table":{"k":[1,"2"]}})",
                          R"([])",
                          R"("text")",
                          "null",
                          "1"}) {
    Thing thing;
    EXPECT_FALSE(from_json(*parse_json(bad), thing)) << bad;
  }
  // A fault does not keep what comes after it from being read.
  Thing thing;
  EXPECT_FALSE(from_json(*parse_json(R"({"yes":1,"text":"read"})"), thing));
  EXPECT_EQ(thing.text, "read");
}

TEST(Fields, NumbersThatDoNotFitAreRefused) {
  for (const char* bad :
       {R"({"number":2147483648})", R"({"number":-2147483649})", R"({"small":256})", R"({"small":-1})",
        R"({"whole":-1})", R"({"big":9223372036854775808})", R"({"number":18446744073709551615})"}) {
    Thing thing;
    EXPECT_FALSE(from_json(*parse_json(bad), thing)) << bad;
    EXPECT_EQ(thing, Thing{}) << bad;
  }
  Thing thing;
  EXPECT_TRUE(from_json(
      *parse_json(R"({"number":-2147483648,"small":255,"big":9223372036854775807,"real":3})"), thing));
  EXPECT_EQ(thing.real, 3);
}

TEST(Fields, NamesOfValuesAndWhatAFieldSays) {
  static_assert(name_of(Colour::green) == "green");
  static_assert(value_of<Colour>("red") == Colour::red);
  static_assert(!value_of<Colour>("Red"));
  int needed = 0;
  for_each_field<Thing>([&](const auto& f) { needed += f.duty == Duty::needed; });
  EXPECT_EQ(needed, 1);
  constexpr auto last = std::get<17>(FieldsOf<Thing>::list);
  EXPECT_EQ(last.category, 9);
  EXPECT_EQ(last.storage, Storage::sealed);
  EXPECT_EQ(last.retention, "case");
  EXPECT_EQ(std::get<0>(FieldsOf<Thing>::list).retention, "entry");
}

}  // namespace
}  // namespace lotse
