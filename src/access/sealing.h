// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "access/head_sink.h"
#include "access/sealer.h"

namespace lotse::access {

/**
 * Seals the audit while the program serves: at once, then every 60 seconds, or sooner where a unit has a full
 * batch of new entries (looked for every 5 seconds, and only if something was written) or a record ended
 * here. After each round new heads go to the sinks. What fails is told to the log ("audit.seal.failed",
 * "audit.heads.failed") and tried again in the next round.
 */
class Sealing {
 public:
  /** `sinks` are given heads each for itself, as often as they want; `keys` may be null: then the end of a
   * record hastens nothing. All must outlive this. */
  Sealing(Store& store, const Clock& clock, const seal::Signer& signer, const std::vector<HeadSink*>& sinks,
          const KeyRing* keys);
  /** Ends after the batch or line in hand. */
  ~Sealing();
  Sealing(const Sealing&) = delete;
  Sealing& operator=(const Sealing&) = delete;

 private:
  void work(const std::stop_token& stop);
  void round(const std::stop_token& stop);
  std::uint64_t drops() const;

  Store& store_;
  const seal::Signer& signer_;
  Sealer sealer_;
  const KeyRing* const keys_;
  struct Given {
    HeadSink* sink;
    std::chrono::steady_clock::time_point due{};
  };
  std::vector<Given> sinks_;
  std::mutex mutex_;
  std::condition_variable_any ending_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace lotse::access
