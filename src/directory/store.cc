// SPDX-License-Identifier: EUPL-1.2
#include <set>

#include "base/check.h"
#include "base/fold.h"
#include "directory/directory.h"
#include "directory/offer.h"

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
    "SELECT s.id, s.name, o.name, s.status FROM service s JOIN organisation o ON o.id = s.organisation_id "
    "WHERE s.keeper_unit = $1 AND s.sort_key LIKE $2 ORDER BY s.sort_key, s.id LIMIT $3 OFFSET $4"};
constexpr sql::Statement kCountKept{
    "directory.count_kept", "SELECT count(*) FROM service WHERE keeper_unit = $1 AND sort_key LIKE $2"};
constexpr sql::Statement kCorrect{"directory.correct",
                                  "UPDATE service SET doc = $4, name = $5, sort_key = $6, status = $7, "
                                  "changed_ms = $8, version = version + 1 "
                                  "WHERE id = $1 AND keeper_unit = $2 AND version = $3 RETURNING version"};

constexpr sql::Statement kPutOrganisation{"directory.put_organisation",
                                          "INSERT INTO organisation (id, keeper_unit, source, foreign_id, "
                                          "version, name, doc) VALUES ($1, $2, $3, $4, 1, $5, $6) "
                                          "ON CONFLICT (id) DO UPDATE SET name = excluded.name, doc = "
                                          "excluded.doc, version = organisation.version + 1 "
                                          "WHERE organisation.keeper_unit = excluded.keeper_unit"};
constexpr sql::Statement kPutLocation{
    "directory.put_location",
    "INSERT INTO location (id, keeper_unit, source, foreign_id, version, organisation_id, name, doc) "
    "VALUES ($1, $2, $3, $4, 1, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET organisation_id = "
    "excluded.organisation_id, "
    "name = excluded.name, doc = excluded.doc, version = location.version + 1 "
    "WHERE location.keeper_unit = excluded.keeper_unit"};
constexpr sql::Statement kPutService{
    "directory.put_service",
    "INSERT INTO service (id, keeper_unit, source, foreign_id, version, organisation_id, status, name, "
    "sort_key, changed_ms, doc) "
    "VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET organisation_id = "
    "excluded.organisation_id, "
    "status = excluded.status, name = excluded.name, sort_key = excluded.sort_key, changed_ms = "
    "excluded.changed_ms, "
    "doc = excluded.doc, version = service.version + 1 WHERE service.keeper_unit = excluded.keeper_unit"};
constexpr sql::Statement kPutPlaced{
    "directory.put_placed",
    "INSERT INTO placed (id, keeper_unit, source, foreign_id, version, service_id, location_id, doc) "
    "VALUES ($1, $2, $3, $4, 1, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET service_id = excluded.service_id, "
    "location_id = excluded.location_id, doc = excluded.doc, version = placed.version + 1 "
    "WHERE placed.keeper_unit = excluded.keeper_unit"};
constexpr sql::Statement kPutTerm{
    "directory.put_term",
    "INSERT INTO term (id, keeper_unit, source, foreign_id, doc) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (id) DO UPDATE SET doc = excluded.doc WHERE term.keeper_unit = excluded.keeper_unit"};

constexpr sql::Statement kClearTexts{"directory.clear_texts",
                                     "DELETE FROM service_text WHERE service_id = $1 AND keeper_unit = $2"};
