// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "access/store.h"
#include "account/account.h"
#include "directory/directory.h"
#include "seal/key.h"
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
  std::string key_file{};     // of second factors; DIR/account.key without
  std::string url() const;
  /** Where the file of a SQLite store lies, and its lock; empty for PostgreSQL. */
  std::string folder() const;
};

/**
 * Opens the store for serving and commands. SQLite stores are made and brought up to date here; a PostgreSQL
 * store must have been migrated by its owner, and the role must not be able to get round its fences
 * (sql::Refused otherwise).
 */
std::unique_ptr<access::Store> open_store(const StoreChoice& choice, const Clock& clock, int workers = 4);

/** Opens a store that may be of another version, for looking whether it is a sample. Nothing is brought up to
 * date. */
std::unique_ptr<access::Store> open_as_it_is(const StoreChoice& choice);

/**
 * The key of second factors, as it lies in its file: DIR/account.key, made where it is missing, or the file
 * of
 * --key-file. Nothing for a PostgreSQL store without --key-file. Throws sql::Refused for a file that cannot
 * be read or holds no key.
 */
std::optional<seal::Key> account_key(const StoreChoice& choice);

/** All features hung into a site. */
struct App {
  std::shared_ptr<directory::Finder> finder;
  std::shared_ptr<account::Passwords> passwords;
  std::unique_ptr<web::Site> site;
};
App make_app(access::Store& store, std::shared_ptr<const Clock> clock, web::SiteOptions options,
             std::optional<seal::Key> key = std::nullopt);

/** The routes as JSON: method, path, right, purpose, public. */
std::string routes_json(std::span<const web::Route> routes);

}  // namespace lotse
