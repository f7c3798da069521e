// SPDX-License-Identifier: EUPL-1.2
#include "access/store_copy.h"

#include <filesystem>

#include "access/record.h"
#include "access/record_test_support.h"

namespace lotse::access {
namespace {

class StoreCopyTest : public RecordFixture {
 protected:
  std::int64_t rows(const std::string& of, UnitId unit = 7) {
    return number("SELECT count(*) FROM " + of, unit);
  }
  void forget_names() {
    const auto owner = open_as_owner();
    sql::TestAccess::change(*owner, "DELETE FROM store_identity");
  }
  // As if somebody had put other keys beside the data.
  void other_keys() {
    if (on_sqlite()) {
      store_.reset();
      for (const char* suffix : {".keys", ".keys-wal", ".keys-shm"}) std::filesystem::remove(file() + suffix);
      sql::Options owner;
      owner.owner = true;
      sql::migrate(*sql::open("sqlite:" + file() + ".keys", owner), KeyRing::migrations(), 0);
    } else {
      sql::Options owner;
      owner.owner = true;
      owner.schema = "keys";
      const auto keys = sql::open(owner_url(), owner);
      for (const char* text : {"DELETE FROM key_identity", "DELETE FROM record_key", "DELETE FROM unit_key"})
        sql::TestAccess::write(*keys, [&](sql::Tx& tx) {
          tx.enter_unit(7);
          tx.change({"test.other", text}, {});
        });
    }
    open_store({});
  }
};
LOTSE_ON_EACH_ENGINE(StoreCopyTest);

TEST_P(StoreCopyTest, AStoreAndItsKeysBearOneName) {
  match_identities(*store_);
  const std::string name = StoreCopy(*store_).identity();
  EXPECT_EQ(name.size(), 32U);
  EXPECT_EQ(store_->keys().identity(), name);
  open_store({});
  match_identities(*store_);
  EXPECT_EQ(StoreCopy(*store_).identity(), name);
}

TEST_P(StoreCopyTest, LostKeysAreNotMadeAnewInSilence) {
  match_identities(*store_);
  put("t1", full());
  sql::TestAccess::change(engine(), "INSERT INTO audit_lease (unit_id, holder, until_ms) VALUES (7, 'h', 1)");
  other_keys();
  EXPECT_THROW(match_identities(*store_), sql::Refused)
      << "an empty store of keys beside data that were used";
  put("t2", full());  // even with fresh keys in it
  store_->keys().bear("00000000000000000000000000000000");
  EXPECT_THROW(match_identities(*store_), sql::Refused) << "keys of another store";
}

TEST_P(StoreCopyTest, KeysWithoutTheirDataAreLeftAlone) {
  match_identities(*store_);
  put("t1", full());
  forget_names();
  EXPECT_THROW(match_identities(*store_), sql::Refused);
  EXPECT_TRUE(get<Thing>("t1"));
}

TEST_P(StoreCopyTest, AStoreFromBeforeThereWereNamesGetsOne) {
  put("t1", full());
  match_identities(*store_);
  EXPECT_FALSE(StoreCopy(*store_).identity().empty());
  match_identities(*store_);
}

TEST_P(StoreCopyTest, ABrokenOffNamingIsFinished) {
  match_identities(*store_);
  other_keys();
  EXPECT_NO_THROW(match_identities(*store_)) << "nothing was ever done with keys";
  EXPECT_EQ(StoreCopy(*store_).identity(), store_->keys().identity());
}

TEST_P(StoreCopyTest, WhatWasErasedSinceIsErasedAgain) {
  put("t1", full());
  put("t2", full());
  store_->keys().drop(7, "t1");  // as in a newer copy of the keys
  EXPECT_EQ(rows("record_change"), 0);
  sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.change(
        {"test.account",
         "INSERT INTO account (id, email_hash, name, password_hash, language, active) VALUES ('a', 'h', "
         "'Anna', 'p', 'de', 1)"},
        {});
    tx.change({"test.session",
               "INSERT INTO session (hash, account_id, unit_id, acting_as, started_ms, last_seen_ms) VALUES "
               "('s', 'a', 7, 'organiser', 1, 1)"},
              {});
  });
  const auto before = StoreCopy(*store_).look_at_keys();
  EXPECT_EQ(before.good, 1);
  EXPECT_EQ(before.without_key, 1);
  const auto made = make_fit(*store_, clock_, "operator:test");
  EXPECT_EQ(made.ended, 1);
  EXPECT_EQ(made.sign_ins, 1);
  EXPECT_FALSE(get<Thing>("t1"));
  EXPECT_TRUE(get<Thing>("t2"));
  EXPECT_EQ(rows("thing WHERE record = 't1'"), 0) << "plain columns and blind numbers go as well";
  EXPECT_EQ(rows("record WHERE id = 't1' AND erased_ms IS NOT NULL"), 1);
  EXPECT_EQ(rows("audit_entry WHERE what = 'store.restored' AND actor = 'operator:test'", 0), 1);
  EXPECT_EQ(make_fit(*store_, clock_, "operator:test").ended, 0);
  EXPECT_EQ(StoreCopy(*store_).look_at_keys().without_key, 0);
}

