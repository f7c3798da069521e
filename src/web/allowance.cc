// SPDX-License-Identifier: EUPL-1.2
#include "web/allowance.h"

#include <algorithm>

#include "http/head.h"

namespace lotse::web {
namespace {
constexpr std::size_t kTidyFrom = 1'000;
}

bool Allowance::take(std::string_view address, Instant now) {
  const std::scoped_lock lock(mutex_);
  if (whole_at_.size() >= kTidyFrom)
    std::erase_if(whole_at_, [&](const auto& each) { return each.second <= now.ms; });
  auto& whole_at = whole_at_[http::network_of(address)];
  const std::int64_t after = std::max(whole_at, now.ms) + refill_ms_;
  if (after - now.ms > most_ * refill_ms_) return false;
  whole_at = after;
  return true;
}

void Allowance::give_back(std::string_view address) {
  const std::scoped_lock lock(mutex_);
  if (const auto at = whole_at_.find(http::network_of(address)); at != whole_at_.end())
    at->second -= refill_ms_;
}

}  // namespace lotse::web
