// SPDX-License-Identifier: EUPL-1.2
#include "access/store.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>

#include "base/check.h"

namespace lotse::access {
namespace {

// What a statement names: which tables it reads and writes. Our SQL is plain: one table after each FROM,
// JOIN, INTO and UPDATE, no quoted or qualified names, no comments. What is not plain is refused rather than
// understood.
struct Named {
  std::set<std::string> tables, written, local;  // local: names given by WITH
  bool unit_id = false, keeper_unit = false, plain = true;
};

bool is_word(std::string_view token) {
  return !token.empty() && (std::isalnum(static_cast<unsigned char>(token[0])) || token[0] == '_');
}

bool one_of(std::string_view token, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), token) != words.end();
}

// Nothing where a text is not plain. Constants ('…') are left out.
std::optional<std::vector<std::string>> tokens_of(std::string_view sql) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < sql.size();) {
    const auto c = static_cast<unsigned char>(sql[i]);
    const char next = i + 1 < sql.size() ? sql[i + 1] : ' ';
    if (sql[i] == '\'') {
      const auto end = sql.find('\'', i + 1);
      if (end == sql.npos) return std::nullopt;
      i = end + 1;
    } else if (std::isalnum(c) || c == '_') {
      std::string word;
      for (; i < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[i])) || sql[i] == '_'); ++i)
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(sql[i])));
      if (i < sql.size() && sql[i] == '\'')
        return std::nullopt;  // E'…', U&'…': other rules for the end of the constant
      tokens.push_back(std::move(word));
    } else {
      const bool comment = (c == '-' && next == '-') || (c == '/' && next == '*');
      const bool quote = std::string_view("\"`[];\\").find(sql[i]) != std::string_view::npos;
      if (comment || quote || c >= 0x80 || (c == '$' && !std::isdigit(static_cast<unsigned char>(next))))
        return std::nullopt;
      if (!std::isspace(c)) tokens.emplace_back(1, sql[i]);
      ++i;
    }
  }
  return tokens;
}

// Index after the bracket that closes the one at `open`.
std::size_t after_brackets(const std::vector<std::string>& t, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < t.size(); ++i) {
    if (t[i] == "(") ++depth;
    if (t[i] == ")" && --depth == 0) return i + 1;
  }
  return t.size();
}

// WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (…), …
bool read_with(const std::vector<std::string>& t, std::size_t i, std::set<std::string>& local) {
  const auto at = [&](std::size_t k) { return k < t.size() ? std::string_view(t[k]) : std::string_view(); };
  if (at(++i) == "recursive") ++i;
  for (;; ++i) {
    if (!is_word(at(i))) return false;
    local.insert(t[i++]);
    if (at(i) == "(") i = after_brackets(t, i);
    if (at(i++) != "as") return false;
    if (at(i) == "not") ++i;
    if (at(i) == "materialized") ++i;
    if (at(i) != "(") return false;
    i = after_brackets(t, i);
    if (at(i) != ",") return true;
  }
}

// A comma between two tables of the FROM at `from`?
bool lists_tables(const std::vector<std::string>& t, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from + 1; i < t.size(); ++i) {
    if (t[i] == "(") ++depth;
    if (t[i] == ")" && --depth < 0) return false;
    if (depth > 0) continue;
    if (t[i] == ",") return true;
    if (one_of(t[i], {"where", "group", "having", "window", "order", "limit", "offset", "fetch", "for",
                      "union", "intersect", "except", "returning", "set", "values"}))
      return false;
  }
  return false;
}

/** What may stand before a bracket: functions that only compute, and the words of SQL. A function that runs
 * another statement or changes a setting ("query_to_xml", "set_config") would go round every wall. */
bool may_call(std::string_view word) {
  return one_of(
      word, {"count",  "sum",          "min",      "max",    "avg",      "coalesce", "nullif",  "lower",
             "upper",  "length",       "abs",      "cast",   "substr",   "replace",  "round",   "row_number",
             "rank",   "dense_rank",   "lag",      "lead",   "in",       "values",   "and",     "or",
             "not",    "on",           "where",    "when",   "then",     "else",     "as",      "over",
             "exists", "select",       "using",    "from",   "join",     "union",    "all",     "by",
             "set",    "returning",    "having",   "filter", "distinct", "case",     "between", "like",
             "is",     "materialized", "conflict", "lateral"});
}

