// EXPECT: no match for .operator==
// SPDX-License-Identifier: EUPL-1.2
// Ids of two kinds are not even compared.
#include "directory/types.h"

bool same(const lotse::directory::OrganisationId& a, const lotse::directory::ServiceId& b) { return a == b; }
