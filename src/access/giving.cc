// SPDX-License-Identifier: EUPL-1.2
#include "access/giving.h"

#include <algorithm>
#include <array>

namespace lotse::access {
namespace {

struct Giving {
  std::string_view function;
  bool by_lead;  // an administrator gives all of them
  bool lead_alone, admin_alone;
};

// A lead gives the work of her unit, nothing that controls her, and alone nothing that is a second pair of
// eyes to hers. An administrator sees accounts and nobody's data: alone she gives no function that opens
// them, or she would only have to invite an address of her own. What controls others, or gives functions
// itself, nobody gives alone.
constexpr std::array kGiving{
    Giving{"case_worker", true, true, false},  Giving{"organiser", true, true, false},
    Giving{"coordinator", true, false, false}, Giving{"helper", true, true, true},
    Giving{"interpreter", true, true, true},   Giving{"directory_editor", true, true, true},
    Giving{"personnel", false, false, false},  Giving{"bca", false, false, true},
    Giving{"lead", false, false, false},       Giving{"admin", false, false, false},
    Giving{"dpo", false, false, false},        Giving{"auditor", false, false, false},
};

const Giving* find(std::string_view function) {
  const auto at = std::find_if(kGiving.begin(), kGiving.end(),
                               [&](const auto& each) { return each.function == function; });
  return at == kGiving.end() ? nullptr : &*at;
}

}  // namespace

bool may_give(std::string_view giver, std::string_view function) {
  const Giving* row = find(function);
  return row && (giver == "admin" || (giver == "lead" && row->by_lead));
}

bool gives_alone(std::string_view giver, std::string_view function) {
  const Giving* row = find(function);
  return row && ((giver == "admin" && row->admin_alone) || (giver == "lead" && row->lead_alone));
}

bool may_agree(std::string_view function) { return function == "admin" || function == "lead"; }

}  // namespace lotse::access
