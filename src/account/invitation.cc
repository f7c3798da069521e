// SPDX-License-Identifier: EUPL-1.2
// Inviting, and accepting an invitation.
#include <algorithm>

#include "access/gate.h"
#include "access/giving.h"
#include "account/steps.h"
#include "base/fold.h"
#include "unit/unit.h"
#include "web/form.h"
#include "web/visit.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kInvite{&access::kAccountWrite, access::kAccountPurpose, false};
constexpr const char* kInvitePath = "/staff/accounts/invite";
constexpr const char* kWithdrawPath = "/staff/accounts/withdraw-invitation";
constexpr const char* kAgreePath = "/staff/accounts/agree-to-invitation";
constexpr std::size_t kLongestName = 120;

std::string path_of(const access::Link& link) { return "/invitation/" + link.id + "?secret=" + link.secret; }

Problems check_name(const std::string& name) {
  if (name.empty()) return {{"name", msg("Enter a name.")}};
  if (length(name) > kLongestName) return {{"name", msg("The name is too long.")}};
  return {};
}

http::Response again(const Ask& ask, const web::FormView& form, const std::string& title, const Html& main,
                     std::string form_id) {
  return web::page(ask, {.title = title,
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = form.problems.empty() ? 200 : 422,
                         .form = std::move(form_id)});
}

std::vector<std::string> functions_to_give(const Ask& ask) {
  std::vector<std::string> given;
  for (const auto each : access::staff_functions(ask.desk.actor()->unit_kind))
    if (access::may_give(ask.desk.actor()->function, each)) given.emplace_back(each);
  return given;
}

Html waiting(const Ask& ask) {
  Html list;
  for (const auto& each : ask.site.gate().open_invitations(ask.desk)) {
    Html by, buttons;
    if (!each.made_by.empty())
      by = el("p", {cls("kern-body")}, {ask.t("Invited by {name}.", {{"name", each.made_by}})});
    if (each.waits)
      by += el("p", {cls("kern-body")},
               {ask.t("Waits until a second person agrees: a lead or an administrator who did not invite.")});
    if (each.may_agree)
      buttons = web::post_form(ask, "agree-" + each.id, Url::path(kAgreePath),
                               all({hidden("id", each.id), web::button(ask.t("Agree"), false)}));
    if (each.may_withdraw)
      buttons += web::post_form(ask, "withdraw-" + each.id, Url::path(kWithdrawPath),
                                all({hidden("id", each.id), web::button(ask.t("Withdraw"), false)}));
    list += el("li", {},
               {el("p", {cls("kern-body")},
                   {each.name, " – ", function_labels(ask, each.functions), ". ",
                    ask.t("Holds until {when}.", {{"when", moment(ask, each.until)}})}),
                by, buttons});
  }
  if (list.empty()) return {};
  return all({el("h2", {cls("kern-heading-medium")}, {ask.t("Open invitations")}),
              el("ul", {cls("lo-queue")}, {list})});
}

http::Response invite_page(const Ask& ask, Problems problems = {}) {
  const web::FormView form{ask, std::move(problems)};
  std::vector<web::Option> options;
  for (const auto& each : functions_to_give(ask)) options.push_back({each, function_label(ask, each)});
  std::vector<std::string> chosen;
  for (const auto& pair : ask.form.pairs)
    if (pair.name == "function") chosen.push_back(pair.value);
  const Html fields = all(
      {web::text_field(form, "email", ask.t("E-mail address"),
                       {.value = ask.given("email"), .type = "email", .autocomplete = "off", .needed = true}),
       web::text_field(form, "name", ask.t("Name"),
                       {.value = ask.given("name"), .autocomplete = "off", .needed = true}),
       web::checkboxes(form, "function", ask.t("Functions in your institution"), options, chosen),
       el("div", {cls("lo-actions")}, {web::button(ask.t("Make the link"))})});
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Invite somebody")}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("You get a link that you hand over, for example in person. It holds for seven days and "
                     "works once. Nothing is sent by us.")}),
           web::post_form(ask, "invite", Url::path(kInvitePath), fields)});
  return again(ask, form, ask.t("Invite somebody"), all({main, waiting(ask)}), "invite");
}

Problem problem_of(access::InviteRefusal refusal) {
  if (refusal == access::InviteRefusal::oneself)
    return {"email", msg("This is your own address. Functions for you are given by somebody else.")};
  if (refusal == access::InviteRefusal::nobody_agrees)
    return {
        "function",
        msg("A second lead or administrator has to agree to this function, and your institution has none. "
            "Ask whoever runs this Lotse to invite (lotse admin invite).")};
  return {"function", msg("Only an administrator can give this function.")};
}

Html second_person(const Ask& ask, const access::Link& link) {
  const auto invitation = ask.site.gate().invitation(link.id, link.secret);
  if (!invitation || !invitation->waits) return {};
  return web::alert(
      "info", ask.t("A second person has to agree"),
      el("p", {cls("kern-body")},
         {ask.t(
             "Another lead or administrator of your institution does that on “Invite somebody”. Before, the "
             "link cannot be used.")}));
}

