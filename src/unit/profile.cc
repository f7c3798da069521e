// SPDX-License-Identifier: EUPL-1.2
// Hours and contacts between what people type and what is kept.
#include "unit/profile.h"

#include <algorithm>
#include <set>

#include "base/fold.h"

namespace lotse::unit {
namespace {

std::string given(const http::Form& form, const std::string& name) {
  return std::string(trimmed(form.find(name).value_or("")));
}

// Numbers are often pasted from documents, where blanks and dashes are of another kind than on the keyboard.
std::string tidy_phone(std::string_view typed) {
  std::string tidy(trimmed(typed));
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (auto at = tidy.find(from); at != tidy.npos; at = tidy.find(from, at + to.size()))
      tidy.replace(at, from.size(), to);
  };
  for (const std::string_view blank : {"\u00A0", "\u2007", "\u2009", "\u202F"}) replace(blank, " ");
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013"}) replace(dash, "-");
  return tidy;
}

}  // namespace

std::string tidy_time(std::string_view typed) {
  std::string_view rest = trimmed(typed);
  if (rest.ends_with("Uhr") || rest.ends_with("uhr")) rest = trimmed(rest.substr(0, rest.size() - 3));
  const auto mark = std::min(rest.find_first_of(":."), rest.size());
  std::string hour(rest.substr(0, mark)), minute(rest.substr(std::min(mark + 1, rest.size())));
  if (mark == rest.size()) minute = "00";
  if (hour.size() == 1) hour.insert(0, "0");
  const std::string tidy = hour + ":" + minute;
  return parse_minute(tidy) ? tidy : std::string(typed);
}

std::vector<Span> spans_of(const Hours& hours) {
  std::vector<Span> spans;
  for (const auto& each : hours.openings) {
    const auto from = parse_minute(each.from), to = parse_minute(each.to);
    if (from && to && is_span(*from, *to) && each.weekday >= 1 && each.weekday <= 7)
      for (const auto& span : spans_between(each.weekday, *from, *to)) spans.push_back(span);
  }
  std::sort(spans.begin(), spans.end());
  return spans;
}

Unit tidied(const Unit& unit) {
  Unit tidy = unit;
  for (auto& each : tidy.hours.openings) {
    each.from = tidy_time(each.from);
    each.to = tidy_time(each.to);
  }
  std::sort(tidy.hours.openings.begin(), tidy.hours.openings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.weekday, a.from) < std::tie(b.weekday, b.from);
  });
  for (auto& each : tidy.contacts) {
    for (auto* text : {&each.name, &each.matter, &each.email}) *text = trimmed(*text);
    each.phone = tidy_phone(each.phone);
    // In the order they were named, each once.
    std::set<std::string> seen;
    std::erase_if(each.languages, [&](const std::string& code) { return !seen.insert(code).second; });
  }
  return tidy;
}

Unit typed(const Unit& before, const http::Form& form) {
  Unit unit = before;
  unit.hours = {{}, given(form, "by_appointment") == "1"};
  for (Weekday day = 1; day <= 7; ++day)
    // One more than may be: the rule says so, instead of dropping a row.
    for (int row = 1; row <= kMostTimesADay + 1; ++row) {
      const std::string n = std::to_string(day) + "_" + std::to_string(row);
      Opening opening{day, given(form, "hours_from_" + n), given(form, "hours_to_" + n)};
      if (!opening.from.empty() || !opening.to.empty()) unit.hours.openings.push_back(std::move(opening));
    }
  unit.contacts.clear();
  for (int row = 1; row <= kMostContacts + 1; ++row) {
    const std::string n = std::to_string(row);
    if (!form.find("contact_name_" + n)) break;
    Contact contact{.id = given(form, "contact_id_" + n),
                    .name = given(form, "contact_name_" + n),
                    .matter = given(form, "contact_matter_" + n),
                    .phone = tidy_phone(given(form, "contact_phone_" + n)),
                    .email = given(form, "contact_email_" + n)};
    for (const auto code : form.all("contact_languages_" + n))
      if (!code.empty()) contact.languages.emplace_back(code);
    unit.contacts.push_back(std::move(contact));
  }
  return unit;
}

bool is_blank(const Contact& c) {
  return c.name.empty() && c.matter.empty() && c.phone.empty() && c.email.empty() && c.languages.empty();
}

}  // namespace lotse::unit
