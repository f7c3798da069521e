// SPDX-License-Identifier: EUPL-1.2
#include "access/sealing.h"

#include <chrono>

#include "access/key_ring.h"
#include "base/log.h"

namespace lotse::access {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kRound{60}, kLook{5};

}  // namespace

Sealing::Sealing(Store& store, const Clock& clock, const seal::Signer& signer,
                 const std::vector<HeadSink*>& sinks, const KeyRing* keys)
    : store_(store), signer_(signer), sealer_(store, clock, signer), keys_(keys) {
  for (HeadSink* each : sinks) sinks_.push_back({each});
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Sealing::~Sealing() {
  thread_.request_stop();
  thread_.join();
}

void Sealing::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto due = Steady::now() + kRound;
    auto written = store_.figures().writes;
    const auto dropped = drops();
    round(stop);
    for (bool full = false; !full && !stop.stop_requested() && Steady::now() < due;) {
      {
        std::unique_lock lock(mutex_);
        ending_.wait_until(lock, stop, std::min(due, Steady::now() + kLook), [] { return false; });
      }
      full = drops() != dropped;
      const auto now = store_.figures().writes;
      if (full || now == written || stop.stop_requested()) continue;
      written = now;
      try {
        full = sealer_.has_full_batch();
      } catch (const std::exception&) {
        // The store is gone for a while; the next round says so.
      }
    }
  }
}

std::uint64_t Sealing::drops() const { return keys_ ? keys_->drops() : 0; }

void Sealing::round(const std::stop_token& stop) {
  try {
    const auto sealed = sealer_.seal_due(stop);
    if (sealed > 0) log_event("audit.sealed", {{"entries", sealed}});
  } catch (const std::exception&) {
    log_event("audit.seal.failed");
  }
  for (auto& [sink, due] : sinks_) {
    if (stop.stop_requested() || Steady::now() < due) continue;
    try {
      HeadGiver(store_, *sink, signer_).give_due(stop);
      due = Steady::now() + sink->every();
    } catch (const std::exception&) {  // Its kind alone: the rest may be an address.
      // A mail that was not taken is not tried each minute.
      due = Steady::now() + sink->every() / 24;
      log_event("audit.heads.failed", {{"to", LogValue::word(sink->name().substr(0, 4))}});
    }
  }
}

}  // namespace lotse::access
