// SPDX-License-Identifier: EUPL-1.2
// The lock after 15 idle minutes: the password alone opens it, and what was sent meanwhile is shown again.
#include <algorithm>
#include <array>

#include "access/gate.h"
#include "account/steps.h"
#include "base/check.h"
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

struct Lock {
  std::string name;  // whose session it is
  std::string to;    // path and query to go on to
  std::string kept;  // name of the form that was kept; empty: none
};

// Never kept nor shown again: typed anew, as after every refusal.
bool is_secret(std::string_view field) {
  constexpr std::array<std::string_view, 4> kSecret{"password", "new", "code", "_guard"};
  return std::find(kSecret.begin(), kSecret.end(), field) != kSecret.end();
}

http::Response page_of(const Ask& ask, const Lock& lock, Problems problems = {}, int status = 401) {
  const web::FormView form{ask, std::move(problems)};
  Html kept;
  if (!lock.kept.empty())
    kept = el("p", {cls("kern-body")},
              {ask.t("What you have just sent is kept and not carried out. You see it again after this.")});
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Locked")}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("{name}, you were away for 15 minutes. Show your password and go on where you were.",
                     {{"name", lock.name}})}),
           kept,
           web::post_form(
               ask, "unlock", Url::path("/unlock"),
               all({hidden("to", lock.to), hidden("kept", lock.kept),
                    web::text_field(form, "password", ask.t("Your password"),
                                    {.type = "password", .autocomplete = "current-password", .needed = true}),
                    el("div", {cls("lo-actions")}, {web::button(ask.t("Unlock"))})})),
           web::post_form(ask, "leave", Url::path("/unlock"),
                          all({hidden("_action", "end"),
                               el("div", {cls("lo-actions")}, {web::button(ask.t("Sign out"), false)})}))});
  return web::page(ask, {.title = ask.t("Locked"),
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = status,
                         .form = "unlock"});
}

// What a locked session asked for.
http::Response locked(Ask& ask) {
  const auto session = ask.site.gate().locked(ask.session);
  if (ask.json || !session) return web::error(ask, 401);
  Lock lock{.name = session->name, .to = "/staff", .kept = ""};
  if (ask.request.method == "GET") {
    lock.to = ask.request.path;
    if (!ask.query.pairs.empty()) lock.to += "?" + http::encode_query(ask.query.pairs);
  } else if (!ask.form.pairs.empty()) {
    std::erase_if(ask.form.pairs, [](const auto& pair) { return is_secret(pair.name); });
    lock.kept =
        ask.site.gate().keep_form(ask.session, {ask.request.path, http::encode_query(ask.form.pairs)});
  }
  return page_of(ask, lock);
}

// The same page, with its query; see own_path for what may stand there.
Url back_to(const std::string& to) {
  const auto mark = std::min(to.find('?'), to.size());
  const std::string path = own_path(to);
  const Url only = to_path(path);
  auto query = http::decode_form(std::string_view(to).substr(std::min(mark + 1, to.size())));
  if (path != to.substr(0, mark) || !query || query->pairs.empty()) return only;
  return Url::path(only.text(), http::encode_query(query->pairs));
}

// A form whose page cannot be drawn without doing what it says: what it would do is asked once more.
http::Response ask_again(const Ask& ask, const access::KeptForm& kept) {
  auto fields = http::decode_form(kept.fields);
  CHECK(fields);
  Html inputs;
  for (const auto& pair : fields->pairs) inputs += hidden(pair.name, pair.value);
  const std::string title = ask.t("Send it again?");
  return web::page(
      ask,
      {.title = title,
       .main = all(
           {el("h1", {cls("kern-heading-large")}, {title}),
            el("p", {cls("kern-body lo-lead")},
               {ask.t("You were locked out when you pressed a button. Nothing was done yet.")}),
            web::post_form(ask, "again", to_path(kept.path),
                           all({inputs, el("div", {cls("lo-actions")}, {web::button(ask.t("Send again"))})})),
            el("p", {cls("kern-body")}, {web::link(Url::path("/staff"), ask.t("Do not send it"))})})});
}

