// SPDX-License-Identifier: EUPL-1.2
#include "http/workers.h"

#include <algorithm>
#include <utility>

namespace lotse::http {

Workers::Workers(const Options& options) : options_(options) {
  for (int i = 0; i < std::max(options_.threads, 1); ++i)
    threads_.emplace_back([this] { work(ordinary_, ordinary_came_); });
  for (int i = 0; i < options_.priority_threads; ++i)
    threads_.emplace_back([this] { work(priority_, priority_came_); });
}

Workers::~Workers() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  ordinary_came_.notify_all();
  priority_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::submit(Lane lane, Task task) {
  const bool urgent = lane == Lane::priority && options_.priority_threads > 0;
  {
    const std::scoped_lock lock(mutex_);
    Queue& queue = urgent ? priority_ : ordinary_;
    if (queue.size() >= (urgent ? options_.priority_queue : options_.queue)) return false;
    queue.push_back({std::move(task), Clock::now()});
  }
  (urgent ? priority_came_ : ordinary_came_).notify_one();
  return true;
}

void Workers::shed() {
  Queue stale;
  {
    const std::scoped_lock lock(mutex_);
    for (Queue* queue : {&priority_, &ordinary_}) {
      while (!queue->empty() && expired(queue->front())) {
        stale.push_back(std::move(queue->front()));
        queue->pop_front();
      }
    }
  }
  for (Waiting& waiting : stale) waiting.task(true);
}

void Workers::work(Queue& queue, std::condition_variable& came) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (ending_) return;
    if (queue.empty()) {
      came.wait(lock);
      continue;
    }
    Waiting waiting = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    waiting.task(expired(waiting));
    waiting.task = nullptr;  // frees what it holds before this thread waits again
    lock.lock();
  }
}

}  // namespace lotse::http
