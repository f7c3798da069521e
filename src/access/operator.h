// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>

#include "access/desk.h"

namespace lotse::access {

/**
 * Who works on the machine itself (command line, sample): the one way to act without a sign-in. A key: only
 * those whom src/LAYERS names may include this header.
 */
class Operator {
 public:
  /** `who` is "operator:<system user>". */
  Operator(Store& store, const Clock& clock, std::string who)
      : store_(store), clock_(clock), who_(std::move(who)) {}

  /** Enters into the audit of the installation (unit 0) what was done on the machine itself. */
  void enter(std::string_view what, std::string_view object) const;
  const std::string& who() const { return who_; }
  const Clock& clock() const { return clock_; }
  /** What everybody may see. */
  Desk visitor() const;
  /** Acting as the unit's directory editor. */
  Desk desk(UnitId unit, std::string unit_kind) const;

 private:
  Store& store_;
  const Clock& clock_;
  std::string who_;
};

}  // namespace lotse::access