http::Response go_on(Ask& ask) {
  if (ask.json) return web::json({{"unlocked", true}});
  const std::string name = ask.given("kept");
  const auto kept = name.empty() ? std::nullopt : ask.site.gate().take_form(ask.session, name);
  if (!kept) return web::see(back_to(ask.given("to")));
  if (auto page = ask.site.redrawn(ask, kept->path, kept->fields)) return std::move(*page);
  return ask_again(ask, *kept);
}

http::Response refused(const Ask& ask, const Lock& lock, Text text, int status) {
  Problems problems{{"password", std::move(text)}};
  return ask.json ? web::problem_details(ask, status, problems)
                  : page_of(ask, lock, std::move(problems), status);
}

http::Response leave(Ask& ask) {
  ask.site.gate().end(ask.session);
  auto response = web::see(Url::path("/sign-in"));
  web::set_cookie(response, ask.site, ask.site.session_cookie(), "", -1);
  return response;
}

std::string password_in(std::string_view body) {
  const auto json = parse_json(body);
  const auto at = json && json->is_object() ? json->find("password") : Json::const_iterator();
  return json && json->is_object() && at != json->end() && at->is_string() ? at->get<std::string>()
                                                                           : std::string();
}

http::Response unlock(Ask& ask, Entrance& entrance) {
  // Another tab was quicker.
  if (ask.desk.actor().signed_in()) return go_on(ask);
  auto& gate = ask.site.gate();
  const auto session = ask.session.empty() ? std::nullopt : gate.locked(ask.session);
  if (!session) return ask.json ? web::error(ask, 401) : web::see(Url::path("/sign-in"));
  // JSON cannot come from a form of somebody else's page; all else brings the token.
  const bool json = ask.request.header("content-type").starts_with("application/json");
  if (!json && ask.given("_guard") != ask.guard) return web::error(ask, 403);
  if (ask.given("_action") == "end") return leave(ask);
  const Lock lock{session->name, ask.given("to"), ask.given("kept")};
  if (ask.given("_action") == "language") return page_of(ask, lock);
  const std::string typed =
      json ? password_in(ask.request.body) : std::string(ask.form.find("password").value_or(""));
  if (typed.empty()) return refused(ask, lock, msg("Enter your password."), 422);
  const auto trial = access::own_trial(session->account);
  if (gate.blocked_until(trial) > ask.desk.now() ||
      !entrance.attempts.take(ask.request.remote, ask.desk.now()))
    return refused(ask, lock, too_many_attempts(), 429);
  try {
    if (!entrance.passwords->check(typed, session->password_hash)) {
      gate.failed(trial);
      return refused(ask, lock, msg("This password is not right."), 422);
    }
  } catch (const Passwords::Busy&) {
    return web::error(ask, 503);
  }
  entrance.attempts.give_back(ask.request.remote);
  gate.unlock(ask.session);
  return go_on(ask);
}

}  // namespace

void install_lock(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  web::Access open = kOpen;
  open.while_locked = true;
  // Asked for by the handler: the token of a session that is over would fit no more, and 403 helps nobody on.
  open.token = false;
  site.when_locked(locked);
  site.post("/unlock", urgent(open), [entrance](Ask& ask) { return unlock(ask, *entrance); });
  site.get("/unlock", open, [](Ask&) { return web::see(Url::path("/staff")); });
  site.post("/lock", urgent(kSignedIn), [](Ask& ask) {
    ask.site.gate().lock(ask.session);
    return ask.json ? web::json({{"locked", true}}) : web::see(Url::path("/staff"));
  });
  // Asking is enough: the sign-in was seen.
  site.get("/awake", kSignedIn, [](Ask&) { return web::json({{"awake", true}}); });
}

}  // namespace lotse::account
