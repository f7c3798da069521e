// SPDX-License-Identifier: EUPL-1.2
// The page on which a unit keeps its own hours and contacts.
#include <algorithm>
#include <charconv>

#include "unit/profile.h"
#include "unit/type_fields.h"
#include "web/form.h"

namespace lotse::unit {
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
constexpr const char* kPath = "/staff/unit";
constexpr int kTimesShown = 2;

Html hidden(std::string_view name, std::string_view value) {
  return el("input", {attr("type", "hidden"), attr("name", name), attr("value", value)});
}

Html day_fields(const web::FormView& form, const Hours& hours, Weekday day) {
  const Ask& ask = form.ask;
  std::vector<Opening> openings;
  for (const auto& each : hours.openings)
    if (each.weekday == day) openings.push_back(each);
  openings.resize(std::max<std::size_t>(openings.size(), kTimesShown));
  Html fields;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    const std::string n = std::to_string(day) + "_" + std::to_string(i + 1);
    fields += web::text_field(form, "hours_from_" + n, i == 0 ? ask.t("from") : ask.t("and from"),
                              {.value = openings[i].from});
    fields += web::text_field(form, "hours_to_" + n, ask.t("to"), {.value = openings[i].to});
  }
  return el("fieldset", {cls("kern-fieldset")},
            {el("legend", {cls("kern-label")}, {words::weekday_name(ask.language, day)}),
             el("div", {cls("lo-times")}, {fields})});
}

Html hours_fields(const web::FormView& form, const Hours& hours) {
  const Ask& ask = form.ask;
  Html days;
  for (Weekday day = 1; day <= 7; ++day) days += day_fields(form, hours, day);
  return all(
      {el("h2", {cls("kern-heading-medium"), web::id("hours")}, {ask.t("Opening hours")}),
       el("p", {cls("kern-body")},
          {ask.t("When can people reach you? Times such as 08:30. Leave a day empty if you are closed."), " ",
           ask.t("An end before the beginning lies on the next day, for example 22:00 to 06:00.")}),
       days, web::checkbox(form, "by_appointment", ask.t("Also by appointment"), hours.by_appointment)});
}

Html language_fields(const web::FormView& form, const std::string& field, const Contact& contact) {
  const Ask& ask = form.ask;
  std::vector<web::Option> options;
  std::vector<std::string> chosen;
  const auto add = [&](std::string_view code) {
    options.push_back({std::string(code), words::language_name(ask.language, code)});
  };
  const auto offered = words::people_languages();
  for (const auto code : offered) add(code);
  for (const auto& code : contact.languages) {
    // A language that is not among those offered stays, too.
    if (std::find(offered.begin(), offered.end(), code) == offered.end()) add(code);
    chosen.push_back(words::language_name(ask.language, code));
  }
  std::sort(options.begin(), options.end(),
            [&](const auto& a, const auto& b) { return words::compare(ask.language, a.label, b.label) < 0; });
  return el(
      "details", {cls("kern-accordion"), web::flag("open", !form.problem_of(field).empty())},
      {el("summary", {cls("kern-accordion__header")},
          {el("span", {cls("kern-title kern-title--small")},
              {chosen.empty() ? ask.t("Choose languages")
                              : ask.t("Languages: {list}", {{"list", words::list(ask.language, chosen)}})})}),
       el("div", {cls("kern-accordion__body")},
          {web::checkboxes(form, field, ask.t("Languages this contact speaks"), options,
                           contact.languages)})});
}

// A button that changes the form and comes back to `target` on it; nothing is kept yet.
Html step(const std::string& label, const std::string& action, const std::string& target) {
  return el("button",
            {cls("kern-btn kern-btn--secondary"), attr("type", "submit"), attr("name", "_action"),
             attr("value", action), web::form_action(Url::path(kPath + ("#" + target)))},
            {el("span", {cls("kern-label")}, {label})});
}

