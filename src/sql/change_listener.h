// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: keeps the newest change number of a server, for those who wait for the next one.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace lotse::sql {

/// A connection that hears of changes. Every member throws when it is gone.
class ChangeSource {
 public:
  virtual ~ChangeSource() = default;
  virtual std::int64_t newest() = 0;  ///< asks the database
  virtual int socket() = 0;           ///< becomes readable when there is something new
  virtual void drain() = 0;           ///< takes what made it readable
  virtual void announce() = 0;        ///< wakes all who listen
};

/// One thread that listens and announces, connects anew when cut off, and looks twice a second in any case: a
/// pooler between us and the server may swallow notifications.
class ChangeListener {
 public:
  explicit ChangeListener(std::function<std::unique_ptr<ChangeSource>()> connect);
  ~ChangeListener();
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

  /// This process has committed changes: others shall hear, soon. Returns at once.
  void tell();

  /// See Engine::wait_for_change.
  std::int64_t wait(std::int64_t after, std::chrono::milliseconds timeout);

 private:
  void run();
  void listen();
  void pause(int socket) const;
  void wake() const;

  std::function<std::unique_ptr<ChangeSource>()> connect_;
  int event_;
  std::atomic<bool> told_{false};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable moved_;
  std::int64_t position_ = 0;
  std::thread thread_;
};

}  // namespace lotse::sql
