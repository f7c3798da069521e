// SPDX-License-Identifier: EUPL-1.2
#include "access/fence.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>
#include <set>

namespace lotse::access {
namespace {

using Words = std::span<const std::string>;
using Indices = std::vector<std::size_t>;

bool one_of(std::string_view token, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), token) != words.end();
}

bool ends_condition(std::string_view token) {
  return one_of(token, {"where", "on", "join", "left", "inner", "cross", "natural", "group", "having",
                        "order", "limit", "offset", "for", "returning", "window", "fetch", "set", ","});
}

// The tokens of one query from a table's name on, without what stands in brackets: to the bracket around it
// or to the next query of a UNION. Indices into the statement's tokens.
Indices rest_of_query(Words t, std::size_t from) {
  Indices rest;
  int depth = 0;
  for (std::size_t i = from; i < t.size(); ++i) {
    if (t[i] == ")" && --depth < 0) break;
    if (depth == 0 && one_of(t[i], {"union", "intersect", "except"})) break;
    if (depth == 0) rest.push_back(i);
    if (t[i] == "(") ++depth;
  }
  return rest;
}

// The parts between the commas of the bracket at `open`; `open` moves behind its end.
std::vector<Indices> parts_in(Words t, std::size_t& open) {
  std::vector<Indices> parts(1);
  int depth = 0;
  for (std::size_t i = open; i < t.size(); ++i) {
    if (t[i] == ")" && --depth == 0) {
      open = i + 1;
      return parts;
    }
    if (depth == 1 && t[i] == ",")
      parts.emplace_back();
    else if (depth >= 1)
      parts.back().push_back(i);
    if (t[i] == "(") ++depth;
  }
  open = t.size();
  return parts;
}

std::optional<std::size_t> parameter(Words t, std::size_t at) {
  std::size_t number = 0;
  if (at + 1 >= t.size() || t[at] != "$") return std::nullopt;
  const auto& digits = t[at + 1];
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, number).ptr != end || number == 0) return std::nullopt;
  return number - 1;
}

// One fenced table, with the name that its columns go by.
struct Place {
  const FencedTable* fenced = nullptr;
  std::string name;
  Indices query;      // from its own name on
  bool alone = true;  // no other table in the query: its columns need no name before them
  bool fenced_yet = false;
};

