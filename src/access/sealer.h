// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <limits>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "access/audit_form.h"
#include "access/store.h"

namespace lotse::access {

/**
 * Puts the entries of the audit, which are written unchained, into one tree of hashes for each unit, and
 * signs its head (RFC 6962 section 2.1). Entries are read and hashed on a snapshot; what is written after
 * that is one short transaction. Who writes entries waits for nothing of it: on PostgreSQL there is no row in
 * common, on SQLite it takes its turn like any other change.
 *
 * Several may work on one store, in one process or in many: a lease keeps others away meanwhile, and a head
 * that does not follow the last one is not written, whatever the clocks say. One Sealer is for one thread.
 *
 * It never signs on top of a tree that does not lead to its last head: then `seal` throws sql::Broken, and
 * the entries wait until somebody has looked (`lotse audit verify`).
 */
class Sealer {
 public:
  /** Entries under one head, at most. */
  static constexpr std::int64_t kBatch = 1'000;
  /** How long nobody else takes a unit after it was sealed. */
  static constexpr std::int64_t kLeaseMs = 30'000;

  Sealer(Store& store, const Clock& clock, const seal::Signer& signer);

  /**
   * `newest` looks at what came since the newest sealed entry, `recent` also an hour before it, for entries
   * that were committed late: work in proportion to that. `all` finds every entry that waits, however old (a
   * clock that was set back), and looks at all there are.
   */
  enum class Look { newest, recent, all };
  /** Seals at most kBatch entries of a unit, the oldest first; returns how many. Nothing while another one
   * has the unit. */
  std::optional<std::size_t> seal(UnitId unit, Look look = Look::recent);

  /**
   * All units until nothing waits, or `stop`; at first and then once an hour also what `recent` would miss. A
   * unit that cannot be sealed is told to the log ("audit.seal.failed") and does not hold up the others.
   * Throws sql::Unavailable. Returns how many entries were sealed.
   */
  std::size_t seal_due(const std::stop_token& stop = {});

  /** Whether some unit that this one has sealed before has kBatch new entries. Cheap: reads at most so many
   * index rows of each unit. */
  bool has_full_batch();

 private:
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::min();
  /** What is remembered of a unit, so that its leaves are read once only. */
  struct Known {
    seal::Frontier tree;
    std::int64_t through_ms = kEver;  // of the newest entry known to be sealed
    std::int64_t all_seen_ms = kEver;
  };
  struct Waiting;
  Waiting look(UnitId unit, Known& known, Look how);
  bool write(UnitId unit, const std::vector<AuditEntry>& entries, const AuditHead& head);
  bool is_full(UnitId unit);
  std::size_t drain(UnitId unit, const std::stop_token& stop);

  Store& store_;
  const Clock& clock_;
  const seal::Signer& signer_;
  const std::string holder_;
  std::map<UnitId, Known> known_;
};

}  // namespace lotse::access
