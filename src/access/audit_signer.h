// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>

#include "access/store.h"
#include "seal/signature.h"

namespace lotse::access {

/**
 * Who signs the heads of this store's audit: a key of 256 random bits in the file `audit.key` beside a SQLite
 * store (mode 0400), made where it is missing. Nothing for PostgreSQL, which has no folder: there nothing is
 * sealed. Throws sql::Refused where the file is none of ours or cannot be used.
 */
std::unique_ptr<seal::Signer> audit_signer(Store& store);

}  // namespace lotse::access
