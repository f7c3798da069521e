// SPDX-License-Identifier: EUPL-1.2
#include "access/key_ring.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <mutex>

#include "access/store.h"
#include "base/check.h"

namespace lotse::access {
namespace {

constexpr std::array kSchema{
    sql::Migration{
        "2026-11-24-keys",
        "-- table unit_key access\n-- table record_key access\n-- rls record_key unit_id\n"
        "CREATE TABLE unit_key (unit_id BIGINT NOT NULL, generation BIGINT NOT NULL, above TEXT NOT NULL,\n"
        "  wrapped BYTEA NOT NULL, made_ms BIGINT NOT NULL, PRIMARY KEY (unit_id, generation));\n"
        "CREATE TABLE record_key (unit_id BIGINT NOT NULL, record TEXT NOT NULL, generation BIGINT NOT "
        "NULL,\n"
        "  wrapped BYTEA NOT NULL, made_ms BIGINT NOT NULL, PRIMARY KEY (unit_id, record));\n"
        "CREATE INDEX record_key_by_generation ON record_key (unit_id, generation);\n"},
    sql::Migration{
        "2026-11-24-store_identity",
        "-- table key_identity access\n-- grant key_identity: select insert\n"
        "CREATE TABLE key_identity (one BIGINT PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL);\n"}};
constexpr sql::Statement kIdentity{"keys.identity", "SELECT id FROM key_identity WHERE one = 1"};
constexpr sql::Statement kBear{
    "keys.bear", "INSERT INTO key_identity (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING"};

constexpr sql::Statement kUnitKeys{"keys.of_unit",
                                   "SELECT generation, above, wrapped FROM unit_key WHERE unit_id = $1 "
                                   "ORDER BY generation DESC"};
constexpr sql::Statement kAddUnitKey{
    "keys.add_unit",
    "INSERT INTO unit_key (unit_id, generation, above, wrapped, made_ms) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (unit_id, generation) DO NOTHING"};
constexpr sql::Statement kNotUnder{
    "keys.not_under", "SELECT unit_id, generation, above, wrapped FROM unit_key WHERE above <> $1"};
constexpr sql::Statement kPutUnder{"keys.put_under",
                                   "UPDATE unit_key SET above = $3, wrapped = $4 "
                                   "WHERE unit_id = $1 AND generation = $2 AND above = $5"};
constexpr sql::Statement kUnits{"keys.units", "SELECT DISTINCT unit_id FROM unit_key ORDER BY unit_id"};
// Only what nobody can be wrapping with any more: the one after it was made long ago.
constexpr std::int64_t kStillUsedMs = 10 * 60'000;
constexpr sql::Statement kForgetGenerations{
    "keys.forget_generations",
    "DELETE FROM unit_key WHERE unit_id = $1 AND generation < $2 AND NOT EXISTS (SELECT 1 FROM record_key "
    "WHERE record_key.unit_id = $1 AND record_key.generation = unit_key.generation) AND EXISTS (SELECT 1 "
    "FROM unit_key n WHERE n.unit_id = $1 AND n.generation = unit_key.generation + 1 AND n.made_ms < $3)"};
constexpr sql::Statement kAdd{"keys.add",
                              "INSERT INTO record_key (unit_id, record, generation, wrapped, made_ms) SELECT "
                              "$1, $2, generation, $4, $5 "
                              "FROM unit_key WHERE unit_id = $1 AND generation = $3 "
                              "AND generation = (SELECT max(generation) FROM unit_key WHERE unit_id = $1) "
                              "ON CONFLICT (unit_id, record) DO NOTHING"};
constexpr std::size_t kAtOnce = 20;
constexpr sql::Statement kFind{"keys.find",
                               "SELECT record, generation, wrapped FROM record_key WHERE unit_id = $1 AND "
                               "record IN ($2, $3, $4, $5, $6, $7, "
                               "$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"};
constexpr sql::Statement kDrop{"keys.drop", "DELETE FROM record_key WHERE unit_id = $1 AND record = $2"};
constexpr sql::Statement kOlder{
    "keys.older",
    "SELECT record, generation, wrapped FROM record_key WHERE unit_id = $1 AND generation < $2 "
    "ORDER BY generation, record LIMIT 200"};
constexpr sql::Statement kRewrap{"keys.rewrap",
                                 "UPDATE record_key SET generation = $3, wrapped = $4 "
                                 "WHERE unit_id = $1 AND record = $2 AND generation = $5"};

struct Wrapped {
  std::string record;
  std::int64_t generation = 0;
  sql::Blob bytes;
};

Wrapped wrapped_of(const sql::Row& r) { return {std::string(r.text(0)), r.integer(1), r.blob(2)}; }

seal::Place place_of_unit(UnitId unit, const std::string& generation) {
  return {unit, "unit_key", "wrapped", generation};
}
seal::Place place_of_record(UnitId unit, std::string_view record) {
  return {unit, "record_key", "wrapped", record};
}

}  // namespace

struct KeyRing::UnitKeys {
  std::map<std::int64_t, seal::Key> by_generation;
  std::int64_t newest() const { return by_generation.empty() ? 0 : by_generation.rbegin()->first; }
};

// Opened keys, in two halves: once a minute the older half is forgotten.
class KeyRing::Cache {
 public:
  using Name = std::pair<UnitId, std::string>;
  std::shared_ptr<const seal::Key> get(UnitId unit, const std::string& record) {
    const std::lock_guard lock(mutex_);
    turn();
    const Name name{unit, record};
    if (const auto at = young_.find(name); at != young_.end()) return at->second;
    const auto at = old_.find(name);
    return at == old_.end() ? nullptr : at->second;
  }
  void put(UnitId unit, const std::string& record, std::shared_ptr<const seal::Key> key) {
    const std::lock_guard lock(mutex_);
    turn();
    young_[{unit, record}] = std::move(key);
  }
  void forget(UnitId unit, const std::string& record) {
    const std::lock_guard lock(mutex_);
    young_.erase({unit, record});
    old_.erase({unit, record});
  }
  std::shared_ptr<const UnitKeys> unit(UnitId unit) {
    const std::lock_guard lock(mutex_);
    turn();
    const auto at = units_.find(unit);
    return at == units_.end() ? nullptr : at->second;
  }
  void put_unit(UnitId unit, std::shared_ptr<const UnitKeys> keys) {
    const std::lock_guard lock(mutex_);
    units_[unit] = std::move(keys);
  }

