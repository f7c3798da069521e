// SPDX-License-Identifier: EUPL-1.2
#include "sql/sqlite_session.h"

#include <array>
#include <concepts>
#include <cstdlib>

#include "sql/sqlite_names.h"

namespace lotse::sql {
namespace {

using Clock = std::chrono::steady_clock;

// A row where the statement stands.
class SqliteRow final : public Row {
 public:
  SqliteRow(sqlite3_stmt* statement, std::string_view name) : statement_(statement), name_(name) {}

  bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override {
    if (type(column) != SQLITE_INTEGER) wrong(column);
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override {
    if (type(column) != SQLITE_FLOAT && type(column) != SQLITE_INTEGER) wrong(column);
    return sqlite3_column_double(statement_, column);
  }
  std::string_view text(int column) const override {
    if (type(column) != SQLITE_TEXT) wrong(column);
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  Blob blob(int column) const override {
    if (type(column) != SQLITE_BLOB) wrong(column);
    const auto* begin = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    return begin == nullptr ? Blob{} : Blob(begin, begin + sqlite3_column_bytes(statement_, column));
  }

 private:
  int type(int column) const {
    if (column < 0 || column >= sqlite3_data_count(statement_)) wrong(column);
    return sqlite3_column_type(statement_, column);
  }
  [[noreturn]] void wrong(int column) const {
    throw Broken("column " + std::to_string(column) + " of " + std::string(name_) +
                 " is missing or of another type");
  }

  sqlite3_stmt* statement_;
  std::string_view name_;
};

// Puts a statement back whatever happens: one left standing keeps its snapshot and its locks.
class Standing {
 public:
  explicit Standing(sqlite3_stmt* statement) : statement_(statement) {}
  ~Standing() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Standing(const Standing&) = delete;
  Standing& operator=(const Standing&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

std::string SqliteSession::unique_index(const std::string& table, const std::vector<std::string>& columns) {
  std::string joined;
  for (const std::string& column : columns) joined += (joined.empty() ? "" : ",") + column;
  constexpr Statement find{
      "sql.unique_index",
      "SELECT l.name FROM pragma_index_list($1) l WHERE l.\"unique\" = 1 AND l.origin = 'c' AND $2 ="
      " (SELECT group_concat(i.name, ',') FROM pragma_index_info(l.name) i)"};
  const std::array<Value, 2> values{table, joined};
  std::string name;
  trusted_ = true;
  try {
    do_each(find, values, [&](const Row& row) { name = row.text(0); });
  } catch (const std::exception&) {
    // The name is a courtesy; the conflict itself is what the caller must hear.
  }
  trusted_ = false;
  return name;
}

void SqliteSession::conflict(int extended, const std::string& text) {
  const std::string message = sqlite3_errmsg(db_);
  const bool primary = extended == SQLITE_CONSTRAINT_PRIMARYKEY || extended == SQLITE_CONSTRAINT_ROWID;
  Conflict::Kind kind{};
  if (extended == SQLITE_CONSTRAINT_UNIQUE || primary)
    kind = Conflict::Kind::Unique;
  else if (extended == SQLITE_CONSTRAINT_FOREIGNKEY)
    kind = Conflict::Kind::ForeignKey;
  else if (extended == SQLITE_CONSTRAINT_CHECK)
    kind = Conflict::Kind::Check;
  else if (extended == SQLITE_CONSTRAINT_NOTNULL)
    kind = Conflict::Kind::NotNull;
  else
    throw Broken(text);  // a type that a STRICT table refuses, and the like
  const auto find = [&](const std::string& table, const std::vector<std::string>& columns) {
    return unique_index(table, columns);
  };
  const std::string name = constraint_name(kind, primary, message, find);
  throw Conflict(kind, name, text + " " + name);
}

void SqliteSession::fail(int code, std::string_view name) {
  const int extended = sqlite3_extended_errcode(db_);
  const std::string text = "statement " + std::string(name) + ": sqlite code " + std::to_string(extended);
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      conflict(extended, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      throw Unavailable(text + " (" + sqlite3_errstr(extended) + ")");
    case SQLITE_ERROR:
      // Wrong SQL; the message quotes the statement, which holds no values.
      throw Broken(text + " (" + sqlite3_errmsg(db_) + ")");
    default:
      throw Broken(text + " (" + sqlite3_errstr(extended) + ")");
  }
}

SqliteSession::SqliteSession(const std::string& path, const Options& options, bool writer)
    : statement_limit_(options.statement) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &db_, flags, nullptr) != SQLITE_OK) {
    const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(db_);
    sqlite3_close(db_);
    throw Unavailable("cannot open the store: sqlite code " + std::to_string(code));
  }
  sqlite3_busy_timeout(db_, static_cast<int>(options.busy.count()));
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0,
                    nullptr);  // "x" is a name, never a text: as on PostgreSQL
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
  try {
    // secure_delete overwrites what is deleted: a page taken from the free list tells nothing. temp_store
    // keeps sorting off the disk.
    plain(
        "PRAGMA journal_mode=wal; PRAGMA synchronous=full; PRAGMA foreign_keys=on; PRAGMA secure_delete=on;"
        "PRAGMA temp_store=memory; PRAGMA cell_size_check=on; PRAGMA case_sensitive_like=on;"
        "PRAGMA journal_size_limit=67108864",
        "sql.set_up");
    plain("PRAGMA cache_size=-16384", "sql.set_up");
    if (!writer) plain("PRAGMA query_only=on", "sql.set_up");
    if (writer) must_be_writable();
    if (number("PRAGMA synchronous") != 2 || number("PRAGMA foreign_keys") != 1 ||
        number("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") != 1) {
      throw Broken("SQLite does not take the settings that make commits durable");
    }
  } catch (...) {
    sqlite3_close(db_);
    throw;
  }
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_set_authorizer(db_, authorize, this);
  sqlite3_progress_handler(db_, 20'000, out_of_time, this);
}

// What it cannot open for writing, SQLite opens for reading, the log as well, and says so with the first
// change. The disk may have refused that once only: better no store for a moment than one that refuses every
// change.
void SqliteSession::must_be_writable() {
  const int code = sqlite3_exec(db_, "BEGIN IMMEDIATE; ROLLBACK", nullptr, nullptr, nullptr);
  if (sqlite3_db_readonly(db_, "main") == 1 || (code & 0xFF) == SQLITE_READONLY)
    throw Unavailable(
        "the store opens for reading only: look at its files and at the disk, then start again");
  if (code != SQLITE_OK) fail(code, "sql.set_up");
}

int SqliteSession::authorize(void* self, int action, const char*, const char*, const char*, const char*) {
  if (static_cast<SqliteSession*>(self)->trusted_) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

int SqliteSession::out_of_time(void* self) {
  return Clock::now() > static_cast<SqliteSession*>(self)->deadline_ ? 1 : 0;
}

std::int64_t SqliteSession::number(const char* query) {
  const auto rows = texts(query);
  return rows.empty() ? 0 : std::strtoll(rows.front().c_str(), nullptr, 10);
}

std::vector<std::string> SqliteSession::texts(const char* query) {
  struct Trust {
    bool& here;
    explicit Trust(bool& flag) : here(flag) { here = true; }
    ~Trust() { here = false; }
  } const trust(trusted_);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_, query, -1, &statement, nullptr);
  const std::unique_ptr<sqlite3_stmt, Finalize> owner(statement);
  if (code != SQLITE_OK) fail(code, "sql.texts");
  deadline_ = Clock::time_point::max();
  std::vector<std::string> rows;
  for (int step = sqlite3_step(statement); step != SQLITE_DONE; step = sqlite3_step(statement)) {
    if (step != SQLITE_ROW) fail(step, "sql.texts");
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    rows.emplace_back(text ? text : "");
  }
  return rows;
}

SqliteSession::Prepared& SqliteSession::prepare(const Statement& statement) {
  if (Prepared* known = cache_.find(statement.text)) return *known;
  Prepared fresh;
  fresh.params = count_params(statement);
  const std::string text = without_row_locks(statement.text);
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(db_, text.c_str(), static_cast<int>(text.size()) + 1,
                                      SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  fresh.statement.reset(raw);
  if (code != SQLITE_OK) fail(code, statement.name);
  if (raw == nullptr || std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    throw Broken("not exactly one statement: " + std::string(statement.name));
  }
  for (int i = 1; i <= sqlite3_bind_parameter_count(raw); ++i) {
    const char* name = sqlite3_bind_parameter_name(raw, i);
    if (name == nullptr || name[0] != '$')
      throw Broken("parameters are $1, $2, …: " + std::string(statement.name));
    fresh.numbers.push_back(std::atoi(name + 1));
  }
  return cache_.add(statement.text, std::move(fresh), [](const Prepared&) {});
}

void SqliteSession::bind(const Prepared& prepared, const Statement& statement,
                         std::span<const Value> params) {
  if (params.size() != static_cast<std::size_t>(prepared.params)) {
    throw Broken(std::to_string(params.size()) + " parameters for " + std::to_string(prepared.params) + ": " +
                 std::string(statement.name));
  }
  sqlite3_stmt* raw = prepared.statement.get();
  for (std::size_t i = 0; i < prepared.numbers.size(); ++i) {
    const Value& value = params[static_cast<std::size_t>(prepared.numbers[i] - 1)];
    const int position = static_cast<int>(i) + 1;
    // Static: the caller's values outlive the statement's run, and the guard clears the bindings after it.
    const int code = std::visit(
        [&](const auto& cell) {
          using T = std::decay_t<decltype(cell)>;
          if constexpr (std::same_as<T, std::monostate>)
            return sqlite3_bind_null(raw, position);
          else if constexpr (std::same_as<T, std::int64_t>)
            return sqlite3_bind_int64(raw, position, cell);
          else if constexpr (std::same_as<T, double>)
            return sqlite3_bind_double(raw, position, cell);
          else if constexpr (std::same_as<T, std::string>)
            return sqlite3_bind_text64(raw, position, cell.data(), cell.size(), SQLITE_STATIC, SQLITE_UTF8);
          else if (cell.empty())
            return sqlite3_bind_zeroblob(raw, position, 0);
          else
            return sqlite3_bind_blob64(raw, position, cell.data(), cell.size(), SQLITE_STATIC);
        },
        value.cell());
    if (code == SQLITE_TOOBIG) throw Broken("a value is too big: " + std::string(statement.name));
    if (code != SQLITE_OK) fail(code, statement.name);
  }
}

void SqliteSession::do_each(const Statement& statement, std::span<const Value> params,
                            const std::function<void(const Row&)>& row) {
  Prepared& prepared = prepare(statement);
  sqlite3_stmt* raw = prepared.statement.get();
  if (!writable() && sqlite3_stmt_readonly(raw) == 0)
    throw Broken("write inside a read: " + std::string(statement.name));
  const Standing standing(raw);
  bind(prepared, statement, params);
  deadline_ = statement_limit_.count() == 0 ? Clock::time_point::max() : Clock::now() + statement_limit_;
  const SqliteRow here(raw, statement.name);
  for (;;) {
    const int code = sqlite3_step(raw);
    if (code == SQLITE_DONE) return;
    if (code != SQLITE_ROW) fail(code, statement.name);
    row(here);
  }
}

std::int64_t SqliteSession::do_change(const Statement& statement, std::span<const Value> params) {
  if (sqlite3_stmt_readonly(prepare(statement).statement.get()) != 0) {
    throw Broken("not a change: " + std::string(statement.name));
  }
  do_each(statement, params, [](const Row&) {});
  return sqlite3_changes64(db_);
}

std::int64_t SqliteSession::append_changes(const std::vector<std::pair<std::string, std::string>>& notes) {
  // The newest row is never trimmed, so it carries the count; nobody else can write meanwhile.
  constexpr Statement append{
      "sql.append_change",
      "INSERT INTO change (seq, topic, key)"
      " VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM change), $1, $2) RETURNING seq"};
  std::int64_t last = 0;
  for (const auto& [topic, key] : notes) {
    const std::array<Value, 2> values{topic, key};
    do_each(append, values, [&](const Row& row) { last = row.integer(0); });
  }
  return last;
}

}  // namespace lotse::sql
