// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.h"

#include "jobs/jobs_test_support.h"

namespace lotse::jobs {
namespace {

constexpr const char* kSubject = "0192f000-0000-7000-8000-000000000001";

LOTSE_ON_EACH_ENGINE(JobsTest);

TEST_P(JobsTest, AJobIsThereIfAndOnlyIfItsChangeIs) {
  struct Oops {};
  EXPECT_THROW(door().change("test.ask", "",
                             [](access::Change& c) -> int {
                               c.job({.kind = "test.work", .subject = kSubject, .key = "a"});
                               throw Oops();
                             }),
               Oops);
  EXPECT_EQ(jobs(), 0);
  const auto id = ask({.subject = kSubject, .key = "a"});
  EXPECT_EQ(jobs(), 1);
  const auto made = state(id);
  EXPECT_EQ(made.state, "waiting");
  EXPECT_EQ(made.attempts, 0);
  EXPECT_EQ(made.not_before, clock_->now().ms);
  EXPECT_EQ(made.ended, 0);
}

TEST_P(JobsTest, AClosureThatRunsTwiceMakesOneJob) {
  sql::Options twice;
  twice.twice = true;
  store_ = open_store(twice);
  ask();
  EXPECT_EQ(jobs(), 1);
}

TEST_P(JobsTest, TheSameKeyTwiceIsOneJobAlsoAfterItsEnd) {
  const auto id = ask({.subject = kSubject, .key = "a"});
  EXPECT_EQ(ask({.subject = kSubject, .key = "a"}), id);
  EXPECT_EQ(jobs(), 1);
  int runs = 0;
  auto worker = runner([&](Turn&) { return ++runs, Outcome::done(); });
  while (worker->run_one()) {
  }
  EXPECT_EQ(ask({.subject = kSubject, .key = "a"}), id);
  EXPECT_EQ(state(id).state, "done");
  EXPECT_FALSE(worker->run_one());
  EXPECT_EQ(runs, 1);
  std::set<std::string> others{id};
  others.insert(ask({.subject = kSubject, .key = "b"}));
  others.insert(ask({.subject = "", .key = "a"}));
  others.insert(ask({.kind = "test.other", .subject = kSubject, .key = "a"}));
  others.insert(ask({.subject = kSubject, .key = "a"}, 8));
  EXPECT_EQ(others.size(), 5u);
}

TEST_P(JobsTest, OnlyConstantsAndIdsGetIn) {
  for (const char* kind : {"", "Test", "test work", "test/1", "anna@example.org"})
    EXPECT_THROW(door().change("test.ask", "", [&](access::Change& c) { return c.job({.kind = kind}), 0; }),
                 Bug)
        << kind;
  EXPECT_THROW(ask({.subject = "Anna"}), Bug);
  EXPECT_EQ(jobs(), 0);
}

TEST_P(JobsTest, TheWorkHearsWhatItIsAboutAndItsEndIsKept) {
  const auto id = ask({.subject = kSubject}, 8);
  const auto made = clock_->now();
  pass(5);
  auto worker = runner([&](Turn& turn) {
    EXPECT_EQ(turn.unit(), 8);
    EXPECT_EQ(turn.subject(), kSubject);
    EXPECT_EQ(turn.attempt(), 1);
    EXPECT_EQ(turn.made(), made);
    EXPECT_TRUE(turn.progress(3, 9));
    EXPECT_EQ(state(id).state, "running");
    EXPECT_EQ(state(id).progress, 3);
    EXPECT_EQ(state(id).total, 9);
    return Outcome::done();
  });
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(id).state, "done");
  EXPECT_EQ(state(id).ended, clock_->now().ms);
  EXPECT_EQ(state(id).error, "");
  EXPECT_FALSE(worker->run_one());
}

TEST_P(JobsTest, AJobActsUnderItsOwnNameForItsUnit) {
  ask();
  auto worker = runner([&](Turn& turn) {
    turn.door(access::kDirectoryWrite, access::kDirectoryPurpose)
        .change("test.done", kSubject, [](access::Change&) { return 0; });
    return Outcome::done();
  });
  EXPECT_TRUE(worker->run_one());
  std::string said;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.each({"test.entry",
             "SELECT actor, asked, object, decision, rule FROM audit_entry WHERE unit_id = 7 AND what = "
             "'test.done'"},
            {}, [&](const sql::Row& r) {
              for (int i = 0; i < 5; ++i) said += std::string(r.text(i)) + " ";
            });
  });
  EXPECT_EQ(said, "system:test.work directory.write " + std::string(kSubject) + " allowed system ");
}