Html contact_fields(const web::FormView& form, const Contact& c, std::size_t number) {
  const Ask& ask = form.ask;
  const std::string n = std::to_string(number);
  const auto name = [&](const char* field) { return "contact_" + std::string(field) + "_" + n; };
  return el(
      "section", {cls("lo-tile lo-stack"), web::id("contact_" + n), attr("aria-labelledby", name("heading"))},
      {el("h3", {cls("kern-heading-small"), web::id(name("heading"))},
          {ask.t("Contact {number}", {{"number", n}})}),
       hidden(name("id"), c.id), web::text_field(form, name("name"), ask.t("Name"), {.value = c.name}),
       web::text_field(form, name("matter"), ask.t("What the contact is responsible for"),
                       {.hint = ask.t("Parents see this as you write it, in German."), .value = c.matter}),
       el("div", {cls("lo-row")},
          {web::text_field(form, name("phone"), ask.t("Telephone"), {.value = c.phone, .type = "tel"}),
           web::text_field(form, name("email"), ask.t("E-mail"), {.value = c.email, .type = "email"})}),
       language_fields(form, name("languages"), c),
       el("div", {cls("lo-actions")},
          {step(ask.t("Remove contact {number}", {{"number", n}}), "remove_contact_" + n, "contacts")})});
}

Html contacts_fields(const web::FormView& form, const std::vector<Contact>& contacts) {
  const Ask& ask = form.ask;
  Html rows;
  for (std::size_t i = 0; i < contacts.size(); ++i) rows += contact_fields(form, contacts[i], i + 1);
  Html more;
  if (contacts.size() < kMostContacts)
    more =
        el("div", {cls("lo-actions")},
           {step(ask.t("Add a contact"), "add_contact", "contact_" + std::to_string(contacts.size() + 1))});
  const std::string problem = form.problem_of("contacts");
  return all(
      {el("h2", {cls("kern-heading-medium"), web::id("contacts")}, {ask.t("Contacts")}),
       problem.empty() ? Html() : el("p", {cls("kern-error"), web::id("contacts-error")}, {problem}),
       el("p", {cls("kern-body")},
          {ask.t("Name only people who agree to it: name, telephone and e-mail stand on the internet. Do not "
                 "write an address here that must stay secret.")}),
       rows, more});
}

struct View {
  const Unit& unit;  // as typed
  Problems problems{};
  int status = 200;
  const Unit* kept = nullptr;  // what somebody else has saved meanwhile
  bool changed = false;        // rows were added or taken away, nothing is kept yet
};

// Somebody else was quicker: what is kept now stands beside what was typed, and only a button that says so
// replaces it.
Html conflict(const Ask& ask, const Unit& kept) {
  return all(
      {el("h2", {cls("kern-heading-medium")}, {ask.t("What is saved now")}),
       contact_card(ask, kept, ask.t(kind_label(kept.kind))),
       el("p", {cls("kern-body")},
          {ask.t("What you have typed stands below. Compare both, then take over what is missing.")})});
}

http::Response form_page(const Ask& ask, View view) {
  const web::FormView form{ask, std::move(view.problems)};
  const Unit& unit = view.unit;
  auto contacts = unit.contacts;
  if (contacts.empty() && !view.changed) contacts.emplace_back();
  Html save = web::button(ask.t("Save"));
  if (view.kept)
    save += web::button(ask.t("Replace what is saved by mine"), false, "replaces",
                        std::to_string(view.kept->version));
  const Html fields = all(
      {hidden("unit", std::to_string(unit.id)), hidden("version", std::to_string(unit.version)),
       hours_fields(form, unit.hours), contacts_fields(form, contacts),
       view.changed ? el("p", {cls("kern-body")}, {ask.t("Not saved yet. Press \"Save\" when you are done.")})
                    : Html(),
       el("div", {cls("lo-actions")}, {save})});
  const bool saved = ask.request.method == "GET" && ask.asked("saved") == "1";
  const Html main = all(
      {web::problem_summary(form),
       saved ? web::alert("success", ask.t("Saved. Parents see it now."),
                          el("p", {cls("kern-body")},
                             {web::link(Url::path("/help"), ask.t("Look at it as parents do"))}))
             : Html(),
       el("h1", {cls("kern-heading-large")}, {ask.t("Our unit")}),
       el("p", {cls("kern-body lo-lead")},
          {el("strong", {attr("dir", "auto")}, {unit.name}), " – ", ask.t(kind_label(unit.kind))}),
       el("p", {cls("kern-body")},
          {ask.t("Parents find your hours and contacts on the page \"Help and contact\", in their language. "
                 "Units without a contact are not shown there.")}),
       view.kept ? conflict(ask, *view.kept) : Html(),
       web::post_form(ask, "unit", Url::path(kPath), fields)});
  return web::page(ask, {.title = ask.t("Our unit"),
                         .main = main,
                         .current = kPath,
                         .problems = !form.problems.empty(),
                         .status = view.status,
                         .form = "unit"});
}

