// SPDX-License-Identifier: EUPL-1.2
// What may be said of a unit, how it is typed, and how it is kept, on both stores.
#include "unit/profile.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "access/desk_test_support.h"
#include "access/gate.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::unit {
namespace {

Unit good() {
  Unit u;
  u.hours.openings = {{1, "08:00", "12:00"}, {1, "14:00", "16:30"}, {4, "14", "18.30 Uhr"}};
  u.contacts = {{"", "Nuran Auentaler", "Kita", "0221 4710055", {"deu", "tur"}},
                {.name = "Ida", .email = "ida@kita.example.org"}};
  return u;
}

std::vector<std::string> fields_of(const Problems& problems) {
  std::vector<std::string> fields;
  for (const auto& each : problems) fields.push_back(each.field);
  return fields;
}
using Fields = std::vector<std::string>;

TEST(UnitRules, nothing_said_and_everything_said_are_fine) {
  EXPECT_TRUE(check({}).empty());
  EXPECT_EQ(fields_of(check(good())), Fields{});
}

TEST(UnitRules, all_problems_come_at_once_and_at_their_fields) {
  Unit u;
  u.hours.openings = {{1, "früh", "12:00"}, {2, "12:00", "12:00"}, {2, "25:00", ""}, {7, "24:00", "02:00"}};
  u.contacts = {{"", "  ", "", "12 ab", {"deu", "klingonisch"}, "kein at"}, {.name = "Ida"}};
  EXPECT_EQ(fields_of(check(u)), (Fields{"hours_from_1_1", "hours_to_2_1", "hours_from_2_2", "hours_to_2_2",
                                         "hours_from_7_1", "contact_name_1", "contact_phone_1",
                                         "contact_email_1", "contact_languages_1", "contact_phone_2"}));
}

TEST(UnitRules, times_of_one_day_must_not_overlap) {
  Unit u;
  u.hours.openings = {{3, "14:00", "16:00"}, {3, "08:00", "14:00"}, {4, "15:00", "17:00"}};
  EXPECT_TRUE(check(u).empty());  // one begins where the other ends, in any order; another day
  u.hours.openings[1].to = "14:01";
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_from_3_2"});
  u.hours.openings = {{3, "08:00", "18:00"}, {3, "9", "10"}};
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_from_3_2"});
}

TEST(UnitRules, an_end_before_the_beginning_lies_on_the_next_day) {
  Unit u;
  u.hours.openings = {{5, "18", "2"}, {6, "02:00", "24:00"}, {7, "00:00", "24:00"}, {1, "22:00", "00:00"}};
  EXPECT_EQ(fields_of(check(u)), Fields{});
  EXPECT_EQ(spans_of(tidied(u).hours),
            (std::vector<Span>{{1, 1320, 1440}, {5, 1080, 1440}, {6, 0, 120}, {6, 120, 1440}, {7, 0, 1440}}));
  u.hours.openings[1].from = "01:59";
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_from_6_1"});
  u.hours.openings = {{1, "05:00", "06:00"}, {7, "22:00", "05:01"}};
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_from_7_1"});
  u.hours.openings = {{3, "00:00", "00:00"}};
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_to_3_1"});
}

TEST(UnitRules, days_beyond_the_week_and_floods_are_refused) {
  Unit u;
  u.hours.openings = {{0, "08:00", "09:00"}, {8, "08:00", "09:00"}};
  EXPECT_EQ(fields_of(check(u)), Fields{"hours"});
  u.hours.openings.assign(100'000, {5, "08:00", "09:00"});
  EXPECT_EQ(fields_of(check(u)), Fields{"hours_from_5_1"});
  u = good();
  u.contacts.resize(kMostContacts + 1);
  EXPECT_EQ(fields_of(check(u)), Fields{"contacts"});
}

TEST(UnitRules, telephone_numbers_and_addresses_that_reach_nobody_are_refused) {
  Unit u = good();
  for (const char* phone : {"0221/4710-55", "+49 (0)221 471", "116 016", "(02 21) 47 10"}) {
    u.contacts[0].phone = phone;
    EXPECT_TRUE(check(u).empty()) << phone;
  }
  for (const char* phone :
       {"12", "ruf an", "0221 47+11", "0221;4711", "1234567890123456789012345678901234567890 1"}) {
    u.contacts[0].phone = phone;
    EXPECT_EQ(fields_of(check(u)), Fields{"contact_phone_1"}) << phone;
  }
  u = good();
  for (const char* email :
       {"a@b", "@b.de", "a b@c.de", "a@b.", "a@.de", "a@b@c.de", "a@b.de?cc=x@y.de", "<a@b.de>"}) {
    u.contacts[1].email = email;
    EXPECT_EQ(fields_of(check(u)), Fields{"contact_email_2"}) << email;
  }
}

TEST(UnitRules, long_texts_and_texts_that_turn_the_line_are_refused) {
  Unit u = good();
  for (int i = 0; i < 100; ++i) u.contacts[1].matter += "ää";
  EXPECT_TRUE(check(u).empty());
  u.contacts[1].matter += "ä";
  u.contacts[0].name = "Nuran \u202Enaru";
  EXPECT_EQ(fields_of(check(u)), (Fields{"contact_name_1", "contact_matter_2"}));
}

TEST(UnitTyped, times_are_read_as_people_write_them) {
  for (const auto& [text, tidy] : {std::pair{"8", "08:00"},
                                   {"8:30", "08:30"},
                                   {" 08.30 Uhr ", "08:30"},
                                   {"24", "24:00"},
                                   {"0:05", "00:05"}})
    EXPECT_EQ(tidy_time(text), tidy) << text;
  for (const char* text : {"", "Uhr", "8:3", "halb neun", "25", "08:60", "8:30:00", "-8", "24:01", ":30"})
    EXPECT_EQ(tidy_time(text), text) << text;
}

TEST(UnitTyped, every_row_of_the_form_stays_a_row) {
  Unit before = good();
  before.id = 7;
  before.name = "Haus";
  const http::Form form{{{"hours_from_2_2", " 9 "},
                         {"hours_to_2_2", "mittags"},
                         {"by_appointment", "1"},
                         {"contact_name_1", ""},
                         {"contact_name_2", " Ida "},
                         {"contact_id_2", "x"},
                         {"contact_phone_2", "0221\u00A04710\u201355"},
                         {"contact_languages_2", "deu"},
                         {"contact_languages_2", "ukr"},
                         {"contact_name_4", "after a gap"}}};
  const Unit u = typed(before, form);
  EXPECT_EQ(u.id, 7);
  EXPECT_EQ(u.name, "Haus");
  EXPECT_EQ(u.hours, (Hours{{{2, "9", "mittags"}}, true}));
  ASSERT_EQ(u.contacts.size(), 2u);
  EXPECT_TRUE(is_blank(u.contacts[0]));
  EXPECT_EQ(u.contacts[1], (Contact{"x", "Ida", "", "0221 4710-55", {"deu", "ukr"}}));
}

class UnitTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<access::Store>(sql::open(engine().url()), migrations());
    Unit u;
    u.kind = "family_centre";
    u.legal_regime = "gdpr";
    u.name = "Familienzentrum";
    first_ = make(access::Operator(*store_, *clock_, "operator:test"), u);
    second_ = make(access::Operator(*store_, *clock_, "operator:test"), u);
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }
  access::Desk desk(UnitId unit, std::string function = "directory_editor",
                    std::string kind = "family_centre") {
    return {
        *store_,
        access::DeskTestAccess::actor(
            {.who = "somebody", .unit = unit, .unit_kind = std::move(kind), .function = std::move(function)}),
        access::kDirectoryPurpose, *clock_};
  }
  Unit now(UnitId id) { return *find({*store_, {}, access::kDirectoryPurpose, *clock_}, id); }
  std::int64_t entries(UnitId unit, const char* what, const char* decision) {
    std::int64_t found = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      found = *tx.one({"t.entries",
                       "SELECT count(*) FROM audit_entry WHERE unit_id = $1 AND what = $2 AND decision = $3"},
                      {unit, what, decision}, [](const sql::Row& r) { return r.integer(0); });
    });
    return found;
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 12, 8}, 600}));
  std::unique_ptr<access::Store> store_;
  UnitId first_ = 0, second_ = 0;
};
LOTSE_ON_EACH_ENGINE(UnitTest);

