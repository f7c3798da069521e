// SPDX-License-Identifier: EUPL-1.2
// What an import does with entries that are there already: corrected ones, changing ones, those of others.
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>

#include "directory/directory_test_support.h"
#include "directory/merge.h"
#include "directory/plan.h"

namespace lotse::directory {
namespace {

Json json(const char* text) { return parse_json(text).value(); }

TEST(Merge, WhatOnlyOneSideChangedIsTaken) {
  const auto merged = merge(json(R"({"id":"1","name":"a","email":"x@y.z","url":"u"})"),
                            json(R"({"id":"1","name":"b","url":"u","alert":"neu"})"),
                            json(R"({"id":"1","name":"a","email":"x@y.z","url":"v","x_own":{"k":1}})"));
  EXPECT_EQ(merged.doc, json(R"({"id":"1","name":"b","url":"v","alert":"neu","x_own":{"k":1}})"));
  EXPECT_TRUE(merged.differences.empty());
}

TEST(Merge, WhereBothChangedOursStaysAndTheDifferenceIsTold) {
  const auto merged = merge(json(R"({"name":"a","phones":[{"number":"1"}],"url":"u"})"),
                            json(R"({"name":"b","phones":[{"number":"2"}]})"),
                            json(R"({"name":"c","phones":[{"number":"3"}],"url":"v"})"));
  EXPECT_EQ(merged.doc, json(R"({"name":"b","phones":[{"number":"2"}]})"));
  EXPECT_THAT(merged.differences,
              testing::ElementsAre(Difference{"name", "b", "c"},
                                   Difference{"phones", R"([{"number":"2"}])", R"([{"number":"3"}])"},
                                   Difference{"url", "", "v"}));
}

TEST(Merge, TheSameChangeOnBothSidesAndAnotherOrderAreNoConflict) {
  const auto merged = merge(json(R"({"name":"a","languages":["deu","tur"]})"),
                            json(R"({"name":"b","languages":["tur","deu"]})"),
                            json(R"({"name":"b","languages":["deu","tur","ukr"]})"));
  EXPECT_EQ(merged.doc, json(R"({"name":"b","languages":["deu","tur","ukr"]})"));
  EXPECT_TRUE(merged.differences.empty());
}

class PutTest : public TwoUnits {
 protected:
  Entry kept(int i = 0) {
    return find_kept(desk(one_), {id_for("test", "service", "s" + std::to_string(i))});
  }
  // A correction as staff make it: the texts come a second time among the translations.
  void correct_it(const std::function<void(Service&)>& how, int i = 0) {
    auto e = kept(i);
    how(e.service);
    e.service.lotse_texts["de"] = {.name = e.service.name, .description = e.service.description};
    ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  }
  Outcome taken(const Batch& b, bool dry = false) {
    auto outcome = put(desk(one_), b, dry);
    EXPECT_TRUE(outcome);
    return outcome ? *outcome : Outcome{};
  }
  std::string one_text(const char* sql) {
    std::string found;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      found = tx.one({"t.text", sql}, {}, [](const sql::Row& r) { return std::string(r.text(0)); }).value();
    });
    return found;
  }
  std::int64_t count(const char* sql) { return sql::TestAccess::number(engine(), sql); }
};
LOTSE_ON_EACH_ENGINE(PutTest);

TEST_P(PutTest, a_correction_stays_where_the_source_says_what_it_said) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  correct_it([](Service& s) { s.name = "Berichtigt"; });
  auto again = taken(batch());
  EXPECT_EQ(again.kinds["service"].same, 1);
  EXPECT_EQ(again.kinds["service"].changed, 0);
  EXPECT_TRUE(again.remarks.empty());
  EXPECT_EQ(kept().service.name, "Berichtigt");
}

TEST_P(PutTest, what_was_not_corrected_follows_the_source) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  auto b = batch();
  b.services[0].thing.name = "Von der Quelle";
  auto changed = taken(b);
  EXPECT_EQ(changed.kinds["service"].changed, 1);
  EXPECT_EQ(kept().service.name, "Von der Quelle");
  EXPECT_EQ(one_text("SELECT title FROM service_text"), "Von der Quelle");
}

