// SPDX-License-Identifier: EUPL-1.2
#pragma once
// What the benches of writing share: many writers at once, and how long each change took.
#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "base/json.h"
#include "sql/sql.h"

namespace lotse::sql {

/** What the doors close to everybody else; see sql::Engine. */
struct TestAccess {
  static void write(Engine& engine, const std::function<void(Tx&)>& closure) { engine.write(closure); }
};

}  // namespace lotse::sql

namespace lotse {

using Steady = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
inline constexpr int kWriters = 64;

inline double percentile(const std::vector<double>& sorted, double part) {
  return sorted.empty()
             ? 0
             : sorted[std::min(sorted.size() - 1,
                               static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

/** Runs `change` by all writers for so many seconds; with a `rate` (a second), each at its moment, and its
 * time counts from that. */
inline Json measure(double seconds, double rate, const std::function<sql::Figures()>& figures,
                    const std::function<void()>& change) {
  const auto before = figures();
  std::atomic<std::int64_t> next{0}, refused{0};
  std::vector<std::vector<double>> times(kWriters);
  const auto begun = Steady::now();
  std::vector<std::thread> writers;
  for (auto& mine : times)
    writers.emplace_back([&] {
      while (true) {
        auto due = Steady::now();
        if (rate > 0) {
          due = begun +
                std::chrono::duration_cast<Steady::duration>(Seconds(static_cast<double>(next++) / rate));
          if (Seconds(due - begun).count() >= seconds) return;
          std::this_thread::sleep_until(due);
        } else if (Seconds(due - begun).count() >= seconds) {
          return;
        }
        try {
          change();
          mine.push_back(Seconds(Steady::now() - due).count());
        } catch (const sql::Unavailable&) {
          ++refused;
        }
      }
    });
  for (auto& each : writers) each.join();
  const double took = Seconds(Steady::now() - begun).count();
  const auto after = figures();
  std::vector<double> all;
  for (const auto& mine : times) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  return {{"per_second", static_cast<double>(all.size()) / took},
          {"p50_ms", percentile(all, 0.5) * 1000},
          {"p99_ms", percentile(all, 0.99) * 1000},
          {"commits_per_second", static_cast<double>(after.commits - before.commits) / took},
          {"refused", refused.load()}};
}

}  // namespace lotse
