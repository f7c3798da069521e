// SPDX-License-Identifier: EUPL-1.2
//
// PostgreSQL behind the seam. The only file that includes libpq-fe.h.
//
// Writes run under REPEATABLE READ: a closure that reads, thinks and writes what another has changed
// meanwhile fails with 40001 and runs again, so it is right even where its author did not think of the other.
// (READ COMMITTED would let it overwrite; SERIALIZABLE would add false alarms and a cost to every read for
// anomalies that conditional UPDATEs and constraints already exclude.)
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>

#include "sql/change_listener.h"
#include "sql/pool.h"
#include "sql/postgres_text.h"
#include "sql/session.h"
#include "sql/statement_cache.h"

namespace lotse::sql {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int max_attempts = 10;

struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

// What to do about a failure, where the answer is "run the closure again".
enum class Again { No, Conflict, Lost };

// Thrown through a closure; the engine acts on Session's `again`, not on this, so a closure that swallows it
// changes nothing.
struct TryAgain : Unavailable {
  using Unavailable::Unavailable;
};

// How to connect; the password is read anew each time, so that it can be changed under a running server.
struct Address {
  std::string url;
  std::string password_file;
  std::string setup;
};

Address make_address(const std::string& url, const Options& options) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
      PQconninfoParse(url.c_str(), &error), PQconninfoFree);
  PQfreemem(error);  // may quote the address, so it is not shown
  if (!parsed) throw Refused("the address of the store is not a valid postgresql:// address");
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "password" && option->val != nullptr) {
      throw Refused(
          "the address of the store holds a password, where every user of this machine can see it: take it "
          "out and name a " +
          std::string("file that holds it (password_file)"));
    }
  }
  const std::string path = "SET search_path = " + options.schema + ", pg_temp;";
  const std::string limits = "SET lock_timeout = " + std::to_string(options.busy.count()) +
                             "; SET statement_timeout = " + std::to_string(options.statement.count());
  return {
      url, options.password_file,
      path +
          "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET bytea_output = 'hex';"
          "SET standard_conforming_strings = on; SET client_min_messages = 'warning';"
          "SET extra_float_digits = 1; SET idle_in_transaction_session_timeout = '120s';"
          // `on`, or whatever stricter waiting for replicas the operator has set for the server: never less.
          "SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN "
          "('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, false);" +
          limits};
}

Connection connect(const Address& address) {
  const std::string password = address.password_file.empty() ? "" : read_password(address.password_file);
  const std::array<const char*, 9> keys{"dbname",
                                        "password",
                                        "connect_timeout",
                                        "application_name",
                                        "client_encoding",
                                        "tcp_user_timeout",
                                        "keepalives_idle",
                                        "keepalives_interval",
                                        nullptr};
  const std::array<const char*, 9> values{address.url.c_str(),
                                          password.empty() ? nullptr : password.c_str(),
                                          "5",
                                          "lotse",
                                          "UTF8",
                                          "15000",
                                          "30",
                                          "5",
                                          nullptr};
  Connection connection(PQconnectdbParams(keys.data(), values.data(), 1));
  if (!connection || PQstatus(connection.get()) != CONNECTION_OK) {
    throw Unavailable("cannot connect to the database: " +
                      (connection ? first_line(PQerrorMessage(connection.get())) : std::string("no memory")));
  }
  // NOTICE texts may quote rows; nobody reads them here, and stderr is a log.
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const Result set(PQexec(connection.get(), address.setup.c_str()));
  if (PQresultStatus(set.get()) != PGRES_COMMAND_OK && PQresultStatus(set.get()) != PGRES_TUPLES_OK) {
    throw Unavailable("cannot set up a connection to the database");
  }
  return connection;
}

std::string field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

// A row of a complete answer, in text format.
class PostgresRow final : public Row {
 public:
  PostgresRow(const PGresult* result, std::string_view name) : result_(result), name_(name) {}

  void move_to(int row) noexcept { row_ = row; }

  bool is_null(int column) const override {
    if (column < 0 || column >= PQnfields(result_)) wrong_cell(name_, column);
    return PQgetisnull(result_, row_, column) == 1;
  }
  std::int64_t integer(int column) const override { return cell(column).integer(); }
  double real(int column) const override { return cell(column).real(); }
  std::string_view text(int column) const override { return cell(column).text(); }
  Blob blob(int column) const override { return cell(column).blob(); }

