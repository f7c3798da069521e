// EXPECT: no scripts in attributes
// SPDX-License-Identifier: EUPL-1.2
// No script within a page.
#include "web/html.h"

lotse::web::Attr button() { return lotse::web::attr("onclick", "alert(1)"); }
