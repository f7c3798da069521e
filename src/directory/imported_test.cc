// SPDX-License-Identifier: EUPL-1.2
// Imports in parts, and taking them back as a whole.
#include "directory/imported.h"

#include <gmock/gmock.h>

#include "directory/pages_test_support.h"
#include "directory/suggestion.h"

namespace lotse::directory {
namespace {

bool always(std::size_t, std::size_t) { return true; }

Batch numbered(int organisations, int services) {
  Batch b;
  b.source = "test";
  for (int i = 0; i < organisations; ++i) {
    const std::string key = "o" + std::to_string(i);
    b.organisations.push_back({{}, key});
    b.organisations.back().thing.id.text = key;
    b.locations.push_back({{}, "l" + key});
    b.locations.back().thing.id.text = "l" + key;
    for (int k = 0; k < services; ++k) {
      const std::string name = key + "s" + std::to_string(k);
      b.services.push_back({{}, name});
      b.services.back().thing.id.text = name;
      b.services.back().thing.organization_id.text = key;
      b.placed.push_back({{}, "p" + name});
      b.placed.back().thing.id.text = "p" + name;
      b.placed.back().thing.service_id.text = name;
      b.placed.back().thing.location_id.text = "l" + key;
    }
  }
  b.terms.push_back({{}, "t"});
  b.terms.back().thing.id = "t";
  return b;
}

TEST(PartsOf, EachEntryIsInOnePartAndNoneBeforeWhatItRefersTo) {
  for (const std::size_t most : {1u, 3u, 10u, 1000u}) {
    auto given = numbered(3, 7);
    given.organisations.push_back({{}, "alone"});
    given.organisations.back().thing.id.text = "alone";
    given.services.push_back(given.services.front());  // twice the same
    std::set<std::string> seen;
    std::size_t entries = 0;
    for (const auto& part : parts_of(given, most)) {
      EXPECT_EQ(part.source, "test");
      const auto add = [&](const auto& items) {
        for (const auto& item : items) {
          EXPECT_TRUE(seen.insert(id_of(item.thing)).second) << id_of(item.thing);
          ++entries;
        }
      };
      add(part.organisations);
      add(part.locations);
      for (const auto& item : part.services) EXPECT_TRUE(seen.contains(item.thing.organization_id.text));
      add(part.services);
      for (const auto& item : part.placed)
        EXPECT_TRUE(seen.contains(item.thing.service_id.text) && seen.contains(item.thing.location_id.text));
      add(part.placed);
      add(part.terms);
      EXPECT_FALSE(part.organisations.empty() && part.services.empty() && part.placed.empty() &&
                   part.terms.empty());
    }
    EXPECT_EQ(entries, 4u + 3u + 21u + 21u + 1u);
  }
  EXPECT_TRUE(parts_of({}, 40).empty());
}

class ImportedTest : public TwoUnits {
 protected:
  access::UnitDoor door(UnitId unit) { return desk(unit).unit(access::kDirectoryWrite); }
  bool import(const Batch& b, const std::string& run, const GoOn& go_on = always) {
    const auto done = put_in_parts(door(one_), hand_of(desk(one_)), b, run, go_on);
    EXPECT_TRUE(done.has_value());
    return done.value_or(false);
  }
  bool back(const std::string& run, const GoOn& go_on = always) {
    return take_back(door(one_), hand_of(desk(one_)), run, go_on);
  }
  ServiceId service(int i) { return {id_for("test", "service", "s" + std::to_string(i))}; }
  void correct_it(int i, const std::string& name) {
    auto e = find_kept(desk(one_), service(i));
    e.service.name = name;
    ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  }
  // Also of tables that show a unit its own rows only.
  std::int64_t count(const char* text) {
    std::int64_t found = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(one_);
      found = tx.one({"t.count", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value();
    });
    return found;
  }
  // Everything that the directory holds, as text.
  std::string whole() {
    std::string all;
    const auto add = [&](const char* text) {
      sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
        tx.enter_unit(one_);
        tx.each({"t.all", text}, {}, [&](const sql::Row& r) {
          for (int i = 0; i < 4; ++i) (all += r.text(i)) += "\n";
        });
      });
    };
    add("SELECT id, source, given, doc FROM organisation ORDER BY id");
    add("SELECT id, source, given, doc FROM location ORDER BY id");
    add("SELECT id, source, given, doc FROM location_secret s JOIN (SELECT id AS l, source FROM location) x "
        "ON "
        "x.l = s.id ORDER BY id");
    add("SELECT id, source, given, doc FROM service ORDER BY id");
    add("SELECT id, source, given, doc FROM placed ORDER BY id");
    add("SELECT id, source, given, doc FROM term ORDER BY id");
    add("SELECT service_id, language, title, summary FROM service_text ORDER BY service_id, language");
    add("SELECT id, facts, words, address FROM offer ORDER BY id");
    return all;
  }
};
LOTSE_ON_EACH_ENGINE(ImportedTest);

