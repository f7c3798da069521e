// SPDX-License-Identifier: EUPL-1.2
// Staff say that an entry is right, or hand a link to those who know.
#include "access/visitor.h"
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

constexpr web::Access kWrite{&access::kDirectoryWrite, access::kDirectoryPurpose, false};

std::string path_of(const Ask& ask) { return "/staff/services/" + ask.values.at("service"); }

http::Response show(Ask& ask) {
  const Entry e = find_kept(ask.desk, {ask.values.at("service")});
  const std::string path = path_of(ask);
  const std::string when =
      e.confirmed ? ask.t("Last confirmed: {day}", {{"day", words::day_long(ask.language, *e.confirmed)}})
                  : ask.t("Nobody has confirmed this entry yet.");
  const Html main = all(
      {el("a", {cls("lo-back"), web::href(Url::path(path))},
          {web::icon("arrow-back"), ask.t("Back to the entry")}),
       el("h1", {cls("kern-heading-large"), attr("dir", "auto")},
          {ask.t("Still right? {title}", {{"title", e.service.name}})}),
       el("p", {cls("kern-body lo-lead")}, {when}),
       web::post_form(
           ask, "confirm", Url::path(path + "/confirmation"),
           all({el("p", {cls("kern-body")},
                   {ask.t("Do you know that everything is right? Parents then see today as the day.")}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Everything is right"))})})),
       el("h2", {cls("kern-heading-medium")}, {ask.t("Ask those who run the offer")}),
       web::post_form(
           ask, "ask", Url::path(path + "/link"),
           all({el("p", {cls("kern-body")},
                   {ask.t(
                       "You get a link that you hand over. It needs no account, shows this entry only, holds "
                       "for 30 days and works once. A new link makes the earlier one invalid.")}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Make the link"), false)})}))});
  return web::page(ask, {.title = ask.t("Still right? {title}", {{"title", e.service.name}}),
                         .main = main,
                         .current = "/staff/services"});
}

http::Response confirmed(Ask& ask) {
  confirm(ask.desk, {ask.values.at("service")});
  if (ask.json) return web::json({{"lotse_confirmed", ask.desk.today().text()}});
  return web::see(Url::path(path_of(ask) + "/confirmation"));
}

http::Response linked(Ask& ask) {
  const auto link = confirmation_link(ask.desk, {ask.values.at("service")});
  if (ask.json) return web::json({{"path", link.path()}, {"until", wall_time(link.until()).day.text()}}, 201);
  const Html main =
      all({el("a", {cls("lo-back"), web::href(Url::path(path_of(ask)))},
              {web::icon("arrow-back"), ask.t("Back to the entry")}),
           el("h1", {cls("kern-heading-large")}, {ask.t("The link for those who run the offer")}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("Copy it now: we do not show it again. Hand it over so that nobody else gets it.")}),
           web::shown_link(ask, link.path()),
           el("p", {cls("kern-body")},
              {ask.t("Holds until {when}.",
                     {{"when", words::day_long(ask.language, wall_time(link.until()).day)}})})});
  return web::page(
      ask,
      {.title = ask.t("The link for those who run the offer"), .main = main, .current = "/staff/services"});
}

}  // namespace

void install_confirmation(web::Site& site) {
  site.get("/staff/services/{service}/confirmation", kWrite, show);
  site.post("/staff/services/{service}/confirmation", kWrite, confirmed);
  site.post("/staff/services/{service}/link", kWrite, linked);
}

}  // namespace lotse::directory
