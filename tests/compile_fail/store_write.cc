// EXPECT: Store::write\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The store lets nobody in but the doors.
#include "access/store.h"

void around(lotse::access::Store& store) {
  store.write([](lotse::sql::Tx&) {});
}
