// SPDX-License-Identifier: EUPL-1.2
#include "access/record.h"

#include <fstream>
#include <thread>

#include "access/record_test_support.h"

namespace lotse::access {
namespace {

using Ids = std::vector<std::string>;

class RecordTest : public RecordFixture {};
LOTSE_ON_EACH_ENGINE(RecordTest);

TEST_P(RecordTest, AFieldOfEachKindComesBackAsItWas) {
  put("t1", full());
  const auto found = get<Thing>("t1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value(), full());
  EXPECT_EQ(found->version(), 1);
  put("t2", Thing{});
  EXPECT_EQ(get<Thing>("t2")->value(), Thing{});
}

TEST_P(RecordTest, NothingSealedLiesInTheFiles) {
  put("t1", full());
  put("r1",
      Registration{.event = "e1", .state = "confirmed", .name = "Kanarienvogel", .allergies = "kanarie nuts"},
      7, true);
  get<Thing>("t1");
  std::string all;
  if (on_sqlite()) {
    for (const auto& path : {file(), file() + "-wal", file() + ".keys", file() + ".keys-wal"}) {
      std::ifstream in(path, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
  } else {
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      for (const char* text : {"SELECT cast(thing.* as text) FROM thing",
                               "SELECT cast(event_registration.* as text) FROM event_registration",
                               "SELECT cast(record_change.* as text) FROM record_change"})
        tx.each({"test.all", text}, {}, [&](const sql::Row& r) { all += r.text(0); });
    });
  }
  EXPECT_NE(all.find("seen"), all.npos) << "the plain field shows that we look at the right bytes";
  for (const std::string canary : {"Kanarie", "kanarie", "4711081547114711"})
    EXPECT_EQ(all.find(canary), all.npos) << canary;
}

TEST_P(RecordTest, AnotherUnitSeesNothing) {
  put("t1", full());
  EXPECT_FALSE(get<Thing>("t1", 8));
  EXPECT_TRUE(
      reading(8)
          .read("find", [](RecordView& v) { return v.find_blind(&Thing::blind, "kanarie@example.org"); })
          .empty());
}

TEST_P(RecordTest, WhoHasNoRightGetsNoDoor) {
  put("t1", full());
  EXPECT_THROW(desk(7, "admin").records(kThingRead, kRegistered), NotFound);
  EXPECT_THROW(desk().records(kThingRead, {{"own_event"}, {}}), NotFound) << "no agreement";
  EXPECT_THROW(desk().records(kThingErase, {{"minimal"}, {"participation"}}), NotFound);
  const auto all = entries();
  EXPECT_EQ(all.back().decision, "denied");
}

TEST_P(RecordTest, WhatTheMatrixDoesNotOpenIsWithheldAndCannotBeWritten) {
  Thing thing = full();
  thing.health = "asthma";
  EXPECT_THROW(put("t1", thing), Bug);
  put("t1", full());
  const auto found = get<Thing>("t1");
  EXPECT_TRUE(found->shows(&Thing::sealed));
  EXPECT_FALSE(found->shows(&Thing::health));
  EXPECT_THROW(found->get(&Thing::health), Bug);
  const Json json = to_json(*found);
  EXPECT_EQ(json["withheld"], Json::array({"health"}));
  EXPECT_FALSE(json.contains("health"));
  EXPECT_THROW(writing().change("thing.put", "t1", {{"t1"}},
                                [&](RecordChange& c) {
                                  c.update(*found, thing);
                                  return 0;
                                }),
               Bug);
  EXPECT_EQ(get<Thing>("t1")->version(), 1);
}

// D1 and D10 open for an organiser only as "minimal", and there only the fields that the matrix lists.
TEST_P(RecordTest, ARegistrationShowsItsOrganiserWhatTheMatrixLists) {
  const Registration r{.event = "e1",
                       .state = "confirmed",
                       .name = "Mira",
                       .phone = "0151 000",
                       .email = "",
                       .language = "uk",
                       .age = {"3", "7"},
                       .allergies = "nuts",
                       .pickup = "",
                       .code = "ABCD1234"};
  EXPECT_THROW(put("r1", r), Bug) << "what is known of children needs the second factor";
  put("r1", r, 7, true);
  const auto whole =
      desk(7, "organiser", true).records(kThingRead, kRegistered).read("list", [](RecordView& v) {
        return v.find<Registration>("r1");
      });
  EXPECT_EQ(whole->value(), r);
  const auto without = get<Registration>("r1");
  EXPECT_EQ(without->get(&Registration::name), "Mira");
  EXPECT_FALSE(without->shows(&Registration::allergies));
  // Without a registration on record the same organiser sees that there is one, and nobody's name.
  const auto less = desk().records(kThingRead, kOwnEvent).read("list", [](RecordView& v) {
    return v.find<Registration>("r1");
  });
  ASSERT_TRUE(less);
  EXPECT_EQ(less->get(&Registration::state), "confirmed");
  EXPECT_EQ(less->get(&Registration::code), "ABCD1234");
  for (const auto member : {&Registration::name, &Registration::phone, &Registration::allergies})
    EXPECT_FALSE(less->shows(member));
  EXPECT_EQ(less->value().name, "");
  EXPECT_EQ(entries().back().about, "D14 of r1");
}

TEST_P(RecordTest, EveryReadingIsEnteredWithWhoseRecordsItOpened) {
  for (const auto* id : {"a", "b", "c"}) put(id, full());
  const auto before = entries().size();
  reading().read("thing.list", [](RecordView& v) { return v.find<Thing>(Ids{"a", "c", "none"}).size(); });
  const auto all = entries();
  ASSERT_EQ(all.size(), before + 1);
  EXPECT_EQ(all.back().what, "thing.list");
  EXPECT_EQ(all.back().about, "D14 of a, c");
  EXPECT_EQ(number("SELECT count(*) FROM audit_subject WHERE unit_id = 7 AND subject = 'a'"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM audit_subject WHERE unit_id = 7 AND subject = 'b'"), 1);
  reading().read("thing.list", [](RecordView& v) { return v.find<Thing>(Ids{"none"}).size(); });
  EXPECT_EQ(entries().size(), before + 1) << "nothing was shown of anybody";
}

TEST_P(RecordTest, ManyRowsComeInTheOrderAskedFor) {
  Ids ids;
  for (int i = 0; i < 43; ++i) ids.push_back("t" + std::to_string(i));
  for (const auto& id : ids) put(id, Thing{.plain = id, .sealed = "s" + id});
  std::reverse(ids.begin(), ids.end());
  const auto found = reading().read("list", [&](RecordView& v) { return v.find<Thing>(ids); });
  ASSERT_EQ(found.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(found[i].get(&Thing::sealed), "s" + ids[i]);
}

TEST_P(RecordTest, AChangeIsWrittenOnceAndWhatWasBeforeIsKeptSealed) {
  put("t1", full());
  const auto before = get<Thing>("t1");
  Thing after = full();
  after.sealed = "Amsel";
  after.number = 6;
  const auto change = [&] {
    writing().change("thing.change", "t1", {{"t1"}}, [&](RecordChange& c) {
      c.update(*before, after);
      return 0;
    });
  };
  change();
  EXPECT_EQ(get<Thing>("t1")->value(), after);
  EXPECT_EQ(get<Thing>("t1")->version(), 2);
  EXPECT_THROW(change(), Stale);
  const auto history = reading().read("history", [](RecordView& v) { return v.history("t1"); });
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[1].field, "number");
  EXPECT_EQ(history[1].value, "-5");
  EXPECT_EQ(history[0].field, "sealed");
  EXPECT_EQ(history[0].value, "\"Kanarienvogel\"");
  EXPECT_EQ(history[0].actor, "acc-1");
  EXPECT_EQ(history[0].version, 1);
}

TEST_P(RecordTest, TwoAtOnceGiveOneWinner) {
  put("t1", Thing{.plain = "0"});
  const auto before = get<Thing>("t1");
  std::atomic<int> won = 0, stale = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      Thing after = before->value();
      after.sealed = std::to_string(i);
      try {
        writing().change("thing.change", "t1", {{"t1"}}, [&](RecordChange& c) {
          c.update(*before, after);
          return 0;
        });
        ++won;
      } catch (const Stale&) {
        ++stale;
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(stale, 5);
  EXPECT_EQ(get<Thing>("t1")->version(), 2);
}

TEST_P(RecordTest, ABlindFieldIsFoundByItsFoldedText) {
  put("t1", Thing{.blind = "Müller"});
  put("t2", Thing{.blind = "MUELLER"});
  put("t3", Thing{.blind = "Miller"});
  put("t4", Thing{.blind = "Müller"}, 8);
  const auto find = [&](std::string_view text) {
    return reading().read("find", [&](RecordView& v) { return v.find_blind(&Thing::blind, text); });
  };
  ASSERT_EQ(find("mueller").size(), 2u);
  EXPECT_EQ(find("mueller")[0].id(), "t1");
  EXPECT_TRUE(find("Mull").empty());
  EXPECT_TRUE(find("").empty());
  // Numbers that met by chance: opened to compare, shown to nobody, entered about nobody.
  sql::TestAccess::write(engine(), [](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.meet",
               "UPDATE thing SET blind_blind = (SELECT b.blind_blind FROM thing b WHERE b.unit_id = 7 AND "
               "b.id = 't1') "
               "WHERE unit_id = 7 AND id = 't3'"},
              {});
  });
  EXPECT_EQ(find("mueller").size(), 2u);
  EXPECT_EQ(entries().back().about, "D14 of t1, t2");
}

TEST_P(RecordTest, ABlindNumberTellsNothingAcrossUnitsAndFields) {
  put("t1", Thing{.blind = "same"});
  put("t1", Thing{.blind = "same"}, 8);
  put("r1", Registration{.phone = "same", .email = "same"});
  EXPECT_NE(number("SELECT blind_blind FROM thing WHERE unit_id = 7 AND id = 't1'"),
            number("SELECT blind_blind FROM thing WHERE unit_id = 8 AND id = 't1'", 8));
  EXPECT_EQ(number("SELECT count(*) FROM event_registration WHERE unit_id = 7 AND phone_blind = email_blind"),
            0);
}

TEST_P(RecordTest, AFieldMovedToAnotherRowDoesNotOpen) {
  put("t1", full());
  put("t2", Thing{.sealed = "other"});
  sql::TestAccess::write(engine(), [](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.move",
               "UPDATE thing SET record = 't1', sealed = (SELECT b.sealed FROM thing b WHERE b.unit_id = 7 "
               "AND b.id = 't1') "
               "WHERE unit_id = 7 AND id = 't2'"},
              {});
  });
  EXPECT_THROW(get<Thing>("t2"), seal::Broken);
}

TEST_P(RecordTest, AnUndoneChangeLeavesNothing) {
  const auto before = entries().size();
  EXPECT_THROW(writing().change("thing.put", "t1", {{}, {"t1"}},
                                [&](RecordChange& c) -> int {
                                  c.begin("t1", "thing");
                                  c.insert("t1", "t1", full());
                                  throw Stale();
                                }),
               Stale);
  EXPECT_EQ(number("SELECT count(*) FROM thing WHERE unit_id = 7"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM record WHERE unit_id = 7"), 0);
  EXPECT_EQ(entries().size(), before);
}

TEST_P(RecordTest, AChangeMayRunTwice) {
  sql::Options twice;
  twice.twice = true;
  open_store(twice);
  put("t1", full());
  const auto sheet = get<Thing>("t1");
  Thing after = full();
  after.plain = "new";
  writing().change("thing.change", "t1", {{"t1"}}, [&](RecordChange& c) {
    c.update(*sheet, after);
    return 0;
  });
  EXPECT_EQ(get<Thing>("t1")->version(), 2);
  EXPECT_EQ(number("SELECT count(*) FROM record_change WHERE unit_id = 7"), 1);
}

TEST_P(RecordTest, KeysOfRecordsThatWereNotNamedAreNotAtHand) {
  put("t1", full());
  const auto sheet = get<Thing>("t1");
  Thing after = full();
  after.plain = "new";
  EXPECT_THROW(writing().change("thing.change", "t1", {},
                                [&](RecordChange& c) {
                                  c.update(*sheet, after);
                                  return 0;
                                }),
               Bug);
}

TEST_P(RecordTest, WhatWasOpenedIsEnteredWhateverComesOfIt) {
  put("t1", full());
  EXPECT_THROW(reading().read("thing.guess",
                              [](RecordView& v) -> int {
                                v.find<Thing>("t1");
                                throw NotFound();
                              }),
               NotFound);
  EXPECT_EQ(entries().back().what, "thing.guess");
  EXPECT_EQ(entries().back().about, "D14 of t1");
}

TEST_P(RecordTest, AChangeMayLookForWhoIsThereAlready) {
  put("t1", Thing{.blind = "Müller"});
  const auto found = writing().change("thing.put", "t2", {{}, {"t2"}}, [](RecordChange& c) {
    c.begin("t2", "thing");
    c.insert("t2", "t2", Thing{.plain = "x"});
    return c.find_blind(&Thing::blind, "mueller").size();
  });
  EXPECT_EQ(found, 1u);
  EXPECT_TRUE(get<Thing>("t2"));
}

TEST_P(RecordTest, AnotherCipherOpensWhatTheOneBeforeHasSealed) {
  put("t1", full());
  open_store({}, seal::Profile::aes256);
  EXPECT_EQ(get<Thing>("t1")->value(), full());
  put("t2", full());
  open_store({});
  EXPECT_EQ(get<Thing>("t2")->value(), full());
  const auto first_byte = [&](const char* id) {
    std::byte first{};
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.each({"test.sealed", "SELECT sealed FROM thing WHERE unit_id = 7 AND id = $1"}, {id},
              [&](const sql::Row& r) { first = r.blob(0).at(0); });
    });
    return first;
  };
  EXPECT_EQ(first_byte("t1"), std::byte{1});
  EXPECT_EQ(first_byte("t2"), std::byte{2});
}

TEST_P(RecordTest, WhatASessionProvesIsNotTakenFromAFeature) {
  const Relation claimed{{"own_event", "own_assigned", "author"},
                         {"participation", "second_factor", "fields:name/phone/email/language", "registered",
                          "not_staff_as_client", "not_address_protected"}};
  put("r1", Registration{.event = "e1", .name = "Mira"});
  const auto found =
      desk().records(kThingRead, claimed).read("x", [](RecordView& v) { return v.find<Registration>("r1"); });
  EXPECT_FALSE(found->shows(&Registration::name)) << "the scope is missing, whatever fields are claimed";
}

}  // namespace
}  // namespace lotse::access
