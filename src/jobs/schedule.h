// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>

#include "base/time.h"

namespace lotse::jobs {

/** When something recurs: each slot is one run, on however many processes. */
class Schedule {
 public:
  /** Each day at this minute of the wall clock at home. On the day on which the change of clocks leaves that
   * minute out, an hour later; of a doubled one, the first. */
  static Schedule daily(Minute at) { return Schedule(at, 0); }
  /** Each full `minutes` since 1970 (5: at :00, :05, …). At least 1. */
  static Schedule every_minutes(std::int64_t minutes);
  /** The last slot that began at or before `now`: what was missed while nobody ran is made up for once. */
  Instant latest(Instant now) const;

 private:
  Schedule(Minute at, std::int64_t minutes) : at_(at), minutes_(minutes) {}
  Minute at_;
  std::int64_t minutes_;  // 0: daily
};

/**
 * How long to wait after the `attempt`th failure (from 1): a minute, doubling up to four hours; of that,
 * between a half and all, as `chance` (0 to 1) falls, so that what failed together does not come back
 * together.
 */
std::int64_t backoff_ms(std::int64_t attempt, double chance);

}  // namespace lotse::jobs
