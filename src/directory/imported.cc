// SPDX-License-Identifier: EUPL-1.2
// What is remembered of an import, and how it is taken back.
#include "directory/imported.h"

#include "base/check.h"
#include "directory/many.h"

namespace lotse::directory {
namespace {

constexpr std::int64_t kAtOnce = 10;

constexpr sql::Statement kNext{
    "directory.imported_next",
    "SELECT kind, id, version, was, was_given, position FROM imported WHERE unit_id = $1 AND run = $2 AND "
    "state = 'in' ORDER BY position, id LIMIT $3"};
constexpr sql::Statement kSettle{
    "directory.settle_imported",
    "UPDATE imported SET state = $5, why = $6 WHERE unit_id = $1 AND run = $2 AND position = $3 AND id = $4"};
// An earlier import that left the entry as it is now again can be taken back as well.
constexpr sql::Statement kFollow{
    "directory.follow_imported",
    "UPDATE imported SET version = $5 WHERE unit_id = $1 AND id = $2 AND position = $3 AND version = $4 AND "
    "state = 'in'"};
constexpr sql::Statement kHow{
    "directory.imported_counts",
    "SELECT kind, was = '', state, count(*) FROM imported WHERE unit_id = $1 AND run = $2 "
    "GROUP BY kind, was = '', state"};
constexpr sql::Statement kLeft{
    "directory.imported_left",
    "SELECT kind, id, why FROM imported WHERE unit_id = $1 AND run = $2 AND state = 'left' "
    "ORDER BY position, id LIMIT $3"};
constexpr sql::Statement kForget{"directory.forget_imported",
                                 "DELETE FROM imported WHERE unit_id = $1 AND run = $2"};

// What may stand in the way of removing an entry, and how it is removed. Its keeper is $1.
struct Removal {
  Kind kind;
  std::vector<sql::Statement> users;  // of $1
  sql::Statement remove;
  const char* entered;
};
const Removal& removal_of(Kind kind) {
  static const std::vector<Removal> all{
      {Kind::placed,
       {},
       {"directory.remove_placed", "DELETE FROM placed WHERE keeper_unit = $1 AND id = $2"},
       "directory.placed.remove"},
      {Kind::service,
       {{"directory.placed_of_service", "SELECT id FROM placed WHERE service_id = $1 LIMIT 1"},
        {"directory.confirmation_of", "SELECT day FROM confirmation WHERE service_id = $1"}},
       {"directory.remove_service", "DELETE FROM service WHERE keeper_unit = $1 AND id = $2"},
       "directory.service.remove"},
      {Kind::location,
       {{"directory.placed_at_location", "SELECT id FROM placed WHERE location_id = $1 LIMIT 1"}},
       {"directory.remove_location", "DELETE FROM location WHERE keeper_unit = $1 AND id = $2"},
       "directory.location.remove"},
      {Kind::organisation,
       {{"directory.service_of_organisation", "SELECT id FROM service WHERE organisation_id = $1 LIMIT 1"},
        {"directory.location_of_organisation", "SELECT id FROM location WHERE organisation_id = $1 LIMIT 1"}},
       {"directory.remove_organisation", "DELETE FROM organisation WHERE keeper_unit = $1 AND id = $2"},
       "directory.organisation.remove"},
      {Kind::term,
       {},
       {"directory.remove_term", "DELETE FROM term WHERE keeper_unit = $1 AND id = $2"},
       "directory.term.remove"}};
  for (const auto& each : all)
    if (each.kind == kind) return each;
  throw Bug("no such kind of entry");
}
// Of the unit's own rows about a service, questions by mail and its history go with it, notes do not.
constexpr sql::Statement kNoted{"directory.notes_of",
                                "SELECT id FROM suggestion WHERE unit_id = $1 AND service_id = $2 LIMIT 1"};
// Changes of imports that were taken back since; others would have given it another version.
constexpr sql::Statement kForgetChanges{"directory.forget_changes",
                                        "DELETE FROM revision WHERE unit_id = $1 AND service_id = $2"};
constexpr sql::Statement kUnask{"directory.unask",
                                "DELETE FROM question WHERE unit_id = $1 AND service_id = $2"};

Kind kind_named(std::string_view table) {
  for (const Kind each : kKinds)
    if (facts_of(each).table == table) return each;
  throw Bug("no such kind of entry");
}

// What refers to others goes before what it refers to.
std::int64_t position_of(Kind kind) {
  switch (kind) {
    case Kind::placed:
      return 0;
    case Kind::service:
      return 1;
    case Kind::location:
      return 2;
    case Kind::organisation:
      return 3;
    case Kind::term:
      break;
  }
  return 4;
}

Text reason_of(std::string_view why) {
  if (why == "changed") return msg("It was changed after the import.");
  if (why == "used") return msg("Something else refers to it by now, such as a note or another entry.");
  return msg("Another unit keeps it by now.");
}

struct Row {
  Kind kind = Kind::service;
  std::string id;
  std::int64_t version = 0;
  std::string was, given;
  std::int64_t position = 0;
};

// Takes back one heap of entries, inside one transaction.
class TakeBack {
 public:
  TakeBack(access::Change& change, const Hand& hand, const std::string& run)
      : change_(change), hand_(hand), unit_(hand.unit), run_(run) {
    plan_.unit = unit_;
  }

