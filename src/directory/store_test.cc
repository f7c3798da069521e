// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "base/fold.h"
#include "directory/directory_test_support.h"
#include "directory/search.h"

namespace lotse::directory {
namespace {

class DirectoryTest : public TwoUnits {
 protected:
  std::int64_t entries(UnitId unit, const char* decision) {
    std::int64_t found = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      found = *tx.one({"t.entries", "SELECT count(*) FROM audit_entry WHERE unit_id = $1 AND decision = $2"},
                      {unit, decision}, [](const sql::Row& r) { return r.integer(0); });
    });
    return found;
  }
  std::int64_t count(const char* sql) { return sql::TestAccess::number(engine(), sql); }
};
LOTSE_ON_EACH_ENGINE(DirectoryTest);

TEST_P(DirectoryTest, imports_twice_and_adds_nothing_twice) {
  auto one = put(desk(one_), batch(3), false);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->kinds["service"].added, 3);
  auto again = put(desk(one_), batch(3), false);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->kinds["service"].added, 0);
  EXPECT_EQ(again->kinds["service"].same, 3);
  EXPECT_EQ(count("SELECT count(*) FROM offer"), 3);
  auto changed = put(desk(one_), batch(2, "Café"), false);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->kinds["service"].changed, 2);
  EXPECT_EQ(changed->kinds["service"].vanished, 1);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 3);
}

TEST_P(DirectoryTest, dry_run_writes_nothing) {
  const auto before = entries(one_, "allowed");
  const auto outcome = put(desk(one_), batch(3), true);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 0);
  EXPECT_EQ(entries(one_, "allowed"), before);
}

TEST_P(DirectoryTest, another_units_entries_are_refused_whole) {
  ASSERT_TRUE(put(desk(one_), batch(1), false));
  const auto other = put(desk(two_), batch(2, "Übernahme"), false);
  EXPECT_FALSE(other);
  EXPECT_EQ(count("SELECT count(*) FROM service"), 1);
  EXPECT_EQ(find_offer(visitor(), id_for("test", "placed", "s0")).service.name, "Elterncafé 0");
}

TEST_P(DirectoryTest, broken_reference_leaves_nothing_behind) {
  auto b = batch(1);
  b.services[0].thing.organization_id.text = new_uuid(1);
  EXPECT_THROW((void)put(desk(one_), b, false), sql::Conflict);
  EXPECT_EQ(count("SELECT count(*) FROM organisation"), 0);
}

TEST_P(DirectoryTest, only_the_keeper_corrects_and_leaves_an_entry) {
  ASSERT_TRUE(put(desk(one_), batch(1), false));
  const ServiceId id{id_for("test", "service", "s0")};
  auto e = find_kept(desk(one_), id);
  e.service.name = "Neu";
  EXPECT_THROW((void)correct(desk(two_), e.service, e.version), NotFound);
  EXPECT_THROW((void)find_kept(desk(two_), id), NotFound);
  EXPECT_THROW((void)correct(desk(one_, "case_worker"), e.service, e.version), NotFound);
  EXPECT_THROW((void)correct(visitor(), e.service, e.version), SignInNeeded);
  const auto before = entries(one_, "allowed");
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  EXPECT_EQ(entries(one_, "allowed"), before + 1);
  EXPECT_THROW((void)correct(desk(one_), e.service, e.version), Stale);
  EXPECT_EQ(entries(one_, "allowed"), before + 1);
  EXPECT_EQ(find_offer(visitor(), id_for("test", "placed", "s0")).service.name, "Neu");
  EXPECT_EQ(entries(one_, "denied"), 1);
  EXPECT_EQ(sql::TestAccess::number(engine(), "SELECT count(*) FROM service WHERE version = 2"), 1);
}

TEST_P(DirectoryTest, of_two_who_correct_at_once_one_wins) {
  ASSERT_TRUE(put(desk(one_), batch(1), false));
  const ServiceId id{id_for("test", "service", "s0")};
  const auto e = find_kept(desk(one_), id);
  std::atomic<int> won{0}, stale{0};
  std::barrier start(8);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      auto mine = e.service;
      mine.name = "Fassung " + std::to_string(i);
      const auto at = desk(one_);
      start.arrive_and_wait();
      try {
        if (correct(at, mine, e.version)) ++won;
      } catch (const Stale&) {
        ++stale;
      }
    });
  threads.clear();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(stale, 7);
}

