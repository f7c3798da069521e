// EXPECT: Html::markup_.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// Nor can it be pushed in.
#include "web/html.h"

void page(lotse::web::Html& html, const std::string& name) { html.markup_ += name; }
