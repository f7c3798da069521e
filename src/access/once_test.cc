// SPDX-License-Identifier: EUPL-1.2
// What a form asks for is done once, however often and however quickly it is sent.
#include "access/once.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "access/desk.h"
#include "access/desk_test_support.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::access {
namespace {

constexpr sql::Statement kPut{"test.put", "INSERT INTO booked (unit_id, text) VALUES ($1, $2)"};

class OnceTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    auto list = sql::migrations_of({"access", "unit"});
    list.push_back({"2026-11-22-own",
                    "-- table booked unit\n-- letter_box booked\n-- rls booked unit_id\n"
                    "CREATE TABLE booked (unit_id BIGINT NOT NULL, text TEXT NOT NULL);\n"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    sql::Options how;
    how.busy = std::chrono::seconds(30);
    store_ = std::make_unique<Store>(sql::open(url(), how), migrations());
  }
  void TearDown() override {
    store_.reset();
    StoreTest::TearDown();
  }
  Desk desk(const std::string& key) {
    Desk made(*store_,
              DeskTestAccess::actor({.who = "acc-1",
                                     .name = "Olena",
                                     .unit = 7,
                                     .unit_kind = "family_centre",
                                     .function = "directory_editor",
                                     .second_factor = false}),
              kDirectoryPurpose, clock_);
    if (!key.empty()) made.only_once(key);
    return made;
  }
  void put(const Desk& by, const std::string& text) {
    by.unit(kDirectoryWrite).change("place.put", text, [&](Change& c) { return c.change(kPut, {7, text}); });
  }
  std::int64_t count(const std::string& table) {
    std::int64_t n = 0;
    const std::string text = "SELECT count(*) FROM " + table;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      n = tx.one({"test.count", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value();
    });
    return n;
  }
  StandingClock clock_{*instant_of({{2026, 11, 22}, 600})};
  std::unique_ptr<Store> store_;
};
LOTSE_ON_EACH_ENGINE(OnceTest);

TEST_P(OnceTest, ASecondTimeDoesNothing) {
  put(desk("a"), "x");
  EXPECT_THROW(put(desk("a"), "x"), DoneBefore);
  EXPECT_EQ(count("booked"), 1);
  EXPECT_EQ(count("audit_entry"), 1);
  put(desk("b"), "x");
  EXPECT_EQ(count("booked"), 2);
}

TEST_P(OnceTest, WithoutAFormNothingIsTaken) {
  put(desk(""), "x");
  put(desk(""), "x");
  EXPECT_EQ(count("booked"), 2);
  EXPECT_EQ(count("form_sent"), 0);
}

TEST_P(OnceTest, AFormMayChangeSeveralThings) {
  const Desk by = desk("a");
  put(by, "x");
  put(by, "y");
  EXPECT_EQ(count("booked"), 2);
}

TEST_P(OnceTest, WhatFailedMayBeSentAgain) {
  EXPECT_THROW(desk("a")
                   .unit(kDirectoryWrite)
                   .change("place.put", "x",
                           [](Change& c) -> int {
                             c.change(kPut, {7, "x"});
                             throw sql::Unavailable("the disk is full");
                           }),
               sql::Unavailable);
  put(desk("a"), "x");
  EXPECT_EQ(count("booked"), 1);
}

TEST_P(OnceTest, ALetterBoxTakesItOnce) {
  const auto drop = [&] {
    desk("a").letter_box(7, kDirectoryRead).put("place.put", "x", [](Change& c) {
      c.change(kPut, {7, "x"});
    });
  };
  drop();
  EXPECT_THROW(drop(), DoneBefore);
  EXPECT_EQ(count("booked"), 1);
}

TEST_P(OnceTest, OfEightAtOnceOneIsDone) {
  constexpr int kAtOnce = 8;
  std::atomic<int> done{0}, before{0};
  std::latch start(kAtOnce);
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i)
    threads.emplace_back([&] {
      start.arrive_and_wait();
      try {
        put(desk("a"), "x");
        ++done;
      } catch (const DoneBefore&) {
        ++before;
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(before, kAtOnce - 1);
  EXPECT_EQ(count("booked"), 1);
}

TEST_P(OnceTest, KeysAreForgottenAfterTwoDays) {
  put(desk("a"), "x");
  EXPECT_EQ(sweep_forms(*store_, Instant{clock_.now().ms + 47 * 3'600'000LL}), 0);
  EXPECT_THROW(put(desk("a"), "x"), DoneBefore);
  EXPECT_EQ(sweep_forms(*store_, Instant{clock_.now().ms + 49 * 3'600'000LL}), 1);
  put(desk("a"), "x");
}

}  // namespace
}  // namespace lotse::access
