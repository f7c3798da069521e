// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace lotse::web {

/**
 * How often each network (an IPv4 address, an IPv6 /64) may do something: `most` times at once, and once more
 * each `refill_ms`. Keeps nothing of a network once it has its whole allowance again. From any thread.
 */
class Allowance {
 public:
  Allowance(int most, std::int64_t refill_ms) : most_(most), refill_ms_(refill_ms) {}

  /** Takes one from the network of `address`; false if none is left. */
  bool take(std::string_view address, Instant now);
  /** Gives one back: what was done was no attempt to do harm. */
  void give_back(std::string_view address);

 private:
  const std::int64_t most_, refill_ms_;
  std::mutex mutex_;
  // By network, when its allowance is whole again, in ms: nothing needs to be counted while time passes.
  std::unordered_map<std::string, std::int64_t> whole_at_;
};

}  // namespace lotse::web
