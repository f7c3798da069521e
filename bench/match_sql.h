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
 * as we could make it: words have numbers; covering indexes begin with what is asked and go on with the
 * place; a topic's rows hold its descendants' offers already.
 */
namespace lotse::bench {

using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;

/** What the two databases say differently: how a text column sorts by its bytes, and what makes a table lie
 * in the order of its key. */
struct Dialect {
  std::string binary, by_key;
};
inline const Dialect kSqlite{"", "WITHOUT ROWID"}, kPostgres{"COLLATE \"C\"", ""};

/** Names of the tables, in the order in which each_match_row fills them. */
inline constexpr const char* kMatchTables[] = {"offer_bench", "offer_topic", "word",
                                               "offer_word",  "offer_hours", "offer_language"};
/** Statements that make the empty tables with the keys that the statement needs. */
std::vector<std::string> match_tables(const Dialect& dialect);
/** Calls row(table, values) for each row of all tables, one table after the other, each in the order of its
 * key. */
void each_match_row(const MatchData& data,
                    const std::function<void(const char*, const std::vector<SqlValue>&)>& row);

/** The statement. Its rows: id, misses * 8 + unknowns, tier, distance in steps of 100 m (999999: none),
 * number of all rows. */
std::string match_statement(const Dialect& dialect);
/** Its parameters. The question must have a place, at least a topic or a word, and at most one topic and
 * kMostWays ways to write its words (CHECK). */
std::vector<SqlValue> match_parameters(const match::Question& question);
/** How many ways to write its words a question may have, all words together: what one begins with counts
 * once. */
inline constexpr int kMostWays = 48;

}  // namespace lotse::bench
