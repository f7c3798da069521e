// SPDX-License-Identifier: EUPL-1.2
// The sign-in: password first, then the second factor, then in which unit; between them a half session that
// may nothing.
#include <algorithm>
#include <map>

#include "access/gate.h"
#include "account/steps.h"
#include "http/form.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

std::string text_of(const access::Membership& m) { return std::to_string(m.unit) + ":" + m.function; }

/** How the sign-in page is: as always, or for an address that is blocked, where all must be right at once. */
enum class Look { plain, blocked };

http::Response page_of(const Ask& ask, Look look, Problems problems, int status) {
  const web::FormView form{ask, std::move(problems)};
  Html fields = hidden("to", wanted_path(ask));
  fields += web::text_field(
      form, "email", ask.t("E-mail address"),
      {.value = ask.given("email"), .type = "email", .autocomplete = "username", .needed = true});
  fields += web::text_field(form, "password", ask.t("Password"),
                            {.type = "password", .autocomplete = "current-password", .needed = true});
  if (look == Look::blocked) fields += code_field(form, true);
  fields += el("div", {cls("lo-actions")}, {web::button(ask.t("Sign in"))});
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Sign in")}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("For staff of the institutions. Parents do not need a sign-in.")}),
           web::post_form(ask, "sign-in", Url::path("/sign-in"), fields)});
  return web::page(ask, {.title = ask.t("Sign in"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "sign-in"});
}

http::Response refused(const Ask& ask, Text text, int status = 422, Look look = Look::plain) {
  if (ask.json) return web::problem_details(ask, status, {{"email", std::move(text)}});
  return page_of(ask, look, {{"email", std::move(text)}}, status);
}

http::Response sign_in(Ask& ask, Entrance& entrance) {
  if (ask.given("_action") == "language") return sign_in_page(ask);
  const std::string email = ask.given("email"), password(ask.form.find("password").value_or(""));
  Problems missing;
  if (email.empty()) missing.push_back({"email", msg("Enter your e-mail address.")});
  if (password.empty()) missing.push_back({"password", msg("Enter your password.")});
  if (!missing.empty())
    return ask.json ? web::problem_details(ask, 422, missing) : sign_in_page(ask, missing, 422);
  // Before anything that costs: a check takes a thread for a quarter of a second.
  if (!entrance.attempts.take(ask.request.remote, ask.desk.now()))
    return refused(ask, too_many_attempts(), 429);
  auto& gate = ask.site.gate();
  const auto account = gate.find(email);
  const auto trial = access::password_trial(email, account);
  const bool blocked = gate.blocked_until(trial) > ask.desk.now();
  const auto wait = [&] {
    return refused(ask,
                   msg("There were too many wrong attempts. Please wait a few minutes, or enter "
                       "password and code together."),
                   429, Look::blocked);
  };
  const auto guess =
      blocked ? gate.pay_for_guess(trial, account, ask.given("code")) : access::Gate::Guess::free;
  if (guess == access::Gate::Guess::refused) return wait();
  bool good = false;
  try {
    // The same text and the same work whether the address or the password is wrong.
    good = entrance.passwords->check(password,
                                     account ? account->password_hash : entrance.passwords->of_nobody());
  } catch (const Passwords::Busy&) {
    return web::error(ask, 503);
  }
  good = good && account && account->active;
  std::string half;
  if (blocked) {
    // Strangers must not keep the owner out by guessing: whoever has both at once comes in all the same.
    auto proved = gate.begin_proved(trial, good ? account : std::nullopt, ask.given("code"), guess);
    if (!proved) return wait();
    half = *proved;
  } else if (!good) {
    gate.failed(trial);
    return refused(ask, msg("E-mail address or password is not right. Please check both."));
  } else {
    half = gate.begin(account->id, account->epoch);
  }
  // Only wrong attempts count: in the morning a whole house signs in from one address.
  entrance.attempts.give_back(ask.request.remote);
  if (!ask.session.empty()) gate.end(ask.session);
  return next_step(ask, half);
}

http::Response unit_page(const Ask& ask, const std::vector<access::Membership>& memberships) {
  std::vector<web::Option> options;
  for (const auto& each : memberships)
    options.push_back({text_of(each), each.unit_name + " – " + function_label(ask, each.function)});
  const web::FormView form{ask, {}};
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {ask.t("Where do you work now?")}),
           web::post_form(
               ask, "unit", Url::path("/sign-in/continue"),
               all({hidden("to", wanted_path(ask)),
                    web::radios(form, "unit", ask.t("Unit and function"), options, options.front().value,
                                ask.t("You work in one unit at a time. To change, sign out and in again.")),
                    el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))})}))});
  return web::page(ask, {.title = ask.t("Where do you work now?"), .main = main, .form = "unit"});
}

