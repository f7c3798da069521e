// SPDX-License-Identifier: EUPL-1.2
// How data about persons end, and what stays of them.
#include <fstream>
#include <thread>

#include "access/audit_test_support.h"
#include "access/record.h"
#include "access/record_test_support.h"
#include "access/sealing.h"
#include "base/log.h"

namespace lotse::access {
namespace {

using Ids = std::vector<std::string>;

class RecordEndTest : public RecordFixture {};
LOTSE_ON_EACH_ENGINE(RecordEndTest);

TEST_P(RecordEndTest, ARecordThatEndsIsErasedEverywhereAndRemembered) {
  put("t1", full());
  const auto sheet = get<Thing>("t1");
  // As an old copy of the data has it.
  sql::Blob sealed;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.each({"test.sealed", "SELECT sealed FROM thing WHERE unit_id = 7 AND id = 't1'"}, {},
            [&](const sql::Row& r) { sealed = r.blob(0); });
  });
  const Relation own{{"own_event", "minimal"}, {"participation"}};
  // D9 is not the organiser's to delete: the row is refused as a whole.
  const auto erasing = desk().records(kThingErase, own);
  EXPECT_THROW(erasing.change("thing.erase", "t1", {{"t1"}},
                              [&](RecordChange& c) {
                                c.erase(*sheet);
                                return 0;
                              }),
               Bug);
  erasing.change("thing.end", "t1", {{"t1"}}, [&](RecordChange& c) {
    c.end("t1");
    return 0;
  });
  EXPECT_EQ(number("SELECT count(*) FROM thing WHERE unit_id = 7"), 0) << "its rows go with it";
  sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.copy",
               "INSERT INTO thing (unit_id, id, record, version, sealed) VALUES (7, 'old', 't1', 1, $1)"},
              {sealed});
  });
  EXPECT_FALSE(get<Thing>("old")) << "without its key nobody opens the copy";
  EXPECT_EQ(number("SELECT count(*) FROM record_change WHERE unit_id = 7"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM record WHERE unit_id = 7 AND id = 't1' AND erased_ms IS NOT NULL"),
            1);
  EXPECT_THROW(erasing.change("thing.end", "t1", {{"t1"}},
                              [&](RecordChange& c) {
                                c.end("t1");
                                return 0;
                              }),
               Stale);
}

TEST_P(RecordEndTest, WhatEndsIsGivenToOthersSoon) {
  put("t1", full());
  put("t2", full());
  sql::TestAccess::change(engine(), "INSERT INTO audit_lease (unit_id, holder, until_ms) VALUES (7, 'h', 1)");
  const auto path = sql::StoreTemplates::instance().folder() / (name() + ".heads");
  FileSink sink(path.string());
  const auto given = [&] {
    Given all;
    AuditFindings findings;
    std::ifstream in(path);
    read_given(in, AuditKeys(test_signer().verifier()), all, findings);
    return all;
  };
  const auto erasing = desk().records(kThingErase, kRegistered);
  const bool log = log_enabled(false);
  {
    const Sealing sealing(*store_, clock_, test_signer(), {&sink}, &store_->keys());
    while (given().told[7].empty()) std::this_thread::yield();
    EXPECT_TRUE(given().ended.empty());
    erasing.change("thing.end", "t1", {{"t1"}}, [](RecordChange& c) {
      c.end("t1");
      return 0;
    });
    while (given().ended.empty()) std::this_thread::yield();
  }
  log_enabled(log);
  EXPECT_EQ(given().ended, (Ended{{7, {"t1"}}}));
  EXPECT_EQ(
      number(
          "SELECT count(*) FROM record r JOIN audit_entry e ON e.unit_id = r.unit_id AND e.id = r.ended_by "
          "WHERE r.unit_id = 7 AND r.id = 't1' AND e.what = 'thing.end'"),
      1);
}

// Only the ledger's word ends a key: a store that lacks rows, because it is older or empty, costs nobody's
// data.
TEST_P(RecordEndTest, OnlyKeysOfEndedRecordsAreSwept) {
  const std::string stays = new_uuid(1), lost = new_uuid(2), ended = new_uuid(3);
  for (const auto& id : {stays, lost, ended}) put(id, full());
  sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    // As a program leaves it that breaks off between the commit and the key.
    tx.change({"test.end", "UPDATE record SET erased_ms = $2 WHERE unit_id = 7 AND id = $1"},
              {ended, clock_.now().ms});
  });
  if (on_sqlite())
    sql::TestAccess::change(engine(), "DELETE FROM record WHERE unit_id = 7 AND id = $1", {lost});
  sweep_keys(*store_, Instant{clock_.now().ms + 25 * 3'600'000});
  EXPECT_TRUE(get<Thing>(stays));
  EXPECT_TRUE(get<Thing>(lost));
  EXPECT_FALSE(get<Thing>(ended));
}

