// SPDX-License-Identifier: EUPL-1.2
// The jobs behind imports by pages: compare, write, take back, forget.
#include <set>

#include "base/check.h"
#include "interchange/places.h"
#include "interchange/run_store.h"
#include "interchange/table_import.h"
#include "unit/unit.h"

namespace lotse::interchange {
namespace {

constexpr std::size_t kEntriesShown = 10;
constexpr std::int64_t kDayMs = 24LL * 3'600'000;

constexpr sql::Statement kChecked{
    "interchange.checked",
    "UPDATE import_run SET state = $4, changed_ms = $5, result = $6 WHERE unit_id = $1 AND id = $2 AND "
    "turn = $3 AND state IN ('checking', 'undoing')"};
constexpr sql::Statement kEnd{"interchange.end",
                              "UPDATE import_run SET state = $4, changed_ms = $5 WHERE unit_id = $1 AND "
                              "id = $2 AND state = $3"};
constexpr sql::Statement kState{"interchange.state",
                                "SELECT state FROM import_run WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kKeepMapping{
    "interchange.keep_mapping",
    "INSERT INTO import_mapping (unit_id, name, mapping, changed_ms) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (unit_id, name) DO UPDATE SET mapping = excluded.mapping, changed_ms = excluded.changed_ms "
    "WHERE import_mapping.unit_id = excluded.unit_id"};
constexpr sql::Statement kOld{"interchange.old_runs",
                              "SELECT id FROM import_run WHERE unit_id = $1 AND changed_ms < $2 AND "
                              "state NOT IN ('importing', 'undoing') ORDER BY id LIMIT 100"};
constexpr sql::Statement kDrop{"interchange.drop_run",
                               "DELETE FROM import_run WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kDropReport{"interchange.drop_report",
                                     "DELETE FROM import_report WHERE unit_id = $1 AND run_id = $2"};
constexpr sql::Statement kStale{
    "interchange.stale_drafts",
    "UPDATE import_run SET state = 'cancelled' WHERE unit_id = $1 AND changed_ms < $2 AND "
    "state IN ('draft', 'checking', 'checked')"};
constexpr sql::Statement kStaleFiles{
    "interchange.stale_files",
    "DELETE FROM import_file WHERE unit_id = $1 AND run_id IN (SELECT r.id FROM import_run r WHERE "
    "r.unit_id = $1 AND r.state = 'cancelled')"};

Json counts_of(const directory::Outcome& outcome) {
  Json kinds = Json::object();
  for (const auto& [kind, c] : outcome.kinds)
    kinds[kind] = {{"added", c.added}, {"changed", c.changed},   {"same", c.same},
                   {"kept", c.kept},   {"vanished", c.vanished}, {"elsewhere", c.elsewhere}};
  return kinds;
}

Json sums_of(const Report& report) {
  Json sums = Json::array();
  for (const auto& sum : report.sums())
    sums.push_back({{"what", static_cast<int>(sum.severity)},
                    {"count", sum.count},
                    {"line", sum.first.line},
                    {"field", sum.first.field},
                    {"reason", json_of(sum.first.reason)}});
  return sums;
}

// The first entries as they will be, in words.
Json entries_of(const directory::Batch& batch) {
  std::map<std::string, std::string> organisations, addresses, places;
  for (const auto& each : batch.organisations) organisations[each.thing.id.text] = each.thing.name;
  for (const auto& each : batch.locations)
    if (!each.thing.addresses.empty()) {
      const auto& a = each.thing.addresses.front();
      addresses[each.thing.id.text] = a.address_1 + (a.address_1.empty() ? "" : ", ") + a.postal_code +
                                      (a.postal_code.empty() ? "" : " ") + a.city;
    }
  for (const auto& each : batch.placed)
    places.try_emplace(each.thing.service_id.text, addresses[each.thing.location_id.text]);
  Json list = Json::array();
  for (const auto& each : batch.services) {
    if (list.size() == kEntriesShown) break;
    const auto& s = each.thing;
    list.push_back({{"title", s.name},
                    {"organisation", organisations[s.organization_id.text]},
                    {"address", places[s.id.text]},
                    {"phone", s.phones.empty() ? "" : s.phones.front().number},
                    {"email", s.email},
                    {"hours", s.schedules.empty() ? "" : s.schedules.front().description}});
  }
  return list;
}

// What one turn of the job works on.
class Work {
 public:
  Work(jobs::Turn& turn, access::Store& store, const Clock& clock)
      : turn_(turn),
        store_(store),
        clock_(clock),
        door_(turn.door(access::kDirectoryWrite, access::kDirectoryPurpose)) {}

