// SPDX-License-Identifier: EUPL-1.2
#include "access/head_sink.h"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>
#include <thread>

#include "access/audit_store_test_support.h"
#include "access/sealing.h"

namespace lotse::access {
namespace {

class MemorySink final : public HeadSink {
 public:
  const std::string& name() const override { return name_; }
  void give(std::span<const AuditHead> heads, std::span<const AuditEnds> ends) override {
    if (failing) throw std::runtime_error("away");
    for (const auto& each : heads) sizes.push_back(each.size);
    for (const auto& each : ends)
      for (const auto& [record, at_ms] : each.records) ended.push_back(record);
  }
  bool failing = false;
  std::vector<std::int64_t> sizes;
  std::vector<std::string> ended;

 private:
  std::string name_ = "memory";
};

class HeadSinkTest : public AuditStoreTest {
 protected:
  void SetUp() override {
    AuditStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    sealer_ = std::make_unique<Sealer>(*store_, clock_, test_signer());
    folder_ = sql::StoreTemplates::instance().folder() / (name() + "_heads");
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    sealer_.reset();
    AuditStoreTest::TearDown();
  }
  void seal(int entries) {
    enter(7, entries);
    sealer_->seal_due();
  }
  std::string file() const { return (folder_ / "heads.jsonl").string(); }
  GivenHeads read() const {
    Given given;
    AuditFindings findings;
    std::ifstream in(file());
    read_given(in, AuditKeys(test_signer().verifier()), given, findings);
    find_untold(given, findings);
    EXPECT_TRUE(findings.list.empty());
    return given.heads;
  }
  // As a door does it, in the transaction that enters the last entry.
  void end(const std::string& record) {
    enter(7, 1);
    sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.change({"test.begin",
                 "INSERT INTO record (unit_id, id, kind, made_ms, erased_ms, ended_by) "
                 "SELECT 7, $1, 'thing', 1, 2, max(id) FROM audit_entry WHERE unit_id = 7 AND id NOT IN "
                 "(SELECT entry_id FROM audit_leaf WHERE unit_id = 7)"},
                {record});
    });
  }
  std::int64_t lines() const {
    std::ifstream in(file());
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }
  std::filesystem::path folder_;
  std::unique_ptr<Sealer> sealer_;
};
LOTSE_ON_EACH_ENGINE(HeadSinkTest);

TEST_P(HeadSinkTest, EachHeadIsGivenOnceInOrderToEachSink) {
  MemorySink sink;
  HeadGiver giver(*store_, sink, test_signer());
  EXPECT_EQ(giver.give_due(), 0u);
  seal(2);
  seal(3);
  EXPECT_EQ(giver.give_due(), 2u);
  EXPECT_EQ(giver.give_due(), 0u);
  seal(1);
  EXPECT_EQ(HeadGiver(*store_, sink, test_signer()).give_due(), 1u) << "a process that starts anew";
  EXPECT_EQ(sink.sizes, (std::vector<std::int64_t>{2, 5, 6}));
  FileSink other(file());
  EXPECT_EQ(HeadGiver(*store_, other, test_signer()).give_due(), 3u);
  EXPECT_EQ(lines(), 6) << "each with what had ended";
}