http::Response make_invitation(Ask& ask) {
  if (ask.given("_action") == "language") return invite_page(ask);
  access::Guest guest{ask.given("email"), ask.given("name"), {}};
  for (const auto& pair : ask.form.pairs)
    if (pair.name == "function") guest.functions.push_back(pair.value);
  auto problems = check_guest(guest.email, guest.name, guest.functions, ask.desk.actor()->unit_kind);
  tl::expected<access::Link, access::InviteRefusal> link;
  if (problems.empty()) {
    link = ask.site.gate().invite(ask.desk, guest);
    if (!link) problems.push_back(problem_of(link.error()));
  }
  if (!problems.empty())
    return ask.json ? web::problem_details(ask, 422, problems) : invite_page(ask, problems);
  if (ask.json) return web::json({{"path", path_of(*link)}}, 201);
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {ask.t("The link for {name}", {{"name", guest.name}})}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("Copy it now: we do not show it again. Hand it over so that nobody else gets it.")}),
           web::shown_link(ask, path_of(*link)), second_person(ask, *link),
           el("p", {}, {web::link(Url::path(kInvitePath), ask.t("Invite somebody else"))})});
  return web::page(ask, {.title = ask.t("The link for {name}", {{"name", guest.name}}), .main = main});
}

Html greeting(const Ask& ask, const access::Invitation& invitation) {
  return el(
      "p", {cls("kern-body lo-lead")},
      {ask.t("You are invited to work in {unit}. Your functions: {functions}.",
             {{"unit", invitation.unit_name}, {"functions", function_labels(ask, invitation.functions)}})});
}

http::Response account_page(const Ask& ask, const access::Invitation& invitation, Problems problems = {}) {
  const web::FormView form{ask, std::move(problems)};
  const bool sent = ask.request.method == "POST";
  const Html fields =
      all({web::text_field(form, "email", ask.t("E-mail address"),
                           {.hint = ask.t("The one to which you were invited. You sign in with it."),
                            .value = ask.given("email"),
                            .type = "email",
                            .autocomplete = "username",
                            .needed = true}),
           web::text_field(
               form, "name", ask.t("Name"),
               {.value = sent ? ask.given("name") : invitation.name, .autocomplete = "name", .needed = true}),
           new_password_field(form, "password", ask.t("Password")),
           el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))})});
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Welcome to Lotse")}),
           greeting(ask, invitation),
           web::post_form(ask, "accept", Url::path("/invitation/" + invitation.id), fields)});
  return again(ask, form, ask.t("Welcome to Lotse"), main, "accept");
}

/** Who is here: signed in, or with all shown and no unit chosen yet. */
std::string present(const Ask& ask) {
  if (ask.desk.actor().signed_in()) return ask.desk.actor()->who;
  const auto half = ask.site.gate().half(half_secret(ask));
  return half && half->ready() ? half->account : "";
}

// The address has an account already: its owner accepts after her sign-in.
http::Response joining_page(const Ask& ask, const access::Invitation& invitation) {
  const std::string path = "/invitation/" + invitation.id;
  Html rest;
  if (present(ask) == invitation.account)
    rest = web::post_form(ask, "accept", Url::path(path),
                          el("div", {cls("lo-actions")}, {web::button(ask.t("Accept the invitation"))}));
  else if (ask.desk.actor().signed_in())
    rest = all({el("p", {cls("kern-body")},
                   {ask.t("This invitation is for another account. Sign out, then open the link again.")}),
                el("p", {}, {web::link(Url::path("/sign-out"), ask.t("Sign out"))})});
  else
    rest =
        all({el("p", {cls("kern-body")}, {ask.t("You have an account. Sign in to accept.")}),
             el("p", {},
                {web::link(Url::path("/sign-in", http::encode_query({{"to", path}})), ask.t("Sign in"))})});
  const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t("One more unit for you")}),
                         greeting(ask, invitation), rest});
  return web::page(ask, {.title = ask.t("One more unit for you"), .main = main});
}

http::Response waiting_page(const Ask& ask, const access::Invitation& invitation) {
  const std::string title = ask.t("This invitation waits for a second person");
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {title}), greeting(ask, invitation),
       el("p", {cls("kern-body")},
          {ask.t("A second person there has to agree first. Ask whoever gave you the link, and open it again "
                 "then.")})});
  return web::page(ask, {.title = title, .main = main});
}

http::Response show(Ask& ask) {
  const std::string id = ask.values.at("id");
  if (auto taken = take_link(ask, "/invitation/" + id)) return *taken;
  const auto invitation = ask.site.gate().invitation(id, link_secret(ask));
  if (!invitation) return link_is_over(ask);
  if (invitation->waits) return waiting_page(ask, *invitation);
  return invitation->account.empty() ? account_page(ask, *invitation) : joining_page(ask, *invitation);
}

