// EXPECT: this element is not for pages
// SPDX-License-Identifier: EUPL-1.2
// No script within a page.
#include "web/html.h"

lotse::web::Html page() { return lotse::web::el("script", {}, {"alert(1)"}); }
