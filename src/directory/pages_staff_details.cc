// SPDX-License-Identifier: EUPL-1.2
// The details of an entry as its history names and shows them.
#include <algorithm>
#include <array>

#include "directory/correction.h"
#include "directory/pages.h"

namespace lotse::directory {
namespace {

using web::Ask;

struct Label {
  std::string_view name;
  const char* text;
};
constexpr std::array kLabels{
    Label{"name", words::N_("Title")},
    Label{"description", words::N_("Text")},
    Label{"status", words::N_("State")},
    Label{"phones", words::N_("Telephone")},
    Label{"email", words::N_("E-mail")},
    Label{"url", words::N_("Website")},
    Label{"contacts", words::N_("Contact")},
    Label{"schedules", words::N_("Opening hours")},
    Label{"languages", words::N_("Languages spoken there")},
    Label{"lotse_interpreters", words::N_("Languages with an interpreter")},
    Label{"lotse_interpreter_on_request", words::N_("Interpreter for other languages on request")},
    Label{"lotse_by_appointment", words::N_("Only by appointment")},
    Label{"lotse_fringe_hours", words::N_("Also early, late or at weekends")},
    Label{"lotse_child_care", words::N_("Child care at the offer")},
    Label{"minimum_age", words::N_("Youngest age, in years")},
    Label{"maximum_age", words::N_("Oldest age, in years")},
    Label{"lotse_audience", words::N_("Only for these groups")},
    Label{"lotse_free_of_charge", words::N_("Costs nothing")},
    Label{"fees_description", words::N_("Cost")},
    Label{"lotse_free_places", words::N_("Free places")},
    Label{"lotse_topics", words::N_("Topics")},
    Label{"alternate_name", words::N_("Other title")},
    Label{"alert", words::N_("Warning to readers")},
    Label{"organization_id", words::N_("Organisation")},
    Label{"assured_date", words::N_("Confirmed in the source")},
    Label{"last_modified", words::N_("Changed in the source")},
    Label{"eligibility_description", words::N_("Who may come")},
    Label{"application_process", words::N_("How to register")},
};

// "lotse_texts.uk.name": the language and the part; nothing for any other detail.
struct TextPart {
  const words::Language* language = nullptr;
  std::string part;
};
std::optional<TextPart> text_part(const std::string& name) {
  constexpr std::string_view kHead = "lotse_texts.";
  const auto dot = name.rfind('.');
  if (!name.starts_with(kHead) || dot < kHead.size()) return std::nullopt;
  return TextPart{words::language(name.substr(kHead.size(), dot - kHead.size())), name.substr(dot + 1)};
}

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& each : all)
    if (!each.empty()) (text += text.empty() ? "" : "\n") += each;
  return text;
}

// What has no words of its own: as it is, without the ids that nobody reads.
std::string plain(const Ask& ask, const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? ask.t("Yes") : ask.t("No");
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, each] : value.items()) {
    if (value.is_object() && key == "id") continue;
    const std::string text = plain(ask, each);
    if (!text.empty()) parts.push_back(value.is_object() ? key + ": " + text : text);
  }
  return lines(parts);
}

template <class T>
T part_of(const Json& value) {
  T part;
  from_json(value, part);
  return part;
}

std::string days_text(const Ask& ask, const std::string& byday) {
  constexpr std::array<std::string_view, 7> kDays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < byday.size(); i += 3)
    for (int day = 1; day <= 7; ++day)
      if (byday.substr(i, 2) == kDays[static_cast<std::size_t>(day) - 1])
        names.push_back(words::weekday_name(ask.language, day));
  return words::list(ask.language, names);
}

std::string schedule_text(const Ask& ask, const Json& value) {
  constexpr std::array<std::string_view, 8> kKnown{"id",    "valid_from", "valid_to",  "freq",
                                                   "byday", "opens_at",   "closes_at", "description"};
  for (const auto& [key, each] : value.items())
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) return plain(ask, value);
  const auto s = part_of<Schedule>(value);
  std::string text = s.byday.empty() && s.freq == "DAILY" ? ask.t("every day") : days_text(ask, s.byday);
  const auto add = [&](const std::string& more) {
    if (!more.empty()) (text += text.empty() ? "" : " ") += more;
  };
  if (!s.opens_at.empty() || !s.closes_at.empty())
    add(shown_time(s.opens_at) + "–" + shown_time(s.closes_at));
  if (!s.valid_from.empty() || !s.valid_to.empty()) add("(" + s.valid_from + " – " + s.valid_to + ")");
  add(s.description);
  return text;
}

// Each of a list in a line of its own.
template <class F>
std::string each_of(const Json& list, F&& text) {
  std::vector<std::string> all;
  for (const auto& each : list) all.push_back(text(each));
  return lines(all);
}

}  // namespace

std::string detail_label(const Ask& ask, const std::string& name) {
  if (const auto text = text_part(name)) {
    const std::string language(text->language ? text->language->own_name : name);
    if (text->part == "name") return ask.t("Title in {language}", {{"language", language}});
    if (text->part == "description") return ask.t("Text in {language}", {{"language", language}});
    if (text->part == "state")
      return ask.t("State of the translation into {language}", {{"language", language}});
  }
  const auto at =
      std::find_if(kLabels.begin(), kLabels.end(), [&](const Label& l) { return l.name == name; });
  return at == kLabels.end() ? "" : ask.t(at->text);
}

std::string detail_text(const Ask& ask, const topic::Catalogue& topics, const std::string& name,
                        const Json& value) {
  const auto language = [&](const std::string& code) { return words::language_name(ask.language, code); };
  if (const auto text = text_part(name); text && text->part == "state")
    return value == "machine" ? ask.t("translated by a machine") : value.is_null() ? "" : ask.t("checked");
  if (name == "status" && value.is_string()) return status_label(ask, value.get<std::string>());
  if (!value.is_array()) return plain(ask, value);
  if (name == "schedules") return each_of(value, [&](const Json& each) { return schedule_text(ask, each); });
  if (name == "phones") return each_of(value, [](const Json& each) { return part_of<Phone>(each).number; });
  if (name == "languages")
    return each_of(value, [&](const Json& each) {
      const auto spoken = part_of<SpokenLanguage>(each);
      return spoken.code.empty() ? spoken.name : language(spoken.code);
    });
  if (name == "lotse_interpreters") return each_of(value, [&](const Json& each) { return language(each); });
  if (name == "lotse_audience")
    return each_of(value, [&](const Json& each) { return group_name(ask, each.get<std::string>()); });
  if (name == "lotse_topics")
    return each_of(value, [&](const Json& each) {
      const auto* topic = topics.find(each.get<std::string>());
      return topic ? topic->name(ask.language) : each.get<std::string>();
    });
  return plain(ask, value);
}

}  // namespace lotse::directory