TEST_P(UnitTest, hours_and_contacts_are_kept_tidy_and_in_their_order) {
  Unit u = now(first_);
  EXPECT_EQ(u.version, 1);
  EXPECT_EQ(u.hours, Hours{});
  u.hours = {{{4, "14", "18.30 Uhr"}, {1, "14:00", "16:30"}, {1, "8", "12"}}, true};
  // More than a millisecond can order by its ids.
  for (const char* name : {"Zoe", "Anton", "Mira", "Ben", "Yara", "Cem"})
    u.contacts.push_back({.name = name, .phone = "0221 4711", .languages = {"tur", "deu", "tur"}});
  u.name = "Anderer Name";  // not hers to change here
  const auto position = store_->last_change();
  ASSERT_EQ(correct(desk(first_), u).value(), 2);
  const Unit kept = now(first_);
  EXPECT_EQ(kept.version, 2);
  EXPECT_EQ(kept.name, "Familienzentrum");
  EXPECT_EQ(kept.hours, (Hours{{{1, "08:00", "12:00"}, {1, "14:00", "16:30"}, {4, "14:00", "18:30"}}, true}));
  std::string order;
  for (const auto& each : kept.contacts) order += each.name + " ";
  EXPECT_EQ(order, "Zoe Anton Mira Ben Yara Cem ");
  EXPECT_EQ(kept.contacts[0].languages, (std::vector<std::string>{"tur", "deu"}));
  EXPECT_EQ(now(second_).contacts.size(), 0u);
  EXPECT_EQ(now(second_).version, 1);
  EXPECT_EQ(entries(first_, "unit.correct", "allowed"), 1);
  const auto seen = store_->changes_after(position, 10);
  ASSERT_EQ(seen.changes.size(), 1u);
  EXPECT_EQ(seen.changes[0].topic, "unit");
  EXPECT_EQ(seen.changes[0].key, std::to_string(first_));
}

