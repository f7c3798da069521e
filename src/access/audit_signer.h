// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "access/store.h"
#include "seal/signature.h"

namespace lotse::access {

/** Who signs the heads of this store's audit: its key is one of the installation's own records, made where it
 * is missing, and stays the same when the keys above it are changed. Throws as KeyRing::make. */
seal::Signer audit_signer(Store& store, Instant now);

}  // namespace lotse::access
