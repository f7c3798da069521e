// SPDX-License-Identifier: EUPL-1.2
// The link for whoever forgot her password or lost her telephone, as its owner uses it.
#include "access/gate.h"
#include "account/steps.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

http::Response offer_page(const Ask& ask, const access::ResetOffer& offer, Problems problems = {},
                          int status = 422) {
  const web::FormView form{ask, std::move(problems)};
  const bool renewed = offer.what != access::Reset::factor;
  Html fields = web::text_field(
      form, "email", ask.t("E-mail address"),
      {.value = ask.given("email"), .type = "email", .autocomplete = "username", .needed = true});
  fields += renewed
                ? new_password_field(form, "password", ask.t("New password"))
                : web::text_field(form, "password", ask.t("Your password"),
                                  {.type = "password", .autocomplete = "current-password", .needed = true});
  fields += el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))});
  Html lead;
  if (offer.what != access::Reset::password)
    lead = el("p", {cls("kern-body")},
              {ask.t("After that you set up a new second factor at once. Have your telephone ready.")});
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Renew your access")}),
           lead, web::post_form(ask, "reset", Url::path("/reset/" + offer.id), fields)});
  return web::page(ask, {.title = ask.t("Renew your access"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = form.problems.empty() ? 200 : status,
                         .form = "reset"});
}

http::Response show(Ask& ask) {
  const std::string id = ask.values.at("id");
  if (auto taken = take_link(ask, "/reset/" + id)) return *taken;
  const auto offer = ask.site.gate().reset_offer(id, link_secret(ask));
  return offer ? offer_page(ask, *offer) : link_is_over(ask);
}

// Neither the link nor the password alone says which telephone is hers. What others do at the sign-in page
// does not count here: with her link she comes in though strangers guess.
std::optional<http::Response> check_own(Ask& ask, const access::ResetOffer& offer,
                                        const access::Account& account, Passwords& passwords) {
  auto& gate = ask.site.gate();
  const auto trial = access::link_trial(offer);
  if (gate.blocked_until(trial) > ask.desk.now())
    return offer_page(ask, offer, {{"password", too_many_attempts()}}, 429);
  if (passwords.check(std::string(ask.form.find("password").value_or("")), account.password_hash))
    return std::nullopt;
  gate.failed(trial);
  return offer_page(
      ask, offer, {{"password", msg("This password is not right. You forgot it? Ask for a link for both.")}});
}

http::Response use(Ask& ask, Entrance& entrance) {
  auto& gate = ask.site.gate();
  const auto offer = gate.reset_offer(ask.values.at("id"), link_secret(ask));
  if (!offer) return link_is_over(ask);
  if (ask.given("_action") == "language") return offer_page(ask, *offer);
  if (!entrance.attempts.take(ask.request.remote, ask.desk.now()))
    return offer_page(ask, *offer, {{"email", too_many_attempts()}}, 429);
  const std::string email = ask.given("email"), password(ask.form.find("password").value_or(""));
  Problems problems;
  const auto account = gate.find(email);
  if (email.empty())
    problems.push_back({"email", msg("Enter your e-mail address.")});
  else if (!account || account->id != offer->account)
    problems.push_back({"email", msg("This is not the address of your account.")});
  const bool renewed = offer->what != access::Reset::factor;
  if (renewed)
    for (auto& each : check_password("password", password, email)) problems.push_back(std::move(each));
  else if (password.empty())
    problems.push_back({"password", msg("Enter your password.")});
  if (!problems.empty()) return offer_page(ask, *offer, problems);
  std::string hash;
  try {
    if (renewed)
      hash = entrance.passwords->hash(password);
    else if (auto refused = check_own(ask, *offer, *account, *entrance.passwords))
      return *refused;
  } catch (const Passwords::Busy&) {
    return web::error(ask, 503);
  }
  entrance.attempts.give_back(ask.request.remote);
  const auto half = gate.reset(offer->id, link_secret(ask), *account, hash);
  if (!half) return link_is_over(ask);
  auto response = next_step(ask, *half);
  drop_link(response, ask);
  return response;
}

}  // namespace

void install_reset(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  site.get("/reset/{id}", kOpen, show);
  site.post("/reset/{id}", kOpen, [entrance](Ask& ask) { return use(ask, *entrance); });
}

}  // namespace lotse::account
