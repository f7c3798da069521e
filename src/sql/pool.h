// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: connections that threads borrow.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

/// A fixed number of connections, all made beforehand. Thread-safe.
template <class Connection>
class Pool {
 public:
  /// A borrowed connection; given back on destruction.
  class Lease {
   public:
    explicit Lease(Pool& pool, Connection* connection) : pool_(pool), connection_(connection) {}
    ~Lease() { pool_.give_back(connection_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_; }

   private:
    Pool& pool_;
    Connection* connection_;
  };

  void add(std::unique_ptr<Connection> connection) {
    idle_.push_back(connection.get());
    all_.push_back(std::move(connection));
  }

  /// Waits for a connection; Unavailable when none is given back in time.
  Lease take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, patience, [&] { return !idle_.empty(); })) {
      throw Unavailable("all connections to the database are busy");
    }
    Connection* connection = idle_.back();  // the last one used: its caches are warm
    idle_.pop_back();
    return Lease(*this, connection);
  }

 private:
  void give_back(Connection* connection) noexcept {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(connection);
    }
    wake_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> idle_;
};

}  // namespace lotse::sql
