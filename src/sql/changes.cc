// SPDX-License-Identifier: EUPL-1.2
#include "sql/changes.h"

namespace lotse::sql {

std::vector<Change> changes_after(Tx& tx, std::int64_t after, std::int64_t limit) {
  constexpr Statement statement{
      "sql.changes_after", "SELECT seq, topic, key FROM settled_change WHERE seq > $1 ORDER BY seq LIMIT $2"};
  return tx.rows(statement, {after, limit}, [](const Row& row) {
    return Change{row.integer(0), std::string(row.text(1)), std::string(row.text(2))};
  });
}

std::int64_t last_change(Tx& tx) {
  constexpr Statement statement{"sql.last_change", "SELECT coalesce(max(seq), 0) FROM settled_change"};
  return tx.one(statement, {}, [](const Row& row) { return row.integer(0); }).value_or(0);
}

std::int64_t first_change(Tx& tx) {
  constexpr Statement statement{"sql.first_change", "SELECT coalesce(min(seq), 0) FROM settled_change"};
  return tx.one(statement, {}, [](const Row& row) { return row.integer(0); }).value_or(0);
}

std::int64_t trim_changes(Tx& tx, std::int64_t through) {
  constexpr Statement statement{"sql.trim_changes",
                                "DELETE FROM change WHERE seq <= $1 AND seq < (SELECT max(seq) FROM change)"};
  return tx.change(statement, {through});
}

}  // namespace lotse::sql