TEST_P(PutTest, a_correction_and_a_change_of_the_source_meet_in_one_entry) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  correct_it([](Service& s) { s.url = "https://example.org/berichtigt"; });
  auto b = batch();
  b.services[0].thing.name = "Von der Quelle";
  auto merged = taken(b);
  EXPECT_EQ(merged.kinds["service"].changed, 1);
  EXPECT_EQ(merged.kinds["service"].kept, 0);
  EXPECT_TRUE(merged.remarks.empty());
  EXPECT_EQ(kept().service.name, "Von der Quelle");
  EXPECT_EQ(kept().service.url, "https://example.org/berichtigt");
  EXPECT_EQ(one_text("SELECT title FROM service_text"), "Von der Quelle");
  auto again = taken(b);
  EXPECT_EQ(again.kinds["service"].same, 1);
  EXPECT_EQ(kept().service.url, "https://example.org/berichtigt");
}

TEST_P(PutTest, a_conflict_keeps_ours_and_is_told_once) {
  ASSERT_TRUE(put(desk(one_), batch(2), false));
  correct_it([](Service& s) { s.name = "Unser Titel"; });
  auto b = batch(2);
  b.services[0].thing.name = "Ihr Titel";
  b.services[0].thing.email = "neu@example.org";
  const auto before = kept();
  for (const bool dry : {true, false}) {
    auto outcome = taken(b, dry);
    EXPECT_EQ(outcome.kinds["service"].kept, 1);
    EXPECT_EQ(outcome.kinds["service"].changed, 1);  // its e-mail address
    EXPECT_EQ(outcome.kinds["service"].same, 1);
    ASSERT_EQ(outcome.remarks.size(), 1u);
    EXPECT_EQ(outcome.remarks[0].kind, "service");
    EXPECT_EQ(outcome.remarks[0].foreign_id, "s0");
    EXPECT_EQ(outcome.remarks[0].field, "name");
    EXPECT_EQ(outcome.remarks[0].ours, "Unser Titel");
    EXPECT_EQ(outcome.remarks[0].theirs, "Ihr Titel");
    EXPECT_EQ(kept().version, before.version + (dry ? 0 : 1));
  }
  EXPECT_EQ(kept().service.name, "Unser Titel");
  EXPECT_EQ(kept().service.email, "neu@example.org");
  auto again = taken(b);
  EXPECT_TRUE(again.remarks.empty());
  EXPECT_EQ(again.kinds["service"].kept, 0);
  EXPECT_EQ(again.kinds["service"].same, 2);
  b.services[0].thing.name = "Noch ein Titel";
  EXPECT_EQ(taken(b).remarks.size(), 1u);
  EXPECT_EQ(kept().service.name, "Unser Titel");
}

TEST_P(PutTest, a_conflict_alone_leaves_the_entry_as_it_was) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  correct_it([](Service& s) { s.name = "Unser Titel"; });
  auto b = batch();
  b.services[0].thing.name = "Ihr Titel";
  auto outcome = taken(b);
  EXPECT_EQ(outcome.kinds["service"].same, 1);
  EXPECT_EQ(outcome.kinds["service"].kept, 1);
  EXPECT_TRUE(taken(b).remarks.empty());
}

TEST_P(PutTest, a_correction_taken_back_makes_room_for_the_source) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  auto e = kept();
  const auto original = e.service;
  e.service.name = "Irrtum";
  const auto version = correct(desk(one_), e.service, e.version);
  ASSERT_TRUE(version);
  ASSERT_TRUE(correct(desk(one_), original, *version));
  EXPECT_EQ(one_text("SELECT given FROM service"), "");
  auto b = batch();
  b.services[0].thing.name = "Von der Quelle";
  EXPECT_TRUE(taken(b).remarks.empty());
  EXPECT_EQ(kept().service.name, "Von der Quelle");
}

TEST_P(PutTest, a_source_that_takes_a_correction_over_owns_the_entry_again) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  auto e = kept();
  e.service.url = "https://example.org/richtig";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  auto b = batch();
  b.services[0].thing.url = "https://example.org/richtig";
  EXPECT_TRUE(taken(b).remarks.empty());
  EXPECT_EQ(one_text("SELECT given FROM service"), "");
}

TEST_P(PutTest, what_a_changed_organisation_means_for_services_of_another_source_follows) {
  ASSERT_TRUE(put(desk(one_), batch(), false));
  auto other = batch();
  other.source = "other";
  other.organisations.clear();
  other.locations.clear();
  other.services[0].thing.id.text = id_for("other", "service", "s0");
  other.services[0].thing.name = "Anderes";
  other.placed[0].thing.id.text = id_for("other", "placed", "s0");
  other.placed[0].thing.service_id = other.services[0].thing.id;
  ASSERT_TRUE(put(desk(two_), other, false));
  auto b = batch();
  b.organisations[0].thing.name = "Neues Haus";
  b.locations[0].thing.addresses[0].address_1 = "Neuer Weg 2";
  ASSERT_TRUE(put(desk(one_), b, false));
  EXPECT_EQ(count("SELECT count(*) FROM offer WHERE organisation_name = 'Neues Haus' AND address LIKE "
                  "'Neuer Weg 2%'"),
            2);
  EXPECT_EQ(count("SELECT count(*) FROM offer"), 2);
}

