// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>

#include "access/desk.h"

namespace lotse::access {

/**
 * A job acts under its own name, for one unit, and each change leaves its audit entry: `actor` is
 * "system:<job>", `rule` "system". What a job may do is written in the program, so the matrix is not asked. A
 * key: only those whom src/LAYERS names may include this header.
 */
class System {
 public:
  /** `job` is a constant of the program, such as "notice.deliver". */
  System(Store& store, const Clock& clock, std::string_view job, UnitId unit)
      : store_(store), clock_(clock), job_(job), unit_(unit) {}
  /** A door to things of the unit; `right` and `purpose` are what the entries will say. */
  UnitDoor unit(const Right& right, Purpose purpose) const;

 private:
  Store& store_;
  const Clock& clock_;
  std::string job_;
  UnitId unit_;
};

}  // namespace lotse::access
