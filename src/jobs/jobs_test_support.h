// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "access/desk_test_support.h"
#include "access/queue.h"
#include "base/log.h"
#include "jobs/jobs.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::jobs {

inline constexpr std::int64_t kMinute = 60'000, kLease = 60'000, kDay = 24 * 60 * kMinute;

struct State {
  std::string state, error, by;
  std::int64_t attempts = 0, not_before = 0, progress = 0, total = 0, ended = 0;
};

/** A store with the units 7 and 8, and a clock that stands. */
class JobsTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    log_ = log_enabled(false);
    store_ = open_store();
    for (const int unit : {7, 8})
      sql::TestAccess::change(engine(),
                              "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                              "opening_hours) VALUES ($1, $1, 'family_centre', 'gdpr', 'x', '')",
                              {unit});
    Runner(*store_, clock_, options_).run_one();  // its own slot of today
  }
  void TearDown() override {
    log_enabled(log_);
    store_.reset();
    StoreTest::TearDown();
  }
  std::unique_ptr<access::Store> open_store(const sql::Options& how = {}) {
    return std::make_unique<access::Store>(sql::open(url(), how), migrations());
  }
  access::UnitDoor door(UnitId unit = 7) {
    return access::Desk(*store_,
                        access::DeskTestAccess::actor({.who = "acc-1",
                                                       .name = "Olena",
                                                       .unit = unit,
                                                       .unit_kind = "family_centre",
                                                       .function = "directory_editor",
                                                       .second_factor = false}),
                        access::kDirectoryPurpose, *clock_)
        .unit(access::kDirectoryWrite);
  }
  // A job in a change of its own; its id.
  std::string ask(access::NewJob job = {}, UnitId unit = 7) {
    if (job.kind.empty()) job.kind = "test.work";
    door(unit).change("test.ask", "", [&](access::Change& c) {
      c.job(job);
      return 0;
    });
    return access::job_id(unit, job);
  }
  bool cancel(const std::string& id, UnitId unit = 7) {
    return door(unit).change("test.cancel", id, [&](access::Change& c) { return c.cancel_job(id); });
  }
  std::int64_t number(std::string_view text, sql::Params params = {}) {
    return sql::TestAccess::number(engine(), text, params);
  }
  std::int64_t jobs() { return number("SELECT count(*) FROM job WHERE kind <> 'jobs.forget'"); }
  State state(const std::string& id) {
    State found;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.each(
          {"test.state",
           "SELECT state, last_error, lease_by, attempts, not_before_ms, progress, total, ended_ms FROM job "
           "WHERE id = $1"},
          {id}, [&](const sql::Row& r) {
            found = {std::string(r.text(0)), std::string(r.text(1)),
                     std::string(r.text(2)), r.integer(3),
                     r.integer(4),           r.integer(5),
                     r.integer(6),           r.opt_integer(7).value_or(0)};
          });
    });
    return found;
  }
  void pass(std::int64_t ms) { clock_->set(Instant{clock_->now().ms + ms}); }
  std::unique_ptr<Runner> runner(std::function<Outcome(Turn&)> work, std::int64_t attempts = 3) {
    auto made = std::make_unique<Runner>(*store_, clock_, options_);
    made->add({.kind = "test.work", .work = std::move(work), .attempts = attempts});
    return made;
  }
  access::Queue queue() { return access::Queue(*store_, *clock_); }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 24}, 600}));
  RunnerOptions options_{.threads = 2, .lease_ms = kLease, .chance = [] { return 0.0; }};
  std::unique_ptr<access::Store> store_;
  bool log_ = true;
};
}  // namespace lotse::jobs
