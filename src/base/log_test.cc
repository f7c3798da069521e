// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"

namespace lotse {
namespace {

std::string logged(std::string_view event,
                   std::initializer_list<std::pair<std::string_view, LogValue>> values) {
  const bool before = log_enabled(true);
  testing::internal::CaptureStderr();
  log_event(event, values);
  log_enabled(before);
  return testing::internal::GetCapturedStderr();
}

static_assert(!std::is_constructible_v<LogValue, std::string>, "texts from outside have no way in");
static_assert(!std::is_constructible_v<LogValue, const char*>);

TEST(Log, ALineIsOneJsonObject) {
  const std::string line = logged("request.done", {{"status", 200},
                                                   {"route", LogValue::word("/offers/{id}")},
                                                   {"share", 0.5},
                                                   {"bytes", std::size_t{7}},
                                                   {"n", std::int64_t{-1}}});
  ASSERT_EQ(line.back(), '\n');
  const auto json = parse_json(line);
  ASSERT_TRUE(json) << line;
  EXPECT_EQ((*json)["event"], "request.done");
  EXPECT_EQ((*json)["status"], 200);
  EXPECT_EQ((*json)["route"], "/offers/{id}");
  EXPECT_EQ((*json)["share"], 0.5);
  EXPECT_EQ((*json)["bytes"], 7);
  EXPECT_EQ((*json)["n"], -1);
  EXPECT_GT((*json)["at"].get<std::int64_t>(), 1'700'000'000'000);
}

TEST(Log, AValueCannotForgeALine) {
  const std::string evil =
      "x\"}\n{\"at\":1,\"event\":\"audit.deleted\"}\r\x1b[2J\x07\x7f\xe2\x80\xa8\xc2\x85";
  const std::string line = logged("request.failed", {{"what", LogValue::word(evil)}});
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  for (const char c : line.substr(0, line.size() - 1))
    EXPECT_TRUE(c >= ' ' && c < '\x7f') << static_cast<int>(c);
  const auto json = parse_json(line);
  ASSERT_TRUE(json) << line;
  EXPECT_EQ((*json)["event"], "request.failed");
  EXPECT_EQ((*json)["what"], evil);
  EXPECT_EQ(json->size(), 3u);
}

TEST(Log, LongAndBrokenTextsAreCutAndStayJson) {
  std::string text(199, 'a');
  text += "\xC3\xA4\xC3\xA4";  // the cut falls into the letter
  auto json = parse_json(logged("e", {{"what", LogValue::word(text)}}));
  ASSERT_TRUE(json);
  EXPECT_LE((*json)["what"].get<std::string>().size(), 202u);
  json = parse_json(
      logged("e", {{"what", LogValue::word("\xff\xfe")}, {"nan", std::numeric_limits<double>::quiet_NaN()}}));
  ASSERT_TRUE(json);
  EXPECT_TRUE((*json)["nan"].is_null());
}

TEST(Log, CanBeSilenced) {
  const bool before = log_enabled(false);
  testing::internal::CaptureStderr();
  log_event("never");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_FALSE(log_enabled(before));
}

}  // namespace
}  // namespace lotse
