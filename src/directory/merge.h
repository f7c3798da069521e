// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

/** What becomes of an entry that was corrected here when its source gives it again. Pure. */
namespace lotse::directory {

/** A member that was changed here and, otherwise, by the source; `ours` and `theirs` as a person reads them,
 * empty where there is none. */
struct Difference {
  std::string field, ours, theirs;
  bool operator==(const Difference&) const = default;
};

/** Whether two members say the same; a list in another order does. */
bool is_same(const Json& a, const Json& b);

struct Merged {
  Json doc = Json::object();
  std::vector<Difference> differences;
};

/**
 * Member by member (the outermost ones of a document): what only one side changed since `base` is taken from
 * that side. Where both changed the same member differently, ours stays and the difference is told. A list in
 * another order counts as unchanged, because forms give lists in an order of their own.
 */
Merged merge(const Json& base, const Json& ours, const Json& theirs);

}  // namespace lotse::directory
