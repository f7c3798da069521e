// SPDX-License-Identifier: EUPL-1.2
#include "access/statement.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <optional>

namespace lotse::access {
namespace {

bool is_word(std::string_view token) {
  return !token.empty() && (std::isalnum(static_cast<unsigned char>(token[0])) || token[0] == '_');
}

bool one_of(std::string_view token, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), token) != words.end();
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Where a parameter's number ends. SQLite reads "$1(…)" and "$1::x" as one name, which would hide what
// follows.
std::optional<std::size_t> after_parameter(std::string_view sql, std::size_t i) {
  const std::size_t first = ++i;
  while (i < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i]))) ++i;
  const char next = i < sql.size() ? sql[i] : ' ';
  if (i == first || is_word_char(next) || std::string_view("$(:.").find(next) != std::string_view::npos)
    return std::nullopt;
  return i;
}

// Nothing where a text is not plain. A constant ('…') is the token "'": engines take it as a name in some
// places.
std::optional<std::vector<std::string>> tokens_of(std::string_view sql) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < sql.size();) {
    const auto c = static_cast<unsigned char>(sql[i]);
    const char next = i + 1 < sql.size() ? sql[i + 1] : ' ';
    if (sql[i] == '\'') {
      const auto end = sql.find('\'', i + 1);
      if (end == sql.npos) return std::nullopt;
      i = end + 1;
      tokens.emplace_back("'");
    } else if (is_word_char(sql[i])) {
      std::string word;
      for (; i < sql.size() && is_word_char(sql[i]); ++i)
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(sql[i])));
      // E'…', U&'…': other rules for the end of the constant; "a$1" is one name to an engine.
      if (i < sql.size() && (sql[i] == '\'' || sql[i] == '$')) return std::nullopt;
      tokens.push_back(std::move(word));
    } else if (c == '$') {
      const auto end = after_parameter(sql, i);
      if (!end) return std::nullopt;
      tokens.emplace_back("$");
      tokens.emplace_back(sql.substr(i + 1, *end - i - 1));
      i = *end;
    } else {
      const bool comment = (c == '-' && next == '-') || (c == '/' && next == '*');
      const bool quote = std::string_view("\"`[];\\").find(sql[i]) != std::string_view::npos;
      if (comment || quote || c >= 0x80) return std::nullopt;
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
bool read_with(const std::vector<std::string>& t, std::size_t i, std::map<std::string, std::size_t>& local) {
  const auto at = [&](std::size_t k) { return k < t.size() ? std::string_view(t[k]) : std::string_view(); };
  const bool recursive = at(++i) == "recursive";
  if (recursive) ++i;
  for (;; ++i) {
    if (!is_word(at(i))) return false;
    const std::string& name = t[i++];
    if (at(i) == "(") i = after_brackets(t, i);
    if (at(i++) != "as") return false;
    if (at(i) == "not") ++i;
    if (at(i) == "materialized") ++i;
    if (at(i) != "(") return false;
    const std::size_t body = i;
    i = after_brackets(t, i);
    // Before its end the name is that of a table, if there is one.
    if (!local.emplace(name, recursive ? body : i).second) return false;
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

bool is_clause(std::string_view word) {
  return one_of(word, {"where",     "on",        "join",  "group", "having", "order",  "limit",  "offset",
                       "for",       "returning", "set",   "left",  "inner",  "cross",  "values", "union",
                       "intersect", "except",    "using", "do",    "from",   "select", "default"});
}

// FOR UPDATE, FOR SHARE [SKIP LOCKED]: the last words, for what SQLite runs is the text without them.
bool locks_at_end(const std::vector<std::string>& t, std::size_t i) {
  std::size_t end = i + 2;
  if (i + 1 >= t.size() || !one_of(t[i + 1], {"update", "share"})) return false;
  if (end + 1 < t.size() && t[end] == "skip" && t[end + 1] == "locked") end += 2;
  return end == t.size() || t[end] == ")";
}

// UPDATE t [[AS] a] SET, DO UPDATE SET.
bool sets_after_update(const std::vector<std::string>& t, std::size_t i) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(i, 4); ++back)
    if (t[i - back] == "update") return back != 1 || (i >= 2 && t[i - 2] == "do");
  return false;
}

/** Words that begin a clause stand where they do so: as a name they would make the rest be read wrongly. */
bool is_in_its_clause(const std::vector<std::string>& t, std::size_t i) {
  const std::string_view word = t[i], before = i > 0 ? std::string_view(t[i - 1]) : std::string_view(),
                         next = i + 1 < t.size() ? std::string_view(t[i + 1]) : std::string_view();
  if (one_of(word, {"window", "fetch", "natural", "outer", "indexed", "right", "full", "lateral"}))
    return false;
  if (!is_clause(word)) return true;
  if (one_of(before, {".", "as"})) return false;
  if (one_of(word, {"left", "inner", "cross"})) return next == "join";
  if (one_of(word, {"limit", "offset"}))
    return next == "$" || (!next.empty() && next.find_first_not_of("0123456789") == next.npos);
  if (one_of(word, {"group", "order"})) return next == "by";
  if (one_of(word, {"union", "intersect", "except"})) return one_of(next, {"select", "all", "values"});
  if (word == "values") return next == "(" || before == "default";
  if (word == "for") return locks_at_end(t, i);
  if (word == "set") return sets_after_update(t, i);
  if (word == "do") return one_of(next, {"nothing", "update"});
  return !next.empty() && !one_of(next, {",", ")", "."}) &&
         (word == "from" || word == "on" || !is_clause(next));
}

/** A call stands where our SQL has it: a function that only computes, or the columns of a name of WITH. */
bool calls_plain(const std::vector<std::string>& t, std::size_t i, const Named& named) {
  if (i + 1 >= t.size() || t[i + 1] != "(" || !is_word(t[i])) return true;
  if ((i > 0 && t[i - 1] == "into") || may_call(t[i]) || std::isdigit(static_cast<unsigned char>(t[i][0])))
    return true;
  std::size_t next = after_brackets(t, i + 1);
  if (!named.local.contains(t[i]) || next >= t.size() || t[next++] != "as") return false;
  while (next < t.size() && one_of(t[next], {"not", "materialized"})) ++next;
  return next < t.size() && t[next] == "(";
}

bool stands_plain(const std::vector<std::string>& t, std::size_t i, const Named& named) {
  if (t[i] == "with" && i > 0) return false;  // a name given inside would hide a table outside
  // PostgreSQL takes (x).f and $1.f as calls of f.
  if (t[i] == "." && i > 0 && (t[i - 1] == ")" || (i > 1 && t[i - 2] == "$"))) return false;
  return is_in_its_clause(t, i) && calls_plain(t, i, named);
}

}  // namespace

std::size_t alias_at(std::span<const std::string> t, std::size_t table) {
  std::size_t next = table + 1;
  if (next < t.size() && t[next] == "as") return next + 1 < t.size() ? next + 1 : 0;
  return next < t.size() && is_word(t[next]) && !is_clause(t[next]) ? next : 0;
}

Named names_in(std::string_view sql) {
  Named named;
  auto read = tokens_of(sql);
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
    if (!stands_plain(t, i, named)) return not_plain();
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
    // Other names for its columns.
    if (const auto alias = alias_at(t, i + 1); alias != 0 && at(alias + 1) == "(") return not_plain();
    const bool writes = update || t[i] == "into" || before == "delete";
    const auto local = named.local.find(std::string(table));
    if (local != named.local.end() && i > local->second && !writes) continue;
    named.tables.push_back({std::string(table), i + 1, writes});
  }
  named.tokens = std::move(*read);
  return named;
}

}  // namespace lotse::access