http::Response to_step(const Ask& ask, std::string_view step, const std::string& half) {
  auto response =
      web::see(Url::path("/sign-in" + std::string(step), http::encode_query({{"to", wanted_path(ask)}})));
  if (!half.empty()) web::set_cookie(response, ask.site, ask.site.session_cookie(), half, 0);
  return response;
}

// Somebody who has left and is invited again has no unit before she accepts: that she can do now.
http::Response without_unit(const Ask& ask, const std::string& half) {
  const std::string to = wanted_path(ask);
  if (to.starts_with("/invitation/")) {
    auto response = web::see(to_path(to));
    web::set_cookie(response, ask.site, ask.site.session_cookie(), half, 0);
    return response;
  }
  return refused(ask,
                 msg("Your account has no unit at present. You have an invitation? Open its link again and "
                     "sign in from there. Otherwise ask your administrator."));
}

http::Response start(const Ask& ask, const std::string& half, const access::Membership& membership) {
  const auto secret = ask.site.gate().start(half, membership, device_name(ask.request.header("user-agent")));
  if (!secret) return to_step(ask, "", "");
  auto response = web::see(to_path(wanted_path(ask)));
  web::set_cookie(response, ask.site, ask.site.session_cookie(), *secret, 0);
  return response;
}

// Whoever may choose: her second factor was shown.
std::optional<access::HalfSession> ready(const Ask& ask, const std::string& secret) {
  auto half = ask.site.gate().half(secret);
  if (half && !half->ready()) half.reset();
  return half;
}

http::Response choose_unit(Ask& ask) {
  const std::string secret = half_secret(ask);
  const auto half = ready(ask, secret);
  if (!half) return next_step(ask, secret);
  const auto memberships = ask.site.gate().memberships(half->account);
  if (memberships.empty()) return without_unit(ask, secret);
  const std::string chosen = ask.given("unit");
  for (const auto& each : memberships)
    if (chosen == text_of(each) && ask.given("_action").empty()) return start(ask, secret, each);
  if (ask.request.method == "GET" || !chosen.empty()) return unit_page(ask, memberships);
  return next_step(ask, secret);
}

}  // namespace

http::Response sign_in_page(const Ask& ask, Problems problems, int status) {
  return page_of(ask, Look::plain, std::move(problems), status);
}

Text too_many_attempts() {
  return msg("There were too many wrong attempts. Please wait a few minutes and try again.");
}

// Only a path of ours: a sign-in page that sends people to strangers helps those who fish for passwords.
// Browsers drop tabs and line ends inside an address, so that "/<tab>/stranger" would be "//stranger".
std::string own_path(std::string_view to) {
  const bool plain =
      std::none_of(to.begin(), to.end(), [](unsigned char c) { return c < ' ' || c == 0x7F || c == '\\'; });
  const bool good = to.size() > 1 && to[0] == '/' && to[1] != '/' && plain && to.substr(0, 5) != "/sign";
  return good ? std::string(to.substr(0, to.find('?'))) : "/staff";
}

Url to_path(const std::string& path) {
  std::string encoded;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at + 1), path.size());
    (encoded += '/') += http::percent_encode(std::string_view(path).substr(at + 1, end - at - 1));
    at = end;
  }
  return Url::path(encoded);
}

std::string wanted_path(const Ask& ask) {
  return own_path(ask.request.method == "GET" ? ask.asked("to") : ask.given("to"));
}

Html hidden(std::string_view name, std::string_view value) {
  return el("input", {web::attr("type", "hidden"), web::attr("name", name), web::attr("value", value)});
}

std::string function_labels(const Ask& ask, const std::vector<std::string>& functions) {
  std::string text;
  for (const auto& each : functions) (text += text.empty() ? "" : ", ") += function_label(ask, each);
  return text;
}

std::string half_secret(const Ask& ask) { return ask.request.cookie(ask.site.session_cookie()).value_or(""); }

http::Response next_step(Ask& ask, const std::string& secret) {
  const auto half = ask.site.gate().half(secret);
  if (!half) return to_step(ask, "", "");
  if (half->may_set_up && !half->proved) return to_step(ask, "/factor", secret);
  if (half->has_factor && !half->proved) return to_step(ask, "/code", secret);
  if (half->needs_factor) return to_step(ask, "/factor", secret);
  const auto memberships = ask.site.gate().memberships(half->account);
  if (memberships.empty()) return without_unit(ask, secret);
  if (memberships.size() > 1 || ask.request.method == "GET") return to_step(ask, "/unit", secret);
  return start(ask, secret, memberships.front());
}

void install_sign_in(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  site.get("/sign-in", urgent(kOpen), [](Ask& ask) { return sign_in_page(ask); });
  site.post("/sign-in", urgent(kOpen), [entrance](Ask& ask) { return sign_in(ask, *entrance); });
  site.get("/sign-in/unit", urgent(kOpen), choose_unit);
  site.post("/sign-in/continue", urgent(kOpen), choose_unit);
}

}  // namespace lotse::account