TEST_P(DirectoryTest, the_finder_follows_changes_without_building_anew) {
  ASSERT_TRUE(put(desk(one_), batch(2), false));
  Finder finder(*store_, clock_);
  EXPECT_EQ(finder.sight().snapshot->size(), 2u);
  const ServiceId id{id_for("test", "service", "s0")};
  auto e = find_kept(desk(one_), id);
  e.service.name = "Sprachcafé";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  finder.catch_up();
  EXPECT_EQ(finder.sight().snapshot->size(), 2u);
  EXPECT_GT(finder.sight().snapshot->overlay(), 0u);
  Search s;
  s.words = "sprachcafe";
  const auto first = [&] { return find(visitor(), finder, s, std::nullopt, "de").cards.at(0).text; };
  EXPECT_EQ(find(visitor(), finder, s, std::nullopt, "de").cards.size(), 1u);
  EXPECT_EQ(first()->title, "Sprachcafé");
  EXPECT_EQ(first(), first()) << "read from the store once";
  e = find_kept(desk(one_), id);
  e.service.name = "Sprachcafé am Markt";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  finder.catch_up();
  EXPECT_EQ(first()->title, "Sprachcafé am Markt") << "no card outlives a change";
  e = find_kept(desk(one_), id);
  e.service.status = "inactive";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  finder.catch_up();
  EXPECT_EQ(finder.sight().snapshot->size(), 1u);
  EXPECT_THROW((void)find_offer(visitor(), id_for("test", "placed", "s0")), NotFound);
}

TEST_P(DirectoryTest, the_follower_hears_of_a_change_by_itself) {
  ASSERT_TRUE(put(desk(one_), batch(1), false));
  Finder finder(*store_, clock_);
  finder.follow();
  ASSERT_TRUE(put(desk(one_), batch(5), false));
  for (int i = 0; i < 200 && finder.sight().snapshot->size() < 5; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(finder.sight().snapshot->size(), 5u);
}

TEST_P(DirectoryTest, changes_are_forgotten_after_a_day) {
  Finder finder(*store_, clock_);
  ASSERT_TRUE(put(desk(one_), batch(3), false));
  const auto next_day = [&] {
    clock_->set(Instant{clock_->now().ms + 86'400'000});
    finder.catch_up();
  };
  const auto kept = [&] { return count("SELECT count(*) FROM change"); };
  finder.catch_up();
  const auto all = kept();
  EXPECT_GT(all, 2);
  next_day();
  EXPECT_EQ(kept(), all) << "everybody has a day";
  auto b = batch(3);
  for (auto& each : b.services) each.thing.name += " neu";
  ASSERT_TRUE(put(desk(one_), b, false));
  const auto more = kept() - all;
  next_day();
  EXPECT_EQ(kept(), more);
  EXPECT_EQ(finder.sight().snapshot->size(), 3u);
  // Who slept through it reads everything.
  EXPECT_TRUE(store_->changes_after(1, 10).gap);
}

TEST_P(DirectoryTest, confidential_addresses_never_leave) {
  auto b = batch(1);
  b.locations[0].thing.lotse_confidential = true;
  ASSERT_TRUE(put(desk(one_), b, false));
  const auto e = find_offer(visitor(), id_for("test", "placed", "s0"));
  EXPECT_TRUE(e.confidential);
  EXPECT_FALSE(e.location);
  const auto whole = read_whole(visitor());
  EXPECT_TRUE(whole.locations.empty());
  EXPECT_TRUE(whole.placed.empty());
  EXPECT_EQ(
      count("SELECT count(*) FROM offer WHERE address <> '' OR facts LIKE '52%' OR words LIKE '%geheim%'"),
      0);
}

TEST_P(DirectoryTest, a_confidential_address_is_there_for_its_unit_alone) {
  auto b = batch(1);
  auto& l = b.locations[0].thing;
  l.lotse_confidential = true;
  l.name = "Haus Zuflucht";
  l.addresses = {{.address_1 = "Verborgener Weg 3", .city = "Wiesenbrück", .postal_code = "00101"}};
  ASSERT_TRUE(put(desk(one_), b, false));
  const auto in_the_open = [&] {
    return count(
        "SELECT count(*) FROM location WHERE doc LIKE '%Verborgen%' OR given LIKE '%Verborgen%' OR "
        "name LIKE '%Zuflucht%'");
  };
  const auto of_unit = [&](UnitId unit) {
    std::int64_t n = -1;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = *tx.one({"test.secret",
                   "SELECT count(*) FROM location_secret WHERE unit_id = $1 AND doc LIKE '%Verborgen%'"},
                  {unit}, [](const sql::Row& r) { return r.integer(0); });
    });
    return n;
  };
  EXPECT_EQ(in_the_open(), 0);
  EXPECT_EQ(of_unit(one_), 1);
  EXPECT_EQ(of_unit(two_), 0);
  // It is compared as a whole.
  EXPECT_EQ(put(desk(one_), b, false)->kinds["location"].same, 1);
  l.addresses[0].address_1 = "Verborgener Weg 4";
  EXPECT_EQ(put(desk(one_), b, false)->kinds["location"].changed, 1);
  EXPECT_EQ(put(desk(one_), b, false)->kinds["location"].same, 1);
  EXPECT_EQ(in_the_open(), 0);
  EXPECT_EQ(of_unit(one_), 1);
  // What is no longer secret is in one place again.
  l.lotse_confidential = false;
  EXPECT_EQ(put(desk(one_), b, false)->kinds["location"].changed, 1);
  EXPECT_EQ(in_the_open(), 1);
  EXPECT_EQ(of_unit(one_), 0);
  EXPECT_EQ(find_offer(visitor(), id_for("test", "placed", "s0")).location->name, "Haus Zuflucht");
  l.lotse_confidential = true;
  EXPECT_EQ(put(desk(one_), b, false)->kinds["location"].changed, 1);
  EXPECT_EQ(in_the_open(), 0);
}

