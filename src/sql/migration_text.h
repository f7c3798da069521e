// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: reads the text of a migration; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

struct Grant {
  std::string table;
  std::string role;
  std::vector<std::string> rights;  ///< of SELECT, INSERT, UPDATE, DELETE
};

struct Fence {
  std::string table;
  std::string column;
};

/// A migration, ready to run on one engine.
struct Script {
  std::vector<std::string> statements;
  std::vector<Grant> grants;
  std::vector<Fence> fences;
};

/// Throws Broken naming the migration for a line it does not understand. See migrate.h for the form.
Script read_migration(std::string_view name, std::string_view text, EngineKind kind);

}  // namespace lotse::sql
