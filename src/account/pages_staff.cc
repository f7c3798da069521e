// SPDX-License-Identifier: EUPL-1.2
#include "access/gate.h"
#include "account/steps.h"
#include "unit/unit.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

// A whole accommodation may share one address, and only wrong attempts count; those for one account are
// limited more strictly, by the gate.
constexpr int kWrongAtOnce = 30, kOneMoreMs = 6'000;

http::Response staff(Ask& ask) {
  const auto& actor = ask.desk.actor();
  const auto unit = unit::find(ask.desk, actor->unit);
  Html entries;
  for (const auto& each : ask.site.navigation())
    if (each.staff && each.path != "/staff" && (!each.right || ask.desk.may(*each.right, each.purpose)))
      entries += el("li", {}, {web::link(Url::path(each.path), ask.say(each.label))});
  Html news;
  if (ask.site.gate().unseen_notes(actor))
    news = web::alert("warning", ask.t("News about your account"),
                      el("p", {cls("kern-body")},
                         {web::link(Url::path("/account"), ask.t("See what happened to your account"))}));
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Hello, {name}", {{"name", actor->name}})}), news,
       el("p", {cls("kern-body lo-lead")},
          {ask.t("You are signed in for {unit} as {function}.",
                 {{"unit", unit ? unit->name : ""}, {"function", function_label(ask, actor->function)}})}),
       el("ul", {cls("lo-stack")}, {entries})});
  return web::page(ask, {.title = ask.t("My work"), .main = main, .current = "/staff"});
}

}  // namespace

void install(web::Site& site, std::shared_ptr<Passwords> passwords, seal::Key key,
             std::vector<OnLeave> on_leave, seal::Profile profile) {
  site.gate().use_key(std::move(key), profile);
  const auto entrance = std::make_shared<Entrance>(std::move(passwords), kWrongAtOnce, kOneMoreMs);
  site.add_to_navigation({"/staff", msg("My work"), true});
  install_sign_in(site, entrance);
  install_second_factor(site, entrance);
  install_own_account(site, entrance);
  install_colleagues(site, std::move(on_leave));
  install_invitation(site, entrance);
  install_reset(site, entrance);
  install_lock(site, entrance);
  site.get("/sign-out", kSignedIn, [](Ask& ask) {
    const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t("Sign out")}),
                           web::post_form(ask, "sign-out", Url::path("/sign-out"),
                                          el("div", {cls("lo-actions")}, {web::button(ask.t("Sign out"))}))});
    return web::page(ask, {.title = ask.t("Sign out"), .main = main});
  });
  site.post("/sign-out", urgent(kSignedIn), [](Ask& ask) {
    ask.site.gate().end(ask.session);
    auto response = web::see(Url::path("/"));
    web::set_cookie(response, ask.site, ask.site.session_cookie(), "", -1);
    response.add("Clear-Site-Data", "\"cache\"");
    return response;
  });
  site.get("/staff", kSignedIn, staff);
}

}  // namespace lotse::account
