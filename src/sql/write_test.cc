// SPDX-License-Identifier: EUPL-1.2
//
// What a write promises: durable when answered, its own failure and nobody else's, and a closure that may run
// twice.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <latch>
#include <random>
#include <thread>

#include "sql/test_disk.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

constexpr Migration table{"2026-11-22-test",
                          "CREATE TABLE line (id BIGINT PRIMARY KEY, text TEXT);\n"
                          "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);\n"};
constexpr Statement insert_line{"test.insert_line", "INSERT INTO line (id, text) VALUES ($1, $2)"};
constexpr Statement read_counter{"test.read_counter", "SELECT value FROM counter WHERE id = 1"};
constexpr Statement set_counter{"test.set_counter", "UPDATE counter SET value = $1 WHERE id = 1"};

struct NotFound : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class WriteTest : public StoreTest {
 protected:
  std::vector<Migration> migrations() const override { return {table}; }
  Options options() const override {
    Options how;
    how.busy = std::chrono::seconds(30);  // a loaded machine must not decide a test
    return how;
  }
  void write(const std::function<void(Tx&)>& closure) { TestAccess::write(engine(), closure); }
  std::int64_t lines() { return TestAccess::number(engine(), "SELECT count(*) FROM line"); }

  // Runs `count` threads that all begin at once.
  static void at_once(int count, const std::function<void(int)>& work) {
    std::latch start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        work(i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};
LOTSE_ON_EACH_ENGINE(WriteTest);

// Tests of what only SQLite has.
class SqliteWriteTest : public WriteTest {};
INSTANTIATE_TEST_SUITE_P(engines, SqliteWriteTest, ::testing::Values(EngineKind::Sqlite), engine_name);

// Tests of what only PostgreSQL has.
class PostgresWriteTest : public WriteTest {};
INSTANTIATE_TEST_SUITE_P(engines, PostgresWriteTest, ::testing::Values(EngineKind::Postgresql), engine_name);

// Holds the writer of an SQLite store until released, so that what is submitted meanwhile makes one group.
class HeldWriter {
 public:
  explicit HeldWriter(Engine& engine)
      : holder_([this, &engine] {
          TestAccess::write(engine, [this](Tx&) {
            if (!held_.exchange(true)) entered_.set_value();
            released_.wait();
          });
        }) {
    entered_.get_future().wait();
  }
  void release() { release_.set_value(); }
  ~HeldWriter() { holder_.join(); }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;

 private:
  std::atomic<bool> held_{false};
  std::promise<void> entered_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::thread holder_;
};

TEST_P(WriteTest, serves_two_hundred_threads) {
  constexpr int threads = 200;
  const Figures before = engine().figures();
  at_once(threads, [&](int i) { write([&](Tx& tx) { tx.change(insert_line, {i, "text"}); }); });
  EXPECT_EQ(lines(), threads);
  const Figures after = engine().figures();
  EXPECT_EQ(after.writes - before.writes, threads);
  const std::uint64_t commits = after.commits - before.commits;
  EXPECT_LE(commits, threads);
  EXPECT_EQ(commits < threads, on_sqlite()) << "on SQLite they share commits";
}

TEST_P(WriteTest, leaves_the_neighbours_of_a_failing_closure_alone) {
  constexpr int threads = 60;
  std::atomic<int> not_found{0};
  std::atomic<int> conflicts{0};
  write([](Tx& tx) { tx.change(insert_line, {1'000, "first"}); });
  at_once(threads, [&](int i) {
    try {
      write([&](Tx& tx) {
        tx.change(insert_line, {i, "text"});
        if (i % 3 == 1) throw NotFound("nothing there");
        if (i % 3 == 2) tx.change(insert_line, {1'000, "again"});
      });
    } catch (const NotFound&) {
      ++not_found;
    } catch (const Conflict&) {
      ++conflicts;
    }
  });
  EXPECT_EQ(not_found, 20);
  EXPECT_EQ(conflicts, 20);
  EXPECT_EQ(lines(), 21);
  EXPECT_EQ(TestAccess::number(engine(), "SELECT count(*) FROM line WHERE id < 1000 AND id % 3 <> 0"), 0);
}

TEST_P(WriteTest, runs_each_closure_twice_when_told_to) {
  Options how = options();
  how.twice = true;
  reopen(how);
  int runs = 0;
  write([&](Tx& tx) {
    ++runs;
    EXPECT_EQ(tx.one({"test.count", "SELECT count(*) FROM line"}, {},
                     [](const Row& row) { return row.integer(0); }),
              0);
    tx.change(insert_line, {1, "a"});
    tx.note_change("line", "1");
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(lines(), 1);
  EXPECT_EQ(TestAccess::number(engine(), "SELECT count(*) FROM change"), 1);
  EXPECT_EQ(engine().figures().repeats, 1U);
  EXPECT_THROW(write([&](Tx&) { throw NotFound("nothing there"); }), NotFound);
}

TEST_P(WriteTest, ends_right_when_all_read_and_then_write) {
  constexpr int threads = 6;
  constexpr int rounds = 5;
  TestAccess::change(engine(), "INSERT INTO counter (id, value) VALUES (1, 0)");
  std::atomic<int> done{0};
  at_once(threads, [&](int) {
    for (int i = 0; i < rounds; ++i) {
      // Ten attempts are no promise of success; a caller who hears "unavailable" may try again, and nothing
      // is counted double.
      for (bool written = false; !written;) {
        try {
          write([](Tx& tx) {
            const auto value = tx.one(read_counter, {}, [](const Row& row) { return row.integer(0); });
            tx.change(set_counter, {value.value() + 1});
          });
          written = true;
        } catch (const Unavailable&) {
        }
      }
      ++done;
    }
  });
  EXPECT_EQ(TestAccess::number(engine(), read_counter.text), threads * rounds);
  EXPECT_EQ(done, threads * rounds);
}

// Both have read before either writes: the second must fail with 40001 once, and run again.
TEST_P(PostgresWriteTest, repeats_a_closure_whose_snapshot_was_overtaken) {
  TestAccess::change(engine(), "INSERT INTO counter (id, value) VALUES (1, 0)");
  std::latch both_have_read(2);
  std::array<int, 2> runs{};
  at_once(2, [&](int i) {
    write([&](Tx& tx) {
      const auto value = tx.one(read_counter, {}, [](const Row& row) { return row.integer(0); });
      if (++runs[static_cast<std::size_t>(i)] == 1) both_have_read.arrive_and_wait();
      try {
        tx.change(set_counter, {value.value() + 1});
      } catch (const std::exception&) {
        throw NotFound("a closure that mistakes the failure for another");
      }
    });
  });
  EXPECT_EQ(TestAccess::number(engine(), read_counter.text), 2);
  EXPECT_EQ(runs[0] + runs[1], 3);
  EXPECT_EQ(engine().figures().repeats, 1U);
}

TEST_P(PostgresWriteTest, gives_up_after_ten_attempts) {
  TestAccess::change(engine(), "INSERT INTO counter (id, value) VALUES (1, 0)");
  int runs = 0;
  EXPECT_THROW(
      write([&](Tx& tx) {
        tx.one(read_counter, {}, [](const Row& row) { return row.integer(0); });
        ++runs;
        std::thread([&] { TestAccess::change(engine(), "UPDATE counter SET value = value + 1"); }).join();
        tx.change(set_counter, {0});
      }),
      Unavailable);
  EXPECT_EQ(runs, 10);
  EXPECT_EQ(TestAccess::number(engine(), read_counter.text), 10);
}

TEST_P(SqliteWriteTest, syncs_each_commit_before_it_answers) {
  EXPECT_EQ(TestAccess::number(engine(), "SELECT 1"), 1);
  close();
  const TestDisk disk;
  reopen();
  for (int i = 0; i < 5; ++i) {
    const int before = TestDisk::log_syncs();
    write([&](Tx& tx) { tx.change(insert_line, {i, "text"}); });
    EXPECT_GE(TestDisk::log_syncs() - before, 1);
  }
  const int before = TestDisk::log_syncs();
  const Figures figures = engine().figures();
  at_once(50, [&](int i) { write([&](Tx& tx) { tx.change(insert_line, {100 + i, "text"}); }); });
  const auto commits = static_cast<int>(engine().figures().commits - figures.commits);
  EXPECT_GE(TestDisk::log_syncs() - before, commits);
  EXPECT_LT(commits, 50);
  close();
}

TEST_P(SqliteWriteTest, has_the_settings_that_make_commits_durable) {
  auto owner = open_as_owner();
  // Asked on the writing connection itself, where only alter() may run a PRAGMA; SQLite remembers the journal
  // mode in the file.
  std::int64_t synchronous = -1;
  TestAccess::alter(*owner, [&](Session& session) {
    session.script("test.pragma",
                   "CREATE TEMP TABLE seen AS SELECT synchronous AS s FROM pragma_synchronous");
    session.each({"test.seen", "SELECT s FROM seen"}, {},
                 [&](const Row& row) { synchronous = row.integer(0); });
  });
  EXPECT_EQ(synchronous, 2);
  std::string mode;
  TestAccess::alter(*owner, [&](Session& session) {
    session.script("test.pragma",
                   "CREATE TEMP TABLE mode AS SELECT journal_mode AS m FROM pragma_journal_mode");
    session.each({"test.mode", "SELECT m FROM mode"}, {}, [&](const Row& row) { mode = row.text(0); });
  });
  EXPECT_EQ(mode, "wal");
  EXPECT_EQ(std::filesystem::status(file()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(file() + "-wal").permissions(),
            std::filesystem::status(file()).permissions());
}

TEST_P(SqliteWriteTest, acknowledges_nothing_on_a_full_disk_and_goes_on_when_there_is_room) {
  close();
  const TestDisk disk;
  reopen();
  write([](Tx& tx) { tx.change(insert_line, {1, "before"}); });
  TestDisk::fill(true);
  std::atomic<int> refused{0};
  at_once(20, [&](int i) {
    try {
      write([&](Tx& tx) { tx.change(insert_line, {100 + i, "lost"}); });
    } catch (const Unavailable&) {
      ++refused;
    }
  });
  EXPECT_EQ(refused, 20);
  EXPECT_EQ(lines(), 1) << "reading goes on";
  TestDisk::fill(false);
  write([](Tx& tx) { tx.change(insert_line, {2, "after"}); });
  EXPECT_EQ(lines(), 2);
  reopen();
  EXPECT_EQ(lines(), 2);
  close();
}

// SQLite would serve such a store and refuse each change, until somebody starts it again.
TEST_P(SqliteWriteTest, does_not_open_what_it_cannot_write) {
  write([](Tx& tx) { tx.change(insert_line, {1, "before"}); });
  for (const int kind : {SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL}) {
    // A second connection keeps the log, so that there is one to open.
    const auto beside = open(url(), options());
    close();
    const TestDisk disk;
    TestDisk::refuse_writing(kind);
    EXPECT_THROW(reopen(), Unavailable) << kind;
    TestDisk::refuse_writing(0);
    reopen();
    write([&](Tx& tx) { tx.change(insert_line, {1 + kind, "after"}); });
    close();
  }
  reopen();
  EXPECT_EQ(lines(), 3);
}

TEST_P(SqliteWriteTest, tries_each_of_a_failed_group_alone) {
  close();
  const TestDisk disk;
  reopen();
  constexpr int jobs = 10;
  std::array<std::atomic<int>, jobs> runs{};
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  {
    HeldWriter held(engine());
    for (int i = 0; i < jobs; ++i) {
      threads.emplace_back([&, i] {
        try {
          write([&](Tx& tx) {
            ++runs[static_cast<std::size_t>(i)];
            tx.change(insert_line, {i, "text"});
            if (i == 3) throw NotFound("nothing there");
          });
        } catch (const NotFound&) {
          ++failed;
        }
      });
    }
    // Not needed for the result, only for the group to be one of several.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    TestDisk::break_syncs(1);
    held.release();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(lines(), jobs - 1);
  EXPECT_GT(engine().figures().repeats, 0U);
  EXPECT_TRUE(std::any_of(runs.begin(), runs.end(), [](const auto& count) { return count == 2; }));
  close();
}

TEST_P(SqliteWriteTest, refuses_when_too_many_wait) {
  Options how = options();
  how.queue = 3;
  reopen(how);
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  std::atomic<int> written{0};
  {
    HeldWriter held(engine());
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&, i] {
        try {
          write([&](Tx& tx) { tx.change(insert_line, {i, "text"}); });
          ++written;
        } catch (const Unavailable&) {
          ++refused;
        }
      });
    }
    while (refused < 7) std::this_thread::yield();
    held.release();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(written, 3);
  EXPECT_EQ(lines(), 3);
}

// A writer that tells its parent the number of each acknowledged line, until it is killed.
[[noreturn]] void write_until_killed(const std::string& url, const Options& how, int pipe,
                                     std::int64_t first) {
  try {
    const auto engine = open(url, how);
    std::atomic<std::int64_t> next{first};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          const std::int64_t id = next++;
          TestAccess::write(*engine, [&](Tx& tx) {
            tx.change(insert_line, {id, "text"});
            tx.note_change("line", std::to_string(id));
          });
          if (::write(pipe, &id, sizeof id) != sizeof id) ::_exit(1);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  } catch (const std::exception&) {
  }
  ::_exit(2);
}

TEST_P(WriteTest, loses_nothing_acknowledged_when_killed) {
  std::minstd_rand random(20261122);
  std::int64_t first = 1;
  std::size_t acknowledged = 0;
  for (int round = 0; round < 20; ++round) {
    close();  // SQLite's locks do not outlive a fork well
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(url(), options(), ends[1], first);
    }
    ::close(ends[1]);
    std::vector<std::int64_t> acks(1);
    ASSERT_EQ(::read(ends[0], acks.data(), sizeof(std::int64_t)), static_cast<ssize_t>(sizeof(std::int64_t)));
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(0, 40)(random)));
    ::kill(child, SIGKILL);
    for (std::int64_t id = 0; ::read(ends[0], &id, sizeof id) == sizeof id;) acks.push_back(id);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    reopen();
    TestAccess::read(engine(), [&](Tx& tx) {
      for (const std::int64_t id : acks) {
        const auto found = tx.one({"test.find", "SELECT id FROM line WHERE id = $1"}, {id},
                                  [](const Row& row) { return row.integer(0); });
        EXPECT_EQ(found, id);
      }
    });
    EXPECT_EQ(
        TestAccess::number(engine(), "SELECT (SELECT count(*) FROM line) - (SELECT count(*) FROM change)"),
        0);
    acknowledged += acks.size();
    first += 1'000'000;
  }
  EXPECT_GE(acknowledged, 20U);
  RecordProperty("acknowledged", static_cast<int>(acknowledged));
}

}  // namespace
}  // namespace lotse::sql
