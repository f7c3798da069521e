// SPDX-License-Identifier: EUPL-1.2
#include "access/visitor.h"

#include <atomic>
#include <set>
#include <thread>

#include "access/desk_test_support.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {
namespace {

constexpr std::string_view kOwn =
    "-- table entry keeper\n-- visitor entry id\n-- table closed keeper\n"
    "-- table note unit\n-- rls note unit_id\n-- visitor note about\n"
    "-- table secret unit\n-- rls secret unit_id\n"
    "CREATE TABLE entry (id TEXT PRIMARY KEY, keeper_unit BIGINT NOT NULL, name TEXT NOT NULL);\n"
    "CREATE TABLE closed (id TEXT PRIMARY KEY, keeper_unit BIGINT NOT NULL);\n"
    "CREATE TABLE note (unit_id BIGINT NOT NULL, about TEXT NOT NULL, text TEXT NOT NULL);\n"
    "CREATE TABLE secret (unit_id BIGINT NOT NULL, about TEXT NOT NULL);\n";

constexpr sql::Statement kPutEntry{"test.put_entry",
                                   "INSERT INTO entry (id, keeper_unit, name) VALUES ($1, $2, $3)"};
constexpr sql::Statement kName{"test.name", "UPDATE entry SET name = $3 WHERE keeper_unit = $1 AND id = $2"};
constexpr sql::Statement kNameAll{"test.name_all", "UPDATE entry SET name = $2 WHERE keeper_unit = $1"};
constexpr sql::Statement kClose{"test.close", "DELETE FROM closed WHERE keeper_unit = $1 AND id = $2"};
constexpr sql::Statement kPutNote{"test.put_note",
                                  "INSERT INTO note (unit_id, about, text) VALUES ($1, $2, $3)"};
constexpr sql::Statement kNotes{"test.notes", "SELECT count(*) FROM note WHERE unit_id = $1 AND about = $2"};
constexpr sql::Statement kAllNotes{"test.all_notes", "SELECT count(*) FROM note WHERE unit_id = $1"};
constexpr sql::Statement kSecrets{"test.secrets",
                                  "SELECT count(*) FROM secret WHERE unit_id = $1 AND about = $2"};
constexpr sql::Statement kEntries{"test.entries", "SELECT name FROM entry ORDER BY id"};
constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

class VisitorTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    auto list = sql::migrations_of({"access", "unit"});
    list.push_back({"2026-11-30-own", kOwn});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<Store>(sql::open(url(), {.twice = true}), migrations());
    for (const char* id : {"7", "8"})
      sql::TestAccess::change(engine(),
                              "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                              "opening_hours) VALUES (" +
                                  std::string(id) + ", " + id + ", 'family_centre', 'gdpr', 'Haus', '')");
    staff().change("test.put", "a", [](Change& c) {
      return c.change(kPutEntry, {"a", 7, "A"}) + c.change(kPutEntry, {"b", 7, "B"});
    });
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }
  UnitDoor staff(UnitId unit = 7) {
    return Desk(*store_,
                DeskTestAccess::actor({.who = "acc-1",
                                       .name = "Olena",
                                       .unit = unit,
                                       .unit_kind = "family_centre",
                                       .function = "directory_editor"}),
                kDirectoryPurpose, clock_)
        .unit(kDirectoryWrite);
  }
  Desk nobody() { return Desk(*store_, {}, kDirectoryPurpose, clock_); }
  VisitorDoor visit(const HeldLink& link) { return nobody().visitor(link); }
  HeldLink linked(const Right& right = kDirectoryWrite) {
    const NewLink link(7, right, "a", "test.confirm", clock_.now(), Instant{clock_.now().ms + kDayMs});
    staff().change("test.link", "a", [&](Change& c) {
      c.link(link);
      return 0;
    });
    return link.held();
  }
  struct Entered {
    std::string actor, acting_as, asked, what, object, decision, rule;
  };
  std::vector<Entered> entered(UnitId unit = 7) {
    std::vector<Entered> all;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      all = tx.rows({"test.entered",
                     "SELECT actor, acting_as, asked, what, object, decision, rule FROM audit_entry "
                     "WHERE unit_id = $1 AND acting_as = 'visitor' ORDER BY id"},
                    {unit}, [](const sql::Row& r) {
                      return Entered{std::string(r.text(0)), std::string(r.text(1)), std::string(r.text(2)),
                                     std::string(r.text(3)), std::string(r.text(4)), std::string(r.text(5)),
                                     std::string(r.text(6))};
                    });
    });
    return all;
  }
  StandingClock clock_{*instant_of({{2026, 11, 22}, 600})};
  std::unique_ptr<Store> store_;
};
LOTSE_ON_EACH_ENGINE(VisitorTest);