  // How many rows there were.
  std::size_t work() {
    const auto rows = change_.rows(kNext, {unit_, run_, kAtOnce}, [](const sql::Row& r) {
      return Row{kind_named(r.text(0)),  std::string(r.text(1)), r.integer(2),
                 std::string(r.text(3)), std::string(r.text(4)), r.integer(5)};
    });
    for (const Row& row : rows) {
      const std::string_view why = settle(row);
      change_.change(kSettle, {unit_, run_, row.position, row.id, why.empty() ? "out" : "left", why});
    }
    carry_out(change_, plan_);
    for (const auto& id : derive_) derive(change_, id);
    return rows.size();
  }

 private:
  // Empty where it was taken back, otherwise why it was not.
  std::string_view settle(const Row& row) {
    const auto had = read(row);
    if (!had) return "";
    if (had->keeper != unit_) return "given";
    if (had->version != row.version) return "changed";
    if (!row.was.empty()) {
      restore(row, *had);
      return "";
    }
    // What was moved away from it before is no use of it.
    if (!plan_.rows.empty()) {
      carry_out(change_, plan_);
      plan_ = {};
      plan_.unit = unit_;
    }
    if (is_used(row)) return "used";
    remove(row, *had);
    return "";
  }

  std::optional<Had> read(const Row& row) {
    std::optional<Had> found;
    const std::vector<std::string> ids{row.id};
    // On PostgreSQL, nobody else may write it until we are done.
    versions_by_id(row.kind).each(change_, ids, {}, [](const sql::Row&) {});
    entries_by_id(row.kind).each(change_, ids, reader_of(row.kind, unit_), [&](const sql::Row& r) {
      found = Had{std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(5)),
                  std::string(r.text(6)), r.integer(3),           r.integer(4)};
    });
    return found;
  }

  bool is_used(const Row& row) {
    bool used = false;
    const auto seen = [&](const sql::Row&) { used = true; };
    for (const auto& statement : removal_of(row.kind).users) change_.each(statement, {row.id}, seen);
    if (row.kind == Kind::service) change_.each(kNoted, {unit_, row.id}, seen);
    return used;
  }

  void follow(Kind kind, const std::string& id, const std::string& doc) {
    const std::vector<std::string> ids{id};
    const auto take = [&](const sql::Row& r) { derive_.emplace(r.text(0)); };
    if (kind == Kind::service) derive_.insert(id);
    if (kind == Kind::placed) derive_.insert(parsed<Placed>(doc).service_id.text);
    if (kind == Kind::organisation) services_of_organisations().each(change_, ids, {}, take);
    if (kind == Kind::location) services_at_locations().each(change_, ids, {}, take);
  }

  void remove(const Row& row, const Had& had) {
    const std::vector<std::string> ids{row.id};
    if (row.kind == Kind::service) {
      for (const auto& id : offers_there(change_, ids)) change_.note("offer", id);
      Derived::clear(change_, ids, unit_);
      change_.change(kUnask, {unit_, row.id});
      change_.change(kForgetChanges, {unit_, row.id});
      derive_.erase(row.id);
    }
    if (row.kind == Kind::location) clear_secrets().change(change_, ids, {unit_});
    change_.change(removal_of(row.kind).remove, {unit_, row.id});
    change_.also(removal_of(row.kind).entered, row.id);
    if (row.kind == Kind::placed) follow(row.kind, row.id, had.doc);
  }

  void restore(const Row& row, const Had& had) {
    Had next = had;
    next.doc = row.was;
    next.given = row.given;
    const Json was = json_of(row.was);
    switch (row.kind) {
      case Kind::organisation:
        plan_entry(plan_, row.id, next, thing_of<Organisation>(was), hand_.now.ms);
        break;
      case Kind::location:
        plan_entry(plan_, row.id, next, thing_of<Location>(was), hand_.now.ms);
        break;
      case Kind::service:
        plan_entry(plan_, row.id, next, thing_of<Service>(was), hand_.now.ms);
        add_revision(plan_.revisions, hand_, {Way::undo, "", row.version}, row.id, row.version + 1,
                     moved(json_of(had.doc), was));
        break;
      case Kind::placed:
        plan_entry(plan_, row.id, next, thing_of<Placed>(was), hand_.now.ms);
        follow(row.kind, row.id, had.doc);
        break;
      case Kind::term:
        plan_entry(plan_, row.id, next, thing_of<Term>(was), hand_.now.ms);
        break;
    }
    follow(row.kind, row.id, row.was);
    change_.change(kFollow, {unit_, row.id, row.position, row.version - 1, row.version + 1});
  }

