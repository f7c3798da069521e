// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <vector>

#include "access/audit.h"
#include "access/audit_rows.h"
#include "access/audit_test_support.h"
#include "access/desk_test_support.h"
#include "base/log.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {

/** A store with the units 7 and 8, and a way round all doors. */
class AuditStoreTest : public sql::StoreTest {
 protected:
  using Found = std::vector<AuditFinding>;

  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<Store>(sql::open(url()), migrations());
    for (const UnitId unit : {7, 8})
      sql::TestAccess::change(
          engine(),
          "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, opening_hours) "
          "VALUES ($1, $1, 'family_centre', 'gdpr', 'Haus', '')",
          {unit});
  }
  void TearDown() override {
    owner_.reset();
    store_.reset();
    StoreTest::TearDown();
  }

  /** Writes `count` entries, a millisecond apart, up to `at_ms` (or now). */
  void enter(UnitId unit, int count, std::int64_t at_ms = 0) {
    const std::int64_t last = at_ms == 0 ? clock_.now().ms : at_ms;
    std::vector<AuditEntry> entries;
    for (int i = 0; i < count; ++i) entries.push_back(test_entry(unit, i, last - count + 1 + i));
    sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      for (const auto& e : entries)
        tx.change(
            {"test.enter",
             "INSERT INTO audit_entry (unit_id, id, at_ms, actor, acting_as, purpose, asked, what, object, "
             "decision, rule, about) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"},
            {e.unit, e.id, e.at_ms, e.actor, e.acting_as, e.purpose, e.asked, e.what, e.object, e.decision,
             e.rule, e.about});
    });
  }
  /** What somebody can do who has the database itself. */
  void tamper(const std::string& statement) {
    if (on_sqlite()) {
      sql::TestAccess::change(engine(), statement);
      return;
    }
    if (!owner_) {
      owner_ = open_as_owner();
      sql::TestAccess::alter(*owner_, [](sql::Session& session) {
        for (const char* table : {"audit_entry", "audit_leaf", "audit_head", "audit_given"})
          session.script("test.unfence",
                         "ALTER TABLE " + std::string(table) + " NO FORCE ROW LEVEL SECURITY");
      });
    }
    sql::TestAccess::alter(*owner_, [&](sql::Session& session) { session.script("test.tamper", statement); });
  }
  std::int64_t number(UnitId unit, std::string_view statement) {
    std::int64_t result = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      result =
          tx.one({"test.number", statement}, {unit}, [](const sql::Row& r) { return r.integer(0); }).value();
    });
    return result;
  }
  std::int64_t rows(const std::string& table, UnitId unit = 7) {
    return number(unit, "SELECT count(*) FROM " + table + " WHERE unit_id = $1");
  }

  AuditKeys keys() const { return AuditKeys(test_signer().verifier()); }
  Audit audit() { return Audit(*store_, clock_); }
  /** Everything that can be found in both units, patient with nothing. */
  Found found(const GivenHeads& given = {}) {
    Found all;
    for (const UnitId unit : {7, 8}) {
      const auto told = audit().verify(unit, keys(), given, -1'000);
      all.insert(all.end(), told.findings.list.begin(), told.findings.list.end());
    }
    return all;
  }
  Actor actor(UnitId unit) const {
    return DeskTestAccess::actor({.who = "acc-1",
                                  .name = "Anna",
                                  .unit = unit,
                                  .unit_kind = "family_centre",
                                  .function = "directory_editor",
                                  .second_factor = false});
  }

  StandingClock clock_{*instant_of({{2026, 11, 24}, 600})};
  std::unique_ptr<Store> store_;
  std::unique_ptr<sql::Engine> owner_;
};

}  // namespace lotse::access
