// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: a connection to a SQLite store.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/session.h"
#include "sql/statement_cache.h"

namespace lotse::sql {

/// One connection; used by one thread at a time.
class SqliteSession final : public Session {
 public:
  SqliteSession(const std::string& path, const Options& options, bool writer);
  ~SqliteSession() override {
    cache_.clear();
    sqlite3_close(db_);
  }

  void enter_unit(std::int64_t) override {}
  void script(std::string_view name, const std::string& text) override { plain(text.c_str(), name); }

  // Our own BEGIN, PRAGMA and the like, and schema changes: what the authorizer keeps from features.
  void plain(const char* text, std::string_view name) {
    trusted_ = true;
    deadline_ = std::chrono::steady_clock::time_point::max();
    const int code = sqlite3_exec(db_, text, nullptr, nullptr, nullptr);
    trusted_ = false;
    if (code != SQLITE_OK) fail(code, name);
  }
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }
  /// For what only SQLite's own interface can tell.
  sqlite3* raw() const noexcept { return db_; }
  std::int64_t number(const char* query);
  /// The first column of each row, as text.
  std::vector<std::string> texts(const char* query);

 protected:
  void do_each(const Statement& statement, std::span<const Value> params,
               const std::function<void(const Row&)>& row) override;
  std::int64_t do_change(const Statement& statement, std::span<const Value> params) override;
  std::int64_t append_changes(const std::vector<std::pair<std::string, std::string>>& notes) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalize> statement;
    std::vector<int> numbers;  // number of the `$n` at each of SQLite's own parameter positions
    int params = 0;
  };
  static int authorize(void* self, int action, const char*, const char*, const char*, const char*);
  static int out_of_time(void* self);
  Prepared& prepare(const Statement& statement);
  void must_be_writable();
  [[noreturn]] void fail(int code, std::string_view name);
  [[noreturn]] void conflict(int extended, const std::string& text);
  std::string unique_index(const std::string& table, const std::vector<std::string>& columns);
  void bind(const Prepared& prepared, const Statement& statement, std::span<const Value> params);

  sqlite3* db_ = nullptr;
  StatementCache<Prepared> cache_;
  std::chrono::milliseconds statement_limit_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool trusted_ = false;
};

}  // namespace lotse::sql
