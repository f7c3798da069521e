// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "directory/directory.h"

namespace lotse::interchange {

/** What a text about opening hours says. */
struct Hours {
  /** Weekly; `byday` is empty where the text gives times but no days. */
  std::vector<directory::Schedule> schedules;
  bool by_appointment = false;
  /** All of the text was understood. If not, nothing of it was: the fields above are empty. */
  bool understood = false;
  /** There are times without days. */
  bool without_days = false;
};

/**
 * Reads "9:00am-5:00pm, Mon-Fri", "Mo-Fr 8-12 Uhr, Di 14-18 Uhr", "07:30-16:30", "24 hours", "By
 * appointment". What can be understood in two ways ("9-1", "9:00am-5:00", "3-5 Uhr") is not, nor is a text of
 * more than 500 bytes: nothing is guessed. Days that are said to be closed are taken out of the others.
 */
Hours read_hours(std::string_view text);

/** Opening and closing as `HH:MM`. */
using OpenClose = std::pair<std::string, std::string>;

/** Two times from two columns ("9:00am", "5:00pm"), by the same rules; nothing if they cannot be read without
 * guessing. */
std::optional<OpenClose> read_times(std::string_view opens, std::string_view closes);

/** "MO" … "SU" for an English or German name of a weekday, full or short, or its number (1 = Monday); empty
 * otherwise. */
std::string weekday_code(std::string_view name);

}  // namespace lotse::interchange
