// SPDX-License-Identifier: EUPL-1.2
#include "http/form.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace lotse::http {
namespace {

using Pairs = std::vector<Field>;

TEST(Form, DecodesPairsInOrder) {
  const auto form = decode_form("a=1&b=zwei+W%C3%B6rter&a=3&leer=&nur");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->pairs, (Pairs{{"a", "1"}, {"b", "zwei Wörter"}, {"a", "3"}, {"leer", ""}, {"nur", ""}}));
  EXPECT_EQ(form->find("a"), "1");
  EXPECT_EQ(form->all("a"), (std::vector<std::string_view>{"1", "3"}));
  EXPECT_EQ(form->find("fehlt"), std::nullopt);
}

TEST(Form, LeavesEmptyPiecesOutAndKeepsEqualSignsInValues) {
  EXPECT_EQ(decode_form("")->pairs, Pairs{});
  EXPECT_EQ(decode_form("&&a=1&&")->pairs, (Pairs{{"a", "1"}}));
  EXPECT_EQ(decode_form("a=b=c&=x")->pairs, (Pairs{{"a", "b=c"}, {"", "x"}}));
}

TEST(Form, RefusesBrokenEscapes) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%=1", "a=%4g", "a=1%"})
    EXPECT_EQ(decode_form(text).error(), FormError::bad_escape) << text;
}

TEST(Form, RefusesNulAndInvalidUtf8) {
  for (const char* text : {"a=%00", "%00=1", "a=%ff", "a=%c3", "a=%ed%a0%80", "a=%c0%80", "a=\xff"})
    EXPECT_EQ(decode_form(text).error(), FormError::bad_text) << text;
}

TEST(Form, LimitsTheNumberOfPairs) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a=1&";
  EXPECT_EQ(decode_form(text)->pairs.size(), 1000u);
  EXPECT_EQ(decode_form(text + "a=1").error(), FormError::too_many);
  EXPECT_EQ(decode_form("a&b&c", 2).error(), FormError::too_many);
}

TEST(Form, EncodesWhatItDecodes) {
  EXPECT_EQ(encode_query({{"q", "Familie Öz & Co"}, {"seite", "2"}}), "q=Familie+%C3%96z+%26+Co&seite=2");
  const Pairs pairs{{"a+b", "1=2&3"}, {"", ""}, {"ключ", "значення %"}};
  EXPECT_EQ(decode_form(encode_query(pairs))->pairs, pairs);
}

TEST(Form, PercentEncodingRoundTrip) {
  EXPECT_EQ(percent_encode("a/b c~ä"), "a%2Fb%20c~%C3%A4");
  EXPECT_EQ(percent_decode("a%2Fb+c"), "a/b+c");
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace lotse::http