constexpr auto kCount = [](const sql::Row& r) { return r.integer(0); };

TEST_P(VisitorTest, ALinkOpensItsOneThingOnce) {
  const auto link = linked();
  const auto door = visit(link);
  EXPECT_EQ(door.unit(), 7);
  EXPECT_EQ(door.object(), "a");
  EXPECT_EQ(door.purpose(), "test.confirm");
  door.read("test.read", [](View& v) { return v.one(kNotes, {7, "a"}, kCount); });
  door.finish("test.name", [](Change& c) {
    c.change(kPutNote, {7, "a", "x"});
    return c.change(kName, {7, "a", "A2"});
  });
  const auto names = nobody().public_read().read(
      [](View& v) { return v.rows(kEntries, {}, [](const sql::Row& r) { return std::string(r.text(0)); }); });
  EXPECT_EQ(names, (std::vector<std::string>{"A2", "B"}));
  EXPECT_THROW(door.finish("test.name", [](Change& c) { return c.change(kName, {7, "a", "A3"}); }), LinkOver);
  EXPECT_THROW(visit(link), LinkOver);
}

TEST_P(VisitorTest, ReadingChangingAndWhatIsRefusedIsEntered) {
  const auto link = linked();
  const auto door = visit(link);
  door.read("test.read", [](View&) { return 0; });
  door.finish("test.name", [](Change& c) { return c.change(kName, {7, "a", "A2"}); });
  EXPECT_THROW(visit(link), LinkOver);
  const auto all = entered();
  ASSERT_EQ(all.size(), 3u);
  for (const auto& each : all) {
    EXPECT_EQ(each.actor, "visitor:" + link.id);
    EXPECT_EQ(each.asked, "directory.write");
    EXPECT_EQ(each.object, "a");
    EXPECT_EQ(each.actor.find(link.secret), std::string::npos);
  }
  std::multiset<std::string> what;
  for (const auto& each : all) what.insert(each.what + " " + each.decision);
  EXPECT_EQ(what, (std::multiset<std::string>{"open denied", "test.name allowed", "test.read allowed"}));
}

TEST_P(VisitorTest, NothingElseIsWithinReach) {
  const auto door = visit(linked());
  const auto reads = [&](const sql::Statement& s, std::vector<sql::Value> values) {
    door.read("test.read", [&](View& v) { return v.one(s, values, kCount); });
  };
  EXPECT_NO_THROW(reads(kNotes, {7, "a"}));
  EXPECT_THROW(reads(kNotes, {7, "b"}), Bug);
  EXPECT_THROW(reads(kNotes, {8, "a"}), Bug);
  EXPECT_THROW(reads(kAllNotes, {7}), Bug);
  EXPECT_THROW(reads(kSecrets, {7, "a"}), Bug);
  const auto writes = [&](const sql::Statement& s, std::vector<sql::Value> values) {
    door.finish("test.write", [&](Change& c) { return c.change(s, values); });
  };
  EXPECT_THROW(writes(kName, {7, "b", "x"}), Bug);
  EXPECT_THROW(writes(kName, {8, "a", "x"}), Bug);
  EXPECT_THROW(writes(kNameAll, {7, "x"}), Bug);
  EXPECT_THROW(writes(kClose, {7, "a"}), Bug);
  EXPECT_THROW(writes(kPutNote, {7, "b", "x"}), Bug);
  EXPECT_THROW(writes(kPutNote, {8, "a", "x"}), Bug);
  EXPECT_NO_THROW(writes(kPutNote, {7, "a", "x"})) << "what failed has not used the link up";
}

