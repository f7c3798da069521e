// SPDX-License-Identifier: EUPL-1.2
// The accounts of a unit: who has which function, ending it, and links for whoever forgot or lost something.
#include <algorithm>

#include "access/gate.h"
#include "access/giving.h"
#include "account/steps.h"
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

constexpr web::Access kRead{&access::kAccountRead, access::kAccountPurpose, false};
constexpr web::Access kWrite{&access::kAccountWrite, access::kAccountPurpose, false};
constexpr const char* kPath = "/staff/accounts";

std::string path_of(const std::string& account) { return kPath + ("/" + account); }

std::string post_text(const Ask& ask, const access::Post& post) {
  const std::string function = function_label(ask, post.function);
  if (!post.to) return function;
  return ask.t("{function}, until {day}",
               {{"function", function}, {"day", words::day_short(ask.language, *post.to)}});
}

http::Response list_page(Ask& ask) {
  const auto posts = ask.site.gate().posts(ask.desk);
  if (ask.json) {
    Json list = Json::array();
    for (const auto& each : posts)
      list.push_back({{"account", each.account},
                      {"name", each.name},
                      {"function", each.function},
                      {"from", each.from.text()},
                      {"to", each.to ? Json(each.to->text()) : Json(nullptr)},
                      {"second_factor", each.has_factor}});
    return web::json({{"accounts", list}});
  }
  const bool may_write = ask.desk.may(access::kAccountWrite);
  Html rows;
  for (std::size_t i = 0; i < posts.size();) {
    const auto& first = posts[i];
    std::string functions;
    for (; i < posts.size() && posts[i].account == first.account; ++i)
      (functions += functions.empty() ? "" : "; ") += post_text(ask, posts[i]);
    const bool own = first.account == ask.desk.actor()->who;
    const Html name = may_write && !own
                          ? web::link(Url::path(path_of(first.account)), first.name)
                          : Html::text(own ? ask.t("{name} (you)", {{"name", first.name}}) : first.name);
    rows += el("li", {},
               {el("p", {cls("kern-body")},
                   {name, " – ", functions, ". ",
                    first.has_factor ? ask.t("Second factor set up.") : ask.t("No second factor yet.")})});
  }
  const Html main = all({el("h1", {cls("kern-heading-large")}, {ask.t("Accounts of our institution")}),
                         el("ul", {cls("lo-queue")}, {rows})});
  return web::page(ask, {.title = ask.t("Accounts of our institution"), .main = main, .current = kPath});
}

/** A colleague, who is somebody else; NotFound, with an entry, for anybody who is none. */
std::vector<access::Post> colleague(Ask& ask) {
  const std::string account = ask.values.at("account");
  auto posts = ask.site.gate().posts(ask.desk);
  std::erase_if(posts, [&](const auto& each) { return each.account != account; });
  if (posts.empty() || account == ask.desk.actor()->who)
    ask.desk.unit(access::kAccountRead).absent("account.open", account);
  return posts;
}

bool may_end(const Ask& ask, const access::Post& post) {
  return access::may_give(ask.desk.actor()->function, post.function);
}

Html end_form(const web::FormView& form, const std::vector<access::Post>& posts) {
  const Ask& ask = form.ask;
  std::vector<web::Option> options;
  for (const auto& each : posts)
    if (may_end(ask, each)) options.push_back({each.function, post_text(ask, each)});
  if (options.empty()) return {};
  const std::string chosen = ask.given("function").empty() ? options.front().value : ask.given("function");
  return all(
      {el("h2", {cls("kern-heading-medium")}, {ask.t("End a function")}),
       web::post_form(ask, "end", Url::path(path_of(posts.front().account) + "/end"),
                      all({web::radios(form, "function", ask.t("Function"), options, chosen),
                           web::radios(form, "when", ask.t("When does it end?"),
                                       {{"now", ask.t("At once")}, {"day", ask.t("With the end of a day")}},
                                       ask.given("when").empty() ? "now" : ask.given("when")),
                           web::text_field(form, "last", ask.t("Last day"),
                                           {.hint = ask.t("Only where it does not end at once."),
                                            .value = ask.given("last"),
                                            .type = "date",
                                            .short_field = true}),
                           el("div", {cls("lo-actions")}, {web::button(ask.t("End the function"))})}))});
}

Html reset_form(const web::FormView& form, const std::string& account) {
  const Ask& ask = form.ask;
  if (ask.desk.actor()->function != "admin") return {};
  return all(
      {el("h2", {cls("kern-heading-medium")}, {ask.t("Password forgotten, telephone lost")}),
       el("p", {cls("kern-body")},
          {ask.t(
              "You get a link that holds for 24 hours. Hand it over in person, to nobody else. It is written "
              "down that you made it, and your colleague sees it too.")}),
       web::post_form(ask, "reset", Url::path(path_of(account) + "/reset"),
                      all({web::radios(form, "what", ask.t("What is to be renewed?"),
                                       {{"password", ask.t("Password")},
                                        {"factor", ask.t("Second factor")},
                                        {"both", ask.t("Both")}},
                                       "password"),
                           el("div", {cls("lo-actions")}, {web::button(ask.t("Make the link"))})}))});
}