 private:
  PostgresCell cell(int column) const {
    if (is_null(column)) wrong_cell(name_, column);
    const auto size = static_cast<std::size_t>(PQgetlength(result_, row_, column));
    return {PQftype(result_, column), {PQgetvalue(result_, row_, column), size}, name_, column};
  }

  const PGresult* result_;
  std::string_view name_;
  int row_ = 0;
};

// One connection of the pool; used by one thread at a time.
class PostgresSession final : public Session {
 public:
  explicit PostgresSession(const Address& address) : address_(address) {}

  void enter_unit(std::int64_t unit) override {
    constexpr Statement enter{"sql.enter_unit", "SELECT set_config('lotse.unit', cast($1 as text), true)"};
    const std::array<Value, 1> values{std::to_string(unit)};
    each(enter, values, [](const Row&) {});
  }
  void script(std::string_view name, const std::string& text) override {
    check(Result(PQexec(connection_.get(), text.c_str())), name);
  }

  // Begins a transaction, on a new connection where the old one is gone: the server may have been restarted
  // since.
  void begin(const char* text) {
    again = Again::No;
    if (connected()) {
      const Result begun(PQexec(connection_.get(), text));
      if (PQresultStatus(begun.get()) == PGRES_COMMAND_OK) return;
    }
    drop();
    connection_ = connect(address_);
    check(Result(PQexec(connection_.get(), text)), "sql.begin");
  }
  void commit();
  void rollback() noexcept {
    if (!connected() || again == Again::Lost) return drop();
    if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
    const Result ended(PQexec(connection_.get(), "ROLLBACK"));
    if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) drop();
  }

  Again again = Again::No;  // why the last transaction failed, as far as running it again would help

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

void PostgresSession::check(const Result& result, std::string_view name) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get(), name);
}

void PostgresSession::fail(const PGresult* result, std::string_view name) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  const std::string text =
      "statement " + std::string(name) + ": SQLSTATE " + (state.empty() ? "none" : state);
  if (state == "40001" || state == "40P01") {
    again = Again::Conflict;
    throw TryAgain(text);
  }
  // 26000, 0A000: our prepared statements are gone, or stale since a migration; a new connection has none.
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state == "25P03" ||
      state == "26000" || state == "0A000" || !connected()) {
    again = Again::Lost;
    throw TryAgain(text);
  }
  if (state.starts_with("23")) {
    const std::string constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    const auto conflict = [&](Conflict::Kind kind, const std::string& which) {
      return Conflict(kind, which, text + " " + which);
    };
    if (state == "23505" || state == "23P01") throw conflict(Conflict::Kind::Unique, constraint);
    if (state == "23503") throw conflict(Conflict::Kind::ForeignKey, constraint);
    if (state == "23514") throw conflict(Conflict::Kind::Check, constraint);
    if (state == "23502") {
      throw conflict(Conflict::Kind::NotNull,
                     field(result, PG_DIAG_TABLE_NAME) + "." + field(result, PG_DIAG_COLUMN_NAME));
    }
  }
  // No room, cancelled by time, locked by others, disk.
  if (state.starts_with("53") || state.starts_with("58") || state == "57014" || state == "55P03")
    throw Unavailable(text);
  // Class 42 is about the statement itself; its message names tables and columns, not values.
  if (state.starts_with("42")) throw Broken(text + " (" + field(result, PG_DIAG_MESSAGE_PRIMARY) + ")");
  throw Broken(text);
}

Result PostgresSession::execute(const Statement& statement, std::span<const Value> params) {
  const PostgresParams bound(params);
  const std::string key = bound.signature + ":" + std::string(statement.text);
  std::string* name = cache_.find(key);
  if (name == nullptr) {
    const int expected = count_params(statement);
    if (params.size() != static_cast<std::size_t>(expected)) {
      throw Broken(std::to_string(params.size()) + " parameters for " + std::to_string(expected) + ": " +
                   std::string(statement.name));
    }
    std::string fresh = "s" + std::to_string(++next_name_);
    const Result prepared(PQprepare(connection_.get(), fresh.c_str(), std::string(statement.text).c_str(),
                                    static_cast<int>(params.size()), bound.types.data()));
    check(prepared, statement.name);
    name = &cache_.add(key, std::move(fresh), [&](const std::string& old) {
      const Result gone(PQexec(connection_.get(), ("DEALLOCATE " + old).c_str()));
    });
  }
  Result result(PQexecPrepared(connection_.get(), name->c_str(), static_cast<int>(params.size()),
                               bound.values.data(), bound.lengths.data(), bound.formats.data(), 0));
  check(result, statement.name);
  return result;
}

