// SPDX-License-Identifier: EUPL-1.2
#include "access/key_ring.h"

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "seal/master.h"
#include "sql/test_disk.h"
#include "sql/test_store.h"

namespace lotse::access {
namespace {

const Instant kNow{1'800'000'000'000};
using Names = std::vector<std::string>;

class KeyRingTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    const auto all = KeyRing::migrations();
    return {all.begin(), all.end()};
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    key_file_ = (sql::StoreTemplates::instance().folder() / (name() + ".key")).string();
    seal::MasterKeys::make(key_file_);
  }
  std::unique_ptr<KeyRing> ring() { return std::make_unique<KeyRing>(sql::open(url()), key_file_); }
  std::int64_t number(std::string_view text, UnitId unit = 7) {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = tx.one({"test.number", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value_or(-1);
    });
    return n;
  }
  std::string key_file_;
};
LOTSE_ON_EACH_ENGINE(KeyRingTest);

TEST_P(KeyRingTest, AKeyIsTheSameForEverybodyAndAfterARestart) {
  const auto made = ring()->make(7, "person-1", kNow);
  auto later = ring();
  EXPECT_TRUE(later->make(7, "person-1", kNow)->equals(*made));
  const auto found = later->find(7, Names{"person-1", "nobody"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found.at("person-1")->equals(*made));
}

TEST_P(KeyRingTest, RecordsAndUnitsHaveKeysOfTheirOwn) {
  auto r = ring();
  const auto a = r->make(7, "same", kNow), b = r->make(8, "same", kNow), c = r->make(7, "other", kNow);
  EXPECT_FALSE(a->equals(*b));
  EXPECT_FALSE(a->equals(*c));
  EXPECT_EQ(r->units(), (std::vector<UnitId>{7, 8}));
}

TEST_P(KeyRingTest, ManyAreFoundAtOnceAndNoneTwice) {
  auto r = ring();
  Names names;
  for (int i = 0; i < 47; ++i) names.push_back("r" + std::to_string(i));
  for (const auto& each : names) r->make(7, each, kNow);
  names.push_back("r0");
  names.push_back("none");
  EXPECT_EQ(ring()->find(7, names).size(), 47u);
  EXPECT_TRUE(ring()->find(8, names).empty());
  EXPECT_TRUE(ring()->find(7, Names{}).empty());
}

TEST_P(KeyRingTest, WhatIsDroppedIsGone) {
  auto r = ring();
  r->make(7, "person-1", kNow);
  r->make(7, "person-2", kNow);
  r->drop(7, "person-1");
  EXPECT_EQ(r->find(7, Names{"person-1", "person-2"}).size(), 1u);
  EXPECT_EQ(ring()->find(7, Names{"person-1"}).size(), 0u);
}

TEST_P(KeyRingTest, NoKeyLiesOpenInTheStore) {
  auto r = ring();
  const auto key = r->make(7, "person-1", kNow);
  const auto keys = seal::MasterKeys::read(key_file_);
  const auto master = keys.newest().bytes();
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.each({"test.wrapped", "SELECT wrapped FROM record_key UNION ALL SELECT wrapped FROM unit_key"}, {},
            [&](const sql::Row& row) {
              const auto bytes = row.blob(0);
              EXPECT_EQ(std::search(bytes.begin(), bytes.end(), key->bytes().begin(), key->bytes().end()),
                        bytes.end());
              EXPECT_EQ(std::search(bytes.begin(), bytes.end(), master.begin(), master.end()), bytes.end());
            });
  });
}

TEST_P(KeyRingTest, AWrappedKeyDoesNotOpenForAnotherRecord) {
  ring()->make(7, "person-1", kNow);
  ring()->make(7, "person-2", kNow);
  sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.change({"test.swap",
               "UPDATE record_key SET wrapped = (SELECT b.wrapped FROM record_key b WHERE b.unit_id = 7 AND "
               "b.record = "
               "'person-1') WHERE unit_id = 7 AND record = 'person-2'"},
              {});
  });
  EXPECT_THROW(ring()->find(7, Names{"person-2"}), seal::Broken);
}

TEST_P(KeyRingTest, ManyAtOnceMakeOneKey) {
  auto a = ring(), b = ring();
  std::vector<std::shared_ptr<const seal::Key>> made(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < made.size(); ++i)
    threads.emplace_back([&, i] { made[i] = (i % 2 ? a : b)->make(9, "same", kNow); });
  for (auto& each : threads) each.join();
  for (const auto& each : made) EXPECT_TRUE(each->equals(*made[0]));
}

