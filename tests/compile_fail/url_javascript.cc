// EXPECT: Url::Url\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// An address is a path of ours, or of a scheme that does no harm.
#include "web/html.h"

lotse::web::Url link() { return lotse::web::Url("javascript:alert(1)"); }
