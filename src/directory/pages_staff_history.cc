// SPDX-License-Identifier: EUPL-1.2
// Staff see what was changed in an entry, side by side, and take single changes back.
#include <algorithm>
#include <charconv>

#include "directory/history.h"
#include "directory/pages.h"
#include "unit/unit.h"
#include "web/staff_label.h"

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
constexpr std::int64_t kShown = 20;

std::string path_of(const Ask& ask) { return "/staff/services/" + ask.values.at("service"); }

std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t page_of(const Ask& ask) {
  return std::clamp<std::int64_t>(number_in(ask.asked("page")), 1, 10'000);
}

std::string heading(const Ask& ask, const Revision& r) {
  return ask.t("Change {number}: {when}",
               {{"number", std::to_string(r.version)}, {"when", web::moment(ask, r.made)}});
}

std::string way_text(const Ask& ask, const Cause& cause) {
  switch (cause.way) {
    case Way::correction:
      return ask.t("Correction");
    case Way::note:
      return ask.t("Taken over from a note");
    case Way::undo:
      return ask.t("Change {number} was undone", {{"number", std::to_string(cause.undone)}});
    case Way::import:
      return ask.t("Import from {source}", {{"source", cause.source}});
  }
  return {};
}

std::string who_text(const Ask& ask, const Hand& hand, const std::string& unit) {
  if (hand.account.starts_with("operator:"))
    return ask.t("Whoever runs the server, for {unit}", {{"unit", unit}});
  const std::string function = web::function_label(ask, hand.function);
  return hand.account == ask.desk.actor()->who
             ? ask.t("You, as {function}, {unit}", {{"function", function}, {"unit", unit}})
             : ask.t("{function}, {unit}", {{"function", function}, {"unit", unit}});
}

std::string label(const Ask& ask, const std::string& name) {
  const std::string known = detail_label(ask, name);
  return known.empty() ? name : known;
}

// One side of a detail; that there is nothing is said, too.
Html side(const Ask& ask, const std::string& title, const Apart& parts, const std::string& text, bool after) {
  return el("div", {},
            {el("p", {}, {el("strong", {}, {title})}),
             text.empty() ? el("p", {cls("kern-body")}, {ask.t("(nothing)")}) : marked(parts, after)});
}

Html detail_row(const Ask& ask, const topic::Catalogue& topics, const std::string& name, const Json& was,
                const Json& became) {
  std::string before = detail_text(ask, topics, name, was), after = detail_text(ask, topics, name, became);
  // What reads alike differs in what pages do not show.
  if (before == after)
    before = was.is_null() ? "" : was.dump(), after = became.is_null() ? "" : became.dump();
  const Apart parts = apart(before, after);
  return el("div", {cls("lo-stack")},
            {el("h3", {cls("kern-title kern-title--small")}, {label(ask, name)}),
             el("div", {cls("lo-row")},
                {side(ask, ask.t("Before"), parts, before, false),
                 side(ask, ask.t("After"), parts, after, true)})});
}

Problems named(const Ask& ask, const Problems& problems) {
  Problems shown;
  for (const auto& each : problems) {
    const std::string known = detail_label(ask, each.field);
    shown.push_back(
        {"", known.empty() ? each.text
                           : msg("{detail}: {reason}", {{"detail", known}, {"reason", ask.say(each.text)}})});
  }
  return shown;
}

Html undo_part(const Ask& ask, const Revision& r, std::int64_t version) {
  const std::string number = std::to_string(r.version);
  if (r.obstacles.empty())
    return web::post_form(
        ask, "undo-" + number, Url::path(path_of(ask) + "/history/" + number),
        all({el("input", {attr("type", "hidden"), attr("name", "version"), attr("value", version)}),
             el("div", {cls("lo-actions")},
                {web::button(ask.t("Undo change {number}", {{"number", number}}), false)})}));
  Html reasons;
  for (const auto& each : named(ask, r.obstacles)) reasons += el("li", {}, {ask.say(each.text)});
  return all({el("p", {cls("kern-body")}, {ask.t("This change cannot be undone by itself:")}),
              el("ul", {}, {reasons})});
}

Html revision_part(const Ask& ask, const topic::Catalogue& topics, const Revision& r, const std::string& unit,
                   std::int64_t version) {
  const std::string id = "change-" + std::to_string(r.version);
  Html rows;
  for (const auto& [name, became] : r.details.became.items())
    rows += detail_row(ask, topics, name, r.details.was.at(name), became);
  return el("section", {cls("lo-stack kern-level-1"), attr("aria-labelledby", id)},
            {el("h2", {cls("kern-heading-small"), web::id(id)}, {heading(ask, r)}),
             el("p", {cls("kern-body")},
                {el("strong", {}, {way_text(ask, r.cause)}), " – ", who_text(ask, r.hand, unit)}),
             rows, undo_part(ask, r, version)});
}

Html pages_part(const Ask& ask, std::int64_t total) {
  const auto page = page_of(ask);
  const auto link = [&](std::int64_t to, const char* rel, const std::string& text) {
    const Url url = Url::path(path_of(ask) + "/history", http::encode_query({{"page", std::to_string(to)}}));
    return el("li", {}, {el("a", {web::href(url), attr("rel", rel)}, {text})});
  };
  Html links;
  if (page > 1) links += link(page - 1, "prev", ask.t("Newer changes"));
  if (page * kShown < total) links += link(page + 1, "next", ask.t("Older changes"));
  if (links.empty()) return {};
  return el("nav", {cls("lo-pages"), attr("aria-label", ask.t("Pages"))}, {el("ul", {}, {links})});
}

http::Response history_page(const Ask& ask, const Rooms& rooms, const History& h,
                            const Problems& problems = {}, int status = 200) {
  const std::string title = ask.t("What was changed: {title}", {{"title", h.entry.service.name}});
  const auto own = unit::find(ask.desk, h.entry.keeper);
  const web::FormView form{ask, named(ask, problems)};
  const auto sight = rooms.finder->sight();
  Html changes;
  for (const auto& each : h.revisions)
    changes += revision_part(ask, *sight.topics, each, own ? own->name : "", h.entry.version);
  const std::string undone = ask.request.method == "GET" ? ask.asked("undone") : "";
  const Html main = all(
      {el("a", {cls("lo-back"), web::href(Url::path(path_of(ask)))},
          {web::icon("arrow-back"), ask.t("Back to the entry")}),
       web::problem_summary(form),
       number_in(undone) > 0
           ? web::alert("success",
                        ask.t("Change {number} was undone", {{"number", std::to_string(number_in(undone))}}),
                        el("p", {cls("kern-body")}, {ask.t("Parents see it now.")}))
           : Html(),
       el("h1", {cls("kern-heading-large"), attr("dir", "auto")}, {title}),
       el("p", {cls("kern-body lo-lead")},
          {h.total == 0 ? ask.t("Nothing was changed in this entry during the last two years.")
                        : ask.tn("{n} change during the last two years, the newest first",
                                 "{n} changes during the last two years, the newest first", h.total)}),
       el("div", {cls("lo-stack")}, {changes}), pages_part(ask, h.total)});
  return web::page(ask, {.title = title,
                         .main = main,
                         .current = "/staff/services",
                         .problems = !form.problems.empty(),
                         .status = status});
}

Json as_json(const Ask& ask, const History& h) {
  Json changes = Json::array();
  for (const auto& r : h.revisions) {
    Json details = Json::object(), obstacles = Json::array();
    for (const auto& [name, became] : r.details.became.items())
      details[name] = {{"before", r.details.was.at(name)}, {"after", became}};
    for (const auto& each : r.obstacles)
      obstacles.push_back({{"detail", each.field}, {"reason", ask.say(each.text)}});
    const auto wall = wall_time(r.made);
    changes.push_back({{"number", r.version},
                       {"day", wall.day.text()},
                       {"time", minute_text(wall.minute)},
                       {"way", std::string(name_of(r.cause.way))},
                       {"source", r.cause.source},
                       {"undone", r.cause.undone ? Json(r.cause.undone) : Json()},
                       {"function", r.hand.function},
                       {"own", r.hand.account == ask.desk.actor()->who},
                       {"details", details},
                       {"obstacles", obstacles}});
  }
  return {{"id", h.entry.service.id.text},
          {"title", h.entry.service.name},
          {"lotse_version", h.entry.version},
          {"total", h.total},
          {"changes", changes}};
}

History read(const Ask& ask) {
  return history(ask.desk, {ask.values.at("service")}, (page_of(ask) - 1) * kShown, kShown);
}

http::Response show(Ask& ask, const Rooms& rooms) {
  const History h = read(ask);
  return ask.json ? web::json(as_json(ask, h)) : history_page(ask, rooms, h);
}

http::Response take_back(Ask& ask, const Rooms& rooms) {
  const History h = read(ask);
  std::int64_t version = 0;
  if (ask.json) {
    const auto json = parse_json(ask.request.body);
    if (json && json->is_object())
      if (const auto at = json->find("lotse_version"); at != json->end() && at->is_number_integer())
        version = at->get<std::int64_t>();
  } else
    version = number_in(ask.given("version"));
  if (version != h.entry.version)
    return ask.json
               ? web::error(ask, 409)
               : history_page(ask, rooms, h,
                              {{"", msg("The entry was changed since you opened this page. It is shown as it "
                                        "is now; nothing was saved. Compare once more.")}},
                              409);
  const auto number = number_in(ask.values.at("change"));
  const auto done = undo(ask.desk, {ask.values.at("service")}, number, version);
  if (!done)
    return ask.json ? web::problem_details(ask, 422, done.error())
                    : history_page(ask, rooms, h, done.error(), 422);
  rooms.finder->catch_up();
  if (ask.json) return web::json({{"id", h.entry.service.id.text}, {"lotse_version", *done}});
  return web::see(
      Url::path(path_of(ask) + "/history", http::encode_query({{"undone", std::to_string(number)}})));
}

}  // namespace

void install_history(web::Site& site, const Rooms& rooms) {
  site.get("/staff/services/{service}/history", kWrite, [rooms](Ask& ask) { return show(ask, rooms); });
  site.post("/staff/services/{service}/history/{change}", kWrite,
            [rooms](Ask& ask) { return take_back(ask, rooms); });
}

}  // namespace lotse::directory
