// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/fold.h"
#include "directory/directory.h"
#include "directory/entry.h"

namespace lotse::directory {
namespace {

constexpr sql::Statement kOffer{"directory.offer", "SELECT service_id FROM offer WHERE id = $1"};
constexpr sql::Statement kService{"directory.service",
                                  "SELECT doc, keeper_unit, version FROM service WHERE id = $1"};
constexpr sql::Statement kOrganisation{"directory.organisation",
                                       "SELECT doc FROM organisation WHERE id = $1"};
constexpr sql::Statement kPlacedOf{
    "directory.placed_of",
    "SELECT p.doc, l.doc FROM placed p JOIN location l ON l.id = p.location_id "
    "WHERE p.service_id = $1 ORDER BY p.id"};
constexpr sql::Statement kKept{
    "directory.kept",
    "SELECT s.id, s.name, o.name, s.status, c.day, s.doc FROM service s "
    "JOIN organisation o ON o.id = s.organisation_id LEFT JOIN confirmation c ON c.service_id = s.id "
    "WHERE s.keeper_unit = $1 AND s.sort_key LIKE $2 ORDER BY s.sort_key, s.id LIMIT $3 OFFSET $4"};
constexpr sql::Statement kCountKept{
    "directory.count_kept", "SELECT count(*) FROM service WHERE keeper_unit = $1 AND sort_key LIKE $2"};
constexpr sql::Statement kConfirmed{"directory.confirmed",
                                    "SELECT day FROM confirmation WHERE service_id = $1"};
// What the source last gave is kept beside a correction, so that a later import can tell the two apart.
constexpr sql::Statement kCorrect{
    "directory.correct",
    "UPDATE service SET doc = $4, name = $5, sort_key = $6, status = $7, changed_ms = $8, "
    "given = coalesce(nullif(coalesce(nullif(given, ''), doc), $4), ''), version = version + 1 "
    "WHERE id = $1 AND keeper_unit = $2 AND version = $3 RETURNING version"};

constexpr sql::Statement kAllOrganisations{"directory.all_organisations",
                                           "SELECT doc FROM organisation ORDER BY id"};
constexpr sql::Statement kAllLocations{"directory.all_locations", "SELECT doc FROM location ORDER BY id"};
constexpr sql::Statement kAllServices{"directory.all_services", "SELECT doc FROM service ORDER BY id"};
constexpr sql::Statement kAllPlaced{"directory.all_placed", "SELECT doc FROM placed ORDER BY id"};
constexpr sql::Statement kAllTerms{"directory.all_terms", "SELECT doc FROM term ORDER BY id"};

struct Loaded {
  Service service;
  Organisation organisation;
  std::vector<At> places;
  UnitId keeper = 0;
  std::int64_t version = 0;
};

std::optional<Loaded> load(access::View& view, std::string_view service_id) {
  auto loaded = view.one(kService, {service_id}, [](const sql::Row& r) {
    return Loaded{parsed<Service>(r.text(0)), {}, {}, r.integer(1), r.integer(2)};
  });
  if (!loaded) return loaded;
  auto organisation = view.one(kOrganisation, {loaded->service.organization_id.text},
                               [](const sql::Row& r) { return parsed<Organisation>(r.text(0)); });
  CHECK(organisation.has_value());
  loaded->organisation = std::move(*organisation);
  loaded->places = view.rows(kPlacedOf, {service_id}, [](const sql::Row& r) {
    return At{parsed<Placed>(r.text(0)), parsed<Location>(r.text(1))};
  });
  return loaded;
}

// The later of both; HSDS lets a time follow the day.
std::optional<Day> confirmed_on(const std::optional<std::string>& here, std::string_view assured) {
  const auto ours = Day::parse(here.value_or("")), theirs = Day::parse(assured.substr(0, 10));
  return std::max(ours, theirs);
}

std::optional<Day> confirmed_on(access::View& view, const Service& service) {
  const auto here =
      view.one(kConfirmed, {service.id.text}, [](const sql::Row& r) { return std::string(r.text(0)); });
  return confirmed_on(here, service.assured_date);
}

std::string like(std::string_view part) { return "%" + fold(part) + "%"; }

Entry entry_of(Loaded loaded, std::string_view offer_id) {
  Entry entry{std::move(loaded.service),
              std::move(loaded.organisation),
              {},
              {},
              false,
              loaded.keeper,
              loaded.version,
              {}};
  for (auto& at : loaded.places) {
    if (at.placed.id.text != offer_id) continue;
    entry.confidential = at.location.lotse_confidential;
    if (!entry.confidential) entry.location = std::move(at.location);
    entry.placed = std::move(at.placed);
  }
  return entry;
}

std::optional<Entry> entry_at(access::View& view, std::string_view service_id, std::string_view offer_id) {
  auto loaded = load(view, service_id);
  if (!loaded) return std::nullopt;
  const auto confirmed = confirmed_on(view, loaded->service);
  Entry entry = entry_of(std::move(*loaded), offer_id);
  entry.confirmed = confirmed;
  return entry;
}

}  // namespace

std::optional<Entry> entry_in(access::View& view, std::string_view service_id) {
  return entry_at(view, service_id, "");
}

void derive(access::Change& change, const std::string& service_id) {
  const auto loaded = load(change, service_id);
  CHECK(loaded.has_value());
  const std::vector<std::string> services{service_id};
  for (const auto& id : offers_there(change, services)) change.note("offer", id);  // those that may vanish
  Derived derived;
  derived.add(loaded->service, loaded->organisation, loaded->places, loaded->keeper);
  Derived::clear(change, services, loaded->keeper);
  derived.write(change);
  for (const auto& id : derived.offer_ids) change.note("offer", id);
}

Entry find_offer(const access::Desk& desk, std::string_view offer_id) {
  if (!is_uuid(offer_id)) throw NotFound();
  auto entry = desk.public_read().read([&](access::View& view) -> std::optional<Entry> {
    const auto service =
        view.one(kOffer, {offer_id}, [](const sql::Row& r) { return std::string(r.text(0)); });
    return service ? entry_at(view, *service, offer_id) : std::nullopt;
  });
  if (!entry) throw NotFound();
  return std::move(*entry);
}

std::vector<Kept> kept_services(const access::Desk& desk, std::string_view part, int offset, int limit) {
  const auto door = desk.unit(access::kDirectoryRead);
  return door.read([&](access::View& view) {
    return view.rows(kKept, {door.unit(), like(part), limit, offset}, [](const sql::Row& r) {
      return Kept{{std::string(r.text(0))},
                  std::string(r.text(1)),
                  std::string(r.text(2)),
                  std::string(r.text(3)),
                  confirmed_on(r.opt_text(4), json_of(r.text(5)).value("assured_date", ""))};
    });
  });
}

std::int64_t count_kept(const access::Desk& desk, std::string_view part) {
  const auto door = desk.unit(access::kDirectoryRead);
  return door.read([&](access::View& view) {
    return view.one(kCountKept, {door.unit(), like(part)}, [](const sql::Row& r) { return r.integer(0); })
        .value();
  });
}

Entry find_kept(const access::Desk& desk, const ServiceId& id) {
  const auto door = desk.unit(access::kDirectoryRead);
  if (!is_uuid(id.text)) throw NotFound();
  auto entry = door.read([&](access::View& view) { return entry_in(view, id.text); });
  if (!entry || entry->keeper != door.unit()) door.absent("directory.service.open", id.text);
  return std::move(*entry);
}

Correction correction_of(const Service& service, std::int64_t version, Hand hand, Cause cause) {
  Correction made{service, "", sort_key(service.name), version, std::move(hand), std::move(cause)};
  give_ids(made.service, service.id.text);
  made.doc = doc_of(made.service);
  return made;
}

std::int64_t write_correction(access::Change& change, const Correction& c) {
  const UnitId unit = c.hand.unit;
  const std::string& id = c.service.id.text;
  const auto before = change.one(
      kService, {id}, [](const sql::Row& r) { return std::pair(std::string(r.text(0)), r.integer(1)); });
  if (!before || before->second != unit) throw NotFound();
  const auto next = change.one(
      kCorrect, {id, unit, c.version, c.doc, c.service.name, c.key, c.service.status, c.hand.now.ms},
      [](const sql::Row& r) { return r.integer(0); });
  if (!next) throw Stale();
  std::vector<sql::Value> line;
  add_revision(line, c.hand, c.cause, id, *next, moved(json_of(before->first), json_of(c.doc)));
  write_revisions(change, line);
  derive(change, id);
  return *next;
}

Result<std::int64_t> correct(const access::Desk& desk, const Service& service, std::int64_t version) {
  const auto door = desk.unit(access::kDirectoryWrite);
  if (auto problems = check(service); !problems.empty()) return refuse(std::move(problems));
  const Correction correction = correction_of(service, version, hand_of(desk), {});
  return door.change("directory.service.correct", service.id.text,
                     [&](access::Change& change) { return write_correction(change, correction); });
}

std::string id_for(std::string_view source, std::string_view kind, std::string_view foreign_id) {
  if (is_uuid(foreign_id)) return std::string(foreign_id);
  return uuid_of_name(std::string(source) + "\n" + std::string(kind) + "\n" + std::string(foreign_id));
}

Whole read_whole(const access::Desk& desk) {
  return desk.public_read().read([](access::View& view) {
    Whole whole;
    std::set<std::string> hidden;
    whole.organisations =
        view.rows(kAllOrganisations, {}, [](const sql::Row& r) { return parsed<Organisation>(r.text(0)); });
    view.each(kAllLocations, {}, [&](const sql::Row& r) {
      auto location = parsed<Location>(r.text(0));
      if (location.lotse_confidential)
        hidden.insert(location.id.text);
      else
        whole.locations.push_back(std::move(location));
    });
    whole.services =
        view.rows(kAllServices, {}, [](const sql::Row& r) { return parsed<Service>(r.text(0)); });
    view.each(kAllPlaced, {}, [&](const sql::Row& r) {
      auto placed = parsed<Placed>(r.text(0));
      if (!hidden.contains(placed.location_id.text)) whole.placed.push_back(std::move(placed));
    });
    whole.terms = view.rows(kAllTerms, {}, [](const sql::Row& r) { return parsed<Term>(r.text(0)); });
    return whole;
  });
}

}  // namespace lotse::directory
