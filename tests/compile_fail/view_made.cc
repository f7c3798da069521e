// EXPECT: View::View\(.*(private|protected) within this context
// SPDX-License-Identifier: EUPL-1.2
// A view comes from a door.
#include "access/desk.h"

void around(const lotse::access::Store& store, lotse::sql::Tx& tx) {
  lotse::access::View view(store, tx, lotse::access::Store::Reach::unit_read, 8);
}
