// SPDX-License-Identifier: EUPL-1.2
#include "base/hours.h"

#include <gtest/gtest.h>

namespace lotse {
namespace {

using Spans = std::vector<Span>;

TEST(Hours, an_end_before_the_beginning_lies_on_the_next_day) {
  EXPECT_EQ(spans_between(5, 1080, 120), (Spans{{5, 1080, 1440}, {6, 0, 120}}));
  EXPECT_EQ(spans_between(7, 1320, 360), (Spans{{7, 1320, 1440}, {1, 0, 360}}));
  EXPECT_EQ(spans_between(5, 1080, 0), (Spans{{5, 1080, 1440}}));
  EXPECT_EQ(spans_between(5, 1080, 1440), (Spans{{5, 1080, 1440}}));
  EXPECT_TRUE(is_span(0, 1440) && is_span(1320, 360) && is_span(540, 600) && is_span(1, 0));
  EXPECT_FALSE(is_span(0, 0) || is_span(600, 600) || is_span(1440, 1440) || is_span(1440, 120));
}

TEST(Hours, that_meet_at_midnight_are_shown_as_one) {
  for (const auto& [from, to] : {std::pair{1080, 120}, {1320, 360}, {1080, 0}, {0, 1440}, {540, 720}})
    for (Weekday day = 1; day <= 7; ++day)
      EXPECT_EQ(across_midnight(spans_between(day, from, to)), (Spans{{day, from, to == 0 ? 1440 : to}}));
  // Two nights, and a day that begins at midnight after a whole one.
  EXPECT_EQ(across_midnight({{6, 0, 120}, {5, 1080, 1440}, {7, 0, 60}, {6, 1200, 1440}}),
            (Spans{{5, 1080, 120}, {6, 1200, 60}}));
  EXPECT_EQ(across_midnight({{1, 0, 1440}, {2, 0, 120}}), (Spans{{1, 0, 1440}, {2, 0, 120}}));
  EXPECT_EQ(across_midnight({{1, 600, 1440}, {2, 0, 600}}), (Spans{{1, 600, 1440}, {2, 0, 600}}));
}

TEST(Hours, go_on_over_midnight) {
  const Spans night{{5, 1080, 1440}, {6, 0, 120}, {6, 600, 700}};
  EXPECT_EQ(open_for(night, 5, 1079), 0);
  EXPECT_EQ(open_for(night, 5, 1380), 180);
  EXPECT_EQ(open_for(night, 6, 30), 90);
  EXPECT_EQ(open_for(night, 6, 120), 0);
  EXPECT_EQ(open_for({}, 1, 0), 0);
  Spans week;
  for (Weekday day = 1; day <= 7; ++day) week.push_back({day, 0, 1440});
  EXPECT_EQ(open_for(week, 3, 777), kMinutesOfWeek);
  week.pop_back();
  EXPECT_EQ(open_for(week, 6, 720), 720);
  EXPECT_EQ(open_for(week, 1, 0), 6 * 1440);
}

}  // namespace
}  // namespace lotse