TEST_P(KeyRingTest, TheInstallationKeyIsChanged) {
  auto stays = ring();  // another process, which does not know of it
  const auto key = stays->make(7, "person-1", kNow);
  const auto before = seal::MasterKeys::read(key_file_);
  const auto done = ring()->rotate(kNow, false);
  EXPECT_EQ(done.units, 1);
  EXPECT_EQ(done.records, 1);
  const auto after = seal::MasterKeys::read(key_file_);
  EXPECT_NE(after.name_of_newest(), before.name_of_newest());
  EXPECT_NE(after.named(before.name_of_newest()), nullptr) << "other processes may still need it";
  EXPECT_TRUE(ring()->find(7, Names{"person-1"}).at("person-1")->equals(*key));
  EXPECT_TRUE(stays->make(9, "person-3", kNow));
  EXPECT_TRUE(ring()->find(9, Names{"person-3"}).contains("person-3"));
  ring()->rotate(kNow, true);
  EXPECT_EQ(seal::MasterKeys::read(key_file_).named(after.name_of_newest()), nullptr);
  EXPECT_TRUE(stays->make(10, "person-4", kNow)) << "it reads the file anew";
  EXPECT_TRUE(ring()->find(7, Names{"person-1"}).at("person-1")->equals(*key));
  EXPECT_EQ(number("SELECT count(DISTINCT above) FROM unit_key"), 1);
}

// Rotated twelve times while others read and make: nobody fails, and nothing is left under an old key.
TEST_P(KeyRingTest, AUnitsKeyIsChangedUnderLoad) {
  auto r = ring(), other = ring();
  std::map<std::string, std::shared_ptr<const seal::Key>> known;
  for (int i = 0; i < 450; ++i) known["r" + std::to_string(i)] = r->make(7, "r" + std::to_string(i), kNow);
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0, made = 0;
  std::thread reading([&] {
    for (int i = 0; !done; ++i) {
      const std::string name = "r" + std::to_string(i % 450);
      const auto found = ring()->find(7, Names{name});
      if (found.size() != 1 || !found.at(name)->equals(*known.at(name))) ++wrong;
    }
  });
  std::thread making([&] {
    for (int i = 0; !done; ++i, ++made) other->make(7, "new" + std::to_string(i), kNow);
  });
  int rotated = 0;
  for (int i = 0; i < 12; ++i) rotated += r->rotate(kNow, false).records;
  done = true;
  reading.join();
  making.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(rotated, 12 * 450);
  r->rotate(Instant{kNow.ms + 11 * 60'000}, false);
  r->rotate(Instant{kNow.ms + 11 * 60'000}, false);
  EXPECT_EQ(number("SELECT count(DISTINCT generation) FROM record_key WHERE unit_id = 7"), 1);
  EXPECT_LE(number("SELECT count(*) FROM unit_key WHERE unit_id = 7"), 3);
  EXPECT_EQ(number("SELECT count(*) FROM record_key WHERE unit_id = 7"), 450 + made);
  Names names;
  for (const auto& [name, key] : known) names.push_back(name);
  const auto found = ring()->find(7, names);
  ASSERT_EQ(found.size(), known.size());
  for (const auto& [name, key] : known) EXPECT_TRUE(found.at(name)->equals(*key)) << name;
}

TEST_P(KeyRingTest, TwoRotationsAtOnceLoseNothing) {
  auto a = ring(), b = ring();
  const auto key = a->make(7, "person-1", kNow);
  std::thread other([&] {
    for (int i = 0; i < 6; ++i) b->rotate(kNow, true);
  });
  for (int i = 0; i < 6; ++i) {
    a->rotate(kNow, true);
    a->make(100 + i, "person", kNow);
  }
  other.join();
  auto fresh = ring();
  EXPECT_TRUE(fresh->find(7, Names{"person-1"}).at("person-1")->equals(*key));
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(fresh->find(100 + i, Names{"person"}).contains("person"));
}

TEST_P(KeyRingTest, AnotherInstallationsKeysOpenNothing) {
  ring()->make(7, "person-1", kNow);
  std::filesystem::remove(key_file_);
  EXPECT_THROW(ring(), seal::KeysRefused);
  seal::MasterKeys::make(key_file_);
  EXPECT_THROW(ring()->find(7, Names{"person-1"}), seal::KeysRefused);
}

}  // namespace
}  // namespace lotse::access
