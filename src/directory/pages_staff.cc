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
constexpr web::Access kWrite{&access::kDirectoryWrite, access::kDirectoryPurpose, false};
constexpr int kRows = 50;

std::string status_label(const Ask& ask, std::string_view status) {
  if (status == "active") return ask.t("active");
  if (status == "inactive") return ask.t("not offered at present");
  if (status == "defunct") return ask.t("ended for good");
  return ask.t("closed for a time");
}

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
                      {"status", each.status}});
    return web::json({{"total", total}, {"entries", rows}});
  }
  Html rows;
  for (const auto& each : kept)
    rows += el("tr", {cls("kern-table__row")},
               {el("th", {cls("kern-table__header"), attr("scope", "row"), attr("dir", "auto")},
                   {web::link(Url::path("/staff/services/" + each.id.text), each.name)}),
                el("td", {cls("kern-table__cell"), attr("dir", "auto")}, {each.organisation}),
                el("td", {cls("kern-table__cell")}, {status_tag(ask, each.status)})});
  const web::FormView form{ask, {}};
  const Html search = web::get_form(
      "find", "lo-toolbar", Url::path("/staff/services"),
      all({web::text_field(form, "q", ask.t("Part of the title"), {.value = part, .type = "search"}),
           web::button(ask.t("Search"), false)}));
  const auto head = [&](const std::string& label) {
    return el("th", {cls("kern-table__header"), attr("scope", "col")}, {label});
  };
  const Html table =
      el("div",
         {cls("kern-table-responsive"), attr("role", "region"), attr("tabindex", "0"),
          attr("aria-labelledby", "kept")},
         {el("table", {cls("kern-table kern-table--small")},
             {el("caption", {cls("kern-title kern-title--small"), web::id("kept")},
                 {ask.tn("{n} entry", "{n} entries", total)}),
              el("thead", {},
                 {el("tr", {cls("kern-table__row")},
                     {head(ask.t("Title")), head(ask.t("Organisation")), head(ask.t("State"))})}),
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

Html text_fields(const web::FormView& form, const Service& s) {
  const Ask& ask = form.ask;
  const auto pair = [&](const words::Language& language) {
    const std::string tag(language.tag);
    const auto at = s.lotse_texts.find(tag);
    Words words = at == s.lotse_texts.end() ? Words{} : at->second;
    if (tag == s.lotse_language && words.name.empty()) words.name = s.name, words.description = s.description;
    return all({web::text_field(form, "name_" + tag, ask.t("Title"),
                                {.value = words.name, .language = language.html}),
                web::text_field(form, "description_" + tag, ask.t("Text"),
                                {.value = words.description, .language = language.html, .rows = 4})});
  };
  const auto* own = words::language(s.lotse_language);
  Html html = pair(own ? *own : words::german());
  for (const auto& language : words::languages()) {
    if (language.tag == (own ? own->tag : "de")) continue;
    const auto at = s.lotse_texts.find(std::string(language.tag));
    const std::string state = at == s.lotse_texts.end()                ? ask.t("missing")
                              : at->second.state == TextState::machine ? ask.t("translated by a machine")
                                                                       : ask.t("checked");
    const bool wrong = !form.problem_of("name_" + std::string(language.tag)).empty() ||
                       !form.problem_of("description_" + std::string(language.tag)).empty();
    html += el("details", {cls("kern-accordion"), web::flag("open", wrong)},
               {el("summary", {cls("kern-accordion__header")},
                   {el("span", {cls("kern-title kern-title--small")},
                       {el("span", {attr("lang", language.html)}, {language.own_name}), " – ", state})}),
                el("div", {cls("kern-accordion__body lo-stack")}, {pair(language)})});
  }
  return html;
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
    std::vector<web::Option> days{{"", "–"}};
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
  return el(
      "fieldset", {cls("kern-fieldset")},
      {el("legend", {cls("kern-label")}, {ask.t("Opening hours")}),
       el("div", {cls("kern-hint")}, {ask.t("Leave a row empty to remove it. Times such as 09:00.")}), rows});
}

std::vector<web::Option> people_languages(const Ask& ask) {
  std::vector<web::Option> options;
  for (const auto code : words::people_languages())
    options.push_back({std::string(code), words::language_name(ask.language, code)});
  std::sort(options.begin(), options.end(),
            [&](const auto& a, const auto& b) { return words::compare(ask.language, a.label, b.label) < 0; });
  return options;
}

Html fact_fields(const web::FormView& form, const Service& s, const topic::Catalogue& topics) {
  const Ask& ask = form.ask;
  std::vector<std::string> spoken;
  for (const auto& each : s.languages) spoken.push_back(each.code);
  std::vector<web::Option> topic_options;
  for (const auto* root : topics.roots())
    for (const auto* child : topics.children(root->key))
      topic_options.push_back({child->key, child->name(ask.language)});
  const auto& care = s.lotse_child_care;
  const std::string cost = !s.lotse_free_of_charge ? "unknown" : *s.lotse_free_of_charge ? "free" : "paid";
  return all(
      {hours_fields(form, s),
       web::checkbox(form, "by_appointment", ask.t("Only by appointment"), s.lotse_by_appointment),
       web::checkbox(form, "fringe_hours", ask.t("Also early, late or at weekends"), s.lotse_fringe_hours),
       web::radios(form, "care", ask.t("Child care at the offer"),
                   {{"unknown", ask.t("not known")}, {"none", ask.t("none")}, {"on_site", ask.t("on site")}},
                   name_of(care.kind)),
       el("div", {cls("lo-row lo-row--3")},
          {web::text_field(form, "care_from", ask.t("Youngest child, in months"),
                           {.value = number(ask, "care_from", care.from_months),
                            .inputmode = "numeric",
                            .short_field = true}),
           web::text_field(form, "care_to", ask.t("Oldest child, in months"),
                           {.value = number(ask, "care_to", care.to_months),
                            .inputmode = "numeric",
                            .short_field = true}),
           web::text_field(form, "care_places", ask.t("Places for children"),
                           {.value = number(ask, "care_places", care.places),
                            .inputmode = "numeric",
                            .short_field = true})}),
       web::checkboxes(form, "languages", ask.t("Languages spoken there"), people_languages(ask), spoken),
       web::checkboxes(form, "interpreters", ask.t("Languages with an interpreter"), people_languages(ask),
                       s.lotse_interpreters),
       web::checkbox(form, "on_request", ask.t("Interpreter for other languages on request"),
                     s.lotse_interpreter_on_request),
       web::radios(form, "cost", ask.t("Cost"),
                   {{"unknown", ask.t("not known")},
                    {"free", ask.t("costs nothing")},
                    {"paid", ask.t("costs money")}},
                   cost),
       web::text_field(form, "free_places", ask.t("Free places"),
                       {.hint = ask.t("Leave it empty if you do not know."),
                        .value = number(ask, "free_places", s.lotse_free_places),
                        .inputmode = "numeric",
                        .short_field = true}),
       web::checkboxes(form, "topics", ask.t("Topics"), topic_options, s.lotse_topics)});
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

http::Response form_page(const Ask& ask, const Rooms& rooms, const Service& s, std::int64_t version,
                         Problems problems, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const auto sight = rooms.finder->sight();
  std::vector<web::Option> states;
  for (const char* state : {"active", "inactive", "temporarily closed", "defunct"})
    states.push_back({state, status_label(ask, state)});
  const Html fields =
      all({el("input", {attr("type", "hidden"), attr("name", "version"), attr("value", version)}),
           el("h2", {cls("kern-heading-medium")}, {ask.t("Title and text")}), text_fields(form, s),
           el("h2", {cls("kern-heading-medium")}, {ask.t("State")}),
           web::radios(form, "status", ask.t("Is the offer running?"), states, s.status),
           el("h2", {cls("kern-heading-medium")}, {ask.t("Contact")}), contact_fields(form, s),
           el("h2", {cls("kern-heading-medium")}, {ask.t("Facts")}), fact_fields(form, s, *sight.topics),
           el("div", {cls("lo-actions")}, {web::button(ask.t("Save"))})});
  const std::string path = "/staff/services/" + s.id.text;
  const bool saved = ask.request.method == "GET" && ask.asked("saved") == "1";
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path("/staff/services"))},
              {web::icon("arrow-back"), ask.t("Entries of your unit")}),
           web::problem_summary(form),
           saved ? web::alert("success", ask.t("Saved. Parents see it now."),
                              el("p", {cls("kern-body")},
                                 {web::link(Url::path("/offers", http::encode_query({{"q", s.name}})),
                                            ask.t("Look at it as parents do"))}))
                 : Html(),
           el("h1", {cls("kern-heading-large"), attr("dir", "auto")},
              {ask.t("Correct: {title}", {{"title", s.name}})}),
           web::post_form(ask, "correct", Url::path(path), fields)});
  return web::page(ask, {.title = ask.t("Correct: {title}", {{"title", s.name}}),
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
  return form_page(ask, rooms, e.service, e.version, {});
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
    if (ask.given("_action") == "language") return form_page(ask, rooms, service, version, {});
  }
  for (auto& each : check(service)) problems.push_back(std::move(each));
  if (problems.empty()) {
    if (version != e.version)
      return ask.json ? web::error(ask, 409)
                      : form_page(ask, rooms, service, version,
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
                  : form_page(ask, rooms, service, version, problems, 422);
}

}  // namespace

void install_staff(web::Site& site, const Rooms& rooms) {
  site.add_to_navigation({"/staff/services", msg("Entries"), true, &access::kDirectoryRead});
  site.get("/staff/services", kRead, list);
  site.get("/staff/services/{service}", kRead, [rooms](Ask& ask) { return show(ask, rooms); });
  site.post("/staff/services/{service}", kWrite, [rooms](Ask& ask) { return save(ask, rooms); });
}

}  // namespace lotse::directory
