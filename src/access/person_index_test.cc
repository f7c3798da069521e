// SPDX-License-Identifier: EUPL-1.2
#include "access/person_index.h"

#include <atomic>
#include <thread>

#include "access/record_test_support.h"
#include "base/log.h"

namespace lotse::access {

template <>
struct PersonFields<Thing> {
  static constexpr auto names = std::tuple{&Thing::sealed};
  static constexpr auto phones = std::tuple{&Thing::blind};
  static constexpr auto born = std::tuple{&Thing::day};
};
template <>
struct PersonFields<Registration> {
  static constexpr auto names = std::tuple{&Registration::name};
  static constexpr auto phones = std::tuple{&Registration::phone};
  static constexpr std::tuple<> born{};
};

namespace {

using Ids = std::vector<std::string>;

class PersonIndexTest : public RecordFixture {
 protected:
  static Thing named(std::string name, std::string phone = "", std::optional<Day> born = std::nullopt) {
    return {.plain = "x", .day = born, .sealed = std::move(name), .blind = std::move(phone)};
  }
  static alike::Question name(std::string_view text) { return {alike::words_of_name(text), 0, std::nullopt}; }
  void TearDown() override {
    index_.reset();
    RecordFixture::TearDown();
  }
  void build(std::size_t most = PersonIndex::kMostPersons) {
    index_.reset();
    index_ = std::make_unique<PersonIndex>(
        *store_, clock_, std::vector{persons::table<Thing>(), persons::table<Registration>()}, most);
  }
  template <HasFields T = Thing>
  Ids ask(const alike::Question& question, UnitId unit = 7, const Relation& relation = kRegistered,
          std::size_t most = 20) {
    const auto door = desk(unit).records(kThingRead, relation);
    Ids ids;
    for (const auto& each : find_alike<T>(*index_, door, question, most, [](const auto&) { return true; }))
      ids.push_back(each.sheet.id());
    return ids;
  }
  void rename(const std::string& id, const std::string& to) {
    const auto before = get<Thing>(id);
    Thing after = before->value();
    after.sealed = to;
    writing().change("thing.change", id, {{id}},
                     [&](RecordChange& c) { return c.update(*before, after), 0; });
  }
  void end(const std::string& id, UnitId unit = 7) {
    desk(unit).records(kThingErase, kRegistered).change("thing.end", id, {{id}}, [&](RecordChange& c) {
      return c.end(id), 0;
    });
  }
  std::unique_ptr<PersonIndex> index_;
};
LOTSE_ON_EACH_ENGINE(PersonIndexTest);

TEST_P(PersonIndexTest, SomebodyIsFoundByNameNumberAndDayOfBirth) {
  put("t1", named("\xD0\x9E\xD0\xBB\xD0\xB5\xD0\xBD\xD0\xB0 \xD0\x9A\xD0\xBE\xD0\xB2\xD0\xB0\xD0\xBB\xD1\x8C",
                  "0151 2345678", Day{1990, 3, 12}));
  put("t2", named("Ollena Meyer"));
  put("t3", named("Otto M\xC3\xBCller", "0151 111111"));
  put("t4", named(""));
  build();
  EXPECT_EQ(index_->size(), 4u);
  EXPECT_EQ(ask(name("olena kowal")), Ids{"t1"});
  EXPECT_EQ(ask(name("Maier")), Ids{"t2"});
  EXPECT_EQ(ask(name("Mueller")), Ids{"t3"});
  EXPECT_EQ(ask(name("Olena")), (Ids{"t1", "t2"})) << "spelled the same comes first";
  EXPECT_EQ(ask(name("Olena"), 7, kRegistered, 1), Ids{"t1"});
  EXPECT_EQ(ask({{}, alike::telephone("+49 151/2345678"), {}}), Ids{"t1"});
  EXPECT_EQ(ask({{}, 0, Day{1990, 3, 12}}), Ids{"t1"});
  EXPECT_EQ(ask({alike::words_of_name("Olena"), 0, Day{1990, 3, 12}}), (Ids{"t1", "t2"}));
  EXPECT_TRUE(ask({alike::words_of_name("Otto"), alike::telephone("0151 2345678"), {}}).empty());
  EXPECT_TRUE(ask({}).empty());
}

TEST_P(PersonIndexTest, UnitsAreApart) {
  put("t1", named("Olena"));
  put("t1", named("Olena"), 8);
  put("t2", named("Otto"), 8);
  build();
  EXPECT_EQ(ask(name("Olena"), 7), Ids{"t1"});
  EXPECT_TRUE(ask(name("Otto"), 7).empty());
  EXPECT_EQ(ask(name("Otto"), 8), Ids{"t2"});
  EXPECT_TRUE(ask(name("Olena"), 9).empty());
  end("t1", 8);
  EXPECT_EQ(ask(name("Olena"), 7), Ids{"t1"});
}

TEST_P(PersonIndexTest, WhatTheMatrixWithholdsFindsNobody) {
  put("r1", Registration{.event = "e1", .state = "confirmed", .name = "Mira Kowal", .phone = "0151 2345678"});
  build();
  EXPECT_EQ(ask<Registration>(name("Mira")), Ids{"r1"});
  EXPECT_EQ(entries().back().about.find("D1"), 0u) << entries().back().about;
  const auto before = entries().size();
  EXPECT_TRUE(ask<Registration>(name("Mira"), 7, kOwnEvent).empty());
  EXPECT_TRUE(ask<Registration>({{}, alike::telephone("0151 2345678"), {}}, 7, kOwnEvent).empty());
  ASSERT_EQ(entries().size(), before + 2);
  EXPECT_EQ(entries().back().about, "") << "opened for nobody";
  EXPECT_EQ(number("SELECT count(*) FROM audit_subject WHERE unit_id = 7 AND subject = 'r1'"), 2)
      << "put and found";
}

TEST_P(PersonIndexTest, AskingIsEnteredAndNotWhatWasAsked) {
  put("t1", named("Olena"));
  put("t2", named("Otto"));
  build();
  const auto before = entries().size();
  ask(name("Olena"));
  ask(name("Kanarienvogel"));
  const auto all = entries();
  ASSERT_EQ(all.size(), before + 2);
  EXPECT_EQ(all[before].what, "person.find");
  EXPECT_EQ(all[before].about, "D14 of t1");
  EXPECT_EQ(all[before + 1].what, "person.find");
  EXPECT_EQ(all[before + 1].about, "");
}

TEST_P(PersonIndexTest, OnlyThoseWhomTheRelationIsAboutAreOpened) {
  put("t1", named("Olena"));
  put("t2", named("Olena"));
  build();
  const auto found = find_alike<Thing>(*index_, reading(), name("Olena"), 10,
                                       [](const std::string& record) { return record == "t2"; });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sheet.id(), "t2");
  EXPECT_EQ(found[0].likeness, 100);
  EXPECT_EQ(entries().back().about, "D14 of t2");
}

TEST_P(PersonIndexTest, ItFollowsWhatIsCommitted) {
  put("t1", named("Olena"));
  build();
  put("t2", named("Otto"));
  EXPECT_TRUE(ask(name("Otto")).empty());
  index_->catch_up();
  EXPECT_EQ(ask(name("Otto")), Ids{"t2"});
  rename("t2", "Anna");
  EXPECT_TRUE(ask(name("Otto")).empty()) << "compared anew with what the row says now";
  index_->catch_up();
  EXPECT_EQ(ask(name("Anna")), Ids{"t2"});
  desk().records(kThingWrite, kRegistered).change("thing.expire", "t2", {{"t2"}}, [&](RecordChange& c) {
    c.expire(*c.find<Thing>("t2"), "entry");
    return 0;
  });
  index_->catch_up();
  EXPECT_TRUE(ask(name("Anna")).empty());
  put("t9", named("Olena"), 9);
  index_->catch_up();
  EXPECT_EQ(ask(name("Olena"), 9), Ids{"t9"}) << "a unit that was not there at the start";
  EXPECT_EQ(index_->size(), 3u);
}

TEST_P(PersonIndexTest, WhoeverEndsIsForgottenAtOnce) {
  put("t1", named("Olena"));
  put("t2", named("Olena"));
  build();
  end("t1");
  EXPECT_EQ(index_->size(), 1u) << "before anything is followed";
  EXPECT_EQ(ask(name("Olena")), Ids{"t2"});
  index_->catch_up();
  EXPECT_EQ(index_->size(), 1u);
}

TEST_P(PersonIndexTest, AnotherProcessForgetsByTheChangeSequence) {
  put("t1", named("Olena"));
  build();
  {
    // Its keys are dropped behind the back of this one.
    const auto keys = std::make_shared<KeyRing>(
        open_keys(), (sql::StoreTemplates::instance().folder() / (RecordFixture::name() + ".key")).string());
    Store other(sql::open(url(), {}), migrations(), keys);
    Desk(other, desk().actor(), kDirectoryPurpose, clock_)
        .records(kThingErase, kRegistered)
        .change("thing.end", "t1", {{"t1"}}, [](RecordChange& c) { return c.end("t1"), 0; });
  }
  EXPECT_TRUE(ask(name("Olena")).empty());
  EXPECT_EQ(index_->size(), 1u);
  index_->catch_up();
  EXPECT_EQ(index_->size(), 0u);
}

TEST_P(PersonIndexTest, WhoseKeyIsGoneIsNotTakenIn) {
  put("t1", named("Olena"));
  put("t2", named("Olena"));
  store_->keys().drop(7, "t1");
  build();
  EXPECT_EQ(index_->size(), 1u);
  EXPECT_EQ(ask(name("Olena")), Ids{"t2"});
}

TEST_P(PersonIndexTest, ADamagedRowHidesNobodyElse) {
  const bool log = log_enabled(false);
  put("t1", named("Olena"));
  put("t2", named("Olena"));
  sql::TestAccess::write(engine(), [](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.damage",
               "UPDATE thing SET sealed = (SELECT b.sealed FROM thing b WHERE b.unit_id = 7 AND b.id = 't2') "
               "WHERE unit_id = 7 AND id = 't1'"},
              {});
  });
  build();
  EXPECT_EQ(ask(name("Olena")), Ids{"t2"});
  log_enabled(log);
}

