// SPDX-License-Identifier: EUPL-1.2
#include "directory/correction.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/fold.h"
#include "directory/offer.h"
#include "words/words.h"

namespace lotse::directory {
namespace {

// What was not touched must come out as it went in: whatever differs counts as a correction of ours, which a
// later import of its source does not overwrite.

// As typed, without blanks at the ends; browsers end lines with two characters.
std::string given(const http::Form& form, std::string_view name) {
  std::string text(trimmed(form.find(name).value_or("")));
  std::erase(text, '\r');
  return text;
}

bool is_same(const std::string& typed, std::string shown) {
  std::erase(shown, '\r');
  return typed == trimmed(shown);
}

std::optional<int> number(const http::Form& form, std::string_view name, Problems& problems) {
  const std::string text = given(form, name);
  if (text.empty()) return std::nullopt;
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) {
    problems.push_back({std::string(name), msg("Enter a whole number, for example 8.")});
    return std::nullopt;
  }
  return value;
}

std::vector<std::string> ticked(const http::Form& form, std::string_view name) {
  std::vector<std::string> values;
  for (const auto each : form.all(name))
    if (!each.empty()) values.emplace_back(each);
  return values;
}

void read_texts(Service& s, const http::Form& form) {
  for (const auto& language : words::languages()) {
    const std::string tag(language.tag);
    if (!form.find("name_" + tag)) continue;
    Words words = s.lotse_texts.contains(tag) ? s.lotse_texts.at(tag) : Words{};
    if (!s.lotse_texts.contains(tag) && tag == s.lotse_language)
      words.name = s.name, words.description = s.description;
    const std::string name = given(form, "name_" + tag), description = given(form, "description_" + tag);
    if (is_same(name, words.name) && is_same(description, words.description)) continue;
    words.name = name;
    words.description = description;
    words.state = TextState::checked;  // what a person has written here is no longer a machine's
    if (tag == s.lotse_language) {
      words.state = TextState::original;
      s.name = words.name;
      s.description = words.description;
    }
    if (words.name.empty() && words.description.empty())
      s.lotse_texts.erase(tag);
    else
      s.lotse_texts[tag] = std::move(words);
  }
}

void read_hours(Service& s, const http::Form& form) {
  if (!form.find("hours_day_1")) return;
  std::vector<Schedule> schedules;
  for (int row = 1;; ++row) {
    const std::string n = std::to_string(row);
    if (!form.find("hours_day_" + n)) break;
    Schedule schedule = static_cast<std::size_t>(row) <= s.schedules.size()
                            ? s.schedules[static_cast<std::size_t>(row) - 1]
                            : Schedule{};
    const std::string day = given(form, "hours_day_" + n), from = given(form, "hours_from_" + n),
                      to = given(form, "hours_to_" + n);
    if (day.empty() && from.empty() && to.empty()) {
      // A row that only had a description, or an emptied one.
      if (schedule.byday.empty() && !schedule.description.empty()) schedules.push_back(std::move(schedule));
      continue;
    }
    const bool touched = day != schedule.byday || !is_same(from, shown_time(schedule.opens_at)) ||
                         !is_same(to, shown_time(schedule.closes_at));
    if (touched) {
      schedule.byday = day;
      schedule.opens_at = from;
      schedule.closes_at = to;
      if (schedule.freq.empty()) schedule.freq = "WEEKLY";
    }
    schedules.push_back(std::move(schedule));
  }
  s.schedules = std::move(schedules);
}

/** Whether the same boxes are ticked as before, in whatever order. */
bool same_boxes(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  b.erase(std::unique(b.begin(), b.end()), b.end());
  return a == b;
}

void read_boxes(std::vector<std::string>& values, const http::Form& form, std::string_view name) {
  auto now = ticked(form, name);
  if (!same_boxes(now, values)) values = std::move(now);
}

void read_languages(Service& s, const http::Form& form) {
  read_boxes(s.lotse_interpreters, form, "interpreters");
  s.lotse_interpreter_on_request = given(form, "on_request") == "1";
  std::vector<std::string> before;
  for (const auto& each : s.languages)
    if (!each.code.empty()) before.push_back(each.code);
  if (same_boxes(ticked(form, "languages"), before)) return;
  std::vector<SpokenLanguage> kept;
  for (const auto& each : s.languages)
    if (each.code.empty()) kept.push_back(each);  // what was written in words and could not be read stays
  for (const auto& code : ticked(form, "languages")) {
    const auto at =
        std::find_if(s.languages.begin(), s.languages.end(), [&](const auto& l) { return l.code == code; });
    kept.push_back(at != s.languages.end()
                       ? *at
                       : SpokenLanguage{"", words::language_name(*words::language("en"), code), code, ""});
  }
  s.languages = std::move(kept);
}

void read_care(Service& s, const http::Form& form, Problems& problems) {
  s.lotse_child_care.kind = value_of<Care>(given(form, "care")).value_or(Care::unknown);
  s.lotse_child_care.from_months = number(form, "care_from", problems);
  s.lotse_child_care.to_months = number(form, "care_to", problems);
  s.lotse_child_care.places = number(form, "care_places", problems);
  if (s.lotse_child_care.kind != Care::on_site) s.lotse_child_care = {s.lotse_child_care.kind, {}, {}, {}};
}

// An age that was not touched stays as it came: half a year is shown, though only whole years are typed.
void read_age(std::optional<double>& age, const http::Form& form, std::string_view name, Problems& problems) {
  if (!form.find(name) || given(form, name) == shown_age(age)) return;
  const auto years = number(form, name, problems);
  if (years && (*years < 0 || *years > 120))
    problems.push_back({std::string(name), msg("Enter an age between 0 and 120 years, or leave it empty.")});
  else
    age = years ? std::optional<double>(*years) : std::nullopt;
}

void read_contact(Service& s, const http::Form& form) {
  const std::string name = given(form, "contact_name"), phone = given(form, "contact_phone"),
                    title = given(form, "contact_title");
  const bool emptied = name.empty() && phone.empty() && title.empty();
  if (s.contacts.empty()) {
    if (emptied) return;
    s.contacts.emplace_back();
  }
  auto& contact = s.contacts.front();
  // A contact that still has an e-mail address or a department, which the form does not show, stays.
  if (emptied && contact.email.empty() && contact.department.empty()) {
    s.contacts.erase(s.contacts.begin());
    return;
  }
  contact.name = name;
  contact.title = title;
  if (phone.empty())
    contact.phones.clear();
  else {
    if (contact.phones.empty()) contact.phones.emplace_back();
    contact.phones.front().number = phone;
  }
}

}  // namespace