class Reader {
 public:
  Reader(const Named& named, std::span<const FencedTable> tables) : t_(named.tokens) {
    for (const auto& [name, from] : named.local) ++names_[name];
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
      if (!one_of(t_[i], {"from", "join", "update", "into"})) continue;
      std::size_t last = i + 1;
      if (t_[last] == "(") parts_in(t_, last), --last;
      const auto alias = alias_at(t_, last);
      ++names_[alias ? t_[alias] : t_[last]];
    }
    for (const auto& each : tables) {
      Place place{&each, name_of(each.table), rest_of_query(t_, each.table.at)};
      place.alone = before(each.table) != "join";
      for (const auto i : place.query) place.alone = place.alone && !one_of(t_[i], {"join", "from"});
      places_.push_back(std::move(place));
    }
  }

  std::optional<std::vector<std::size_t>> read() {
    for (auto& place : places_)
      if (before(place.fenced->table) == "into") {
        if (!reads_insert(place)) return std::nullopt;
        place.fenced_yet = true;
      } else if (before(place.fenced->table) == "update" && sets_column(place)) {
        return std::nullopt;
      }
    // One may lean upon another that was fenced before.
    for (std::size_t round = 0; round <= places_.size(); ++round)
      for (auto& place : places_) place.fenced_yet = place.fenced_yet || is_fenced(place);
    for (const auto& place : places_)
      if (!place.fenced_yet) return std::nullopt;
    return std::vector<std::size_t>(parameters_.begin(), parameters_.end());
  }

 private:
  std::string_view at(std::size_t i) const { return i < t_.size() ? std::string_view(t_[i]) : ""; }
  std::string_view before(const Named::Table& table) const { return t_[table.at - 1]; }
  // The name by which the query calls the table.
  std::string name_of(const Named::Table& table) const {
    const auto alias = alias_at(t_, table.at);
    return alias ? t_[alias] : table.name;
  }
  bool is_fenced_yet(std::string_view name, std::string_view column) const {
    const auto count = names_.find(name);
    return count != names_.end() && count->second == 1 &&
           std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
             return place.name == name && place.fenced_yet && place.fenced->column == column;
           });
  }

  // `from`: only what stands behind it, the end of an upsert.
  bool is_fenced(const Place& place, std::size_t from = 0) {
    bool own_on = before(place.fenced->table) == "join";
    for (std::size_t k = 0; k < place.query.size(); ++k) {
      if (place.query[k] < from) continue;
      const auto& word = t_[place.query[k]];
      if (word == "conflict" && from == 0) return false;  // what follows is about other rows
      if (word == "join") own_on = false;
      const bool condition = word == "where" || (word == "on" && own_on);
      if (word == "on") own_on = false;
      if (!condition) continue;
      std::size_t end = k + 1;
      while (end < place.query.size() && !ends_condition(t_[place.query[end]])) ++end;
      if (holds(place, std::span(place.query).subspan(k + 1, end - k - 1), from > 0)) return true;
    }
    return false;
  }

  // Whether one of the conditions that are all to be true fences the table.
  bool holds(const Place& place, std::span<const std::size_t> clause, bool upsert) {
    for (const auto i : clause)
      if (one_of(t_[i], {"or", "between", "case"})) return false;
    std::vector<std::string_view> one;
    std::size_t first = clause.empty() ? 0 : clause.front();
    for (std::size_t k = 0; k <= clause.size(); ++k) {
      if (k < clause.size() && t_[clause[k]] != "and") {
        if (one.empty()) first = clause[k];
        one.push_back(t_[clause[k]]);
        continue;
      }
      if (fences(place, one, first, upsert)) return true;
      one.clear();
    }
    return false;
  }

  // column = $N, name.column = $N, name.column = other.column
  bool fences(const Place& place, std::span<const std::string_view> one, std::size_t first, bool upsert) {
    const auto column = place.fenced->column;
    std::size_t next = 0;
    if (one.size() >= 3 && one[1] == ".") {
      if (one[0] != place.name) return false;
      next = 2;
    } else if (!place.alone) {
      return false;
    }
    if (one.size() < next + 2 || one[next] != column || one[next + 1] != "=") return false;
    const auto value = one.subspan(next + 2);
    if (value.size() == 3 && value[1] == "." && value[2] == column)
      return upsert ? value[0] == "excluded" : is_fenced_yet(value[0], column);
    if (value.size() != 2) return false;
    const auto number = parameter(t_, first + next + 2);
    if (number) parameters_.insert(*number);
    return number.has_value();
  }

  // INSERT INTO table (columns) VALUES (…), (…), and what becomes of rows that are there already.
  bool reads_insert(const Place& place) {
    const std::size_t into = place.fenced->table.at - 1;
    std::size_t i = into + 2;
    if (into == 0 || t_[into - 1] != "insert" || at(i) != "(") return false;
    const auto columns = parts_in(t_, i);
    std::size_t position = 0;
    while (position < columns.size() &&
           (columns[position].size() != 1 || t_[columns[position][0]] != place.fenced->column))
      ++position;
    if (position == columns.size() || at(i) != "values") return false;
    do {
      ++i;
      if (at(i) != "(") return false;
      const auto values = parts_in(t_, i);
      if (values.size() != columns.size() || values[position].size() != 2) return false;
      const auto number = parameter(t_, values[position][0]);
      if (!number) return false;
      parameters_.insert(*number);
    } while (at(i) == ",");
    if (std::count(t_.begin(), t_.end(), "conflict") > 1) return false;
    if (at(i) == "on") return leaves_others(place, i + 1);
    return one_of(at(i), {"", ")", "returning"});
  }

  // CONFLICT (…) DO NOTHING, or DO UPDATE of rows of the same unit only.
  bool leaves_others(const Place& place, std::size_t i) {
    if (at(i) != "conflict") return false;
    bool same = false;
    if (at(++i) == "(")
      for (const auto& part : parts_in(t_, i))
        same = same || (part.size() == 1 && t_[part[0]] == place.fenced->column);
    if (at(i) != "do") return false;
    if (at(i + 1) == "nothing") return true;
    if (at(i + 1) != "update" || sets_column(place)) return false;
    return same || is_fenced(place, i);
  }

  // Whether SET gives a row to somebody else.
  bool sets_column(const Place& place) const {
    bool setting = false, item = false;
    for (const auto i : place.query) {
      if (setting && item && (one_of(t_[i], {"(", "'"}) || t_[i] == place.fenced->column)) return true;
      item = t_[i] == "set" || (setting && t_[i] == ",");
      if (t_[i] == "set") setting = true;
      if (one_of(t_[i], {"where", "returning"}) || (t_[i] == "from" && t_[i - 1] != "distinct"))
        setting = false;
    }
    return false;
  }

  Words t_;
  std::map<std::string, int, std::less<>> names_;  // of all tables, and how often
  std::vector<Place> places_;
  std::set<std::size_t> parameters_;
};

}  // namespace

std::optional<std::vector<std::size_t>> unit_parameters(const Named& named,
                                                        std::span<const FencedTable> tables) {
  if (tables.empty()) return std::vector<std::size_t>{};
  return Reader(named, tables).read();
}

}  // namespace lotse::access
