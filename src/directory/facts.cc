// SPDX-License-Identifier: EUPL-1.2
// An entry as a list of what can be wrong in it.
#include <algorithm>
#include <array>

#include "directory/pages.h"

namespace lotse::directory {
namespace {

std::string hours_text(const web::Ask& ask, const Service& s) {
  std::string text;
  for (const auto& span : openings_of(s.schedules).in_week_of(ask.desk.today()))
    text += words::weekday_name(ask.language, span.weekday) + " " +
            words::hours(ask.language, span.from, span.to) + "\n";
  for (const auto& each : s.schedules)
    if (!each.description.empty()) text += each.description + "\n";
  return text;
}

std::string languages_text(const web::Ask& ask, const Service& s) {
  std::vector<std::string> codes;
  for (const auto& each : s.languages)
    if (!each.code.empty()) codes.push_back(each.code);
  return language_list(ask, codes);
}

}  // namespace

std::span<const Fact> facts() {
  static const std::array<Fact, 9> all{Fact{"name", words::N_("Title"), true},
                                       Fact{"description", words::N_("Text"), true},
                                       Fact{"phone", words::N_("Telephone"), true},
                                       Fact{"email", words::N_("E-mail"), true},
                                       Fact{"url", words::N_("Website"), true},
                                       Fact{"contact_name", words::N_("Name of the contact"), true},
                                       Fact{"hours", words::N_("Opening hours")},
                                       Fact{"languages", words::N_("Languages")},
                                       Fact{"cost", words::N_("Cost")}};
  return all;
}

std::string fact_text(const web::Ask& ask, const Entry& e, std::string_view fact, std::string_view language) {
  const Service& s = e.service;
  const auto texts = s.lotse_texts.find(std::string(language));
  const bool own = language == s.lotse_language || texts == s.lotse_texts.end();
  if (fact == "name") return own ? s.name : texts->second.name;
  if (fact == "description") return own ? s.description : texts->second.description;
  if (fact == "phone") return s.phones.empty() ? "" : s.phones.front().number;
  if (fact == "email") return s.email;
  if (fact == "url") return s.url;
  if (fact == "contact_name") return s.contacts.empty() ? "" : s.contacts.front().name;
  if (fact == "hours") return hours_text(ask, s);
  if (fact == "languages") return languages_text(ask, s);
  if (fact == "cost") return s.lotse_free_of_charge == true ? ask.t("Costs nothing") : s.fees_description;
  return {};
}

}  // namespace lotse::directory
