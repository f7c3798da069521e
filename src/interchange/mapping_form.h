// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/mapping.h"

/** A mapping as staff make it on a page: for each detail of an entry, the column that it stands in. Pure. */
namespace lotse::interchange {

/** A detail that can be chosen a column for. */
struct Detail {
  std::string name;  // as in a mapping file: "service.name", "location.address.city"
  Text label;
  std::vector<std::string_view> headings;  // folded headings by which it is guessed, the likeliest first
};
/** In the order of the form. */
std::span<const Detail> details();

/** What was chosen. */
struct Choices {
  std::string source;                          // names the giver: the same name updates the same entries
  std::string organisation;                    // who runs all of it, where no column says so
  std::map<std::string, std::string> columns;  // by the name of the detail
  std::vector<std::string> topics;             // that all entries get
  bool operator==(const Choices&) const = default;
};

/** What the headings seem to say. A column is guessed once; nothing is guessed twice. */
Choices guess(const std::vector<std::string>& columns);

/** What has to be chosen still; fields are "source", "organisation" and names of details. */
Problems check(const Choices& choices, const std::vector<std::string>& columns);

/** The mapping file that says so. */
std::string toml_of(const Choices& choices);

/** The choices that a mapping file stands for; nothing where it says more than they can. */
std::optional<Choices> choices_of(const Mapping& mapping);

}  // namespace lotse::interchange
