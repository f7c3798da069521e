// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: one connection to PostgreSQL. Only postgres*.cc include it, and with it libpq-fe.h.
#pragma once
#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/postgres_text.h"
#include "sql/session.h"
#include "sql/statement_cache.h"

namespace lotse::sql {

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

/// Thrown through a closure; the engine acts on the session's `again`, not on this, so a closure that
/// swallows it changes nothing.
struct TryAgain : Unavailable {
  using Unavailable::Unavailable;
};

/// How to connect; the password is read anew each time, so that it can be changed under a running server.
struct Address {
  std::string url;
  std::string password_file;
  std::string setup;
};

/// Refused for an address that is none, or that holds a password.
Address make_address(const std::string& url, const Options& options);
/// A connection that is set up. Unavailable, in the words of libpq, when there is none to be had.
Connection connect(const Address& address);
/// A field of an error report; empty if it is not there.
std::string field(const PGresult* result, int code);

/// One connection of the pool; used by one thread at a time.
class PostgresSession final : public Session {
 public:
  /// Why the last transaction failed, as far as running it again would help. Unknown: the connection broke
  /// while COMMIT was under way, so it may have been done.
  enum class Again { No, Conflict, Lost, Unknown };

  explicit PostgresSession(const Address& address) : address_(address) {}

  void enter_unit(std::int64_t unit) override;
  void script(std::string_view name, const std::string& text) override;
  /// As script(); the first cell of its answer, empty without one.
  std::string value(std::string_view name, const std::string& text);

  /// Begins a transaction, on a new connection where the old one is gone: the server may have been restarted
  /// since. Unavailable without one.
  void begin(const char* text);
  /// Commits, and in one way with it runs `last`: a statement without parameters, or none.
  void commit(const std::string& last = {});
  void rollback() noexcept;

  Again again = Again::No;

 protected:
  void do_each(const Statement& statement, std::span<const Value> params,
               const std::function<void(const Row&)>& row) override;
  std::int64_t do_change(const Statement& statement, std::span<const Value> params) override;
  std::int64_t append_changes(const std::vector<std::pair<std::string, std::string>>& notes) override;

 private:
  bool connected() const noexcept { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }
  void drop() noexcept {
    cache_.clear();
    connection_.reset();
  }
  Result execute(const Statement& statement, std::span<const Value> params);
  void check(const Result& result, std::string_view name);
  [[noreturn]] void fail(const PGresult* result, std::string_view name);

  const Address& address_;
  Connection connection_;
  StatementCache<std::string> cache_;
  std::uint64_t next_name_ = 0;
};

}  // namespace lotse::sql