TEST_P(VisitorTest, AVisitorMakesNoLinks) {
  const auto door = visit(linked());
  const NewLink more(7, kDirectoryWrite, "a", "test.confirm", clock_.now(),
                     Instant{clock_.now().ms + kDayMs});
  EXPECT_THROW(door.finish("test.link",
                           [&](Change& c) {
                             c.link(more);
                             return 0;
                           }),
               Bug);
  EXPECT_THROW(visit(more.held()), LinkOver);
  EXPECT_THROW(staff(8).change("test.link", "a",
                               [&](Change& c) {
                                 c.link(more);
                                 return 0;
                               }),
               Bug);
}

TEST_P(VisitorTest, WhatDoesNotHoldAnswersAlike) {
  const auto link = linked();
  auto wrong = link, unknown = link, elsewhere = link, open = link;
  wrong.secret = std::string(32, '0');
  unknown.id = new_uuid(1);
  elsewhere.unit = 8;
  open.secret.clear();
  for (const auto& each : {wrong, unknown, elsewhere, open}) EXPECT_THROW(visit(each), LinkOver);
  EXPECT_NO_THROW(visit(link));
  EXPECT_TRUE(entered(8).empty()) << "nothing of a link that there never was";
  EXPECT_EQ(entered().size(), 2u) << "a wrong secret is entered, and an empty one";
  const auto withdrawn = linked();
  EXPECT_EQ(
      staff().change("test.withdraw", "a", [](Change& c) { return c.withdraw_links("a", "test.confirm"); }),
      2);
  EXPECT_THROW(visit(withdrawn), LinkOver);
  EXPECT_THROW(visit(link), LinkOver);
  const auto late = linked();
  clock_.set(Instant{clock_.now().ms + kDayMs});
  EXPECT_NO_THROW(visit(late)) << "to the last moment";
  clock_.set(Instant{clock_.now().ms + 1});
  EXPECT_THROW(visit(late), LinkOver);
}

TEST_P(VisitorTest, TheMatrixIsAskedToo) { EXPECT_THROW(visit(linked(kAccountWrite)), LinkOver); }

TEST_P(VisitorTest, OfTwoAtOnceOneIsFirst) {
  const auto link = linked();
  const auto one = visit(link), two = visit(link);
  std::atomic<int> done{0}, over{0};
  const auto go = [&](const VisitorDoor& door) {
    try {
      door.finish("test.note", [](Change& c) { return c.change(kPutNote, {7, "a", "x"}); });
      ++done;
    } catch (const LinkOver&) {
      ++over;
    }
  };
  std::thread first([&] { go(one); }), second([&] { go(two); });
  first.join();
  second.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(over, 1);
  EXPECT_EQ(staff().read([](View& v) { return v.one(kAllNotes, {7}, kCount).value(); }), 1);
}

TEST(HeldLink, IsReadFromAnAddress) {
  const std::string id = new_uuid(1), secret(32, 'a');
  const auto whole = HeldLink::read("7-" + id + "-" + secret);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->unit, 7);
  EXPECT_EQ(whole->id, id);
  EXPECT_EQ(whole->secret, secret);
  const auto name = HeldLink::read(whole->name());
  ASSERT_TRUE(name);
  EXPECT_EQ(name->secret, "");
  for (const std::string& bad :
       {std::string(), std::string("7"), "-" + id, "0-" + id, "-7-" + id, "x-" + id, "7-" + id + "-",
        "7-" + id + "-abc", "7-" + id + "-" + std::string(32, 'A'), "7-" + id + "-" + secret + "0", "7" + id,
        "99999999999999999999-" + id, "7-" + id.substr(1), "7-" + id + secret})
    EXPECT_FALSE(HeldLink::read(bad)) << bad;
}

}  // namespace
}  // namespace lotse::access
