// SPDX-License-Identifier: EUPL-1.2
#include "access/store.h"

#include <cctype>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "base/check.h"

namespace lotse::access {
namespace {

// What a statement names: which tables it reads and writes. Our SQL is plain: no comma joins, no quoted names.
struct Named {
  std::set<std::string> tables, written;
  bool unit_id = false, keeper_unit = false;
};

std::vector<std::string> tokens_of(std::string_view sql) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < sql.size();) {
    const auto c = static_cast<unsigned char>(sql[i]);
    if (sql[i] == '\'') {
      const auto end = sql.find('\'', i + 1);
      i = end == sql.npos ? sql.size() : end + 1;
    } else if (std::isalnum(c) || c == '_') {
      std::string word;
      for (; i < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[i])) || sql[i] == '_'); ++i)
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(sql[i])));
      tokens.push_back(std::move(word));
    } else {
      if (!std::isspace(c)) tokens.emplace_back(1, sql[i]);
      ++i;
    }
  }
  return tokens;
}

Named names_in(std::string_view sql) {
  const auto t = tokens_of(sql);
  Named named;
  std::set<std::string> local;  // WITH name AS (…), WITH name(columns) AS (…)
  for (std::size_t i = 0; i + 2 < t.size(); ++i)
    if ((t[i] == "with" || t[i] == "recursive" || (t[i] == "," && i > 0 && t[i - 1] == ")")) &&
        (t[i + 2] == "as" || t[i + 2] == "("))
      local.insert(t[i + 1]);
  for (std::size_t i = 0; i + 1 < t.size(); ++i) {
    named.unit_id = named.unit_id || t[i] == "unit_id" || t[i + 1] == "unit_id";
    named.keeper_unit = named.keeper_unit || t[i] == "keeper_unit" || t[i + 1] == "keeper_unit";
    const bool update = t[i] == "update" && t[i + 1] != "set";
    if (t[i] != "from" && t[i] != "join" && t[i] != "into" && !update) continue;
    if (t[i] == "from" && i > 0 && t[i - 1] == "distinct") continue;  // IS DISTINCT FROM
    const std::string& table = t[i + 1];
    if (table == "(" || table == "skip" || local.contains(table)) continue;
    named.tables.insert(table);
    if (t[i] == "into" || update || (t[i] == "from" && i > 0 && t[i - 1] == "delete")) named.written.insert(table);
  }
  return named;
}

}  // namespace

struct Store::Judged {
  std::map<std::string, TableKind, std::less<>> kinds;
  mutable std::shared_mutex mutex;
  mutable std::map<std::pair<const char*, Reach>, bool> good;

  void declare(std::string_view line) {
    constexpr std::string_view kMark = "-- table ";
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
    if (reach != Reach::unit_write && !named.written.empty()) return false;
    for (const auto& table : named.tables) {
      const auto at = kinds.find(table);
      if (at == kinds.end() || at->second == TableKind::access) return false;
      if (at->second == TableKind::unit && (reach == Reach::open_read || !named.unit_id)) return false;
      if (named.written.contains(table) && at->second == TableKind::keeper && !named.keeper_unit) return false;
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
}

Store::~Store() = default;

void Store::judge(const sql::Statement& statement, Reach reach) const {
  const std::pair key{statement.text.data(), reach};
  {
    std::shared_lock lock(judged_->mutex);
    const auto at = judged_->good.find(key);
    if (at != judged_->good.end() && at->second) return;
  }
  if (!judged_->allows(statement, reach))
    throw Bug("statement " + std::string(statement.name) + " reaches beyond its door");
  std::unique_lock lock(judged_->mutex);
  judged_->good[key] = true;
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
