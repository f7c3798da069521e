// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <gtest/gtest.h>

namespace lotse {
namespace {

std::string nested(int depth, const std::string& inside = "") {
  return std::string(depth, '[') + inside + std::string(depth, ']');
}

JsonFault fault_of(std::string_view text) {
  JsonFault fault{99, "none"};
  EXPECT_FALSE(parse_json(text, &fault)) << text.substr(0, 60);
  return fault;
}

TEST(Json, KeepsTheOrderOfMembers) {
  const auto json = parse_json(R"({"z":1,"a":[true,null,"ü"],"m":{"y":2.5,"b":""}})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->dump(), R"({"z":1,"a":[true,null,"ü"],"m":{"y":2.5,"b":""}})");
}

TEST(Json, SixtyFourDeepIsTheLimit) {
  EXPECT_TRUE(parse_json(nested(64)));
  EXPECT_TRUE(parse_json(nested(64, "1")));
  for (const std::string& text : {nested(65), nested(65, "1"), nested(64, "{}"), nested(64, R"({"a":1})")})
    EXPECT_EQ(fault_of(text).reason, "nested deeper than 64") << text;
  // Far too deep ends at once, without using up the stack.
  EXPECT_EQ(fault_of(std::string(2'000'000, '[')).reason, "nested deeper than 64");
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_EQ(fault_of(objects + "1" + std::string(65, '}')).reason, "nested deeper than 64");
}

TEST(Json, TheSameKeyTwiceIsAFault) {
  EXPECT_EQ(fault_of(R"({"a":1,"b":2,"a":3})").reason, "the same key twice");
  EXPECT_EQ(fault_of(R"([{"a":{"x":1,"x":1}}])").reason, "the same key twice");
  EXPECT_EQ(fault_of(R"({"a":1,"\u0061":3})").reason, "the same key twice");
  // In different objects it is none, nor after an object inside.
  EXPECT_TRUE(parse_json(R"([{"a":{"a":[{"a":1},{"a":2}]},"b":1},{"a":1}])"));
  EXPECT_EQ(fault_of(R"({"a":{"b":1},"a":2})").reason, "the same key twice");
}

TEST(Json, ATextWithNulWouldEndThereInOneOfTheStores) {
  EXPECT_EQ(fault_of("[\n\"a\\u0000b\"]").reason, "the character NUL in a text");
  EXPECT_EQ(fault_of("[\n\"a\\u0000b\"]").line, 2u);
  EXPECT_EQ(fault_of("{\"a\\u0000b\":1}").reason, "the character NUL in a text");
  EXPECT_TRUE(parse_json("[\"a\\\\u0000b\"]"));
}

TEST(Json, FaultsNameTheirLine) {
  EXPECT_EQ(fault_of("{").line, 1u);
  EXPECT_EQ(fault_of("{\n  \"a\": 1,\n  \"b\": oops\n}").line, 3u);
  EXPECT_EQ(fault_of("{\n  \"a\": 1,\n}").line, 3u);
  EXPECT_EQ(fault_of("[\n\n1,\n2\n").line, 5u);                 // ends too early
  EXPECT_EQ(fault_of("{\n\"a\": \"line\nend\"\n}").line, 2u);   // the line end inside the text is the fault
  EXPECT_EQ(fault_of("{\n\"a\": 1,\n\n\"a\": 2\n}").line, 4u);  // twice
  EXPECT_EQ(fault_of("[\n\n" + nested(64) + "]").line, 3u);     // too deep
  EXPECT_EQ(fault_of("[\n1,\n1e999\n]").line, 3u);              // beyond a double
}

TEST(Json, ObjectsOfVeryManyMembersAreAFaultAndNotAWaitOfMinutes) {
  const auto object = [](int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
    return text + "}";
  };
  EXPECT_TRUE(parse_json(object(10'000)));
  EXPECT_EQ(fault_of(object(10'001)).reason, "more than 10,000 members in one object");
}

TEST(Json, AListOfVeryManyObjectsIsReadInOneGo) {
  std::string text = "[{\"a\":[{}]}";
  for (int i = 0; i < 200'000; ++i) text += ",{\"a\":1}";
  const auto list = parse_json(text + "]");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 200'001u);
  EXPECT_EQ(fault_of(text + ",{\"a\":1,\"a\":2}]").reason, "the same key twice");
}

TEST(Json, OnlyWholeValidUtf8JsonIsRead) {
  for (const char* bad :
       {"", " ", "\xEF\xBB\xBF", "{} x", "{}{}", "nul", "'a'", "[1,]", "{a:1}", "[01]", "[+1]", "[.5]",
        "[1.]", "// c\n1", "NaN", "[Infinity]", "\"\\x41\"", "\"\\ud800\"", "\"tab\there\""})
    EXPECT_FALSE(parse_json(bad)) << bad;
  for (const char* bad :
       {"\"\xC3\"", "\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE4\""})
    EXPECT_FALSE(parse_json(bad)) << "invalid UTF-8";
  EXPECT_FALSE(parse_json(std::string_view("[1]\0", 4)));
  EXPECT_EQ(fault_of(std::string_view("[1]\n\0 and more", 14)).line, 2u);
  EXPECT_TRUE(parse_json("\xEF\xBB\xBF[1]"));  // a byte order mark, as Windows writes it
  EXPECT_TRUE(parse_json(" \"\" \n"));
  EXPECT_FALSE(parse_json("{"));  // without asking for the fault
}

}  // namespace
}  // namespace lotse
