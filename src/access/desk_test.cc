// SPDX-License-Identifier: EUPL-1.2
#include <thread>

#include "access/desk_test_support.h"
#include "access/operator.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {
namespace {

constexpr std::string_view kOwn =
    "-- table word open\n-- table entry keeper\n-- table note unit\n-- rls note unit_id\n"
    "CREATE TABLE word (id TEXT PRIMARY KEY);\n"
    "CREATE TABLE entry (id TEXT PRIMARY KEY, keeper_unit BIGINT NOT NULL, name TEXT NOT NULL);\n"
    "CREATE TABLE note (unit_id BIGINT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (unit_id, "
    "id));\n";

constexpr sql::Statement kPutNote{"test.put_note",
                                  "INSERT INTO note (unit_id, id, text) VALUES ($1, $2, $3)"};
constexpr sql::Statement kNotes{"test.notes", "SELECT count(*) FROM note WHERE unit_id = $1"};
constexpr sql::Statement kEveryNote{"test.every_note", "SELECT unit_id, id FROM note ORDER BY unit_id, id"};
constexpr sql::Statement kPutEntry{"test.put_entry",
                                   "INSERT INTO entry (id, keeper_unit, name) VALUES ($1, $2, $3)"};
constexpr sql::Statement kEntries{"test.entries", "SELECT name FROM entry ORDER BY id"};

struct Entered {
  UnitId unit = 0;
  std::string actor, acting_as;
  std::int64_t purpose = 0;
  std::string asked, what, object, decision, rule;
  std::int64_t at = 0;
};

class DeskTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    auto list = sql::migrations_of({"access", "unit"});
    list.push_back({"2026-11-22-own", kOwn});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    open_store({});
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }
  void open_store(const sql::Options& options) {
    store_.reset();
    store_ = std::make_unique<Store>(sql::open(url(), options), migrations());
  }
  Desk desk(std::string function = "directory_editor", UnitId unit = 7, Purpose purpose = kDirectoryPurpose,
            bool second_factor = false) {
    return Desk(*store_,
                DeskTestAccess::actor({.who = "acc-1",
                                       .name = "Olena",
                                       .unit = unit,
                                       .unit_kind = "family_centre",
                                       .function = std::move(function),
                                       .second_factor = second_factor}),
                purpose, clock_);
  }
  UnitDoor writing(UnitId unit = 7) { return desk("directory_editor", unit).unit(kDirectoryWrite); }
  std::vector<Entered> entered(UnitId unit = 7) {
    std::vector<Entered> all;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      all = tx.rows({"test.entered",
                     "SELECT unit_id, actor, acting_as, purpose, asked, what, object, decision, rule, at_ms, "
                     "id FROM audit_entry WHERE unit_id = $1 ORDER BY id"},
                    {unit}, [](const sql::Row& r) {
                      EXPECT_TRUE(is_uuid(r.text(10)));
                      return Entered{r.integer(0),           std::string(r.text(1)),
                                     std::string(r.text(2)), r.integer(3),
                                     std::string(r.text(4)), std::string(r.text(5)),
                                     std::string(r.text(6)), std::string(r.text(7)),
                                     std::string(r.text(8)), r.integer(9)};
                    });
    });
    return all;
  }
  std::int64_t notes(UnitId unit = 7) {
    return desk("directory_editor", unit).unit(kDirectoryRead).read([&](View& v) {
      return v.one(kNotes, {unit}, [](const sql::Row& r) { return r.integer(0); }).value();
    });
  }
  StandingClock clock_{*instant_of({{2026, 11, 22}, 600})};
  std::unique_ptr<Store> store_;
};
LOTSE_ON_EACH_ENGINE(DeskTest);