/** Words that begin a clause, taken as the alias of a table: what follows them would be read wrongly. */
bool aliases_a_keyword(const std::vector<std::string>& t, std::size_t i) {
  const auto is_clause = [](std::string_view word) {
    return one_of(word, {"where", "group", "having", "window", "order", "limit", "offset", "fetch", "for",
                         "union", "intersect", "except", "returning", "set", "values", "using", "do"});
  };
  if (!is_clause(t[i])) return false;
  if (i > 0 && t[i - 1] == "as") return true;
  return i + 1 == t.size() || is_clause(t[i + 1]) ||
         one_of(t[i + 1],
                {",", ")", "as", "on", "join", "left", "right", "full", "inner", "cross", "natural"});
}

/** Whether every token stands where our SQL has it. */
bool stands_plain(const std::vector<std::string>& t, std::size_t i, const std::set<std::string>& local) {
  const std::string_view before = i > 0 ? std::string_view(t[i - 1]) : std::string_view();
  if (t[i] == "with" && i > 0) return false;  // a name given inside would hide a table outside
  if (aliases_a_keyword(t, i)) return false;
  const bool call = i + 1 < t.size() && t[i + 1] == "(" && is_word(t[i]);
  return !call || before == "into" || local.contains(t[i]) || may_call(t[i]) ||
         t[i].find_first_not_of("0123456789") == std::string::npos;
}

Named names_in(std::string_view sql) {
  Named named;
  const auto read = tokens_of(sql);
  const auto not_plain = [&] {
    named.plain = false;
    return named;
  };
  if (!read || read->empty() ||
      !one_of(read->front(), {"select", "insert", "update", "delete", "with", "values"}))
    return not_plain();
  const auto& t = *read;
  const auto at = [&](std::size_t k) { return k < t.size() ? std::string_view(t[k]) : std::string_view(); };
  if (t[0] == "with" && !read_with(t, 0, named.local)) return not_plain();
  const bool deletes = std::find(t.begin(), t.end(), "delete") != t.end();
  for (std::size_t i = 0; i < t.size(); ++i) {
    named.unit_id = named.unit_id || t[i] == "unit_id";
    named.keeper_unit = named.keeper_unit || t[i] == "keeper_unit";
    if (!stands_plain(t, i, named.local)) return not_plain();
    // PostgreSQL's TABLE t and DELETE … USING t, SQLite's x IN t: further ways to name a table.
    if (t[i] == "table" || (t[i] == "using" && deletes) ||
        (one_of(t[i], {"in", "using"}) && at(i + 1) != "("))
      return not_plain();
    const std::string_view before = i > 0 ? std::string_view(t[i - 1]) : std::string_view();
    const bool update = t[i] == "update" && !one_of(before, {"do", "for", "key"});
    const bool from = t[i] == "from" && !(before == "distinct" && i > 1 && one_of(t[i - 2], {"is", "not"}));
    if (!from && !update && t[i] != "join" && t[i] != "into") continue;
    if (from && lists_tables(t, i)) return not_plain();
    const std::string_view table = at(i + 1);
    if ((from || t[i] == "join") && table == "(") {
      if (!one_of(at(i + 2), {"select", "values", "with"})) return not_plain();
      continue;
    }
    if (!is_word(table) || at(i + 2) == "." || (at(i + 2) == "(" && t[i] != "into")) return not_plain();
    const bool writes = update || t[i] == "into" || before == "delete";
    if (named.local.contains(std::string(table)) && !writes) continue;
    named.tables.emplace(table);
    if (writes) named.written.emplace(table);
  }
  return named;
}

}  // namespace

struct Store::Judged {
  std::map<std::string, TableKind, std::less<>> kinds;
  mutable std::shared_mutex mutex;
  mutable std::array<std::set<std::string, std::less<>>, 4> good;  // texts, by reach

