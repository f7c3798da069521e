// SPDX-License-Identifier: EUPL-1.2
// Staff see what people without an account say about entries, side by side with what stands there.
#include <charconv>

#include "directory/pages.h"
#include "directory/question.h"
#include "directory/suggestion.h"

namespace lotse::directory {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kWrite{&access::kDirectoryWrite, access::kDirectoryPurpose, false};
constexpr const char* kPath = "/staff/notes";

std::string age(const Ask& ask, Instant made) {
  const int days = ask.desk.today().number() - wall_time(made).day.number();
  return days <= 0 ? ask.t("today") : ask.tn("{n} day ago", "{n} days ago", days);
}

std::string origin(const Ask& ask, const Waiting& note) {
  return note.provider ? ask.t("those who run the offer") : ask.t("a reader");
}

// What nobody has confirmed for long, and what was done about it.
Html overdue_list(const Ask& ask, const std::vector<Overdue>& entries) {
  if (entries.empty()) return {};
  Html items;
  for (const auto& each : entries) {
    const auto when = each.reminded ? each.reminded : each.asked;
    const std::string asked = when ? ask.t("Asked by mail on {day}.",
                                           {{"day", words::day_short(ask.language, wall_time(*when).day)}})
                                   : ask.t("Not asked by mail.");
    items +=
        el("li", {},
           {el("p", {cls("kern-body")},
               {el("span", {attr("dir", "auto")},
                   {web::link(Url::path("/staff/services/" + each.id.text + "/confirmation"), each.title)}),
                " – ", asked})});
  }
  return all({el("h2", {cls("kern-heading-medium")}, {ask.t("Not confirmed for more than a year")}),
              el("p", {cls("kern-body")},
                 {ask.t("Ask those who run the offer, for example by telephone, and confirm the entry.")}),
              el("ul", {cls("lo-queue")}, {items})});
}

http::Response list(Ask& ask) {
  const auto notes = waiting_notes(ask.desk);
  const auto late = overdue(ask.desk);
  if (ask.json) {
    Json rows = Json::array();
    for (const auto& each : notes)
      rows.push_back({{"id", each.id},
                      {"title", each.title},
                      {"provider", each.provider},
                      {"day", wall_time(each.made).day.text()}});
    Json old = Json::array();
    for (const auto& each : late)
      old.push_back({{"service", each.id.text},
                     {"title", each.title},
                     {"confirmed", each.confirmed ? Json(each.confirmed->text()) : Json()},
                     {"asked", each.asked.has_value()},
                     {"reminded", each.reminded.has_value()}});
    return web::json({{"notes", rows}, {"overdue", old}});
  }
  Html rows;
  for (const auto& each : notes)
    rows += el("tr", {cls("kern-table__row")},
               {el("th", {cls("kern-table__header"), attr("scope", "row"), attr("dir", "auto")},
                   {web::link(Url::path(kPath + ("/" + each.id)), each.title)}),
                el("td", {cls("kern-table__cell")}, {age(ask, each.made)}),
                el("td", {cls("kern-table__cell")}, {origin(ask, each)})});
  const auto head = [&](const std::string& label) {
    return el("th", {cls("kern-table__header"), attr("scope", "col")}, {label});
  };
  const Html table =
      el("div",
         {cls("kern-table-responsive"), attr("role", "region"), attr("tabindex", "0"),
          attr("aria-labelledby", "open")},
         {el("table", {cls("kern-table kern-table--small")},
             {el("caption", {cls("kern-title kern-title--small"), web::id("open")},
                 {ask.tn("{n} open note", "{n} open notes", static_cast<std::int64_t>(notes.size()))}),
              el("thead", {},
                 {el("tr", {cls("kern-table__row")},
                     {head(ask.t("Entry")), head(ask.t("Arrived")), head(ask.t("From"))})}),
              el("tbody", {cls("kern-table__body")}, {rows})})});
  const bool closed = ask.asked("closed") == "1";
  const Html main = all(
      {closed ? web::alert("success", ask.t("The note was closed. What was taken over, parents see now."), {})
              : Html(),
       el("h1", {cls("kern-heading-large")}, {ask.t("Notes on entries")}),
       notes.empty() ? el("p", {cls("kern-body")}, {ask.t("No notes are open.")}) : table,
       overdue_list(ask, late)});
  return web::page(ask, {.title = ask.t("Notes on entries"), .main = main, .current = kPath});
}

Html fact_row(const web::FormView& form, const Opened& opened, const Fact& fact) {
  const Ask& ask = form.ask;
  const std::string now = fact_text(ask, opened.entry, fact.name, opened.note.language);
  const Apart parts = apart(now, opened.note.proposed.at(fact.name));
  const std::string field = "take_" + fact.name;
  return el("section", {cls("lo-stack kern-level-1"), attr("aria-labelledby", "fact_" + fact.name)},
            {el("h2", {cls("kern-heading-small"), web::id("fact_" + fact.name)}, {ask.t(fact.label)}),
             el("div", {cls("lo-row")},
                {el("div", {}, {el("p", {}, {el("strong", {}, {ask.t("Now")})}), marked(parts, false)}),
                 el("div", {}, {el("p", {}, {el("strong", {}, {ask.t("Proposed")})}), marked(parts, true)})}),
             web::radios(form, field, ask.t("What is to be done with it?"),
                         {{"yes", ask.t("Take over")}, {"no", ask.t("Not take over")}}, ask.given(field))});
}

Html what_was_written(const Ask& ask, const Opened& opened) {
  Html lines;
  if (!opened.note.text.empty())
    lines += all({el("h2", {cls("kern-heading-small")}, {ask.t("What was written")}),
                  el("div", {cls("lo-free kern-body"), attr("dir", "auto")}, {opened.note.text})});
  lines +=
      opened.note.contact.empty()
          ? el("p", {cls("kern-body")},
               {ask.t("Nobody can be asked back: no address was left, or it was deleted.")})
          : el("p", {cls("kern-body")},
               {ask.t("To be reached by"), ": ", el("span", {cls("lo-ltr-inline")}, {opened.note.contact})});
  return lines;
}

http::Response note_page(const Ask& ask, const Opened& opened, Problems problems = {}, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const std::string title = ask.t("Note on: {title}", {{"title", opened.head.title}});
  Html rows;
  for (const auto& fact : facts())
    if (opened.note.proposed.contains(fact.name)) rows += fact_row(form, opened, fact);
  const bool several = !rows.empty();
  const Html fields = all(
      {el("input", {attr("type", "hidden"), attr("name", "version"), attr("value", opened.entry.version)}),
       rows,
       web::text_field(form, "reason", ask.t("Why not? (for your colleagues)"),
                       {.value = ask.given("reason"), .rows = several ? 2 : 3}),
       el("div", {cls("lo-actions")}, {web::button(ask.t("Close the note"))})});
  const Html main = all(
      {el("a", {cls("lo-back"), web::href(Url::path(kPath))},
          {web::icon("arrow-back"), ask.t("Notes on entries")}),
       web::problem_summary(form), el("h1", {cls("kern-heading-large"), attr("dir", "auto")}, {title}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("From"), " ", origin(ask, opened.head), ", ", age(ask, opened.head.made)}),
       opened.changed_since
           ? web::alert("info", ask.t("The entry was changed after this note was written."), {})
           : Html(),
       what_was_written(ask, opened),
       el("p", {cls("kern-body")},
          {ask.t("Details in your own words are corrected by hand:"), " ",
           web::link(Url::path("/staff/services/" + opened.entry.service.id.text), ask.t("Open the entry"))}),
       web::post_form(ask, "close", Url::path(kPath + ("/" + opened.head.id)), fields)});
  return web::page(ask, {.title = title,
                         .main = main,
                         .current = kPath,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "close"});
}

