// SPDX-License-Identifier: EUPL-1.2
#include "http/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "http/client_test_helper.h"

namespace lotse::http {
namespace {

using Lane = Workers::Lane;
using std::chrono::milliseconds;

TEST(Workers, RunEverythingOnce) {
  std::atomic<int> ran{0};
  std::promise<void> all;
  Workers workers({.threads = 3,
                   .priority_threads = 1,
                   .queue = 250,
                   .priority_queue = 250,
                   .queue_time = milliseconds(60'000)});
  for (int i = 0; i < 500; ++i) {
    const Lane lane = i % 2 == 0 ? Lane::ordinary : Lane::priority;
    ASSERT_TRUE(workers.submit(lane, [&](bool expired) {
      EXPECT_FALSE(expired);
      if (++ran == 500) all.set_value();
    }));
  }
  EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(Workers, AFullQueueTakesNoMore) {
  Gate gate;
  Workers workers({.threads = 1,
                   .priority_threads = 1,
                   .queue = 2,
                   .priority_queue = 1,
                   .queue_time = milliseconds(60'000)});
  ASSERT_TRUE(workers.submit(Lane::ordinary, [&](bool) { gate.pass(); }));
  ASSERT_TRUE(workers.submit(Lane::priority, [&](bool) { gate.pass(); }));
  gate.wait_for(2);
  EXPECT_TRUE(workers.submit(Lane::ordinary, [](bool) {}));
  EXPECT_TRUE(workers.submit(Lane::ordinary, [](bool) {}));
  EXPECT_FALSE(workers.submit(Lane::ordinary, [](bool) {}));
  EXPECT_TRUE(workers.submit(Lane::priority, [](bool) {}));
  EXPECT_FALSE(workers.submit(Lane::priority, [](bool) {}));
  gate.open();
}

TEST(Workers, UrgentTasksGetThroughWhenAllAreStuck) {
  Gate gate;
  std::promise<void> done;
  Workers workers({.threads = 2, .priority_threads = 1, .queue_time = milliseconds(60'000)});
  for (int i = 0; i < 2; ++i) workers.submit(Lane::ordinary, [&](bool) { gate.pass(); });
  gate.wait_for(2);
  workers.submit(Lane::priority, [&](bool) { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  gate.open();
}

TEST(Workers, AFloodOfUrgentTasksLeavesTheOthersAlone) {
  Gate gate;
  std::atomic<int> urgent{0};
  Workers workers({.threads = 2, .priority_threads = 2, .queue_time = milliseconds(60'000)});
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(workers.submit(Lane::priority, [&](bool) {
      ++urgent;
      gate.pass();
    }));
  gate.wait_for(2);
  std::promise<void> done;
  workers.submit(Lane::ordinary, [&](bool) { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  EXPECT_EQ(urgent, 2) << "no ordinary worker took one";
  gate.open();
}

TEST(Workers, WithoutWorkersOfTheirOwnUrgentTasksAreOrdinary) {
  std::promise<void> done;
  Workers workers({.threads = 1, .queue_time = milliseconds(60'000)});
  workers.submit(Lane::priority, [&](bool) { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(Workers, ShedTurnsAwayWhoWaitedTooLong) {
  Gate gate;
  std::atomic<int> shed{0};
  Workers workers({.threads = 1, .queue_time = milliseconds(5)});
  workers.submit(Lane::ordinary, [&](bool) { gate.pass(); });
  gate.wait_for(1);
  for (int i = 0; i < 3; ++i)
    workers.submit(Lane::ordinary, [&](bool expired) { shed += expired ? 1 : 100; });
  while (shed < 3) {
    std::this_thread::sleep_for(milliseconds(1));
    workers.shed();
  }
  EXPECT_EQ(shed, 3);
  gate.open();
}

}  // namespace
}  // namespace lotse::http
