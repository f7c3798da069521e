// EXPECT: has no member named
// SPDX-License-Identifier: EUPL-1.2
// A feature has its desk, and no store to make another one of.
#include "web/site.h"

void around(lotse::web::Ask& ask) { ask.site.store(); }
