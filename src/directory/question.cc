// SPDX-License-Identifier: EUPL-1.2
// Once a year those who run an offer are asked whether its entry is still right.
#include "directory/question.h"

#include <algorithm>

#include "access/visitor.h"
#include "directory/entry.h"
#include "directory/review.h"
#include "words/words.h"

namespace lotse::directory {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000LL, kRemindMs = 14 * kDayMs;
constexpr int kMostShown = 200;
// In one night, for one unit: a directory that was imported long ago is asked about over several.
constexpr std::size_t kMostMails = 50;

constexpr sql::Statement kOld{
    "directory.overdue",
    "SELECT s.id, s.name, s.doc, o.doc, c.day, q.asked_ms, q.reminded_ms FROM service s "
    "JOIN organisation o ON o.id = s.organisation_id LEFT JOIN confirmation c ON c.service_id = s.id "
    "LEFT JOIN question q ON q.unit_id = $1 AND q.service_id = s.id "
    "WHERE s.keeper_unit = $1 AND s.status = 'active' AND s.changed_ms < $2 AND coalesce(c.day, '') < $3 "
    "ORDER BY s.sort_key, s.id"};
// The state that was read still holds: two processes ask once.
constexpr sql::Statement kAsk{
    "directory.ask",
    "INSERT INTO question (unit_id, service_id, asked_ms) VALUES ($1, $2, $3) ON CONFLICT (unit_id, "
    "service_id) "
    "DO UPDATE SET asked_ms = excluded.asked_ms, reminded_ms = NULL WHERE question.asked_ms = $4"};
constexpr sql::Statement kRemind{
    "directory.remind",
    "UPDATE question SET reminded_ms = $3 WHERE unit_id = $1 AND service_id = $2 AND reminded_ms IS NULL"};

std::vector<Overdue> read_overdue(access::View& view, UnitId unit, Instant now) {
  const Day limit = wall_time(now).day.plus(-kConfirmedForDays);
  std::vector<Overdue> all;
  view.each(kOld, {unit, now.ms - kConfirmedForDays * kDayMs, limit.text()}, [&](const sql::Row& r) {
    const auto service = parsed<Service>(r.text(2));
    const auto assured = Day::parse(std::string_view(service.assured_date).substr(0, 10));
    if (assured && *assured >= limit) return;
    Overdue one{{std::string(r.text(0))}, std::string(r.text(1)), service.email, {}, {}, {}};
    if (one.email.empty()) one.email = parsed<Organisation>(r.text(3)).email;
    one.confirmed = std::max(assured, Day::parse(r.opt_text(4).value_or("")));
    if (const auto at = r.opt_integer(5)) one.asked = Instant{*at};
    if (const auto at = r.opt_integer(6)) one.reminded = Instant{*at};
    all.push_back(std::move(one));
  });
  return all;
}

enum class Step { none, ask, remind };

Step step_for(const Overdue& one, Instant now) {
  if (one.email.empty()) return Step::none;
  if (!one.asked || one.asked->ms < now.ms - kConfirmedForDays * kDayMs) return Step::ask;
  if (!one.reminded && one.asked->ms <= now.ms - kRemindMs) return Step::remind;
  return Step::none;
}

notice::Notice mail_for(const Overdue& one, const std::string& address, Step step) {
  const auto& german = words::german();
  return {
      .kind = step == Step::ask ? "directory.asked" : "directory.reminded",
      .to = one.email,
      .subject = words::translate(german, msg("Is your entry in the directory for families still right?")),
      .body = words::translate(
                  german, msg("Families find your offer in our directory. Please look whether everything "
                              "is still right. You need no account. The link holds for 30 days and works "
                              "once:")) +
              "\n\n" + address + "\n"};
}

// False: another process was first.
bool send(const access::UnitDoor& door, const Questions& questions, const Overdue& one, Step step,
          Instant now) {
  const access::NewLink link(door.unit(), access::kDirectoryWrite, one.id.text, std::string(kConfirmation),
                             now, Instant{now.ms + kLinkHoldsMs});
  const auto mail = notice::prepare(*questions.keys, door.unit(),
                                    mail_for(one, questions.public_url + link.path(), step), now);
  if (!mail) return false;  // an address of the source that no mail can be sent to: staff see it as not asked
  return door.change("directory.service.ask", one.id.text, [&](access::Change& change) {
    const auto before = one.asked ? one.asked->ms : 0;
    const auto done = step == Step::ask ? change.change(kAsk, {door.unit(), one.id.text, now.ms, before})
                                        : change.change(kRemind, {door.unit(), one.id.text, now.ms});
    if (done == 0) return false;
    change.withdraw_links(one.id.text, kConfirmation);
    change.link(link);
    notice::post(change, *mail);
    return true;
  });
}

}  // namespace

std::vector<Overdue> overdue(const access::Desk& desk) {
  const auto door = desk.unit(access::kDirectoryWrite);
  auto all = door.read([&](access::View& view) { return read_overdue(view, door.unit(), desk.now()); });
  if (all.size() > kMostShown) all.resize(kMostShown);
  return all;
}

void install_questions(jobs::Runner& runner, std::shared_ptr<const Clock> clock, const Questions& questions) {
  const auto ask = [clock, questions](jobs::Turn& turn) {
    const auto now = clock->now();
    const auto door = turn.door(access::kDirectoryWrite, access::kDirectoryPurpose);
    const auto all = door.read([&](access::View& view) { return read_overdue(view, door.unit(), now); });
    std::size_t sent = 0;
    for (const auto& one : all) {
      const Step step = step_for(one, now);
      if (step == Step::none || sent == kMostMails) continue;
      if (turn.must_stop()) return jobs::Outcome::again("stopped");
      if (send(door, questions, one, step, now)) ++sent;
    }
    return jobs::Outcome::done();
  };
  runner.add({.kind = "directory.ask", .work = ask}, jobs::Schedule::daily(5 * 60),
             jobs::Runner::Whose::each_unit);
}

}  // namespace lotse::directory