http::Response join(Ask& ask, const access::Invitation& invitation) {
  auto& gate = ask.site.gate();
  if (!ask.desk.actor().signed_in()) {
    const std::string half = half_secret(ask);
    if (!gate.accept(invitation.id, link_secret(ask), half)) return joining_page(ask, invitation);
    auto response = next_step(ask, half);
    drop_link(response, ask);
    return response;
  }
  if (!gate.accept(invitation.id, link_secret(ask), ask.desk.actor())) return joining_page(ask, invitation);
  const Html main =
      all({el("h1", {cls("kern-heading-large")},
              {ask.t("You belong to {unit} now", {{"unit", invitation.unit_name}})}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("To work there, sign out and in again. Then you are asked where you work now.")}),
           el("p", {}, {web::link(Url::path("/sign-out"), ask.t("Sign out"))})});
  auto response = web::page(
      ask, {.title = ask.t("You belong to {unit} now", {{"unit", invitation.unit_name}}), .main = main});
  drop_link(response, ask);
  return response;
}

http::Response accept(Ask& ask, Passwords& passwords) {
  auto& gate = ask.site.gate();
  const auto invitation = gate.invitation(ask.values.at("id"), link_secret(ask));
  if (!invitation) return link_is_over(ask);
  if (invitation->waits) return waiting_page(ask, *invitation);
  const bool language = ask.given("_action") == "language";
  if (!invitation->account.empty()) return language ? joining_page(ask, *invitation) : join(ask, *invitation);
  if (language) return account_page(ask, *invitation);
  const std::string email = ask.given("email"), name = ask.given("name");
  const std::string password(ask.form.find("password").value_or(""));
  Problems problems;
  if (email.empty())
    problems.push_back({"email", msg("Enter your e-mail address.")});
  else if (access::email_hash(email) != invitation->email_hash)
    problems.push_back({"email", msg("This is not the address to which you were invited.")});
  for (auto& each : check_name(name)) problems.push_back(std::move(each));
  for (auto& each : check_password("password", password, email)) problems.push_back(std::move(each));
  if (!problems.empty()) return account_page(ask, *invitation, problems);
  std::string hash;
  try {
    hash = passwords.hash(password);
  } catch (const Passwords::Busy&) {
    return web::error(ask, 503);
  }
  const auto half = gate.accept(invitation->id, link_secret(ask), email, name, hash, ask.language.tag);
  if (!half) return link_is_over(ask);
  if (!ask.session.empty()) gate.end(ask.session);
  auto response = next_step(ask, *half);
  drop_link(response, ask);
  return response;
}

}  // namespace

Problems check_guest(const std::string& email, const std::string& name,
                     const std::vector<std::string>& functions, std::string_view unit_kind) {
  Problems problems;
  if (!unit::is_email(email)) problems.push_back({"email", msg("Enter an e-mail address.")});
  for (auto& each : check_name(name)) problems.push_back(std::move(each));
  if (functions.empty()) problems.push_back({"function", msg("Choose at least one function.")});
  const auto known = access::staff_functions(unit_kind);
  for (const auto& each : functions)
    if (std::find(known.begin(), known.end(), each) == known.end()) {
      problems.push_back({"function", msg("This kind of institution does not have this function.")});
      break;
    }
  return problems;
}

Result<std::string> invite(access::Store& store, const access::Operator& by, const Invited& invited) {
  if (auto problems = check_guest(invited.email, invited.name, invited.functions, invited.unit_kind);
      !problems.empty())
    return refuse(std::move(problems));
  access::Gate gate(store, by.clock());
  return path_of(gate.invite(by, invited.unit, {invited.email, invited.name, invited.functions}));
}

std::optional<std::string> renew(access::Store& store, const access::Operator& by, const std::string& email) {
  access::Gate gate(store, by.clock());
  const auto link = gate.offer_reset(by, email);
  if (!link) return std::nullopt;
  return "/reset/" + link->id + "?secret=" + link->secret;
}

void install_invitation(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  site.add_to_navigation(
      {kInvitePath, msg("Invite somebody"), true, &access::kAccountWrite, access::kAccountPurpose});
  site.get(kInvitePath, kInvite, [](Ask& ask) { return invite_page(ask); });
  web::Access form = kInvite;
  form.redraws = true;
  site.post(kInvitePath, form, make_invitation);
  site.post(kWithdrawPath, urgent(kInvite), [](Ask& ask) {
    if (!ask.site.gate().withdraw_invitation(ask.desk, ask.given("id"))) throw Stale();
    return web::see(Url::path(kInvitePath));
  });
  site.post(kAgreePath, kInvite, [](Ask& ask) {
    if (!ask.site.gate().agree_to_invitation(ask.desk, ask.given("id"))) throw Stale();
    return web::see(Url::path(kInvitePath));
  });
  site.get("/invitation/{id}", kOpen, show);
  site.post("/invitation/{id}", kOpen, [entrance](Ask& ask) { return accept(ask, *entrance->passwords); });
}

}  // namespace lotse::account
