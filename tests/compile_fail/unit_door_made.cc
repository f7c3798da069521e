// EXPECT: UnitDoor::UnitDoor\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The door of a unit comes from the desk, which has judged the right.
#include "access/desk.h"

void around(lotse::access::Store& store, const lotse::access::Actor& actor, const lotse::access::Right& right,
            lotse::access::Purpose purpose, lotse::access::Decision decision, const lotse::Clock& clock) {
  lotse::access::UnitDoor door(store, actor, purpose, right, decision, clock);
}
