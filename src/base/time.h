// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lotse {

/** What has happened: milliseconds since 1970-01-01 UTC. */
struct Instant {
  std::int64_t ms = 0;
  auto operator<=>(const Instant&) const = default;
};

/** 1 = Monday … 7 = Sunday (ISO 8601). */
using Weekday = int;

/** A day of the Gregorian calendar, as people write it; no zone. */
struct Day {
  int year = 1970, month = 1, day = 1;
  auto operator<=>(const Day&) const = default;
  /** `YYYY-MM-DD`; nothing for a text of another form or a day that does not exist. */
  static std::optional<Day> parse(std::string_view text);
  std::string text() const;
  /** Days since 1970-01-01; `from_number` is its inverse. */
  int number() const;
  static Day from_number(int number);
  Weekday weekday() const;
  Day plus(int days) const { return from_number(number() + days); }
};

/** Minutes since midnight by the wall clock, 0 to 1440 (1440 only as an end). */
using Minute = int;

/** `HH:MM` (24 hours, also `24:00`); nothing for anything else. */
std::optional<Minute> parse_minute(std::string_view text);
std::string minute_text(Minute minute);

/** The wall clock at an instant in a zone of the IANA data base. */
struct WallTime {
  Day day;
  Minute minute = 0;
  auto operator<=>(const WallTime&) const = default;
};
inline constexpr const char* kHomeZone = "Europe/Berlin";
WallTime wall_time(Instant at, const char* zone = kHomeZone);
/** Nothing for a minute that the change of clocks leaves out; the first of a doubled one. */
std::optional<Instant> instant_of(const WallTime& at, const char* zone = kHomeZone);

/** Where time comes from; injected everywhere, so that tests and `serve --sample --today` live another day.
 */
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  Day today() const { return wall_time(now()).day; }
};

/** The machine's clock. */
std::shared_ptr<const Clock> system_clock();

/** A clock that runs on from noon (Europe/Berlin) of the given day, from the moment it is made. */
std::shared_ptr<const Clock> clock_from(Day today);

/** A clock that stands until it is moved; for tests. */
class StandingClock final : public Clock {
 public:
  explicit StandingClock(Instant at) : at_(at) {}
  Instant now() const override { return at_; }
  void set(Instant at) { at_ = at; }

 private:
  Instant at_;
};

}  // namespace lotse
