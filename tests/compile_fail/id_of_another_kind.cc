// EXPECT: could not convert .*Id<.*ServiceTag>.*to .*Id<.*OrganisationTag>|invalid initialization of reference.*Id<.*OrganisationTag>
// SPDX-License-Identifier: EUPL-1.2
// The id of a service is none of an organisation.
#include "directory/types.h"

bool keeps(const lotse::directory::OrganisationId& organisation);
bool around(const lotse::directory::ServiceId& service) { return keeps(service); }
