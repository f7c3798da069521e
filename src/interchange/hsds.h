// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>

#include "directory/directory.h"
#include "interchange/archive.h"
#include "interchange/report.h"

/** Reading Open Referral HSDS: 1.1 and 3.x CSV packages, 3.x JSON. Pure: nothing is stored here. */
namespace lotse::interchange {

/** What was read: entries for `directory::put`, and all that could not be taken as it stood. */
struct Imported {
  directory::Batch batch;
  Report report;
};

struct HsdsOptions {
  std::string source;           ///< becomes Batch::source; the same source updates its own entries
  bool placeholders = false;    ///< make an entry for an organisation that services name and the data lack
  std::string language = "de";  ///< of the texts, where the data do not say it themselves (`lotse_language`)
  Limits limits{};
};

/**
 * Imports a folder, a zip file or a single file; form and version are found out. Refuses what is no HSDS or
 * is broken as a whole; everything smaller is in the report.
 */
Result<Imported> import_hsds(const std::string& path, const HsdsOptions& options);
Result<Imported> import_hsds(const Archive& archive, const HsdsOptions& options);

}  // namespace lotse::interchange
