// EXPECT: View::View\(.*private|View::tx_.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// Nor for a class of a feature that derives from it.
#include "access/desk.h"

struct Around : lotse::access::View {
  lotse::sql::Tx& tx() { return tx_; }
};