 private:
  // Time that goes on evenly: a changed clock must not keep a dropped key.
  void turn() {
    const auto now = std::chrono::steady_clock::now();
    if (now - turned_ < std::chrono::minutes(1) && young_.size() < 100'000) return;
    old_ = std::move(young_);
    young_.clear();
    units_.clear();
    if (now - turned_ >= std::chrono::minutes(2)) old_.clear();
    turned_ = now;
  }
  std::mutex mutex_;
  std::map<UnitId, std::shared_ptr<const UnitKeys>> units_;
  std::map<Name, std::shared_ptr<const seal::Key>> young_, old_;
  std::chrono::steady_clock::time_point turned_ = std::chrono::steady_clock::now();
};

std::span<const sql::Migration> KeyRing::migrations() { return kSchema; }

std::string KeyRing::identity() {
  std::string id;
  store_->read([&](sql::Tx& tx) {
    id = tx.one(kIdentity, {}, [](const sql::Row& r) { return std::string(r.text(0)); }).value_or("");
  });
  return id;
}

void KeyRing::bear(const std::string& identity) {
  store_->write([&](sql::Tx& tx) { tx.change(kBear, {identity}); });
}

KeyRing::KeyRing(std::unique_ptr<sql::Engine> engine, std::string key_file, seal::Profile profile)
    : store_(std::make_unique<Store>(std::move(engine), migrations())),
      key_file_(std::move(key_file)),
      profile_(profile),
      cache_(std::make_unique<Cache>()) {
  const std::filesystem::path file(key_file_);
  if (!std::filesystem::exists(file) && units().empty()) {
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    try {
      seal::MasterKeys::make(key_file_);
    } catch (const seal::KeysRefused&) {
      // Another process that starts at the same moment was first; whatever else it is shows when it is read.
    }
  }
  read_master();
}

KeyRing::~KeyRing() = default;

std::shared_ptr<const seal::MasterKeys> KeyRing::master() const {
  const std::lock_guard lock(mutex_);
  return master_;
}

void KeyRing::read_master() {
  auto keys = std::make_shared<const seal::MasterKeys>(seal::MasterKeys::read(key_file_));
  const std::lock_guard lock(mutex_);
  master_ = std::move(keys);
}

std::shared_ptr<const KeyRing::UnitKeys> KeyRing::read_unit_keys(UnitId unit) {
  struct Row {
    std::int64_t generation;
    std::string above;
    sql::Blob wrapped;
  };
  std::vector<Row> rows;
  store_->read([&](sql::Tx& tx) {
    rows = tx.rows(kUnitKeys, {unit}, [](const sql::Row& r) {
      return Row{r.integer(0), std::string(r.text(1)), r.blob(2)};
    });
  });
  auto keys = std::make_shared<UnitKeys>();
  for (const auto& each : rows) {
    if (master()->named(each.above) == nullptr) read_master();  // changed by another process since we looked
    const auto master_keys = master();
    const seal::Key* above = master_keys->named(each.above);
    if (!above)
      throw seal::KeysRefused("the keys of this store lie under an installation key that is not in " +
                              key_file_ + ": take the key file that belongs to this store");
    const std::string generation = std::to_string(each.generation);
    keys->by_generation.emplace(each.generation,
                                seal::unwrap(*above, place_of_unit(unit, generation), each.wrapped));
  }
  cache_->put_unit(unit, keys);
  return keys;
}

std::shared_ptr<const KeyRing::UnitKeys> KeyRing::unit_keys(UnitId unit) {
  auto keys = cache_->unit(unit);
  return keys ? keys : read_unit_keys(unit);
}

std::shared_ptr<const KeyRing::UnitKeys> KeyRing::made_unit_keys(UnitId unit, Instant now) {
  auto keys = unit_keys(unit);
  if (keys->newest() > 0) return keys;
  const seal::Key fresh = seal::Key::random();
  // What lies under a key that was changed meanwhile would be lost.
  const seal::KeyFileLock lock(key_file_, seal::KeyFileLock::How::with_others);
  read_master();
  const auto above = master();
  const auto wrapped = seal::wrap(profile_, above->newest(), place_of_unit(unit, "1"), fresh);
  store_->write([&](sql::Tx& tx) {
    tx.change(kAddUnitKey, {unit, 1, above->name_of_newest(), wrapped, now.ms});
  });
  return read_unit_keys(unit);  // another process may have been first
}

std::shared_ptr<const seal::Key> KeyRing::opened(UnitId unit, const std::string& record,
                                                 std::int64_t generation,
                                                 std::span<const std::byte> wrapped) {
  auto keys = unit_keys(unit);
  // Rotated by another process since we looked.
  if (!keys->by_generation.contains(generation)) keys = read_unit_keys(unit);
  const auto above = keys->by_generation.find(generation);
  CHECK(above != keys->by_generation.end());
  auto key =
      std::make_shared<const seal::Key>(seal::unwrap(above->second, place_of_record(unit, record), wrapped));
  cache_->put(unit, record, key);
  return key;
}

std::shared_ptr<const seal::Key> KeyRing::make(UnitId unit, const std::string& record, Instant now) {
  const std::array<std::string, 1> one{record};
  if (auto there = find(unit, one); !there.empty()) return there.begin()->second;
  const seal::Key fresh = seal::Key::random();
  auto keys = made_unit_keys(unit, now);
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto newest = keys->newest();
    const auto wrapped =
        seal::wrap(profile_, keys->by_generation.at(newest), place_of_record(unit, record), fresh);
    store_->write([&](sql::Tx& tx) {
      tx.enter_unit(unit);
      tx.change(kAdd, {unit, record, newest, wrapped, now.ms});
    });
    if (auto made = find(unit, one); !made.empty()) return made.begin()->second;
    keys = read_unit_keys(unit);  // rotated by another process meanwhile
  }
  throw sql::Unavailable("a unit's key changes faster than records can be made");
}

KeyRing::Keys KeyRing::find(UnitId unit, std::span<const std::string> records) {
  Keys found;
  std::vector<std::string> missing;
  for (const auto& each : records) {
    if (auto key = cache_->get(unit, each))
      found.emplace(each, std::move(key));
    else
      missing.push_back(each);
  }
  for (std::size_t first = 0; first < missing.size(); first += kAtOnce) {
    std::vector<sql::Value> values{unit};
    for (std::size_t i = 0; i < kAtOnce; ++i)
      values.emplace_back(missing[std::min(first + i, missing.size() - 1)]);
    std::vector<Wrapped> rows;
    store_->read([&](sql::Tx& tx) {
      tx.enter_unit(unit);
      rows = tx.rows(kFind, values, wrapped_of);
    });
    for (const auto& each : rows)
      found.emplace(each.record, opened(unit, each.record, each.generation, each.bytes));
  }
  return found;
}

void KeyRing::drop(UnitId unit, const std::string& record) {
  store_->write([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    tx.change(kDrop, {unit, record});
  });
  cache_->forget(unit, record);
  ++drops_;
  const std::lock_guard lock(dropping_);
  if (forget_) forget_(unit, record);
}

void KeyRing::on_drop(std::function<void(UnitId, const std::string&)> forget) {
  const std::lock_guard lock(dropping_);
  CHECK(!forget || !forget_);
  forget_ = std::move(forget);
}

int KeyRing::rewrap_units() {
  struct Row {
    UnitId unit;
    std::int64_t generation;
    std::string above;
    sql::Blob wrapped;
  };
  const auto keys = master();
  std::vector<Row> rows;
  store_->read([&](sql::Tx& tx) {
    rows = tx.rows(kNotUnder, {keys->name_of_newest()}, [](const sql::Row& r) {
      return Row{r.integer(0), r.integer(1), std::string(r.text(2)), r.blob(3)};
    });
  });
  for (const auto& each : rows) {
    const seal::Key* above = keys->named(each.above);
    if (!above)
      throw seal::KeysRefused("the key file lacks a key that this store was made with: " + key_file_);
    const std::string generation = std::to_string(each.generation);
    const auto place = place_of_unit(each.unit, generation);
    const auto wrapped =
        seal::wrap(profile_, keys->newest(), place, seal::unwrap(*above, place, each.wrapped));
    store_->write([&](sql::Tx& tx) {
      tx.change(kPutUnder, {each.unit, each.generation, keys->name_of_newest(), wrapped, each.above});
    });
  }
  return static_cast<int>(rows.size());
}

KeyRing::Rotated KeyRing::rotate(Instant now, bool forget) {
  const seal::KeyFileLock lock(key_file_, seal::KeyFileLock::How::alone);
  read_master();
  rewrap_units();
  seal::MasterKeys::keep_newest(key_file_);
  seal::MasterKeys::add(key_file_);
  read_master();
  Rotated done;
  done.units = rewrap_units();
  for (const UnitId unit : units()) done.records += rotate_unit(unit, now);
  if (!forget) return done;
  rewrap_units();
  seal::MasterKeys::keep_newest(key_file_);
  read_master();
  return done;
}

int KeyRing::rotate_unit(UnitId unit, Instant now) {
  auto keys = read_unit_keys(unit);
  if (keys->newest() == 0) return 0;
  std::vector<Wrapped> rows;
  const auto read_older = [&](std::int64_t than) {
    store_->read([&](sql::Tx& tx) {
      tx.enter_unit(unit);
      rows = tx.rows(kOlder, {unit, than}, wrapped_of);
    });
  };
  // Where one was broken off, that one is finished first.
  read_older(keys->newest());
  if (rows.empty()) {
    const std::string next = std::to_string(keys->newest() + 1);
    const seal::Key fresh = seal::Key::random();
    const auto above = master();
    const auto wrapped = seal::wrap(profile_, above->newest(), place_of_unit(unit, next), fresh);
    store_->write([&](sql::Tx& tx) {
      tx.change(kAddUnitKey, {unit, keys->newest() + 1, above->name_of_newest(), wrapped, now.ms});
    });
    keys = read_unit_keys(unit);
    read_older(keys->newest());
  }
  const auto newest = keys->newest();
  int count = 0;
  for (; !rows.empty(); read_older(newest)) {
    std::vector<sql::Blob> wrapped;
    for (const auto& each : rows) {
      const auto place = place_of_record(unit, each.record);
      wrapped.push_back(seal::wrap(profile_, keys->by_generation.at(newest), place,
                                   seal::unwrap(keys->by_generation.at(each.generation), place, each.bytes)));
    }
    store_->write([&](sql::Tx& tx) {
      tx.enter_unit(unit);
      for (std::size_t i = 0; i < rows.size(); ++i)
        tx.change(kRewrap, {unit, rows[i].record, newest, wrapped[i], rows[i].generation});
    });
    count += static_cast<int>(rows.size());
  }
  store_->write([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    tx.change(kForgetGenerations, {unit, newest, now.ms - kStillUsedMs});
  });
  read_unit_keys(unit);
  return count;
}

std::vector<UnitId> KeyRing::units() {
  std::vector<UnitId> found;
  store_->read([&](sql::Tx& tx) {
    found = tx.rows(kUnits, {}, [](const sql::Row& r) { return UnitId{r.integer(0)}; });
  });
  return found;
}

}  // namespace lotse::access
