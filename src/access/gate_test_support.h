// SPDX-License-Identifier: EUPL-1.2
#pragma once
// A gate with two units, on both engines; every closure that writes runs twice.
#include <memory>
#include <string>
#include <vector>

#include "access/desk_test_support.h"
#include "access/gate.h"
#include "access/totp.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {

class GateStoreTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    open_gate();
    for (const auto& [unit, kind, name] :
         {std::tuple{7, "family_centre", "Familienzentrum"}, std::tuple{8, "agency", "Agentur"}})
      change(
          "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
          "opening_hours) VALUES ($1, $1, $2, 'gdpr', $3, '')",
          {unit, kind, name});
  }
  void TearDown() override {
    close_gate();
    StoreTest::TearDown();
  }
  void open_gate() {
    sql::Options twice;
    twice.twice = true;
    store_ = std::make_unique<Store>(sql::open(url(), twice), migrations());
    gate_ = std::make_unique<Gate>(*store_, clock_);
    gate_->use_key(seal::Key::random(), seal::Profile::xchacha20);
  }
  void close_gate() {
    gate_.reset();
    store_.reset();
  }
  void pass(std::int64_t ms) { clock_.set(Instant{clock_.now().ms + ms}); }
  std::int64_t number(std::string_view text, sql::Params params = {}) {
    return sql::TestAccess::number(engine(), text, params);
  }
  void change(std::string_view text, sql::Params params = {}) {
    sql::TestAccess::change(engine(), text, params);
  }
  std::int64_t entries(std::string_view what, UnitId unit = 7, std::string_view actor = "%") {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = tx.one({"test.entries",
                  "SELECT count(*) FROM audit_entry WHERE unit_id = $1 AND what = $2 AND actor LIKE $3"},
                 {unit, what, actor}, [](const sql::Row& r) { return r.integer(0); })
              .value();
    });
    return n;
  }
  Operator by() { return Operator(*store_, clock_, "operator:root"); }
  /** An account with these functions in a unit. */
  std::string make(const std::string& name, const std::vector<std::string>& functions, UnitId unit = 7) {
    const auto account =
        gate_->make_account(by(), unit, name + "@example.org", name, "hash of " + name, "de");
    for (const auto& each : functions) gate_->grant(by(), account, unit, each, {2026, 1, 1});
    return account;
  }
  /** A half session as it is begun by whoever knows the password of today. */
  std::string begin(const std::string& account) {
    return gate_->begin(account, number("SELECT epoch FROM account WHERE id = $1", {account}));
  }
  /** One in which she may set up a second factor, as an invitation or a link begins it. */
  std::string begin_set_up(const std::string& account) {
    const auto half = begin(account);
    change("UPDATE half_session SET may_set_up = 1, until_ms = $2 WHERE hash = $1",
           {hash_hex(half), clock_.now().ms + 30 * 60'000});
    return half;
  }
  /** The people of a sample need no second factor. */
  void mark_sample(const std::string& account) {
    change("INSERT INTO installation (key, value) VALUES ('sample', '1') ON CONFLICT (key) DO NOTHING");
    gate_->mark_sample(by(), 7, account);
  }
  /** Somebody with her second factor at the desk of a unit. */
  Desk desk(const std::string& account, const std::string& function, UnitId unit = 7) {
    return Desk(*store_,
                DeskTestAccess::actor({.who = account,
                                       .name = "",
                                       .unit = unit,
                                       .unit_kind = unit == 7 ? "family_centre" : "agency",
                                       .function = function,
                                       .second_factor = true}),
                kAccountPurpose, clock_);
  }

  StandingClock clock_{*instant_of({{2026, 11, 22}, 600})};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace lotse::access
