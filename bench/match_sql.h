// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "match/match.h"
#include "match_data.h"

/**
 * The same questions in SQL, for comparison with match/: tables for the offers and one statement that gives
 * the hits of find() in the same order, in the common subset of SQLite 3.40 and PostgreSQL 15. It is as good
 * as we could make it: covering indexes that begin with what is asked and go on with the place; a topic's
 * rows hold its descendants' offers already.
 */
namespace lotse::bench {

using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;

/** Statements that make the empty tables. `binary` is what makes a text column sort by bytes: nothing, or
 * COLLATE "C". */
std::vector<std::string> match_tables(std::string_view binary);
/** Statements that make the indexes, after loading. */
std::vector<std::string> match_indexes();
/** Calls row(table, values) for each row of all tables, one table after the other. */
void each_match_row(const MatchData& data,
                    const std::function<void(const char*, const std::vector<SqlValue>&)>& row);

/**
 * The statement. Its rows: id, misses * 8 + unknowns, tier, distance in steps of 100 m (999999: none), number
 * of all rows.
 */
extern const char* const kMatchStatement;
/**
 * Its parameters. The question must have a place, at least a topic or a word, and at most one topic and two
 * words of one alternative each (CHECK).
 */
std::vector<SqlValue> match_parameters(const match::Question& question);

}  // namespace lotse::bench
