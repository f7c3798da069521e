// EXPECT: this attribute has a type of its own
// SPDX-License-Identifier: EUPL-1.2
// No style within a page.
#include "web/html.h"

lotse::web::Attr box() { return lotse::web::attr("style", "color: red"); }
