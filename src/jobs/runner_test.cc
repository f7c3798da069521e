// SPDX-License-Identifier: EUPL-1.2
#include <future>
#include <map>

#include "jobs/jobs_test_support.h"

namespace lotse::jobs {
namespace {

class RunnerTest : public JobsTest {};
LOTSE_ON_EACH_ENGINE(RunnerTest);

TEST_P(RunnerTest, TwoRunnersDoEachJobOnceAndNoneTwiceAtOnce) {
  constexpr int kJobs = 60;
  std::vector<std::string> ids;
  for (int i = 0; i < kJobs; ++i) {
    const auto subject = new_uuid(clock_->now().ms);
    ask({.subject = subject, .key = "x"}, i % 2 ? 7 : 8);
    ids.push_back(subject);
  }
  std::mutex mutex;
  std::map<std::string, int> began;
  std::set<std::string> inside;
  std::condition_variable all;
  int ended = 0;
  bool twice = false;
  const auto work = [&](Turn& turn) {
    {
      const std::lock_guard lock(mutex);
      twice = !inside.insert(turn.subject()).second || twice;
      ++began[turn.subject()];
    }
    EXPECT_TRUE(turn.progress(1, 2));
    const std::lock_guard lock(mutex);
    inside.erase(turn.subject());
    ++ended;
    all.notify_all();
    return Outcome::done();
  };
  // SQLite has one process at a time; on PostgreSQL each runner has a store of its own.
  const auto second = on_sqlite() ? nullptr : open_store();
  options_.threads = 3;
  Runner one(*store_, clock_, options_), two(second ? *second : *store_, clock_, options_);
  for (auto* each : {&one, &two}) {
    each->add({.kind = "test.work", .work = work, .attempts = 3});
    each->start();
  }
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(all.wait_for(lock, std::chrono::minutes(2), [&] { return ended >= kJobs; }));
  }
  one.stop();
  two.stop();
  EXPECT_FALSE(twice);
  EXPECT_EQ(began.size(), ids.size());
  for (const auto& [subject, times] : began) EXPECT_EQ(times, 1) << subject;
  EXPECT_EQ(number("SELECT count(*) FROM job WHERE kind = 'test.work' AND state = 'done'"), kJobs);
}

TEST_P(RunnerTest, AJobThatAnotherIsJustTakingIsPassedOver) {
  if (on_sqlite()) return;  // there one writes at a time
  const auto first = ask({.key = "first"});
  pass(1);
  const auto second = ask({.key = "second"});
  std::optional<access::HeldJob> taken;
  sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
    tx.each({"test.lock", "SELECT id FROM job WHERE id = $1 FOR UPDATE"}, {first}, [](const sql::Row&) {});
    taken =
        std::async(std::launch::async, [&] { return queue().take("test.work", "quick", kLease, 3); }).get();
  });
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, second);
}

TEST_P(RunnerTest, AStartedRunnerHearsOfANewJob) {
  std::mutex mutex;
  std::condition_variable changed;
  int runs = 0;
  Runner worker(*store_, clock_, options_);
  worker.add({.kind = "test.work", .work = [&](Turn&) {
                const std::lock_guard lock(mutex);
                ++runs;
                changed.notify_all();
                return Outcome::done();
              }});
  worker.start();
  for (int i = 1; i <= 3; ++i) {
    ask({.key = std::to_string(i)});
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::minutes(1), [&] { return runs == i; }));
  }
}

TEST_P(RunnerTest, StoppingGivesALongJobBack) {
  const auto id = ask();
  std::mutex mutex;
  std::condition_variable changed;
  bool inside = false;
  Runner worker(*store_, clock_, options_);
  worker.add({.kind = "test.work", .work = [&](Turn& turn) {
                {
                  const std::lock_guard lock(mutex);
                  inside = true;
                  changed.notify_all();
                }
                while (turn.progress(0, 0)) std::this_thread::yield();
                return Outcome::failed("stopped");
              }});
  worker.start();
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::minutes(1), [&] { return inside; }));
  }
  worker.stop();
  worker.stop();
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_EQ(state(id).attempts, 0) << "that is no failure of its own";
  EXPECT_EQ(state(id).error, "");
  auto next = runner([](Turn&) { return Outcome::done(); });
  EXPECT_TRUE(next->run_one());
  EXPECT_EQ(state(id).state, "done");
}

