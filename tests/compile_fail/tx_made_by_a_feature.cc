// EXPECT: Tx::Tx\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// A transaction is made by an engine alone.
#include "sql/session.h"

lotse::sql::Tx made(lotse::sql::Session& session) { return lotse::sql::Tx(session); }
