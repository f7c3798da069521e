// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <vector>

#include "directory/kinds.h"

/** What is remembered of an import, so that it can be taken back: table `imported`. */
namespace lotse::directory {

/** A row for one entry that a part of the import `run` wrote as version `version`; `before` null: it is new.
 */
void remember(std::vector<sql::Value>& rows, UnitId unit, const std::string& run, Kind kind,
              const std::string& id, std::int64_t version, const Had* before);
/** Writes such rows, in the transaction that writes the entries. */
void write_imported(access::Change& change, const std::vector<sql::Value>& rows);

/** The batch as batches of about `most` entries each, which can be put one after the other: whatever an entry
 * refers to is in the same or in an earlier one. Of several entries with one id the first is kept. */
std::vector<Batch> parts_of(Batch batch, std::size_t most);

/** What of a confidential location may stand where everybody reads. */
inline Location public_part(const Location& whole) {
  Location part;
  part.id = whole.id;
  part.organization_id = whole.organization_id;
  part.lotse_confidential = true;
  return part;
}

/** Puts the rows by which an entry becomes `next` into the plan; `next.version` is the one it has now (0: it
 * is new). */
template <class T>
void plan_entry(Plan& plan, const std::string& id, const Had& next, const T& thing, std::int64_t now_ms) {
  if constexpr (std::is_same_v<T, Location>) {
    if (next.version > 0) plan.clear_secrets.push_back(id);
    if (thing.lotse_confidential && (next.doc != doc_of(public_part(thing)) || !next.given.empty())) {
      for (sql::Value value :
           {sql::Value(next.keeper), sql::Value(id), sql::Value(next.given), sql::Value(next.doc)})
        plan.secrets.push_back(std::move(value));
      const Location shown = public_part(thing);
      return plan_entry(plan, id,
                        {next.source, next.foreign_id, "", doc_of(shown), next.keeper, next.version}, shown,
                        now_ms);
    }
  }
  auto& rows = plan.rows[KindOf<T>::kind];
  for (sql::Value value :
       {sql::Value(id), sql::Value(next.keeper), sql::Value(next.source), sql::Value(next.foreign_id),
        sql::Value(next.version + 1), sql::Value(next.given), sql::Value(next.doc)})
    rows.push_back(std::move(value));
  for (auto& value : KindOf<T>::columns(thing, now_ms)) rows.push_back(std::move(value));
  plan.entered.emplace_back(facts_of(KindOf<T>::kind).entered, id);
}

}  // namespace lotse::directory
