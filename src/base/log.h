// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace lotse {

/** A value of a log line: a number, or a fixed word of ours. Texts from outside have no way in (they could be
 * personal). */
class LogValue {
 public:
  LogValue(std::int64_t n) : value_(n) {}
  LogValue(int n) : value_(static_cast<std::int64_t>(n)) {}
  LogValue(std::size_t n) : value_(static_cast<std::int64_t>(n)) {}
  LogValue(double n) : value_(n) {}
  /** A constant of the program, or something checked to be harmless (a route, a statement's name). Cut at 200
   * bytes. */
  static LogValue word(std::string_view text);
  const std::variant<std::int64_t, double, std::string>& value() const { return value_; }

 private:
  explicit LogValue(std::string text) : value_(std::move(text)) {}
  std::variant<std::int64_t, double, std::string> value_;
};

/**
 * Writes one JSON line {"at", "event", …} to standard error. `event` is a constant of the program. Control
 * characters are escaped, so a value cannot forge a line. Thread-safe.
 */
void log_event(std::string_view event,
               std::initializer_list<std::pair<std::string_view, LogValue>> values = {});

/** Silences or restores the log (tests, command-line tools). Returns what it was. */
bool log_enabled(bool on);

}  // namespace lotse
