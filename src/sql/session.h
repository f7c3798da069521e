// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: what a backend must offer, and what both share. No other module includes this.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

/// A connection while a transaction is open on it. Keeps the rules that both engines share; the backends do
/// the rest.
class Session {
 public:
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void each(const Statement& statement, std::span<const Value> params,
            const std::function<void(const Row&)>& row);
  std::int64_t change(const Statement& statement, std::span<const Value> params);
  void note_change(std::string_view topic, std::string_view key);
  virtual void enter_unit(std::int64_t unit) = 0;

  /// One statement of any kind, without parameters: schema changes. Only within Engine::do_alter.
  virtual void script(std::string_view name, const std::string& text) = 0;

  /// Runs a closure between start and finish of a transaction: forgets what the last one left, gives it a Tx,
  /// then writes down the changes it noted. Throws what the closure throws, and Broken when the closure has
  /// swallowed the failure of a statement.
  void run(const std::function<void(Tx&)>& closure, bool writable);

  /// Number of the last change that run() wrote, 0 for none.
  std::int64_t last_noted() const noexcept { return last_noted_; }

 protected:
  Session() = default;

  virtual void do_each(const Statement& statement, std::span<const Value> params,
                       const std::function<void(const Row&)>& row) = 0;
  virtual std::int64_t do_change(const Statement& statement, std::span<const Value> params) = 0;
  /// Draws numbers and writes the noted changes; returns the last number. See changes.h.
  virtual std::int64_t append_changes(const std::vector<std::pair<std::string, std::string>>& notes) = 0;

  bool writable() const noexcept { return writable_; }

 private:
  template <class Work>
  auto guarded(const Statement& statement, Work&& work);

  std::vector<std::pair<std::string, std::string>> notes_;
  std::int64_t last_noted_ = 0;
  bool writable_ = false;
  bool failed_ = false;     // a statement has failed: the transaction is over
  bool answering_ = false;  // a row callback is running
};

/// Lets the other files of sql/ use an engine.
struct Inside {
  static void read(Engine& engine, const std::function<void(Tx&)>& closure) { engine.read(closure); }
  static void write(Engine& engine, const std::function<void(Tx&)>& closure) { engine.write(closure); }
  /// A transaction that may change the schema; it sees what others commit meanwhile. Needs Options::owner.
  static void alter(Engine& engine, const std::function<void(Session&)>& closure);
};

/// True on a thread that runs a closure: a second transaction from there could wait for itself for ever.
class InClosure {
 public:
  InClosure() { ++depth_; }
  ~InClosure() { --depth_; }
  InClosure(const InClosure&) = delete;
  InClosure& operator=(const InClosure&) = delete;
  static bool here() noexcept { return depth_ > 0; }

 private:
  static thread_local int depth_;
};

/// Highest `$n` of a statement outside quotes and comments. Throws Broken when it is not SELECT, INSERT,
/// UPDATE, DELETE, WITH or VALUES: transactions, settings and schema are not for features.
int count_params(const Statement& statement);

/// The statement as SQLite knows it: without FOR UPDATE and FOR SHARE, SKIP LOCKED.
std::string without_row_locks(std::string_view text);

std::unique_ptr<Engine> open_sqlite(const std::string& url, const std::string& path, const Options& options);
std::unique_ptr<Engine> open_postgres(const std::string& url, const Options& options);

/// Runs one statement outside any transaction (CREATE DATABASE) on a connection of its own: for test support.
void postgres_command(const std::string& url, const std::string& text);

}  // namespace lotse::sql
