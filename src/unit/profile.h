// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "unit/unit.h"

/** Inside unit/: how the hours and contacts of a unit are typed, read and tidied. All pure. */
namespace lotse::unit {

/** More than this stands in nobody's way and keeps the form and its checks short. */
inline constexpr int kMostTimesADay = 6;
inline constexpr int kMostContacts = 20;

/** In the order of the week; what cannot be read is left out, and what ends after midnight is two. */
std::vector<Span> spans_of(const Hours& hours);

/** HH:MM for what people write ("8", "8.30", "08:30 Uhr"); what is no time is returned as it is. */
std::string tidy_time(std::string_view typed);

/** As it is kept: texts without blanks at their ends, times as HH:MM and in order. */
Unit tidied(const Unit& unit);

/** The unit with what the form says in place of its hours and contacts; every row of the form stays a row. */
Unit typed(const Unit& before, const http::Form& form);

/** Nothing was typed or ticked. */
bool is_blank(const Contact& contact);

}  // namespace lotse::unit
