// SPDX-License-Identifier: EUPL-1.2
#include "base/time.h"

#include <date/tz.h>

#include <charconv>
#include <chrono>

#include "base/check.h"

namespace lotse {
namespace {

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

date::year_month_day ymd(const Day& d) {
  return date::year(d.year) / date::month(static_cast<unsigned>(d.month)) /
         date::day(static_cast<unsigned>(d.day));
}

// The system's zone files end with 2037. A later year takes the clocks of the last year before that begins on
// the same weekday and is as long; this many days lie between the two.
int days_from_model(int year) {
  constexpr int kLastKnown = 2037;
  int model = year;
  if (year > kLastKnown)
    for (model = kLastKnown; date::year(model).is_leap() != date::year(year).is_leap() ||
                             Day{model, 1, 1}.weekday() != Day{year, 1, 1}.weekday();)
      --model;
  return Day{year, 1, 1}.number() - Day{model, 1, 1}.number();
}

std::string two(int n) { return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)}; }

class MachineClock final : public Clock {
 public:
  Instant now() const override {
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count()};
  }
};

class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(Instant start) : start_(start), from_(std::chrono::steady_clock::now()) {}
  Instant now() const override {
    const auto run = std::chrono::steady_clock::now() - from_;
    return Instant{start_.ms + std::chrono::duration_cast<std::chrono::milliseconds>(run).count()};
  }

 private:
  Instant start_;
  std::chrono::steady_clock::time_point from_;
};

}  // namespace

std::optional<Day> Day::parse(std::string_view t) {
  if (t.size() != 10 || t[4] != '-' || t[7] != '-') return std::nullopt;
  const auto y = digits(t.substr(0, 4)), m = digits(t.substr(5, 2)), d = digits(t.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  const Day day{*y, *m, *d};
  if (!ymd(day).ok()) return std::nullopt;
  return day;
}

std::string Day::text() const {
  std::string y = std::to_string(year);
  while (y.size() < 4) y.insert(0, 1, '0');
  return y + "-" + two(month) + "-" + two(day);
}

int Day::number() const { return date::sys_days(ymd(*this)).time_since_epoch().count(); }

Day Day::from_number(int number) {
  const date::year_month_day d{date::sys_days{date::days{number}}};
  return {static_cast<int>(d.year()), static_cast<int>(static_cast<unsigned>(d.month())),
          static_cast<int>(static_cast<unsigned>(d.day()))};
}

Weekday Day::weekday() const {
  return static_cast<int>(date::weekday{date::sys_days(ymd(*this))}.iso_encoding());
}

std::optional<Minute> parse_minute(std::string_view t) {
  if (t.size() != 5 || t[2] != ':') return std::nullopt;
  const auto h = digits(t.substr(0, 2)), m = digits(t.substr(3, 2));
  if (!h || !m || *m > 59 || *h * 60 + *m > 1440) return std::nullopt;
  return *h * 60 + *m;
}

std::string minute_text(Minute minute) {
  CHECK(minute >= 0 && minute <= 1440);
  return two(minute / 60) + ":" + two(minute % 60);
}

WallTime wall_time(Instant at, const char* zone) {
  const date::sys_time<std::chrono::milliseconds> utc{std::chrono::milliseconds{at.ms}};
  const int shift =
      days_from_model(Day::from_number(date::floor<date::days>(utc).time_since_epoch().count()).year);
  const auto local = date::locate_zone(zone)->to_local(utc - date::days{shift});
  const auto day = date::floor<date::days>(local);
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
  return {Day::from_number(day.time_since_epoch().count() + shift), static_cast<Minute>(minute)};
}

std::optional<Instant> instant_of(const WallTime& at, const char* zone) {
  const int shift = days_from_model(at.day.year);
  const date::local_time<std::chrono::minutes> local{date::days{at.day.number() - shift} +
                                                     std::chrono::minutes{at.minute}};
  const auto info = date::locate_zone(zone)->get_info(local);
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  const auto utc = local.time_since_epoch() + date::days{shift} - info.first.offset;
  return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(utc).count()};
}

std::shared_ptr<const Clock> system_clock() { return std::make_shared<MachineClock>(); }

std::shared_ptr<const Clock> clock_from(Day today) {
  const auto start = instant_of({today, 12 * 60});
  CHECK(start);
  return std::make_shared<ShiftedClock>(*start);
}

}  // namespace lotse
