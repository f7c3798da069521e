// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: a SQLite store, written by one thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sql/group_commit.h"
#include "sql/page_log.h"
#include "sql/pool.h"
#include "sql/sqlite_session.h"

namespace lotse::sql {

class SqlitePages;

class SqliteEngine final : public Engine, public GroupStore {
 public:
  SqliteEngine(const std::string& url, const std::string& path, const Options& options);
  ~SqliteEngine() override { group_.reset(); }

  Figures figures() const override {
    return {reads_, group_->writes(), group_->commits(), group_->repeats() + doubles_};
  }
  std::int64_t wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) override;

 private:
  friend class SqlitePages;

  void do_read(const std::function<void(Tx&)>& closure) override;
  void do_write(const std::function<void(Tx&)>& closure) override {
    group_->submit([&] { twice([&] { writer_.run(closure, true); }); });
  }
  void do_alter(const std::function<void(Session&)>& closure) override {
    group_->submit([&] { writer_.run([&](Tx&) { closure(writer_); }, true); });
  }
  std::unique_ptr<PageLog> pages() override;
  std::vector<std::string> faults() override;

  /// Runs `work` on the writing thread while no transaction is open, and throws what it throws.
  void between(const std::function<void()>& work);
  /// Moves what the log holds into the file, as far as no reader stands in the way; `empty` also makes the
  /// log begin anew where nobody reads. True when all of it was moved. On the writing thread.
  bool checkpoint(bool empty);
  /// Frames of committed changes in the log. On the writing thread.
  std::uint32_t frames() const { return frames_; }

  static int logged(void* self, sqlite3* database, const char* name, int frames);
  void twice(const std::function<void()>& work);
  void run_in_savepoint(const std::string& name, const std::function<void()>& work);

  void begin() override {
    noted_ = 0;
    writer_.plain("BEGIN IMMEDIATE", "sql.begin");
  }
  void run(const std::function<void()>& work) override;
  void run_alone(const std::function<void()>& work) override;
  void commit() override { writer_.plain("COMMIT", "sql.commit"); }
  void rollback() noexcept override;
  /// The disk is full: copies are given up, so that the log can be emptied. On the writing thread.
  void make_room() noexcept;
  bool in_transaction() const noexcept override { return writer_.in_transaction(); }
  void committed() noexcept override;

  struct Between {
    const std::function<void()>& work;
    std::exception_ptr error{};
    bool done = false;
  };

  const std::string path_;
  SqliteSession writer_;
  std::uint32_t frames_ = 0;
  std::uint32_t tried_ = 0;  // frames when it was last tried to move them
  std::int64_t noted_ = 0;
  Pool<SqliteSession> readers_;
  std::mutex between_mutex_;
  std::vector<Between*> between_;
  std::mutex holding_mutex_;
  std::vector<SqlitePages*> holding_;
  std::mutex position_mutex_;
  std::condition_variable position_moved_;
  std::int64_t position_ = 0;
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> doubles_{0};
  std::unique_ptr<GroupCommit> group_;
};

}  // namespace lotse::sql
