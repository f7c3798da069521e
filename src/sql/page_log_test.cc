// SPDX-License-Identifier: EUPL-1.2
#include "sql/page_log.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "sql/test_disk.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

class PageLogTest : public StoreTest {
 protected:
  std::vector<Migration> migrations() const override {
    return {{"2026-01-01-note", "CREATE TABLE note (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL);\n"}};
  }
  void put(std::int64_t id, const std::string& text) {
    TestAccess::change(
        engine(),
        "INSERT INTO note (id, text) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = excluded.text",
        {id, text});
  }
  static std::string fingerprint_of(Engine& engine) {
    std::string all;
    TestAccess::read(engine, [&](Tx& tx) {
      all.clear();
      tx.each({"test.all", "SELECT id, text FROM note ORDER BY id"}, {}, [&](const Row& r) {
        all += std::to_string(r.integer(0)) + "=" + std::string(r.text(1)) + "\n";
      });
    });
    return fingerprint(all);
  }
  std::string copy() const { return file() + ".copy"; }
  void write_whole(PageLog& log) {
    std::ofstream out(copy(), std::ios::binary | std::ios::trunc);
    log.whole([&](std::span<const std::byte> part) {
      out.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
    });
  }
  void apply(const PageChanges& changes, std::uint32_t page_size) const {
    if (changes.pages == 0) return;
    std::fstream out(copy(), std::ios::binary | std::ios::in | std::ios::out);
    for (const auto& [page, bytes] : changes.changed) {
      out.seekp(std::int64_t{page - 1} * page_size);
      out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    out.close();
    std::filesystem::resize_file(copy(), std::uint64_t{changes.pages} * page_size);
  }
  // What the copy says, opened as a store of its own.
  std::string fingerprint_of_copy() const {
    const std::string opened = copy() + ".opened";
    std::filesystem::copy_file(copy(), opened, std::filesystem::copy_options::overwrite_existing);
    auto engine = open("sqlite:" + opened);
    EXPECT_TRUE(TestAccess::faults(*engine).empty());
    auto result = fingerprint_of(*engine);
    engine.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(opened + suffix);
    return result;
  }
  void TearDown() override {
    if (on_sqlite()) std::filesystem::remove(copy());
    StoreTest::TearDown();
  }
};
LOTSE_ON_EACH_ENGINE(PageLogTest);

TEST_P(PageLogTest, PostgresqlHasToolsOfItsOwn) {
  if (on_sqlite()) return;
  EXPECT_THROW(TestAccess::pages(engine()), Refused);
  EXPECT_TRUE(TestAccess::faults(engine()).empty());
}

TEST_P(PageLogTest, ACopyFollowsTheStore) {
  if (!on_sqlite()) return;
  put(1, "before");
  const auto log = TestAccess::pages(engine());
  EXPECT_FALSE(log->changes()) << "there is nothing yet that changes could follow";
  write_whole(*log);
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
  EXPECT_EQ(log->changes()->pages, 0U) << "nothing has changed";
  put(2, "after");
  const auto changes = log->changes();
  ASSERT_TRUE(changes);
  EXPECT_GT(changes->pages, 0U);
  EXPECT_NE(fingerprint_of_copy(), fingerprint_of(engine()));
  apply(*changes, log->page_size());
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
}

TEST_P(PageLogTest, NothingIsMissedWhileTheLogBeginsAnewAgainAndAgain) {
  if (!on_sqlite()) return;
  const auto log = TestAccess::pages(engine());
  write_whole(*log);
  const std::string long_text(20'000, 'x');
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 150; ++i) put(round * 1'000 + i, std::to_string(round) + long_text);
    if (round == 5) TestAccess::change(engine(), "DELETE FROM note WHERE id < $1", {3'000});
    const auto changes = log->changes();
    ASSERT_TRUE(changes);
    apply(*changes, log->page_size());
    if (round % 3 == 0) {
      ASSERT_EQ(fingerprint_of_copy(), fingerprint_of(engine())) << round;
    }
  }
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
  EXPECT_LT(std::filesystem::file_size(file() + "-wal"), 40'000'000U) << "the log has never begun anew";
}

TEST_P(PageLogTest, ACopyWhileFourWriteAndAnotherReadsIsTrue) {
  if (!on_sqlite()) return;
  for (int i = 0; i < 300; ++i) put(i, std::string(3'000, 'a'));
  const auto first = TestAccess::pages(engine());
  first->whole([](auto) {});
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int who = 0; who < 4; ++who)
    writers.emplace_back([&, who] {
      for (int i = 0; !stop; ++i)
        put(who * 100'000 + i % 700, std::string(2'000, static_cast<char>('a' + i % 26)));
    });
  const auto log = TestAccess::pages(engine());
  EXPECT_NO_THROW(write_whole(*log));
  const auto follow = [&] {
    for (int round = 0; round < 30; ++round) {
      const auto changes = log->changes();
      ASSERT_TRUE(changes) << "the hold was lost";
      apply(*changes, log->page_size());
      fingerprint_of_copy();
      if (round % 7 == 0) first->changes();
    }
  };
  EXPECT_NO_THROW(follow());
  stop = true;
  for (auto& each : writers) each.join();
  apply(*log->changes(), log->page_size());
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
}

TEST_P(PageLogTest, WhereTooMuchGathersTheCopyIsGivenUpAndTheStoreGoesOn) {
  if (!on_sqlite()) return;
  Options how;
  how.log_limit = 2'000'000;
  reopen(how);
  const auto log = TestAccess::pages(engine());
  write_whole(*log);
  for (int i = 0; i < 200; ++i) put(i, std::string(20'000, 'x'));
  EXPECT_FALSE(log->changes());
  write_whole(*log);
  put(1, "again");
  apply(*log->changes(), log->page_size());
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
  for (int i = 0; i < 400; ++i) put(i, std::string(200, 'y'));
}

TEST_P(PageLogTest, ManyChangesComeInPartsEachOfWhichIsAStore) {
  if (!on_sqlite()) return;
  const auto log = TestAccess::pages(engine());
  write_whole(*log);
  for (int i = 0; i < 60; ++i) put(i, std::string(400'000, static_cast<char>('a' + i % 26)));
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const auto changes = log->changes();
    ASSERT_TRUE(changes);
    EXPECT_LT(changes->changed.size(), 4'400U) << "the bound, and the last transaction";
    apply(*changes, log->page_size());
    more = changes->more;
    if (more && parts == 0) {
      put(1, "meanwhile");
      EXPECT_NE(fingerprint_of_copy(), fingerprint_of(engine()));
    }
  }
  EXPECT_GT(parts, 1);
  apply(*log->changes(), log->page_size());
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
  // One transaction is never cut.
  TestAccess::write(engine(), [&](Tx& tx) {
    for (int i = 100; i < 160; ++i)
      tx.change({"test.put", "INSERT INTO note (id, text) VALUES ($1, $2)"}, {i, std::string(400'000, 'z')});
  });
  const auto whole = log->changes();
  ASSERT_TRUE(whole);
  EXPECT_GT(whole->changed.size(), 5'000U);
  apply(*whole, log->page_size());
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
}

TEST_P(PageLogTest, OnAFullDiskTheCopyIsGivenUpAndTheStoreGoesOn) {
  if (!on_sqlite()) return;
  close();
  const TestDisk disk;
  reopen();
  put(1, "before");
  auto log = TestAccess::pages(engine());
  write_whole(*log);
  for (int i = 0; i < 300; ++i) put(i, std::string(20'000, 'x'));
  EXPECT_GT(std::filesystem::file_size(file() + "-wal"), 5'000'000U) << "kept for the copy";
  TestDisk::fill(true);
  EXPECT_THROW(put(2, std::string(20'000, 'y')), Unavailable);
  EXPECT_EQ(std::filesystem::file_size(file() + "-wal"), 0U) << "there is room again";
  TestDisk::fill(false);
  put(2, "after");
  EXPECT_FALSE(log->changes()) << "a new whole is begun";
  write_whole(*log);
  EXPECT_EQ(fingerprint_of_copy(), fingerprint_of(engine()));
  log.reset();
  close();
}

TEST_P(PageLogTest, AFaultInTheFileIsFound) {
  if (!on_sqlite()) return;
  for (int i = 0; i < 300; ++i) put(i, std::string(1'000, 'x'));
  EXPECT_TRUE(TestAccess::faults(engine()).empty());
  close();
  {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file()) / 2));
    out << std::string(5'000, '\x7f');
  }
  reopen();
  EXPECT_FALSE(TestAccess::faults(engine()).empty());
}

}  // namespace
}  // namespace lotse::sql
