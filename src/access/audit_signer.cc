// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_signer.h"

#include "access/key_ring.h"

namespace lotse::access {

seal::Signer audit_signer(Store& store, Instant now) {
  return seal::Signer(*store.keys().make(kInstallation, "audit", now));
}

}  // namespace lotse::access