  std::set<std::string, std::less<>> fenced;

  void declare(std::string_view line) {
    constexpr std::string_view kMark = "-- table ", kFence = "-- rls ";
    if (line.substr(0, kFence.size()) == kFence) {
      line.remove_prefix(kFence.size());
      fenced.emplace(line.substr(0, line.find(' ')));
      return;
    }
    if (line.substr(0, kMark.size()) != kMark) return;
    line.remove_prefix(kMark.size());
    const auto blank = line.find(' ');
    CHECK(blank != line.npos);
    const std::string name(line.substr(0, blank));
    const auto kind = line.substr(blank + 1, line.find_first_of(" \r", blank + 1) - blank - 1);
    static const std::map<std::string_view, TableKind> kKinds{{"open", TableKind::open},
                                                              {"keeper", TableKind::keeper},
                                                              {"unit", TableKind::unit},
                                                              {"access", TableKind::access}};
    CHECK(kKinds.contains(kind));
    CHECK(kinds.emplace(name, kKinds.at(kind)).second);
  }

  bool allows(const sql::Statement& statement, Reach reach) const {
    if (reach == Reach::access) return true;
    const Named named = names_in(statement.text);
    if (!named.plain) return false;
    // A WITH may not take the name of a table: inside it, the table itself would be meant.
    for (const auto& name : named.local)
      if (kinds.contains(name)) return false;
    if (reach != Reach::unit_write && !named.written.empty()) return false;
    for (const auto& table : named.tables) {
      const auto at = kinds.find(table);
      if (at == kinds.end() || at->second == TableKind::access) return false;
      if (at->second == TableKind::unit && (reach == Reach::open_read || !named.unit_id)) return false;
      if (named.written.contains(table) && at->second == TableKind::keeper && !named.keeper_unit)
        return false;
    }
    return !named.tables.empty() || reach != Reach::unit_write;
  }
};

Store::Store(std::unique_ptr<sql::Engine> engine, std::span<const sql::Migration> migrations)
    : engine_(std::move(engine)), judged_(std::make_unique<Judged>()) {
  for (const auto& migration : migrations)
    for (std::size_t at = 0; at < migration.text.size();) {
      const auto end = std::min(migration.text.find('\n', at), migration.text.size());
      judged_->declare(migration.text.substr(at, end - at));
      at = end + 1;
    }
  // A unit's rows have the second wall, row-level security, or the table is not there.
  for (const auto& [table, kind] : judged_->kinds)
    CHECK(kind != TableKind::unit || judged_->fenced.contains(table));
}

Store::~Store() = default;

void Store::judge(const sql::Statement& statement, Reach reach) const {
  auto& good = judged_->good.at(static_cast<std::size_t>(reach));
  {
    std::shared_lock lock(judged_->mutex);
    if (good.contains(statement.text)) return;
  }
  if (!judged_->allows(statement, reach))
    throw Bug("statement " + std::string(statement.name) + " reaches beyond its door");
  std::unique_lock lock(judged_->mutex);
  good.emplace(statement.text);
}

sql::EngineKind Store::kind() const { return engine_->kind(); }
void Store::read(const std::function<void(sql::Tx&)>& work) { engine_->read(work); }
void Store::write(const std::function<void(sql::Tx&)>& work) { engine_->write(work); }
sql::Figures Store::figures() const { return engine_->figures(); }

std::int64_t Store::last_change() {
  std::int64_t last = 0;
  read([&](sql::Tx& tx) { last = sql::last_change(tx); });
  return last;
}

Store::Seen Store::changes_after(std::int64_t position, std::size_t limit) {
  Seen seen;
  read([&](sql::Tx& tx) {
    const auto first = sql::first_change(tx);
    seen.gap = first > position + 1;
    seen.changes = sql::changes_after(tx, position, static_cast<std::int64_t>(limit));
  });
  return seen;
}

void Store::wait_for_change(std::int64_t position, int timeout_ms) {
  engine_->wait_for_change(position, std::chrono::milliseconds(timeout_ms));
}

}  // namespace lotse::access
