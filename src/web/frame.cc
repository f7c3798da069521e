// SPDX-License-Identifier: EUPL-1.2
// What all pages have around them: head, choice of language, navigation, foot; and the error pages.
#include "base/check.h"
#include "http/asset.h"
#include "web/form.h"
#include "web/site.h"
#include "web/staff_frame.h"

namespace lotse::web {
namespace {

Url asset(std::string_view name) {
  const auto* found = http::asset_named(name);
  CHECK(found != nullptr);
  return Url::path(std::string(found->path));
}

bool is_staff(const Ask& ask) { return ask.desk.actor().signed_in(); }

// Inside a page's own form the choice belongs to that form, so that nothing typed is lost; a POST form comes
// back redrawn.
Url path_of(const Ask& ask) {
  const std::string here = ask.here().text();
  return Url::path(here.substr(0, here.find('?')));
}

// The language button comes first in the document and would be what Enter presses. This one comes before it
// and does what the form is for; nobody sees it or reaches it with the keyboard.
Html enter_button(const Page& page) {
  if (page.form.empty()) return {};
  return el("button", {cls("kern-sr-only"), attr("type", "submit"), attr("form", page.form),
                       attr("tabindex", "-1"), attr("aria-hidden", "true")});
}

Html language_choice(const Ask& ask, const Page& page) {
  Html options;
  for (const auto& each : words::languages())
    options +=
        el("option",
           {attr("value", each.tag), attr("lang", each.html), flag("selected", each.tag == ask.language.tag)},
           {each.own_name});
  const bool own = page.form.empty();
  Html hidden;
  if (own)
    for (const auto& pair : ask.query.pairs)
      if (pair.name != "_language")
        hidden += el("input", {attr("type", "hidden"), attr("name", pair.name), attr("value", pair.value)});
  const Html fields =
      all({el("label", {cls("kern-sr-only"), attr("for", "lo-language")}, {ask.t("Language")}),
           el("div", {cls("kern-form-input__select-wrapper")},
              {el("select",
                  {cls("kern-form-input__select"), id("lo-language"),
                   attr("name", page.asks ? "_to" : "_language"), attr_if(!own, "form", page.form),
                   attr("autocomplete", "off")},
                  {options})}),
           el("button",
              {cls("kern-btn kern-btn--secondary"), attr("type", "submit"), attr_if(!own, "form", page.form),
               attr_if(!own, "name", "_action"), attr_if(!own, "value", "language"),
               flag("formnovalidate", !own), form_action(path_of(ask), page.asks)},
              {el("span", {cls("kern-label")}, {ask.t("OK")})})});
  if (!own) return el("div", {cls("lo-lang")}, {fields});
  return get_form("language", "lo-lang", ask.request.method == "GET" ? path_of(ask) : Url::path("/"),
                  all({hidden, fields}));
}

Html header(const Ask& ask, const Page& page) {
  Html entries;
  for (const auto& each : ask.site.navigation()) {
    if (each.staff && !is_staff(ask)) continue;
    if (each.right && !ask.desk.may(*each.right, each.purpose)) continue;
    const bool here = page.current == each.path;
    entries += el("li", {},
                  {el("a", {href(Url::path(each.path)), attr_if(here, "aria-current", "page")},
                      {ask.say(each.label)})});
  }
  const Html brand =
      el("a", {cls("lo-brand"), href(Url::path("/"))},
         {el("span", {cls("lo-brand__mark"), attr("aria-hidden", "true")}),
          el("span", {cls("lo-brand__name")}, {"Lotse"}),
          el("span", {cls("lo-brand__sub"), attr("lang", "de")}, {ask.site.options().region})});
  return el("header", {cls("lo-header")},
            {el("div", {cls("kern-container lo-header__bar")}, {brand, language_choice(ask, page)}),
             el("nav", {cls("kern-container lo-nav"), attr("aria-label", ask.t("Main menu"))},
                {el("ul", {}, {entries})})});
}

Html footer(const Ask& ask) {
  Html links;
  const auto add = [&](const char* path, const std::string& label) {
    links += el("li", {}, {el("a", {href(Url::path(path))}, {label})});
  };
  add("/help", ask.t("Help and contact"));
  add("/easy-language", ask.t("Easy language and sign language"));
  add("/accessibility", ask.t("Accessibility"));
  add("/privacy", ask.t("Data protection"));
  add("/imprint", ask.t("Imprint"));
  if (is_staff(ask))
    links += el("li", {}, {el("a", {href(Url::path("/sign-out"))}, {ask.t("Sign out")})});
  else
    add("/sign-in", ask.t("For staff: sign in"));
  Html notes;
  const auto state = words::state(ask.language);
  if (state.origin == words::Origin::machine) {
    notes += el(
        "p", {cls("lo-footer__note")},
        {ask.t("The texts of this website were translated by a machine. Is something wrong? Please tell us:"),
         " ", link(Url::path("/help"), ask.t("Report a wrong text"))});
  } else if (state.origin == words::Origin::checked) {
    notes += el("p", {cls("lo-footer__note")},
                {ask.t("The translation was checked on {date}.",
                       {{"date", words::day_long(ask.language, Day::parse(state.on).value_or(Day{}))}})});
  }
  if (ask.site.options().sample)
    notes += el("p", {cls("lo-footer__note")},
                {ask.t("This is an example: the town and all people and offers are invented.")});
  return el("footer", {cls("lo-footer")},
            {el("div", {cls("kern-container")}, {el("ul", {cls("lo-footer__links")}, {links}), notes})});
}

struct ErrorText {
  int status;
  const char* title;
  const char* text;
};
constexpr ErrorText kErrors[] = {
    {400, words::N_("We could not read your request"), words::N_("Please go back and try again.")},
    {401, words::N_("Please sign in"), words::N_("This needs a sign-in.")},
    {403, words::N_("This did not come from our page"),
     words::N_(
         "For your protection we did not do anything. Please open the page again and send it once more.")},
    {404, words::N_("We did not find this page"),
     words::N_("Perhaps the offer does not exist any more. Search for other offers, or call us.")},
    {405, words::N_("This does not work here"), words::N_("Please go back and try again.")},
    {409, words::N_("Somebody else has just changed this"),
     words::N_(
         "Nothing of yours was overwritten. Please look at the new version and enter your change again.")},
    {413, words::N_("This was too much to send"),
     words::N_("We did not save anything. Please go back, write a shorter text, and send it again.")},
    {500, words::N_("Something went wrong on our side"),
     words::N_("Please try again in a few minutes. If it happens again, please call us.")},
    {503, words::N_("We are busy at the moment"),
     words::N_("Please try again in a few minutes. Nothing was lost.")},
};

const ErrorText& error_text(int status) {
  for (const auto& each : kErrors)
    if (each.status == status) return each;
  return error_text(500);
}

}  // namespace

http::Response page(const Ask& ask, const Page& p) {
  const std::string title = (p.problems ? ask.t("Error:") + " " : std::string()) + p.title + " – Lotse";
  const Head head{ask.language.html,
                  ask.language.right_to_left,
                  title,
                  p.description,
                  asset(ask.language.right_to_left ? "lotse.rtl.css" : "lotse.css"),
                  asset("lotse.js"),
                  asset("favicon.svg"),
                  p.index};
  Html leave;
  if (p.leave)
    leave = el(
        "lo-leave", {attr("role", "region"), attr("aria-label", ask.t("Leave this page quickly"))},
        {el("a",
            {cls("lo-leave"), href(*Url::web("https://www.wetter.de")), attr("rel", "noreferrer nofollow")},
            {icon("close"), ask.t("Leave this page quickly")})});
  const Html body =
      el("body", {cls("lo-page")},
         {enter_button(p),
          el("a", {cls("lo-skip"), href(Url::fragment("main"))}, {ask.t("Skip to the content")}),
          header(ask, p), leave,
          el("main", {cls("kern-container lo-main"), id("main"), attr("tabindex", "-1")},
             {kept_note(ask), p.main}),
          footer(ask), is_staff(ask) ? idle_watch(ask) : Html()});
  http::Response r;
  r.status = p.status;
  r.body = document(head, body);
  r.add("Content-Type", "text/html; charset=utf-8");
  r.add("Content-Language", ask.language.html);
  return r;
}

http::Response error(const Ask& ask, int status) {
  const ErrorText& text = error_text(status);
  http::Response r;
  if (ask.json) {
    r = json({{"type", "about:blank"},
              {"title", ask.t(text.title)},
              {"status", status},
              {"detail", ask.t(text.text)}},
             status);
    r.fields.front().value = "application/problem+json";
  } else {
    const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t(text.title)}),
                           el("p", {cls("lo-lead")}, {ask.t(text.text)}),
                           el("p", {}, {link(Url::path("/"), ask.t("To the start page"))}),
                           el("p", {}, {link(Url::path("/help"), ask.t("Help and contact"))})});
    Page p{.title = ask.t(text.title), .main = main, .status = status};
    r = page(ask, p);
  }
  if (status == 503) r.add("Retry-After", "5");
  return r;
}

http::Response done_before(const Ask& ask) {
  const std::string title = ask.t("We already have this");
  const std::string text = ask.t(
      "You sent this twice. We did it once. Do you want to do it again? Then please open the page again.");
  if (ask.json) return json({{"title", title}, {"detail", text}});
  const Html main = all({el("h1", {cls("kern-heading-large")}, {title}), el("p", {cls("lo-lead")}, {text}),
                         el("p", {}, {link(Url::path("/"), ask.t("To the start page"))})});
  return page(ask, {.title = title, .main = main});
}

http::Response problem_details(const Ask& ask, int status, const Problems& problems) {
  Json list = Json::array();
  for (const auto& each : problems) list.push_back({{"field", each.field}, {"detail", ask.say(each.text)}});
  auto r = json({{"type", "about:blank"},
                 {"title", ask.t("Please check what you entered")},
                 {"status", status},
                 {"errors", list}},
                status);
  r.fields.front().value = "application/problem+json";
  return r;
}

}  // namespace lotse::web
