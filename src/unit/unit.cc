// SPDX-License-Identifier: EUPL-1.2
#include "unit/unit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "access/operator.h"
#include "base/fold.h"
#include "base/json.h"
#include "unit/profile.h"
#include "unit/type_fields.h"
#include "words/words.h"

namespace lotse::unit {
namespace {

struct Kind {
  std::string_view kind, label;
};
constexpr Kind kKinds[] = {{"jobcentre_joint", words::N_("Job centre (joint facility)")},
                           {"jobcentre_municipal", words::N_("Job centre (municipal)")},
                           {"agency", words::N_("Employment agency")},
                           {"youth_care_desk", words::N_("Youth office, day care")},
                           {"youth_social_service", words::N_("Youth office, social service")},
                           {"family_centre", words::N_("Family centre")},
                           {"multigen_house", words::N_("Multi-generation house")},
                           {"contact_point", words::N_("Contact point")},
                           {"course_provider", words::N_("Language school or course provider")},
                           {"recognition_advice", words::N_("Advice on recognition of qualifications")},
                           {"secrecy_advice", words::N_("Advice centre bound to secrecy")},
                           {"partner_service", words::N_("Housing, health or school service")},
                           {"interpreter_pool", words::N_("Interpreter pool")},
                           {"coordination", words::N_("Coordination of the region")},
                           {"audit_body", words::N_("Auditing body")},
                           {"self", words::N_("A person's own folder")}};

constexpr sql::Statement kNext{"unit.next", "SELECT coalesce(max(unit_id), 0) + 1 FROM unit"};
constexpr sql::Statement kMake{
    "unit.make",
    "INSERT INTO unit (unit_id, keeper_unit, organisation_id, kind, legal_regime, name, opening_hours) "
    "VALUES ($1, $1, $2, $3, $4, $5, $6)"};
constexpr sql::Statement kRegionOf{"unit.region_of",
                                   "INSERT INTO unit_region (keeper_unit, region_id) VALUES ($1, $2) "
                                   "ON CONFLICT (keeper_unit, region_id) DO NOTHING"};
constexpr sql::Statement kContact{
    "unit.contact",
    "INSERT INTO unit_contact (keeper_unit, id, position, name, matter, phone, email, languages) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr sql::Statement kContactIds{"unit.contact_ids",
                                     "SELECT id FROM unit_contact WHERE keeper_unit = $1"};
constexpr sql::Statement kClearContacts{"unit.clear_contacts",
                                        "DELETE FROM unit_contact WHERE keeper_unit = $1"};
constexpr sql::Statement kCorrect{
    "unit.correct",
    "UPDATE unit SET opening_hours = $3, version = version + 1 "
    "WHERE keeper_unit = $1 AND unit_id = $1 AND version = $2 RETURNING version"};
constexpr sql::Statement kAll{"unit.all",
                              "SELECT unit_id, organisation_id, kind, legal_regime, name, opening_hours, "
                              "version FROM unit ORDER BY unit_id"};
constexpr sql::Statement kContacts{"unit.contacts",
                                   "SELECT keeper_unit, id, name, matter, phone, languages, email "
                                   "FROM unit_contact ORDER BY keeper_unit, position, id"};
constexpr sql::Statement kRegionsOf{
    "unit.regions_of", "SELECT keeper_unit, region_id FROM unit_region ORDER BY keeper_unit, region_id"};
constexpr sql::Statement kOne{"unit.one",
                              "SELECT unit_id, organisation_id, kind, legal_regime, name, opening_hours, "
                              "version FROM unit WHERE unit_id = $1"};
constexpr sql::Statement kContactsOfOne{"unit.contacts_of_one",
                                        "SELECT keeper_unit, id, name, matter, phone, languages, email "
                                        "FROM unit_contact WHERE keeper_unit = $1 ORDER BY position, id"};
constexpr sql::Statement kRegionsOfOne{
    "unit.regions_of_one",
    "SELECT keeper_unit, region_id FROM unit_region WHERE keeper_unit = $1 ORDER BY region_id"};
constexpr sql::Statement kRegions{"unit.regions", "SELECT id, name, doc FROM region ORDER BY id"};
constexpr sql::Statement kPutRegion{"unit.put_region",
                                    "INSERT INTO region (id, name, doc) VALUES ($1, $2, $3) ON CONFLICT (id) "
                                    "DO UPDATE SET name = excluded.name, doc = excluded.doc"};
constexpr sql::Statement kPutPlace{
    "unit.put_place",
    "INSERT INTO place (postcode, name, folded, lat_e6, lon_e6) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (postcode, name) DO UPDATE SET lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6"};
constexpr sql::Statement kCountPlaces{"unit.count_places", "SELECT count(*) FROM place"};
constexpr sql::Statement kByCode{
    "unit.place_by_code",
    "SELECT postcode, name, lat_e6, lon_e6 FROM place WHERE postcode = $1 ORDER BY name"};
constexpr sql::Statement kByName{
    "unit.place_by_name",
    "SELECT postcode, name, lat_e6, lon_e6 FROM place WHERE folded >= $1 AND folded < $2 "
    "ORDER BY folded, postcode LIMIT 100"};
constexpr sql::Statement kInstallation{"unit.installation", "SELECT value FROM installation WHERE key = $1"};
constexpr sql::Statement kNote{"unit.note",
                               "INSERT INTO installation (key, value) VALUES ($1, $2) ON CONFLICT (key) DO "
                               "UPDATE SET value = excluded.value"};

// U+10FFFF: behind every text that begins with what stands before it.
constexpr const char* kBehindAll = "\xF4\x8F\xBF\xBF";

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& each : parts) (all += all.empty() ? "" : ",") += each;
  return all;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::string hours_text(const Hours& hours) {
  return hours == Hours{} ? std::string() : to_json(hours).dump();
}

Hours hours_of(std::string_view text) {
  Hours hours;
  if (const auto json = text.empty() ? std::nullopt : parse_json(text)) from_json(*json, hours);
  return hours;
}

// `ids` has one for each contact, in case it has none.
void put_contacts(access::Change& change, UnitId unit, const std::vector<Contact>& contacts,
                  const std::vector<std::string>& ids) {
  std::set<std::string> had;
  change.each(kContactIds, {unit}, [&](const sql::Row& r) { had.emplace(r.text(0)); });
  change.change(kClearContacts, {unit});
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const auto& c = contacts[i];
    const std::string& id = had.erase(c.id) ? c.id : ids[i];
    change.change(kContact, {unit, id, static_cast<std::int64_t>(i), c.name, c.matter, c.phone, c.email,
                             joined(c.languages)});
  }
}

