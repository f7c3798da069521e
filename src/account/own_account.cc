// SPDX-License-Identifier: EUPL-1.2
// One's own account: where one is signed in, password, second factor, recovery codes.
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

constexpr const char* kPath = "/account";
constexpr const char* kFactorPath = "/account/factor";
constexpr const char* kConfirmPath = "/account/factor/confirm";

Html back(const Ask& ask) { return el("p", {}, {web::link(Url::path(kPath), ask.t("Back to my account"))}); }

Html own_password_field(const web::FormView& form) {
  return web::text_field(form, "password", form.ask.t("Your password"),
                         {.type = "password", .autocomplete = "current-password", .needed = true});
}

/** A page with one form that is sent to itself. */
http::Response form_page(const web::FormView& form, const std::string& title, const std::string& path,
                         const Html& before, const Html& fields, int status) {
  const Ask& ask = form.ask;
  const Html main =
      all({back(ask), web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {title}), before,
           web::post_form(ask, "own", Url::path(path), fields)});
  return web::page(
      ask,
      {.title = title, .main = main, .problems = !form.problems.empty(), .status = status, .form = "own"});
}

/** What is wrong with the password that somebody signed in typed once more, and the status of the answer. */
struct Wrong {
  Problems problems;
  int status = 422;
};

// Guessing goes no quicker for whoever finds a screen unlocked than at the sign-in.
Wrong check_own_password(Ask& ask, Passwords& passwords) {
  auto& gate = ask.site.gate();
  const std::string typed(ask.form.find("password").value_or(""));
  if (typed.empty()) return {{{"password", msg("Enter your password.")}}};
  const auto trial = access::own_trial(ask.desk.actor()->who);
  if (gate.blocked_until(trial) > ask.desk.now()) return {{{"password", too_many_attempts()}}, 429};
  if (passwords.check(typed, gate.password_hash(ask.desk.actor()))) return {};
  gate.failed(trial);
  return {{{"password", msg("This password is not right.")}}};
}

std::string reset_text(const Ask& ask, const access::ResetNote& note) {
  const auto args = [&] {
    return std::vector<std::pair<std::string, std::string>>{
        {"name", note.made_by.empty() ? ask.t("The operator of this website") : note.made_by},
        {"when", moment(ask, note.made)}};
  };
  switch (note.what) {
    case access::Reset::password:
      return ask.t("{name} made a link for a new password for you: {when}.", args());
    case access::Reset::factor:
      return ask.t("{name} made a link for a new second factor for you: {when}.", args());
    case access::Reset::both:
      break;
  }
  return ask.t("{name} made a link for a new password and a new second factor for you: {when}.", args());
}

Html reset_note(const Ask& ask, const access::ResetNote& note) {
  Html rest;
  if (note.open)
    rest = web::post_form(ask, "withdraw-" + note.id, Url::path("/account/links/withdraw"),
                          all({hidden("id", note.id), web::button(ask.t("Withdraw the link"), false)}));
  return el("li", {},
            {reset_text(ask, note), " ",
             note.used.ms ? ask.t("It was used: {when}.", {{"when", moment(ask, note.used)}})
                          : ask.t("It was not used."),
             rest});
}

Html notes(Ask& ask) {
  auto& gate = ask.site.gate();
  const auto& actor = ask.desk.actor();
  Html list;
  for (const auto& each : gate.reset_notes(actor)) list += reset_note(ask, each);
  if (const auto at = gate.factor_replaced(actor); at.ms)
    list += el(
        "li", {},
        {ask.t("Another telephone was set up as your second factor: {when}.", {{"when", moment(ask, at)}})});
  if (list.empty()) return {};
  Html read;
  if (gate.unseen_notes(actor))
    read = web::post_form(ask, "notes-seen", Url::path("/account/notes/seen"),
                          web::button(ask.t("I have read this"), false));
  return web::alert("warning", ask.t("News about your account"),
                    all({el("ul", {}, {list}),
                         el("p", {cls("kern-body")},
                            {ask.t("You know nothing of it? Change your password, and tell your data "
                                   "protection officer at once.")}),
                         read}));
}

