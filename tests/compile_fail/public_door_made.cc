// EXPECT: PublicDoor::PublicDoor\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The public door comes from the desk.
#include "access/desk.h"

void around(lotse::access::Store& store) { lotse::access::PublicDoor door(store); }
