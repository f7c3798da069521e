// SPDX-License-Identifier: EUPL-1.2
// The second factor within a sign-in: asking for it, and setting it up.
#include "access/gate.h"
#include "access/totp.h"
#include "account/steps.h"
#include "http/form.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

http::Response code_page(const Ask& ask, Problems problems = {}, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const Html fields = all({hidden("to", wanted_path(ask)), code_field(form, true),
                           el("div", {cls("lo-actions")}, {web::button(ask.t("Sign in"))})});
  const Html main = all(
      {web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Enter your code")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("Open the app on your telephone. It shows six digits for Lotse.")}),
       web::post_form(ask, "second", Url::path("/sign-in/code"), fields),
       el("p", {cls("kern-body")},
          {ask.t(
              "Telephone lost and no recovery code left? An administrator of your institution can help.")})});
  return web::page(ask, {.title = ask.t("Enter your code"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "second"});
}

http::Response refused(const Ask& ask, Text text, int status) {
  if (ask.json) return web::problem_details(ask, status, {{"code", std::move(text)}});
  return code_page(ask, {{"code", std::move(text)}}, status);
}

http::Response take_code(Ask& ask, web::Allowance& attempts) {
  const std::string secret = half_secret(ask), code = ask.given("code");
  const auto half = ask.site.gate().half(secret);
  if (!half || !half->has_factor) return next_step(ask, secret);
  if (ask.given("_action") == "language") return code_page(ask);
  if (code.empty()) return refused(ask, msg("Enter the six digits of your app, or a recovery code."), 422);
  if (!attempts.take(ask.request.remote, ask.desk.now())) return refused(ask, too_many_attempts(), 429);
  switch (ask.site.gate().prove(secret, code)) {
    case access::Proof::wrong:
      return refused(ask, msg("This code is not right, or was used already. Wait for the next one."), 422);
    case access::Proof::blocked:
      return refused(ask, too_many_attempts(), 429);
    case access::Proof::right:
      break;
  }
  attempts.give_back(ask.request.remote);
  return next_step(ask, secret);
}

// The password alone is what strangers guess: it is not enough to say which telephone is hers.
http::Response link_needed_page(const Ask& ask) {
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Your second factor is not set up yet")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("For that you need a link, so that nobody sets it up who only knows your password.")}),
       el("p", {cls("kern-body")},
          {ask.t("Ask an administrator of your institution. The link is made under “Accounts of our "
                 "institution”, at your name: “Second factor”.")}),
       el("p", {cls("kern-body")},
          {ask.t(
              "You are the only administrator? Then whoever runs this Lotse invites a second one, who makes "
              "the link for you.")})});
  return web::page(ask, {.title = ask.t("Your second factor is not set up yet"), .main = main});
}

http::Response set_up_page(Ask& ask, const access::HalfSession& half, Problems problems = {},
                           int status = 200) {
  const auto offered = ask.site.gate().offer_factor(half_secret(ask));
  if (!offered) return next_step(ask, half_secret(ask));
  const web::FormView form{ask, std::move(problems)};
  Html before;
  if (half.has_factor)
    before = el("p", {cls("kern-body")},
                {ask.t("Your old second factor and your recovery codes hold until you have confirmed the new "
                       "one.")});
  const Html fields = all({hidden("to", wanted_path(ask)), code_field(form, false),
                           el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))})});
  const Html main = all(
      {web::problem_summary(form),
       el("h1", {cls("kern-heading-large")}, {ask.t("Set up your second factor")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("To sign in you need your password and a code from your telephone. So nobody gets in who "
                 "only knows your password.")}),
       before, factor_offer(ask, half.name, *offered),
       web::post_form(ask, "factor", Url::path("/sign-in/factor"), fields)});
  return web::page(ask, {.title = ask.t("Set up your second factor"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "factor"});
}

