// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "access/store.h"
#include "care/container.h"

/**
 * Copies of a store, made while it works. Data and keys are copied into files of their own, because they are
 * kept for different times: whoever is erased has her key dropped, and is gone from every copy of the data
 * once the copies of the keys of that time are gone. Each file is sealed under the installation's key. A
 * SQLite store is copied page by page, a PostgreSQL store by the database's own programs (decision 0030).
 */
namespace lotse::care {

/** What a copy held. */
struct Copied {
  std::uint64_t data_bytes = 0, key_bytes = 0;  // of the files
};

/** Copies data into `file`, keys into `file` + ".keys"; both are there whole or not at all. Throws
 * CopyRefused where one of them is there already, sql::Unavailable, std::system_error. */
Copied back_up(access::Store& store, const Clock& clock, const std::filesystem::path& file,
               const std::stop_token& stop = {});

/** How the database's own programs reach a PostgreSQL store. */
struct DatabaseChoice {
  std::string url, password_file;
};

/** As back_up, for PostgreSQL. `store` lies there; its role must be one that no row is hidden from
 * (sql::Refused says how to make one). Nothing unsealed touches a disk. */
Copied dump(access::Store& store, const DatabaseChoice& database, const Clock& clock,
            const std::filesystem::path& file, const std::stop_token& stop = {});

/** How a folder of copies is kept. */
struct FollowChoice {
  std::filesystem::path folder;
  std::chrono::milliseconds every{10'000};  // between two looks at what has changed
  std::chrono::hours whole_every{24};       // between two whole copies
  int keep_days = 30;                       // of copies; the newest whole one is kept always
  std::chrono::milliseconds late{60'000};   // after so long without a look, the copies are late
};

/** This process follows the store already. */
struct AlreadyFollowed : CopyRefused {
  using CopyRefused::CopyRefused;
};

/** How long ago the copies of this store held all of it, where this process follows it; while the first whole
 * copy is being made, since when. From any thread, also while the folder of copies hangs. */
std::optional<std::chrono::seconds> age_of_copies(const access::Store& store);

/**
 * Keeps a folder of copies up to date until `stop`: a whole copy ("20261122T101500Z-1a2b3c4d/"), then every
 * some seconds what has changed since, also while the next whole copy is being written. A new one is begun
 * when it is time, when the installation's key was changed, and when something fails (the folder is full or
 * away), which is told to `said` and to the log ("copy.failed"). Each line of `said` is one thing that was
 * done. Where the copies are late, for whatever reason, the log says so every five minutes ("copy.late").
 * Throws AlreadyFollowed.
 */
void follow(access::Store& store, const Clock& clock, const FollowChoice& choice, const std::stop_token& stop,
            const std::function<void(const std::string&)>& said);

/** What to restore, and where. */
struct RestoreChoice {
  std::filesystem::path from;                 // a file of back_up, or a folder of follow
  std::optional<std::filesystem::path> keys;  // a newer file of keys than the one beside `from`
  std::optional<std::int64_t> until_ms;       // folder: nothing that was copied after this moment
  std::filesystem::path to;                   // folder; must hold no store
  std::filesystem::path key_file;
};

/** A PostgreSQL store that was put together; it lies in schemas of its own (kRestoring) until accept(). */
class RestoringDatabase {
 public:
  /** Of `choice`, only from, keys and key_file count. `owner` is the role that owns the store then. Throws
   * CopyRefused and sql::Refused, saying what to do; then nothing is left of it. */
  RestoringDatabase(const RestoreChoice& choice, const DatabaseChoice& owner);
  ~RestoringDatabase();
  RestoringDatabase(const RestoringDatabase&) = delete;
  RestoringDatabase& operator=(const RestoringDatabase&) = delete;

  std::int64_t at_ms() const { return at_ms_; }
  /** Gives its schemas the names under which it is served. */
  void accept();

 private:
  void pour(const RestoreChoice& choice, const DatabaseChoice& owner, int version);
  const std::unique_ptr<sql::Engine> owner_;
  std::int64_t at_ms_ = 0;
  bool accepted_ = false;
};
/** The schemas of data and keys meanwhile. */
inline constexpr std::array<const char*, 2> kRestoring{"restoring", "restoringkeys"};

/** What was put together; the files lie in `to` + "/restoring" until accept(). */
class Restoring {
 public:
  /** Throws CopyRefused, naming what is wrong and what to do; then nothing is left of it. */
  explicit Restoring(const RestoreChoice& choice);
  ~Restoring();
  Restoring(const Restoring&) = delete;
  Restoring& operator=(const Restoring&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  /** When the newest change in it was copied. */
  std::int64_t at_ms() const { return at_ms_; }
  /** How many files of changes were applied. */
  int changes() const { return changes_; }
  /** A file after which nothing could be taken, because it is missing; empty: none is. */
  const std::string& missing() const { return missing_; }
  /** Moves the store to where it belongs; nobody may have it open. */
  void accept();

 private:
  void put_together();
  const RestoreChoice choice_;
  const std::filesystem::path folder_;
  std::int64_t at_ms_ = 0;
  int changes_ = 0;
  std::string missing_;
  bool accepted_ = false;
};

}  // namespace lotse::care
