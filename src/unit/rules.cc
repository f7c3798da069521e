// SPDX-License-Identifier: EUPL-1.2
// What must hold for the hours and contacts of a unit.
#include <algorithm>
#include <optional>

#include "base/fold.h"
#include "unit/profile.h"
#include "words/words.h"

namespace lotse::unit {
namespace {

constexpr std::size_t kNameLength = 100, kMatterLength = 200, kPhoneLength = 40, kEmailLength = 254;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }

std::optional<Minute> read_time(std::string_view typed) { return parse_minute(tidy_time(typed)); }

bool overlap(const std::vector<Span>& a, const std::vector<Span>& b) {
  for (const auto& one : a)
    for (const auto& other : b)
      if (one.weekday == other.weekday && one.from < other.to && other.from < one.to) return true;
  return false;
}

void check_hours(const Hours& hours, Problems& problems) {
  std::vector<std::vector<Span>> all;
  for (Weekday day = 1; day <= 7; ++day) {
    std::vector<const Opening*> rows;
    for (const auto& each : hours.openings)
      if (each.weekday == day) rows.push_back(&each);
    if (rows.size() > kMostTimesADay) {
      problems.push_back(
          {"hours_from_" + std::to_string(day) + "_1", msg("These are too many times for one day.")});
      continue;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string row = std::to_string(day) + "_" + std::to_string(i + 1);
      const auto from = read_time(rows[i]->from), to = read_time(rows[i]->to);
      if (!check_times("hours_from_" + row, from, "hours_to_" + row, to, problems)) continue;
      all.push_back(spans_between(day, *from, *to));
      if (std::any_of(all.begin(), all.end() - 1,
                      [&](const auto& other) { return overlap(other, all.back()); }))
        problems.push_back({"hours_from_" + row, msg("This overlaps with another time.")});
    }
  }
  if (std::any_of(hours.openings.begin(), hours.openings.end(),
                  [](const Opening& o) { return o.weekday < 1 || o.weekday > 7; }))
    problems.push_back({"hours", msg("Choose the day of the week.")});
}

// Nothing for a text that is fine. What stands in one line on a page has no line ends either.
std::optional<Text> wrong_text(std::string_view text, std::size_t most, Text too_long) {
  if (length(text) > most) return too_long;
  if (has_bidi_control(text) || std::any_of(text.begin(), text.end(), is_control))
    return msg("The text has invisible characters that turn the reading direction. Type it in again.");
  return std::nullopt;
}

void check_contact(const Contact& c, const std::string& row, Problems& problems) {
  const std::string_view phone = trimmed(c.phone), email = trimmed(c.email);
  if (trimmed(c.name).empty())
    problems.push_back({"contact_name_" + row, msg("Enter the name of the contact.")});
  else if (auto wrong = wrong_text(c.name, kNameLength, msg("The name may have at most 100 characters.")))
    problems.push_back({"contact_name_" + row, *wrong});
  if (auto wrong = wrong_text(c.matter, kMatterLength, msg("The text may have at most 200 characters.")))
    problems.push_back({"contact_matter_" + row, *wrong});
  if (phone.empty() && email.empty())
    problems.push_back(
        {"contact_phone_" + row, msg("Enter a telephone number or an e-mail address, so that people can "
                                     "reach this contact.")});
  if (!phone.empty() && !is_telephone(phone))
    problems.push_back({"contact_phone_" + row, msg("Enter a telephone number, for example 030 23125 123.")});
  if (!email.empty() && !is_email(email))
    problems.push_back(
        {"contact_email_" + row, msg("Enter an e-mail address in the form name@example.org.")});
  if (!std::all_of(c.languages.begin(), c.languages.end(),
                   [](const std::string& code) { return words::is_language(code); }))
    problems.push_back({"contact_languages_" + row, msg("Choose languages from the list.")});
}

}  // namespace

bool is_telephone(std::string_view number) {
  const auto digits =
      std::count_if(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 3 && number.size() <= kPhoneLength && number.find('+', 1) == number.npos &&
         number.find_first_not_of("+0123456789 ()/.-") == number.npos;
}

// Whether a letter arrives is for the letter to tell; what can be seen is that there is a name and a domain.
bool is_email(std::string_view address) {
  const auto at = address.find('@');
  if (at == address.npos || at == 0 || address.size() > kEmailLength) return false;
  const std::string_view domain = address.substr(at + 1);
  const auto dot = domain.rfind('.');
  return dot != domain.npos && dot > 0 && dot + 1 < domain.size() && domain.find('@') == domain.npos &&
         domain.find("..") == domain.npos && address.find_first_of(" <>,;:\"?&%") == address.npos &&
         std::none_of(address.begin(), address.end(), is_control) && !has_bidi_control(address);
}

bool check_times(const std::string& from_field, std::optional<Minute> from, const std::string& to_field,
                 std::optional<Minute> to, Problems& problems) {
  if (!from || *from == 1440) problems.push_back({from_field, msg("Enter a time such as 09:00.")});
  if (!to) problems.push_back({to_field, msg("Enter a time such as 17:30.")});
  if (from && to && *from == *to && *from != 1440)
    problems.push_back(
        {to_field, msg("Beginning and end are the same. A whole day is from 00:00 to 24:00.")});
  return from && to && is_span(*from, *to);
}

Problems check(const Unit& unit) {
  Problems problems;
  check_hours(unit.hours, problems);
  if (unit.contacts.size() > kMostContacts) {
    problems.push_back({"contacts", msg("A unit may name at most 20 contacts.")});
    return problems;
  }
  for (std::size_t i = 0; i < unit.contacts.size(); ++i)
    check_contact(unit.contacts[i], std::to_string(i + 1), problems);
  return problems;
}

}  // namespace lotse::unit
