// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <vector>

#include "directory/directory.h"

/** Inside directory/: entries that nobody has looked at for long. */
namespace lotse::directory {

/** An entry counts as overdue when it was neither confirmed nor changed for so many days. */
inline constexpr int kConfirmedForDays = 365;

/** An active service that is overdue, and when those who run it were asked by mail. */
struct Overdue {
  ServiceId id;
  std::string title, email;  // the public address to ask; may be empty
  std::optional<Day> confirmed;
  std::optional<Instant> asked, reminded;
};

/** Those of the desk's unit, by title; at most 200. */
std::vector<Overdue> overdue(const access::Desk& desk);

}  // namespace lotse::directory
