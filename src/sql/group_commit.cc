// SPDX-License-Identifier: EUPL-1.2
#include "sql/group_commit.h"

#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

GroupCommit::GroupCommit(GroupStore& store, std::size_t waiting) : store_(store), waiting_limit_(waiting) {
  thread_ = std::thread([this] { serve(); });
}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void GroupCommit::submit(const std::function<void()>& work) {
  Job job{work};
  {
    const std::lock_guard lock(mutex_);
    if (stop_) throw Unavailable("the store is closing");
    if (waiting_.size() >= waiting_limit_) throw Unavailable("too many writes are waiting");
    waiting_.push_back(&job);
  }
  wake_.notify_one();
  std::unique_lock lock(job.mutex);
  job.answered.wait(lock, [&] { return job.done; });
  if (job.error) std::rethrow_exception(job.error);
}

GroupCommit::Job* GroupCommit::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait) wake_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
  if (waiting_.empty()) return nullptr;
  Job* job = waiting_.front();
  waiting_.pop_front();
  return job;
}

bool GroupCommit::idle() {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

void GroupCommit::serve() {
  while (Job* job = take(true)) do_group(*job);
}

void GroupCommit::run(Job& job) {
  job.error = nullptr;
  try {
    store_.run(job.work);
  } catch (...) {
    job.error = std::current_exception();
  }
}

void GroupCommit::answer(Job& job) {
  if (!job.error) ++writes_;
  const std::lock_guard lock(job.mutex);
  job.done = true;
  job.answered.notify_one();  // while locked: afterwards the job may be gone
}

void GroupCommit::do_group(Job& first) {
  // Alone, a change needs no savepoint: its transaction is its own. That matters for long ones, because
  // SQLite walks through the journal of an open savepoint with every statement.
  if (idle()) return do_alone(first);
  std::vector<Job*> group{&first};
  try {
    store_.begin();
    run(first);
    // Whoever came while this one ran joins; nobody is waited for. The next group gathers while this one's
    // flush is under way.
    while (store_.in_transaction() && group.size() < group_limit) {
      Job* next = take(false);
      if (next == nullptr) break;
      group.push_back(next);
      run(*next);
    }
    if (!store_.in_transaction()) throw Unavailable("the database gave up the transaction");
    store_.commit();
    ++commits_;
  } catch (...) {
    store_.rollback();
    if (group.size() == 1) {
      if (!first.error) first.error = std::current_exception();
      return answer(first);
    }
    // One of them may be what made the commit fail (too big for the disk that is left), so each has a try of
    // its own. Also those who threw: what they saw of the others was never committed.
    repeats_ += group.size();
    for (Job* job : group) do_alone(*job);
    return;
  }
  store_.committed();
  for (Job* job : group) answer(*job);
}

void GroupCommit::do_alone(Job& job) {
  try {
    store_.begin();
    job.error = nullptr;
    try {
      store_.run_alone(job.work);
    } catch (...) {
      job.error = std::current_exception();
    }
    if (job.error) {
      store_.rollback();
    } else {
      store_.commit();
      ++commits_;
      store_.committed();
    }
  } catch (...) {
    store_.rollback();
    job.error = std::current_exception();
  }
  answer(job);
}

}  // namespace lotse::sql
