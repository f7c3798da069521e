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

  /** What source "test" gives: services at one place of one house. */
  static Batch batch(int services = 1, const std::string& title = "Elterncafé") {
    Batch b;
    b.source = "test";
    Organisation o;
    o.id.text = id_for("test", "organisation", "o");
    o.name = "Haus";
    b.organisations.push_back({o, "o"});
    Location l;
    l.id.text = id_for("test", "location", "l");
    l.organization_id = o.id;
    l.latitude = 52.05;
    l.longitude = 7.95;
    l.addresses = {{.address_1 = "Geheimer Weg 1", .city = "Stadt", .postal_code = "00101"}};
    b.locations.push_back({l, "l"});
    for (int i = 0; i < services; ++i) {
      Service s;
      const std::string key = "s" + std::to_string(i);
      s.id.text = id_for("test", "service", key);
      s.organization_id = o.id;
      s.name = title + " " + std::to_string(i);
      s.url = "https://example.org";
      b.services.push_back({s, key});
      Placed p;
      p.id.text = id_for("test", "placed", key);
      p.service_id = s.id;
      p.location_id = l.id;
      b.placed.push_back({p, key});
    }
    return b;
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 12, 8}, 600}));
  std::unique_ptr<access::Store> store_;
  UnitId one_ = 0, two_ = 0;
};

}  // namespace lotse::directory
