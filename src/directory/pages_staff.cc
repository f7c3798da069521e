// SPDX-License-Identifier: EUPL-1.2
// Pages on which staff see and correct what their unit keeps.
#include <algorithm>
#include <charconv>

#include "directory/correction.h"
#include "directory/directory.h"
#include "directory/pages.h"

namespace lotse::directory {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kRead{&access::kDirectoryRead, access::kDirectoryPurpose, false};
constexpr web::Access kWrite{.right = &access::kDirectoryWrite, .redraws = true};
constexpr int kRows = 50;

Html status_tag(const Ask& ask, std::string_view status) {
  const bool active = status == "active";
  return el("span", {cls(active ? "lo-tag lo-tag--ok" : "lo-tag lo-tag--wait")},
            {web::icon(active ? "success" : "warning"), status_label(ask, status)});
}

http::Response list(Ask& ask) {
  const std::string part = ask.asked("q");
  int page = 1;
  const std::string wanted = ask.asked("page");
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), page);
  page = std::clamp(page, 1, 10'000);
  const auto total = count_kept(ask.desk, part);
  const auto kept = kept_services(ask.desk, part, (page - 1) * kRows, kRows);
  if (ask.json) {
    Json rows = Json::array();
    for (const auto& each : kept)
      rows.push_back({{"id", each.id.text},
                      {"name", each.name},
                      {"organization", each.organisation},
                      {"status", each.status},
                      {"confirmed", each.confirmed ? Json(each.confirmed->text()) : Json()}});
    return web::json({{"total", total}, {"entries", rows}});
  }
  Html rows;
  for (const auto& each : kept)
    rows += el("tr", {cls("kern-table__row")},
               {el("th", {cls("kern-table__header"), attr("scope", "row"), attr("dir", "auto")},
                   {web::link(Url::path("/staff/services/" + each.id.text), each.name)}),
                el("td", {cls("kern-table__cell"), attr("dir", "auto")}, {each.organisation}),
                el("td", {cls("kern-table__cell")}, {status_tag(ask, each.status)}),
                el("td", {cls("kern-table__cell")},
                   {each.confirmed ? words::day_short(ask.language, *each.confirmed) : ask.t("never")})});
  const web::FormView form{ask, {}};
  const Html search = web::get_form(
      "find", "lo-toolbar", Url::path("/staff/services"),
      all({web::text_field(form, "q", ask.t("Part of the title"), {.value = part, .type = "search"}),
           web::button(ask.t("Search"), false)}));
  const auto head = [&](const std::string& label) {
    return el("th", {cls("kern-table__header"), attr("scope", "col")}, {label});
  };
  const Html table = el("div",
                        {cls("kern-table-responsive"), attr("role", "region"), attr("tabindex", "0"),
                         attr("aria-labelledby", "kept")},
                        {el("table", {cls("kern-table kern-table--small")},
                            {el("caption", {cls("kern-title kern-title--small"), web::id("kept")},
                                {ask.tn("{n} entry", "{n} entries", total)}),
                             el("thead", {},
                                {el("tr", {cls("kern-table__row")},
                                    {head(ask.t("Title")), head(ask.t("Organisation")), head(ask.t("State")),
                                     head(ask.t("Last confirmed"))})}),
                             el("tbody", {cls("kern-table__body")}, {rows})})});
  Html pages;
  const auto page_url = [&](int p) {
    return Url::path("/staff/services", http::encode_query({{"q", part}, {"page", std::to_string(p)}}));
  };
  if (page > 1)
    pages += el("li", {}, {el("a", {web::href(page_url(page - 1)), attr("rel", "prev")}, {ask.t("Back")})});
  if (static_cast<std::int64_t>(page) * kRows < total)
    pages += el("li", {}, {el("a", {web::href(page_url(page + 1)), attr("rel", "next")}, {ask.t("Next")})});
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {ask.t("Entries of your unit")}), search, table,
           pages.empty()
               ? Html()
               : el("nav", {cls("lo-pages"), attr("aria-label", ask.t("Pages"))}, {el("ul", {}, {pages})})});
  return web::page(ask, {.title = ask.t("Entries of your unit"), .main = main, .current = "/staff/services"});
}

