// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <span>
#include <vector>

#include "base/time.h"

namespace lotse {

/** Open once a week from … to …, within one day: 0 <= from < to <= 1440. */
struct Span {
  Weekday weekday = 0;
  Minute from = 0, to = 0;
  auto operator<=>(const Span&) const = default;
};

/**
 * The one rule for two times: an end before the beginning lies on the next day; a whole day is 00:00 to
 * 24:00, and nothing ends when it begins. 24:00 is only an end.
 */
bool is_span(Minute from, Minute to);

/** What lies between two times of `is_span`: one span, or one before midnight and one after it. */
std::vector<Span> spans_between(Weekday weekday, Minute from, Minute to);

/** Spans that meet at midnight as people write them: one, with its end before its beginning. Sorted. */
std::vector<Span> across_midnight(std::vector<Span> spans);

inline constexpr Minute kMinutesOfWeek = 7 * 1440;

/** How many minutes it stays open from a moment on: 0 if it is closed then, kMinutesOfWeek if it never
 * closes. */
Minute open_for(std::span<const Span> spans, Weekday weekday, Minute minute);

}  // namespace lotse
