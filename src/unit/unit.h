// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/geo.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "web/site.h"

/** Units (controllers), the regions they belong to, their opening hours and named contacts; places; what the
 * installation knows of itself. */
namespace lotse::unit {

/** The kinds of the access matrix; what law a unit works under follows from kind and regime. */
bool is_kind(std::string_view kind);
/** gdpr_sgb, gdpr, kdg, dsg_ekd (rule 7). */
bool is_regime(std::string_view regime);
/** English message id of a kind: "Family centre". */
std::string_view kind_label(std::string_view kind);

/** A person to ask, with whatever reaches her; named with her consent. `matter` is what she is asked about,
 * in the unit's own words. */
struct Contact {
  std::string id, name, matter, phone;
  std::vector<std::string> languages{};  // ISO 639-3
  std::string email{};
  bool operator==(const Contact&) const = default;
};

/** Once a week from … to …, as HH:MM; before `check` as somebody typed it. */
struct Opening {
  Weekday weekday = 0;
  std::string from, to;
  bool operator==(const Opening&) const = default;
};

/** When somebody is there. Neither openings nor by appointment: nobody has said. */
struct Hours {
  std::vector<Opening> openings{};
  bool by_appointment = false;
  bool operator==(const Hours&) const = default;
};

struct Unit {
  UnitId id = 0;
  std::string organisation_id, kind, legal_regime, name;
  Hours hours{};
  std::vector<Contact> contacts{};
  std::vector<std::string> regions{};
  std::int64_t version = 0;
};

struct Region {
  std::string id, name, doc;  // doc: municipalities (AGS) and map as JSON
};

/** A postcode or the name of a place with its middle. */
struct Place {
  std::string postcode, name;
  Point point;
};

/** Makes a unit; its number is the next free one, or the given. The first unit of an installation makes
 * itself. */
UnitId make(access::Store& store, const Clock& clock, const std::string& who, const Unit& unit);

/** All units, by number; contacts included. */
std::vector<Unit> all(const access::Desk& desk);
std::optional<Unit> find(const access::Desk& desk, UnitId id);

/**
 * All that must be mended before hours and contacts can be kept: readable times, from before to, nothing
 * twice at one time; contacts with a name and a telephone number or e-mail address that can be used. Pure;
 * fields as in the form: hours_from_DAY_N and hours_to_DAY_N for the N-th opening of a day, contact_FIELD_N.
 */
Problems check(const Unit& unit);

/**
 * Replaces the hours and contacts of the desk's own unit (NotFound for any other) if it still has
 * `unit.version` (Stale otherwise); nothing else of it changes. Contacts keep their ids. Returns the new
 * version, and tells followers ("unit").
 */
Result<std::int64_t> correct(const access::Desk& desk, const Unit& unit);

/** What everybody may know of a unit, as JSON: id, name, kind, hours, contacts, version. */
Json as_json(const Unit& unit);

/** The unit's contacts as parents see them, with whether somebody is there now; under `heading`. */
web::Html contact_card(const web::Ask& ask, const Unit& unit, std::string_view heading);

/** The page on which a unit keeps its own hours and contacts. */
void install(web::Site& site);

/** The regions; the first is shown in the head of every page. */
std::vector<Region> regions(const access::Desk& desk);
void put_region(const access::Desk& desk, const Region& region);

/** Adds places, replacing those of the same postcode and name. Returns how many were new. */
int put_places(const access::Desk& desk, const std::vector<Place>& places);
/** What a visitor may mean. */
struct FoundPlace {
  std::optional<Place> place;
  std::vector<Place> same_name;  // several towns of this name, far from each other: one has to say which
};
/**
 * The place a visitor means by a postcode, a name, or both ("00101", "Wiesenbrück", "00101 Wiesenbrück"); a
 * name is found by its beginning as well. Several points of one town: their middle and the first name.
 */
FoundPlace find_place(const access::Desk& desk, std::string_view typed);
std::optional<Point> point_of_postcode(const access::Desk& desk, std::string_view postcode);

/** A note about the installation ("sample" = "1"); nothing if it was never made. */
std::optional<std::string> installation(const access::Desk& desk, std::string_view key);
void note_installation(const access::Desk& desk, std::string_view key, std::string_view value);

}  // namespace lotse::unit