Html sign_ins(Ask& ask) {
  Html list;
  const auto sessions = ask.site.gate().sessions(ask.desk.actor(), ask.session);
  for (const auto& each : sessions) {
    const std::string device = each.device.empty() ? ask.t("Unknown device") : each.device;
    Html rest;
    if (each.this_one)
      rest = el("p", {cls("kern-body")}, {ask.t("This is the one you work with now.")});
    else
      rest = web::post_form(ask, "end-" + each.id, Url::path("/account/sign-ins/end"),
                            all({hidden("id", each.id), web::button(ask.t("End this sign-in"), false)}));
    list += el("li", {},
               {el("p", {cls("kern-body")},
                   {device, " – ", each.unit_name, ", ", function_label(ask, each.function), ". ",
                    ask.t("Since {start}, last active {seen}.",
                          {{"start", moment(ask, each.started)}, {"seen", moment(ask, each.seen)}})}),
                rest});
  }
  Html others;
  if (sessions.size() > 1)
    others = web::post_form(ask, "end-others", Url::path("/account/sign-ins/end-others"),
                            el("div", {cls("lo-actions")}, {web::button(ask.t("End all others"), false)}));
  return all({el("h2", {cls("kern-heading-medium")}, {ask.t("Where you are signed in")}),
              el("ul", {cls("lo-queue")}, {list}), others});
}

http::Response own_page(Ask& ask) {
  const bool factor = ask.site.gate().has_factor(ask.desk.actor());
  Html second = el("h2", {cls("kern-heading-medium")}, {ask.t("Password and second factor")});
  second += el("p", {}, {web::link(Url::path("/account/password"), ask.t("Change the password"))});
  second += el("p", {},
               {web::link(Url::path(kFactorPath),
                          factor ? ask.t("Set up another telephone") : ask.t("Set up your second factor"))});
  if (factor) {
    second += el("p", {cls("kern-body")},
                 {ask.tn("You have {n} recovery code left.", "You have {n} recovery codes left.",
                         ask.site.gate().recovery_left(ask.desk.actor()))});
    second += el("p", {}, {web::link(Url::path("/account/recovery"), ask.t("New recovery codes"))});
  }
  const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t("My account")}), notes(ask),
                         ask.asked("saved").empty() ? Html() : web::alert("success", ask.t("Done."), Html()),
                         sign_ins(ask), second});
  return web::page(ask, {.title = ask.t("My account"), .main = main, .current = kPath});
}

http::Response password_page(const Ask& ask, Wrong wrong = {{}, 200}) {
  const web::FormView form{ask, std::move(wrong.problems)};
  return form_page(form, ask.t("Change the password"), "/account/password",
                   el("p", {cls("kern-body lo-lead")}, {ask.t("All your other sign-ins end with that.")}),
                   all({own_password_field(form), new_password_field(form, "new", ask.t("New password")),
                        el("div", {cls("lo-actions")}, {web::button(ask.t("Save"))})}),
                   wrong.status);
}

http::Response change_password(Ask& ask, Passwords& passwords) {
  if (ask.given("_action") == "language") return password_page(ask);
  const std::string fresh(ask.form.find("new").value_or(""));
  auto wrong = check_own_password(ask, passwords);
  // The address is not kept; the owner's new password is measured by the rest of the rules.
  for (auto& each : check_password("new", fresh, "")) wrong.problems.push_back(std::move(each));
  if (!wrong.problems.empty()) return password_page(ask, std::move(wrong));
  ask.site.gate().change_password(ask.desk.actor(), ask.session, passwords.hash(fresh));
  return web::see(Url::path(kPath, "saved=1"));
}

// Whoever finds a screen unlocked has neither the password nor the telephone.
Wrong check_own_factor(Ask& ask, Passwords& passwords) {
  auto wrong = check_own_password(ask, passwords);
  auto& gate = ask.site.gate();
  if (!gate.has_factor(ask.desk.actor())) return wrong;
  const std::string code = ask.given("code");
  if (code.empty())
    wrong.problems.push_back({"code", msg("Enter the six digits of your app, or a recovery code.")});
  // A code is used up by being shown: not before all else is right.
  if (!wrong.problems.empty()) return wrong;
  switch (gate.prove(ask.desk.actor(), code)) {
    case access::Proof::wrong:
      return {{{"code", msg("This code is not right, or was used already. Wait for the next one.")}}};
    case access::Proof::blocked:
      return {{{"code", too_many_attempts()}}, 429};
    case access::Proof::right:
      break;
  }
  return {};
}

http::Response recovery_page(const Ask& ask, Wrong wrong = {{}, 200}) {
  const web::FormView form{ask, std::move(wrong.problems)};
  return form_page(
      form, ask.t("New recovery codes"), "/account/recovery",
      el("p", {cls("kern-body lo-lead")}, {ask.t("The old ones do not hold any more after that.")}),
      all({own_password_field(form), code_field(form, true),
           el("div", {cls("lo-actions")}, {web::button(ask.t("Make new codes"))})}),
      wrong.status);
}

http::Response renew_recovery(Ask& ask, Passwords& passwords) {
  if (!ask.site.gate().has_factor(ask.desk.actor())) return web::see(Url::path(kFactorPath));
  if (ask.given("_action") == "language") return recovery_page(ask);
  if (auto wrong = check_own_factor(ask, passwords); !wrong.problems.empty())
    return recovery_page(ask, std::move(wrong));
  return codes_page(ask, ask.site.gate().renew_recovery(ask.desk.actor(), ask.session), back(ask));
}

