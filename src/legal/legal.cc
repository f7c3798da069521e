// SPDX-License-Identifier: EUPL-1.2
#include "legal/legal.h"

#include <algorithm>
#include <map>

#include "legal/parts.h"

namespace lotse::legal {
namespace {

constexpr sql::Statement kHistory{"legal.history",
                                  "SELECT version, at_ms, doc FROM legal_notice WHERE keeper_unit = $1 "
                                  "ORDER BY version DESC"};
constexpr sql::Statement kCurrent{"legal.current",
                                  "SELECT version, at_ms, doc FROM legal_notice WHERE keeper_unit = $1 "
                                  "ORDER BY version DESC LIMIT 1"};
constexpr sql::Statement kLatest{
    "legal.latest", "SELECT max(version) FROM legal_notice WHERE keeper_unit = $1 GROUP BY keeper_unit"};
constexpr sql::Statement kKeep{
    "legal.keep", "INSERT INTO legal_notice (keeper_unit, version, at_ms, doc) VALUES ($1, $2, $3, $4)"};

Version version_of(const sql::Row& r) {
  Version version{.number = r.integer(0), .at = {r.integer(1)}};
  if (const auto json = parse_json(r.text(2))) from_json(*json, version.duties);
  return version;
}

}  // namespace

std::optional<unit::Unit> provider(const access::Desk& desk) {
  const auto units = unit::all(desk);
  if (units.empty()) return std::nullopt;
  const auto at =
      std::find_if(units.begin(), units.end(), [](const auto& u) { return u.kind == "coordination"; });
  return at == units.end() ? units.front() : *at;
}

Version current(const access::Desk& desk, UnitId unit) {
  return desk.public_read().read(
      [&](access::View& view) { return view.one(kCurrent, {unit}, version_of).value_or(Version{}); });
}

std::vector<Version> history(const access::Desk& desk, UnitId unit) {
  return desk.public_read().read([&](access::View& view) { return view.rows(kHistory, {unit}, version_of); });
}

Result<std::int64_t> keep(const access::UnitDoor& door, const Duties& duties, std::int64_t before,
                          const Clock& clock) {
  if (auto problems = check(duties, clock.today()); !problems.empty()) return refuse(std::move(problems));
  const std::string doc = to_json(tidied(duties)).dump();
  const std::int64_t at = clock.now().ms;
  return door.change("legal.keep", std::to_string(door.unit()), [&](access::Change& change) {
    const auto latest =
        change.one(kLatest, {door.unit()}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
    if (latest != before) throw Stale();
    change.change(kKeep, {door.unit(), before + 1, at, doc});
    return before + 1;
  });
}

std::vector<Gap> gaps(const access::Desk& desk) {
  std::vector<Gap> all;
  const auto first = provider(desk);
  for (auto& unit : unit::all(desk)) {
    auto labels = missing(current(desk, unit.id).duties, unit.id == first->id);
    if (!labels.empty()) all.push_back({std::move(unit), std::move(labels)});
  }
  return all;
}

void install(web::Site& site, access::Store& store) {
  install_public(site);
  install_reports(site, store);
  install_staff(site, store);
}

}  // namespace lotse::legal
