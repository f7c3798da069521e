// EXPECT: read-only object
// SPDX-License-Identifier: EUPL-1.2
// An actor stays who the gate found.
#include "access/desk.h"

void other(lotse::access::Actor actor) { actor->unit = 8; }