  access::Change& change_;
  const Hand& hand_;
  const UnitId unit_;
  const std::string& run_;
  Plan plan_;
  std::set<std::string> derive_;  // services whose derived rows follow
};

const ManyIds& names_of(Kind kind) {
  static const ManyIds services("directory.names_of_services",
                                "SELECT id, name FROM service WHERE id IN (?…)"),
      organisations("directory.names_of_organisations", "SELECT id, name FROM organisation WHERE id IN (?…)"),
      locations("directory.names_of_locations", "SELECT id, name FROM location WHERE id IN (?…)"),
      placed("directory.names_of_placed",
             "SELECT p.id, s.name FROM placed p JOIN service s ON s.id = p.service_id WHERE p.id IN (?…)"),
      terms("directory.names_of_terms", "SELECT id, foreign_id FROM term WHERE id IN (?…)");
  switch (kind) {
    case Kind::organisation:
      return organisations;
    case Kind::location:
      return locations;
    case Kind::placed:
      return placed;
    case Kind::term:
      return terms;
    case Kind::service:
      break;
  }
  return services;
}

void count(ImportTally::Counts& counts, bool added, std::string_view state, std::int64_t number) {
  if (state == "out")
    (added ? counts.removed : counts.restored) += number;
  else
    (added ? counts.added : counts.changed) += number;
}

}  // namespace

void remember(std::vector<sql::Value>& rows, UnitId unit, const std::string& run, Kind kind,
              const std::string& id, std::int64_t version, const Had* before) {
  for (sql::Value value : {sql::Value(unit), sql::Value(run), sql::Value(position_of(kind)),
                           sql::Value(facts_of(kind).table), sql::Value(id), sql::Value(version),
                           sql::Value(before ? before->doc : ""), sql::Value(before ? before->given : "")})
    rows.push_back(std::move(value));
}

void write_imported(access::Change& change, const std::vector<sql::Value>& rows) {
  // Written twice by one import, an entry goes back to what it was before the first time, unless others came
  // between.
  static const ManyRows all(
      "directory.put_imported",
      "INSERT INTO imported (unit_id, run, position, kind, id, version, was, was_given, state, why) VALUES",
      "(?, ?, ?, ?, ?, ?, ?, ?, 'in', '')",
      " ON CONFLICT (unit_id, run, position, id) DO UPDATE SET version = excluded.version WHERE "
      "imported.unit_id = excluded.unit_id AND imported.version = excluded.version - 1");
  all.run(change, rows);
}

bool take_back(const access::UnitDoor& door, const Hand& hand, const std::string& run, const GoOn& go_on) {
  for (std::size_t done = 0;;) {
    if (!go_on(done, 0)) return false;
    const auto taken = door.change("directory.import.take_back", run, [&](access::Change& change) {
      return TakeBack(change, hand, run).work();
    });
    if (taken == 0) return true;
    done += taken;
  }
}

ImportTally import_tally(const access::UnitDoor& door, const std::string& run) {
  const UnitId unit = door.unit();
  return door.read([&](access::View& view) {
    ImportTally tally;
    view.each(kHow, {unit, run}, [&](const sql::Row& r) {
      const std::string kind(facts_of(kind_named(r.text(0))).name);
      count(tally.kinds[kind], r.truth(1), r.text(2), r.integer(3));
      if (r.text(2) == "left") tally.left_count += r.integer(3);
    });
    std::map<Kind, std::vector<std::string>> ids;
    std::map<std::string, std::string> names;
    view.each(kLeft, {unit, run, ImportTally::kMostLeft}, [&](const sql::Row& r) {
      const Kind kind = kind_named(r.text(0));
      ids[kind].emplace_back(r.text(1));
      tally.left.push_back(
          {std::string(facts_of(kind).name), std::string(r.text(1)), "", reason_of(r.text(2))});
    });
    for (const auto& [kind, list] : ids)
      names_of(kind).each(view, list, {},
                          [&](const sql::Row& r) { names[std::string(r.text(0))] = r.text(1); });
    for (auto& each : tally.left) each.name = names[each.id];
    return tally;
  });
}

void forget_import(access::Change& change, UnitId unit, const std::string& run) {
  change.change(kForget, {unit, run});
}

}  // namespace lotse::directory
