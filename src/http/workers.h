// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

/** The threads that run handlers. Inside http/ only. */
namespace lotse::http {

/**
 * A pool with two bounded queues, each with workers of its own, so that neither kind of task can keep the
 * other from being done: not the ordinary ones those in a hurry, and not a flood of those in a hurry (which
 * may cost much each, like a password) the ordinary ones.
 */
class Workers {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Lane { ordinary, priority };
  /** Called once, with true if it waited too long and must only be turned away. Must not throw. */
  using Task = std::function<void(bool expired)>;

  struct Options {
    int threads = 4;
    int priority_threads = 0;  ///< 0: there is one queue only, and all tasks are ordinary.
    std::size_t queue = 256;
    std::size_t priority_queue = 64;
    std::chrono::milliseconds queue_time{5'000};
  };

  explicit Workers(const Options& options);
  /** Waits for tasks that run; those that still wait are dropped without a call. */
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /** False if that queue is full; then the task was not taken. */
  bool submit(Lane lane, Task task);
  /** Calls, on the caller's thread, all tasks that have waited too long. For when every worker is stuck. */
  void shed();

 private:
  struct Waiting {
    Task task;
    Clock::time_point since;
  };
  using Queue = std::deque<Waiting>;

  void work(Queue& queue, std::condition_variable& came);
  bool expired(const Waiting& waiting) const { return Clock::now() - waiting.since > options_.queue_time; }

  const Options options_;
  std::mutex mutex_;
  std::condition_variable ordinary_came_;
  std::condition_variable priority_came_;
  Queue ordinary_;
  Queue priority_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lotse::http