TEST_P(DeskTest, AChangeLeavesExactlyOneEntry) {
  const auto made = writing().change("note.put", "n1", [](Change& c) {
    return c.change(kPutNote, {7, "n1", "x"});
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(notes(), 1);
  const auto all = entered();
  ASSERT_EQ(all.size(), 1u);
  const Entered& e = all.front();
  EXPECT_EQ(e.unit, 7);
  EXPECT_EQ(e.actor, "acc-1");
  EXPECT_EQ(e.acting_as, "directory_editor");
  EXPECT_EQ(e.purpose, kDirectoryPurpose);
  EXPECT_EQ(e.asked, "directory.write");
  EXPECT_EQ(e.what, "note.put");
  EXPECT_EQ(e.object, "n1");
  EXPECT_EQ(e.decision, "allowed");
  EXPECT_EQ(e.rule, "63");
  EXPECT_EQ(e.at, clock_.now().ms);
}

TEST_P(DeskTest, AlsoAddsOneEntryForEachFurtherRecord) {
  writing().change("import", "batch", [](Change& c) {
    for (const char* id : {"a", "b"}) {
      c.change(kPutNote, {7, id, "x"});
      c.also("note.put", id);
    }
    return 0;
  });
  std::vector<std::string> seen;
  for (const auto& e : entered()) seen.push_back(e.what + " " + e.object);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"import batch", "note.put a", "note.put b"}));
}

TEST_P(DeskTest, AnExceptionLeavesNeitherChangeNorEntry) {
  struct Oops {};
  const auto position = store_->last_change();
  EXPECT_THROW(writing().change("note.put", "n1",
                                [](Change& c) -> int {
                                  c.change(kPutNote, {7, "n1", "x"});
                                  c.also("note.put", "n1");
                                  c.note("note", "n1");
                                  throw Oops();
                                }),
               Oops);
  EXPECT_THROW(writing().change("note.put", "n2",
                                [](Change& c) {
                                  c.change(kPutNote, {7, "n2", "x"});
                                  return c.change(kPutNote, {7, "n2", "x"});
                                }),
               sql::Conflict);
  EXPECT_EQ(notes(), 0);
  EXPECT_TRUE(entered().empty());
  EXPECT_TRUE(store_->changes_after(position, 10).changes.empty());
}

