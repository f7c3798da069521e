// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "account/account.h"
#include "base/check.h"

namespace lotse::account {
namespace {
constexpr std::size_t kMemory = 64u * 1024 * 1024, kThreads = 2, kWaiting = 4;
constexpr unsigned long long kPasses = 3;

std::string hashed(const std::string& password) {
  std::string out(crypto_pwhash_STRBYTES, '\0');
  CHECK(crypto_pwhash_str_alg(out.data(), password.data(), password.size(), kPasses, kMemory,
                              crypto_pwhash_ALG_ARGON2ID13) == 0);
  out.resize(std::char_traits<char>::length(out.c_str()));
  return out;
}
}  // namespace

struct Passwords::Pool {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::packaged_task<void()>> queue;
  std::size_t under_way = 0;  // waiting and being hashed
  bool stop = false;
  std::shared_future<std::string> nobody;
  std::vector<std::thread> threads;

  void work() {
    for (;;) {
      std::packaged_task<void()> task;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stop || !queue.empty(); });
        if (queue.empty()) return;
        task = std::move(queue.front());
        queue.pop_front();
      }
      task();
    }
  }

  void run(const std::function<void()>& job) {
    std::packaged_task<void()> task(job);
    auto done = task.get_future();
    {
      std::lock_guard lock(mutex);
      if (under_way >= kThreads + kWaiting) throw Busy();
      queue.push_back(std::move(task));
      ++under_way;
    }
    wake.notify_one();
    done.wait();
    {
      std::lock_guard lock(mutex);
      --under_way;
    }
    done.get();
  }
};

Passwords::Passwords() : pool_(std::make_unique<Pool>()) {
  CHECK(sodium_init() >= 0);
  // Before anybody asks: the first unknown address after a start must not take longer than a known one.
  auto made = std::make_shared<std::promise<std::string>>();
  pool_->nobody = made->get_future().share();
  pool_->queue.emplace_back([made] { made->set_value(hashed(random_hex(16))); });
  for (std::size_t i = 0; i < kThreads; ++i) pool_->threads.emplace_back([this] { pool_->work(); });
}

Passwords::~Passwords() {
  {
    std::lock_guard lock(pool_->mutex);
    pool_->stop = true;
  }
  pool_->wake.notify_all();
  for (auto& thread : pool_->threads) thread.join();
}

std::string Passwords::hash(std::string_view password) {
  std::string result;
  const std::string copy(password);
  pool_->run([&] { result = hashed(copy); });
  return result;
}

bool Passwords::check(std::string_view password, std::string_view hash) {
  bool good = false;
  const std::string copy(password), stored(hash);
  pool_->run([&] { good = crypto_pwhash_str_verify(stored.c_str(), copy.data(), copy.size()) == 0; });
  return good;
}

const std::string& Passwords::of_nobody() const { return pool_->nobody.get(); }

}  // namespace lotse::account
