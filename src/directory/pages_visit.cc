// SPDX-License-Identifier: EUPL-1.2
// The page on which those who run an offer say whether its entry is still right.
#include "access/visitor.h"
#include "directory/pages.h"
#include "directory/review.h"

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

http::Response show(Ask& ask, const access::VisitorDoor& door, const Url& here) {
  const Entry e = find_visited(door);
  if (ask.json) {
    Json json = to_json(e.service);
    if (e.confirmed) json["lotse_confirmed"] = e.confirmed->text();
    return web::json(json);
  }
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Is everything still right?")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("Parents see this about your offer. Please read it. It helps families when it is right.")}),
       shown_facts(ask, e),
       web::post_form(ask, "confirm", here,
                      el("div", {cls("lo-actions")},
                         {web::button(ask.t("Everything is right"), true, "answer", "right")}))});
  return web::page(ask, {.title = ask.t("Is everything still right?"), .main = main});
}

http::Response sent(Ask& ask, const access::VisitorDoor& door, const Url& here) {
  if (ask.given("_action") == "language") return show(ask, door, here);
  confirm(door);
  if (ask.json) return web::json({{"lotse_confirmed", door.today().text()}});
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Thank you")}),
       el("p", {cls("kern-body lo-lead")}, {ask.t("Families now see that you checked this entry today.")}),
       el("p", {}, {web::link(Url::path("/"), ask.t("To the start page"))})});
  return web::page(ask, {.title = ask.t("Thank you"), .main = main});
}

}  // namespace

std::vector<web::Visit> visits() { return {{std::string(kConfirmation), show, sent}}; }

}  // namespace lotse::directory