TEST_P(DirectoryTest, an_entry_of_another_source_is_left_to_it) {
  auto b = batch(1);
  const std::string id = id_for("test", "service", "s0");
  b.services[0].foreign_id = id;
  ASSERT_TRUE(put(desk(one_), b, false));
  auto other = b;
  other.source = "other";
  other.services[0].thing.name = "Anderer Titel";
  for (const bool dry : {true, false}) {
    const auto outcome = put(desk(one_), other, dry);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->kinds.at("service").elsewhere, 1);
    EXPECT_EQ(outcome->kinds.at("service").changed, 0);
    const Outcome::Remark told{Outcome::Remark::What::elsewhere, "service", id, "", "test", ""};
    EXPECT_NE(std::find(outcome->remarks.begin(), outcome->remarks.end(), told), outcome->remarks.end());
  }
  EXPECT_EQ(find_kept(desk(one_), {id}).service.name, b.services[0].thing.name);
  EXPECT_EQ(put(desk(one_), b, false)->kinds.at("service").same, 1);
}

TEST_P(DirectoryTest, unknown_members_come_back_as_they_came) {
  auto b = batch(1);
  b.services[0].thing.rest["x_own"] = Json{{"a", 1}};
  ASSERT_TRUE(put(desk(one_), b, false));
  EXPECT_EQ(read_whole(visitor()).services.at(0).rest["x_own"]["a"], 1);
}

TEST_P(DirectoryTest, places_are_found_by_code_name_and_beginning) {
  unit::put_places(desk(one_), {{"00101", "Wiesenbrück", {52.0, 8.0}},
                                {"00101", "Wiesenbrück Süd", {52.2, 8.2}},
                                {"00104", "Mühlheide", {52.1, 8.1}}});
  EXPECT_EQ(unit::find_place(visitor(), "00104").place->name, "Mühlheide");
  EXPECT_EQ(unit::find_place(visitor(), " muehlheide ").place->postcode, "00104");
  EXPECT_EQ(unit::find_place(visitor(), "Mühl").place->postcode, "00104");
  EXPECT_NEAR(unit::find_place(visitor(), "00101").place->point.lat, 52.1, 1e-9);
  EXPECT_NEAR(unit::find_place(visitor(), "00101 Wiesenbrück Süd").place->point.lat, 52.2, 1e-9);
  EXPECT_FALSE(unit::find_place(visitor(), "99999").place);
  EXPECT_FALSE(unit::find_place(visitor(), "%").place);
  EXPECT_FALSE(unit::find_place(visitor(), "").place);
}