TEST_P(JobsTest, AJobWaitsForItsTimeAndForSomebodyWhoKnowsItsKind) {
  const auto later = ask({.key = "later", .not_before = {clock_->now().ms + kMinute}});
  const auto other = ask({.kind = "test.other"});
  auto worker = runner([](Turn&) { return Outcome::done(); });
  EXPECT_FALSE(worker->run_one());
  pass(kMinute - 1);
  EXPECT_FALSE(worker->run_one());
  pass(1);
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(later).state, "done");
  EXPECT_FALSE(worker->run_one());
  EXPECT_EQ(state(other).state, "waiting");
}

TEST_P(JobsTest, WhatFailsComesBackLaterAndLaterAndThenHasFailed) {
  const auto id = ask();
  auto worker = runner([](Turn&) { return Outcome::again("server_gone"); });
  for (const std::int64_t wait : {kMinute / 2, kMinute}) {
    EXPECT_TRUE(worker->run_one());
    EXPECT_EQ(state(id).state, "waiting");
    EXPECT_EQ(state(id).error, "server_gone");
    EXPECT_EQ(state(id).not_before, clock_->now().ms + wait);
    EXPECT_FALSE(worker->run_one());
    pass(wait);
  }
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(id).state, "failed");
  EXPECT_EQ(state(id).attempts, 3);
  EXPECT_EQ(state(id).ended, clock_->now().ms);
  pass(kDay);
  while (worker->run_one()) {
  }
  EXPECT_EQ(state(id).attempts, 3);
  const auto seen = look(*store_, *clock_, 10);
  ASSERT_EQ(seen.size(), 1u) << "what failed can be seen, what is done not";
  EXPECT_EQ(seen[0].kind, "test.work");
  EXPECT_EQ(seen[0].state, "failed");
  EXPECT_EQ(seen[0].last_error, "server_gone");
}

TEST_P(JobsTest, WhatCannotSucceedFailsAtOnce) {
  const auto id = ask();
  auto worker = runner([](Turn&) { return Outcome::failed("refused"); });
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(id).state, "failed");
  EXPECT_EQ(state(id).error, "refused");
}

TEST_P(JobsTest, OfAnErrorOnlyACodeIsKept) {
  const std::pair<std::function<Outcome(Turn&)>, std::string> cases[] = {
      {[](Turn&) -> Outcome { throw std::runtime_error("Anna Beispiel"); }, "exception"},
      {[](Turn&) -> Outcome { throw Bug("Anna Beispiel"); }, "bug"},
      {[](Turn&) -> Outcome { throw sql::Unavailable("Anna Beispiel"); }, "store_unavailable"},
      {[](Turn&) -> Outcome { throw NotFound(); }, "not_found"},
      {[](Turn&) -> Outcome { throw 7; }, "exception"},
      {[](Turn&) { return Outcome::again("anna@example.org"); }, "unnamed"},
      {[](Turn&) { return Outcome::failed(""); }, "unnamed"}};
  for (const auto& [work, code] : cases) {
    const auto id = ask({.key = random_hex(8)});
    auto worker = runner(work);
    EXPECT_TRUE(worker->run_one());
    EXPECT_EQ(state(id).error, code);
    cancel(id);
  }
}

TEST_P(JobsTest, WhoDiesLosesTheJobWhenTheLeaseIsOver) {
  const auto id = ask();
  const auto dead = queue().take("test.work", "dead", kLease, 3);
  ASSERT_TRUE(dead);
  int runs = 0;
  auto worker = runner([&](Turn& turn) {
    EXPECT_EQ(turn.attempt(), 2);
    // The one that was believed dead comes back: it may not touch the job any more.
    EXPECT_EQ(queue().prolong(*dead, kLease), access::Queue::Held::lost);
    EXPECT_EQ(queue().progress(*dead, kLease, 1, 1), access::Queue::Held::lost);
    EXPECT_FALSE(queue().end(*dead, "failed", "late"));
    EXPECT_FALSE(queue().again(*dead, "late", clock_->now()));
    EXPECT_FALSE(queue().give_back(*dead));
    return ++runs, Outcome::done();
  });
  pass(kLease - 1);
  EXPECT_FALSE(worker->run_one());
  pass(1);
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(state(id).state, "done");
  EXPECT_EQ(state(id).error, "");
  EXPECT_FALSE(queue().end(*dead, "failed", "late"));
  EXPECT_EQ(state(id).state, "done");
}

