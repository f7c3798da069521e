// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "access/desk.h"
#include "jobs/schedule.h"

namespace lotse::access {
class Queue;
struct HeldJob;
}  // namespace lotse::access

/**
 * What is done later, and what recurs. A feature asks for a job in the transaction of a change
 * (`access::Change::job`), and says at start who does it (`Runner::add`). Any number of processes run the
 * jobs of one store.
 *
 * A job is done at least once. One that dies with its process is taken by another when its lease is over; so
 * the work must be such that doing it again does no harm.
 */
namespace lotse::jobs {

/** What came of a turn. Codes are constants of the program (letters, digits, dots, underscores): never a text
 * from outside, and never anything personal. */
class Outcome {
 public:
  static Outcome done() { return Outcome(State::done, ""); }
  /** Once more, later; after the last attempt it is `failed`. */
  static Outcome again(std::string_view code) { return Outcome(State::again, code); }
  /** Trying again would not help. */
  static Outcome failed(std::string_view code) { return Outcome(State::failed, code); }

 private:
  friend class Runner;
  enum class State { done, again, failed };
  Outcome(State state, std::string_view code) : state_(state), code_(code) {}
  State state_;
  std::string code_;
};

class Runner;

/** One run of a job, for whoever does it. */
class Turn {
 public:
  Turn(const Turn&) = delete;
  UnitId unit() const;
  const std::string& subject() const;
  /** From 1; from 1 again where somebody had a failed job tried once more. */
  std::int64_t attempt() const;
  Instant made() const;
  /**
   * Tells how far it is (`total` 0: nobody knows). False: stop, and return at once, whatever is returned; the
   * job was cancelled, or another has it, or this process ends. One small transaction: for every hundredth
   * row, not each.
   */
  [[nodiscard]] bool progress(std::int64_t done, std::int64_t total);
  /** The same as far as it is known without the store; for waiting on something else. True: return at once.
   */
  bool must_stop();
  /** A door to things of the job's unit, under the job's own name. */
  access::UnitDoor door(const access::Right& right, access::Purpose purpose) const;

 private:
  friend class Runner;
  enum class Stop { no, cancelled, lost, ending };
  Turn(Runner& runner, const access::HeldJob& job) : runner_(runner), job_(job) {}
  Runner& runner_;
  const access::HeldJob& job_;
  std::atomic<Stop> stop_{Stop::no};
};

/** What the program does for jobs of one kind. */
struct Work {
  /** As in access::NewJob. */
  std::string kind;
  /** Called on a thread of the runner, on several at once. What it throws counts as `Outcome::again`. */
  std::function<Outcome(Turn&)> work;
  /** Begun so many times and not done, a job has failed. */
  std::int64_t attempts = 10;
};

struct RunnerOptions {
  int threads = 2;
  /** Who dies loses the job after this; who lives prolongs it in time. */
  std::int64_t lease_ms = 60'000;
  /** Jitter of the back-off: 0 to 1. Called by several threads. */
  std::function<double()> chance;
};

/** Does the jobs of a store whose kinds were added. Thread-safe once started. */
class Runner {
 public:
  Runner(access::Store& store, std::shared_ptr<const Clock> clock, RunnerOptions options = {});
  /** As stop(). */
  ~Runner();
  Runner(const Runner&) = delete;

  /** Before start(). Jobs of other kinds are left to others. */
  void add(Work work);
  /** The same, and makes a job for each slot: one for the installation, or one for each unit. */
  enum class Whose { installation, each_unit };
  void add(Work work, Schedule when, Whose whose);

  /** Works on threads of its own from now on. */
  void start();
  /** Lets running jobs end (`Turn::progress` tells them to) and takes no more. */
  void stop();

  /** Makes jobs for slots that have begun, takes one job that is due, and does it, on this thread. False:
   * there was none. */
  bool run_one();

 private:
  friend class Turn;
  struct Recurring {
    std::string kind;
    Schedule when;
    Whose whose;
    Instant last{};  // the slot for which this process has made a job already
  };
  void make_slots();
  void keep(const access::HeldJob& job, const Work& work);
  Outcome attempt(Turn& turn, const Work& work) const;
  void settle(const Turn& turn, const Work& work, const Outcome& outcome);
  void work_on();
  void prolong();
  const Work& work_for(std::string_view kind) const;

  access::Store& store_;
  std::shared_ptr<const Clock> clock_;
  RunnerOptions options_;
  std::unique_ptr<access::Queue> queue_;
  std::string name_;
  std::vector<Work> works_;
  std::vector<std::string> kinds_;
  std::vector<Recurring> recurring_;  // under mutex_
  std::mutex mutex_;
  std::condition_variable ending_;
  std::set<Turn*> running_;  // under mutex_
  std::atomic<bool> stop_{false};
  std::atomic<bool> away_{false};  // the store
  std::atomic<std::size_t> turn_{0};
  std::vector<std::thread> threads_;
  std::thread prolonging_;
  bool all_ended_ = false;  // under mutex_
};

/** Those that have not ended and those that failed, of all units, the newest first; for an operator. */
std::vector<access::JobState> look(access::Store& store, const Clock& clock, std::int64_t limit);

}  // namespace lotse::jobs
