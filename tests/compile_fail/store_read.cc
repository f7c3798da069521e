// EXPECT: Store::read\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The store lets nobody in but the doors.
#include "access/store.h"

void around(lotse::access::Store& store) {
  store.read([](lotse::sql::Tx&) {});
}
