// SPDX-License-Identifier: EUPL-1.2
#include "directory/kinds.h"

namespace lotse::directory {
namespace {

constexpr std::string_view kColumns = "id, source, foreign_id, keeper_unit, version, given, doc";

// One statement for each kind, made when it is first asked for.
template <class S, class F>
const S& for_kind(Kind kind, F&& make) {
  static const std::map<Kind, S> made = [&] {
    std::map<Kind, S> all;
    for (const Kind each : kKinds) all.emplace(each, make(each));
    return all;
  }();
  return made.at(kind);
}

std::string text(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const auto part : parts) whole += part;
  return whole;
}

ManyRows writing_of(Kind which) {
  const KindFacts& kind = facts_of(which);
  std::string head = text(
                  {"INSERT INTO ", kind.table, " (id, keeper_unit, source, foreign_id, version, given, doc"}),
              row = "(?, ?, ?, ?, ?, ?, ?",
              tail =
                  " ON CONFLICT (id) DO UPDATE SET version = excluded.version, given = excluded.given, "
                  "doc = excluded.doc";
  for (const auto column : kind.columns) {
    head += text({", ", column});
    // Locations need no organisation; a column that may be NULL is written as an empty text.
    row += column == "organisation_id" ? ", nullif(?, '')" : ", ?";
    tail += text({", ", column, " = excluded.", column});
  }
  tail += text({" WHERE ", kind.table, ".keeper_unit = excluded.keeper_unit AND ", kind.table,
                ".version = excluded.version - 1"});
  return {text({"directory.put_", kind.table}), head + ") VALUES", row + ")", tail};
}

// Entries with all that the unit may know of them: of its confidential locations, what only it keeps.
std::string select_from(Kind kind, std::string_view unit) {
  if (kind != Kind::location) return text({"SELECT ", kColumns, " FROM ", facts_of(kind).table, " e"});
  return text(
      {"SELECT e.id, e.source, e.foreign_id, e.keeper_unit, e.version, coalesce(s.given, e.given), "
       "coalesce(s.doc, e.doc) FROM location e LEFT JOIN location_secret s ON s.unit_id = ",
       unit, " AND s.id = e.id"});
}

}  // namespace

const KindFacts& facts_of(Kind kind) {
  static const std::map<Kind, KindFacts> facts{
      {Kind::organisation, {"organisation", "organisation", "directory.organisation.put", {"name"}}},
      {Kind::location, {"location", "location", "directory.location.put", {"organisation_id", "name"}}},
      {Kind::service,
       {"service",
        "service",
        "directory.service.put",
        {"organisation_id", "status", "name", "sort_key", "changed_ms"}}},
      {Kind::placed,
       {"placed", "service_at_location", "directory.placed.put", {"service_id", "location_id"}}},
      {Kind::term, {"term", "taxonomy_term", "directory.term.put", {}}}};
  return facts.at(kind);
}

std::string select_entries(Kind kind) { return select_from(kind, "$2") + " WHERE e.source = $1"; }

std::vector<sql::Value> reader_of(Kind kind, UnitId unit) {
  return kind == Kind::location ? std::vector<sql::Value>{unit} : std::vector<sql::Value>{};
}

const ManyIds& entries_by_id(Kind kind) {
  return for_kind<ManyIds>(kind, [](Kind each) {
    return ManyIds(text({"directory.entries_", facts_of(each).table}),
                   select_from(each, "$1") + " WHERE e.id IN (?…)", reader_of(each, 0).size());
  });
}

const ManyIds& versions_by_id(Kind kind) {
  return for_kind<ManyIds>(kind, [](Kind each) {
    const auto table = facts_of(each).table;
    return ManyIds(text({"directory.versions_", table}),
                   text({"SELECT id, version FROM ", table, " WHERE id IN (?…) FOR SHARE"}));
  });
}

const ManyRows& writing(Kind kind) { return for_kind<ManyRows>(kind, writing_of); }

const ManyRows& secret_rows() {
  static const ManyRows rows("directory.put_secrets",
                             "INSERT INTO location_secret (unit_id, id, given, doc) VALUES", "(?, ?, ?, ?)",
                             " ON CONFLICT (unit_id, id) DO UPDATE SET given = excluded.given, doc = "
                             "excluded.doc");
  return rows;
}

const ManyIds& clear_secrets() {
  static const ManyIds ids("directory.clear_secrets",
                           "DELETE FROM location_secret WHERE unit_id = $1 AND id IN (?…)", 1);
  return ids;
}

const ManyIds& placed_at() {
  static const ManyIds ids("directory.placed_at",
                           text({"SELECT ", kColumns, " FROM placed WHERE service_id IN (?…)"}));
  return ids;
}

const ManyIds& services_of_organisations() {
  static const ManyIds ids("directory.services_of_organisations",
                           "SELECT id FROM service WHERE organisation_id IN (?…)");
  return ids;
}

const ManyIds& services_at_locations() {
  static const ManyIds ids("directory.services_at_locations",
                           "SELECT DISTINCT service_id FROM placed WHERE location_id IN (?…)");
  return ids;
}

}  // namespace lotse::directory
