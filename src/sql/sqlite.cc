// SPDX-License-Identifier: EUPL-1.2
//
// SQLite behind the seam. The only file that includes sqlite3.h.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "sql/group_commit.h"
#include "sql/pool.h"
#include "sql/session.h"
#include "sql/sqlite_names.h"
#include "sql/statement_cache.h"

namespace lotse::sql {

namespace {

using Clock = std::chrono::steady_clock;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

struct Prepared {
  std::unique_ptr<sqlite3_stmt, Finalize> statement;
  std::vector<int> numbers;  // number of the `$n` at each of SQLite's own parameter positions
  int params = 0;
};

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

// One connection; used by one thread at a time.
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
    deadline_ = Clock::time_point::max();
    const int code = sqlite3_exec(db_, text, nullptr, nullptr, nullptr);
    trusted_ = false;
    if (code != SQLITE_OK) fail(code, name);
  }
  bool in_transaction() const noexcept { return sqlite3_get_autocommit(db_) == 0; }
  std::int64_t number(const char* query);

 protected:
  void do_each(const Statement& statement, std::span<const Value> params,
               const std::function<void(const Row&)>& row) override;
  std::int64_t do_change(const Statement& statement, std::span<const Value> params) override;
  std::int64_t append_changes(const std::vector<std::pair<std::string, std::string>>& notes) override;

 private:
  static int authorize(void* self, int action, const char*, const char*, const char*, const char*);
  static int out_of_time(void* self);
  Prepared& prepare(const Statement& statement);
  [[noreturn]] void fail(int code, std::string_view name);
  [[noreturn]] void conflict(int extended, const std::string& text);
  std::string unique_index(const std::string& table, const std::vector<std::string>& columns);
  void bind(const Prepared& prepared, const Statement& statement, std::span<const Value> params);

  sqlite3* db_ = nullptr;
  StatementCache<Prepared> cache_;
  std::chrono::milliseconds statement_limit_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool trusted_ = false;
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
  trusted_ = true;
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_, query, -1, &statement, nullptr);
  trusted_ = false;
  const std::unique_ptr<sqlite3_stmt, Finalize> owner(statement);
  if (code != SQLITE_OK) fail(code, "sql.number");
  return sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
}

Prepared& SqliteSession::prepare(const Statement& statement) {
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

class SqliteEngine final : public Engine, public GroupStore {
 public:
  SqliteEngine(const std::string& url, const std::string& path, const Options& options)
      : Engine(EngineKind::Sqlite, url, options), writer_(path, options, true) {
    // A write-ahead log that an earlier process left may hold frames that never reached the disk, only its
    // cache. Copying all of it into the file and syncing that, before anything is appended, makes it durable
    // or fails now.
    writer_.plain("PRAGMA wal_checkpoint(truncate)", "sql.checkpoint");
    if (writer_.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'change'") > 0) {
      position_ = writer_.number("SELECT coalesce(max(seq), 0) FROM change");
    }
    for (int i = 0; i < std::max(1, options.readers); ++i) {
      readers_.add(std::make_unique<SqliteSession>(path, options, false));
    }
    group_ = std::make_unique<GroupCommit>(*this, options.queue);
  }
  ~SqliteEngine() override { group_.reset(); }

  Figures figures() const override {
    return {reads_, group_->writes(), group_->commits(), group_->repeats() + doubles_};
  }

  std::int64_t wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) override {
    std::unique_lock lock(position_mutex_);
    position_moved_.wait_for(lock, timeout, [&] { return position_ > after; });
    return position_;
  }

 private:
  void do_read(const std::function<void(Tx&)>& closure) override;
  void do_write(const std::function<void(Tx&)>& closure) override {
    group_->submit([&] { twice([&] { writer_.run(closure, true); }); });
  }
  void do_alter(const std::function<void(Session&)>& closure) override {
    group_->submit([&] { writer_.run([&](Tx&) { closure(writer_); }, true); });
  }

  // The hook that proves that a closure may run twice.
  void twice(const std::function<void()>& work) {
    if (options().twice) {
      run_in_savepoint("again", [&] {
        work();
        writer_.plain("ROLLBACK TO again", "sql.savepoint");
      });
      ++doubles_;
    }
    work();
  }

  void run_in_savepoint(const std::string& name, const std::function<void()>& work) {
    writer_.plain(("SAVEPOINT " + name).c_str(), "sql.savepoint");
    try {
      work();
    } catch (...) {
      // SQLite gives up the whole transaction for some failures; then no savepoint is left to go back to.
      if (writer_.in_transaction()) {
        writer_.plain(("ROLLBACK TO " + name + "; RELEASE " + name).c_str(), "sql.savepoint");
      }
      throw;
    }
    writer_.plain(("RELEASE " + name).c_str(), "sql.savepoint");
  }

  void begin() override {
    noted_ = 0;
    writer_.plain("BEGIN IMMEDIATE", "sql.begin");
  }
  void run(const std::function<void()>& work) override {
    run_in_savepoint("job", work);
    noted_ = std::max(noted_, writer_.last_noted());
  }
  void run_alone(const std::function<void()>& work) override {
    work();
    noted_ = std::max(noted_, writer_.last_noted());
  }
  void commit() override { writer_.plain("COMMIT", "sql.commit"); }
  void rollback() noexcept override {
    if (!writer_.in_transaction()) return;
    try {
      writer_.plain("ROLLBACK", "sql.rollback");
    } catch (const std::exception&) {
      // SQLite ends the transaction even where it reports an error here; the next BEGIN says if it has not.
    }
  }
  bool in_transaction() const noexcept override { return writer_.in_transaction(); }
  void committed() noexcept override {
    if (noted_ == 0) return;
    const std::lock_guard lock(position_mutex_);
    position_ = noted_;
    position_moved_.notify_all();
  }

  SqliteSession writer_;
  std::int64_t noted_ = 0;
  Pool<SqliteSession> readers_;
  std::mutex position_mutex_;
  std::condition_variable position_moved_;
  std::int64_t position_ = 0;
  std::atomic<std::uint64_t> reads_{0};
  std::atomic<std::uint64_t> doubles_{0};
  std::unique_ptr<GroupCommit> group_;
};

void SqliteEngine::do_read(const std::function<void(Tx&)>& closure) {
  const auto session = readers_.take(options().busy);
  struct End {
    SqliteSession& session;
    ~End() {
      try {
        if (session.in_transaction()) session.plain("ROLLBACK", "sql.end_read");
      } catch (const std::exception&) {
        // Nothing was written; the next BEGIN on this connection will tell.
      }
    }
  } end{*session};
  session->plain("BEGIN", "sql.begin_read");
  ++reads_;
  session->run(closure, false);
}

}  // namespace

std::unique_ptr<Engine> open_sqlite(const std::string& url, const std::string& path, const Options& options) {
  // Made here rather than by SQLite, so that it is nobody else's to read from the first moment; its -wal and
  // -shm follow its mode.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (options.owner ? O_CREAT : 0), 0600);
  if (descriptor < 0) {
    const std::string why = std::strerror(errno);
    if (errno == ENOENT && !options.owner)
      throw Refused("there is no store at " + path + ": make one with lotse migrate");
    throw Unavailable("cannot open " + path + ": " + why);
  }
  ::close(descriptor);
  return std::make_unique<SqliteEngine>(url, path, options);
}

}  // namespace lotse::sql
