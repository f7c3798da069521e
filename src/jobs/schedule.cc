// SPDX-License-Identifier: EUPL-1.2
#include "jobs/schedule.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::jobs {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

Instant on_day(Day day, Minute at) {
  if (const auto found = instant_of({day, at})) return *found;
  return *instant_of({day, at + 60});
}

}  // namespace

Schedule Schedule::every_minutes(std::int64_t minutes) {
  CHECK(minutes >= 1);
  return Schedule(0, minutes);
}

Instant Schedule::latest(Instant now) const {
  if (minutes_ > 0) {
    const std::int64_t period = minutes_ * kMinuteMs;
    return {now.ms - ((now.ms % period) + period) % period};
  }
  const Day today = wall_time(now).day;
  const Instant slot = on_day(today, at_);
  return slot <= now ? slot : on_day(today.plus(-1), at_);
}

std::int64_t backoff_ms(std::int64_t attempt, double chance) {
  const std::int64_t doublings = std::clamp<std::int64_t>(attempt - 1, 0, 8);
  const std::int64_t whole = std::min<std::int64_t>(kMinuteMs << doublings, 240 * kMinuteMs);
  return whole / 2 + static_cast<std::int64_t>(static_cast<double>(whole / 2) * std::clamp(chance, 0.0, 1.0));
}

}  // namespace lotse::jobs
