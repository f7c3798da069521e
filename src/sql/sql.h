// SPDX-License-Identifier: EUPL-1.2
//
// The one seam between Lotse and its database: statements, values, rows, transactions, engines.
//
// All SQL is written once, in the common subset of SQLite 3.40 and PostgreSQL 15 (`$1` parameters, RETURNING,
// ON CONFLICT, window functions; types BIGINT, TEXT, DOUBLE PRECISION, BYTEA; truth values are BIGINT 0/1).
// What the engines do differently is evened out here, so that what works on one works on the other:
//
// Text is UTF-8 without NUL, sorts by code point, and LIKE tells upper from lower case.
//
// Tables are STRICT on SQLite, so a wrong type fails on both.
//
// FOR UPDATE and FOR SHARE, with or without SKIP LOCKED, are left out on SQLite, where one writes at a time.
//
// A NULL parameter has no type: `$1 IS NULL` alone fails on PostgreSQL, `cast($1 as bigint) IS NULL` is
// right.
//
// After a statement has failed, the transaction is over: every further statement throws Broken.
//
// A statement may not run inside the row callback of another one.
//
// Errors: not found, stale, forbidden belong to the modules above. Here: Unavailable, Conflict, Broken,
// Refused. Their texts hold statement names, SQLSTATE or SQLite codes and names from the schema, never a
// value.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lotse::access {
class Store;
}

namespace lotse::sql {

/// The database is gone, busy beyond the time-out, or its disk is full: answer 503. For a write: nothing was
/// acknowledged. Where a PostgreSQL server goes away while COMMIT is under way and stays away, the change may
/// still have happened; see Engine::write.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A bug (wrong SQL, wrong type, a write inside a read) or a corrupted store: answer 500.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};

/// The store, its address or its role is not as it must be; the text says what to do. For the command line,
/// at start only.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A constraint of the schema said no.
struct Conflict : std::runtime_error {
  enum class Kind { Unique, ForeignKey, Check, NotNull };

  Conflict(Kind which, std::string name, const std::string& text)
      : std::runtime_error(text), kind(which), constraint(std::move(name)) {}

  Kind kind;
  /// Name as PostgreSQL gives it: `t_pkey`, `t_a_b_key`, the name of a unique index, of a named CHECK,
  /// `t.column` for NOT NULL. The same on both engines, except that SQLite does not name a foreign key (empty
  /// there) nor keep the name of a named UNIQUE constraint: where the name matters, write CREATE UNIQUE
  /// INDEX.
  std::string constraint;
};

/// One SQL statement. `name` ("referral.accept") is for errors and figures; `text` is SELECT, INSERT, UPDATE,
/// DELETE, WITH or VALUES and no other kind. Both must live as long as the call; keep statements constexpr.
struct Statement {
  std::string_view name;
  std::string_view text;
};

/// Bytes of a BYTEA column.
using Blob = std::vector<std::byte>;

/// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates) without NUL.
bool is_storable_text(std::string_view text) noexcept;

/// A parameter of a statement. Throws std::invalid_argument (without the value) for text with NUL or
/// malformed UTF-8, for a number beyond 64 bits and a double that is not finite: the two engines would store
/// those differently, or cut them.
class Value {
 public:
  using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

  Value() = default;
  Value(std::nullopt_t) {}
  Value(std::nullptr_t) {}
  template <std::integral T>
  requires(!std::same_as<T, char> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
           !std::same_as<T, char16_t> && !std::same_as<T, char32_t>) Value(T number)
      : cell_(checked(number)) {}
  Value(double number);
  Value(std::string text);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(Blob bytes) : cell_(std::move(bytes)) {}
  Value(std::span<const std::byte> bytes) : cell_(Blob(bytes.begin(), bytes.end())) {}
  template <class T>
  requires std::constructible_from<Value, const T&> Value(const std::optional<T>& maybe) {
    if (maybe) *this = Value(*maybe);
  }

  const Cell& cell() const noexcept { return cell_; }

 private:
  template <class T>
  static std::int64_t checked(T number) {
    if constexpr (!std::same_as<T, bool>) {
      if (!std::in_range<std::int64_t>(number)) throw std::invalid_argument("number beyond 64 bits");
    }
    return static_cast<std::int64_t>(number);
  }

