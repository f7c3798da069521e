// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string_view>

#include "access/gate.h"

/** What the sources of the gate share. */
namespace lotse::access {

/** An entry of the gate in the audit. */
struct GateEntry {
  UnitId unit = kInstallation;
  std::string_view who, function, asked, what, object;
  std::string_view decision = "allowed", rule = {};
};

/** Enters it in the transaction of what it is about; the transaction is in that unit afterwards. */
void enter(sql::Tx& tx, const Clock& clock, const GateEntry& entry);

}  // namespace lotse::access
