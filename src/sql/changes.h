// SPDX-License-Identifier: EUPL-1.2
//
// The change sequence: what tells every process which rows its caches must read again.
//
// Followers ask for "everything after n", so a number must never become visible after a higher one has.
// Numbers drawn from a counter would do just that: the transaction with the lower one may commit later.
//
// SQLite has one writer: numbers count from 1 without gaps, in the order of commits.
//
// PostgreSQL: the number is the transaction's own (64 bits, never reused) times 2^20, plus the place within
// it; and the view settled_change shows only what lies below every transaction that is still running
// (pg_snapshot_xmin). So it is complete up to its end. Numbers grow, with gaps, in the order in which
// transactions began to write.
//
// Why not a counter, drawn under a lock that is held until the commit is visible? It was built and measured:
// such transactions commit one after another, one disk flush each, 430 a second where 4,900 are possible; and
// NOTIFY inside a transaction takes a lock of the same kind. Under REPEATABLE READ a counter row would fail
// with 40001 besides.
//
// The price on PostgreSQL: a change is shown when every transaction that began to write before it has ended,
// so a long writing transaction, in any database of the server, delays all followers. And when a dump is
// restored into another server, where numbers begin elsewhere, all processes must be started anew.
#pragma once

#include "sql/sql.h"

namespace lotse::sql {

/// At most `limit` changes with a higher number than `after`, in order.
std::vector<Change> changes_after(Tx& tx, std::int64_t after, std::int64_t limit);

/// Number of the newest change that this transaction may rely on; 0 when there has never been one.
std::int64_t last_change(Tx& tx);

/// Number of the oldest change still kept; 0 when there is none. A follower that stands at a lower number may
/// have missed some and reads everything again.
std::int64_t first_change(Tx& tx);

/// Forgets changes up to and including `through`, but always keeps the newest, which carries the count.
/// Returns how many. Who calls it once a day passes the last_change() of the day before, so that each is kept
/// for at least a day.
std::int64_t trim_changes(Tx& tx, std::int64_t through);

}  // namespace lotse::sql
