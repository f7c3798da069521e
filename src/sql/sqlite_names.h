// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: gives SQLite's constraint failures the names that PostgreSQL would use.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/sql.h"

namespace lotse::sql {

/// Finds the CREATE UNIQUE INDEX over exactly these columns; empty when there is none.
using FindIndex =
    std::function<std::string(const std::string& table, const std::vector<std::string>& columns)>;

/// The constraint that `message` speaks of, such as "UNIQUE constraint failed: t.a, t.b": schema only, never
/// values.
std::string constraint_name(Conflict::Kind kind, bool primary_key, std::string_view message,
                            const FindIndex& find);

}  // namespace lotse::sql