// An old copy, from before the end of t1, with the keys of that day: only somebody else knows of the end.
TEST_P(StoreCopyTest, WhatOthersKnowToHaveEndedIsErasedAgainAndGivenAwayAnew) {
  put("t1", full());
  put("t2", full());
  sql::TestAccess::change(engine(), "INSERT INTO audit_lease (unit_id, holder, until_ms) VALUES (7, 'h', 1)");
  const Ended ended{{7, {"t1", "never-there"}}, {9, {"t2"}}};
  drop_ended(*store_, ended);
  drop_ended(*store_, ended);
  EXPECT_EQ(make_fit(*store_, clock_, "operator:test").ended, 1);
  EXPECT_FALSE(get<Thing>("t1"));
  EXPECT_EQ(get<Thing>("t2")->value(), full()) << "what another unit says of it does not count";
  EXPECT_EQ(rows("thing WHERE record = 't1'"), 0);
  EXPECT_EQ(rows("audit_entry e JOIN record r ON r.unit_id = e.unit_id AND r.ended_by = e.id WHERE e.what = "
                 "'record.ended_again' AND e.object = 't1'"),
            1)
      << "so it is given away with the next head";
}

TEST_P(StoreCopyTest, LeasesOfThatDayAreOver) {
  sql::TestAccess::change(
      engine(), "INSERT INTO audit_lease (unit_id, holder, until_ms) VALUES (7, 'h', 9000000000000)");
  sql::TestAccess::change(
      engine(),
      "INSERT INTO job (unit_id, id, kind, subject, state, not_before_ms, made_ms, "
      "lease_until_ms, lease_by) VALUES (7, 'j', 'k', '', 'running', 1, 1, 9000000000000, 'h')");
  make_fit(*store_, clock_, "operator:test");
  EXPECT_EQ(number("SELECT max(until_ms) FROM audit_lease"), 0);
  EXPECT_EQ(number("SELECT max(lease_until_ms) FROM job"), 0);
}

TEST_P(StoreCopyTest, AKeyThatDoesNotOpenIsCounted) {
  put("t1", full());
  put("t2", full());
  const auto keys = open_keys();
  sql::TestAccess::write(*keys, [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.damage",
               "UPDATE record_key SET wrapped = (SELECT wrapped FROM record_key WHERE record = 't2') WHERE "
               "record = 't1'"},
              {});
  });
  open_store({});
  const auto keyed = StoreCopy(*store_).look_at_keys();
  EXPECT_EQ(keyed.good, 1);
  EXPECT_EQ(keyed.broken, 1);
}

}  // namespace
}  // namespace lotse::access
