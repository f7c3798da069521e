// EXPECT: View::tx_.*(private|protected) within this context
// SPDX-License-Identifier: EUPL-1.2
// The transaction within a view is not for features.
#include "access/desk.h"

lotse::sql::Tx& around(lotse::access::View& view) { return view.tx_; }
