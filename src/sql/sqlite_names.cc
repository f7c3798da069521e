// SPDX-License-Identifier: EUPL-1.2
#include "sql/sqlite_names.h"

namespace lotse::sql {

std::string constraint_name(Conflict::Kind kind, bool primary_key, std::string_view message,
                            const FindIndex& find) {
  const std::size_t colon = message.find(": ");
  if (colon == std::string_view::npos) return {};  // SQLite names no foreign key
  std::string_view rest = message.substr(colon + 2);
  if (kind != Conflict::Kind::Unique) return std::string(rest);
  if (rest.starts_with("index '"))
    return std::string(rest.substr(7, rest.size() - 8));  // an index over expressions

  std::string table;
  std::vector<std::string> columns;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(rest.size(), item.size() + 2));
    const std::size_t dot = item.find('.');
    if (dot == std::string_view::npos) return {};
    table = item.substr(0, dot);
    columns.emplace_back(item.substr(dot + 1));
  }
  if (primary_key) return table + "_pkey";
  if (std::string index = find(table, columns); !index.empty()) return index;
  std::string name = table;
  for (const std::string& column : columns) name += "_" + column;
  return name + "_key";
}

}  // namespace lotse::sql
