// SPDX-License-Identifier: EUPL-1.2
// What may be done with a job, and what becomes of it, on both stores.
#include "admin/admin_test_support.h"
#include "base/check.h"
#include "words/words.h"

namespace lotse::admin {
namespace {

using jobs::Outcome;
using jobs::Turn;

constexpr Instant kNow{1'000'000};

access::JobState job(std::string kind, std::string state, std::int64_t attempts, Instant not_before = {}) {
  access::JobState made{.kind = std::move(kind), .state = std::move(state), .attempts = attempts};
  made.not_before = not_before;
  if (made.state != "waiting" && made.state != "running") made.ended = kNow;
  return made;
}

TEST(AdminRules, what_has_not_ended_can_be_cancelled_but_no_mail_on_its_way) {
  EXPECT_TRUE(check_cancel(job("directory.ask", "waiting", 0)).empty());
  EXPECT_TRUE(check_cancel(job("directory.ask", "running", 1)).empty());
  EXPECT_TRUE(check_cancel(job("notice.deliver", "waiting", 3)).empty());
  EXPECT_FALSE(check_cancel(job("notice.deliver", "running", 1)).empty());
  for (const char* state : {"failed", "done", "cancelled"})
    EXPECT_FALSE(check_cancel(job("directory.ask", state, 1)).empty()) << state;
  auto told = job("directory.ask", "running", 1);
  told.cancel = true;
  EXPECT_FALSE(check_cancel(told).empty());
}

TEST(AdminRules, what_failed_or_waits_for_its_next_attempt_can_be_tried_at_once) {
  const Instant later{kNow.ms + 1};
  EXPECT_TRUE(check_retry(job("directory.ask", "failed", 10), kNow).empty());
  EXPECT_TRUE(check_retry(job("notice.deliver", "waiting", 1, later), kNow).empty());
  EXPECT_FALSE(check_retry(job("notice.deliver", "failed", 1), kNow).empty()) << "its text is gone";
  EXPECT_FALSE(check_retry(job("directory.ask", "waiting", 0, later), kNow).empty()) << "meant for later";
  EXPECT_FALSE(check_retry(job("directory.ask", "waiting", 1, kNow), kNow).empty()) << "due already";
  for (const char* state : {"running", "done", "cancelled"})
    EXPECT_FALSE(check_retry(job("directory.ask", state, 1), kNow).empty()) << state;
}

TEST(AdminRules, every_code_and_kind_of_the_program_is_explained_in_german) {
  const auto& german = *words::language("de");
  const auto fault = meaning_of("bug").id;
  for (const char* code :
       {"connect", "timeout", "tls", "sign_in", "password_file", "broken_off", "stopped", "protocol",
        "sealed", "died", "store_unavailable", "not_found", "530", "550", "552", "421", "554"}) {
    EXPECT_NE(meaning_of(code).id, fault) << code;
    EXPECT_NE(words::translate(german, meaning_of(code)),
              words::translate(*words::language("en"), meaning_of(code)))
        << code;
  }
  EXPECT_EQ(words::translate(german, meaning_of("sign_in")),
            "Der Mailserver nimmt die Anmeldung nicht an: Bitte prüfen Sie Benutzername und Passwortdatei.");
  for (const char* odd : {"exception", "unnamed", "55", "5x0", "5500", ""})
    EXPECT_EQ(meaning_of(odd).id, fault) << odd;
  const auto other = label_of("some.thing").id;
  for (const char* kind :
       {"notice.deliver", "notice.forget", "directory.ask", "directory.forget", "legal.forget_reports"})
    EXPECT_NE(label_of(kind).id, other) << kind;
}

class AdminStoreTest : public AdminTest {};
LOTSE_ON_EACH_ENGINE(AdminStoreTest);

TEST_P(AdminStoreTest, an_overview_is_of_ones_own_unit_and_has_no_addressees) {
  const auto mine = ask(), other = ask({}, 8);
  post_mail();
  const auto now = overview(door(), clock_->now());
  ASSERT_EQ(now.jobs.size(), 2u);
  for (const auto& each : now.jobs) {
    EXPECT_EQ(each.unit, 7);
    EXPECT_NE(each.id, other);
  }
  ASSERT_EQ(now.notices.size(), 1u);
  EXPECT_EQ(now.notices[0].state, "waiting");
  EXPECT_EQ(now.notices[0].count, 1);
  EXPECT_TRUE(now.done.empty());
  const auto all = runner([](Turn&) { return Outcome::done(); });
  run_to_end(*all);
  const auto after = overview(door(), clock_->now());
  ASSERT_EQ(after.done.size(), 1u);
  EXPECT_EQ(after.done[0].kind, "directory.ask");
  EXPECT_EQ(after.done[0].count, 1);
  EXPECT_EQ(state(mine).state, "done");
}

TEST_P(AdminStoreTest, who_reads_for_everybody_reads_no_jobs) {
  const access::Desk visitor(*store_, {}, access::kDirectoryPurpose, *clock_);
  EXPECT_THROW(visitor.public_read().read([](access::View& view) { return view.jobs(1); }), Bug);
}

TEST_P(AdminStoreTest, old_mails_leave_the_overview_unless_they_wait) {
  post_mail();
  pass(1);
  ASSERT_TRUE(cancel(door(), seen(mail_job(post_mail()))).empty());
  EXPECT_EQ(overview(door(), clock_->now()).notices.size(), 2u);
  pass((kNoticeDays * 24 * 60 + 1) * kMinute);
  const auto now = overview(door(), clock_->now());
  ASSERT_EQ(now.notices.size(), 1u);
  EXPECT_EQ(now.notices[0].state, "waiting");
}

TEST_P(AdminStoreTest, more_jobs_than_are_shown_are_said) {
  for (std::int64_t i = 0; i <= kJobsShown; ++i)
    ask({.kind = "directory.ask", .subject = "", .key = std::to_string(i), .not_before = {}});
  const auto now = overview(door(), clock_->now());
  EXPECT_EQ(now.jobs.size(), static_cast<std::size_t>(kJobsShown));
  EXPECT_TRUE(now.more);
}

TEST_P(AdminStoreTest, a_waiting_job_is_cancelled_once_with_an_entry) {
  const auto id = ask();
  const auto before = seen(id);
  EXPECT_TRUE(cancel(door(), before).empty());
  EXPECT_EQ(state(id).state, "cancelled");
  EXPECT_EQ(entries("job.cancel"), 1);
  EXPECT_FALSE(cancel(door(), before).empty());
  EXPECT_EQ(entries("job.cancel"), 1) << "nothing was done";
  int ran = 0;
  run_to_end(*runner([&](Turn&) { return ++ran, Outcome::done(); }));
  EXPECT_EQ(ran, 0);
}

TEST_P(AdminStoreTest, a_running_job_is_told_to_stop) {
  const auto id = ask();
  const auto one = runner([&](Turn& turn) {
    EXPECT_TRUE(cancel(door(), seen(id)).empty());
    EXPECT_TRUE(state(id).cancel);
    EXPECT_FALSE(cancel(door(), seen(id)).empty()) << "was told already";
    EXPECT_FALSE(turn.progress(1, 2));
    return Outcome::done();
  });
  EXPECT_TRUE(one->run_one() || one->run_one());
  while (one->run_one()) continue;
  EXPECT_EQ(state(id).state, "cancelled");
}

TEST_P(AdminStoreTest, a_cancelled_mail_leaves_nothing_sealed_behind) {
  const auto id = post_mail();
  ASSERT_TRUE(cancel(door(), seen(mail_job(id))).empty());
  EXPECT_EQ(number("SELECT count(*) FROM notice WHERE unit_id = 7 AND id = $1 AND state = 'withdrawn' AND "
                   "sealed IS NULL",
                   {id}),
            1);
  EXPECT_EQ(state(mail_job(id)).state, "cancelled");
}

TEST_P(AdminStoreTest, what_failed_has_all_its_attempts_again) {
  const auto id = ask();
  std::vector<std::int64_t> attempts;
  const auto one = runner([&](Turn& turn) {
    attempts.push_back(turn.attempt());
    return attempts.size() < 4 ? Outcome::again("connect") : Outcome::done();
  });
  run_to_end(*one);
  ASSERT_EQ(state(id).state, "failed");
  ASSERT_TRUE(state(id).ended);
  EXPECT_EQ(state(id).last_error, "connect");
  const auto before = seen(id);
  ASSERT_TRUE(retry(door(), before, clock_->now()).empty());
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_FALSE(state(id).ended);
  EXPECT_EQ(entries("job.retry"), 1);
  EXPECT_FALSE(retry(door(), before, clock_->now()).empty()) << "once is enough";
  run_to_end(*one);
  EXPECT_EQ(attempts, (std::vector<std::int64_t>{1, 2, 1, 2}));
  EXPECT_EQ(state(id).state, "done");
  EXPECT_EQ(state(id).attempts, 4);
}

TEST_P(AdminStoreTest, what_waits_for_its_next_attempt_is_due_at_once) {
  const auto id = ask();
  int ran = 0;
  const auto one = runner([&](Turn&) { return ++ran == 1 ? Outcome::again("connect") : Outcome::done(); });
  while (one->run_one()) continue;
  ASSERT_EQ(ran, 1);
  ASSERT_GT(state(id).not_before, clock_->now());
  ASSERT_TRUE(retry(door(), seen(id), clock_->now()).empty());
  while (one->run_one()) continue;
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(state(id).state, "done");
}

TEST_P(AdminStoreTest, nothing_is_done_with_what_is_not_as_it_was_seen) {
  const auto id = ask();
  Seen old = seen(id);
  old.attempts = 3;
  EXPECT_FALSE(cancel(door(), old).empty());
  old = {id, "running", 0};
  EXPECT_FALSE(cancel(door(), old).empty());
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_EQ(entries("job.cancel"), 0);
}

TEST_P(AdminStoreTest, a_job_of_another_unit_is_not_there) {
  const auto id = ask({}, 8);
  EXPECT_THROW(cancel(door(), {id, "waiting", 0}), NotFound);
  EXPECT_THROW(retry(door(), {id, "waiting", 0}, clock_->now()), NotFound);
  EXPECT_THROW(cancel(door(), {"Kanarienvogel", "waiting", 0}), NotFound);
  EXPECT_EQ(state(id, 8).state, "waiting");
  EXPECT_EQ(entries("job.cancel"), 2) << "attempts are entered";
  EXPECT_EQ(number("SELECT count(*) FROM audit_entry WHERE object = 'Kanarienvogel'"), 0);
}

TEST_P(AdminStoreTest, of_two_who_try_again_at_once_one_does) {
  const auto id = ask();
  run_to_end(*runner([](Turn&) { return Outcome::failed("connect"); }));
  const auto before = seen(id);
  const auto try_it = [&] {
    try {
      return retry(door(), before, clock_->now()).empty() ? 1 : 0;
    } catch (const Stale&) {
      return 0;
    }
  };
  auto first = std::async(std::launch::async, try_it);
  const int second = try_it();
  EXPECT_EQ(first.get() + second, 1);
  EXPECT_EQ(entries("job.retry"), 1);
}

TEST_P(AdminStoreTest, what_is_cancelled_while_it_is_taken_is_either_done_or_cancelled) {
  std::atomic<int> ran = 0;
  const auto one = runner([&](Turn&) { return ++ran, Outcome::done(); });
  while (one->run_one()) continue;
  for (int i = 0; i < 10; ++i) {
    const auto id = ask({.kind = "directory.ask", .subject = "", .key = std::to_string(i), .not_before = {}});
    const auto before = seen(id);
    ran = 0;
    auto cancelled = std::async(std::launch::async, [&] {
      try {
        return cancel(door(), before).empty();
      } catch (const Stale&) {
        return false;
      }
    });
    while (one->run_one()) continue;
    const bool was = cancelled.get();
    EXPECT_EQ(ran, was ? 0 : 1);
    EXPECT_EQ(state(id).state, was ? "cancelled" : "done");
  }
}

}  // namespace
}  // namespace lotse::admin