TEST_P(RecordEndTest, NothingIsAddedToWhatHasEnded) {
  put("t1", full());
  const auto sheet = get<Thing>("t1");
  // Another process, which has the key at hand.
  const auto other = std::make_unique<Store>(
      sql::open(url()), migrations(),
      std::make_shared<KeyRing>(open_keys(),
                                (sql::StoreTemplates::instance().folder() / (name() + ".key")).string()));
  other->keys().find(7, Ids{"t1"});
  desk().records(kThingErase, kRegistered).change("thing.end", "t1", {{"t1"}}, [](RecordChange& c) {
    c.end("t1");
    return 0;
  });
  const Desk elsewhere(*other,
                       DeskTestAccess::actor({.who = "acc-2",
                                              .name = "Jule",
                                              .unit = 7,
                                              .unit_kind = "family_centre",
                                              .function = "organiser",
                                              .second_factor = false}),
                       kDirectoryPurpose, clock_);
  const auto door = elsewhere.records(kThingWrite, kRegistered);
  EXPECT_THROW(door.change("thing.add", "t1", {{"t1"}},
                           [](RecordChange& c) {
                             c.insert("more", "t1", Thing{.plain = "new"});
                             return 0;
                           }),
               NotFound);
  Thing after = full();
  after.plain = "new";
  EXPECT_THROW(door.change("thing.change", "t1", {{"t1"}},
                           [&](RecordChange& c) {
                             c.update(*sheet, after);
                             return 0;
                           }),
               NotFound);
  EXPECT_EQ(number("SELECT count(*) FROM thing WHERE unit_id = 7"), 0);
  EXPECT_THROW(writing().change("thing.end", "t1", {{"t1"}},
                                [](RecordChange& c) {
                                  c.end("t1");
                                  return 0;
                                }),
               Bug)
      << "to write is not to delete";
}

TEST_P(RecordEndTest, WhatExpiresIsGoneWithItsHistory) {
  put("t1", full());
  auto sheet = get<Thing>("t1");
  Thing after = full();
  after.blind = "other@example.org";
  after.plain = "new";
  writing().change("thing.change", "t1", {{"t1"}}, [&](RecordChange& c) {
    c.update(*sheet, after);
    return 0;
  });
  sheet = get<Thing>("t1");
  writing().change("thing.expire", "t1", {{"t1"}}, [&](RecordChange& c) {
    c.expire(*sheet, "short");
    return 0;
  });
  const auto found = get<Thing>("t1");
  EXPECT_EQ(found->get(&Thing::blind), "");
  EXPECT_EQ(found->get(&Thing::sealed_number), std::nullopt);
  EXPECT_EQ(found->get(&Thing::sealed), "Kanarienvogel");
  EXPECT_EQ(number("SELECT count(*) FROM thing WHERE unit_id = 7 AND blind_blind IS NOT NULL"), 0);
  const auto history = reading().read("history", [](RecordView& v) { return v.history("t1"); });
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0].field, "plain");
}

TEST_P(RecordEndTest, HistoryThatWasMovedToAnotherCategoryDoesNotOpen) {
  put("t1", full());
  const auto sheet = get<Thing>("t1");
  Thing after = full();
  after.sealed = "Amsel";
  writing().change("thing.change", "t1", {{"t1"}}, [&](RecordChange& c) {
    c.update(*sheet, after);
    return 0;
  });
  const auto history = [&] {
    return reading().read("history", [](RecordView& v) { return v.history("t1").size(); });
  };
  EXPECT_EQ(history(), 1u);
  if (!on_sqlite()) return;  // there the program's own role may not change it
  for (const char* moved :
       {"field = 'plain'", "of_table = 'event_registration'", "of_row = 't2'", "version = 7"}) {
    sql::TestAccess::change(engine(),
                            "UPDATE record_change SET " + std::string(moved) + " WHERE unit_id = 7");
    EXPECT_THROW(history(), seal::Broken) << moved;
    sql::TestAccess::change(
        engine(),
        "UPDATE record_change SET field = 'sealed', of_table = 'thing', of_row = 't1', version = 1 "
        "WHERE unit_id = 7");
  }
  sql::TestAccess::change(engine(),
                          "UPDATE record_change SET category = 1, field = 'name' WHERE unit_id = 7");
  EXPECT_THROW(history(), seal::Broken);
}

}  // namespace
}  // namespace lotse::access
