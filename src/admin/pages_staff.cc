// SPDX-License-Identifier: EUPL-1.2
// The page on which an administrator sees what the program does for her unit by itself, and mends it.
#include <algorithm>
#include <charconv>

#include "admin/admin.h"
#include "base/json.h"
#include "web/form.h"

namespace lotse::admin {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr web::Access kManage{&access::kJobsManage, access::kAccountPurpose, false};
constexpr const char* kPath = "/staff/jobs";

std::string moment(const Ask& ask, Instant at) {
  const auto wall = wall_time(at);
  return ask.t("{day}, {time}",
               {{"day", words::day_long(ask.language, wall.day)}, {"time", minute_text(wall.minute)}});
}

Html fact(const std::string& label, const std::string& text) {
  return el("div", {cls("lo-facts__row")}, {el("dt", {}, {label}), el("dd", {}, {text})});
}

std::string state_text(const Ask& ask, const access::JobState& job) {
  if (job.cancel) return ask.t("Was told to stop");
  if (job.state == "failed") return ask.t("Has failed");
  if (job.state == "running") return ask.t("Is being done now");
  return job.attempts == 0 ? ask.t("Waits") : ask.t("Waits for its next attempt");
}

Html hidden(std::string_view name, std::string_view value) {
  return el("input", {attr("type", "hidden"), attr("name", name), attr("value", value)});
}

// What she saw when she pressed goes along: who comes too late changes nothing.
Html action_form(const Ask& ask, const access::JobState& job, const std::string& action,
                 const std::string& label) {
  return web::post_form(ask, action + "-" + job.id, Url::path(kPath + ("/" + job.id) + "/" + action),
                        all({hidden("state", job.state), hidden("attempts", std::to_string(job.attempts)),
                             el("div", {cls("lo-actions")}, {web::button(label, false)})}));
}

Html job_tile(const Ask& ask, const access::JobState& job) {
  const Instant now = ask.desk.now();
  Html facts = fact(ask.t("State"), state_text(ask, job));
  facts += fact(ask.t("Since"), moment(ask, job.made));
  if (job.attempts > 0) facts += fact(ask.t("Begun"), ask.tn("{n} time", "{n} times", job.attempts));
  if (job.state == "waiting")
    facts += fact(job.attempts > 0 ? ask.t("Next attempt") : ask.t("Begins"),
                  job.not_before > now ? moment(ask, job.not_before) : ask.t("at once"));
  if (job.ended) facts += fact(ask.t("Given up"), moment(ask, *job.ended));
  if (job.state == "running" && job.total > 0)
    facts += fact(ask.t("Progress"), ask.t("{done} of {total}", {{"done", std::to_string(job.progress)},
                                                                 {"total", std::to_string(job.total)}}));
  if (!job.last_error.empty()) facts += fact(ask.t("Reason"), ask.say(meaning_of(job.last_error)));
  Html actions;
  if (check_retry(job, now).empty()) actions += action_form(ask, job, "retry", ask.t("Try again now"));
  if (check_cancel(job).empty()) actions += action_form(ask, job, "cancel", ask.t("Cancel this task"));
  // No landmark of its own: several of one kind would have the same name.
  return el("div", {cls("lo-tile lo-stack")},
            {el("h3", {cls("kern-heading-small")}, {ask.say(label_of(job.kind))}),
             el("dl", {cls("lo-facts")}, {facts}), actions});
}

// Of one heading: those of `jobs` in that state; empty where there is none.
Html jobs_in(const Ask& ask, const std::vector<access::JobState>& jobs, std::string_view state,
             const std::string& heading) {
  Html tiles;
  for (const auto& each : jobs)
    if (each.state == state) tiles += job_tile(ask, each);
  if (tiles.empty()) return {};
  return all({el("h2", {cls("kern-heading-medium")}, {heading}), tiles});
}

std::string tally_text(const Ask& ask, const notice::Tally& each) {
  const std::string last = moment(ask, each.last);
  if (each.state == "waiting")
    return ask.tn("{n} e-mail waits, the newest since {when}.", "{n} e-mails wait, the newest since {when}.",
                  each.count, {{"when", last}});
  if (each.state == "sent")
    return ask.tn("{n} e-mail was sent, the newest from {when}.",
                  "{n} e-mails were sent, the newest from {when}.", each.count, {{"when", last}});
  if (each.state == "withdrawn")
    return ask.tn("{n} e-mail was cancelled.", "{n} e-mails were cancelled.", each.count);
  if (each.state == "refused")
    return ask.tn("{n} e-mail was refused, the newest from {when}.",
                  "{n} e-mails were refused, the newest from {when}.", each.count, {{"when", last}});
  return ask.tn("{n} e-mail could not be sent, the newest from {when}.",
                "{n} e-mails could not be sent, the newest from {when}.", each.count, {{"when", last}});
}

Html notices_part(const Ask& ask, const std::vector<notice::Tally>& notices) {
  Html items;
  for (const auto& each : notices)
    items += el("li", {},
                {tally_text(ask, each), each.code.empty() ? "" : " ",
                 each.code.empty() || each.state == "sent" ? "" : ask.say(meaning_of(each.code))});
  const std::string heading =
      ask.t("E-mails of the last {days} days", {{"days", std::to_string(kNoticeDays)}});
  return all({el("h2", {cls("kern-heading-medium")}, {heading}),
              items.empty() ? el("p", {cls("kern-body")}, {ask.t("There were none.")})
                            : el("ul", {cls("lo-stack")}, {items})});
}

Html done_part(const Ask& ask, const std::vector<access::JobsDone>& done) {
  Html items;
  for (const auto& each : done)
    items += fact(ask.say(label_of(each.kind)),
                  ask.tn("{n} time, most recently {when}", "{n} times, most recently {when}", each.count,
                         {{"when", moment(ask, each.last)}}));
  return all({el("h2", {cls("kern-heading-medium")}, {ask.t("Done in the last 30 days")}),
              items.empty() ? el("p", {cls("kern-body")}, {ask.t("Nothing yet.")})
                            : el("dl", {cls("lo-facts")}, {items})});
}

// Said on top, because a wrong setting holds up every e-mail and nobody misses one that does not come.
Html trouble(const Ask& ask, const Overview& now) {
  Html items;
  const auto failed = std::count_if(now.jobs.begin(), now.jobs.end(),
                                    [](const auto& each) { return each.state == "failed"; });
  for (const auto& each : now.notices)
    if (each.state == "waiting" && !each.code.empty())
      items += el("li", {}, {tally_text(ask, each), " ", ask.say(meaning_of(each.code))});
  if (failed > 0) items += el("li", {}, {ask.tn("{n} task has failed.", "{n} tasks have failed.", failed)});
  return items.empty() ? Html()
                       : web::alert("warning", ask.t("This needs your attention"), el("ul", {}, {items}));
}

Html said(const Ask& ask, const Problems& problems) {
  if (!problems.empty()) {
    Html items;
    for (const auto& each : problems) items += el("li", {}, {ask.say(each.text)});
    return web::alert("danger", ask.t("That was not possible"), el("ul", {}, {items}));
  }
  const std::string done = ask.request.method == "GET" ? ask.asked("done") : "";
  if (done == "retry")
    return web::alert(
        "success", ask.t("It is tried again now"),
        el("p", {cls("kern-body")}, {ask.t("Reload the page in a minute to see what came of it.")}));
  if (done == "cancel")
    return web::alert("success", ask.t("It was cancelled"),
                      el("p", {cls("kern-body")}, {ask.t("What was running may take a moment to stop.")}));
  return {};
}

http::Response page(const Ask& ask, const Overview& now, const Problems& problems = {}, int status = 200) {
  const Html none = now.jobs.empty()
                        ? el("p", {cls("kern-body")}, {ask.t("Nothing waits, and nothing has failed.")})
                        : Html();
  const Html more =
      now.more ? el("p", {cls("kern-body")},
                    {ask.t("These are the newest {n}. There are more.", {{"n", std::to_string(kJobsShown)}})})
               : Html();
  const Html main =
      all({said(ask, problems), el("h1", {cls("kern-heading-large")}, {ask.t("Tasks of the program")}),
           el("p", {cls("kern-body lo-lead")},
              {ask.t("What the program does for your institution by itself, such as sending e-mails.")}),
           trouble(ask, now), none, jobs_in(ask, now.jobs, "failed", ask.t("Failed")),
           jobs_in(ask, now.jobs, "running", ask.t("Running")),
           jobs_in(ask, now.jobs, "waiting", ask.t("Waiting")), more, notices_part(ask, now.notices),
           done_part(ask, now.done),
           el("p", {cls("kern-body")},
              {ask.t("Tasks of the whole installation are not shown here. Your operator sees them.")})});
  return web::page(ask, {.title = ask.t("Tasks of the program"),
                         .main = main,
                         .current = kPath,
                         .problems = !problems.empty(),
                         .status = status});
}

Json number_or_null(const std::optional<Instant>& at) { return at ? Json(at->ms) : Json(nullptr); }

Json json_of(const Overview& now) {
  Json jobs = Json::array(), done = Json::array(), notices = Json::array();
  for (const auto& each : now.jobs)
    jobs.push_back({{"id", each.id},
                    {"kind", each.kind},
                    {"state", each.state},
                    {"stopping", each.cancel},
                    {"attempts", each.attempts},
                    {"made_ms", each.made.ms},
                    {"not_before_ms", each.not_before.ms},
                    {"ended_ms", number_or_null(each.ended)},
                    {"progress", each.progress},
                    {"total", each.total},
                    {"code", each.last_error}});
  for (const auto& each : now.done)
    done.push_back({{"kind", each.kind}, {"count", each.count}, {"last_ms", each.last.ms}});
  for (const auto& each : now.notices)
    notices.push_back(
        {{"state", each.state}, {"code", each.code}, {"count", each.count}, {"last_ms", each.last.ms}});
  return {{"jobs", jobs}, {"more", now.more}, {"done", done}, {"notices", notices}};
}

http::Response show(Ask& ask) {
  const Overview now = overview(ask.desk.unit(access::kJobsManage), ask.desk.now());
  return ask.json ? web::json(json_of(now)) : page(ask, now);
}

Seen seen_in(const Ask& ask) {
  Seen seen{.id = ask.values.at("id"), .state = ask.given("state"), .attempts = -1};
  const std::string attempts = ask.given("attempts");
  std::from_chars(attempts.data(), attempts.data() + attempts.size(), seen.attempts);
  return seen;
}

http::Response answer(const Ask& ask, const access::UnitDoor& door, const Problems& problems,
                      const std::string& action) {
  if (problems.empty())
    return ask.json ? web::json({{"done", action}}) : web::see(Url::path(kPath, "done=" + action));
  return ask.json ? web::problem_details(ask, 409, problems)
                  : page(ask, overview(door, ask.desk.now()), problems, 409);
}

}  // namespace

void install(web::Site& site) {
  site.add_to_navigation(
      {kPath, msg("Tasks of the program"), true, &access::kJobsManage, access::kAccountPurpose});
  site.get(kPath, kManage, show);
  site.post("/staff/jobs/{id}/cancel", kManage, [](Ask& ask) {
    const auto door = ask.desk.unit(access::kJobsManage);
    return answer(ask, door, cancel(door, seen_in(ask)), "cancel");
  });
  site.post("/staff/jobs/{id}/retry", kManage, [](Ask& ask) {
    const auto door = ask.desk.unit(access::kJobsManage);
    return answer(ask, door, retry(door, seen_in(ask), ask.desk.now()), "retry");
  });
}

}  // namespace lotse::admin
