// SPDX-License-Identifier: EUPL-1.2
#include "access/giving.h"

#include <algorithm>
#include <array>

namespace lotse::access {
namespace {

struct Giving {
  std::string_view function;
  bool by_lead;  // an administrator gives all of them
  bool takes_two;
};

// A lead gives the work of her unit, nothing that controls her and nothing that is her own second pair of
// eyes. What controls others, or gives functions itself, nobody gives alone.
constexpr std::array kGiving{
    Giving{"case_worker", true, false}, Giving{"organiser", true, false},
    Giving{"coordinator", true, false}, Giving{"helper", true, false},
    Giving{"interpreter", true, false}, Giving{"directory_editor", true, false},
    Giving{"personnel", false, false},  Giving{"bca", false, false},
    Giving{"lead", false, true},        Giving{"admin", false, true},
    Giving{"dpo", false, true},         Giving{"auditor", false, true},
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

bool takes_two(std::string_view function) {
  const Giving* row = find(function);
  return row && row->takes_two;
}

bool may_agree(std::string_view function) { return function == "admin" || function == "lead"; }

}  // namespace lotse::access
