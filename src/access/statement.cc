// SPDX-License-Identifier: EUPL-1.2
#include "access/statement.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <optional>

namespace lotse::access {
namespace {

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

}  // namespace

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
    if (!stands_plain(t, i, named.local)) return not_plain();
    // PostgreSQL's TABLE t and DELETE … USING t, SQLite's x IN t: further ways to name a table.
    // RIGHT and FULL joins keep rows that their condition does not want.
    if (one_of(t[i], {"right", "full"})) return not_plain();
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
    named.tables.push_back({std::string(table), i + 1, writes});
  }
  named.tokens = std::move(*read);
  return named;
}

}  // namespace lotse::access