  jobs::Outcome run() {
    auto found = read_run(door_, turn_.subject());
    if (!found || !turn_.progress(0, 0)) return jobs::Outcome::done();
    run_ = std::move(*found);
    if (run_.state == RunState::checking) return check();
    if (run_.state == RunState::importing && import()) return jobs::Outcome::done();
    // It was asked to stop meanwhile, or was being taken back already.
    if (!turn_.must_stop() && state() == RunState::undoing) take_back();
    return jobs::Outcome::done();
  }

 private:
  directory::Hand hand() const { return {run_.unit, run_.account, run_.function, clock_.now()}; }

  std::optional<RunState> state() const {
    const auto text = door_.read([&](access::View& view) {
      return view.one(kState, {run_.unit, run_.id}, [](const sql::Row& r) { return std::string(r.text(0)); });
    });
    return text ? value_of<RunState>(*text) : std::nullopt;
  }

  Result<Imported> read() {
    const std::string bytes = read_file_of(door_, run_.id);
    if (bytes.size() != static_cast<std::size_t>(run_.bytes))
      return refuse("", msg("The file did not arrive whole. Cancel this import and send the file again."));
    auto mapping = read_mapping(run_.mapping, "mapping");
    if (!mapping) return tl::unexpected(mapping.error());
    mapping->form.limits = limits_of_a_sent_file();
    auto imported = import_table(run_.file, bytes, *mapping);
    if (!imported) return imported;
    const access::Desk visitor(store_, {}, access::kDirectoryPurpose, clock_);
    std::map<std::string, std::optional<Point>> known;
    approximate(
        imported->batch,
        [&](const std::string& postcode) {
          const auto [at, fresh] = known.try_emplace(postcode, std::nullopt);
          if (fresh && !postcode.empty()) at->second = unit::point_of_postcode(visitor, postcode);
          return at->second;
        },
        imported->report);
    if (imported->batch.services.empty() && imported->batch.organisations.empty())
      return refuse("",
                    msg("Not one row of the file could be used with these columns. Choose other columns."));
    return imported;
  }

  void settle(RunState to, const Json& result, const std::string& findings) {
    door_.change("import.checked", run_.id, [&](access::Change& change) {
      if (change.change(kChecked, {run_.unit, run_.id, run_.turn, name_of(to), clock_.now().ms,
                                   result.dump(-1, ' ', false, Json::error_handler_t::replace)}) == 1)
        write_report(change, run_.unit, run_.id, findings);
      return 0;
    });
  }

  void refused(const Problems& problems) {
    Json result{{"columns", run_.result.at("columns")}, {"rows", run_.result.at("rows")}};
    for (const auto& each : problems)
      result["problems"].push_back({{"field", each.field}, {"text", json_of(each.text)}});
    settle(RunState::draft, result, "[]");
  }

  jobs::Outcome check() {
    auto imported = read();
    if (!imported) return refused(imported.error()), jobs::Outcome::done();
    const auto outcome = directory::compare(door_, hand(), imported->batch, nullptr);
    if (!outcome) return refused(outcome.error()), jobs::Outcome::done();
    Json result{{"columns", run_.result.at("columns")}, {"rows", run_.result.at("rows")}};
    result["kinds"] = counts_of(*outcome);
    result["entries"] = entries_of(imported->batch);
    for (const auto& [file, total] : imported->report.totals()) {
      result["read"] = total.read;
      result["used"] = total.used;
    }
    Report report = told(*outcome);
    report.append(std::move(imported->report));
    result["refused"] = report.count(Severity::row_not_used);
    result["sums"] = sums_of(report);
    settle(RunState::checked, result, text_of(report));
    return jobs::Outcome::done();
  }

