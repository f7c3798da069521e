// EXPECT: key_of.* is protected within this context
// SPDX-License-Identifier: EUPL-1.2
// A feature opens rows, and never has a key in its hands.
#include "access/record.h"

const lotse::seal::Key* around(lotse::access::RecordView& view) { return view.key_of("record"); }
