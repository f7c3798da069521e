// EXPECT: is not a constant expression|call to consteval function
// SPDX-License-Identifier: EUPL-1.2
// The name of an element never comes from data.
#include "web/html.h"

lotse::web::Html page(const char* tag) { return lotse::web::el(tag); }
