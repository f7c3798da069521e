// SPDX-License-Identifier: EUPL-1.2
#pragma once
// Two units with jobs and e-mails. The cast: Mats administers unit 7 and has a second factor; Hagen leads it,
// Merle works with cases there; Ada administers unit 8.
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/desk_test_support.h"
#include "access/gate.h"
#include "access/operator.h"
#include "admin/admin.h"
#include "base/log.h"
#include "jobs/jobs.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "web/site_test_support.h"

namespace lotse::admin {

constexpr std::int64_t kMinute = 60'000;
constexpr const char* kRecipient = "geheim@example.net";

class TestKeys final : public notice::KeyOfUnit {
 public:
  const seal::Key& key_of(UnitId) const override { return key_; }

 private:
  seal::Key key_ = seal::Key::random();
};

class AdminTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "notice"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    log_ = log_enabled(false);
    sql::Options twice;
    twice.twice = true;
    store_ = std::make_unique<access::Store>(sql::open(url(), twice), migrations());
    for (const int unit : {7, 8})
      sql::TestAccess::change(engine(),
                              "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                              "opening_hours) VALUES ($1, $1, 'family_centre', 'gdpr', 'Haus', '')",
                              {unit});
    sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', '1')");
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_);
    site_->check();
  }
  void TearDown() override {
    site_.reset();
    store_.reset();
    log_enabled(log_);
    StoreTest::TearDown();
  }
  access::UnitDoor door(UnitId unit = 7) {
    return access::Desk(*store_,
                        access::DeskTestAccess::actor({.who = "acc-" + std::to_string(unit),
                                                       .name = "Mats",
                                                       .unit = unit,
                                                       .unit_kind = "family_centre",
                                                       .function = "admin",
                                                       .second_factor = true}),
                        access::kAccountPurpose, *clock_)
        .unit(access::kJobsManage);
  }
  std::string ask(access::NewJob job = {}, UnitId unit = 7) {
    if (job.kind.empty()) job.kind = "directory.ask";
    door(unit).change("test.ask", "", [&](access::Change& c) { return c.job(job), 0; });
    return access::job_id(unit, job);
  }
  std::string post_mail() {
    const auto ready = *notice::prepare(
        *keys_, 7,
        {.kind = "test.told", .to = kRecipient, .subject = "News for you", .body = "Kanarienvogel\n"},
        clock_->now());
    door().change("test.told", "", [&](access::Change& c) { return notice::post(c, ready), 0; });
    return ready.id();
  }
  static std::string mail_job(const std::string& notice) {
    return access::job_id(7, {.kind = notice::kDeliver, .subject = notice, .key = "", .not_before = {}});
  }
  std::unique_ptr<jobs::Runner> runner(std::function<jobs::Outcome(jobs::Turn&)> work) {
    auto made = std::make_unique<jobs::Runner>(
        *store_, clock_, jobs::RunnerOptions{.threads = 1, .chance = [] { return 1.0; }});
    made->add({.kind = "directory.ask", .work = std::move(work), .attempts = 2});
    return made;
  }
  /** Runs all that is due, on and on through the back-off, to the end. */
  void run_to_end(jobs::Runner& runner) {
    for (int i = 0; i < 6; ++i) {
      while (runner.run_one()) continue;
      pass(300 * kMinute);
    }
  }
  access::JobState state(const std::string& id, UnitId unit = 7) {
    return door(unit).read([&](access::View& view) { return *view.job_state(id); });
  }
  Seen seen(const std::string& id) {
    const auto now = state(id);
    return {id, now.state, now.attempts};
  }
  std::int64_t number(std::string_view text, sql::Params params = {}) {
    std::int64_t found = -1;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      found =
          tx.one({"test.number", text}, params, [](const sql::Row& r) { return r.integer(0); }).value_or(-1);
    });
    return found;
  }
  std::int64_t entries(std::string_view what) {
    return number("SELECT count(*) FROM audit_entry WHERE unit_id = 7 AND what = $1", {what});
  }
  void pass(std::int64_t ms) { clock_->set(Instant{clock_->now().ms + ms}); }

  std::string sign_in(const std::string& function, bool second_factor, UnitId unit = 7) {
    access::Gate gate(*store_, *clock_);
    const access::Operator by(*store_, *clock_, "operator:test");
    const auto account = gate.make_account(
        by, unit, function + std::to_string(unit) + std::to_string(second_factor) + "@example.org", "Mats",
        "x", "de");
    gate.grant(by, account, unit, function, {2020, 1, 1});
    gate.mark_sample(by, unit, account);
    const auto session =
        gate.start(gate.begin(account, 0), {unit, "family_centre", "Haus", function}).value();
    sql::TestAccess::change(engine(), "UPDATE session SET second_factor = $1 WHERE hash = $2",
                            {second_factor, hash_hex(session)});
    return session;
  }
  http::Response get(const std::string& session, const std::string& query = "",
                     const std::string& accept = "") {
    return site_->answer(
        web::get("/staff/jobs" + query,
                 {{"Accept-Language", "de"}, {"Cookie", "lotse=" + session}, {"Accept", accept}}));
  }
  http::Response post(const std::string& session, const std::string& action, const Seen& seen,
                      bool guarded = true, const std::string& accept = "") {
    std::vector<http::Field> form{{"state", seen.state}, {"attempts", std::to_string(seen.attempts)}};
    if (guarded) form.push_back({"_guard", hash_hex("guard:" + web::kGuardSecret + session).substr(0, 32)});
    return site_->answer(web::post("/staff/jobs/" + seen.id + "/" + action, http::encode_query(form),
                                   {{"Cookie", "lotse=" + session + "; lotse_guard=" + web::kGuardSecret},
                                    {"Sec-Fetch-Site", "same-origin"},
                                    {"Accept-Language", "de"},
                                    {"Accept", accept}}));
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 24}, 600}));
  std::shared_ptr<TestKeys> keys_ = std::make_shared<TestKeys>();
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<web::Site> site_;
  bool log_ = true;
};

}  // namespace lotse::admin