std::vector<std::string> new_ids(const Unit& unit, Instant now) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < unit.contacts.size(); ++i) ids.push_back(new_uuid(now.ms));
  return ids;
}

Unit unit_of(const sql::Row& r) {
  return {.id = r.integer(0),
          .organisation_id = r.opt_text(1).value_or(""),
          .kind = std::string(r.text(2)),
          .legal_regime = std::string(r.text(3)),
          .name = std::string(r.text(4)),
          .hours = hours_of(r.text(5)),
          .version = r.integer(6)};
}

Contact contact_of(const sql::Row& r) {
  return {std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(3)),
          std::string(r.text(4)), split(r.text(5)),       std::string(r.text(6))};
}

Place place_of(const sql::Row& r) {
  return {std::string(r.text(0)),
          std::string(r.text(1)),
          {static_cast<double>(r.integer(2)) / 1e6, static_cast<double>(r.integer(3)) / 1e6}};
}

std::optional<Place> middle(const std::vector<Place>& places) {
  if (places.empty()) return std::nullopt;
  Place all = places.front();
  all.point = {};
  for (const auto& each : places) {
    all.point.lat += each.point.lat / static_cast<double>(places.size());
    all.point.lon += each.point.lon / static_cast<double>(places.size());
  }
  return all;
}

// Within this the points of one name are one town; beyond it they are towns that share a name, and the middle
// between them is nowhere.
constexpr double kOneTown_m = 25'000;

FoundPlace of_one_name(const std::vector<Place>& places) {
  std::vector<Place> towns;
  for (const auto& each : places)
    if (std::none_of(towns.begin(), towns.end(),
                     [&](const Place& other) { return distance_m(each.point, other.point) <= kOneTown_m; }))
      towns.push_back(each);
  if (towns.size() > 1) return {{}, std::move(towns)};
  return {middle(places), {}};
}

}  // namespace

bool is_kind(std::string_view kind) { return !kind_label(kind).empty(); }

bool is_regime(std::string_view regime) {
  constexpr std::array<std::string_view, 4> kRegimes{"gdpr_sgb", "gdpr", "kdg", "dsg_ekd"};
  return std::find(kRegimes.begin(), kRegimes.end(), regime) != kRegimes.end();
}

std::string_view kind_label(std::string_view kind) {
  for (const auto& each : kKinds)
    if (each.kind == kind) return each.label;
  return {};
}

UnitId make(const access::Operator& by, const Unit& unit) {
  CHECK(is_kind(unit.kind) && is_regime(unit.legal_regime));
  const UnitId id = unit.id ? unit.id : by.visitor().public_read().read([](access::View& v) {
    return v.one(kNext, {}, [](const sql::Row& r) { return r.integer(0); }).value();
  });
  const auto ids = new_ids(unit, by.clock().now());
  const std::string hours = hours_text(unit.hours);
  const auto door = by.desk(id, unit.kind).unit(access::kDirectoryWrite);
  door.change("unit.make", std::to_string(id), [&](access::Change& change) {
    const std::optional<std::string> organisation =
        unit.organisation_id.empty() ? std::nullopt : std::optional(unit.organisation_id);
    change.change(kMake, {id, organisation, unit.kind, unit.legal_regime, unit.name, hours});
    for (const auto& region : unit.regions) change.change(kRegionOf, {id, region});
    put_contacts(change, id, unit.contacts, ids);
    change.note("unit", std::to_string(id));
    return 0;
  });
  return id;
}

