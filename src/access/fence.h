// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "access/statement.h"

namespace lotse::access {

/** A table in a statement, and the column that says whose its rows are. */
struct FencedTable {
  Named::Table table;
  std::string_view column;
};

/**
 * The parameters of a statement (from 0) that have to be the unit, so that it reads and writes that unit's
 * rows only: of each fenced table, the column is compared with `$N` by AND in its WHERE or its own ON, or
 * with the column of one that is, or it is written from `$N`. Nothing where one table is not fenced so. Only
 * plain ways to say it are understood; a condition with OR, BETWEEN or CASE beside it is none.
 */
std::optional<std::vector<std::size_t>> unit_parameters(const Named& named,
                                                        std::span<const FencedTable> tables);

}  // namespace lotse::access
