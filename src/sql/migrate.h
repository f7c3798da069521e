// SPDX-License-Identifier: EUPL-1.2
//
// Migrations: dated .sql files of the feature folders, embedded in the program, applied once each, remembered
// by name and hash.
//
// The text is the common subset, written once. Each statement ends with `;` at the end of a line. Types are
// BIGINT, TEXT, DOUBLE PRECISION and BYTEA and nothing else. Within CREATE TABLE and ALTER TABLE they are
// translated where a type stands:
//
//     SQLite:      BIGINT -> INT, DOUBLE PRECISION -> REAL, BYTEA -> BLOB, and CREATE TABLE (…) becomes
//     STRICT: types
//                  are kept and a primary key may not be NULL, as on PostgreSQL.
//     PostgreSQL:  TEXT -> TEXT COLLATE "C": texts sort by code point whatever the locale of the database.
//
// Lines that say more than SQL can:
//
//     -- grant TABLE: select insert
//            What lotse_app may do with a table or view. Without it: select insert update delete.
//     -- grant TABLE to lotse_sealer: select
//            The same for the other role. Without it: nothing.
//     -- rls TABLE COLUMN
//            PostgreSQL shows and takes only rows whose COLUMN is the unit of Tx::enter_unit.
//     -- postgresql: STATEMENT;
//     -- sqlite: STATEMENT;
//            On this engine only, in one line, as it stands: for what the other cannot or need not do.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

/// `name` is the file's without ".sql", beginning with its date: "2026-11-22-directory".
struct Migration {
  std::string_view name;
  std::string_view text;
};

struct MigrationReport {
  std::vector<std::string> applied;  ///< names of those applied now, in order
  /// PostgreSQL: what an administrator must run because the owner may not make roles; empty when all is in
  /// place. Then migrate again.
  std::string for_administrator;
};

/// Brings a store up to date: by date, within a date in the order given, each in a transaction of its own.
/// `engine` must have been opened as owner. `now` is in milliseconds UTC. Running it again does nothing;
/// running it twice at once is safe. On PostgreSQL it also makes the roles and sets their rights
/// (lotse_backup, where there is such a role, may read everything). Throws Refused, before anything is
/// applied, when an applied migration has changed or the store was made by a newer program; Broken for a
/// migration that fails, naming it.
MigrationReport migrate(Engine& engine, std::span<const Migration> migrations, std::int64_t now);

/// For `serve`: throws Refused when the store is older (run migrate), newer, or differs.
void require_migrated(Engine& engine, std::span<const Migration> migrations);

/// BLAKE2b-256 of the text, in hex.
std::string fingerprint(std::string_view text);

}  // namespace lotse::sql