void PostgresSession::do_each(const Statement& statement, std::span<const Value> params,
                              const std::function<void(const Row&)>& row) {
  const Result result = execute(statement, params);
  PostgresRow here(result.get(), statement.name);
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    here.move_to(i);
    row(here);
  }
}

std::int64_t PostgresSession::do_change(const Statement& statement, std::span<const Value> params) {
  const Result result = execute(statement, params);
  if (std::string_view(PQcmdStatus(result.get())).starts_with("SELECT")) {
    throw Broken("not a change: " + std::string(statement.name));
  }
  return std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
}

std::int64_t PostgresSession::append_changes(const std::vector<std::pair<std::string, std::string>>& notes) {
  constexpr Statement append{
      "sql.append_change",
      "INSERT INTO change (seq, topic, key)"
      " VALUES ((cast(cast(pg_current_xact_id() as text) as bigint) << 20) + $1, $2, $3) RETURNING seq"};
  if (notes.size() >= (1U << 20U)) throw Broken("a million changes noted in one transaction");
  std::int64_t last = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const std::array<Value, 3> values{i, notes[i].first, notes[i].second};
    do_each(append, values, [&](const Row& row) { last = row.integer(0); });
  }
  return last;
}

void PostgresSession::commit() {
  const Result result(PQexec(connection_.get(), "COMMIT"));
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
    // A failed transaction answers COMMIT with ROLLBACK and no error.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
      throw Broken("the database rolled a commit back");
    return;
  }
  try {
    fail(result.get(), "sql.commit");
  } catch (const TryAgain&) {
    if (again != Again::Lost) throw;
    // The connection broke while COMMIT was under way. The server may have done it or not, and running the
    // closure again might do it twice: so the caller hears that nothing is known. Whoever holds an
    // idempotency key may try again with that.
    again = Again::No;
    drop();
    throw Unavailable("the connection was lost during COMMIT: whether the change took effect is not known");
  }
}

const char* gave_up(Again again) {
  return again == Again::Conflict ? "others kept changing the same rows"
                                  : "the connection to the database was lost";
}

std::chrono::milliseconds jitter(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int most = std::min(200, 2 << std::min(attempt, 7));
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(1, most)(random));
}

// Hears NOTIFY on a connection of its own.
class PostgresChanges final : public ChangeSource {
 public:
  explicit PostgresChanges(const Address& address) : connection_(connect(address)) {
    const Result listening(PQexec(connection_.get(), "LISTEN lotse_change"));
    if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) throw Unavailable("cannot listen for changes");
    // Numbers that lie ahead of this server come from another one, by a dump: nobody follows them any more,
    // and one day they would collide with ours. Where the role or a replica does not allow it, another
    // process does it.
    const Result forgotten(PQexec(connection_.get(),
                                  "DELETE FROM change WHERE seq >= (cast(cast(pg_snapshot_xmax("
                                  "pg_current_snapshot()) as text) as bigint) << 20)"));
  }
  std::int64_t newest() override {
    const Result found(PQexec(connection_.get(), "SELECT coalesce(max(seq), 0) FROM settled_change"));
    if (PQresultStatus(found.get()) != PGRES_TUPLES_OK) throw Unavailable("cannot look for changes");
    return std::strtoll(PQgetvalue(found.get(), 0, 0), nullptr, 10);
  }
  void announce() override {
    // Not within the writing transactions: NOTIFY makes those commit one after another.
    const Result told(PQexec(connection_.get(), "NOTIFY lotse_change"));
    if (PQresultStatus(told.get()) != PGRES_COMMAND_OK) throw Unavailable("cannot tell of changes");
  }
  int socket() override { return PQsocket(connection_.get()); }
  void drain() override {
    if (PQconsumeInput(connection_.get()) == 0) throw Unavailable("the connection for changes was lost");
    while (PGnotify* notice = PQnotifies(connection_.get())) PQfreemem(notice);
  }

 private:
  Connection connection_;
};

