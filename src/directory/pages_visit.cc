// SPDX-License-Identifier: EUPL-1.2
// The page on which those who run an offer say whether its entry is still right.
#include "access/visitor.h"
#include "directory/pages.h"
#include "directory/review.h"
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

Html shown_facts(const Ask& ask, const Entry& e) {
  Html rows;
  for (const auto& fact : facts()) {
    const auto text = fact_text(ask, e, fact.name, e.service.lotse_language);
    if (!text.empty())
      rows += el("div", {cls("lo-facts__row")},
                 {el("dt", {}, {ask.t(fact.label)}),
                  el("dd", {}, {el("div", {cls("lo-free"), attr("dir", "auto")}, {text})})});
  }
  return el("dl", {cls("lo-facts")}, {rows});
}

http::Response form_page(const Ask& ask, const Entry& e, const Url& here, bool writing,
                         Problems problems = {}, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const Html forms =
      writing ? web::post_form(ask, "note", here, note_fields(form, e))
              : web::post_form(ask, "confirm", here,
                               el("div", {cls("lo-actions")},
                                  {web::button(ask.t("Everything is right"), true, "answer", "right"),
                                   web::button(ask.t("Something has changed"), false, "answer", "write")}));
  const Html main = all(
      {web::problem_summary(form),
       el("h1", {cls("kern-heading-large")}, {ask.t("Is everything still right?")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("Parents see this about your offer. Please read it. It helps families when it is right.")}),
       shown_facts(ask, e), forms});
  return web::page(ask, {.title = ask.t("Is everything still right?"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = writing ? "note" : "confirm"});
}

http::Response show(Ask& ask, const access::VisitorDoor& door, const Url& here) {
  const Entry e = find_visited(door);
  if (!ask.json) return form_page(ask, e, here, false);
  Json json = to_json(e.service);
  if (e.confirmed) json["lotse_confirmed"] = e.confirmed->text();
  return web::json(json);
}

http::Response thanks(const Ask& ask, const Html& text) {
  return web::page(
      ask, {.title = ask.t("Thank you"),
            .main = all({text, el("p", {}, {web::link(Url::path("/"), ask.t("To the start page"))})})});
}

http::Response sent(Ask& ask, const access::VisitorDoor& door, const Url& here,
                    const notice::KeyOfUnit& keys) {
  const Entry e = find_visited(door);
  const bool wrote = ask.json ? parse_json(ask.request.body).value_or(Json::object()).contains("text")
                              : ask.form.find("text").has_value();
  if (ask.given("_action") == "language") return form_page(ask, e, here, wrote);
  if (wrote) {
    const auto id = suggest(door, keys, e, note_of(ask, e));
    if (!id)
      return ask.json ? web::problem_details(ask, 422, id.error())
                      : form_page(ask, e, here, true, id.error(), 422);
    return ask.json ? web::json({{"received", true}}, 201) : thanks(ask, thanks_for_note(ask));
  }
  if (ask.given("answer") == "write") return form_page(ask, e, here, true);
  confirm(door);
  if (ask.json) return web::json({{"lotse_confirmed", door.today().text()}});
  return thanks(ask, all({el("h1", {cls("kern-heading-large")}, {ask.t("Thank you")}),
                          el("p", {cls("kern-body lo-lead")},
                             {ask.t("Families now see that you checked this entry today.")})}));
}

}  // namespace

std::vector<web::Visit> visits(std::shared_ptr<const notice::KeyOfUnit> keys) {
  return {
      {std::string(kConfirmation), show, [keys](Ask& ask, const access::VisitorDoor& door, const Url& here) {
         return sent(ask, door, here, *keys);
       }}};
}

}  // namespace lotse::directory
