// EXPECT: no matching function for call to .*Desk::visitor\(\)
// SPDX-License-Identifier: EUPL-1.2
// No door for a visitor without a link.
#include "access/visitor.h"

void around(const lotse::access::Desk& desk) { desk.visitor(); }