// A number as it is kept, or what was typed instead, so that a wrong one can be seen and mended.
std::string number(const Ask& ask, std::string_view field, const std::optional<int>& value) {
  if (ask.request.method == "POST") return ask.given(field);
  return value ? std::to_string(*value) : "";
}

// The fields of a form have their names as ids; a problem that the form does not show has none there.
std::size_t place_of(const Html& fields, std::string_view field) {
  return field.empty() ? std::string::npos : fields.markup().find(" id=\"" + std::string(field) + "\"");
}
bool shows(const Html& fields, std::string_view field) {
  return place_of(fields, field) != std::string::npos;
}

// Part of the form, closed until one wants it; never where something is to be mended inside.
Html section(const web::FormView& form, const Html& title, const Html& fields, bool open = false) {
  const bool wrong = std::any_of(form.problems.begin(), form.problems.end(),
                                 [&](const Problem& p) { return shows(fields, p.field); });
  return el("details", {cls("kern-accordion"), web::flag("open", open || wrong)},
            {el("summary", {cls("kern-accordion__header")}, {title}),
             el("div", {cls("kern-accordion__body lo-stack")}, {fields})});
}

// In the order of the form. Where it has no field, the problem is said without a link that would lead
// nowhere.
Problems linked(Problems problems, const Html& fields) {
  for (auto& each : problems)
    if (!shows(fields, each.field)) each.field.clear();
  std::stable_sort(problems.begin(), problems.end(), [&](const Problem& x, const Problem& y) {
    return !x.field.empty() && (y.field.empty() || place_of(fields, x.field) < place_of(fields, y.field));
  });
  return problems;
}

const words::Language& own_language(const Service& s) {
  const auto* own = words::language(s.lotse_language);
  return own ? *own : words::german();
}

Html text_fields(const web::FormView& form, const Service& s, const words::Language& language) {
  const std::string tag(language.tag);
  const auto at = s.lotse_texts.find(tag);
  Words words = at == s.lotse_texts.end() ? Words{} : at->second;
  if (tag == s.lotse_language && words.name.empty()) words.name = s.name, words.description = s.description;
  return all({web::text_field(form, "name_" + tag, form.ask.t("Title"),
                              {.value = words.name, .language = language.html}),
              web::text_field(form, "description_" + tag, form.ask.t("Text"),
                              {.value = words.description, .language = language.html, .rows = 4})});
}

Html other_languages(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  Html others;
  for (const auto& language : words::languages()) {
    if (language.tag == own_language(s).tag) continue;
    const auto at = s.lotse_texts.find(std::string(language.tag));
    const std::string state = at == s.lotse_texts.end()                ? ask.t("missing")
                              : at->second.state == TextState::machine ? ask.t("translated by a machine")
                                                                       : ask.t("checked");
    others += section(form,
                      el("span", {cls("kern-title kern-title--small")},
                         {el("span", {attr("lang", language.html)}, {language.own_name}), " – ", state}),
                      text_fields(form, s, language));
  }
  return el("div", {}, {others});
}

Html hours_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  constexpr std::array<std::string_view, 7> kDays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  Html rows;
  const int count = static_cast<int>(s.schedules.size()) + kSpareHours;
  for (int row = 1; row <= count; ++row) {
    const std::string n = std::to_string(row);
    const Schedule schedule = static_cast<std::size_t>(row) <= s.schedules.size()
                                  ? s.schedules[static_cast<std::size_t>(row) - 1]
                                  : Schedule{};
    std::vector<web::Option> days{{"", schedule.freq == "DAILY" ? ask.t("every day") : "–"}};
    for (int day = 1; day <= 7; ++day)
      days.push_back(
          {std::string(kDays[static_cast<std::size_t>(day) - 1]), words::weekday_name(ask.language, day)});
    // Several days in one row ("MO,WE") are one more choice, so that nothing is lost.
    if (schedule.byday.size() > 2) {
      std::vector<std::string> names;
      for (std::size_t i = 0; i + 1 < schedule.byday.size(); i += 3)
        for (int day = 1; day <= 7; ++day)
          if (schedule.byday.substr(i, 2) == kDays[static_cast<std::size_t>(day) - 1])
            names.push_back(words::weekday_name(ask.language, day));
      days.push_back({schedule.byday, words::list(ask.language, names)});
    }
    rows += el("div", {cls("lo-row lo-row--3")},
               {web::select_field(form, "hours_day_" + n, ask.t("Day"), days, schedule.byday),
                web::text_field(form, "hours_from_" + n, ask.t("from"),
                                {.value = shown_time(schedule.opens_at), .short_field = true}),
                web::text_field(form, "hours_to_" + n, ask.t("to"),
                                {.value = shown_time(schedule.closes_at), .short_field = true})});
  }
  return el("fieldset", {cls("kern-fieldset")},
            {el("legend", {cls("kern-sr-only")}, {ask.t("Opening hours")}),
             el("div", {cls("kern-hint")},
                {ask.t("Leave a row empty to remove it. Times such as 09:00."), " ",
                 ask.t("An end before the beginning lies on the next day, for example 22:00 to 06:00.")}),
             rows});
}

