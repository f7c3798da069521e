// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "http/http.h"
#include "sql/sql.h"

namespace lotse {

/**
 * What the serving process has done, for a Prometheus server (text format 0.0.4). Patterns of routes, never
 * addresses or queries; nothing about anybody.
 */
class Metrics {
 public:
  /** Counts an answer. From any thread. */
  void count(const http::LogLine& line);
  /** Everything so far, and what the store and the open connections say now. `copies`: see
   * care::age_of_copies. */
  std::string text(const sql::Figures& store, std::size_t connections,
                   std::optional<std::chrono::seconds> copies) const;

 private:
  // Upper ends in microseconds; beyond the last: +Inf.
  static constexpr std::array<std::int64_t, 9> kEnds{1'000,   5'000,     10'000,    50'000,    100'000,
                                                     500'000, 1'000'000, 5'000'000, 10'000'000};
  using Name = std::tuple<std::string, std::string, int>;  // method, route, status
  mutable std::mutex mutex_;
  std::map<Name, std::uint64_t> answers_;
  std::array<std::uint64_t, kEnds.size() + 1> times_{};
  std::uint64_t bytes_ = 0;
  std::int64_t microseconds_ = 0;
};

}  // namespace lotse