  Cell cell_;
};

/// Parameters `$1`, `$2`, … of one call: `{unit, id}` or a std::vector<Value>. Only for passing; never keep
/// one.
class Params {
 public:
  Params() = default;
  Params(std::initializer_list<Value> values) : values_(std::data(values), values.size()) {}
  Params(std::span<const Value> values) : values_(values) {}
  Params(const std::vector<Value>& values) : values_(values) {}

  std::span<const Value> values() const noexcept { return values_; }

 private:
  std::span<const Value> values_;
};

/// One row of an answer; columns count from 0. A getter throws Broken for a wrong column, a wrong type, or
/// NULL where it is not optional. Valid, with every string_view from it, only inside the callback that got
/// it.
class Row {
 public:
  virtual bool is_null(int column) const = 0;
  /// BIGINT; also a comparison (0/1) and an integral sum() or count().
  virtual std::int64_t integer(int column) const = 0;
  /// DOUBLE PRECISION; an integer is widened.
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual Blob blob(int column) const = 0;

  bool truth(int column) const { return integer(column) != 0; }
  std::optional<std::int64_t> opt_integer(int column) const;
  std::optional<double> opt_real(int column) const;
  std::optional<std::string> opt_text(int column) const;
  std::optional<Blob> opt_blob(int column) const;

 protected:
  Row() = default;
  Row(const Row&) = default;
  Row& operator=(const Row&) = default;
  ~Row() = default;
};

/// A committed change, as followers see it. `topic` is a table or matter ("directory.entry"), `key` an id;
/// neither is personal.
struct Change {
  std::int64_t seq = 0;
  std::string topic;
  std::string key;
};

class PageLog;
class Session;

/// A transaction. Only an Engine makes one, only `access/` gets one.
/// All members throw Unavailable, Broken, and the writing ones Conflict.
class Tx final {
 public:
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  /// Calls `row` for each row of the answer. PostgreSQL holds the whole answer in memory meanwhile: page what
  /// is long.
  void each(const Statement& statement, Params params, const std::function<void(const Row&)>& row);

  /// Runs an INSERT, UPDATE or DELETE; returns the number of rows changed.
  std::int64_t change(const Statement& statement, Params params = {});

  /// All rows, each made into a value by `map(row)`.
  template <class T = void, class Map>
  auto rows(const Statement& statement, Params params, Map&& map) {
    std::vector<Mapped<T, Map>> result;
    each(statement, params, [&](const Row& row) { result.push_back(map(row)); });
    return result;
  }

  /// The only row, or nothing. Broken when there are more.
  template <class T = void, class Map>
  auto one(const Statement& statement, Params params, Map&& map) {
    std::optional<Mapped<T, Map>> result;
    each(statement, params, [&](const Row& row) {
      if (result) throw Broken("more than one row: " + std::string(statement.name));
      result.emplace(map(row));
    });
    return result;
  }

  /// Says that `key` of `topic` has changed. Followers hear of it once the transaction is committed.
  /// Doubles within one transaction are told once. See changes.h for the order and what it costs.
  void note_change(std::string_view topic, std::string_view key);

  /// From here to the end of the transaction, row-level security shows rows of this unit only. Nothing on
  /// SQLite. On PostgreSQL a statement on a table with row-level security throws Broken when no unit was
  /// entered.
  void enter_unit(std::int64_t unit);

 private:
  friend class Session;
  explicit Tx(Session& session) : session_(session) {}

  template <class T, class Map>
  struct MappedType {
    using type = T;
  };
  template <class Map>
  struct MappedType<void, Map> {
    using type = std::decay_t<std::invoke_result_t<Map&, const Row&>>;
    static_assert(!std::same_as<type, std::string_view>,
                  "a text of a row ends with the row: make it a std::string");
  };
  template <class T, class Map>
  using Mapped = typename MappedType<T, Map>::type;

