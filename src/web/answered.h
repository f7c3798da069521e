// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"

namespace lotse::web {

/**
 * Where forms that have just been sent led to, so that a second click leads there as well. Only for a moment:
 * who comes back to an old page and sends it again is told so. From any thread.
 */
class Answered {
 public:
  void remember(const std::string& key, const std::string& location, Instant now) {
    const std::scoped_lock lock(mutex_);
    newest_.push_back({key, location, now.ms});
    while (newest_.size() > kMost || newest_.front().at_ms < now.ms - kMomentMs) newest_.pop_front();
  }
  std::optional<std::string> location_of(const std::string& key, Instant now) {
    const std::scoped_lock lock(mutex_);
    for (const Sent& each : newest_)
      if (each.key == key && each.at_ms >= now.ms - kMomentMs) return each.location;
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMost = 1'000;
  static constexpr std::int64_t kMomentMs = 10'000;
  struct Sent {
    std::string key, location;
    std::int64_t at_ms = 0;
  };
  std::mutex mutex_;
  std::deque<Sent> newest_;
};

}  // namespace lotse::web
