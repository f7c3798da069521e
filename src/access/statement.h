// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <set>
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
  std::vector<std::string> tokens;  // in lower case; constants are left out
  std::vector<Table> tables;        // each time one is named
  std::set<std::string> local;      // names given by WITH
};
Named names_in(std::string_view sql);

}  // namespace lotse::access
