// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "seal/master.h"
#include "seal/seal.h"
#include "sql/migrate.h"
#include "sql/sql.h"

namespace lotse::access {

class Store;

/**
 * The keys of all records: one for each person, case or other record, wrapped by its unit's key, and that by
 * the installation's. Wrapped keys lie apart from the data (SQLite: a second file; PostgreSQL: schema
 * `keys`), so that dropping one erases its record everywhere, in old backups of the data as well. A unit's
 * key wraps keys and seals nothing else, so changing it touches no data.
 *
 * Unit 0 is the installation itself.
 *
 * Safe to call from several threads, but not from inside a change of the store.
 */
class KeyRing {
 public:
  /** `engine` is the store of keys, migrated; see migrations(). Reads the installation's keys from
   * `key_file`, and again when a newer one is met. Where neither the file nor
   * any key in the store is there yet, makes the file. Throws seal::KeysRefused. */
  KeyRing(std::unique_ptr<sql::Engine> engine, std::string key_file,
          seal::Profile profile = seal::Profile::xchacha20);
  ~KeyRing();

  /** The schema of the store of keys. */
  static std::span<const sql::Migration> migrations();

  using Keys = std::map<std::string, std::shared_ptr<const seal::Key>, std::less<>>;

  /** Makes the key of a new record; it is durable when this returns, before the first row that it seals.
   * Gives the one that is there where there is one. */
  std::shared_ptr<const seal::Key> make(UnitId unit, const std::string& record, Instant now);
  /** Keys of these records; those that were dropped or never made are missing. */
  Keys find(UnitId unit, std::span<const std::string> records);
  /** Nothing can open the record's texts any more, here at once, in other processes after two minutes. */
  void drop(UnitId unit, const std::string& record);
  /** How often that was done here since the start. */
  std::uint64_t drops() const { return drops_; }

  /** Called after each drop in this process, by the thread that dropped; for whoever keeps in memory what the
   * key opened. One at a time; an empty one ends it, and returns when none is being called any more. */
  void on_drop(std::function<void(UnitId, const std::string& record)> forget);

  /** What new texts are sealed with. */
  seal::Profile profile() const { return profile_; }

  struct Rotated {
    int units = 0, records = 0;
  };
  /**
   * A fresh installation key, a fresh key for every unit, and all keys of records wrapped anew, some hundred
   * at a time, while others read and write. Can be run again after a break. The installation key before it
   * stays in the key file until the next time, for processes that have not met the new one yet; `forget`
   * takes it out now. Sealed texts stay as they are.
   */
  Rotated rotate(Instant now, bool forget);
  /** All units that have keys. */
  std::vector<UnitId> units();
  /** The name of the store that the keys belong to; empty where they bear none yet. */
  std::string identity();
  /** Gives them that name, unless they bear one. */
  void bear(const std::string& identity);

 private:
  friend class StoreCopy;
  class Cache;
  struct UnitKeys;
  std::shared_ptr<const seal::MasterKeys> master() const;
  void read_master();
  int rewrap_units();
  int rotate_unit(UnitId unit, Instant now);
  std::shared_ptr<const UnitKeys> read_unit_keys(UnitId unit);
  std::shared_ptr<const UnitKeys> unit_keys(UnitId unit);
  std::shared_ptr<const UnitKeys> made_unit_keys(UnitId unit, Instant now);
  std::shared_ptr<const seal::Key> opened(UnitId unit, const std::string& record, std::int64_t generation,
                                          std::span<const std::byte> wrapped);

  std::unique_ptr<Store> store_;
  std::string key_file_;
  seal::Profile profile_;
  mutable std::mutex mutex_;
  std::shared_ptr<const seal::MasterKeys> master_;
  std::unique_ptr<Cache> cache_;
  std::atomic<std::uint64_t> drops_{0};
  std::mutex dropping_;  // guards forget_
  std::function<void(UnitId, const std::string&)> forget_;
};

}  // namespace lotse::access
