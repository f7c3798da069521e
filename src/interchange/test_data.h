// SPDX-License-Identifier: EUPL-1.2
// For tests: where the shared data are, and a batch seen as the directory that it becomes.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "interchange/hsds.h"
#include "interchange/hsds_export.h"

namespace lotse::interchange {

inline std::string shared_data() {
  const char* given = std::getenv("LOTSE_SHARED");
  return (given ? std::string(given) : std::string(LOTSE_SOURCE_DIR) + "/../shared") + "/data";
}

inline bool has_shared_data() { return std::filesystem::exists(shared_data() + "/hsds-miami/services.csv"); }

inline directory::Whole whole_of(const directory::Batch& batch) {
  directory::Whole whole;
  for (const auto& item : batch.organisations) whole.organisations.push_back(item.thing);
  for (const auto& item : batch.locations) whole.locations.push_back(item.thing);
  for (const auto& item : batch.services) whole.services.push_back(item.thing);
  for (const auto& item : batch.placed) whole.placed.push_back(item.thing);
  for (const auto& item : batch.terms) whole.terms.push_back(item.thing);
  return whole;
}

inline std::size_t count(const Report& report, Severity severity, std::string_view file,
                         std::string_view field = {}, std::string_view reason = {}) {
  std::size_t n = 0;
  for (const Finding& f : report.findings())
    n += f.severity == severity && f.file == file && (field.empty() || f.field == field) &&
         (reason.empty() || f.reason.id == reason);
  return n;
}

inline std::string problems(const Problems& list) {
  std::string text;
  for (const auto& p : list) text += p.field + ": " + words::translate(*words::language("en"), p.text) + "\n";
  return text;
}

}  // namespace lotse::interchange
