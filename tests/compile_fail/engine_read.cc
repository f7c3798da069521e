// EXPECT: Engine::read\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// Only access/ gets at a transaction, for reading too.
#include "sql/sql.h"

void around(lotse::sql::Engine& engine) {
  engine.read([](lotse::sql::Tx&) {});
}
