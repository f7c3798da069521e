// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "interchange/hsds.h"
#include "interchange/mapping.h"

namespace lotse::interchange {

/**
 * Imports a table through a mapping. Refuses, before any row is looked at, a mapping that names columns which
 * the file does not have. Every row becomes a service (and its place); rows with the same organisation share
 * it. The batch's source is "table:<name>".
 */
Result<Imported> import_table(const std::string& file, std::string_view bytes, const Mapping& mapping);

}  // namespace lotse::interchange
