// EXPECT: this attribute has a type of its own
// SPDX-License-Identifier: EUPL-1.2
// Addresses are of type Url: href(url).
#include "web/html.h"

lotse::web::Attr link(const std::string& to) { return lotse::web::attr("href", to); }
