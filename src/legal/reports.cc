// SPDX-License-Identifier: EUPL-1.2
// Reports of barriers, from anybody: sealed for the unit that runs the website, gone when they are answered.
#include "access/key_ring.h"
#include "access/system.h"
#include "base/check.h"
#include "base/fold.h"
#include "legal/parts.h"
#include "web/allowance.h"

namespace lotse::legal {
namespace {

using web::all;
using web::Ask;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr std::int64_t kHalfYearMs = 182LL * 24 * 3'600'000;
constexpr std::size_t kWhatLength = 4'000, kLineLength = 300;
constexpr const char* kKey = "barrier_report";

constexpr sql::Statement kPut{
    "legal.put_report", "INSERT INTO barrier_report (unit_id, id, at_ms, sealed) VALUES ($1, $2, $3, $4)"};
constexpr sql::Statement kReports{
    "legal.reports", "SELECT id, at_ms, sealed FROM barrier_report WHERE unit_id = $1 ORDER BY at_ms, id"};
constexpr sql::Statement kAnswered{"legal.answered",
                                   "DELETE FROM barrier_report WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kOld{"legal.old_reports",
                              "SELECT count(*) FROM barrier_report WHERE unit_id = $1 AND at_ms < $2"};
constexpr sql::Statement kForget{"legal.forget_reports",
                                 "DELETE FROM barrier_report WHERE unit_id = $1 AND at_ms < $2"};

seal::Place place_of(UnitId unit, const std::string& id) { return {unit, "barrier_report", "sealed", id}; }

// Blanks at its end, so that the length of what is sealed tells little.
std::string padded(std::string text) {
  constexpr std::size_t kStep = 1024;
  text.resize((text.size() / kStep + 1) * kStep, ' ');
  return text;
}

// What does not open any more is listed all the same, empty: somebody has to know that it was there.
Report opened(const seal::Key& key, UnitId unit, const std::string& id, const seal::Bytes& sealed) {
  try {
    const auto json = parse_json(trimmed(seal::open(key, place_of(unit, id), sealed)));
    CHECK(json);
    return {json->at("what").get<std::string>(), json->at("where").get<std::string>(),
            json->at("contact").get<std::string>()};
  } catch (const seal::Broken&) {
    return {};
  }
}

Report typed(const Ask& ask) { return {ask.given("what"), ask.given("where"), ask.given("contact")}; }

http::Response refused(const Ask& ask, const Report& report, Problems problems, int status) {
  if (ask.json) return web::problem_details(ask, status, problems);
  return statement_page(ask, report, std::move(problems), status);
}

http::Response send(Ask& ask, access::Store& store, web::Allowance& allowance) {
  const Report report = typed(ask);
  if (ask.given("_action") == "language") return statement_page(ask, report);
  const auto unit = provider(ask.desk);
  if (!unit) throw NotFound();
  if (auto problems = check(report); !problems.empty()) return refused(ask, report, std::move(problems), 422);
  if (!allowance.take(ask.request.remote, ask.desk.now()))
    return refused(
        ask, report,
        {{"what", msg("Too many messages came from your network. Please wait a few minutes, or call "
                      "us.")}},
        429);
  keep(store, ask.desk.clock(), unit->id, report);
  return ask.json ? web::json({{"kept", true}}, 201) : web::see(Url::path("/accessibility/thanks"));
}

http::Response thanks(Ask& ask) {
  const std::string title = ask.t("Thank you. Your message has arrived.");
  return web::page(
      ask,
      {.title = title,
       .main = all({el("h1", {cls("kern-heading-large")}, {title}),
                    el("p", {cls("kern-body")}, {web::link(Url::path("/"), ask.t("To the start page"))})})});
}

}  // namespace

Problems check(const Report& report) {
  Problems problems;
  const auto fits = [&](const char* field, const std::string& text, std::size_t most) {
    if (length(text) > most) problems.push_back({field, msg("This text is too long. Please shorten it.")});
  };
  if (trimmed(report.what).empty()) problems.push_back({"what", msg("Please write what is in your way.")});
  fits("what", report.what, kWhatLength);
  fits("where", report.where, kLineLength);
  fits("contact", report.contact, kLineLength);
  return problems;
}

void keep(access::Store& store, const Clock& clock, UnitId unit, const Report& report) {
  const auto now = clock.now();
  const std::string id = new_uuid(now.ms);
  const auto key = store.keys().make(unit, kKey, now);
  const Json json{{"what", report.what}, {"where", report.where}, {"contact", report.contact}};
  const auto sealed = seal::seal(store.keys().profile(), *key, place_of(unit, id), padded(json.dump()));
  access::System(store, clock, "legal.report", unit)
      .unit(access::kDutiesWrite, access::kAccountPurpose)
      .change("barrier.report", id, [&](access::Change& change) {
        return change.change(kPut, {unit, id, now.ms, sealed});
      });
}

std::vector<KeptReport> reports(access::Store& store, const access::UnitDoor& door) {
  struct Row {
    KeptReport kept;
    seal::Bytes sealed;
  };
  auto rows = door.read([&](access::View& view) {
    return view.rows(kReports, {door.unit()}, [](const sql::Row& r) {
      return Row{{std::string(r.text(0)), {r.integer(1)}, {}}, r.blob(2)};
    });
  });
  std::vector<KeptReport> all;
  const std::string name = kKey;
  const auto keys = store.keys().find(door.unit(), std::span(&name, 1));
  const auto key = keys.find(name);
  bool reachable = false;
  for (auto& row : rows) {
    if (key != keys.end()) row.kept.report = opened(*key->second, door.unit(), row.kept.id, row.sealed);
    reachable = reachable || !row.kept.report.contact.empty();
    all.push_back(std::move(row.kept));
  }
  if (reachable) door.opened("barrier.contacts", "");
  return all;
}

void answered(const access::UnitDoor& door, const std::string& id) {
  door.change("barrier.answered", id, [&](access::Change& change) {
    if (change.change(kAnswered, {door.unit(), id}) == 0) throw NotFound();
    return 0;
  });
}

Html report_form(const web::FormView& form, const Report& report) {
  const Ask& ask = form.ask;
  return all(
      {el("h2", {cls("kern-heading-medium")}, {ask.t("Tell us about a barrier")}),
       web::post_form(
           ask, "report", Url::path("/accessibility"),
           all({web::text_field(form, "what", ask.t("What is in your way?"),
                                {.value = report.what, .needed = true, .rows = 4}),
                web::text_field(form, "where", ask.t("On which page? If you know it."),
                                {.value = report.where}),
                web::text_field(form, "contact", ask.t("How can we reach you?"),
                                {.hint = ask.t("E-mail or telephone. Only if you want an answer."),
                                 .value = report.contact}),
                el("p", {cls("kern-body")},
                   {ask.t("Only the people who answer can read your message. We delete it afterwards, after "
                          "half a year at the latest.")}),
                el("div", {cls("lo-actions")}, {web::button(ask.t("Send message"))})}))});
}

void install_reports(web::Site& site, access::Store& store) {
  constexpr web::Access kOpen{&access::kDirectoryRead, access::kDirectoryPurpose, true};
  // Five at once, and one more every two minutes: enough for a family centre's whole afternoon at one
  // address.
  const auto allowance = std::make_shared<web::Allowance>(5, 120'000);
  site.get("/accessibility", kOpen, [](Ask& ask) { return statement_page(ask); });
  site.post("/accessibility", kOpen, [&store, allowance](Ask& ask) { return send(ask, store, *allowance); });
  site.get("/accessibility/thanks", kOpen, thanks);
}

void install_jobs(jobs::Runner& runner, std::shared_ptr<const Clock> clock) {
  runner.add(
      {"legal.forget_reports",
       [clock](jobs::Turn& turn) {
         const auto door = turn.door(access::kDutiesWrite, access::kAccountPurpose);
         const std::int64_t before = clock->now().ms - kHalfYearMs;
         const auto old = door.read([&](access::View& view) {
           return view.one(kOld, {door.unit(), before}, [](const sql::Row& r) { return r.integer(0); });
         });
         if (old.value_or(0) > 0)
           door.change("barrier.forget", "", [&](access::Change& change) {
             return change.change(kForget, {door.unit(), before});
           });
         return jobs::Outcome::done();
       }},
      jobs::Schedule::daily(4 * 60), jobs::Runner::Whose::each_unit);
}

}  // namespace lotse::legal
