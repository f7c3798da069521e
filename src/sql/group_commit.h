// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: one thread writes for all, and one commit serves all who wait. A disk flush costs some
// milliseconds whether it carries one change or two hundred; measured: 223-339 acknowledged writes a second
// alone, 16,000 in groups of 64 (trust.md, section 0).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace lotse::sql {

/// What a group needs of a store. Called from the writing thread only.
class GroupStore {
 public:
  virtual void begin() = 0;
  /// Runs `work` in a savepoint of its own; when it throws, what it did is undone and the exception comes
  /// out.
  virtual void run(const std::function<void()>& work) = 0;
  /// Runs `work` as the only one of its transaction; when it throws, the caller rolls back.
  virtual void run_alone(const std::function<void()>& work) = 0;
  /// Durable when it returns. Throws when it is not.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  /// False when the database has given the transaction up by itself, as SQLite does for some failures.
  virtual bool in_transaction() const noexcept = 0;
  /// After a commit, before anybody is answered.
  virtual void committed() noexcept = 0;

 protected:
  ~GroupStore() = default;
};

class GroupCommit {
 public:
  static constexpr std::size_t group_limit = 256;

  /// `waiting`: how many jobs may wait; beyond it submit() throws Unavailable.
  GroupCommit(GroupStore& store, std::size_t waiting);
  /// Does what still waits, then ends.
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Blocks until the commit that holds `work` is durable. `work` may run more than once; what it throws
  /// comes out, and undoes it alone.
  void submit(const std::function<void()>& work);

  std::uint64_t writes() const noexcept { return writes_; }
  std::uint64_t commits() const noexcept { return commits_; }
  std::uint64_t repeats() const noexcept { return repeats_; }

 private:
  // Lives on the stack of its submitter, who waits; once `done` is set and the mutex free, nobody else
  // touches it.
  struct Job {
    const std::function<void()>& work;
    std::exception_ptr error{};  // what the work threw, or the commit
    std::mutex mutex{};
    std::condition_variable answered{};
    bool done = false;
  };

  Job* take(bool wait);
  void serve();
  bool idle();
  void do_group(Job& first);
  void do_alone(Job& job);
  void run(Job& job);
  void answer(Job& job);

  GroupStore& store_;
  const std::size_t waiting_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job*> waiting_;
  bool stop_ = false;
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> repeats_{0};
  std::thread thread_;
};

}  // namespace lotse::sql
