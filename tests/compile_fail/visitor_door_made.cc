// EXPECT: VisitorDoor::VisitorDoor\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The door of a visitor comes from the desk, which has seen that the link holds.
#include "access/visitor.h"

void around(lotse::access::Store& store, const lotse::access::HeldLink& link, lotse::access::Purpose purpose,
            const lotse::Clock& clock) {
  lotse::access::VisitorDoor door(store, link, purpose, clock);
}
