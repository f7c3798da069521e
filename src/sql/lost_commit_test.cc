// SPDX-License-Identifier: EUPL-1.2
//
// Connections to PostgreSQL that break at COMMIT: nothing is done twice, nothing is reported falsely.
#include <gtest/gtest.h>

#include "sql/test_proxy.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

using Cut = CuttingProxy::Cut;

constexpr Migration table{"2026-11-22-test",
                          "CREATE TABLE line (text TEXT NOT NULL);\n"
                          "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);\n"};
constexpr Statement insert_line{"test.insert_line", "INSERT INTO line (text) VALUES ('a')"};

class LostCommitTest : public StoreTest {
 protected:
  std::vector<Migration> migrations() const override { return {table}; }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const std::string direct = url();
    const std::size_t host = direct.find("host=") + 5;
    const auto folder = StoreTemplates::instance().folder() / "proxy";
    proxy_.emplace(folder, direct.substr(host));
    through_ = direct.substr(0, host) + folder.string();
    open_with(std::chrono::seconds(30));
  }
  void TearDown() override {
    engine_.reset();
    proxy_.reset();
    StoreTest::TearDown();
  }
  void open_with(std::chrono::milliseconds busy) {
    Options how;
    how.connections = 1;
    how.busy = busy;
    engine_ = open(through_, how);
  }
  // Adds a line; how often the closure ran.
  int add_line() {
    int runs = 0;
    TestAccess::write(*engine_, [&](Tx& tx) {
      ++runs;
      tx.change(insert_line);
    });
    return runs;
  }
  std::int64_t lines() { return TestAccess::number(engine(), "SELECT count(*) FROM line"); }
  CuttingProxy& proxy() { return *proxy_; }
  Engine& through() { return *engine_; }

 private:
  std::optional<CuttingProxy> proxy_;
  std::string through_;
  std::unique_ptr<Engine> engine_;
};
INSTANTIATE_TEST_SUITE_P(engines, LostCommitTest, ::testing::Values(EngineKind::Postgresql), engine_name);

TEST_P(LostCommitTest, what_was_done_is_found_out_and_not_done_again) {
  proxy().cut_next(Cut::after);
  EXPECT_EQ(add_line(), 1);
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(add_line(), 1);
  EXPECT_EQ(lines(), 2);
}

TEST_P(LostCommitTest, what_was_not_done_is_done) {
  proxy().cut_next(Cut::before);
  EXPECT_EQ(add_line(), 2);
  EXPECT_EQ(lines(), 1);
}

TEST_P(LostCommitTest, one_that_comes_late_does_nothing_any_more) {
  proxy().cut_next(Cut::late);
  EXPECT_EQ(add_line(), 2);
  EXPECT_EQ(lines(), 1);
  proxy().let_through();
  EXPECT_EQ(lines(), 1);
}

// The test of these tests: they do see what is done twice.
TEST_P(LostCommitTest, without_its_mark_it_would_be_done_twice) {
  proxy().cut_next(Cut::after, [&] { TestAccess::change(*open_as_owner(), "DELETE FROM written"); });
  EXPECT_EQ(add_line(), 2);
  EXPECT_EQ(lines(), 2);
}

TEST_P(LostCommitTest, asking_may_be_cut_off_as_well) {
  for (const Cut how : {Cut::before, Cut::after}) {
    proxy().cut_next(Cut::after, [&] { proxy().cut_next(how); });
    EXPECT_EQ(add_line(), 1);
  }
  EXPECT_EQ(lines(), 2);
}

TEST_P(LostCommitTest, a_refusal_after_a_lost_commit_is_told) {
  proxy().cut_next(Cut::before);
  int runs = 0;
  EXPECT_THROW(TestAccess::write(through(),
                                 [&](Tx& tx) {
                                   tx.change(insert_line);
                                   if (++runs == 2) throw std::domain_error("no more places");
                                 }),
               std::domain_error);
  EXPECT_EQ(lines(), 0);
}

TEST_P(LostCommitTest, a_database_that_stays_away_is_told_and_comes_back) {
  open_with(std::chrono::milliseconds(50));
  EXPECT_EQ(add_line(), 1);
  proxy().close();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(add_line(), Unavailable);
    EXPECT_THROW(TestAccess::number(through(), "SELECT 1"), Unavailable);
  }
  proxy().open();
  EXPECT_EQ(add_line(), 1);
  EXPECT_EQ(TestAccess::number(through(), "SELECT count(*) FROM line"), 2);
}

TEST_P(LostCommitTest, who_cannot_find_out_says_that_nothing_is_known) {
  open_with(std::chrono::milliseconds(50));
  std::thread closing;
  proxy().cut_next(Cut::after, [&] { closing = std::thread([&] { proxy().close(); }); });
  std::string why;
  try {
    add_line();
  } catch (const Unavailable& error) {
    why = error.what();
  }
  if (closing.joinable()) closing.join();
  // Where the asking was quicker than the closing, it is known.
  EXPECT_TRUE(why.empty() || why.find("not known") != why.npos) << why;
  EXPECT_EQ(lines(), 1);
}

TEST_P(LostCommitTest, a_read_is_done_again) {
  int runs = 0;
  TestAccess::read(through(), [&](Tx& tx) {
    if (++runs == 1) {
      proxy().close();
      proxy().open();
    }
    tx.each({"test.count", "SELECT count(*) FROM line"}, {}, [](const Row&) {});
  });
  EXPECT_EQ(runs, 2);
}

TEST_P(LostCommitTest, marks_are_swept) {
  TestAccess::change(*open_as_owner(), "INSERT INTO written (id, done) VALUES ('019000', 1)");
  open_with(std::chrono::seconds(30));
  EXPECT_EQ(add_line(), 1);
  EXPECT_EQ(TestAccess::number(engine(), "SELECT count(*) FROM written WHERE id = '019000'"), 0);
  EXPECT_GE(TestAccess::number(engine(), "SELECT count(*) FROM written"), 1);
}

}  // namespace
}  // namespace lotse::sql