http::Response set_up(Ask& ask) {
  const std::string secret = half_secret(ask);
  const auto half = ask.site.gate().half(secret);
  if (half && half->needs_factor && !half->may_set_up) return link_needed_page(ask);
  if (!half || !half->may_set_up || half->proved) return next_step(ask, secret);
  if (ask.request.method == "GET" || ask.given("_action") == "language") return set_up_page(ask, *half);
  const auto codes = ask.site.gate().confirm_factor(secret, ask.given("code"));
  if (!codes) return set_up_page(ask, *half, {{"code", code_not_right()}}, 422);
  return codes_page(
      ask, *codes,
      web::post_form(ask, "continue", Url::path("/sign-in/continue"),
                     all({hidden("to", wanted_path(ask)),
                          el("div", {cls("lo-actions")}, {web::button(ask.t("I have kept the codes"))})})));
}

}  // namespace

Text code_not_right() {
  return msg("This code is not right. Is the time on your telephone right? Wait for the next code.");
}

Html code_field(const web::FormView& form, bool recovery) {
  const Ask& ask = form.ask;
  return web::text_field(
      form, "code", ask.t("Code"),
      {.hint = recovery ? ask.t("Six digits from your app. Or one of your recovery codes, such as ABCD-EFGH.")
                        : ask.t("The six digits that the app shows now."),
       .autocomplete = "one-time-code",
       // Recovery codes have letters; the numeric keypad of telephones has none.
       .inputmode = recovery ? "text" : "numeric",
       .needed = true});
}

Html factor_offer(const Ask& ask, const std::string& name, const std::string& secret) {
  const std::string text = access::base32(secret);
  const std::string address = "otpauth://totp/Lotse:" + http::percent_encode(name) + "?secret=" + text +
                              "&issuer=Lotse&algorithm=SHA1&digits=6&period=30";
  std::string groups;
  for (std::size_t at = 0; at < text.size(); at += 4) groups += (at ? " " : "") + text.substr(at, 4);
  return all(
      {el("ol", {cls("kern-body lo-stack lo-numbered")},
          {el("li", {}, {ask.t("Install an app for one-time codes on your telephone, if you have none.")}),
           el("li", {}, {ask.t("Scan this picture with the app.")}),
           el("li", {}, {ask.t("Enter the six digits that the app shows.")})}),
       el("div", {}, {qr_code(address, ask.t("QR code for your app"))}),
       el("p", {cls("kern-body")},
          {ask.t("You cannot scan it? Then type this key into the app:"), " ",
           el("code", {cls("lo-code lo-ltr-inline")}, {groups})})});
}

http::Response codes_page(const Ask& ask, const std::vector<std::string>& codes, const Html& onward) {
  Html list;
  for (const auto& code : codes) list += el("li", {}, {el("code", {cls("lo-code lo-ltr-inline")}, {code})});
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Your recovery codes")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("If you lose your telephone, you sign in with one of these codes. Each works once.")}),
       el("p", {cls("kern-body")},
          {ask.t("We show them only now. Print them or write them down, and keep them in a safe place, not "
                 "with your telephone.")}),
       el("ol", {cls("kern-body lo-numbered")}, {list}),
       el("lo-print", {},
          {el("button", {cls("kern-btn kern-btn--secondary"), attr("type", "button"), web::flag("hidden")},
              {web::icon("print"), el("span", {cls("kern-label")}, {ask.t("Print")})})}),
       onward});
  return web::page(ask, {.title = ask.t("Your recovery codes"), .main = main});
}

void install_second_factor(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  site.get("/sign-in/code", urgent(kOpen), [](Ask& ask) {
    const std::string secret = half_secret(ask);
    const auto half = ask.site.gate().half(secret);
    return half && half->has_factor && !half->proved ? code_page(ask) : next_step(ask, secret);
  });
  site.post("/sign-in/code", urgent(kOpen),
            [entrance](Ask& ask) { return take_code(ask, entrance->attempts); });
  site.get("/sign-in/factor", urgent(kOpen), set_up);
  site.post("/sign-in/factor", urgent(kOpen), set_up);
}

}  // namespace lotse::account
