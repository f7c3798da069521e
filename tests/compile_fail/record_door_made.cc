// EXPECT: RecordDoor::RecordDoor\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The door to records comes from the desk, which has asked the matrix.
#include "access/record.h"

void around(lotse::access::Store& store, lotse::access::RecordRights rights, const lotse::Clock& clock,
            lotse::access::Once once) {
  lotse::access::RecordDoor door(store, std::move(rights), clock, once);
}
