// EXPECT: use of deleted function .*Desk\(const .*Desk&\)
// SPDX-License-Identifier: EUPL-1.2
// A desk is for the request it was made for.
#include "web/site.h"

void keep(const lotse::web::Ask& ask) { static const lotse::access::Desk kept = ask.desk; }
