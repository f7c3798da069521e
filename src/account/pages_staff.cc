// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <map>

#include "access/gate.h"
#include "account/account.h"
#include "unit/unit.h"
#include "web/allowance.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kOpen{&access::kNothing, access::kAccountPurpose, true};
constexpr web::Access kSignedIn{&access::kNothing, access::kAccountPurpose, false};

// A whole accommodation may share one address, and only wrong attempts count; those for one account are
// limited more strictly, by the gate.
constexpr int kWrongAtOnce = 30, kOneMoreMs = 6'000;

// Only a path of ours: a sign-in page that sends people to strangers helps those who fish for passwords.
// Browsers drop tabs and line ends inside an address, so that "/<tab>/stranger" would be "//stranger".
std::string own_path(std::string_view to) {
  const bool plain =
      std::none_of(to.begin(), to.end(), [](unsigned char c) { return c < ' ' || c == 0x7F || c == '\\'; });
  const bool good = to.size() > 1 && to[0] == '/' && to[1] != '/' && plain && to.substr(0, 5) != "/sign";
  return good ? std::string(to.substr(0, to.find('?'))) : "/staff";
}

// The path came decoded.
Url to_path(const std::string& path) {
  std::string encoded;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at + 1), path.size());
    (encoded += '/') += http::percent_encode(std::string_view(path).substr(at + 1, end - at - 1));
    at = end;
  }
  return Url::path(encoded);
}

std::string function_label(const Ask& ask, std::string_view function) {
  static const std::map<std::string_view, const char*> kLabels{
      {"case_worker", words::N_("case worker")}, {"lead", words::N_("lead")},
      {"organiser", words::N_("organiser")},     {"directory_editor", words::N_("directory editor")},
      {"personnel", words::N_("personnel")},     {"interpreter", words::N_("interpreter")},
      {"helper", words::N_("helper")},           {"bca", words::N_("equal opportunities officer")},
      {"coordinator", words::N_("coordinator")}, {"auditor", words::N_("auditor")},
      {"admin", words::N_("administrator")},     {"dpo", words::N_("data protection officer")}};
  const auto at = kLabels.find(function);
  return at == kLabels.end() ? std::string(function) : ask.t(at->second);
}