http::Response colleague_page(Ask& ask, Problems problems = {}) {
  const auto posts = colleague(ask);
  const web::FormView form{ask, std::move(problems)};
  const Html main =
      all({el("p", {}, {web::link(Url::path(kPath), ask.t("Accounts of our institution"))}),
           web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {posts.front().name}),
           end_form(form, posts), reset_form(form, posts.front().account)});
  return web::page(ask, {.title = posts.front().name,
                         .main = main,
                         .problems = !form.problems.empty(),
                         .status = form.problems.empty() ? 200 : 422});
}

http::Response end_post(Ask& ask, const std::vector<OnLeave>& on_leave) {
  const auto posts = colleague(ask);
  if (ask.given("_action") == "language") return colleague_page(ask);
  const std::string account = ask.values.at("account"), function = ask.given("function");
  const auto post =
      std::find_if(posts.begin(), posts.end(), [&](const auto& each) { return each.function == function; });
  Problems problems;
  if (post == posts.end() || !may_end(ask, *post))
    problems.push_back({"function", msg("Choose a function.")});
  const Day today = ask.desk.today();
  // Memberships hold to the end of their last day: what ends at once has ended yesterday.
  Day last = today.plus(-1);
  if (ask.given("when") == "day") {
    const auto day = Day::parse(ask.given("last"));
    if (!day || *day < today)
      problems.push_back({"last", msg("Enter the last day, today or later.")});
    else if (post != posts.end() && post->to && *post->to <= *day)
      problems.push_back(
          {"last", msg("The function ends on that day or before it already. For longer, invite again.")});
    else
      last = *day;
  }
  if (!problems.empty())
    return ask.json ? web::problem_details(ask, 422, problems) : colleague_page(ask, problems);
  if (!ask.site.gate().end_post(ask.desk, account, function, last)) throw Stale();
  for (const auto& each : on_leave) each(ask.desk, {ask.desk.actor()->unit, account, function, last});
  return web::see(Url::path(kPath));
}

Text text_of(access::ResetRefusal refusal) {
  switch (refusal) {
    case access::ResetRefusal::oneself:
      return msg("You cannot do this for yourself. Ask another administrator.");
    case access::ResetRefusal::elsewhere:
      return msg(
          "Your colleague works in other institutions too. So you can renew only one of the two within 30 "
          "days. "
          "The other one is renewed by an administrator there.");
    case access::ResetRefusal::no_factor:
      return msg(
          "Your colleague works in other institutions too and has no second factor yet. Make a link for that "
          "first. Is the password forgotten as well? Then the operator of this website helps (lotse admin "
          "renew).");
    case access::ResetRefusal::not_here:
      break;
  }
  return msg("This person does not work here any more.");
}

http::Response offer_reset(Ask& ask) {
  const auto posts = colleague(ask);
  const auto what = access::reset_named(ask.given("what"));
  if (!what || ask.given("_action") == "language") return colleague_page(ask);
  const auto link = ask.site.gate().offer_reset(ask.desk, posts.front().account, *what);
  if (!link) {
    const Problems problems{{"what", text_of(link.error())}};
    return ask.json ? web::problem_details(ask, 422, problems) : colleague_page(ask, problems);
  }
  const std::string path = "/reset/" + link->id + "?secret=" + link->secret;
  if (ask.json) return web::json({{"path", path}}, 201);
  const std::string title = ask.t("The link for {name}", {{"name", posts.front().name}});
  const Html main =
      all({el("h1", {cls("kern-heading-large")}, {title}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("Copy it now: we do not show it again. Hand it over so that nobody else gets it.")}),
           web::shown_link(ask, path),
           el("p", {}, {web::link(Url::path(kPath), ask.t("Accounts of our institution"))})});
  return web::page(ask, {.title = title, .main = main});
}

}  // namespace

void install_colleagues(web::Site& site, std::vector<OnLeave> on_leave) {
  site.add_to_navigation(
      {kPath, msg("Accounts of our institution"), true, &access::kAccountRead, access::kAccountPurpose});
  site.get(kPath, kRead, list_page);
  site.get("/staff/accounts/{account}", kWrite, [](Ask& ask) { return colleague_page(ask); });
  web::Access form = kWrite;
  form.redraws = true;
  site.post("/staff/accounts/{account}/end", form,
            [hooks = std::move(on_leave)](Ask& ask) { return end_post(ask, hooks); });
  site.post("/staff/accounts/{account}/reset", form, offer_reset);
}

}  // namespace lotse::account
