// SPDX-License-Identifier: EUPL-1.2
#include "sql/postgres_session.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace lotse::sql {

namespace {

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

}  // namespace

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

void PostgresSession::enter_unit(std::int64_t unit) {
  constexpr Statement enter{"sql.enter_unit", "SELECT set_config('lotse.unit', cast($1 as text), true)"};
  const std::array<Value, 1> values{std::to_string(unit)};
  each(enter, values, [](const Row&) {});
}

void PostgresSession::script(std::string_view name, const std::string& text) {
  check(Result(PQexec(connection_.get(), text.c_str())), name);
}

std::string PostgresSession::value(std::string_view name, const std::string& text) {
  const Result result(PQexec(connection_.get(), text.c_str()));
  check(result, name);
  return PQntuples(result.get()) == 0 ? std::string() : PQgetvalue(result.get(), 0, 0);
}

void PostgresSession::begin(const char* text) {
  again = Again::No;
  if (connected()) {
    const Result begun(PQexec(connection_.get(), text));
    if (PQresultStatus(begun.get()) == PGRES_COMMAND_OK) return;
  }
  drop();
  connection_ = connect(address_);
  check(Result(PQexec(connection_.get(), text)), "sql.begin");
}

void PostgresSession::rollback() noexcept {
  if (!connected() || again == Again::Lost || again == Again::Unknown) return drop();
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const Result ended(PQexec(connection_.get(), "ROLLBACK"));
  if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) drop();
}

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

void PostgresSession::commit(const std::string& last) {
  // One message: where it does not arrive whole, nothing of it is done.
  const Result result(PQexec(connection_.get(), (last.empty() ? "COMMIT" : last + "; COMMIT").c_str()));
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
    // A failed transaction answers COMMIT with ROLLBACK and no error.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
      throw Broken("the database rolled a commit back");
    return;
  }
  try {
    fail(result.get(), "sql.commit");
  } catch (const TryAgain&) {
    if (again == Again::Lost) again = Again::Unknown;
    throw;
  }
}

}  // namespace lotse::sql
