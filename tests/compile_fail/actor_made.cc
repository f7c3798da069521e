// EXPECT: Actor::Actor\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// Whoever could make an actor could be anybody.
#include "access/desk.h"

lotse::access::Actor somebody() { return lotse::access::Actor({.who = "a", .unit = 8, .function = "admin"}); }