http::Response factor_page(Ask& ask, Wrong wrong = {{}, 200}) {
  const web::FormView form{ask, std::move(wrong.problems)};
  const bool factor = ask.site.gate().has_factor(ask.desk.actor());
  Html fields = own_password_field(form);
  if (factor) fields += code_field(form, true);
  fields += el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))});
  return form_page(
      form, factor ? ask.t("Set up another telephone") : ask.t("Set up your second factor"), kFactorPath,
      el("p", {cls("kern-body lo-lead")},
         {factor
              ? ask.t("First show that it is you. You have the old telephone no more? Then enter one of your "
                      "recovery codes.")
              : ask.t("First show that it is you.")}),
      fields, wrong.status);
}

// The key is on this page alone, once: a screen left open shows it to nobody.
http::Response confirm_page(const Ask& ask, const Html& offer, Problems problems = {}) {
  const web::FormView form{ask, std::move(problems)};
  const Html lead = el("p", {cls("kern-body lo-lead")},
                       {ask.t("Enter a code of the new telephone. All your other sign-ins end with that.")});
  const Html again = el("p", {}, {web::link(Url::path(kFactorPath), ask.t("Begin again, with a new key"))});
  return form_page(
      form, ask.t("Set up your second factor"), kConfirmPath, all({offer, lead}),
      all({code_field(form, false), el("div", {cls("lo-actions")}, {web::button(ask.t("Continue"))}), again}),
      form.problems.empty() ? 200 : 422);
}

http::Response offer_factor(Ask& ask, Passwords& passwords) {
  if (ask.given("_action") == "language") return factor_page(ask);
  if (auto wrong = check_own_factor(ask, passwords); !wrong.problems.empty())
    return factor_page(ask, std::move(wrong));
  const auto& actor = ask.desk.actor();
  return confirm_page(ask, factor_offer(ask, actor->name, ask.site.gate().offer_factor(actor, ask.session)));
}

http::Response set_factor(Ask& ask) {
  if (ask.given("_action") == "language") return confirm_page(ask, Html());
  const auto codes = ask.site.gate().confirm_factor(ask.desk.actor(), ask.session, ask.given("code"));
  if (!codes) return confirm_page(ask, Html(), {{"code", code_not_right()}});
  return codes_page(ask, *codes, back(ask));
}

using Act = http::Response (*)(Ask&, Passwords&);

// Too many passwords at once are no fault of the page.
web::Handler with_passwords(const std::shared_ptr<Entrance>& entrance, Act act) {
  return [entrance, act](Ask& ask) {
    try {
      return act(ask, *entrance->passwords);
    } catch (const Passwords::Busy&) {
      return web::error(ask, 503);
    }
  };
}

}  // namespace

void install_own_account(web::Site& site, const std::shared_ptr<Entrance>& entrance) {
  site.add_to_navigation({kPath, msg("My account"), true});
  site.get(kPath, kSignedIn, own_page);
  site.post("/account/sign-ins/end", urgent(kSignedIn), [](Ask& ask) {
    ask.site.gate().end_session(ask.desk.actor(), ask.given("id"));
    return web::see(Url::path(kPath));
  });
  site.post("/account/sign-ins/end-others", urgent(kSignedIn), [](Ask& ask) {
    ask.site.gate().end_others(ask.desk.actor(), ask.session);
    return web::see(Url::path(kPath));
  });
  site.post("/account/links/withdraw", urgent(kSignedIn), [](Ask& ask) {
    ask.site.gate().withdraw_reset(ask.desk.actor(), ask.given("id"));
    return web::see(Url::path(kPath));
  });
  site.post("/account/notes/seen", kSignedIn, [](Ask& ask) {
    ask.site.gate().notes_seen(ask.desk.actor());
    return web::see(Url::path(kPath));
  });
  site.get("/account/password", kSignedIn, [](Ask& ask) { return password_page(ask); });
  site.post("/account/password", kSignedIn, with_passwords(entrance, change_password));
  site.get("/account/recovery", kSignedIn, [](Ask& ask) { return recovery_page(ask); });
  site.post("/account/recovery", kSignedIn, with_passwords(entrance, renew_recovery));
  site.get(kFactorPath, kSignedIn, [](Ask& ask) { return factor_page(ask); });
  site.post(kFactorPath, kSignedIn, with_passwords(entrance, offer_factor));
  site.get(kConfirmPath, kSignedIn, [](Ask&) { return web::see(Url::path(kFactorPath)); });
  site.post(kConfirmPath, kSignedIn, set_factor);
}

}  // namespace lotse::account
