// EXPECT: could not convert .*std::string.* to .*lotse::web::Html|conversion from .*string.* to .*lotse::web::Html
// SPDX-License-Identifier: EUPL-1.2
// A string never becomes markup.
#include "web/html.h"

lotse::web::Html page(const std::string& name) { return name; }