TEST_P(DeskTest, AClosureThatRunsTwiceLeavesOneEntry) {
  sql::Options twice;
  twice.twice = true;
  open_store(twice);
  int runs = 0;
  writing().change("note.put", "n1", [&](Change& c) {
    ++runs;
    c.also("note.put", "n1");
    return c.change(kPutNote, {7, "n1", "x"});
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(notes(), 1);
  EXPECT_EQ(entered().size(), 2u);  // the change and its one `also`
  EXPECT_THROW(desk("case_worker").unit(kDirectoryWrite), NotFound);
  EXPECT_EQ(entered().size(), 3u);
}

TEST_P(DeskTest, FiftyAtOnceLeaveFiftyEntries) {
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&, i] {
      try {
        writing(7 + i % 2).change("note.put", std::to_string(i), [&](Change& c) {
          return c.change(kPutNote, {7 + i % 2, std::to_string(i), "x"});
        });
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
        ++failed;
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(notes(7), 25);
  EXPECT_EQ(notes(8), 25);
  std::set<std::string> objects;
  for (const UnitId unit : {7, 8})
    for (const auto& e : entered(unit)) objects.insert(e.object);
  EXPECT_EQ(objects.size(), 50u);
  EXPECT_EQ(entered(7).size() + entered(8).size(), 50u);
}

TEST_P(DeskTest, TheRightFunctionOpensOthersDoNotExist) {
  EXPECT_NO_THROW(desk().unit(kDirectoryRead));
  EXPECT_NO_THROW(desk().unit(kDirectoryErase));
  EXPECT_TRUE(entered().empty()) << "opening alone is no change";
  EXPECT_THROW(desk("case_worker").unit(kDirectoryWrite), NotFound);
  EXPECT_THROW(desk("directory_editor", 7, 1).unit(kDirectoryWrite), NotFound);  // another purpose
  EXPECT_THROW(desk("").unit(kDirectoryWrite), NotFound);
  const auto all = entered();
  ASSERT_EQ(all.size(), 3u);
  for (const auto& e : all) {
    EXPECT_EQ(e.decision, "denied");
    EXPECT_EQ(e.what, "open");
    EXPECT_EQ(e.asked, "directory.write");
    EXPECT_EQ(e.rule, "row");
    EXPECT_EQ(e.actor, "acc-1");
  }
}

TEST_P(DeskTest, TheSecondFactorIsAskedForWhereTheMatrixSaysSo) {
  EXPECT_THROW(desk("admin", 7, kAccountPurpose).unit(kAccountWrite), NotFound);
  ASSERT_EQ(entered().size(), 1u);
  EXPECT_EQ(entered().front().rule, "condition");
  EXPECT_NO_THROW(desk("admin", 7, kAccountPurpose, true).unit(kAccountWrite));
}

TEST_P(DeskTest, MayTellsTheSameAndLeavesNoEntry) {
  EXPECT_TRUE(desk().may(kDirectoryWrite));
  EXPECT_FALSE(desk("case_worker").may(kDirectoryWrite));
  EXPECT_FALSE(Desk(*store_, {}, kDirectoryPurpose, clock_).may(kDirectoryWrite));
  EXPECT_TRUE(entered().empty());
}

TEST_P(DeskTest, AnonymousIsAskedToSignInAndReadsWhatIsPublic) {
  const Desk anonymous(*store_, {}, kDirectoryPurpose, clock_);
  EXPECT_THROW(anonymous.unit(kDirectoryRead), SignInNeeded);
  EXPECT_THROW(anonymous.unit(kDirectoryWrite), SignInNeeded);
  EXPECT_TRUE(entered(0).empty());
  writing().change("entry.put", "e", [](Change& c) { return c.change(kPutEntry, {"e", 7, "Spielgruppe"}); });
  const auto names = anonymous.public_read().read(
      [](View& v) { return v.rows(kEntries, {}, [](const sql::Row& r) { return std::string(r.text(0)); }); });
  EXPECT_EQ(names, std::vector<std::string>{"Spielgruppe"});
}

TEST_P(DeskTest, DoorsRefuseWhatTheyDoNotReach) {
  const auto position = store_->last_change();
  constexpr sql::Statement kSteal{"test.steal", "SELECT hash FROM session"},
      kWrite{"test.write", "DELETE FROM entry WHERE keeper_unit = $1"},
      kNote{"test.note", "SELECT text FROM note WHERE unit_id = $1"};
  const auto nothing = [](const sql::Row&) { return 0; };
  const auto open = desk().public_read();
  for (const auto& each : {kSteal, kWrite, kNote, kNotes}) {
    EXPECT_THROW(open.read([&](View& v) { return v.rows(each, {}, nothing).size(); }), Bug) << each.name;
    EXPECT_THROW(open.read([&](View& v) { return v.one(each, {}, nothing).has_value(); }), Bug) << each.name;
    EXPECT_THROW(open.read([&](View& v) {
      v.each(each, {}, [](const sql::Row&) {});
      return 0;
    }),
                 Bug)
        << each.name;
  }
  const auto reading = desk().unit(kDirectoryRead);
  EXPECT_THROW(reading.read([&](View& v) { return v.rows(kSteal, {}, nothing).size(); }), Bug);
  EXPECT_THROW(reading.read([&](View& v) { return v.rows(kWrite, {}, nothing).size(); }), Bug);
  EXPECT_NO_THROW(reading.read([&](View& v) { return v.rows(kNote, {7}, nothing).size(); }));
  EXPECT_THROW(reading.change("x", "y", [](Change&) { return 0; }), Bug) << "a right to read changes nothing";
  constexpr sql::Statement kNobodys{"test.nobodys", "UPDATE entry SET name = ''"};
  EXPECT_THROW(writing().change("x", "y", [&](Change& c) { return c.change(kNobodys, {}); }), Bug);
  EXPECT_THROW(
      writing().change("x", "y",
                       [&](Change& c) {
                         return c.change({"test.audit", "DELETE FROM audit_entry WHERE unit_id = 7"}, {});
                       }),
      Bug);
  EXPECT_TRUE(entered().empty());
  EXPECT_EQ(store_->last_change(), position);
}

TEST_P(DeskTest, TheUnitOfAStatementIsThatOfTheDoor) {
  for (const UnitId unit : {7, 8})
    writing(unit).change("note.put", "n", [&](Change& c) { return c.change(kPutNote, {unit, "n", "x"}); });
  EXPECT_THROW(writing(7).change("note.put", "m",
                                 [](Change& c) {
                                   return c.change(kPutNote, {8, "m", "x"});
                                 }),
               Bug);
  const auto read = [&](sql::Params values) {
    return desk().unit(kDirectoryRead).read([&](View& v) {
      return v.rows(kNotes, values, [](const sql::Row& r) { return r.integer(0); }).at(0);
    });
  };
  EXPECT_EQ(read({7}), 1);
  EXPECT_THROW(read({8}), Bug);
  EXPECT_THROW(read({"7"}), Bug);
  EXPECT_THROW(read({}), Bug);
  EXPECT_THROW(desk().unit(kDirectoryRead).read([](View& v) {
    return v.rows(kEveryNote, {}, [](const sql::Row& r) { return r.integer(0); }).size();
  }),
               Bug);
  EXPECT_EQ(notes(8), 1);
}

TEST_P(DeskTest, OnPostgresqlRowsOfOtherUnitsAreNotThereEvenWithoutACondition) {
  if (on_sqlite()) return;  // it has no row-level security: there the door is the only wall
  for (const UnitId unit : {7, 8})
    writing(unit).change("note.put", "n", [&](Change& c) { return c.change(kPutNote, {unit, "n", "x"}); });
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    EXPECT_EQ(tx.rows(kEveryNote, {}, [](const sql::Row& r) { return r.integer(0); }),
              std::vector<std::int64_t>{7});
  });
  EXPECT_ANY_THROW(sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change(kPutNote, {8, "m", "x"});
  }));
  EXPECT_EQ(notes(8), 1);
}