TEST_P(DirectoryTest, a_name_that_several_towns_share_is_asked_for) {
  unit::put_places(desk(one_), {{"31535", "Neuenkirchen", {52.5, 9.4}},
                                {"29643", "Neuenkirchen", {53.0, 9.7}},
                                {"29644", "Neuenkirchen", {53.05, 9.75}},
                                {"17039", "Neuenkirchen", {53.6, 13.3}}});
  const auto found = unit::find_place(visitor(), "neuenkirchen");
  EXPECT_FALSE(found.place);
  ASSERT_EQ(found.same_name.size(), 3u);
  EXPECT_NEAR(unit::find_place(visitor(), "29643 Neuenkirchen").place->point.lat, 53.0, 1e-9);
  Finder finder(*store_, clock_);
  Search s;
  s.place = "Neuenkirchen";
  const auto answer = find(visitor(), finder, s, std::nullopt, "de");
  ASSERT_EQ(answer.problems.size(), 1u);
  EXPECT_EQ(answer.problems[0].field, "place");
  EXPECT_EQ(answer.problems[0].text.args[0].second,
            "17039 Neuenkirchen, 29643 Neuenkirchen, 31535 Neuenkirchen");
}

TEST_P(DirectoryTest, the_starting_topics_are_put_once) {
  const auto topics = topic::starting_catalogue();
  EXPECT_EQ(topic::put(desk(one_), topics), static_cast<int>(topics.size()));
  EXPECT_EQ(topic::put(desk(one_), topics), 0);
  const auto catalogue = topic::load(visitor());
  EXPECT_EQ(catalogue.topics().size(), topics.size());
  ASSERT_NE(catalogue.find("daycare"), nullptr);
  const int daycare = catalogue.find("daycare")->number;
  for (const char* word : {"kita", "садок", "حضانة", "kreş", "ясли"}) {
    const auto folded = words_of(word);
    const auto found = catalogue.of_word(folded.at(0));
    EXPECT_NE(std::find(found.begin(), found.end(), daycare), found.end()) << word;
  }
  EXPECT_TRUE(catalogue.sensitive("womens_shelter"));
  EXPECT_FALSE(catalogue.sensitive("daycare"));
}

TEST_P(DirectoryTest, a_sentence_finds_what_its_words_mean) {
  topic::put(desk(one_), topic::starting_catalogue());
  auto b = batch(3);
  b.services[0].thing.name = "Deutschkurs am Vormittag";
  b.services[0].thing.lotse_topics = {"german_course"};
  b.services[0].thing.lotse_texts.clear();
  ASSERT_TRUE(put(desk(one_), b, false));
  unit::put_places(desk(one_), {{"00104", "Mühlheide", {52.1, 8.1}}});
  Finder finder(*store_, clock_);
  const auto ask = [&](const char* words, const char* language) {
    Search s;
    s.words = words;
    return find(visitor(), finder, s, std::nullopt, language);
  };
  for (const auto& [words, language] :
       std::vector<std::pair<const char*, const char*>>{{"ich suche einen Deutschkurs", "de"},
                                                        {"wo kann ich Deutsch lernen?", "de"},
                                                        {"i need a german course", "en"},
                                                        {"i need a german course", "de"},
                                                        {"мені потрібні курси німецької", "uk"},
                                                        {"أبحث عن دورة لغة ألمانية", "ar"},
                                                        {"Almanca kursu arıyorum", "tr"}}) {
    const auto found = ask(words, language);
    ASSERT_FALSE(found.cards.empty()) << words;
    EXPECT_EQ(found.cards[0].text->title, "Deutschkurs am Vormittag") << words;
  }
  const auto left = ask("Deutschkurs Xylophon", "de");
  EXPECT_EQ(left.left_out, (std::vector<std::string>{"Xylophon"}));
  EXPECT_EQ(left.cards.size(), 1u);
  const auto none = ask("Xylophon Quarz", "de");
  EXPECT_TRUE(none.cards.empty());
  EXPECT_TRUE(none.left_out.empty());
  const auto placed = ask("Deutschkurs Mühlheide", "de");
  EXPECT_EQ(placed.search.place, "Mühlheide");
  EXPECT_EQ(placed.search.words, "Deutschkurs");
  EXPECT_TRUE(placed.here);
  EXPECT_LT(ask("und", "de").cards.size(), 3u) << "names no topic";
}

}  // namespace
}  // namespace lotse::directory
