// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/job.h"
#include "access/store.h"

namespace lotse::access {

/** A job that somebody holds: until its lease is over, nobody else takes it. */
struct HeldJob {
  UnitId unit = 0;
  std::string id, kind, subject;
  std::string by;            // who holds it
  std::int64_t holding = 0;  // together with `by` it tells this holding from all others
  std::int64_t attempt = 0;  // 1: the first, or the first since somebody had it tried again
  Instant made{};
};

/**
 * The jobs of all units, for whoever runs them. A key: only those whom src/LAYERS names may include this
 * header. States: `waiting`, `running`, and, ended: `done`, `failed`, `cancelled`. Any number of processes
 * may take jobs of one store at once.
 *
 * A job is done at least once: who dies after the work and before `end` leaves it to be taken again.
 */
class Queue {
 public:
  Queue(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /** The first of `kinds` of which a job is due, also one whose holder let its lease run out. */
  std::optional<std::string> due(std::span<const std::string> kinds);

  /**
   * The due job of this kind that has waited longest, held by `by` for `lease_ms`. One that was begun
   * `most_attempts` times already ends as `failed` ("died": each time whoever held it went away), one that is
   * to be cancelled as `cancelled`.
   */
  std::optional<HeldJob> take(std::string_view kind, std::string_view by, std::int64_t lease_ms,
                              std::int64_t most_attempts);

  /** What a holder hears. */
  enum class Held { yes, cancel, lost };
  /** Prolongs the lease; `lost`: another has it, or it has ended. */
  Held prolong(const HeldJob& job, std::int64_t lease_ms);
  /** The same, and tells how far it is. */
  Held progress(const HeldJob& job, std::int64_t lease_ms, std::int64_t done, std::int64_t total);

  /** All of these do nothing, and return false, where the job is not held any more. `code` is a constant. */
  bool end(const HeldJob& job, std::string_view state, std::string_view code);
  bool again(const HeldJob& job, std::string_view code, Instant not_before);
  /** As if it had not been taken. */
  bool give_back(const HeldJob& job);

  /** Makes the job for the installation (unit 0), or one for each unit. */
  void add(const NewJob& job, bool each_unit);
  /** All that have not ended, and those that failed; the newest first, at most `limit`. */
  std::vector<JobState> look(std::int64_t limit);
  /** Forgets those that ended before; the number of them. */
  std::int64_t forget(Instant before);

  /** For waiting: see Store::wait_for_change. */
  std::int64_t position() { return store_.last_change(); }
  void wait(std::int64_t position, int timeout_ms) { store_.wait_for_change(position, timeout_ms); }

 private:
  Held tell(const sql::Statement& statement, sql::Params values);
  bool settle(const sql::Statement& statement, sql::Params values);
  Store& store_;
  const Clock& clock_;
};

}  // namespace lotse::access