Unit own(const Ask& ask) {
  auto unit = find(ask.desk, ask.desk.unit(access::kDirectoryRead).unit());
  if (!unit) throw NotFound();
  return std::move(*unit);
}

http::Response show(Ask& ask) {
  const Unit unit = own(ask);
  return ask.json ? web::json(as_json(unit)) : form_page(ask, {.unit = unit});
}

http::Response stale(const Ask& ask, const Unit& unit) {
  if (ask.json) return web::error(ask, 409);
  const Unit kept = own(ask);
  return form_page(
      ask, {.unit = unit,
            .problems = {{"", msg("Somebody else has saved something here while you were writing. What you "
                                  "typed is shown below and not saved.")}},
            .status = 409,
            .kept = &kept});
}

http::Response put(Ask& ask, const Unit& unit) {
  Problems problems;
  // The only place that still has what was typed: the general page for stale versions would lose it.
  try {
    const auto next = correct(ask.desk, unit);
    if (next)
      return ask.json ? web::json({{"id", unit.id}, {"version", *next}})
                      : web::see(Url::path(kPath, "saved=1"));
    problems = next.error();
  } catch (const Stale&) {
    return stale(ask, unit);
  }
  return ask.json ? web::problem_details(ask, 422, problems)
                  : form_page(ask, {.unit = unit, .problems = problems, .status = 422});
}

http::Response save_json(Ask& ask) {
  const Unit kept = own(ask);
  Unit unit = kept;
  unit.version = 0;
  const auto json = parse_json(ask.request.body);
  // Hours replace the hours before as a whole; a member that is missing stays as it was.
  if (json && json->contains("hours")) unit.hours = {};
  if (!json || !from_json(*json, unit))
    return web::problem_details(ask, 400, {{"", msg("This is not a unit in JSON.")}});
  return put(ask, unit);
}

// Takes away or adds a row; false if the button was another one.
bool change_rows(std::vector<Contact>& contacts, std::string_view action) {
  constexpr std::string_view kRemove = "remove_contact_";
  if (action == "add_contact") {
    contacts.emplace_back();
    return true;
  }
  if (!action.starts_with(kRemove)) return false;
  action.remove_prefix(kRemove.size());
  std::size_t row = 0;
  std::from_chars(action.data(), action.data() + action.size(), row);
  if (row >= 1 && row <= contacts.size())
    contacts.erase(contacts.begin() + static_cast<std::ptrdiff_t>(row) - 1);
  return true;
}

http::Response save(Ask& ask) {
  if (ask.json) return save_json(ask);
  const Unit kept = own(ask);
  // A page that was opened for another unit, before signing in for this one.
  if (ask.given("unit") != std::to_string(kept.id)) throw NotFound();
  Unit unit = typed(kept, ask.form);
  const std::string replaces = ask.given("replaces"),
                    version = replaces.empty() ? ask.given("version") : replaces;
  unit.version = 0;
  std::from_chars(version.data(), version.data() + version.size(), unit.version);
  const std::string action = ask.given("_action");
  if (action == "language") return form_page(ask, {.unit = unit});
  if (change_rows(unit.contacts, action)) return form_page(ask, {.unit = unit, .changed = true});
  std::erase_if(unit.contacts, is_blank);
  return put(ask, unit);
}

}  // namespace

void install(web::Site& site) {
  site.add_to_navigation({kPath, msg("Our unit"), true, &access::kDirectoryRead});
  site.get(kPath, kRead, show);
  site.post(kPath, kWrite, save);
}

}  // namespace lotse::unit