TEST_P(RunnerTest, ARunningJobKeepsItsLeaseWithoutDoingAnything) {
  ask();
  options_.lease_ms = 30;  // so that it is prolonged every ten milliseconds
  options_.threads = 1;
  std::mutex mutex;
  std::condition_variable changed;
  bool go_on = false;
  Runner worker(*store_, clock_, options_);
  worker.add({.kind = "test.work", .work = [&](Turn&) {
                std::unique_lock lock(mutex);
                changed.wait_for(lock, std::chrono::minutes(1), [&] { return go_on; });
                return Outcome::done();
              }});
  worker.start();
  const auto lease = [&] {
    return number("SELECT coalesce(max(lease_until_ms), 0) FROM job WHERE kind = 'test.work'");
  };
  const auto comes = [&](std::int64_t wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (lease() != wanted && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return lease() == wanted;
  };
  EXPECT_TRUE(comes(clock_->now().ms + 30));
  sql::TestAccess::change(engine(), "UPDATE job SET lease_until_ms = 1 WHERE kind = 'test.work'");
  EXPECT_TRUE(comes(clock_->now().ms + 30));
  {
    const std::lock_guard lock(mutex);
    go_on = true;
  }
  changed.notify_all();
  worker.stop();
  EXPECT_EQ(number("SELECT count(*) FROM job WHERE kind = 'test.work' AND state = 'done'"), 1);
}

TEST_P(RunnerTest, ASlotIsRunOnceHoweverManyRunnersThereAre) {
  int runs = 0, units = 0;
  const auto second = on_sqlite() ? nullptr : open_store();
  std::vector<std::unique_ptr<Runner>> runners;
  const auto make = [&](access::Store& store) {
    runners.push_back(std::make_unique<Runner>(store, clock_, options_));
    runners.back()->add({.kind = "test.five",
                         .work =
                             [&](Turn& turn) {
                               EXPECT_EQ(turn.unit(), 0);
                               return ++runs, Outcome::done();
                             }},
                        Schedule::every_minutes(5), Runner::Whose::installation);
    runners.back()->add({.kind = "test.units",
                         .work =
                             [&](Turn& turn) {
                               EXPECT_NE(turn.unit(), 0);
                               return ++units, Outcome::done();
                             }},
                        Schedule::daily(180), Runner::Whose::each_unit);
  };
  make(*store_);
  make(second ? *second : *store_);
  const auto all = [&] {
    for (auto& each : runners)
      while (each->run_one()) {
      }
  };
  all();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(units, 2) << "the slot of this morning is made up for";
  make(*store_);  // a process that is started anew
  all();
  EXPECT_EQ(runs, 1);
  pass(5 * kMinute - 1);
  all();
  EXPECT_EQ(runs, 1);
  pass(1);
  all();
  EXPECT_EQ(runs, 2);
  pass(3 * kDay);
  all();
  EXPECT_EQ(runs, 3) << "of what was missed, once";
  EXPECT_EQ(units, 4);
}

TEST_P(RunnerTest, SlotsOfRunnersThatRaceAreOne) {
  const auto second = on_sqlite() ? nullptr : open_store();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      access::Queue mine(i % 2 && second ? *second : *store_, *clock_);
      for (int slot = 0; slot < 10; ++slot)
        mine.add({.kind = "test.work", .subject = "", .key = "slot:" + std::to_string(slot)}, true);
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(jobs(), 20);
}

TEST_P(RunnerTest, EndedJobsAreForgottenAfterThirtyDays) {
  const auto done = ask({.key = "done"}), open = ask({.kind = "test.other"});
  auto worker = runner([](Turn&) { return Outcome::done(); });
  while (worker->run_one()) {
  }
  pass(29 * kDay);
  while (worker->run_one()) {
  }
  EXPECT_EQ(state(done).state, "done");
  pass(2 * kDay);
  while (worker->run_one()) {
  }
  EXPECT_EQ(state(done).state, "");
  EXPECT_EQ(state(open).state, "waiting");
}

}  // namespace
}  // namespace lotse::jobs
