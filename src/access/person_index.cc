// SPDX-License-Identifier: EUPL-1.2
#include "access/person_index.h"

#include <chrono>

#include "access/record_note.h"
#include "base/log.h"

namespace lotse::access {
namespace {

// What the doors of the index would enter, did they change anything.
constexpr Right kIndex{"person.index", 1, Action::read};
constexpr Purpose kEveryPurpose = 0;
constexpr std::size_t kChangesAtOnce = 5000;
constexpr std::string_view kNext = "id > $2 ORDER BY id LIMIT 500", kOne = "id = $2";

}  // namespace

PersonIndex::PersonIndex(Store& store, const Clock& clock, std::vector<persons::Table> tables,
                         std::size_t most)
    : store_(store), clock_(clock), tables_(std::move(tables)), most_(most) {
  store_.keys().on_drop([this](UnitId unit, const std::string& record) { forget(unit, record); });
  try {
    load();
  } catch (...) {
    store_.keys().on_drop({});
    throw;
  }
}

PersonIndex::~PersonIndex() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  store_.keys().on_drop({});
}

std::size_t PersonIndex::size() const {
  const std::shared_lock lock(mutex_);
  return books_.persons;
}

std::vector<alike::Book::Hit> PersonIndex::hits(UnitId unit, std::string_view table,
                                                const alike::Question& question, std::size_t most,
                                                const std::function<bool(const std::string&)>& wanted) const {
  const std::shared_lock lock(mutex_);
  const auto at = books_.by_place.find({unit, std::string(table)});
  return at == books_.by_place.end() ? std::vector<alike::Book::Hit>()
                                     : at->second.find(question, most, wanted);
}

std::vector<persons::Closed> PersonIndex::rows(UnitId unit, const persons::Table& table,
                                               std::string_view where, const std::string& id) {
  const std::string text =
      "SELECT " + table.columns + " FROM " + table.name + " WHERE unit_id = $1 AND " + std::string(where);
  return System(store_, clock_, "person.index", unit).unit(kIndex, kEveryPurpose).read([&](View& view) {
    return view.rows({"person_index.rows", text}, {unit, id},
                     [&](const sql::Row& r) { return table.read(r, unit); });
  });
}

// Nothing for one who has ended or is just ending, and for what was damaged: it must not hide the others.
std::optional<alike::Person> PersonIndex::opened(const persons::Closed& closed, const KeyRing::Keys& keys) {
  const auto key = keys.find(closed.record);
  if (key == keys.end()) return std::nullopt;
  try {
    return closed.open(*key->second);
  } catch (const seal::Broken&) {
    log_event("person_index.broken");
    return std::nullopt;
  }
}

void PersonIndex::put(Books& books, UnitId unit, const std::string& table, const persons::Closed& closed,
                      const std::optional<alike::Person>& person) {
  if (!person) return;
  if (books.persons >= most_) {
    if (whole_.exchange(false)) log_event("person_index.full", {{"persons", books.persons}});
    return;
  }
  books.by_place[{unit, table}].add(closed.row, closed.record, *person);
  ++books.persons;
}

void PersonIndex::load_table(UnitId unit, const persons::Table& table, Books& books) {
  std::string after;
  for (;;) {
    const auto some = rows(unit, table, kNext, after);
    if (some.empty()) return;
    std::vector<std::string> records;
    for (const auto& each : some) records.push_back(each.record);
    const auto keys = store_.keys().find(unit, records);
    for (const auto& each : some) put(books, unit, table.name, each, opened(each, keys));
    after = some.back().row;
  }
}

void PersonIndex::load() {
  // The position is read first: what is committed meanwhile is taken over once more, which does no harm.
  const auto position = store_.last_change();
  whole_ = true;
  Books fresh;
  for (const UnitId unit : store_.keys().units())
    if (unit != kInstallation)
      for (const auto& table : tables_) load_table(unit, table, fresh);
  const std::unique_lock lock(mutex_);
  books_ = std::move(fresh);
  position_ = position;
}

void PersonIndex::take_row(const persons::Table& table, UnitId unit, const std::string& row) {
  const auto now = rows(unit, table, kOne, row);
  std::optional<alike::Person> person;
  if (!now.empty()) person = opened(now.front(), store_.keys().find(unit, std::span(&now.front().record, 1)));
  const std::unique_lock lock(mutex_);
  if (books_.by_place[{unit, table.name}].remove(row)) --books_.persons;
  if (!now.empty()) put(books_, unit, table.name, now.front(), person);
}

void PersonIndex::take(const std::vector<sql::Change>& changes) {
  for (const auto& change : changes) {
    const auto place = NotedPlace::of(change.key);
    if (place && change.topic == kRecordEnded) forget(place->unit, place->id);
    for (const auto& table : tables_)
      if (place && change.topic == table.name) take_row(table, place->unit, place->id);
  }
  position_ = changes.back().seq;
}

void PersonIndex::forget(UnitId unit, const std::string& record) {
  const std::unique_lock lock(mutex_);
  for (auto& [place, book] : books_.by_place)
    if (place.first == unit) books_.persons -= book.remove_record(record);
}

void PersonIndex::catch_up() {
  const std::lock_guard once(taking_);
  for (;;) {
    const auto seen = store_.changes_after(position_, kChangesAtOnce);
    if (seen.gap) return load();
    if (seen.changes.empty()) return;
    take(seen.changes);
  }
}

void PersonIndex::follow() {
  thread_ = std::thread([this] {
    while (!stop_) {
      try {
        store_.wait_for_change(position_, 500);
        if (!stop_) catch_up();
      } catch (const std::exception& e) {
        // The store is away for a moment; who was known stays so until it is back.
        log_event("person_index.waits", {{"what", LogValue::word(e.what())}});
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
      }
    }
  });
}

}  // namespace lotse::access
