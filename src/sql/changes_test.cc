// SPDX-License-Identifier: EUPL-1.2
#include "sql/changes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "sql/test_store.h"

namespace lotse::sql {
namespace {

using namespace std::chrono_literals;

class ChangesTest : public StoreTest {
 protected:
  void note(const std::string& key) {
    TestAccess::write(engine(), [&](Tx& tx) { tx.note_change("test", key); });
  }
  std::vector<Change> after(std::int64_t seq, std::int64_t limit = 1'000) {
    std::vector<Change> changes;
    TestAccess::read(engine(), [&](Tx& tx) { changes = changes_after(tx, seq, limit); });
    return changes;
  }
};
LOTSE_ON_EACH_ENGINE(ChangesTest);

TEST_P(ChangesTest, tells_what_was_committed_and_nothing_else) {
  EXPECT_TRUE(after(0).empty());
  TestAccess::write(engine(), [](Tx& tx) {
    tx.note_change("a", "1");
    tx.note_change("b", "ü");
    tx.note_change("a", "1");
  });
  EXPECT_THROW(TestAccess::write(engine(),
                                 [](Tx& tx) {
                                   tx.note_change("a", "lost");
                                   throw std::runtime_error("no");
                                 }),
               std::runtime_error);
  note("last");
  const auto changes = after(0);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_LT(0, changes[0].seq);
  EXPECT_LT(changes[0].seq, changes[1].seq);
  EXPECT_LT(changes[1].seq, changes[2].seq);
  EXPECT_EQ(changes[0].topic, "a");
  EXPECT_EQ(changes[1].key, "ü");
  EXPECT_EQ(changes[2].key, "last");
  EXPECT_EQ(after(changes[1].seq).size(), 1U);
  EXPECT_EQ(after(0, 2).size(), 2U);
}

TEST_P(ChangesTest, forgets_old_ones_but_not_the_count) {
  for (int i = 0; i < 5; ++i) note(std::to_string(i));
  const auto trim = [&](std::int64_t through) {
    std::int64_t gone = 0;
    TestAccess::write(engine(), [&](Tx& tx) { gone = trim_changes(tx, through); });
    return gone;
  };
  const auto all = after(0);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(trim(all[1].seq), 2);
  EXPECT_EQ(trim(all[4].seq + 1'000), 2) << "the newest stays";
  TestAccess::read(engine(), [&](Tx& tx) {
    EXPECT_EQ(first_change(tx), all[4].seq);
    EXPECT_EQ(last_change(tx), all[4].seq);
  });
  note("x");
  ASSERT_EQ(after(all[4].seq).size(), 1U);
  EXPECT_EQ(after(all[4].seq)[0].key, "x");
}

TEST_P(ChangesTest, wakes_whoever_waits) {
  EXPECT_EQ(engine().wait_for_change(0, 10ms), 0);
  std::atomic<std::int64_t> heard{0};
  std::thread follower([&] { heard = engine().wait_for_change(0, 30s); });
  note("a");
  follower.join();
  const std::int64_t first = after(0).at(0).seq;
  EXPECT_EQ(heard, first);
  EXPECT_EQ(engine().wait_for_change(0, 30s), first) << "at once, for what is past";
  reopen();
  EXPECT_EQ(engine().wait_for_change(0, 30s), first) << "and after a restart";
}

// A number must never become visible after a higher one: a follower that asks for "after n" would miss it.
TEST_P(ChangesTest, reaches_a_follower_complete_and_in_order) {
  constexpr int writers = 8;
  constexpr int each = 40;
  constexpr std::size_t expected = writers * (each - each / 10 + each / 4);
  std::atomic<bool> done{false};
  std::vector<Change> heard;
  std::thread follower([&] {
    std::int64_t position = 0;
    // On PostgreSQL a transaction of somebody else on the same server may hold a change back, but not for
    // ever.
    for (int idle = 0; idle < 300 && !(done && heard.size() >= expected);) {
      ++idle;
      for (Change& change : after(position, 7)) {
        position = change.seq;
        heard.push_back(std::move(change));
        idle = 0;
      }
      if (idle > 0) engine().wait_for_change(position, 100ms);
      if (!done) idle = 0;
    }
  });
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < each; ++i) {
        try {
          TestAccess::write(engine(), [&](Tx& tx) {
            tx.note_change("writer" + std::to_string(writer), std::to_string(i));
            if (i % 4 == 0) tx.note_change("also" + std::to_string(writer), std::to_string(i));
            if (i % 10 == 9) throw std::runtime_error("no");
          });
        } catch (const std::runtime_error&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  done = true;
  follower.join();

  ASSERT_EQ(heard.size(), expected);
  std::map<std::string, int> last;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    ASSERT_GT(heard[i].seq, i == 0 ? 0 : heard[i - 1].seq) << "no double";
    const int number = std::stoi(heard[i].key);
    const auto [place, first] = last.try_emplace(heard[i].topic, -1);
    EXPECT_GT(number, place->second) << "in the order of commits";
    place->second = number;
  }
}

}  // namespace
}  // namespace lotse::sql
