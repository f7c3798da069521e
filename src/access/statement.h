// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lotse::access {

/**
 * What a statement names, read from its text. Our SQL is plain: one table after each FROM, JOIN, INTO and
 * UPDATE, no quoted or qualified names, no comments, few functions. What is not plain is refused rather than
 * understood.
 */
struct Named {
  struct Table {
    std::string name;
    std::size_t at = 0;  // index of its token
    bool written = false;
  };
  bool plain = true;
  std::vector<std::string> tokens;           // in lower case; a constant is "'"
  std::vector<Table> tables;                 // each time one is named
  std::map<std::string, std::size_t> local;  // names given by WITH, and the token from which on they hold
};
Named names_in(std::string_view sql);

/** Index of the name that a query gives the table (or bracket) whose last token is `table`; 0: none. */
std::size_t alias_at(std::span<const std::string> tokens, std::size_t table);

}  // namespace lotse::access
