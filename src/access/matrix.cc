// SPDX-License-Identifier: EUPL-1.2
#include "access/matrix.h"

#include <algorithm>

namespace lotse::access {
namespace {

bool all_hold(std::string_view conditions, const std::set<std::string_view>& known) {
  while (!conditions.empty()) {
    const auto plus = conditions.find('+');
    if (!known.contains(conditions.substr(0, plus))) return false;
    conditions = plus == conditions.npos ? std::string_view() : conditions.substr(plus + 1);
  }
  return true;
}

}  // namespace

std::string_view name_of(Action action) {
  switch (action) {
    case Action::read:
      return "read";
    case Action::write:
      return "write";
    case Action::transmit:
      return "transmit";
    case Action::erase:
      return "delete";
    case Action::approve:
      return "approve";
  }
  return "";
}

std::vector<std::string_view> staff_functions(std::string_view unit_kind) {
  std::vector<std::string_view> found;
  for (const MatrixRow& row : matrix()) {
    // Parents and visitors are nobody's staff.
    if (row.unit_kind != unit_kind || row.function == "citizen" || row.function == "visitor") continue;
    if (std::find(found.begin(), found.end(), row.function) == found.end()) found.push_back(row.function);
  }
  return found;
}

Decision decide(const Facts& f) {
  // D4 (benefits, sanctions) is never kept and P2 never served, whatever a table might say (rule 23).
  if (f.category == 4 || f.purpose == 2) return {false, "", "category"};
  Decision denied{false, "", "row"};
  for (const MatrixRow& row : matrix()) {
    if (row.category != f.category || row.purpose != f.purpose || row.action != f.action ||
        row.function != f.function || row.unit_kind != f.unit_kind)
      continue;
    if (!f.scopes.contains(row.scope)) {
      if (denied.denied == "row") denied.denied = "scope";
      continue;
    }
    if (!all_hold(row.condition, f.conditions)) {
      denied.denied = "condition";
      continue;
    }
    return {true, row.rule, ""};
  }
  return denied;
}

}  // namespace lotse::access