class PostgresEngine final : public Engine {
 public:
  PostgresEngine(const std::string& url, const Options& options)
      : Engine(EngineKind::Postgresql, url, options), address_(make_address(url, options)) {
    connect(address_);  // says now what is wrong with the address; the pool connects when first used
    for (int i = 0; i < std::max(1, options.connections); ++i)
      pool_.add(std::make_unique<PostgresSession>(address_));
  }

  Figures figures() const override { return {reads_, writes_, commits_, repeats_}; }

  std::int64_t wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) override {
    std::call_once(listener_once_, [&] {
      listener_ =
          std::make_unique<ChangeListener>([&] { return std::make_unique<PostgresChanges>(address_); });
      told_ = listener_.get();
    });
    return listener_->wait(after, timeout);
  }

 private:
  void do_read(const std::function<void(Tx&)>& closure) override {
    const auto session = pool_.take(options().busy);
    ++reads_;
    transact(*session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
             [&] { session->run(closure, false); });
  }
  void do_write(const std::function<void(Tx&)>& closure) override;
  void do_alter(const std::function<void(Session&)>& closure) override {
    const auto session = pool_.take(options().busy);
    transact(*session, "BEGIN ISOLATION LEVEL READ COMMITTED", [&] {
      // A migration may take its time, and another one wait for it; but not for ever for a lock, with all
      // others queueing behind.
      session->script("sql.patience", "SET LOCAL statement_timeout = 0");
      session->script("sql.patience", "SET LOCAL lock_timeout = '60s'");
      session->run([&](Tx&) { closure(*session); }, true);
    });
  }

  // One attempt, for what is not repeated.
  static void transact(PostgresSession& session, const char* begin, const std::function<void()>& work) {
    session.begin(begin);
    try {
      work();
      session.commit();
    } catch (...) {
      const Again again = session.again;
      session.rollback();
      if (again != Again::No) throw Unavailable(gave_up(again));
      throw;
    }
  }

  const Address address_;
  Pool<PostgresSession> pool_;
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> repeats_{0};
  std::once_flag listener_once_;
  std::unique_ptr<ChangeListener> listener_;
  std::atomic<ChangeListener*> told_{nullptr};
};

void PostgresEngine::do_write(const std::function<void(Tx&)>& closure) {
  constexpr const char* begin = "BEGIN ISOLATION LEVEL REPEATABLE READ";
  const auto deadline = Clock::now() + options().busy;
  const auto session = pool_.take(options().busy);
  if (options().twice) {
    // The hook that proves that a closure may run twice.
    session->begin(begin);
    try {
      session->run(closure, true);
    } catch (...) {
      session->rollback();
      if (session->again == Again::No) throw;
    }
    session->rollback();
    ++repeats_;
  }
  for (int attempt = 1;; ++attempt) {
    bool begun = false;
    try {
      session->begin(begin);
      begun = true;
      session->run(closure, true);
      session->commit();
      ++commits_;
      ++writes_;
      if (ChangeListener* listener = told_.load(); listener != nullptr && session->last_noted() != 0)
        listener->tell();
      return;
    } catch (...) {
      // Asked of the session, not of the exception: the closure may have turned that into another one.
      const Again again = session->again;
      session->rollback();
      if (again == Again::No && begun) throw;
      const bool patient = again == Again::Conflict ? attempt < max_attempts : Clock::now() < deadline;
      if (!patient && !begun) throw;  // says why there is no connection
      if (!patient) throw Unavailable(gave_up(again));
    }
    ++repeats_;
    std::this_thread::sleep_for(jitter(attempt));
  }
}

}  // namespace

std::unique_ptr<Engine> open_postgres(const std::string& url, const Options& options) {
  return std::make_unique<PostgresEngine>(url, options);
}

void postgres_command(const std::string& url, const std::string& text) {
  const Address address = make_address(url, {});
  const Connection connection = connect(address);
  const Result result(PQexec(connection.get(), text.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    throw Broken("command failed: SQLSTATE " + field(result.get(), PG_DIAG_SQLSTATE) + " (" +
                 field(result.get(), PG_DIAG_MESSAGE_PRIMARY) + ")");
  }
}

}  // namespace lotse::sql