constexpr sql::Statement kPutText{"directory.put_text",
                                  "INSERT INTO service_text (service_id, language, keeper_unit, title, "
                                  "summary, state) VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr sql::Statement kOffersOf{"directory.offers_of", "SELECT id FROM offer WHERE service_id = $1"};
// "+ 0": by the service's index, never by the unit's, who may keep all offers there are.
constexpr sql::Statement kClearOffers{"directory.clear_offers",
                                      "DELETE FROM offer WHERE service_id = $1 AND keeper_unit + 0 = $2"};
constexpr sql::Statement kPutOffer{"directory.put_offer",
                                   "INSERT INTO offer (id, keeper_unit, service_id, organisation_id, "
                                   "location_id, facts, words, organisation_name, address, phone) "
                                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};

constexpr sql::Statement kHadOrganisation{
    "directory.had_organisation",
    "SELECT id, foreign_id, keeper_unit, doc FROM organisation WHERE source = $1"};
constexpr sql::Statement kHadLocation{
    "directory.had_location", "SELECT id, foreign_id, keeper_unit, doc FROM location WHERE source = $1"};
constexpr sql::Statement kHadService{
    "directory.had_service", "SELECT id, foreign_id, keeper_unit, doc FROM service WHERE source = $1"};
constexpr sql::Statement kHadPlaced{"directory.had_placed",
                                    "SELECT id, foreign_id, keeper_unit, doc FROM placed WHERE source = $1"};
constexpr sql::Statement kHadTerm{"directory.had_term",
                                  "SELECT id, foreign_id, keeper_unit, doc FROM term WHERE source = $1"};
constexpr sql::Statement kServicesOfOrganisation{"directory.services_of_organisation",
                                                 "SELECT id FROM service WHERE organisation_id = $1"};
constexpr sql::Statement kServicesOfLocation{"directory.services_of_location",
                                             "SELECT DISTINCT service_id FROM placed WHERE location_id = $1"};

constexpr sql::Statement kAllOrganisations{"directory.all_organisations",
                                           "SELECT doc FROM organisation ORDER BY id"};
constexpr sql::Statement kAllLocations{"directory.all_locations", "SELECT doc FROM location ORDER BY id"};
constexpr sql::Statement kAllServices{"directory.all_services", "SELECT doc FROM service ORDER BY id"};
constexpr sql::Statement kAllPlaced{"directory.all_placed", "SELECT doc FROM placed ORDER BY id"};
constexpr sql::Statement kAllTerms{"directory.all_terms", "SELECT doc FROM term ORDER BY id"};

template <class M>
struct PartsOf {
  static constexpr bool listed = false;
};
template <class P>
requires requires(P part) { part.id.substr(0); }
struct PartsOf<std::vector<P>> {
  static constexpr bool listed = true;
};

// Every part of an entry (a telephone, a schedule) has an id of its own, as the standard wants; what came
// without one gets one made of where it stands, the same each time.
template <class T>
void give_ids(T& thing, const std::string& under) {
  for_each_field<T>([&](const auto& f) {
    if constexpr (PartsOf<typename std::decay_t<decltype(f)>::Member>::listed) {
      auto& parts = thing.*(f.member);
      std::set<std::string> taken;
      for (const auto& each : parts) taken.insert(each.id);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        for (std::size_t salt = i; parts[i].id.empty(); ++salt) {
          const auto id = uuid_of_name(under + "\n" + std::string(f.name) + "\n" + std::to_string(salt));
          if (taken.insert(id).second) parts[i].id = id;
        }
        give_ids(parts[i], parts[i].id);
      }
    }
  });
}

template <class T>
T parsed(std::string_view doc) {
  const auto json = parse_json(doc);
  CHECK(json.has_value());
  T thing;
  from_json(*json, thing, &thing.rest);
  return thing;
}

template <class T>
std::string doc_of(const T& thing) {
  Json json = to_json(thing);
  for (const auto& [key, value] : thing.rest.items()) json[key] = value;
  return json.dump();
}

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

void tell(access::Change& change, std::string_view service_id) {
  for (const auto& id :
       change.rows(kOffersOf, {service_id}, [](const sql::Row& r) { return std::string(r.text(0)); }))
    change.note("offer", id);
}

// What is searched and listed follows from the entry; made anew in the transaction that changes it.
void derive(access::Change& change, const std::string& service_id) {
  const auto loaded = load(change, service_id);
  CHECK(loaded.has_value());
  tell(change, service_id);  // those that may vanish
  const Service& s = loaded->service;
  const UnitId keeper = loaded->keeper;
  change.change(kClearTexts, {service_id, keeper});
  change.change(kClearOffers, {service_id, keeper});
  Texts texts = s.lotse_texts;
  auto& original = texts[s.lotse_language];
  if (original.name.empty()) original.name = s.name;
  if (original.description.empty()) original.description = s.description;
  for (const auto& [language, words] : texts)
    change.change(kPutText, {service_id, language, keeper, words.name, words.description,
                             std::string(name_of(words.state))});
  for (const OfferRow& row : offers_of(s, loaded->organisation, loaded->places)) {
    const std::optional<std::string> location =
        row.location_id.empty() ? std::nullopt : std::optional(row.location_id);
    change.change(kPutOffer, {row.id, keeper, service_id, loaded->organisation.id.text, location, row.facts,
                              row.words, loaded->organisation.name, row.address, row.phone});
    change.note("offer", row.id);
  }
}

std::string sort_key(std::string_view name) { return fold(name); }

std::string like(std::string_view part) { return "%" + fold(part) + "%"; }

