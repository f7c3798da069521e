// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lotse::access {

/** What is done with a record. `write` does not imply `read`; `erase` is the matrix's "delete". */
enum class Action : std::uint8_t { read, write, transmit, erase, approve };
std::string_view name_of(Action action);

/** Category D0 … D31 of the access matrix by its number; 0 = directory, offers, events. */
using Category = std::uint8_t;

/** Purpose P0 … P12 by its number; 6 = events, trainings and directory; 12 = data protection, security,
 * accounts. */
using Purpose = std::uint8_t;
inline constexpr Purpose kDirectoryPurpose = 6, kAccountPurpose = 12;

/** One allowed combination of src/access/matrix.csv, groups of unit kinds written out. */
struct MatrixRow {
  std::string_view unit_kind, function;
  Category category;
  Purpose purpose;
  std::string_view scope;
  Action action;
  std::string_view condition;  // tokens joined by '+', all must hold; empty: none
  std::string_view basis, rule;
};

/** The whole matrix, in the order of the file. */
std::span<const MatrixRow> matrix();

/** The functions of staff that a kind of unit has, in the order of the matrix; none for "self". */
std::vector<std::string_view> staff_functions(std::string_view unit_kind);

/** What is known about one request. What is not stated counts as not fulfilled. */
struct Facts {
  std::string_view unit_kind, function;
  Category category = 0;
  Purpose purpose = 0;
  Action action = Action::read;
  std::set<std::string_view> scopes;      // scopes that hold for the record: "public", "own_unit", …
  std::set<std::string_view> conditions;  // condition tokens that hold
};

struct Decision {
  bool allowed = false;
  std::string_view rule;    // the row's rule numbers; empty when denied
  std::string_view denied;  // the first step that failed: "category", "row", "scope" or "condition"
};

/** Default deny: allowed only by a row whose scope and conditions all hold. Pure. */
Decision decide(const Facts& facts);

}  // namespace lotse::access
