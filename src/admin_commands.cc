// SPDX-License-Identifier: EUPL-1.2
#include "admin_commands.h"

#include <optional>
#include <ostream>

#include "access/key_ring.h"
#include "access/operator.h"
#include "account/account.h"
#include "base/fold.h"
#include "jobs/jobs.h"
#include "topic/topic.h"
#include "unit/unit.h"

namespace lotse {
namespace {

void print_problems(std::ostream& err, const Problems& problems) {
  for (const auto& each : problems)
    err << "lotse: " << each.field << ": " << words::translate(*words::language("en"), each.text) << "\n";
}

// Of the unit that somebody is invited into: a new one, or one that there is.
std::optional<unit::Unit> unit_for(const access::Operator& by, const AdminWanted& w, std::ostream& err) {
  if (w.new_unit.empty()) {
    if (auto found = unit::find(by.visitor(), w.unit)) return found;
    err << "lotse: there is no unit with this number; say --unit or --new-unit. lotse units lists them\n";
    return std::nullopt;
  }
  if (!unit::is_kind(w.kind) || w.kind == "self" || !unit::is_regime(w.regime)) {
    err << "lotse: a new unit needs a kind and a regime of docs/operating.md\n";
    return std::nullopt;
  }
  unit::Unit made;
  made.kind = w.kind;
  made.legal_regime = w.regime;
  made.name = w.new_unit;
  return made;
}

}  // namespace

int invite_admin(access::Store& store, const access::Operator& by, const AdminWanted& w, std::ostream& out,
                 std::ostream& err) {
  auto unit = unit_for(by, w, err);
  if (!unit) return 1;
  account::Invited invited{unit->id, unit->kind, std::string(trimmed(w.email)), std::string(trimmed(w.name)),
                           w.functions};
  if (invited.functions.empty()) invited.functions = {"admin"};
  const auto problems =
      account::check_guest(invited.email, invited.name, invited.functions, invited.unit_kind);
  if (!problems.empty()) {
    print_problems(err, problems);
    return 1;
  }
  if (unit->id == 0) {
    const bool first = unit::all(by.visitor()).empty();
    invited.unit = unit::make(by, *unit);
    // As with the unit that a first import makes: a directory without topics finds nothing.
    if (first) topic::put(by.desk(invited.unit, unit->kind), topic::starting_catalogue());
    out << "made unit " << invited.unit << " (" << unit->kind << ")\n";
  }
  const auto path = account::invite(store, by, invited);
  if (!path) {
    print_problems(err, path.error());
    return 1;
  }
  out << "Hand this link over; it holds for seven days and works once:\n" << w.base << *path << "\n";
  return 0;
}

int renew_access(access::Store& store, const access::Operator& by, const AdminWanted& w, std::ostream& out,
                 std::ostream& err) {
  const auto path = account::renew(store, by, std::string(trimmed(w.email)));
  if (!path) {
    err << "lotse: nobody has an account with this address\n";
    return 1;
  }
  out << "Make sure who asks, then hand this link over; it holds for 24 hours and works once:\n"
      << w.base << *path << "\n";
  return 0;
}

int rotate_keys(access::Store& store, const access::Operator& by, bool forget, std::ostream& out) {
  const auto done = store.keys().rotate(by.clock().now(), forget);
  by.enter("keys rotated", "");
  out << "Done: a fresh key for the installation and " << done.units << " units; " << done.records
      << " keys of records wrapped anew\nPut a copy of the key file away, apart from the backups.\n";
  return 0;
}

int list_jobs(access::Store& store, const Clock& clock, std::ostream& out) {
  constexpr std::int64_t kMost = 200;
  const auto jobs = jobs::look(store, clock, kMost);
  for (const auto& each : jobs) {
    const WallTime made = wall_time(each.made);
    out << made.day.text() << " " << minute_text(made.minute) << "  unit " << each.unit << "  " << each.kind
        << "  " << each.state << "  begun " << each.attempts << " times";
    if (each.total > 0) out << "  " << each.progress << " of " << each.total;
    out << (each.last_error.empty() ? "" : "  " + each.last_error) << "\n";
  }
  if (jobs.empty()) out << "No job waits, and none has failed in the last 30 days.\n";
  if (jobs.size() == kMost) out << "These are the newest " << kMost << "; there may be more.\n";
  return 0;
}

}  // namespace lotse
