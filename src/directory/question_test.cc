// SPDX-License-Identifier: EUPL-1.2
// Once a year those who run an offer are asked.
#include "directory/question.h"

#include "access/visitor.h"
#include "directory/pages_test_support.h"
#include "jobs/jobs.h"

namespace lotse::directory {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

class QuestionTest : public PagesOnStore {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "topic", "directory", "notice"});
    return list;
  }
  void address(const std::string& email) {
    auto e = find_kept(desk(one_), service_);
    e.service.email = email;
    ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  }
  void days(int n) { clock_->set(Instant{clock_->now().ms + n * kDayMs}); }
  // As many processes as there are runners: each has forgotten what the one before has done.
  void night() {
    jobs::Runner runner(*store_, clock_);
    install_questions(runner, clock_, {keys_, "https://lotse.example"});
    while (runner.run_one()) {
    }
  }
  std::int64_t number(UnitId unit, const std::string& from) {
    std::int64_t n = 0;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = tx.one({"test.count", "SELECT count(*) FROM " + from + " AND unit_id = $1"}, {unit},
                 [](const sql::Row& r) { return r.integer(0); })
              .value();
    });
    return n;
  }
  std::int64_t mails(const std::string& kind = "%") {
    return number(one_, "notice WHERE kind LIKE '" + kind + "'");
  }
};
LOTSE_ON_EACH_ENGINE(QuestionTest);

TEST_P(QuestionTest, AfterAYearOnceAndOnceMore) {
  address("haus@example.org");
  days(365);
  night();
  EXPECT_EQ(mails(), 0) << "a whole year is not yet over";
  days(1);
  night();
  night();
  EXPECT_EQ(mails("directory.asked"), 1);
  days(13);
  night();
  EXPECT_EQ(mails(), 1);
  days(1);
  night();
  days(1);
  night();
  EXPECT_EQ(mails("directory.reminded"), 1);
  days(300);
  night();
  EXPECT_EQ(mails(), 2);
  days(60);
  night();
  EXPECT_EQ(mails("directory.asked"), 2) << "another year";
  EXPECT_EQ(number(two_, "notice WHERE 1 = 1"), 0);
}

TEST_P(QuestionTest, TheReminderHasTheOnlyLinkThatHolds) {
  address("haus@example.org");
  days(366);
  night();
  days(14);
  night();
  EXPECT_EQ(number(one_, "visitor_link WHERE withdrawn_ms = 0"), 1);
  EXPECT_EQ(number(one_, "visitor_link WHERE withdrawn_ms > 0"), 1);
}

TEST_P(QuestionTest, WhoConfirmedIsNotAsked) {
  address("haus@example.org");
  days(366);
  EXPECT_EQ(overdue(desk(one_)).size(), 1u);
  confirm(desk(one_), service_);
  EXPECT_TRUE(overdue(desk(one_)).empty());
  night();
  EXPECT_EQ(mails(), 0);
  days(365);
  night();
  EXPECT_EQ(mails(), 0);
  days(1);
  night();
  EXPECT_EQ(mails(), 1);
}

TEST_P(QuestionTest, WhoseAddressIsNotKnownIsLeftToStaff) {
  days(366);
  night();
  EXPECT_EQ(mails(), 0);
  const auto all = overdue(desk(one_));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all.front().asked);
  EXPECT_TRUE(overdue(desk(two_)).empty());
  EXPECT_THROW(overdue(desk(one_, "case_worker")), NotFound);
  const auto jule = sign_in(one_, "directory_editor");
  EXPECT_TRUE(has(get("/staff/notes", "lotse=" + jule), edit_path() + "/confirmation"));
}

TEST_P(QuestionTest, WhatIsNotOfferedIsNotAskedAbout) {
  auto e = find_kept(desk(one_), service_);
  e.service.email = "haus@example.org";
  e.service.status = "defunct";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  days(400);
  night();
  EXPECT_EQ(mails(), 0);
}

}  // namespace
}  // namespace lotse::directory
