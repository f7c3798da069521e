// SPDX-License-Identifier: EUPL-1.2
#include "access/store.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "access/fence.h"
#include "access/key_ring.h"
#include "access/statement.h"
#include "base/check.h"
#include "sql/page_log.h"

namespace lotse::access {
struct Store::Judged {
  std::map<std::string, TableKind, std::less<>> kinds;
  mutable std::shared_mutex mutex;
  // Which parameters are the unit and which the object of a visitor's link, counted from 0.
  struct Fences {
    std::vector<std::size_t> unit, object;
  };
  // By reach and text.
  mutable std::array<std::map<std::string, Fences, std::less<>>, 6> good;

  std::set<std::string, std::less<>> fenced;
  std::vector<std::string> of_records;
  std::map<std::string, std::string, std::less<>> visited;  // column of the object, by table
  std::set<std::string, std::less<>> boxes;

  void declare(std::string_view line) {
    constexpr std::string_view kMark = "-- table ", kFence = "-- rls ", kVisit = "-- visitor ",
                               kBox = "-- letter_box ";
    if (line.substr(0, kBox.size()) == kBox) {
      line.remove_prefix(kBox.size());
      boxes.emplace(line.substr(0, line.find_first_of(" \r")));
      return;
    }
    if (line.substr(0, kVisit.size()) == kVisit) {
      line.remove_prefix(kVisit.size());
      const auto blank = line.find(' ');
      CHECK(blank != line.npos);
      const auto column = line.substr(blank + 1, line.find_first_of(" \r", blank + 1) - blank - 1);
      CHECK(visited.emplace(line.substr(0, blank), column).second);
      return;
    }
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
                                                              {"record", TableKind::record},
                                                              {"access", TableKind::access}};
    CHECK(kKinds.contains(kind));
    CHECK(kinds.emplace(name, kKinds.at(kind)).second);
    if (kKinds.at(kind) == TableKind::record) of_records.push_back(name);
  }

  // Whether it is an INSERT into tables that have a letter box, which tells nothing of what is there.
  bool only_adds(const Named& named) const {
    for (const auto& word : named.tokens)
      if (word == "conflict" || word == "returning") return false;
    return std::all_of(named.tables.begin(), named.tables.end(), [&](const Named::Table& table) {
      return !table.written ||
             (boxes.contains(table.name) && table.at > 0 && named.tokens[table.at - 1] == "into");
    });
  }

  // Nothing if the statement reaches beyond its door.
  std::optional<Fences> allows(const sql::Statement& statement, Reach reach) const {
    const Named named = names_in(statement.text);
    if (!named.plain) return std::nullopt;
    // A WITH may not take the name of a table: inside it, the table itself would be meant.
    for (const auto& [name, from] : named.local)
      if (kinds.contains(name)) return std::nullopt;
    const bool visitor = reach == Reach::visitor_read || reach == Reach::visitor_write;
    const bool box = reach == Reach::letter_box;
    const bool writes = reach == Reach::unit_write || reach == Reach::visitor_write || box;
    if (box && !only_adds(named)) return std::nullopt;
    std::vector<FencedTable> of_unit, of_object;
    for (const auto& table : named.tables) {
      if (table.written && !writes) return std::nullopt;
      const auto at = kinds.find(table.name);
      if (at == kinds.end() || at->second == TableKind::access) return std::nullopt;
      const bool of_a_unit = at->second == TableKind::unit || at->second == TableKind::record;
      if (of_a_unit) {
        if (reach == Reach::open_read || (box && !table.written)) return std::nullopt;
        of_unit.push_back({table, "unit_id"});
      }
      if (at->second == TableKind::keeper && table.written) of_unit.push_back({table, "keeper_unit"});
      if (visitor && (table.written || of_a_unit)) {
        const auto column = visited.find(table.name);
        if (column == visited.end()) return std::nullopt;
        of_object.push_back({table, column->second});
      }
    }
    if (named.tables.empty() && writes) return std::nullopt;
    auto unit = unit_parameters(named, of_unit), object = unit_parameters(named, of_object);
    if (!unit || !object) return std::nullopt;
    return Fences{std::move(*unit), std::move(*object)};
  }
};

Store::Store(std::unique_ptr<sql::Engine> engine, std::span<const sql::Migration> migrations,
             std::shared_ptr<KeyRing> keys)
    : engine_(std::move(engine)), judged_(std::make_unique<Judged>()), keys_(std::move(keys)) {
  for (const auto& migration : migrations)
    for (std::size_t at = 0; at < migration.text.size();) {
      const auto end = std::min(migration.text.find('\n', at), migration.text.size());
      judged_->declare(migration.text.substr(at, end - at));
      at = end + 1;
    }
  // A unit's rows have the second wall, row-level security, or the table is not there.
  for (const auto& [table, kind] : judged_->kinds)
    CHECK((kind != TableKind::unit && kind != TableKind::record) || judged_->fenced.contains(table));
}

Store::~Store() = default;

void Store::judge(const sql::Statement& statement, Reach reach, UnitId unit, sql::Params values,
                  std::string_view object) const {
  auto& good = judged_->good.at(static_cast<std::size_t>(reach));
  const Judged::Fences* fences = nullptr;
  {
    std::shared_lock lock(judged_->mutex);
    if (const auto at = good.find(statement.text); at != good.end()) fences = &at->second;
  }
  if (!fences) {
    auto allowed = judged_->allows(statement, reach);
    if (!allowed) throw Bug("statement " + std::string(statement.name) + " reaches beyond its door");
    std::unique_lock lock(judged_->mutex);
    fences = &good.try_emplace(std::string(statement.text), std::move(*allowed)).first->second;
  }
  const auto are = [&](const std::vector<std::size_t>& which, const sql::Value::Cell& wanted) {
    return std::all_of(which.begin(), which.end(), [&](std::size_t each) {
      return each < values.values().size() && values.values()[each].cell() == wanted;
    });
  };
  if (!are(fences->unit, std::int64_t{unit}))
    throw Bug("statement " + std::string(statement.name) + " is about another unit");
  if (!are(fences->object, std::string(object)))
    throw Bug("statement " + std::string(statement.name) + " is about another thing");
}

const std::vector<std::string>& Store::record_tables() const { return judged_->of_records; }

KeyRing& Store::keys() const {
  CHECK(keys_);
  return *keys_;
}

void Store::read(const std::function<void(sql::Tx&)>& work) { engine_->read(work); }
void Store::write(const std::function<void(sql::Tx&)>& work) { engine_->write(work); }
std::unique_ptr<sql::PageLog> Store::pages() const { return engine_->pages(); }
std::vector<std::string> Store::faults() const { return engine_->faults(); }
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

void Store::forget_changes(std::int64_t position) {
  write([&](sql::Tx& tx) { sql::trim_changes(tx, position); });
}

void Store::wait_for_change(std::int64_t position, int timeout_ms) {
  engine_->wait_for_change(position, std::chrono::milliseconds(timeout_ms));
}

}  // namespace lotse::access
