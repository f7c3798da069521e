// SPDX-License-Identifier: EUPL-1.2
// The form on which everybody can say what is wrong in an entry.
#include <algorithm>

#include "base/fold.h"
#include "directory/pages.h"
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

constexpr web::Access kOpen{&access::kDirectoryRead, access::kDirectoryPurpose, true};
// Beyond it a text is better described than sent whole: what everybody may send is limited.
constexpr std::size_t kShortFact = 300;
// Notes from one network: so many at once, and one more after so long.
constexpr int kNotesAtOnce = 10;
constexpr std::int64_t kOneMoreMs = 120'000;

// The language whose texts the reader has before her.
std::string language_of(const Ask& ask, const Service& s) {
  return s.lotse_texts.contains(std::string(ask.language.tag)) ? std::string(ask.language.tag)
                                                               : s.lotse_language;
}

bool is_offered(const Ask& ask, const Entry& e, const Fact& fact) {
  return fact.exact && length(fact_text(ask, e, fact.name, language_of(ask, e.service))) <= kShortFact;
}

std::string plain(std::string text) {
  std::erase(text, '\r');
  return std::string(trimmed(text));
}

Html fact_fields(const web::FormView& form, const Entry& e) {
  const Ask& ask = form.ask;
  const std::string language = language_of(ask, e.service);
  Html fields;
  bool changed = false;
  for (const auto& fact : facts()) {
    if (!is_offered(ask, e, fact)) continue;
    const std::string kept = fact_text(ask, e, fact.name, language);
    const std::string shown = ask.form.find(fact.name) ? ask.given(fact.name) : kept;
    changed = changed || shown != kept;
    const auto type = fact.name == "phone" ? std::string_view("tel") : std::string_view("text");
    fields += web::text_field(form, fact.name, ask.t(fact.label),
                              {.value = shown, .type = type, .autocomplete = "off"});
  }
  return el("details", {cls("kern-accordion"), web::flag("open", changed)},
            {el("summary", {cls("kern-accordion__header")},
                {el("span", {cls("kern-title kern-title--small")}, {ask.t("Correct single details")})}),
             el("div", {cls("kern-accordion__body lo-stack")},
                {el("p", {cls("kern-body")}, {ask.t("Change only what is wrong.")}), fields})});
}

http::Response form_page(const Ask& ask, const Rooms& rooms, const Entry& e, const std::string& offer,
                         Problems problems = {}, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const std::string path = "/offers/" + offer;
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path(path))},
              {web::icon("arrow-back"), ask.t("Back to the offer")}),
           web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("What is wrong here?")}),
           el("p", {cls("kern-body lo-lead"), attr("dir", "auto")},
              {fact_text(ask, e, "name", language_of(ask, e.service))}),
           el("p", {cls("kern-body")},
              {ask.t("You need no account. Those who look after this entry read it and correct the entry.")}),
           web::post_form(ask, "note", Url::path(path + "/note"), note_fields(form, e))});
  return web::page(ask, {.title = ask.t("What is wrong here?"),
                         .main = main,
                         .current = "/offers",
                         .problems = !form.problems.empty(),
                         .leave = is_sensitive(rooms, e),
                         .status = status,
                         .form = "note"});
}

http::Response thanks(const Ask& ask, const Rooms& rooms, const Entry& e, const std::string& offer) {
  return web::page(
      ask,
      {.title = ask.t("Thank you"),
       .main = all({thanks_for_note(ask),
                    el("p", {}, {web::link(Url::path("/offers/" + offer), ask.t("Back to the offer"))})}),
       .current = "/offers",
       .leave = is_sensitive(rooms, e)});
}

http::Response sent(Ask& ask, const Rooms& rooms) {
  const std::string offer = ask.values.at("offer");
  const Entry e = find_offer(ask.desk, offer);
  if (ask.given("_action") == "language") return form_page(ask, rooms, e, offer);
  // Nobody sees this field: what fills it is a machine, and need not know that it was found out.
  if (!ask.given("further").empty()) return thanks(ask, rooms, e, offer);
  const Note note = note_of(ask, e);
  if (auto problems = check(note); !problems.empty())
    return ask.json ? web::problem_details(ask, 422, problems)
                    : form_page(ask, rooms, e, offer, problems, 422);
  if (!rooms.notes->take(ask.request.remote, ask.desk.now())) {
    const Problems wait{{"", msg("Please wait a few minutes and try again.")}};
    return ask.json ? web::problem_details(ask, 429, wait) : form_page(ask, rooms, e, offer, wait, 429);
  }
  const auto id = suggest(ask.desk, *rooms.keys, e, note);
  CHECK(id.has_value());
  return ask.json ? web::json({{"received", true}}, 201) : thanks(ask, rooms, e, offer);
}

}  // namespace

std::shared_ptr<web::Allowance> allowed_notes() {
  return std::make_shared<web::Allowance>(kNotesAtOnce, kOneMoreMs);
}

bool is_sensitive(const Rooms& rooms, const Entry& e) {
  const auto topics = rooms.finder->sight().topics;
  return std::any_of(e.service.lotse_topics.begin(), e.service.lotse_topics.end(),
                     [&](const auto& key) { return topics->sensitive(key); });
}

Html note_fields(const web::FormView& form, const Entry& e) {
  const Ask& ask = form.ask;
  return all(
      {web::text_field(form, "text", ask.t("What is wrong or missing?"),
                       {.value = ask.given("text"), .rows = 4}),
       fact_fields(form, e),
       web::text_field(
           form, "contact", ask.t("E-mail address or telephone number, if you want an answer"),
           {.hint = ask.t(
                "You may leave this empty. We delete it after the answer, and after 90 days at the latest."),
            .value = ask.given("contact")}),
       el("div", {web::flag("hidden")},
          {web::text_field(form, "further", ask.t("Leave this field empty"), {.autocomplete = "off"})}),
       el("div", {cls("lo-actions")}, {web::button(ask.t("Send the note"), true, "answer", "changed")})});
}

Html thanks_for_note(const Ask& ask) {
  return all({el("h1", {cls("kern-heading-large")}, {ask.t("Thank you")}),
              el("p", {cls("kern-body lo-lead")},
                 {ask.t("We have your note. Those who look after this entry read it.")})});
}

Note note_of(const Ask& ask, const Entry& e) {
  Note note;
  std::map<std::string, std::string> typed;
  if (ask.json) {
    const auto json = parse_json(ask.request.body);
    if (json && json->is_object())
      for (const auto& [name, value] : json->items())
        if (value.is_string()) typed[name] = plain(value.get<std::string>());
  } else {
    for (const auto& pair : ask.form.pairs) typed[pair.name] = plain(pair.value);
  }
  note.language = language_of(ask, e.service);
  note.text = typed["text"];
  note.contact = typed["contact"];
  for (const auto& fact : facts())
    if (is_offered(ask, e, fact) && typed.contains(fact.name) &&
        typed[fact.name] != plain(fact_text(ask, e, fact.name, note.language)))
      note.proposed[fact.name] = typed[fact.name];
  return note;
}

void install_suggest(web::Site& site, const Rooms& rooms) {
  site.get("/offers/{offer}/note", kOpen, [rooms](Ask& ask) {
    const std::string offer = ask.values.at("offer");
    return form_page(ask, rooms, find_offer(ask.desk, offer), offer);
  });
  site.post("/offers/{offer}/note", kOpen, [rooms](Ask& ask) { return sent(ask, rooms); });
}

}  // namespace lotse::directory
