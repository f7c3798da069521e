// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <vector>

#include "access/audit_form.h"
#include "sql/sql.h"

/** The audit's rows; only for the sources of this module. */
namespace lotse::access {

/** All units that may have entries: those there are, those sealed before, and 0, where somebody stands who
 * belongs to none. */
std::vector<UnitId> audited_units(sql::Tx& tx);

/** Enters it; the transaction must have entered the entry's unit. */
void put_entry(sql::Tx& tx, const AuditEntry& entry);

/** An entry from twelve columns in the order of AuditEntry, the first of them at `first`. */
AuditEntry entry_of(const sql::Row& row, int first);

/** Heads of `unit` of more than `size` leaves, by size, at most `limit`. */
std::vector<AuditHead> heads_after(sql::Tx& tx, UnitId unit, std::int64_t size, std::int64_t limit);
/** What ended with the entries that this head added; not signed yet. */
AuditEnds ends_of(sql::Tx& tx, const AuditHead& head);
/** The head that stands for most; nothing where nothing was sealed. */
std::optional<AuditHead> last_head(sql::Tx& tx, UnitId unit);

/** Hashes of the leaves numbered `from` and up, at most `limit`; throws sql::Broken where their numbers do
 * not follow one another. */
std::vector<seal::Hash> leaves_from(sql::Tx& tx, UnitId unit, std::int64_t from, std::int64_t limit);

}  // namespace lotse::access
