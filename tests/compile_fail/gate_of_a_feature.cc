// EXPECT: incomplete type
// SPDX-License-Identifier: EUPL-1.2
// Sessions are started by account/ alone.
#include "web/site.h"

std::string around(lotse::web::Ask& ask) { return ask.site.gate().begin("a"); }
