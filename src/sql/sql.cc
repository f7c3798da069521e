// SPDX-License-Identifier: EUPL-1.2
#include "sql/sql.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "sql/changes.h"
#include "sql/page_log.h"
#include "sql/session.h"
#include "sql/text.h"

namespace lotse::sql {

namespace {

// Length of the well-formed UTF-8 sequence that begins at text[0], 0 if there is none. Table 3-7 of the
// Unicode standard.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0U) == 0x80U; };
  const unsigned char lead = at(0);
  if (lead == 0) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && at(1) < 0xA0) return 0;  // overlong
    if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && at(1) < 0x90) return 0;  // overlong
    if (lead == 0xF4 && at(1) > 0x8F) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

bool is_storable_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Value::Value(double number) {
  // SQLite would store NaN as NULL.
  if (!std::isfinite(number)) throw std::invalid_argument("number is not finite");
  cell_ = number == 0 ? 0.0 : number;  // SQLite has no negative zero
}

Value::Value(std::string text) {
  if (!is_storable_text(text)) throw std::invalid_argument("text is not UTF-8 without NUL");
  cell_ = std::move(text);
}

std::optional<std::int64_t> Row::opt_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Row::opt_real(int column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}

std::optional<std::string> Row::opt_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
}

std::optional<Blob> Row::opt_blob(int column) const {
  return is_null(column) ? std::nullopt : std::optional(blob(column));
}

void Tx::each(const Statement& statement, Params params, const std::function<void(const Row&)>& row) {
  session_.each(statement, params.values(), row);
}

std::int64_t Tx::change(const Statement& statement, Params params) {
  return session_.change(statement, params.values());
}

void Tx::note_change(std::string_view topic, std::string_view key) { session_.note_change(topic, key); }

void Tx::enter_unit(std::int64_t unit) { session_.enter_unit(unit); }

Session::~Session() = default;

template <class Work>
auto Session::guarded(const Statement& statement, Work&& work) {
  if (answering_) throw Broken("statement inside a row callback: " + std::string(statement.name));
  if (failed_) throw Broken("statement after a failed one: " + std::string(statement.name));
  failed_ = true;
  auto result = work();
  failed_ = false;
  return result;
}

void Session::each(const Statement& statement, std::span<const Value> params,
                   const std::function<void(const Row&)>& row) {
  std::exception_ptr thrown;
  guarded(statement, [&] {
    do_each(statement, params, [&](const Row& each_row) {
      if (thrown) return;
      answering_ = true;
      try {
        row(each_row);
      } catch (...) {
        thrown = std::current_exception();  // the callback's own affair: the statement itself did not fail
      }
      answering_ = false;
    });
    return 0;
  });
  if (thrown) std::rethrow_exception(thrown);
}

std::int64_t Session::change(const Statement& statement, std::span<const Value> params) {
  return guarded(statement, [&] { return do_change(statement, params); });
}

void Session::note_change(std::string_view topic, std::string_view key) {
  if (!writable_) throw Broken("a change noted in a read");
  if (!is_storable_text(topic) || !is_storable_text(key))
    throw std::invalid_argument("text is not UTF-8 without NUL");
  const auto same = [&](const auto& note) { return note.first == topic && note.second == key; };
  // Only the newest are compared: an import that notes ten thousand keys must not pay for a square.
  const auto begin = notes_.size() > 64 ? notes_.end() - 64 : notes_.begin();
  if (std::none_of(begin, notes_.end(), same)) notes_.emplace_back(topic, key);
}

void Session::run(const std::function<void(Tx&)>& closure, bool writable) {
  const InClosure inside;
  notes_.clear();
  last_noted_ = 0;
  writable_ = writable;
  failed_ = false;
  answering_ = false;
  Tx tx(*this);
  closure(tx);
  // PostgreSQL would turn the COMMIT into a rollback without a word, SQLite would commit the rest.
  if (failed_) throw Broken("a closure went on after a failed statement");
  if (!notes_.empty()) last_noted_ = append_changes(notes_);
}

thread_local int InClosure::depth_ = 0;

Engine::~Engine() = default;

std::unique_ptr<PageLog> Engine::pages() {
  throw Refused("only a SQLite store is copied page by page; PostgreSQL has tools of its own");
}
std::vector<std::string> Engine::faults() { return {}; }

void Engine::read(const Closure& closure) {
  if (InClosure::here()) throw Broken("read inside a closure");
  if (options_.twice) do_read(closure);
  do_read(closure);
}

void Engine::write(const Closure& closure) {
  if (InClosure::here()) throw Broken("write inside a closure");
  do_write(closure);
}

void Inside::alter(Engine& engine, const std::function<void(Session&)>& closure) {
  if (!engine.options().owner) throw Broken("schema change on an engine that was not opened as owner");
  engine.do_alter(closure);
}

std::unique_ptr<Engine> open(const std::string& url, Options options) {
  if (url.starts_with("sqlite:")) {
    const std::string path = url.substr(7);
    if (path.empty() || path.starts_with(":") || path.starts_with("file:")) {
      throw Refused("a store on SQLite is a file: sqlite:PATH");
    }
    return open_sqlite(url, path, options);
  }
  if (options.schema.empty() ||
      options.schema.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos)
    throw Broken("the schema of a store is named with small letters only");
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return open_postgres(url, options);
  throw Refused("unknown kind of store: use sqlite:PATH or postgresql://HOST/DATABASE");
}

void refuse_privileged(Engine& engine) {
  if (engine.kind() != EngineKind::Postgresql) return;
  constexpr Statement role_powers{
      "sql.role_powers",
      "SELECT coalesce(max(CASE WHEN rolsuper THEN 1 ELSE 0 END), 0),"
      "       coalesce(max(CASE WHEN rolbypassrls THEN 1 ELSE 0 END), 0),"
      "       coalesce(max(CASE WHEN rolcreaterole THEN 1 ELSE 0 END), 0),"
      "       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
      "        WHERE n.nspname = $1 AND pg_has_role(session_user, c.relowner, 'MEMBER')),"
      "       (SELECT count(*) FROM pg_namespace n"
      "        WHERE n.nspname = $1 AND pg_has_role(session_user, n.nspowner, 'MEMBER')),"
      "       coalesce(max(CASE WHEN rolreplication OR rolname IN ('pg_execute_server_program',"
      "         'pg_read_server_files', 'pg_write_server_files', 'pg_read_all_data', 'pg_write_all_data')"
      "         THEN 1 ELSE 0 END), 0)"
      " FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"};
  std::string why;
  Inside::read(engine, [&](Tx& tx) {
    tx.each(role_powers, {engine.options().schema}, [&](const Row& row) {
      if (row.truth(0))
        why = "is a superuser";
      else if (row.truth(1))
        why = "has BYPASSRLS";
      else if (row.truth(2))
        why = "has CREATEROLE, so it can make itself a member of the owner";
      else if (row.truth(3) || row.truth(4))
        why = "owns tables of Lotse";
      else if (row.truth(5))
        why = "may read or write everything on the server";
    });
  });
  if (!why.empty()) {
    throw Refused("the database role " + why +
                  " (itself or through a role it is a member of): serve as lotse_app, which " +
                  "`lotse upgrade --store OWNER_URL` makes");
  }
}

}  // namespace lotse::sql