TEST_P(ImportedTest, in_parts_gives_what_at_once_gives) {
  ASSERT_TRUE(import(batch(130), "r1"));
  const auto parts = whole();
  const auto tally = import_tally(door(one_), "r1");
  EXPECT_EQ(tally.kinds.at("service").added, 130);
  EXPECT_EQ(tally.kinds.at("organisation").added, 1);
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(whole(), "");
  ASSERT_TRUE(put(desk(one_), batch(130), false));
  EXPECT_EQ(whole(), parts);
}

TEST_P(ImportedTest, stopped_and_begun_anew_it_is_the_same_and_counts_once) {
  std::size_t parts = 0;
  EXPECT_FALSE(import(batch(100), "r1", [&](std::size_t done, std::size_t total) {
    parts = total;
    return done < 2;
  }));
  EXPECT_GT(parts, 2u);
  const auto some = count("SELECT count(*) FROM service");
  EXPECT_GT(some, 0);
  EXPECT_LT(some, 100);
  ASSERT_TRUE(import(batch(100), "r1"));
  EXPECT_EQ(import_tally(door(one_), "r1").kinds.at("service").added, 100);
  EXPECT_EQ(count("SELECT count(*) FROM offer"), 100);
}

TEST_P(ImportedTest, what_was_stopped_goes_away_as_a_whole) {
  EXPECT_FALSE(import(batch(100), "r1", [](std::size_t done, std::size_t) { return done < 2; }));
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(whole(), "");
}

TEST_P(ImportedTest, taken_back_everything_is_as_before) {
  auto first = batch(60);
  first.locations[0].thing.lotse_confidential = true;
  ASSERT_TRUE(put(desk(one_), first, false));
  correct_it(3, "Von uns");
  const auto before = whole();
  auto second = batch(90, "Neuer Titel");
  second.organisations[0].thing.name = "Anderes Haus";
  second.locations[0].thing.addresses[0].address_1 = "Anderer Weg 2";
  ASSERT_TRUE(import(second, "r1"));
  EXPECT_NE(whole(), before);
  const auto done = import_tally(door(one_), "r1");
  EXPECT_EQ(done.kinds.at("service").added, 30);
  EXPECT_EQ(done.kinds.at("location").changed, 1);
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(whole(), before);
  const auto undone = import_tally(door(one_), "r1");
  EXPECT_EQ(undone.kinds.at("service").removed, 30);
  EXPECT_EQ(undone.kinds.at("service").restored, 60);
  EXPECT_EQ(undone.kinds.at("service").added, 0);
  EXPECT_EQ(undone.left_count, 0);
  const auto changes = history(desk(one_), service(0), 0, 10);
  ASSERT_EQ(changes.revisions.size(), 2u);
  EXPECT_EQ(changes.revisions[0].cause.way, Way::undo);
  EXPECT_EQ(changes.revisions[0].cause.undone, 2);
  EXPECT_GT(count("SELECT count(*) FROM audit_entry WHERE what = 'directory.service.remove'"), 29);
}

TEST_P(ImportedTest, taken_back_twice_or_in_pieces_does_no_more) {
  ASSERT_TRUE(put(desk(one_), batch(30), false));
  const auto before = whole();
  ASSERT_TRUE(import(batch(60, "Neu"), "r1"));
  EXPECT_FALSE(back("r1", [](std::size_t done, std::size_t) { return done < 40; }));
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(whole(), before);
  const auto entries = count("SELECT count(*) FROM audit_entry WHERE what LIKE 'directory.service.%'");
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(whole(), before);
  EXPECT_EQ(count("SELECT count(*) FROM audit_entry WHERE what LIKE 'directory.service.%'"), entries);
}