  Session& session_;
};

enum class EngineKind { Sqlite, Postgresql };

/// What an engine has done since it was opened.
struct Figures {
  std::uint64_t reads = 0;    ///< read closures run
  std::uint64_t writes = 0;   ///< write closures acknowledged
  std::uint64_t commits = 0;  ///< commits that made those durable; fewer than writes where a group shared one
  std::uint64_t repeats = 0;  ///< closures run again: failed group, serialization failure, lost connection
};

/// How to open a store.
struct Options {
  int readers = 4;      ///< SQLite: reading connections
  int connections = 8;  ///< PostgreSQL: connections of the pool
  /// Longest wait for a connection or a lock, and of a write for a server that restarts.
  std::chrono::milliseconds busy{5'000};
  std::chrono::milliseconds statement{30'000};  ///< longest run of one statement; 0 for no limit
  std::size_t queue = 4'096;                    ///< SQLite: writes that may wait; beyond it Unavailable
  std::string password_file;                    ///< PostgreSQL: file whose first line is the password
  std::string schema = "lotse";                 ///< PostgreSQL: where its tables lie; small letters only
  bool owner = false;  ///< may create the store and change its schema: for migrate() only
  /// SQLite: bytes that may gather in the log while a copy is made; beyond it the copy is given up.
  std::int64_t log_limit = std::int64_t{4} << 30;
  bool twice = false;  ///< tests: run every closure twice, of a write the first time rolled back
};

/// A store. Thread-safe. Made by open().
class Engine {
 public:
  virtual ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  EngineKind kind() const noexcept { return kind_; }
  /// The address; it never holds a password.
  const std::string& url() const noexcept { return url_; }
  const Options& options() const noexcept { return options_; }
  virtual Figures figures() const = 0;

  /// Blocks until a change after `after` can be read, or `timeout` is over; returns the newest change known.
  /// SQLite: at once, for changes of this process (the only one that serves the file). PostgreSQL: within
  /// some hundredths of a second after a process that itself waits has committed it (LISTEN/NOTIFY), within
  /// half a second after any other.
  virtual std::int64_t wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) = 0;

 protected:
  Engine(EngineKind kind, std::string url, Options options)
      : kind_(kind), url_(std::move(url)), options_(std::move(options)) {}

 private:
  friend class ::lotse::access::Store;
  friend struct TestAccess;
  friend struct Inside;

  using Closure = std::function<void(Tx&)>;

  /// Runs `closure` on one snapshot (from its first statement on), read only: a statement that writes throws
  /// Broken. What it throws comes out. It may run again (a lost connection), as one of write() may.
  void read(const Closure& closure);

  /// Runs `closure` in a transaction and returns after its durable commit. What the closure throws undoes
  /// this closure alone and comes out. The closure may run more than once, and on another thread: it touches
  /// nothing but the Tx and what it returns (assign, do not append), and calls neither read() nor write()
  /// (Broken). What it has read and then changes cannot have been changed by others meanwhile; else it runs
  /// again. What it has only read can: a limit over several rows needs a conditional UPDATE, a constraint, or
  /// SELECT … FOR UPDATE. When a PostgreSQL connection breaks while COMMIT is under way, it is found out on a
  /// new one whether it took effect (decision 0032). Unavailable: nothing was acknowledged; where the
  /// database stays away just then, whether it took effect is not known.
  void write(const Closure& closure);

  /// See page_log.h. Throws Refused for PostgreSQL, which has tools of its own.
  virtual std::unique_ptr<PageLog> pages();
  /// The faults that SQLite finds in the file (each page, each index, references between tables), as it words
  /// them, at most 100; empty for a sound one, and for PostgreSQL.
  virtual std::vector<std::string> faults();

  virtual void do_read(const Closure& closure) = 0;
  virtual void do_write(const Closure& closure) = 0;
  virtual void do_alter(const std::function<void(Session&)>& closure) = 0;

  EngineKind kind_;
  std::string url_;
  Options options_;
};

/// Opens `sqlite:PATH` or `postgresql://…`. Throws Refused for another address, a password in it, an
/// unreadable password file or a missing SQLite file (unless `owner`), Unavailable when the database cannot
/// be reached.
std::unique_ptr<Engine> open(const std::string& url, Options options = {});

/// Throws Refused, saying why, when the role of a PostgreSQL engine could get round its own fences:
/// superuser, BYPASSRLS, CREATEROLE, owner of a table of Lotse, or member of such a role. For `serve`.
/// Nothing on SQLite.
void refuse_privileged(Engine& engine);

}  // namespace lotse::sql
