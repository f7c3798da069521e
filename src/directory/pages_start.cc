// SPDX-License-Identifier: EUPL-1.2
// The first page, and what stands behind the links at the foot.
#include <algorithm>

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

constexpr web::Access kRead{&access::kDirectoryRead, access::kDirectoryPurpose, true};

// One's own language in one touch: every name in its own script, the quickest way to "this is for me". The
// buttons belong to the search form, so that nothing typed is lost; where they stand, the list in the head is
// not shown.
Html language_row(const Ask& ask) {
  Html items;
  for (const auto& each : words::languages()) {
    const bool now = each.tag == ask.language.tag;
    items += el("li", {},
                {el("button",
                    {attr("type", "submit"), attr("form", "search"), attr("name", "_language"),
                     attr("value", each.tag), attr("lang", each.html), web::form_action(Url::path("/")),
                     web::flag("formnovalidate"), web::attr_if(now, "aria-current", "true")},
                    {each.own_name})});
  }
  return el("nav", {cls("lo-languages"), attr("aria-label", ask.t("Language"))}, {el("ul", {}, {items})});
}

Html topic_tiles(const Ask& ask, const topic::Catalogue& topics) {
  Html tiles;
  for (const auto* root : topics.roots()) {
    Html children;
    for (const auto* child : topics.children(root->key))
      children += el("li", {},
                     {web::link(Url::path("/offers", "topic=" + http::percent_encode(child->key)),
                                child->name(ask.language))});
    tiles += el("section", {cls("lo-topic")},
                {el("h3", {cls("kern-heading-small")},
                    {web::link(Url::path("/offers", "topic=" + http::percent_encode(root->key)),
                               root->name(ask.language))}),
                 el("ul", {cls("lo-topic__list")}, {children})});
  }
  return el("div", {cls("lo-grid")}, {tiles});
}

http::Response start(Ask& ask, const Rooms& rooms) {
  const auto sight = rooms.finder->sight();
  Found typed;  // what was typed before another language was chosen
  typed.search = read_search(ask.query, typed.problems);
  const Html main = all(
      {language_row(ask), el("h1", {cls("kern-heading-large")}, {ask.t("Find help for your family nearby")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("Courses, advice and meeting places for parents. You do not need a sign-in and you do not "
                 "have to give your name.")}),
       search_form(ask, typed, *sight.topics),
       el("h2", {cls("kern-heading-medium")}, {ask.t("Search by topic")}), topic_tiles(ask, *sight.topics),
       el("h2", {cls("kern-heading-medium")}, {ask.t("Would you rather talk to somebody?")}),
       el("p", {cls("kern-body")}, {web::link(Url::path("/help"), ask.t("Call us: we search with you"))})});
  return web::page(ask, {.title = ask.t("Find help for your family nearby"),
                         .main = main,
                         .current = "/",
                         .index = true,
                         .form = "search",
                         .asks = true,
                         .description = ask.t("Courses, advice and meeting places for parents. You do not "
                                              "need a sign-in and you do not have to give your name.")});
}

// Whom to ask: the named contacts of the units, those for day care first (story S4.6).
http::Response help(Ask& ask) {
  Html cards;
  auto units = unit::all(ask.desk);
  std::stable_sort(units.begin(), units.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const auto& u) {
      return u.kind == "youth_care_desk" ? 0 : u.kind == "coordination" ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  std::erase_if(units, [](const auto& u) { return u.contacts.empty(); });
  if (ask.json) {
    Json list = Json::array();
    for (const auto& u : units) list.push_back(unit::as_json(u));
    return web::json({{"units", list}});
  }
  for (const auto& u : units)
    cards += unit::contact_card(
        ask, u,
        u.kind == "youth_care_desk" ? ask.t("Questions about day care") : ask.t(unit::kind_label(u.kind)));
  Html wrong;
  if (!ask.site.options().feedback_email.empty())
    wrong = all({el("h2", {cls("kern-heading-medium")}, {ask.t("Is a text wrong?")}),
                 el("p", {cls("kern-body")},
                    {ask.t("Please write to us in your language:"), " ",
                     el("a", {cls("kern-link"), web::href(Url::mail(ask.site.options().feedback_email))},
                        {ask.site.options().feedback_email})})});
  const Html emergency = web::alert(
      "warning", ask.t("In danger? Call now"),
      all({el("p", {cls("kern-body")}, {ask.t("Police: 110. Fire brigade and ambulance: 112.")}),
           el("p", {cls("kern-body")},
              {ask.t(
                  "Help line Violence against women: 116 016. Day and night, free, in many languages.")})}));
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {ask.t("Help and contact")}),
           el("p", {cls("kern-body lo-lead")}, {ask.t("These people help you to find the right offer.")}),
           emergency,
           cards.empty() ? el("p", {cls("kern-body")}, {ask.t("No contacts have been entered yet.")})
                         : el("div", {cls("lo-grid")}, {cards}),
           wrong});
  return web::page(ask, {.title = ask.t("Help and contact"), .main = main, .current = "/help"});
}

}  // namespace

void install_start(web::Site& site, const Rooms& rooms) {
  site.get("/", kRead, [rooms](Ask& ask) { return start(ask, rooms); });
}

void install_information(web::Site& site) {
  site.add_to_navigation({"/help", msg("Help"), false});
  site.get("/help", kRead, help);
}

}  // namespace lotse::directory