http::Response sign_in_page(const Ask& ask, Problems problems = {}, int status = 200) {
  const web::FormView form{ask, std::move(problems)};
  const std::string to = own_path(ask.request.method == "GET" ? ask.asked("to") : ask.given("to"));
  Html fields = el("input", {web::attr("type", "hidden"), web::attr("name", "to"), web::attr("value", to)});
  fields += web::text_field(
      form, "email", ask.t("E-mail address"),
      {.value = ask.given("email"), .type = "email", .autocomplete = "username", .needed = true});
  fields += web::text_field(form, "password", ask.t("Password"),
                            {.type = "password", .autocomplete = "current-password", .needed = true});
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

http::Response refused(const Ask& ask, Text text, int status = 422) {
  if (ask.json) return web::problem_details(ask, status, {{"email", std::move(text)}});
  return sign_in_page(ask, {{"email", std::move(text)}}, status);
}

http::Response started(Ask& ask, const std::string& account, const access::Membership& membership) {
  const auto secret = ask.site.gate().start(account, membership);
  if (!ask.session.empty()) ask.site.gate().end(ask.session);
  auto response = web::see(to_path(own_path(ask.given("to"))));
  web::set_cookie(response, ask.site, ask.site.session_cookie(), secret, 0);
  return response;
}

http::Response sign_in(Ask& ask, Passwords& passwords, web::Allowance& attempts) {
  if (ask.given("_action") == "language") return sign_in_page(ask);
  const std::string email = ask.given("email"), password(ask.form.find("password").value_or(""));
  Problems missing;
  if (email.empty()) missing.push_back({"email", msg("Enter your e-mail address.")});
  if (password.empty()) missing.push_back({"password", msg("Enter your password.")});
  if (!missing.empty())
    return ask.json ? web::problem_details(ask, 422, missing) : sign_in_page(ask, missing, 422);
  const Text too_many = msg("There were too many wrong attempts. Please wait a few minutes and try again.");
  // Before anything that costs: a check takes a thread for a quarter of a second.
  if (!attempts.take(ask.request.remote, ask.desk.now())) return refused(ask, too_many, 429);
  const auto account = ask.site.gate().find(email);
  const auto trial = access::password_trial(email, account);
  // The same text and the same work whether the address or the password is wrong.
  const Text wrong = msg("E-mail address or password is not right. Please check both.");
  try {
    const bool good = passwords.check(password, account ? account->password_hash : passwords.of_nobody());
    if (ask.site.gate().blocked_until(trial) > ask.desk.now()) return refused(ask, too_many, 429);
    if (!account || !account->active || !good) {
      ask.site.gate().failed(trial);
      return refused(ask, wrong);
    }
  } catch (const Passwords::Busy&) {
    return web::error(ask, 503);
  }
  // Only wrong attempts count: in the morning a whole house signs in from one address.
  attempts.give_back(ask.request.remote);
  const auto memberships = ask.site.gate().memberships(account->id);
  if (memberships.empty())
    return refused(ask, msg("Your account has no unit at present. Please ask your administrator."));
  if (memberships.size() == 1) return started(ask, account->id, memberships.front());
  // Nothing is kept between the two pages: the choice comes with the password once more.
  const std::string chosen = ask.given("unit");
  for (const auto& each : memberships)
    if (chosen == std::to_string(each.unit) + ":" + each.function) return started(ask, account->id, each);
  std::vector<web::Option> options;
  for (const auto& each : memberships)
    options.push_back({std::to_string(each.unit) + ":" + each.function,
                       each.unit_name + " – " + function_label(ask, each.function)});
  const web::FormView form{ask, {}};
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {ask.t("Where do you work now?")}),
           web::post_form(
               ask, "sign-in", Url::path("/sign-in"),
               all({el("input", {web::attr("type", "hidden"), web::attr("name", "to"),
                                 web::attr("value", own_path(ask.given("to")))}),
                    el("input",
                       {web::attr("type", "hidden"), web::attr("name", "email"), web::attr("value", email)}),
                    web::radios(form, "unit", ask.t("Unit and function"), options, options.front().value,
                                ask.t("You work in one unit at a time. To change, sign out and in again.")),
                    web::text_field(form, "password", ask.t("Your password once more"),
                                    {.type = "password", .autocomplete = "current-password", .needed = true}),
                    el("div", {cls("lo-actions")}, {web::button(ask.t("Sign in"))})}))});
  return web::page(ask, {.title = ask.t("Where do you work now?"), .main = main, .form = "sign-in"});
}

http::Response staff(Ask& ask) {
  const auto& actor = ask.desk.actor();
  const auto unit = unit::find(ask.desk, actor->unit);
  Html entries;
  for (const auto& each : ask.site.navigation())
    if (each.staff && each.path != "/staff" && (!each.right || ask.desk.may(*each.right, each.purpose)))
      entries += el("li", {}, {web::link(Url::path(each.path), ask.say(each.label))});
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("Hello, {name}", {{"name", actor->name}})}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t("You are signed in for {unit} as {function}.",
                 {{"unit", unit ? unit->name : ""}, {"function", function_label(ask, actor->function)}})}),
       el("ul", {cls("lo-stack")}, {entries})});
  return web::page(ask, {.title = ask.t("My work"), .main = main, .current = "/staff"});
}

}  // namespace

void install(web::Site& site, std::shared_ptr<Passwords> passwords) {
  site.add_to_navigation({"/staff", msg("My work"), true});
  site.get("/sign-in", kOpen, [](Ask& ask) { return sign_in_page(ask); });
  const auto attempts = std::make_shared<web::Allowance>(kWrongAtOnce, kOneMoreMs);
  site.post("/sign-in", kOpen,
            [passwords, attempts](Ask& ask) { return sign_in(ask, *passwords, *attempts); });
  site.get("/sign-out", kSignedIn, [](Ask& ask) {
    const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t("Sign out")}),
                           web::post_form(ask, "sign-out", Url::path("/sign-out"),
                                          el("div", {cls("lo-actions")}, {web::button(ask.t("Sign out"))}))});
    return web::page(ask, {.title = ask.t("Sign out"), .main = main});
  });
  site.post("/sign-out", kSignedIn, [](Ask& ask) {
    ask.site.gate().end(ask.session);
    auto response = web::see(Url::path("/"));
    web::set_cookie(response, ask.site, ask.site.session_cookie(), "", -1);
    response.add("Clear-Site-Data", "\"cache\"");
    return response;
  });
  site.get("/staff", kSignedIn, staff);
}

}  // namespace lotse::account