// The languages that are offered, and those that the entry has besides: a box that is not there cannot stay
// ticked.
std::vector<web::Option> people_languages(const Ask& ask, const std::vector<std::string>& own) {
  std::vector<web::Option> options;
  const auto offered = words::people_languages();
  for (const auto code : offered)
    options.push_back({std::string(code), words::language_name(ask.language, code)});
  for (const auto& code : own)
    if (!code.empty() && std::find(offered.begin(), offered.end(), code) == offered.end())
      options.push_back({code, words::language_name(ask.language, code)});
  std::sort(options.begin(), options.end(),
            [&](const auto& a, const auto& b) { return words::compare(ask.language, a.label, b.label) < 0; });
  return options;
}

Html time_fields(const web::FormView& form, const Service& s) {
  return all(
      {hours_fields(form, s),
       web::checkbox(form, "by_appointment", form.ask.t("Only by appointment"), s.lotse_by_appointment),
       web::checkbox(form, "fringe_hours", form.ask.t("Also early, late or at weekends"),
                     s.lotse_fringe_hours)});
}

Html number_field(const web::FormView& form, std::string_view name, const std::string& label,
                  const std::string& value, const std::string& hint = {}) {
  return web::text_field(form, name, label,
                         {.hint = hint, .value = value, .inputmode = "numeric", .short_field = true});
}

Html care_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  const auto& care = s.lotse_child_care;
  return all(
      {web::radios(form, "care", ask.t("Child care at the offer"),
                   {{"unknown", ask.t("not known")}, {"none", ask.t("none")}, {"on_site", ask.t("on site")}},
                   name_of(care.kind)),
       el("div", {cls("lo-row lo-row--3")},
          {number_field(form, "care_from", ask.t("Youngest child, in months"),
                        number(ask, "care_from", care.from_months)),
           number_field(form, "care_to", ask.t("Oldest child, in months"),
                        number(ask, "care_to", care.to_months)),
           number_field(form, "care_places", ask.t("Places for children"),
                        number(ask, "care_places", care.places))})});
}

Html language_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  std::vector<std::string> spoken;
  for (const auto& each : s.languages) spoken.push_back(each.code);
  return all({web::checkboxes(form, "languages", ask.t("Languages spoken there"),
                              people_languages(ask, spoken), spoken),
              web::checkboxes(form, "interpreters", ask.t("Languages with an interpreter"),
                              people_languages(ask, s.lotse_interpreters), s.lotse_interpreters),
              web::checkbox(form, "on_request", ask.t("Interpreter for other languages on request"),
                            s.lotse_interpreter_on_request)});
}

