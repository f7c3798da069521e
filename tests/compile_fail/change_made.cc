// EXPECT: Change::Change\(.*private|View::View\(.*(private|protected) within this context
// SPDX-License-Identifier: EUPL-1.2
// A change comes from a unit's door.
#include "access/desk.h"

void around(const lotse::access::Store& store, lotse::sql::Tx& tx) {
  lotse::access::Change change(store, tx, 8, {});
}
