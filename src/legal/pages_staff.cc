// SPDX-License-Identifier: EUPL-1.2
// The page on which a unit keeps what it tells the public, sees what is missing and what was said before, and
// reads reports of barriers.
#include <charconv>

#include "base/check.h"
#include "legal/parts.h"

namespace lotse::legal {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kRead{&access::kDutiesRead, access::kAccountPurpose, false};
constexpr web::Access kWrite{&access::kDutiesWrite, access::kAccountPurpose, false};
constexpr const char* kPath = "/staff/legal";
constexpr std::size_t kVersionsShown = 20;

struct Room {
  unit::Unit unit;
  bool runs_website = false;
};

Room room_of(const Ask& ask) {
  auto unit = unit::find(ask.desk, ask.desk.unit(access::kDutiesRead).unit());
  if (!unit) throw NotFound();
  const auto first = provider(ask.desk);
  return {std::move(*unit), first && first->id == unit->id};
}

std::string moment(const Ask& ask, Instant at) {
  const auto wall = wall_time(at);
  return ask.t("{day}, {time}",
               {{"day", words::day_long(ask.language, wall.day)}, {"time", minute_text(wall.minute)}});
}

std::string hint_for(const Ask& ask, std::string_view field) {
  if (field == "represented_by") return ask.t("Name and function, for example the mayor or the board.");
  if (field == "register_entry") return ask.t("Only if the unit stands in a register.");
  if (field == "editor") return ask.t("Name and address, if you publish texts like a newspaper.");
  if (field == "dpo") return ask.t("Name or office, and address.");
  if (field == "authority") return ask.t("The authority for data protection that is responsible for you.");
  if (field == "recipients")
    return ask.t("One on each line, for example the data centre. Write \"nobody\" if there is none.");
  if (field == "barriers")
    return ask.t("One on each line: what does not work, why, and what people can use instead.");
  if (field == "enforcement")
    return ask.t(
        "The arbitration body of the Federation or the enforcement body of your Land, with address.");
  if (field == "checked_on") return ask.t("In the form 2026-11-24.");
  if (field.ends_with("_web") || field == "sign_language") return ask.t("Begins with https://.");
  return {};
}

Html field_for(const web::FormView& form, std::string_view name, std::string_view label,
               const std::string& value) {
  const Ask& ask = form.ask;
  const Kind kind = kind_of(name);
  const std::string hint = hint_for(ask, name), text = ask.t(label);
  if (kind == Kind::state)
    return web::select_field(form, name, text,
                             {{"", ask.t("Please choose")},
                              {"full", ask.t("fully accessible")},
                              {"partial", ask.t("partly accessible")},
                              {"none", ask.t("not accessible")}},
                             value, hint);
  if (kind == Kind::method)
    return web::select_field(form, name, text,
                             {{"", ask.t("Please choose")},
                              {"self", ask.t("we ourselves")},
                              {"outside", ask.t("an independent body")}},
                             value, hint);
  web::FieldLook look{.hint = hint, .value = value};
  if (kind == Kind::email) look.type = "email";
  if (kind == Kind::phone) look.type = "tel";
  if (kind == Kind::web) look.type = "url";
  if (kind == Kind::text) look.rows = 4;
  return web::text_field(form, name, text, look);
}

Html fields_of(const web::FormView& form, const Duties& duties, Part part) {
  Html fields;
  for_each_field<Duties>([&](const auto& f) {
    if (part_of(f.name) == part) fields += field_for(form, f.name, f.label, duties.*(f.member));
  });
  return fields;
}

Html tasks(const Ask& ask, const Duties& duties, bool runs_website) {
  Html items;
  for (const auto label : missing(duties, runs_website)) items += el("li", {}, {ask.t(label)});
  if (items.empty()) return {};
  return web::alert(
      "warning", ask.t("The law wants this, and it is missing"),
      all({el("p", {cls("kern-body")}, {ask.t("The public pages leave out what you have not said.")}),
           el("ul", {}, {items})}));
}

// Each change with what stood there before it.
Html changes(const Ask& ask, const std::vector<Version>& versions) {
  Html items;
  for (std::size_t i = 0; i < versions.size() && i < kVersionsShown; ++i) {
    const Duties before = i + 1 < versions.size() ? versions[i + 1].duties : Duties{};
    Html fields;
    for_each_field<Duties>([&](const auto& f) {
      const std::string& was = before.*(f.member);
      if (was == versions[i].duties.*(f.member)) return;
      fields += el(
          "li", {},
          {ask.t(f.label), ": ", el("span", {attr("dir", "auto")}, {was.empty() ? ask.t("nothing") : was})});
    });
    items += el("li", {}, {moment(ask, versions[i].at), el("ul", {}, {fields})});
  }
  if (items.empty()) return {};
  return el("details", {cls("kern-accordion")},
            {el("summary", {cls("kern-accordion__header")},
                {el("span", {cls("kern-title kern-title--small")}, {ask.t("What stood here before")})}),
             el("div", {cls("kern-accordion__body")}, {el("ul", {}, {items})})});
}

Html reports_part(const Ask& ask, const std::vector<KeptReport>& list) {
  Html items;
  for (const auto& each : list) {
    const auto fact = [&](const std::string& label, const std::string& text) {
      return text.empty()
                 ? Html()
                 : el("p", {cls("kern-body")}, {label, " ", el("span", {attr("dir", "auto")}, {text})});
    };
    items += el(
        "section", {cls("lo-tile lo-stack"), attr("aria-labelledby", "report-" + each.id)},
        {el("h3", {cls("kern-heading-small"), web::id("report-" + each.id)},
            {ask.t("Message of {when}", {{"when", moment(ask, each.at)}})}),
         el("p", {cls("kern-body"), attr("dir", "auto")},
            {each.report.what.empty() ? ask.t("This message cannot be opened any more.") : each.report.what}),
         fact(ask.t("Page:"), each.report.where), fact(ask.t("Answer to:"), each.report.contact),
         web::post_form(ask, "answered-" + each.id, Url::path("/staff/legal/reports/" + each.id),
                        el("div", {cls("lo-actions")}, {web::button(ask.t("Answered: delete"), false)}))});
  }
  return all({el("h2", {cls("kern-heading-medium"), web::id("reports")}, {ask.t("Reports of barriers")}),
              items.empty() ? el("p", {cls("kern-body")}, {ask.t("There are no open messages.")}) : items});
}

struct View {
  const Duties& duties;  // as typed
  std::int64_t version = 0;
  Problems problems{};
  int status = 200;
};

http::Response form_page(const Ask& ask, access::Store& store, const Room& room, View view) {
  const web::FormView form{ask, std::move(view.problems)};
  const auto versions = history(ask.desk, room.unit.id);
  const Duties kept = versions.empty() ? Duties{} : versions.front().duties;
  const auto part = [&](const std::string& heading, Part which) {
    return all({el("h2", {cls("kern-heading-medium")}, {heading}), fields_of(form, view.duties, which)});
  };
  Html fields =
      all({el("input", {attr("type", "hidden"), attr("name", "version"), attr("value", view.version)}),
           part(ask.t("Imprint"), Part::imprint), part(ask.t("Data protection"), Part::privacy)});
  if (room.runs_website) fields += part(ask.t("Accessibility"), Part::accessibility);
  fields += el("div", {cls("lo-actions")}, {web::button(ask.t("Save"))});
  Html seen = el(
      "li", {}, {web::link(Url::path("/privacy/" + std::to_string(room.unit.id)), ask.t("Data protection"))});
  if (room.runs_website)
    seen += all({el("li", {}, {web::link(Url::path("/imprint"), ask.t("Imprint"))}),
                 el("li", {}, {web::link(Url::path("/accessibility"), ask.t("Accessibility"))})});
  Html reported;
  if (room.runs_website) reported = reports_part(ask, reports(store, ask.desk.unit(access::kDutiesRead)));
  const bool saved = ask.request.method == "GET" && ask.asked("saved") == "1";
  const Html main = all(
      {web::problem_summary(form),
       saved ? web::alert("success", ask.t("Saved. Everybody sees it now."), el("ul", {}, {seen})) : Html(),
       el("h1", {cls("kern-heading-large")}, {ask.t("Legal information")}),
       el("p", {cls("kern-body lo-lead")}, {el("span", {attr("dir", "auto")}, {room.unit.name})}),
       el("p", {cls("kern-body")},
          {ask.t("These texts stand on the public pages, in German. Write no private addresses.")}),
       tasks(ask, kept, room.runs_website), reported, web::post_form(ask, "legal", Url::path(kPath), fields),
       changes(ask, versions)});
  return web::page(ask, {.title = ask.t("Legal information"),
                         .main = main,
                         .current = kPath,
                         .problems = !form.problems.empty(),
                         .status = view.status,
                         .form = "legal"});
}

http::Response show(Ask& ask, access::Store& store) {
  const Room room = room_of(ask);
  const Version now = current(ask.desk, room.unit.id);
  if (!ask.json) return form_page(ask, store, room, {now.duties, now.number});
  Json lacking = Json::array();
  for (const auto label : missing(now.duties, room.runs_website)) lacking.push_back(label);
  return web::json({{"unit", room.unit.id},
                    {"version", now.number},
                    {"duties", to_json(now.duties)},
                    {"missing", lacking}});
}

Duties typed(const Ask& ask, const Duties& before) {
  Duties duties = before;
  for_each_field<Duties>([&](const auto& f) {
    if (ask.form.find(f.name)) duties.*(f.member) = ask.given(f.name);
  });
  return duties;
}

http::Response save(Ask& ask, access::Store& store) {
  const Room room = room_of(ask);
  const Version now = current(ask.desk, room.unit.id);
  Duties duties = now.duties;
  std::int64_t before = -1;
  if (ask.json) {
    const auto json = parse_json(ask.request.body);
    if (!json || !json->contains("version") || !json->at("version").is_number_integer() ||
        !json->contains("duties") || !from_json(json->at("duties"), duties))
      return web::problem_details(ask, 400, {{"", msg("This is not legal information in JSON.")}});
    before = json->at("version").get<std::int64_t>();
  } else {
    duties = typed(ask, now.duties);
    const std::string version = ask.given("version");
    std::from_chars(version.data(), version.data() + version.size(), before);
    if (ask.given("_action") == "language") return form_page(ask, store, room, {duties, before});
  }
  Problems problems;
  // The only place that still has what was typed: the general page for stale versions would lose it.
  try {
    const auto next = keep(ask.desk.unit(access::kDutiesWrite), duties, before, ask.desk.clock());
    if (next) return ask.json ? web::json({{"version", *next}}) : web::see(Url::path(kPath, "saved=1"));
    problems = next.error();
  } catch (const Stale&) {
    if (ask.json) return web::error(ask, 409);
    return form_page(
        ask, store, room,
        {duties,
         now.number,
         {{"", msg("Somebody else has saved something here while you were writing. What you typed is "
                   "shown below and not saved. Look at what changed, then save again.")}},
         409});
  }
  return ask.json ? web::problem_details(ask, 422, problems)
                  : form_page(ask, store, room, {duties, before, problems, 422});
}

}  // namespace

void install_staff(web::Site& site, access::Store& store) {
  site.add_to_navigation(
      {kPath, msg("Legal information"), true, &access::kDutiesRead, access::kAccountPurpose});
  site.get(kPath, kRead, [&store](Ask& ask) { return show(ask, store); });
  web::Access form = kWrite;
  form.redraws = true;
  site.post(kPath, form, [&store](Ask& ask) { return save(ask, store); });
  site.post("/staff/legal/reports/{id}", kWrite, [](Ask& ask) {
    answered(ask.desk.unit(access::kDutiesWrite), ask.values.at("id"));
    return web::see(Url::path("/staff/legal#reports"));
  });
}

}  // namespace lotse::legal