Json as_json(const Ask& ask, const Opened& opened) {
  Json facts_json = Json::object();
  for (const auto& [fact, proposed] : opened.note.proposed)
    facts_json[fact] = {{"now", fact_text(ask, opened.entry, fact, opened.note.language)},
                        {"proposed", proposed}};
  return {{"id", opened.head.id},
          {"service", opened.entry.service.id.text},
          {"provider", opened.head.provider},
          {"text", opened.note.text},
          {"contact", opened.note.contact},
          {"language", opened.note.language},
          {"facts", facts_json},
          {"lotse_version", opened.entry.version}};
}

http::Response show(Ask& ask, const Rooms& rooms) {
  const auto opened = open_note(ask.desk, *rooms.keys, ask.values.at("note"));
  return ask.json ? web::json(as_json(ask, opened)) : note_page(ask, opened);
}

struct Decided {
  Verdict verdict;
  std::int64_t version = 0;
};

Decided decided(const Ask& ask) {
  Decided d;
  if (ask.json) {
    const auto json = parse_json(ask.request.body);
    if (!json || !json->is_object()) return d;
    const auto number = json->find("lotse_version"), reason = json->find("reason"),
               taken = json->find("take");
    if (number != json->end() && number->is_number_integer()) d.version = number->get<std::int64_t>();
    if (reason != json->end() && reason->is_string()) d.verdict.reason = reason->get<std::string>();
    if (taken != json->end() && taken->is_object())
      for (const auto& [fact, value] : taken->items())
        if (value.is_boolean()) d.verdict.facts[fact] = value.get<bool>();
    return d;
  }
  const std::string text = ask.given("version");
  std::from_chars(text.data(), text.data() + text.size(), d.version);
  d.verdict.reason = ask.given("reason");
  for (const auto& fact : facts())
    if (const auto how = ask.given("take_" + fact.name); how == "yes" || how == "no")
      d.verdict.facts[fact.name] = how == "yes";
  return d;
}