std::vector<Unit> all(const access::Desk& desk) {
  return desk.public_read().read([](access::View& view) {
    auto units = view.rows(kAll, {}, unit_of);
    std::map<UnitId, Unit*> by_id;
    for (auto& each : units) by_id[each.id] = &each;
    view.each(kContacts, {}, [&](const sql::Row& r) {
      if (const auto at = by_id.find(r.integer(0)); at != by_id.end())
        at->second->contacts.push_back(contact_of(r));
    });
    view.each(kRegionsOf, {}, [&](const sql::Row& r) {
      if (const auto at = by_id.find(r.integer(0)); at != by_id.end())
        at->second->regions.emplace_back(r.text(1));
    });
    return units;
  });
}

std::optional<Unit> find(const access::Desk& desk, UnitId id) {
  return desk.public_read().read([&](access::View& view) {
    auto unit = view.one(kOne, {id}, unit_of);
    if (!unit) return unit;
    unit->contacts = view.rows(kContactsOfOne, {id}, contact_of);
    unit->regions = view.rows(kRegionsOfOne, {id}, [](const sql::Row& r) { return std::string(r.text(1)); });
    return unit;
  });
}

Result<std::int64_t> correct(const access::Desk& desk, const Unit& unit) {
  const auto door = desk.unit(access::kDirectoryWrite);
  if (unit.id != door.unit()) throw NotFound();
  if (auto problems = check(unit); !problems.empty()) return refuse(std::move(problems));
  const Unit tidy = tidied(unit);
  const std::string hours = hours_text(tidy.hours), object = std::to_string(unit.id);
  const auto ids = new_ids(tidy, desk.now());
  return door.change("unit.correct", object, [&](access::Change& change) {
    const auto next =
        change.one(kCorrect, {unit.id, unit.version, hours}, [](const sql::Row& r) { return r.integer(0); });
    if (!next) throw Stale();
    put_contacts(change, unit.id, tidy.contacts, ids);
    change.note("unit", object);
    return *next;
  });
}

Json as_json(const Unit& unit) { return to_json(unit); }

std::vector<Region> regions(const access::Desk& desk) {
  return desk.public_read().read([](access::View& view) {
    return view.rows(kRegions, {}, [](const sql::Row& r) {
      return Region{std::string(r.text(0)), std::string(r.text(1)), std::string(r.text(2))};
    });
  });
}

void put_region(const access::Desk& desk, const Region& region) {
  desk.unit(access::kDirectoryWrite).change("region.put", region.id, [&](access::Change& change) {
    change.note("region", region.id);
    return change.change(kPutRegion, {region.id, region.name, region.doc});
  });
}

int put_places(const access::Desk& desk, const std::vector<Place>& places) {
  return desk.unit(access::kDirectoryWrite).change("places.put", "", [&](access::Change& change) {
    const auto count = [&] {
      return change.one(kCountPlaces, {}, [](const sql::Row& r) { return r.integer(0); }).value();
    };
    const auto before = count();
    for (const auto& each : places)
      change.change(kPutPlace, {each.postcode, each.name, fold(each.name), std::llround(each.point.lat * 1e6),
                                std::llround(each.point.lon * 1e6)});
    return static_cast<int>(count() - before);
  });
}

FoundPlace find_place(const access::Desk& desk, std::string_view typed) {
  std::string code, name;
  for (const auto& word : words_of(typed)) {
    const bool digits = word.find_first_not_of("0123456789") == word.npos;
    if (digits && word.size() == 5 && code.empty())
      code = word;
    else
      (name += name.empty() ? "" : " ") += word;
  }
  if (code.empty() && name.empty()) return {};
  return desk.public_read().read([&](access::View& view) -> FoundPlace {
    if (!code.empty()) {
      auto places = view.rows(kByCode, {code}, place_of);
      auto named = places;
      std::erase_if(named, [&](const Place& p) { return !fold(p.name).starts_with(name); });
      if (auto found = middle(named.empty() ? places : named); found || name.empty()) return {found, {}};
    }
    auto places = view.rows(kByName, {name, name + kBehindAll}, place_of);
    auto exact = places;
    std::erase_if(exact, [&](const Place& p) { return fold(p.name) != name; });
    // Only a beginning: the places that share the first name, not everything that begins so.
    if (exact.empty() && !places.empty())
      std::erase_if(places, [first = places.front().name](const Place& p) { return p.name != first; });
    return of_one_name(exact.empty() ? places : exact);
  });
}

std::optional<Point> point_of_postcode(const access::Desk& desk, std::string_view postcode) {
  const auto place = desk.public_read().read(
      [&](access::View& view) { return middle(view.rows(kByCode, {postcode}, place_of)); });
  return place ? std::optional(place->point) : std::nullopt;
}

std::optional<std::string> installation(const access::Desk& desk, std::string_view key) {
  return desk.public_read().read([&](access::View& view) {
    return view.one(kInstallation, {key}, [](const sql::Row& r) { return std::string(r.text(0)); });
  });
}

void note_installation(const access::Desk& desk, std::string_view key, std::string_view value) {
  desk.unit(access::kDirectoryWrite).change("installation.note", key, [&](access::Change& change) {
    return change.change(kNote, {key, value});
  });
}

}  // namespace lotse::unit