TEST_P(DeskTest, WhatIsNotThereLeavesAnEntry) {
  EXPECT_THROW(writing().change("note.put", "n1", [](Change&) -> int { throw NotFound(); }), NotFound);
  clock_.set(Instant{clock_.now().ms + 1});
  EXPECT_THROW(desk().unit(kDirectoryRead).absent("note.open", "n2"), NotFound);
  ASSERT_EQ(entered().size(), 2u);
  EXPECT_EQ(entered()[0].object, "n1");
  EXPECT_EQ(entered()[1].what, "note.open");
  for (const auto& each : entered()) {
    EXPECT_EQ(each.decision, "denied");
    EXPECT_EQ(each.rule, "absent");
  }
}

TEST_P(DeskTest, FollowersHearOfAChange) {
  writing().change("note.put", "n0", [](Change& c) {
    c.note("note", "n0");
    return c.change(kPutNote, {7, "n0", "x"});
  });
  store_->wait_for_change(0, 5000);
  const auto position = store_->last_change();
  writing().change("note.put", "n1", [](Change& c) {
    c.note("note", "n1");
    c.note("note", "n1");
    return c.change(kPutNote, {7, "n1", "x"});
  });
  store_->wait_for_change(position, 5000);
  const auto seen = store_->changes_after(position, 10);
  ASSERT_EQ(seen.changes.size(), 1u);
  EXPECT_EQ(seen.changes[0].topic, "note");
  EXPECT_EQ(seen.changes[0].key, "n1");
  EXPECT_FALSE(seen.gap);
  EXPECT_TRUE(store_->changes_after(seen.changes[0].seq, 10).changes.empty());
}

TEST_P(DeskTest, AnOperatorEditsTheDirectoryOfOneUnit) {
  const Desk desk = Operator(*store_, clock_, "operator:root").desk(7, "family_centre");
  EXPECT_TRUE(desk.actor().signed_in());
  EXPECT_FALSE(desk.actor()->second_factor);
  desk.unit(kDirectoryWrite).change("note.put", "n", [](Change& c) {
    return c.change(kPutNote, {7, "n", "x"});
  });
  ASSERT_EQ(entered().size(), 1u);
  EXPECT_EQ(entered().front().actor, "operator:root");
  EXPECT_THROW(Desk(*store_, desk.actor(), kAccountPurpose, clock_).unit(kAccountWrite), NotFound);
}

// Bypasses must not compile.
template <class S>
concept opens = requires(S& s) {
  s.read(std::function<void(sql::Tx&)>());
};
template <class S>
concept writes = requires(S& s) {
  s.write(std::function<void(sql::Tx&)>());
};
static_assert(!opens<Store> && !writes<Store> && !opens<sql::Engine> && !writes<sql::Engine>);
static_assert(!std::is_constructible_v<PublicDoor, Store&>);
static_assert(!std::is_constructible_v<View, const Store&, sql::Tx&, Store::Reach>);
static_assert(!std::is_default_constructible_v<UnitDoor> && !std::is_default_constructible_v<Change>);

TEST(Rights, AreNamedOnce) {
  std::set<std::string_view> names;
  for (const auto& each : rights()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(right_named(each.name), &each);
  }
  EXPECT_EQ(right_named("directory"), nullptr);
  EXPECT_EQ(right_named(""), nullptr);
}

}  // namespace
}  // namespace lotse::access