http::Response close(Ask& ask, const Rooms& rooms) {
  const auto opened = open_note(ask.desk, *rooms.keys, ask.values.at("note"));
  if (ask.given("_action") == "language") return note_page(ask, opened);
  const Decided d = decided(ask);
  if (d.version != opened.entry.version)
    return ask.json
               ? web::error(ask, 409)
               : note_page(ask, opened,
                           {{"", msg("The entry was changed since you opened this page. It is shown as it "
                                     "is now; nothing was saved. Compare once more.")}},
                           409);
  const auto closed = close_note(ask.desk, opened, d.verdict, d.version);
  if (!closed)
    return ask.json ? web::problem_details(ask, 422, closed.error())
                    : note_page(ask, opened, closed.error(), 422);
  rooms.finder->catch_up();
  if (ask.json) return web::json({{"lotse_version", *closed}});
  return web::see(Url::path(kPath, "closed=1"));
}

}  // namespace

Apart apart(const std::string& ours, const std::string& theirs) {
  const auto word_start = [](const std::string& text, std::size_t at) {
    while (at > 0 && at < text.size() && text[at - 1] != ' ' && text[at - 1] != '\n') --at;
    return at;
  };
  std::size_t front = 0;
  while (front < ours.size() && front < theirs.size() && ours[front] == theirs[front]) ++front;
  front = std::min(word_start(ours, front), word_start(theirs, front));
  std::size_t back = 0;
  const std::size_t most = std::min(ours.size(), theirs.size()) - front;
  while (back < most && ours[ours.size() - 1 - back] == theirs[theirs.size() - 1 - back]) ++back;
  while (back > 0 && ours[ours.size() - back] != ' ' && ours[ours.size() - back] != '\n') --back;
  return {ours.substr(0, front), ours.substr(front, ours.size() - front - back),
          theirs.substr(front, theirs.size() - front - back), ours.substr(ours.size() - back)};
}

Html marked(const Apart& parts, bool proposed) {
  const std::string& middle = proposed ? parts.theirs : parts.ours;
  const Html mark = middle.empty() ? Html() : proposed ? el("ins", {}, {middle}) : el("del", {}, {middle});
  return el("div", {cls("lo-free"), attr("dir", "auto")}, {parts.before, mark, parts.after});
}

void install_notes(web::Site& site, const Rooms& rooms) {
  site.add_to_navigation({kPath, msg("Notes"), true, &access::kDirectoryWrite});
  site.get(kPath, kWrite, list);
  site.get("/staff/notes/{note}", kWrite, [rooms](Ask& ask) { return show(ask, rooms); });
  site.post("/staff/notes/{note}", kWrite, [rooms](Ask& ask) { return close(ask, rooms); });
}

}  // namespace lotse::directory