Html people_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  const bool typed = ask.request.method == "POST";
  const auto age = [&](std::string_view field, const std::optional<double>& kept) {
    return typed ? ask.given(field) : shown_age(kept);
  };
  std::vector<web::Option> groups;
  for (const auto group : kAudiences) groups.push_back({std::string(group), group_name(ask, group)});
  const std::string cost = !s.lotse_free_of_charge ? "unknown" : *s.lotse_free_of_charge ? "free" : "paid";
  return all(
      {el("div", {cls("lo-row")},
          {number_field(form, "age_min", ask.t("Youngest age, in years"), age("age_min", s.minimum_age),
                        ask.t("Leave it empty if it is for every age.")),
           number_field(form, "age_max", ask.t("Oldest age, in years"), age("age_max", s.maximum_age),
                        ask.t("Leave it empty if it is for every age."))}),
       web::checkboxes(form, "groups", ask.t("Only for these groups"), groups, s.lotse_audience),
       web::radios(form, "cost", ask.t("Cost"),
                   {{"unknown", ask.t("not known")},
                    {"free", ask.t("costs nothing")},
                    {"paid", ask.t("costs money")}},
                   cost),
       number_field(form, "free_places", ask.t("Free places"),
                    number(ask, "free_places", s.lotse_free_places),
                    ask.t("Leave it empty if you do not know."))});
}

Html topic_fields(const web::FormView& form, const Service& s, const topic::Catalogue& topics) {
  std::vector<web::Option> options;
  for (const auto* root : topics.roots())
    for (const auto* child : topics.children(root->key))
      options.push_back({child->key, child->name(form.ask.language)});
  // What the entry has besides: a topic that has others below it, or one that we do not know.
  for (const auto& key : s.lotse_topics) {
    const auto same = [&](const web::Option& option) { return option.value == key; };
    if (std::any_of(options.begin(), options.end(), same)) continue;
    const auto* topic = topics.find(key);
    options.push_back({key, topic ? topic->name(form.ask.language) : key});
  }
  return web::checkboxes(form, "topics", form.ask.t("Topics"), options, s.lotse_topics);
}

Html contact_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  const Contact contact = s.contacts.empty() ? Contact{} : s.contacts.front();
  return all({web::text_field(form, "phone", ask.t("Telephone"),
                              {.value = s.phones.empty() ? "" : s.phones.front().number, .type = "tel"}),
              web::text_field(form, "email", ask.t("E-mail"), {.value = s.email, .type = "email"}),
              web::text_field(form, "url", ask.t("Website"), {.value = s.url, .type = "url"}),
              web::text_field(form, "contact_name", ask.t("Name of the contact"), {.value = contact.name}),
              web::text_field(form, "contact_title", ask.t("What the contact is responsible for"),
                              {.value = contact.title}),
              web::text_field(
                  form, "contact_phone", ask.t("Telephone of the contact"),
                  {.value = contact.phones.empty() ? "" : contact.phones.front().number, .type = "tel"})});
}

Html all_fields(const web::FormView& form, const Service& s, std::int64_t version,
                const topic::Catalogue& topics) {
  const Ask& ask = form.ask;
  std::vector<web::Option> states;
  for (const char* state : {"active", "inactive", "temporarily closed", "defunct"})
    states.push_back({state, status_label(ask, state)});
  const auto part = [&](const std::string& title, const Html& fields, bool open = false) {
    return section(form, el("h2", {cls("kern-title kern-title--small")}, {title}), fields, open);
  };
  return all({el("input", {attr("type", "hidden"), attr("name", "version"), attr("value", version)}),
              el("div", {},
                 {part(ask.t("Title and text"), text_fields(form, s, own_language(s)), true),
                  part(ask.t("Texts in other languages"), other_languages(form, s)),
                  part(ask.t("State"),
                       web::radios(form, "status", ask.t("Is the offer running?"), states, s.status)),
                  part(ask.t("Contact"), contact_fields(form, s)),
                  part(ask.t("Opening hours"), time_fields(form, s)),
                  part(ask.t("For whom, cost, free places"), people_fields(form, s)),
                  part(ask.t("Child care"), care_fields(form, s)),
                  part(ask.t("Languages"), language_fields(form, s)),
                  part(ask.t("Topics"), topic_fields(form, s, topics))}),
              el("div", {cls("lo-actions")}, {web::button(ask.t("Save"))})});
}

/** `title` is the one that is kept: what is typed may be empty, and the page must still say what it is about.
 */
