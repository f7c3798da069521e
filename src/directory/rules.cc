// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "base/fold.h"
#include "directory/directory.h"
#include "directory/offer.h"
#include "unit/unit.h"
#include "web/html.h"
#include "words/words.h"

namespace lotse::directory {
namespace {

void check_texts(const Service& s, Problems& problems) {
  if (trimmed(s.name).empty()) problems.push_back({"name_" + s.lotse_language, msg("Enter a title.")});
  for (const auto& [language, words] : s.lotse_texts) {
    if (length(words.name) > 150)
      problems.push_back({"name_" + language, msg("The title may have at most 150 characters.")});
    if (length(words.description) > 4000)
      problems.push_back({"description_" + language, msg("The text may have at most 4,000 characters.")});
    if (language != s.lotse_language && trimmed(words.name).empty() && !trimmed(words.description).empty())
      problems.push_back({"name_" + language,
                          msg("There is a text in this language, but no title. Enter a title as well.")});
    if (has_bidi_control(words.name) || has_bidi_control(words.description))
      problems.push_back(
          {"description_" + language,
           msg("The text has invisible characters that turn the reading direction. Type it in again.")});
  }
}

void check_hours(const Service& s, Problems& problems) {
  for (std::size_t i = 0; i < s.schedules.size(); ++i) {
    const auto& each = s.schedules[i];
    if (each.byday.empty() && each.opens_at.empty() && each.closes_at.empty()) continue;
    const std::string row = std::to_string(i + 1);
    const auto from = parse_minute(shown_time(each.opens_at)), to = parse_minute(shown_time(each.closes_at));
    if (each.byday.empty() && each.freq != "DAILY")
      problems.push_back({"hours_day_" + row, msg("Choose the day of the week.")});
    unit::check_times("hours_from_" + row, from, "hours_to_" + row, to, problems);
  }
}

void check_care(const ChildCare& care, Problems& problems) {
  if (care.kind != Care::on_site) return;
  if (care.from_months && (*care.from_months < 0 || *care.from_months > 216))
    problems.push_back({"care_from", msg("Enter an age between 0 and 18 years, in months.")});
  if (care.to_months && (*care.to_months < 0 || *care.to_months > 216))
    problems.push_back({"care_to", msg("Enter an age between 0 and 18 years, in months.")});
  else if (care.from_months && care.to_months && *care.to_months < *care.from_months)
    problems.push_back({"care_to", msg("The highest age must not be below the lowest.")});
  if (care.places && (*care.places < 1 || *care.places > 500))
    problems.push_back(
        {"care_places", msg("Enter a number of places between 1 and 500, or leave it empty.")});
}

}  // namespace

Problems check(const Service& s) {
  Problems problems;
  check_texts(s, problems);
  constexpr std::array<std::string_view, 4> kStates{"active", "inactive", "defunct", "temporarily closed"};
  if (std::find(kStates.begin(), kStates.end(), s.status) == kStates.end())
    problems.push_back({"status", msg("Choose one of the states.")});
  for (std::size_t i = 0; i < s.phones.size(); ++i)
    if (!unit::is_telephone(s.phones[i].number))
      problems.push_back({i == 0 ? "phone" : "phone_" + std::to_string(i + 1),
                          msg("Enter a telephone number, for example 030 23125 123.")});
  if (!s.email.empty() && !unit::is_email(s.email))
    problems.push_back({"email", msg("Enter an e-mail address in the form name@example.org.")});
  // A bare "www.example.org" is taken; something with another scheme is not.
  const bool bare =
      s.url.find(':') == s.url.npos && s.url.find('.') != s.url.npos && web::Url::web("https://" + s.url);
  if (!s.url.empty() && !web::Url::web(s.url) && !bare)
    problems.push_back({"url", msg("Enter a web address that begins with https://.")});
  check_hours(s, problems);
  check_care(s.lotse_child_care, problems);
  for (const auto& each : s.languages)
    if (!each.code.empty() && !words::is_language(each.code))
      problems.push_back({"languages", msg("Choose languages from the list.")});
  if (s.minimum_age && s.maximum_age && *s.maximum_age < *s.minimum_age)
    problems.push_back({"age_max", msg("The highest age must not be below the lowest.")});
  for (const auto& contact : s.contacts) {
    // A source may give no more than an address or a department, and the form does not show those.
    if (trimmed(contact.name).empty() && contact.email.empty() && contact.department.empty())
      problems.push_back({"contact_name", msg("Enter the name of the contact.")});
    for (const auto& phone : contact.phones)
      if (!unit::is_telephone(phone.number))
        problems.push_back({"contact_phone", msg("Enter a telephone number, for example 030 23125 123.")});
  }
  if (std::any_of(s.lotse_audience.begin(), s.lotse_audience.end(),
                  [](const auto& group) { return audience_bit(group) == 0; }))
    problems.push_back({"groups", msg("Choose one from the list.")});
  if (s.lotse_free_places && (*s.lotse_free_places < 0 || *s.lotse_free_places > 10'000))
    problems.push_back({"free_places", msg("Enter a number between 0 and 10,000, or leave it empty.")});
  return problems;
}

}  // namespace lotse::directory
