// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "access/store.h"
#include "account/account.h"
#include "directory/directory.h"
#include "notice/notice.h"
#include "sql/migrate.h"
#include "web/site.h"

/** The whole program: which features there are, and the store they share. */
namespace lotse {

/** All schema files of the feature folders, embedded. */
std::span<const sql::Migration> migrations();

/** Where the data lie. Either a folder (SQLite inside it) or an address. */
struct StoreChoice {
  std::string data;           // folder; the file is DIR/lotse.db
  std::string store;          // sqlite:PATH or postgresql://…
  std::string password_file;  // for PostgreSQL
  std::string key_file;       // of the installation's keys; empty: see key_path()
  std::string cipher{};       // what new texts are sealed with: "aes256"; else XChaCha20-Poly1305
  /** PostgreSQL: what it is opened for. Who serves it must have a role that cannot get round its fences. Who
   * copies it has one that reads everything and changes nothing; who restores it, in the schemas
   * care::kRestoring, or recovered it by the database's own means, is its owner. */
  enum class For { serving, copying, restoring, recovered };
  For what = For::serving;
  std::string url() const;
  /** Where the file of a SQLite store lies, and its lock; empty for PostgreSQL. */
  std::string folder() const;
  /** Where the store of keys lies: beside the file of a SQLite store, in a schema of its own on PostgreSQL.
   */
  std::string keys_url() const;
  /** The file of the installation's keys: as given; what the system hands over as credential "lotse.key";
   * beside the file of a SQLite store; for PostgreSQL in the folder for state of the user who serves. */
  std::string key_path() const;
  /** As they must be for opening the one or the other. */
  sql::Options options(bool keys) const;
};

/** Brings the store and its store of keys up to date, as owner. Throws as sql::migrate. */
sql::MigrationReport migrate_store(const StoreChoice& choice, Instant now);

/** Throws sql::Refused, saying what to do, where only one of a SQLite store's two files is there: the other
 * was lost, and a fresh one in its place would make all that is sealed unreadable. */
void must_be_whole(const StoreChoice& choice);
/** Whether a SQLite store is not there yet, or its first making was broken off before anything was entered.
 */
bool is_new(const StoreChoice& choice);
/** Whether a SQLite store has a file of data yet. */
bool is_there(const StoreChoice& choice);
/** Whether the store and its store of keys need no migrate_store. Throws as sql::open. */
bool is_up_to_date(const StoreChoice& choice);

/**
 * Opens the store for serving and commands. A SQLite store that is not there yet is made; one that an older
 * program made, and a PostgreSQL store, must have been brought up to date by its owner (lotse upgrade), and
 * the role must not be able to get round its fences (sql::Refused otherwise).
 */
std::unique_ptr<access::Store> open_store(const StoreChoice& choice, const Clock& clock, int workers = 4);

/** Opens a store that may be of another version, for looking whether it is a sample. Nothing is brought up to
 * date. */
std::unique_ptr<access::Store> open_as_it_is(const StoreChoice& choice);

/** Keys of the units for one thing that is sealed in all of them: a record of its own in each. */
class UnitKeys final : public notice::KeyOfUnit {
 public:
  UnitKeys(access::Store& store, std::shared_ptr<const Clock> clock, std::string record)
      : store_(store), clock_(std::move(clock)), record_(std::move(record)) {}
  const seal::Key& key_of(UnitId unit) const override;
  seal::Profile profile() const override;

 private:
  access::Store& store_;
  std::shared_ptr<const Clock> clock_;
  std::string record_;
  mutable std::mutex mutex_;
  mutable std::map<UnitId, std::shared_ptr<const seal::Key>> keys_;
};

/** All features hung into a site. */
struct App {
  std::shared_ptr<directory::Finder> finder;
  std::shared_ptr<account::Passwords> passwords;
  std::unique_ptr<web::Site> site;
};
App make_app(access::Store& store, std::shared_ptr<const Clock> clock, web::SiteOptions options);

/** The routes as JSON: method, path, right, purpose, public. */
std::string routes_json(std::span<const web::Route> routes);

}  // namespace lotse