TEST_P(UnitTest, a_contact_keeps_its_id_and_nobody_gets_that_of_another) {
  Unit u = now(first_);
  u.contacts = {{.name = "Ida", .phone = "0221 1"}, {.name = "Ole", .phone = "0221 2"}};
  u.contacts[0].phone = u.contacts[1].phone = "0221 471";
  ASSERT_TRUE(correct(desk(first_), u));
  const Unit before = now(first_);
  Unit next = before;
  std::swap(next.contacts[0], next.contacts[1]);
  next.contacts.push_back({.id = next.contacts[0].id, .name = "Doppelt", .phone = "0221 471"});
  next.contacts.push_back({.id = "erfunden", .name = "Neu", .email = "neu@haus.example.org"});
  ASSERT_TRUE(correct(desk(first_), next));
  const Unit after = now(first_);
  ASSERT_EQ(after.contacts.size(), 4u);
  EXPECT_EQ(after.contacts[0], before.contacts[1]);
  EXPECT_EQ(after.contacts[1], before.contacts[0]);
  EXPECT_TRUE(is_uuid(after.contacts[2].id) && is_uuid(after.contacts[3].id));
  EXPECT_EQ(after.contacts[3].email, "neu@haus.example.org");
  // Nor that of another unit.
  Unit other = now(second_);
  other.contacts = {{.id = after.contacts[0].id, .name = "Fremd", .phone = "0221 471"}};
  ASSERT_TRUE(correct(desk(second_), other));
  EXPECT_NE(now(second_).contacts[0].id, after.contacts[0].id);
  EXPECT_EQ(now(first_).contacts.size(), 4u);
}

TEST_P(UnitTest, only_its_own_editors_may_and_a_refusal_is_entered) {
  const Unit u = now(first_);
  EXPECT_THROW(correct(desk(second_), u), NotFound);
  EXPECT_THROW(correct(desk(first_, "case_worker"), u), NotFound);
  EXPECT_THROW(correct(desk(first_, "lead"), u), NotFound);
  EXPECT_THROW(correct({*store_, {}, access::kDirectoryPurpose, *clock_}, u), SignInNeeded);
  EXPECT_EQ(entries(first_, "open", "denied"), 2);
  EXPECT_EQ(entries(first_, "unit.correct", "allowed"), 0);
  EXPECT_EQ(now(first_).version, 1);
}

TEST_P(UnitTest, what_is_refused_or_stale_changes_nothing) {
  Unit u = now(first_);
  u.contacts = {{.name = "Ida", .phone = "0221 4711"}};
  ASSERT_TRUE(correct(desk(first_), u));
  Unit bad = now(first_);
  bad.contacts[0].phone = "";
  EXPECT_EQ(correct(desk(first_), bad).error().size(), 1u);
  u.contacts[0].name = "Ole";
  EXPECT_THROW(correct(desk(first_), u), Stale);  // still of version 1
  EXPECT_EQ(now(first_).contacts[0].name, "Ida");
  EXPECT_EQ(now(first_).version, 2);
  EXPECT_EQ(entries(first_, "unit.correct", "allowed"), 1);
}

TEST_P(UnitTest, of_many_at_once_one_wins_and_the_others_are_told) {
  constexpr int kWriters = 8;
  std::barrier start(kWriters);
  std::atomic<int> won = 0, stale = 0;
  std::vector<std::thread> writers;
  const Unit before = now(first_);
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back([&, i] {
      Unit mine = before;
      for (int k = 0; k <= i; ++k)
        mine.contacts.push_back({.name = "Person " + std::to_string(i), .phone = "0221 4711"});
      start.arrive_and_wait();
      try {
        won += correct(desk(first_), mine).has_value();
      } catch (const Stale&) {
        ++stale;
      }
    });
  for (auto& each : writers) each.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(stale, kWriters - 1);
  const Unit after = now(first_);
  EXPECT_EQ(after.version, 2);
  // All of one writer, none of another.
  ASSERT_FALSE(after.contacts.empty());
  EXPECT_EQ(after.contacts.front().name, "Person " + std::to_string(after.contacts.size() - 1));
  EXPECT_EQ(after.contacts.front().name, after.contacts.back().name);
  EXPECT_EQ(entries(first_, "unit.correct", "allowed"), 1);
}

}  // namespace
}  // namespace lotse::unit