TEST_P(PutTest, what_moves_to_another_service_leaves_the_first) {
  ASSERT_TRUE(put(desk(one_), batch(2), false));
  auto b = batch(2);
  b.placed[0].thing.service_id = b.services[1].thing.id;
  ASSERT_TRUE(put(desk(one_), b, false));
  EXPECT_EQ(find_offer(visitor(), b.placed[0].thing.id.text).service.id, b.services[1].thing.id);
  EXPECT_NO_THROW((void)find_offer(visitor(), b.services[0].thing.id.text));  // now without a place
  EXPECT_EQ(count("SELECT count(*) FROM offer"), 3);
}

TEST_P(PutTest, an_id_that_comes_twice_counts_once) {
  auto b = batch();
  b.services.push_back(b.services[0]);
  b.services[1].thing.name = "Noch einmal";
  EXPECT_EQ(taken(b).kinds["service"].added, 1);
  EXPECT_EQ(kept().service.name, "Elterncafé 0");
}

TEST_P(PutTest, heaps_of_entries_are_written_whole) {
  const auto entries = [&] {
    std::int64_t found = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      found = *tx.one({"t.entries", "SELECT count(*) FROM audit_entry WHERE what LIKE 'directory.%.put'"}, {},
                      [](const sql::Row& r) { return r.integer(0); });
    });
    return found;
  };
  EXPECT_EQ(taken(batch(123)).kinds["service"].added, 123);
  EXPECT_EQ(count("SELECT count(*) FROM offer"), 123);
  EXPECT_EQ(count("SELECT count(*) FROM service_text"), 123);
  EXPECT_EQ(entries(), 1 + 1 + 123 + 123);
  EXPECT_EQ(taken(batch(123)).kinds["service"].same, 123);
  EXPECT_EQ(entries(), 1 + 1 + 123 + 123);
}

TEST_P(PutTest, a_plan_that_was_overtaken_is_not_carried_out) {
  ASSERT_TRUE(put(desk(one_), batch(2), false));
  auto b = batch(2);
  b.organisations[0].thing.name = "Neues Haus";  // both services follow it, though they stay as they are
  const auto door = desk(one_).unit(access::kDirectoryWrite);
  const auto plan =
      door.read([&](access::View& view) { return make_plan(view, b, hand_of(desk(one_)), nullptr); });
  const auto valid = [&] {
    return door.change("t.holds", "", [&](access::Change& change) { return holds(change, plan); });
  };
  EXPECT_TRUE(valid());
  correct_it([](Service& s) { s.name = "Dazwischen"; }, 1);
  EXPECT_FALSE(valid());
}

TEST_P(PutTest, a_plan_hears_of_what_was_placed_meanwhile) {
  ASSERT_TRUE(put(desk(one_), batch(1), false));
  auto b = batch(1);
  b.services[0].thing.name = "Neu";
  const auto door = desk(one_).unit(access::kDirectoryWrite);
  const auto plan =
      door.read([&](access::View& view) { return make_plan(view, b, hand_of(desk(one_)), nullptr); });
  auto other = batch();
  other.source = "other";
  other.organisations.clear(), other.locations.clear(), other.services.clear();
  other.placed[0].thing.id.text = id_for("other", "placed", "s0");
  ASSERT_TRUE(put(desk(one_), other, false));
  EXPECT_FALSE(door.change("t.holds", "", [&](access::Change& change) { return holds(change, plan); }));
}

TEST_P(PutTest, of_two_who_make_the_same_entries_the_second_plan_fails_whole) {
  const auto door = desk(one_).unit(access::kDirectoryWrite);
  const auto plan =
      door.read([&](access::View& view) { return make_plan(view, batch(2), hand_of(desk(one_)), nullptr); });
  auto first = batch(1);
  first.services[0].thing.name = "Zuerst";
  ASSERT_TRUE(put(desk(one_), first, false));
  EXPECT_THROW(door.change("directory.put", "test",
                           [&](access::Change& change) {
                             carry_out(change, plan);
                             return 0;
                           }),
               Stale);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 1);
  EXPECT_EQ(kept().service.name, "Zuerst");
}