Entry entry_of(Loaded loaded, std::string_view offer_id) {
  Entry entry{std::move(loaded.service),
              std::move(loaded.organisation),
              {},
              {},
              false,
              loaded.keeper,
              loaded.version};
  for (auto& at : loaded.places) {
    if (at.placed.id.text != offer_id) continue;
    entry.confidential = at.location.lotse_confidential;
    if (!entry.confidential) entry.location = std::move(at.location);
    entry.placed = std::move(at.placed);
  }
  return entry;
}

}  // namespace

Entry find_offer(const access::Desk& desk, std::string_view offer_id) {
  if (!is_uuid(offer_id)) throw NotFound();
  auto loaded = desk.public_read().read([&](access::View& view) -> std::optional<Loaded> {
    const auto service =
        view.one(kOffer, {offer_id}, [](const sql::Row& r) { return std::string(r.text(0)); });
    return service ? load(view, *service) : std::nullopt;
  });
  if (!loaded) throw NotFound();
  return entry_of(std::move(*loaded), offer_id);
}

std::vector<Kept> kept_services(const access::Desk& desk, std::string_view part, int offset, int limit) {
  const auto door = desk.unit(access::kDirectoryRead);
  return door.read([&](access::View& view) {
    return view.rows(kKept, {door.unit(), like(part), limit, offset}, [](const sql::Row& r) {
      return Kept{
          {std::string(r.text(0))}, std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(3))};
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
  auto loaded = door.read([&](access::View& view) { return load(view, id.text); });
  if (!loaded || loaded->keeper != door.unit()) throw NotFound();
  return entry_of(std::move(*loaded), "");
}

Result<std::int64_t> correct(const access::Desk& desk, const Service& service, std::int64_t version) {
  const auto door = desk.unit(access::kDirectoryWrite);
  if (auto problems = check(service); !problems.empty()) return refuse(std::move(problems));
  Service whole = service;
  give_ids(whole, whole.id.text);
  const std::string doc = doc_of(whole), key = sort_key(service.name);
  const auto now = desk.now().ms;
  return door.change("directory.service.correct", service.id.text, [&](access::Change& change) {
    const auto had = change.one(kService, {service.id.text},
                                [](const sql::Row& r) { return std::pair(r.integer(1), r.integer(2)); });
    if (!had || had->first != door.unit()) throw NotFound();
    const auto next = change.one(
        kCorrect, {service.id.text, door.unit(), version, doc, service.name, key, service.status, now},
        [](const sql::Row& r) { return r.integer(0); });
    if (!next) throw Stale();
    derive(change, service.id.text);
    return *next;
  });
}

std::string id_for(std::string_view source, std::string_view kind, std::string_view foreign_id) {
  if (is_uuid(foreign_id)) return std::string(foreign_id);
  return uuid_of_name(std::string(source) + "\n" + std::string(kind) + "\n" + std::string(foreign_id));
}

namespace {

struct Had {
  std::string foreign_id, doc;
  UnitId keeper = 0;
};

std::map<std::string, Had> had(access::View& view, const sql::Statement& statement, std::string_view source) {
  std::map<std::string, Had> found;
  view.each(statement, {source}, [&](const sql::Row& r) {
    found[std::string(r.text(0))] = {std::string(r.text(1)), std::string(r.text(3)), r.integer(2)};
  });
  return found;
}

// Compares one kind of a batch with what the source gave before; `touch` gets each item that is new or
// different.
template <class T, class F>
Outcome::Counts compare(const std::map<std::string, Had>& before, const std::vector<Batch::Item<T>>& items,
                        UnitId unit, Problems& problems, F&& touch) {
  Outcome::Counts counts;
  std::set<std::string> given;
  for (const auto& item : items) {
    const std::string& id = [&]() -> const std::string& {
      if constexpr (requires { item.thing.id.text; })
        return item.thing.id.text;
      else
        return item.thing.id;
    }();
    given.insert(id);
    const auto at = before.find(id);
    if (at != before.end() && at->second.keeper != unit) {
      problems.push_back({item.foreign_id, msg("Another unit keeps this entry.")});
      continue;
    }
    const std::string doc = doc_of(item.thing);
    if (at == before.end())
      ++counts.added;
    else if (at->second.doc != doc)
      ++counts.changed;
    else {
      ++counts.same;
      continue;
    }
    touch(item, id, doc);
  }
  for (const auto& [id, had] : before)
    if (!given.contains(id)) counts.vanished.push_back(had.foreign_id);
  return counts;
}

// The statements of one kind that a batch will run, made before the transaction.
struct Work {
  struct Row {
    const sql::Statement* statement;
    std::vector<sql::Value> values;
    std::string what, id;
  };
  std::vector<Row> rows;
  std::set<std::string> services, organisations, locations;  // whose offers follow
  Outcome outcome;
  Problems problems;
};

Work plan(access::View& view, const Batch& batch, UnitId unit, std::int64_t now) {
  Work w;
  const auto& source = batch.source;
  const auto add = [&](const sql::Statement& s, std::vector<sql::Value> values, const char* what,
                       const std::string& id) {
    w.rows.push_back({&s, std::move(values), what, id});
  };
  w.outcome.kinds["organisation"] =
      compare(had(view, kHadOrganisation, source), batch.organisations, unit, w.problems,
              [&](const auto& i, const auto& id, const auto& doc) {
                add(kPutOrganisation, {id, unit, source, i.foreign_id, i.thing.name, doc},
                    "directory.organisation.put", id);
                w.organisations.insert(id);
              });
  w.outcome.kinds["location"] = compare(
      had(view, kHadLocation, source), batch.locations, unit, w.problems,
      [&](const auto& i, const auto& id, const auto& doc) {
        const std::optional<std::string> organisation =
            i.thing.organization_id.empty() ? std::nullopt : std::optional(i.thing.organization_id.text);
        add(kPutLocation, {id, unit, source, i.foreign_id, organisation, i.thing.name, doc},
            "directory.location.put", id);
        w.locations.insert(id);
      });
  w.outcome.kinds["service"] = compare(had(view, kHadService, source), batch.services, unit, w.problems,
                                       [&](const auto& i, const auto& id, const auto& doc) {
                                         add(kPutService,
                                             {id, unit, source, i.foreign_id, i.thing.organization_id.text,
                                              i.thing.status, i.thing.name, sort_key(i.thing.name), now, doc},
                                             "directory.service.put", id);
                                         w.services.insert(id);
                                       });
  w.outcome.kinds["service_at_location"] =
      compare(had(view, kHadPlaced, source), batch.placed, unit, w.problems,
              [&](const auto& i, const auto& id, const auto& doc) {
                add(kPutPlaced,
                    {id, unit, source, i.foreign_id, i.thing.service_id.text, i.thing.location_id.text, doc},
                    "directory.placed.put", id);
                w.services.insert(i.thing.service_id.text);
              });
  w.outcome.kinds["taxonomy_term"] =
      compare(had(view, kHadTerm, source), batch.terms, unit, w.problems,
              [&](const auto& i, const auto& id, const auto& doc) {
                add(kPutTerm, {id, unit, source, i.foreign_id, doc}, "directory.term.put", id);
              });
  return w;
}

}  // namespace

Result<Outcome> put(const access::Desk& desk, const Batch& given, bool dry,
                    std::atomic<std::size_t>* done_count) {
  Batch batch = given;
  for (auto& each : batch.organisations) give_ids(each.thing, each.thing.id.text);
  for (auto& each : batch.locations) give_ids(each.thing, each.thing.id.text);
  for (auto& each : batch.services) give_ids(each.thing, each.thing.id.text);
  for (auto& each : batch.placed) give_ids(each.thing, each.thing.id.text);
  const auto door = desk.unit(access::kDirectoryWrite);
  const auto now = desk.now().ms;
  if (dry) {
    Work w = door.read([&](access::View& view) { return plan(view, batch, door.unit(), now); });
    if (!w.problems.empty()) return refuse(std::move(w.problems));
    return std::move(w.outcome);
  }
  Work done = door.change("directory.put", batch.source, [&](access::Change& change) {
    Work w = plan(change, batch, door.unit(), now);
    if (!w.problems.empty()) return w;
    for (const auto& row : w.rows) {
      // An id of another source or unit: the conditional upsert leaves it alone, and we undo everything.
      if (change.change(*row.statement, row.values) == 0)
        w.problems.push_back({row.id, msg("Another unit keeps this entry.")});
      change.also(row.what, row.id);
      if (done_count) ++*done_count;
    }
    if (!w.problems.empty()) throw Stale();
    const auto ids = [](const sql::Row& r) { return std::string(r.text(0)); };
    for (const auto& id : w.organisations)
      for (auto& service : change.rows(kServicesOfOrganisation, {id}, ids))
        w.services.insert(std::move(service));
    for (const auto& id : w.locations)
      for (auto& service : change.rows(kServicesOfLocation, {id}, ids)) w.services.insert(std::move(service));
    for (const auto& id : w.services) {
      derive(change, id);
      if (done_count) ++*done_count;
    }
    return w;
  });
  if (!done.problems.empty()) return refuse(std::move(done.problems));
  return std::move(done.outcome);
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
