// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

/** Inside care/: how the files of a folder of copies lie. */
namespace lotse::care {

/** "data-000012.lotse" */
std::string file_name(const std::string& part, std::int64_t number);

/** A whole copy with the changes since: one folder within the folder of copies. */
struct Series {
  std::filesystem::path folder;
  std::int64_t begun_ms = 0, last_ms = 0;  // when the whole and the newest changes of the data were copied
};
/** All that are complete (both wholes are there), the one with the newest changes last. What cannot be read
 * is left out, and named in `unread` where that is given. */
std::vector<Series> series_in(const std::filesystem::path& folder,
                              std::vector<std::string>* unread = nullptr);
/** The files of a part in order: the whole, then all changes. Throws CopyRefused naming the first that is
 * missing in between. */
std::vector<std::filesystem::path> files_of(const Series& series, const std::string& part);

/** Removes what was begun more than so many days ago, for its first keys are as old, and what was never
 * completed; the newest stays. */
void forget_series(const std::filesystem::path& folder, Instant now, int keep_days);

}  // namespace lotse::care
