// EXPECT: Engine::write\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// Only access/ gets at a transaction.
#include "sql/sql.h"

void around(lotse::sql::Engine& engine) {
  engine.write([](lotse::sql::Tx&) {});
}