TEST_P(HeadSinkTest, WhatFailedIsGivenAgain) {
  MemorySink sink;
  HeadGiver giver(*store_, sink, test_signer());
  end("r1");
  seal(1);
  sink.failing = true;
  EXPECT_THROW(giver.give_due(), std::runtime_error);
  EXPECT_EQ(rows("audit_given"), 0);
  seal(2);
  sink.failing = false;
  EXPECT_EQ(HeadGiver(*store_, sink, test_signer()).give_due(), 2u) << "a process that starts anew";
  EXPECT_EQ(sink.sizes, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(sink.ended, (std::vector<std::string>{"r1"}));
}

TEST_P(HeadSinkTest, WhatEndedGoesOutWithTheHeadThatSealsItsEntry) {
  MemorySink sink;
  HeadGiver giver(*store_, sink, test_signer());
  seal(2);
  end("r1");
  giver.give_due();
  EXPECT_TRUE(sink.ended.empty()) << "its entry is not sealed yet";
  sealer_->seal_due();
  end("r2");
  end("r3");
  sealer_->seal_due();
  giver.give_due();
  EXPECT_EQ(sink.ended, (std::vector<std::string>{"r1", "r2", "r3"}));
  seal(1);
  giver.give_due();
  EXPECT_EQ(sink.ended.size(), 3U) << "once";
}

TEST_P(HeadSinkTest, AStopEndsItBetweenUnits) {
  MemorySink sink;
  seal(2);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(HeadGiver(*store_, sink, test_signer()).give_due(stop.get_token()), 0u);
  EXPECT_EQ(sealer_->seal_due(stop.get_token()), 0u);
}

TEST_P(HeadSinkTest, TheFileTellsWhatVerifyNeeds) {
  FileSink sink(file());
  for (int i = 0; i < 3; ++i) {
    seal(2);
    HeadGiver(*store_, sink, test_signer()).give_due();
  }
  EXPECT_EQ(read().at(7).size(), 3u);
  EXPECT_EQ(found(read()), Found{});
  struct stat about {};
  ASSERT_EQ(::stat(file().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0137, 0u) << "nobody else may write it or read it";
  tamper("UPDATE audit_entry SET rule = '' WHERE unit_id = 7");
  EXPECT_EQ(found(read()).size(), 6u);
}

TEST_P(HeadSinkTest, ALineThatWasCutOffIsGivenAgain) {
  FileSink sink(file());
  seal(2);
  HeadGiver(*store_, sink, test_signer()).give_due();
  seal(2);
  std::ofstream(file(), std::ios::app) << R"({"form":"lotse-audit-head-1","unit":7,"si)";
  HeadGiver(*store_, sink, test_signer()).give_due();
  EXPECT_EQ(lines(), 5);
  EXPECT_EQ(read().at(7).size(), 2u);
}

TEST_P(HeadSinkTest, AFileThatCannotBeWrittenIsAFailure) {
  seal(1);
  FileSink nowhere((folder_ / "missing" / "heads").string());
  EXPECT_THROW(HeadGiver(*store_, nowhere, test_signer()).give_due(), std::system_error);
  FileSink folder(folder_.string());
  EXPECT_THROW(HeadGiver(*store_, folder, test_signer()).give_due(), std::system_error);
  FileSink full("/dev/full");
  EXPECT_THROW(HeadGiver(*store_, full, test_signer()).give_due(), std::system_error);
  EXPECT_EQ(rows("audit_given"), 0);
}

TEST_P(HeadSinkTest, TwoAtOnceLeaveWholeLines) {
  for (int i = 0; i < 20; ++i) seal(1);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        FileSink sink(file());
        HeadGiver(*store_, sink, test_signer()).give_due();
      });
  }
  EXPECT_EQ(read().at(7).size(), 20u) << "however often each came";
  EXPECT_EQ(found(read()), Found{});
}

TEST_P(HeadSinkTest, WhileTheProgramServesItIsSealedAndGivenAway) {
  sealer_.reset();
  enter(7, 3);
  enter(8, 1);
  FileSink sink(file());
  const bool log = log_enabled(false);
  {
    const Sealing sealing(*store_, clock_, test_signer(), {&sink}, nullptr);
    while (rows("audit_given", 8) == 0) std::this_thread::yield();
  }
  { const Sealing ends_at_once(*store_, clock_, test_signer(), {}, nullptr); }
  log_enabled(log);
  EXPECT_EQ(lines(), 4);
  EXPECT_EQ(rows("audit_leaf"), 3);
  EXPECT_EQ(found(read()), Found{});
}

}  // namespace
}  // namespace lotse::access
