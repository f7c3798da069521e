// EXPECT: invalid initialization of reference.*lotse::web::Url|could not convert|no matching function.*href
// SPDX-License-Identifier: EUPL-1.2
// A text is no address.
#include "web/html.h"

lotse::web::Attr link(const std::string& to) { return lotse::web::href(to); }