std::string shown_age(const std::optional<double>& years) { return years ? fmt::format("{:g}", *years) : ""; }

Service corrected(const Service& before, const http::Form& form, Problems& problems) {
  Service s = before;
  read_texts(s, form);
  s.status = given(form, "status");
  const std::string phone = given(form, "phone");
  if (phone.empty()) {
    if (!s.phones.empty()) s.phones.erase(s.phones.begin());
  } else {
    if (s.phones.empty()) s.phones.emplace_back();
    s.phones.front().number = phone;
  }
  s.email = given(form, "email");
  s.url = given(form, "url");
  read_hours(s, form);
  s.lotse_by_appointment = given(form, "by_appointment") == "1";
  s.lotse_fringe_hours = given(form, "fringe_hours") == "1";
  read_languages(s, form);
  read_care(s, form, problems);
  read_age(s.minimum_age, form, "age_min", problems);
  read_age(s.maximum_age, form, "age_max", problems);
  const std::string cost = given(form, "cost");
  s.lotse_free_of_charge = cost == "free"   ? std::optional(true)
                           : cost == "paid" ? std::optional(false)
                                            : std::nullopt;
  s.lotse_free_places = number(form, "free_places", problems);
  read_boxes(s.lotse_topics, form, "topics");
  read_boxes(s.lotse_audience, form, "groups");
  read_contact(s, form);
  return s;
}

}  // namespace lotse::directory
