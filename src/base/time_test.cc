// SPDX-License-Identifier: EUPL-1.2
#include "base/time.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace lotse {
namespace {

constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 3'600'000, kDayMs = 86'400'000;

WallTime wall(int year, int month, int day, int hour, int minute = 0) {
  return {{year, month, day}, hour * 60 + minute};
}

TEST(Day, ParsesOnlyDaysThatExist) {
  EXPECT_EQ(Day::parse("2026-11-22"), (Day{2026, 11, 22}));
  EXPECT_EQ(Day::parse("2028-02-29"), (Day{2028, 2, 29}));
  EXPECT_EQ(Day::parse("2000-02-29"), (Day{2000, 2, 29}));
  for (const char* bad : {"", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
                          "2026-01-00", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-0",
                          "2026-01-0x", "+026-01-01", "-026-01-01", "2026-01-001", "2026-0a-01"})
    EXPECT_FALSE(Day::parse(bad)) << bad;
}

TEST(Day, TextAndNumberGoBothWays) {
  EXPECT_EQ((Day{1970, 1, 1}.number()), 0);
  EXPECT_EQ((Day{1969, 12, 31}.number()), -1);
  EXPECT_EQ((Day{2026, 11, 22}.number()), 20779);
  for (int n = Day{1899, 12, 25}.number(); n < Day{2101, 1, 5}.number(); ++n) {
    const Day day = Day::from_number(n);
    ASSERT_EQ(day.number(), n);
    ASSERT_EQ(Day::parse(day.text()), day) << day.text();
    ASSERT_EQ(day.plus(1).number(), n + 1);
    ASSERT_EQ(day.weekday() % 7 + 1, day.plus(1).weekday());
  }
  EXPECT_EQ((Day{7, 3, 4}.text()), "0007-03-04");
}

TEST(Day, LeapDaysAndWeekdays) {
  EXPECT_EQ((Day{2028, 2, 28}.plus(1)), (Day{2028, 2, 29}));
  EXPECT_EQ((Day{2028, 2, 29}.plus(1)), (Day{2028, 3, 1}));
  EXPECT_EQ((Day{2027, 2, 28}.plus(1)), (Day{2027, 3, 1}));
  EXPECT_EQ((Day{2027, 3, 1}.plus(-1)), (Day{2027, 2, 28}));
  EXPECT_EQ((Day{2026, 12, 31}.plus(1)), (Day{2027, 1, 1}));
  EXPECT_EQ((Day{2026, 11, 22}.weekday()), 7);  // a Sunday
  EXPECT_EQ((Day{2026, 11, 23}.weekday()), 1);
  EXPECT_LT((Day{2026, 9, 30}), (Day{2026, 10, 1}));
}

TEST(Minute, ParsesTwentyFourHours) {
  EXPECT_EQ(parse_minute("00:00"), 0);
  EXPECT_EQ(parse_minute("09:30"), 570);
  EXPECT_EQ(parse_minute("23:59"), 1439);
  EXPECT_EQ(parse_minute("24:00"), 1440);
  for (const char* bad :
       {"", "9:30", "24:01", "25:00", "12:60", "12.30", "12:3", "12:300", "-1:00", "1a:00", "99:99", " 9:30"})
    EXPECT_FALSE(parse_minute(bad)) << bad;
  for (Minute m = 0; m <= 1440; ++m) ASSERT_EQ(parse_minute(minute_text(m)), m);
  EXPECT_THROW(minute_text(-1), Bug);
  EXPECT_THROW(minute_text(1441), Bug);
}

TEST(WallTime, SpringChangeLeavesOutAnHour) {
  // 29 March 2026, 02:00 CET is 03:00 CEST: 01:00 UTC.
  const auto before = instant_of(wall(2026, 3, 29, 1, 59)), after = instant_of(wall(2026, 3, 29, 3, 0));
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->ms - before->ms, kMinuteMs);
  EXPECT_EQ(after->ms, Day({2026, 3, 29}).number() * kDayMs + kHourMs);
  for (Minute m = 120; m < 180; ++m) ASSERT_FALSE(instant_of({{2026, 3, 29}, m})) << minute_text(m);
  EXPECT_EQ(wall_time(*before), wall(2026, 3, 29, 1, 59));
  EXPECT_EQ(wall_time(Instant{before->ms + kMinuteMs}), wall(2026, 3, 29, 3, 0));
  EXPECT_EQ(wall_time(Instant{after->ms - 1}), wall(2026, 3, 29, 1, 59));
  // That day has 23 hours.
  EXPECT_EQ(instant_of(wall(2026, 3, 30, 0))->ms - instant_of(wall(2026, 3, 29, 0))->ms, 23 * kHourMs);
  // Another zone has another day of change.
  EXPECT_TRUE(instant_of(wall(2026, 3, 29, 2, 30), "UTC"));
}