TEST_P(JobsTest, WhoLivesKeepsTheJob) {
  ask();
  const auto held = queue().take("test.work", "alive", kLease, 3);
  ASSERT_TRUE(held);
  auto worker = runner([](Turn&) { return Outcome::done(); });
  pass(kLease - 1);
  EXPECT_EQ(queue().prolong(*held, kLease), access::Queue::Held::yes);
  pass(kLease - 1);
  EXPECT_FALSE(worker->run_one());
  EXPECT_EQ(queue().progress(*held, kLease, 1, 2), access::Queue::Held::yes);
  pass(kLease - 1);
  EXPECT_FALSE(worker->run_one());
  pass(1);
  EXPECT_TRUE(worker->run_one());
}

TEST_P(JobsTest, WhoLostTheJobMeanwhileHearsOfItAndEndsNothing) {
  const auto id = ask();
  auto worker = runner([&](Turn& turn) {
    pass(kLease);
    EXPECT_TRUE(queue().take("test.work", "other", kLease, 3));
    EXPECT_FALSE(turn.progress(1, 1));
    EXPECT_FALSE(turn.progress(1, 1));
    return Outcome::failed("late");
  });
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(id).state, "running");
  EXPECT_EQ(state(id).by, "other");
}

TEST_P(JobsTest, AJobThatEndsItsProcessEachTimeIsGivenUp) {
  const auto id = ask();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(queue().take("test.work", "dead", kLease, 3));
    pass(kLease);
  }
  int runs = 0;
  auto worker = runner([&](Turn&) { return ++runs, Outcome::done(); });
  worker->run_one();
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(state(id).state, "failed");
  EXPECT_EQ(state(id).error, "died");
}

TEST_P(JobsTest, AWaitingJobIsCancelledAtOnce) {
  const auto id = ask();
  EXPECT_FALSE(cancel(id, 8)) << "another unit's";
  EXPECT_FALSE(cancel("0192f000-0000-7000-8000-00000000ffff"));
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_TRUE(cancel(id));
  EXPECT_EQ(state(id).state, "cancelled");
  EXPECT_EQ(state(id).ended, clock_->now().ms);
  EXPECT_FALSE(cancel(id)) << "it has ended";
  auto worker = runner([](Turn&) { return ADD_FAILURE(), Outcome::done(); });
  EXPECT_FALSE(worker->run_one());
}

TEST_P(JobsTest, ARunningJobHearsOfItWhenItTellsItsProgress) {
  const auto id = ask();
  auto worker = runner([&](Turn& turn) {
    EXPECT_TRUE(turn.progress(1, 3));
    EXPECT_TRUE(cancel(id));
    EXPECT_FALSE(turn.progress(2, 3));
    EXPECT_FALSE(turn.progress(3, 3));
    return Outcome::again("whatever");
  });
  EXPECT_TRUE(worker->run_one());
  EXPECT_EQ(state(id).state, "cancelled");
  EXPECT_EQ(state(id).error, "");
  pass(kDay);
  while (worker->run_one()) {
  }
  EXPECT_EQ(state(id).attempts, 1);
}

TEST_P(JobsTest, ACancelledJobWhoseHolderDiedIsNotRunAgain) {
  const auto id = ask();
  ASSERT_TRUE(queue().take("test.work", "dead", kLease, 3));
  EXPECT_TRUE(cancel(id));
  EXPECT_EQ(state(id).state, "running");
  pass(kLease);
  auto worker = runner([](Turn&) { return ADD_FAILURE(), Outcome::done(); });
  while (worker->run_one()) {
  }
  EXPECT_EQ(state(id).state, "cancelled");
}

TEST_P(JobsTest, AKindHasOneWork) {
  auto worker = runner([](Turn&) { return Outcome::done(); });
  EXPECT_THROW(worker->add({.kind = "test.work", .work = nullptr}), Bug);
}

}  // namespace
}  // namespace lotse::jobs
