// SPDX-License-Identifier: EUPL-1.2
#include "jobs/schedule.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace lotse::jobs {
namespace {

constexpr std::int64_t kMinute = 60'000;

Instant at(Day day, Minute minute) { return *instant_of({day, minute}); }

TEST(Schedule, EveryFiveMinutesBeginsAtTheFullFive) {
  const auto five = Schedule::every_minutes(5);
  EXPECT_EQ(five.latest({0}), Instant{0});
  EXPECT_EQ(five.latest({5 * kMinute - 1}), Instant{0});
  EXPECT_EQ(five.latest({5 * kMinute}), Instant{5 * kMinute});
  EXPECT_EQ(five.latest({-1}), Instant{-5 * kMinute});
  EXPECT_EQ(five.latest({at({2026, 11, 24}, 603).ms + 59'999}), at({2026, 11, 24}, 600));
  EXPECT_THROW(Schedule::every_minutes(0), Bug);
}

TEST(Schedule, DailyIsTodayFromThatMinuteOnAndYesterdayBefore) {
  const auto three = Schedule::daily(180);
  EXPECT_EQ(three.latest(at({2026, 11, 24}, 180)), at({2026, 11, 24}, 180));
  EXPECT_EQ(three.latest({at({2026, 11, 24}, 180).ms - 1}), at({2026, 11, 23}, 180));
  EXPECT_EQ(three.latest(at({2026, 11, 24}, 1439)), at({2026, 11, 24}, 180));
  EXPECT_EQ(three.latest(at({2026, 3, 1}, 0)), at({2026, 2, 28}, 180));
}

TEST(Schedule, AMinuteThatTheChangeOfClocksLeavesOutComesAnHourLater) {
  const auto half_past_two = Schedule::daily(150);
  EXPECT_EQ(half_past_two.latest(at({2026, 3, 29}, 600)), at({2026, 3, 29}, 210));
  EXPECT_EQ(half_past_two.latest(at({2026, 3, 29}, 200)), at({2026, 3, 28}, 150));
}

TEST(Schedule, OfADoubledMinuteItIsTheFirst) {
  const auto half_past_two = Schedule::daily(150);
  const Instant first = at({2026, 10, 25}, 150);
  EXPECT_EQ(half_past_two.latest({first.ms + 60 * kMinute}), first) << "the clock shows 02:30 again";
  EXPECT_EQ(half_past_two.latest({first.ms - 1}), at({2026, 10, 24}, 150));
}

TEST(Backoff, DoublesUpToFourHoursBetweenAHalfAndAll) {
  const std::int64_t whole[] = {1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240};
  for (std::int64_t attempt = 1; attempt <= 11; ++attempt) {
    const std::int64_t minutes = whole[attempt - 1];
    EXPECT_EQ(backoff_ms(attempt, 0), minutes * kMinute / 2) << attempt;
    EXPECT_EQ(backoff_ms(attempt, 1), minutes * kMinute) << attempt;
    EXPECT_EQ(backoff_ms(attempt, 0.5), minutes * kMinute * 3 / 4) << attempt;
  }
  EXPECT_EQ(backoff_ms(0, 0), kMinute / 2);
  EXPECT_EQ(backoff_ms(1'000'000'000'000, 1), 240 * kMinute);
  EXPECT_EQ(backoff_ms(1, 7.0), kMinute);
  EXPECT_EQ(backoff_ms(1, -7.0), kMinute / 2);
}

}  // namespace
}  // namespace lotse::jobs