  // False where it did not come to its end.
  bool import() {
    auto imported = read();
    const auto go_on = [&](std::size_t done, std::size_t total) {
      return turn_.progress(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total)) &&
             state() == RunState::importing;
    };
    const auto whole =
        imported ? directory::put_in_parts(door_, hand(), std::move(imported->batch), run_.id, go_on)
                 : Result<bool>(tl::unexpected(imported.error()));
    if (!whole) {
      // Something came between that an import must not go over; what was written of it must not stay alone.
      end(RunState::importing, RunState::undoing);
      if (directory::take_back(door_, hand(), run_.id, [&](auto done, auto) { return go_back(done); }))
        refused(whole.error());
      return true;
    }
    if (!*whole) return false;
    const auto now = clock_.now().ms;
    return door_.change("import.done", run_.id, [&](access::Change& change) {
      if (change.change(kEnd, {run_.unit, run_.id, "importing", "done", now}) != 1) return false;
      drop_file(change, run_.unit, run_.id);
      change.change(kKeepMapping, {run_.unit, run_.source, run_.mapping, now});
      return true;
    });
  }

  bool go_back(std::size_t done) { return turn_.progress(static_cast<std::int64_t>(done), 0); }

  void end(RunState from, RunState to) {
    door_.change("import.end", run_.id, [&](access::Change& change) {
      if (change.change(kEnd, {run_.unit, run_.id, name_of(from), name_of(to), clock_.now().ms}) == 1 &&
          to == RunState::undone)
        drop_file(change, run_.unit, run_.id);
      return 0;
    });
  }

  void take_back() {
    if (directory::take_back(door_, hand(), run_.id, [&](auto done, auto) { return go_back(done); }))
      end(RunState::undoing, RunState::undone);
  }

  jobs::Turn& turn_;
  access::Store& store_;
  const Clock& clock_;
  const access::UnitDoor door_;
  Run run_;
};

void forget(const access::UnitDoor& door, Instant now) {
  door.change("import.forget", "", [&](access::Change& change) {
    change.change(kStale, {door.unit(), now.ms - kDayMs});
    return change.change(kStaleFiles, {door.unit()});
  });
  for (;;) {
    const auto old = door.read([&](access::View& view) {
      return view.rows(kOld, {door.unit(), now.ms - kRememberedMs},
                       [](const sql::Row& r) { return std::string(r.text(0)); });
    });
    if (old.empty()) return;
    for (const auto& id : old)
      door.change("import.forget", id, [&](access::Change& change) {
        directory::forget_import(change, door.unit(), id);
        drop_file(change, door.unit(), id);
        change.change(kDropReport, {door.unit(), id});
        return change.change(kDrop, {door.unit(), id});
      });
  }
}

}  // namespace

Report told(const directory::Outcome& outcome) {
  using What = directory::Outcome::Remark::What;
  Report report;
  for (const auto& each : outcome.remarks) {
    const bool kept = each.what == What::corrected, gone = each.what == What::vanished;
    const Text reason =
        kept   ? msg("It was corrected here, and the source now says something else. The correction stays.")
        : gone ? msg("The source does not give it any more. It was left as it is.")
               : msg("Another source gives this entry already. It was left as it is.");
    const Severity severity = kept   ? Severity::value_not_used
                              : gone ? Severity::note
                                     : Severity::row_not_used;
    report.add({severity, each.kind, 0, each.field, each.theirs, reason, each.foreign_id, each.ours});
  }
  return report;
}

void install_imports(jobs::Runner& runner, access::Store& store, std::shared_ptr<const Clock> clock) {
  runner.add({.kind = std::string(kJob),
              .work = [&store, clock](jobs::Turn& turn) { return Work(turn, store, *clock).run(); },
              .attempts = 5});
  runner.add({.kind = "import.forget",
              .work =
                  [clock](jobs::Turn& turn) {
                    forget(turn.door(access::kDirectoryErase, access::kDirectoryPurpose), clock->now());
                    return jobs::Outcome::done();
                  }},
             jobs::Schedule::daily(4 * 60 + 40), jobs::Runner::Whose::each_unit);
}

}  // namespace lotse::interchange
