// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "sql/changes.h"
#include "sql/migrate.h"
#include "sql/sql.h"

namespace lotse::access {

class KeyRing;

/** Whose rows a table holds; declared in the migration that makes it: `-- table NAME KIND`. */
enum class TableKind {
  open,    // what the whole town may see, of no unit: topics, places
  keeper,  // what the whole town may see, changed by the unit in `keeper_unit` alone
  unit,    // rows of one unit, under `unit_id`
  record,  // such rows that belong to a record with a key of its own, under `record`: they end with it
  access,  // accounts, sessions, memberships, jobs, audit: read and written in access/ alone
};

/**
 * Owns the engine. Nobody but the doors of this module gets at a transaction: `sql::Engine` lets only `Store`
 * in, and `Store` only its friends.
 */
class Store {
 public:
  /** Takes the tables' kinds from the migrations' headers; throws Bug where a table is declared twice or
   * wrongly. */
  Store(std::unique_ptr<sql::Engine> engine, std::span<const sql::Migration> migrations,
        std::shared_ptr<KeyRing> keys = nullptr);
  ~Store();

  /** Throws Bug unless `statement` keeps to what the door may reach: to its tables, and to rows of `unit`
   * where rows have one (see fence.h). A visitor's link reaches, beside what is open to all, only tables that
   * a migration opens to it (`-- visitor TABLE COLUMN`), there only rows whose COLUMN is `object`; a letter
   * box only adds rows, and only to tables that have one (`-- letter_box TABLE`). Cheap: judged once for each
   * text; only the values, each time. */
  enum class Reach { open_read, unit_read, unit_write, visitor_read, visitor_write, letter_box };
  void judge(const sql::Statement& statement, Reach reach, UnitId unit, sql::Params values,
             std::string_view object = {}) const;

  /** Number of the last committed change, for followers. */
  std::int64_t last_change();
  struct Seen {
    std::vector<sql::Change> changes;
    bool gap = false;  // some after `position` were forgotten already: read everything anew
  };
  /** Changes after `position`, at most `limit`. */
  Seen changes_after(std::int64_t position, std::size_t limit);
  /** Forgets changes up to `position`: a follower that stands before it reads everything anew. */
  void forget_changes(std::int64_t position);
  /** Blocks until something was committed after `position`, or `timeout_ms` passed. */
  void wait_for_change(std::int64_t position, int timeout_ms);
  /** The tables of the kind `record`. */
  const std::vector<std::string>& record_tables() const;
  /** The keys of its records; CHECK fails in a store that was opened without. */
  KeyRing& keys() const;
  /** What the engine has done since it was opened. */
  sql::Figures figures() const;

 private:
  friend class Desk;
  friend class PublicDoor;
  friend class UnitDoor;
  friend class RecordDoor;
  friend class VisitorDoor;
  friend class LetterBox;
  friend class Gate;
  friend class KeyRing;
  friend class Operator;
  friend void sweep_keys(Store& store, Instant now, int days);
  friend std::int64_t sweep_forms(Store& store, Instant now);
  friend class Sealer;
  friend class Audit;
  friend class HeadGiver;
  friend class Queue;
  friend class StoreCopy;
  friend void match_identities(Store& store);
  friend struct MadeFit make_fit(Store& store, const Clock& clock, std::string_view by);
  friend struct StoreTestAccess;
  void read(const std::function<void(sql::Tx&)>& work);
  void write(const std::function<void(sql::Tx&)>& work);
  std::unique_ptr<sql::PageLog> pages() const;
  std::vector<std::string> faults() const;

  struct Judged;
  std::unique_ptr<sql::Engine> engine_;
  std::unique_ptr<Judged> judged_;
  std::shared_ptr<KeyRing> keys_;
};

}  // namespace lotse::access