TEST_P(ImportedTest, what_others_changed_or_refer_to_is_left_and_named) {
  ASSERT_TRUE(put(desk(one_), batch(2), false));
  ASSERT_TRUE(import(batch(5, "Neu"), "r1"));
  correct_it(0, "Danach geändert");  // changed by the import, then by us
  correct_it(2, "Auch danach");      // made by the import, then changed
  confirm(desk(one_), service(3));   // made by it, and somebody said that it is right
  ASSERT_TRUE(back("r1"));
  EXPECT_EQ(find_kept(desk(one_), service(0)).service.name, "Danach geändert");
  EXPECT_EQ(find_kept(desk(one_), service(1)).service.name, "Elterncafé 1");
  EXPECT_EQ(find_kept(desk(one_), service(2)).service.name, "Auch danach");
  EXPECT_EQ(find_kept(desk(one_), service(3)).service.name, "Neu 3");
  EXPECT_THROW(find_kept(desk(one_), service(4)), NotFound);
  std::map<std::string, std::string> why;
  const auto tally = import_tally(door(one_), "r1");
  for (const auto& each : tally.left)
    if (each.kind == "service") why[each.name] = each.why.id.substr(0, 14);
  EXPECT_THAT(why, testing::ElementsAre(testing::Pair("Auch danach", "It was changed"),
                                        testing::Pair("Danach geändert", "It was changed"),
                                        testing::Pair("Neu 3", "Something else")));
  EXPECT_EQ(tally.left_count, static_cast<std::int64_t>(tally.left.size()));
  // Still searched, with the place that stayed for them.
  EXPECT_EQ(count("SELECT count(*) FROM offer WHERE service_id NOT IN (SELECT id FROM service)"), 0);
}

TEST_P(ImportedTest, a_service_that_somebody_left_a_note_on_stays) {
  ASSERT_TRUE(import(batch(1), "r1"));
  const TestKeys keys;
  Note note;
  note.text = "Die Zeiten stimmen nicht.";
  ASSERT_TRUE(suggest(visitor(), keys, find_kept(desk(one_), service(0)), note));
  ASSERT_TRUE(back("r1"));
  EXPECT_EQ(count("SELECT count(*) FROM service"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM suggestion"), 1);
}

TEST_P(ImportedTest, another_unit_neither_sees_nor_takes_back) {
  ASSERT_TRUE(import(batch(3), "r1"));
  EXPECT_TRUE(import_tally(door(two_), "r1").kinds.empty());
  EXPECT_TRUE(take_back(door(two_), hand_of(desk(two_)), "r1", always));
  EXPECT_EQ(count("SELECT count(*) FROM service"), 3);
  const auto refused = put_in_parts(door(two_), hand_of(desk(two_)), batch(3, "Fremd"), "r2", always);
  EXPECT_FALSE(refused);
  EXPECT_EQ(count("SELECT count(*) FROM imported WHERE run = 'r2'"), 0);
}

TEST_P(ImportedTest, staff_who_correct_in_between_keep_their_corrections) {
  ASSERT_TRUE(put(desk(one_), batch(120), false));
  ASSERT_TRUE(import(batch(120, "Neu"), "r1", [&](std::size_t done, std::size_t) {
    if (done == 2) correct_it(119, "Mitten drin");
    return true;
  }));
  EXPECT_EQ(find_kept(desk(one_), service(119)).service.name, "Mitten drin");
  EXPECT_EQ(find_kept(desk(one_), service(118)).service.name, "Neu 118");
}

TEST_P(ImportedTest, forgotten_it_cannot_be_taken_back) {
  ASSERT_TRUE(import(batch(3), "r1"));
  door(one_).change("t.forget", "r1", [&](access::Change& change) {
    forget_import(change, one_, "r1");
    return 0;
  });
  EXPECT_TRUE(back("r1"));
  EXPECT_EQ(count("SELECT count(*) FROM service"), 3);
}

}  // namespace
}  // namespace lotse::directory