TEST_P(PersonIndexTest, ItReadsAllAnewWhereChangesWereForgotten) {
  put("t1", named("Olena"));
  build();
  put("t2", named("Otto"));
  put("t3", named("Anna"));
  store_->forget_changes(store_->last_change());
  index_->catch_up();
  EXPECT_EQ(ask(name("Otto")), Ids{"t2"});
  EXPECT_EQ(ask(name("Anna")), Ids{"t3"});
  EXPECT_EQ(index_->size(), 3u);
}

TEST_P(PersonIndexTest, ItsMemoryIsBounded) {
  const bool log = log_enabled(false);
  for (const auto* id : {"a", "b", "c"}) put(id, named("Olena"));
  build(2);
  EXPECT_EQ(index_->size(), 2u);
  EXPECT_FALSE(index_->is_whole());
  build(3);
  EXPECT_TRUE(index_->is_whole());
  put("d", named("Olena"));
  index_->catch_up();
  EXPECT_EQ(index_->size(), 3u);
  EXPECT_FALSE(index_->is_whole());
  log_enabled(log);
}

TEST_P(PersonIndexTest, ManyAskWhileManyChange) {
  for (int i = 0; i < 8; ++i) put("t" + std::to_string(i), named("Olena"));
  build();
  std::atomic<bool> done = false;
  std::vector<RecordDoor> doors;
  for (int i = 0; i < 6; ++i) doors.push_back(i < 3 ? writing() : reading());
  std::vector<std::thread> askers, changers;
  for (std::size_t i = 3; i < 6; ++i)
    askers.emplace_back([&, i] {
      while (!done)
        for (const auto& each :
             find_alike<Thing>(*index_, doors[i], name("Olena"), 20, [](const auto&) { return true; }))
          EXPECT_EQ(each.sheet.get(&Thing::sealed), "Olena");
    });
  for (std::size_t i = 0; i < 3; ++i)
    changers.emplace_back([&, i] {
      for (int n = 0; n < 5; ++n) {
        const std::string id = "n" + std::to_string(i) + std::to_string(n);
        doors[i].change("thing.put", id, {{}, {id}}, [&](RecordChange& c) {
          c.begin(id, "thing");
          c.insert(id, id, named(n % 2 == 0 ? "Olena" : "Otto"));
          return 0;
        });
        index_->catch_up();
      }
    });
  for (auto& each : changers) each.join();
  done = true;
  for (auto& each : askers) each.join();
  index_->catch_up();
  EXPECT_EQ(ask(name("Olena")).size(), 8u + 9u);
  EXPECT_EQ(ask(name("Otto")).size(), 6u);
  EXPECT_EQ(index_->size(), 8u + 15u);
}

TEST_P(PersonIndexTest, ItFollowsByItself) {
  build();
  index_->follow();
  put("t1", named("Olena"));
  for (int i = 0; i < 3000 && index_->size() == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(ask(name("Olena")), Ids{"t1"});
}

}  // namespace
}  // namespace lotse::access
