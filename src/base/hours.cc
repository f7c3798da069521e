// SPDX-License-Identifier: EUPL-1.2
#include "base/hours.h"

#include <algorithm>

namespace lotse {
namespace {

constexpr Minute kMidnight = 1440;

Weekday next(Weekday weekday) { return weekday % 7 + 1; }

}  // namespace

bool is_span(Minute from, Minute to) { return from != to && from < kMidnight; }

std::vector<Span> spans_between(Weekday weekday, Minute from, Minute to) {
  if (from < to) return {{weekday, from, to}};
  std::vector<Span> spans{{weekday, from, kMidnight}};
  if (to > 0) spans.push_back({next(weekday), 0, to});
  return spans;
}

std::vector<Span> across_midnight(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  for (std::size_t i = 0; i < spans.size();) {
    const Span morning = spans[i++];
    if (morning.from != 0) continue;
    // Only what is shorter than a day: otherwise nobody could tell on which day it ends.
    const auto evening = std::find_if(spans.begin(), spans.end(), [&](const Span& s) {
      return next(s.weekday) == morning.weekday && s.to == kMidnight && s.from > morning.to;
    });
    if (evening == spans.end()) continue;
    evening->to = morning.to;
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(--i));
  }
  return spans;
}

Minute open_for(std::span<const Span> spans, Weekday weekday, Minute minute) {
  Minute open = 0;
  for (;;) {
    const auto now = std::find_if(spans.begin(), spans.end(), [&](const Span& s) {
      return s.weekday == weekday && s.from <= minute && minute < s.to;
    });
    if (now == spans.end()) return open;
    open += now->to - minute;
    if (open >= kMinutesOfWeek) return kMinutesOfWeek;
    minute = now->to;
    if (minute == kMidnight) {
      weekday = next(weekday);
      minute = 0;
    }
  }
}

}  // namespace lotse
