// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/geo.h"
#include "base/hours.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "web/site.h"

namespace lotse::access {
class Operator;
}

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

/** Once a week from … to …, as HH:MM; an end before the beginning lies on the next day. Before `check` as
 * somebody typed it. */
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
UnitId make(const access::Operator& by, const Unit& unit);

/** All units, by number; contacts included. */
std::vector<Unit> all(const access::Desk& desk);
std::optional<Unit> find(const access::Desk& desk, UnitId id);

/**
 * All that must be mended before hours and contacts can be kept: readable times (see `is_span`), nothing
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

/** Adds what is wrong with two times as they were read, at their fields; true if there is a time between them
 * (see `is_span`). */
bool check_times(const std::string& from_field, std::optional<Minute> from, const std::string& to_field,
                 std::optional<Minute> to, Problems& problems);

/** A number that can be dialled, an address that can be written to, as far as one can see that. */
bool is_telephone(std::string_view number);
bool is_email(std::string_view address);

/** What matters before one calls or goes there: open now, later today, or when next. Empty without hours.
 * Where `whole` is false there may be more, and nobody says "closed". */
std::string open_now(const web::Ask& ask, std::span<const Span> spans, bool whole = true);
/** The opening hours of a week; nothing if it never closes, for `open_now` has said so. */
web::Html hours_table(const web::Ask& ask, std::span<const Span> spans, bool whole = true);
/** Buttons and links to call and to write. */
web::Html telephone_button(const web::Ask& ask, const std::string& number);
web::Html email_link(const std::string& address);

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
