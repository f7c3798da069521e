// SPDX-License-Identifier: EUPL-1.2
//
// Around a PostgreSQL store: what its database says before the database's own tools copy or restore it, and
// how a restored store takes its place. No rows are read here.
#pragma once

#include <string>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

/// A database as the role of an engine meets it.
struct Database {
  int version = 0;         ///< of the server: 15
  std::string role;        ///< the engine's
  bool every_row = false;  ///< row-level security hides nothing from it (BYPASSRLS, superuser)
  bool may_make = false;   ///< it may make schemas
  /// Those of the wanted schemas that there are.
  std::vector<std::string> schemas;
  /// One table in them that the role may not read; empty: none.
  std::string closed_table;
};
/// Throws Unavailable, and Refused for SQLite.
Database look_at_database(Engine& engine, const std::vector<std::string>& wanted_schemas);

/// A schema and what it is to be called; without a new name it is dropped with all that is in it.
struct SchemaMove {
  std::string schema, to;
};
/// All of them or none. Names are those of Options::schema; what is dropped need not be there. Needs
/// Options::owner. Throws Broken where one is missing or a name is taken.
void move_schemas(Engine& owner, const std::vector<SchemaMove>& moves);

/// The password for a program that connects like an engine with these options; empty where no file is named.
/// Throws Refused as open().
std::string password_of(const Options& options);

}  // namespace lotse::sql