TEST(WallTime, AutumnChangeMeansTheFirstOfTheDoubledHour) {
  // 25 October 2026, 03:00 CEST is 02:00 CET: 01:00 UTC.
  const std::int64_t midnight_utc = Day({2026, 10, 25}).number() * kDayMs;
  for (Minute m = 120; m < 180; ++m) {
    const auto at = instant_of({{2026, 10, 25}, m});
    ASSERT_TRUE(at);
    ASSERT_EQ(at->ms, midnight_utc + (m - 120) * kMinuteMs);  // still summer time: 02:00 is 00:00 UTC
    ASSERT_EQ(wall_time(*at), (WallTime{{2026, 10, 25}, m}));
    // An hour later the clock shows the same.
    ASSERT_EQ(wall_time(Instant{at->ms + kHourMs}), (WallTime{{2026, 10, 25}, m}));
  }
  EXPECT_EQ(instant_of(wall(2026, 10, 25, 1, 59))->ms, midnight_utc - kMinuteMs);
  EXPECT_EQ(instant_of(wall(2026, 10, 25, 3, 0))->ms, midnight_utc + 2 * kHourMs);
  EXPECT_EQ(instant_of(wall(2026, 10, 26, 0))->ms - instant_of(wall(2026, 10, 25, 0))->ms, 25 * kHourMs);
}

TEST(WallTime, EveryHalfHourOfTheYearGoesBothWays) {
  const Day first{2026, 1, 1};
  int missing = 0;
  for (int d = 0; d < 365; ++d)
    for (Minute m = 0; m < 1440; m += 30) {
      const WallTime at{first.plus(d), m};
      const auto instant = instant_of(at);
      if (!instant) {
        ++missing;
        continue;
      }
      ASSERT_EQ(wall_time(*instant), at) << at.day.text() << " " << minute_text(m);
    }
  EXPECT_EQ(missing, 2);
}

TEST(WallTime, EndOfDayIsMidnightOfTheNext) {
  EXPECT_EQ(instant_of({{2026, 11, 22}, 1440}), instant_of({{2026, 11, 23}, 0}));
}

TEST(WallTime, HoldsBeyond2038AndBefore1970) {
  const Instant beyond{2'147'483'648'000};  // 2038-01-19 03:14:08 UTC
  EXPECT_EQ(wall_time(beyond), wall(2038, 1, 19, 4, 14));
  EXPECT_EQ(instant_of(wall(2038, 1, 19, 4, 14))->ms, beyond.ms - 8'000);
  // Summer time goes on.
  EXPECT_EQ(wall_time(*instant_of(wall(2040, 7, 1, 12))), wall(2040, 7, 1, 12));
  EXPECT_EQ(instant_of(wall(2040, 7, 1, 12))->ms % kDayMs, 10 * kHourMs);
  // Both changes of clocks of 2044 (27 March, 30 October), and of 2101, when the weekdays have moved.
  for (const auto& [spring, autumn] :
       {std::pair{Day{2044, 3, 27}, Day{2044, 10, 30}}, std::pair{Day{2101, 3, 27}, Day{2101, 10, 30}}}) {
    EXPECT_FALSE(instant_of({spring, 150}));
    EXPECT_TRUE(instant_of({spring.plus(7), 150}));
    const auto doubled = instant_of({autumn, 150});
    ASSERT_TRUE(doubled);
    EXPECT_EQ(wall_time(Instant{doubled->ms + kHourMs}), (WallTime{autumn, 150}));
  }
  for (int d = Day{2037, 12, 30}.number(); d < Day{2038, 1, 3}.number(); ++d)
    for (Minute m = 0; m < 1440; m += 30)
      ASSERT_EQ(wall_time(*instant_of({Day::from_number(d), m})), (WallTime{Day::from_number(d), m}));
  EXPECT_EQ(wall_time(Instant{-1}), wall(1970, 1, 1, 0, 59));
  EXPECT_EQ(wall_time(Instant{-kDayMs * 365}).day, (Day{1969, 1, 1}));
}

TEST(Clock, TodayIsTheDayInBerlin) {
  StandingClock clock(*instant_of(wall(2026, 11, 22, 0, 30)));  // in UTC still the 21st
  EXPECT_EQ(clock.today(), (Day{2026, 11, 22}));
  clock.set(Instant{clock.now().ms - 31 * kMinuteMs});
  EXPECT_EQ(clock.today(), (Day{2026, 11, 21}));
  const auto lived = clock_from({2028, 2, 29});
  EXPECT_EQ(lived->today(), (Day{2028, 2, 29}));
  EXPECT_GE(lived->now(), *instant_of(wall(2028, 2, 29, 12)));
  EXPECT_LE(lived->now(), lived->now());
  EXPECT_GT(system_clock()->now().ms, 1'700'000'000'000);
}

}  // namespace
}  // namespace lotse