// Corrections go on while the same entries are imported again and again: none is lost, and no import is half.
TEST_P(PutTest, corrections_during_imports_are_neither_lost_nor_refused) {
  constexpr int kServices = 30;
  ASSERT_TRUE(put(desk(one_), batch(kServices), false));
  std::atomic<bool> stop = false;
  std::atomic<int> corrections = 0;
  std::latch started(1);
  std::jthread staff([&] {
    for (int i = 0; !stop; ++i) {
      try {
        auto e = kept(i % kServices);
        e.service.alert = "Hinweis " + std::to_string(i);
        if (correct(desk(one_), e.service, e.version)) ++corrections;
      } catch (const Stale&) {
        // The import was quicker; staff see that and look again.
      }
      if (i == 0) started.count_down();
      // A hundred corrections a second: more than any house makes, and room for whoever locks them all.
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  struct Stop {
    std::atomic<bool>& stop;
    ~Stop() { stop = true; }
  } at_end{stop};  // whatever comes out of the imports, before the thread is waited for
  started.wait();
  for (int round = 0; round < 3; ++round) {
    auto b = batch(kServices);
    for (auto& each : b.services) each.thing.url = "https://example.org/" + std::to_string(round);
    const auto done = put(desk(one_), b, false);
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->remarks.empty());
    for (int i = 0; i < kServices; ++i)
      EXPECT_EQ(kept(i).service.url, "https://example.org/" + std::to_string(round));
  }
  stop = true;
  staff.join();
  EXPECT_GT(corrections, 0);
  EXPECT_NE(kept(0).service.alert, "");
  EXPECT_EQ(count("SELECT count(*) FROM offer"), kServices);
}

TEST_P(PutTest, two_imports_at_once_leave_no_address_behind) {
  for (int round = 0; round < 8; ++round) {
    auto ground = batch(1);
    auto& l = ground.locations[0].thing;
    l.lotse_confidential = false;
    l.addresses = {{.address_1 = "Verborgener Weg 3", .city = "Wiesenbrück", .postal_code = "00101"}};
    ASSERT_TRUE(put(desk(one_), ground, false));
    auto hidden = ground;
    hidden.locations[0].thing.lotse_confidential = true;
    // Another source places a service of its own there at the same time.
    auto other = batch(1);
    other.source = "other" + std::to_string(round);
    other.organisations.clear();
    other.locations.clear();
    for (auto& each : other.services) {
      each.foreign_id += "-other";
      each.thing.id.text = id_for(other.source, "service", each.foreign_id);
      for (auto& p : other.placed) p.thing.service_id.text = each.thing.id.text;
    }
    for (auto& each : other.placed) {
      each.foreign_id += "-other";
      each.thing.id.text = id_for(other.source, "placed", each.foreign_id);
      each.thing.location_id.text = ground.locations[0].thing.id.text;
    }
    {
      std::latch both(2);
      std::jthread a([&] {
        both.arrive_and_wait();
        EXPECT_TRUE(put(desk(one_), hidden, false));
      });
      std::jthread b([&] {
        both.arrive_and_wait();
        EXPECT_TRUE(put(desk(one_), other, false));
      });
    }
    EXPECT_EQ(count("SELECT count(*) FROM offer WHERE address LIKE '%Verborgen%'"), 0) << round;
    EXPECT_EQ(count("SELECT count(*) FROM offer"), round + 2);
  }
}

TEST_P(PutTest, an_import_does_its_thinking_before_it_locks) {
  // A correction made between comparing and writing is not overwritten: the import compares anew.
  ASSERT_TRUE(put(desk(one_), batch(400), false));
  auto b = batch(400);
  for (auto& each : b.services) each.thing.url = "https://example.org/neu";
  std::atomic<std::size_t> done = 0;
  std::jthread importing([&] { EXPECT_TRUE(put(desk(one_), b, false, &done)); });
  while (done == 0) std::this_thread::yield();
  correct_it([](Service& s) { s.alert = "Heute geschlossen"; }, 399);
  importing.join();
  EXPECT_EQ(kept(399).service.alert, "Heute geschlossen");
  EXPECT_EQ(kept(399).service.url, "https://example.org/neu");
  EXPECT_EQ(kept(0).service.url, "https://example.org/neu");
}

}  // namespace
}  // namespace lotse::directory