http::Response form_page(const Ask& ask, const Rooms& rooms, const std::string& title, const Service& s,
                         std::int64_t version, Problems problems, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const Html fields = all_fields(form, s, version, *rooms.finder->sight().topics);
  const std::string path = "/staff/services/" + s.id.text;
  const bool saved = ask.request.method == "GET" && ask.asked("saved") == "1";
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path("/staff/services"))},
              {web::icon("arrow-back"), ask.t("Entries of your unit")}),
           web::problem_summary({ask, linked(form.problems, fields)}),
           saved ? web::alert("success", ask.t("Saved. Parents see it now."),
                              el("p", {cls("kern-body")},
                                 {web::link(Url::path("/offers", http::encode_query({{"q", s.name}})),
                                            ask.t("Look at it as parents do"))}))
                 : Html(),
           el("h1", {cls("kern-heading-large"), attr("dir", "auto")},
              {ask.t("Correct: {title}", {{"title", title}})}),
           web::post_form(ask, "correct", Url::path(path), fields),
           el("p", {cls("kern-body")},
              {web::link(Url::path(path + "/confirmation"), ask.t("Is this entry still right?"))}),
           ask.desk.may(access::kDirectoryWrite)
               ? el("p", {cls("kern-body")},
                    {web::link(Url::path(path + "/history"), ask.t("What was changed here, and undo it"))})
               : Html()});
  return web::page(ask, {.title = ask.t("Correct: {title}", {{"title", title}}),
                         .main = main,
                         .current = "/staff/services",
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "correct"});
}

http::Response show(Ask& ask, const Rooms& rooms) {
  const Entry e = find_kept(ask.desk, {ask.values.at("service")});
  if (ask.json) {
    Json json = to_json(e.service);
    json["lotse_version"] = e.version;
    return web::json(json);
  }
  return form_page(ask, rooms, e.service.name, e.service, e.version, {});
}

http::Response save(Ask& ask, const Rooms& rooms) {
  const Entry e = find_kept(ask.desk, {ask.values.at("service")});
  std::int64_t version = 0;
  Service service;
  Problems problems;
  if (ask.json) {
    // The same verb by JSON: the whole service as it was read, with what is to be different.
    const auto json = parse_json(ask.request.body);
    service = e.service;
    if (!json || !from_json(*json, service, &service.rest))
      return web::problem_details(ask, 400, {{"", msg("This is not a service in JSON.")}});
    service.rest.erase("lotse_version");
    if (service.id != e.service.id) return web::error(ask, 404);
    version = json->value("lotse_version", std::int64_t{0});
  } else {
    const std::string text = ask.given("version");
    std::from_chars(text.data(), text.data() + text.size(), version);
    service = corrected(e.service, ask.form, problems);
    if (ask.given("_action") == "language")
      return form_page(ask, rooms, e.service.name, service, version, {});
  }
  for (auto& each : check(service)) problems.push_back(std::move(each));
  if (problems.empty()) {
    if (version != e.version)
      return ask.json ? web::error(ask, 409)
                      : form_page(ask, rooms, e.service.name, service, version,
                                  {{"", msg("Somebody else changed this entry while you were writing. Yours "
                                            "is shown below and not saved. Open the entry anew in a second "
                                            "window, compare, and save there.")}},
                                  409);
    const auto next = correct(ask.desk, service, version);
    if (next) {
      rooms.finder->catch_up();
      if (ask.json) return web::json({{"id", service.id.text}, {"lotse_version", *next}});
      return web::see(Url::path("/staff/services/" + service.id.text, "saved=1"));
    }
    problems = next.error();
  }
  return ask.json ? web::problem_details(ask, 422, problems)
                  : form_page(ask, rooms, e.service.name, service, version, problems, 422);
}

}  // namespace

std::string status_label(const Ask& ask, std::string_view status) {
  if (status == "active") return ask.t("active");
  if (status == "inactive") return ask.t("not offered at present");
  if (status == "defunct") return ask.t("ended for good");
  return ask.t("closed for a time");
}

void install_staff(web::Site& site, const Rooms& rooms) {
  site.add_to_navigation({"/staff/services", msg("Entries"), true, &access::kDirectoryRead});
  site.get("/staff/services", kRead, list);
  site.get("/staff/services/{service}", kRead, [rooms](Ask& ask) { return show(ask, rooms); });
  site.post("/staff/services/{service}", kWrite, [rooms](Ask& ask) { return save(ask, rooms); });
}

}  // namespace lotse::directory
