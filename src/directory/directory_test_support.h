// SPDX-License-Identifier: EUPL-1.2
#pragma once
// What the tests of the directory start from: an empty store with two units, on both engines.
#include <gtest/gtest.h>

#include "access/desk_test_support.h"
#include "access/gate.h"
#include "directory/directory.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "unit/unit.h"

namespace lotse::directory {

/** A Tuesday morning; unit one has a contact, unit two has not. */
class TwoUnits : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "topic", "directory"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    store_ = std::make_unique<access::Store>(sql::open(engine().url()), migrations());
    unit::Unit u;
    u.kind = "family_centre";
    u.legal_regime = "gdpr";
    u.name = "Haus eins";
    u.contacts = {{"", "Nuran Auentaler", "Kita", "0221 4710055", {"tur"}}};
    one_ = unit::make(access::Operator(*store_, *clock_, "operator:test"), u);
    u.name = "Haus zwei";
    u.contacts.clear();
    two_ = unit::make(access::Operator(*store_, *clock_, "operator:test"), u);
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }

  access::Desk desk(UnitId unit, std::string function = "directory_editor") {
    return {
        *store_,
        access::DeskTestAccess::actor(
            {.who = "somebody", .unit = unit, .unit_kind = "family_centre", .function = std::move(function)}),
        access::kDirectoryPurpose, *clock_};
  }
  access::Desk visitor() { return {*store_, {}, access::kDirectoryPurpose, *clock_}; }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 12, 8}, 600}));
  std::unique_ptr<access::Store> store_;
  UnitId one_ = 0, two_ = 0;
};

}  // namespace lotse::directory
