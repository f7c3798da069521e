// SPDX-License-Identifier: EUPL-1.2
//
// For tests: the schema files of some modules, read from the source folder, as the program embeds them.
#pragma once

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

#include "sql/migrate.h"

namespace lotse::sql {

/// The texts live until the program ends.
inline std::vector<Migration> migrations_of(std::initializer_list<const char*> modules) {
  static std::deque<std::pair<std::string, std::string>> texts;
  std::vector<Migration> made;
  for (const char* module : modules)
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(LOTSE_SOURCE_DIR) + "/src/" + module)) {
      if (file.path().extension() != ".sql") continue;
      std::ifstream in(file.path());
      const auto& [name, text] = texts.emplace_back(file.path().stem().string(),
                                                    std::string(std::istreambuf_iterator<char>(in), {}));
      made.push_back({name, text});
    }
  // As the program has them: whatever alters a table comes after what makes it.
  std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return made;
}

}  // namespace lotse::sql
