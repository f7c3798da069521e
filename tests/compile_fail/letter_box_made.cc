// EXPECT: LetterBox::LetterBox\(.*private within this context
// SPDX-License-Identifier: EUPL-1.2
// The letter box comes from the desk, which says who enters it.
#include "access/desk.h"

void around(lotse::access::Store& store, lotse::access::Purpose purpose, const lotse::access::Right& right,
            const lotse::Clock& clock) {
  lotse::access::LetterBox box(store, 7, purpose, right, clock, {});
}
