// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/geo.h"
#include "base/id.h"
#include "base/time.h"

/**
 * The directory's types. Names, members and JSON follow Open Referral HSDS 3.1
 * (https://docs.openreferral.org), so that the standard falls out of them without loss; what German practice
 * needs beyond it carries the prefix `lotse_`. Members that the standard or a neighbour adds and we do not
 * know are kept in `rest`.
 */
namespace lotse::directory {

using OrganisationId = Id<struct OrganisationTag>;
using ServiceId = Id<struct ServiceTag>;
using LocationId = Id<struct LocationTag>;
using PlacedId = Id<struct PlacedTag>;  // service at location

/** A language somebody speaks. `code` is ISO 639-3 where we know it; `name` keeps what was written. */
struct SpokenLanguage {
  std::string id, name, code, note;
  bool operator==(const SpokenLanguage&) const = default;
};

struct Phone {
  std::string id, number;
  Json extension;  // a number in the standard, a text in the wild
  std::string type, description;
  std::vector<SpokenLanguage> languages;
  bool operator==(const Phone&) const = default;
};

/** Whom to ask: a named contact (story S0.7). */
struct Contact {
  std::string id, name, title, department, email;
  std::vector<Phone> phones;
  std::vector<SpokenLanguage> lotse_languages;
  bool operator==(const Contact&) const = default;
};

/**
 * Opening hours: RFC 5545 rules as in HSDS. What the product reads: `byday` ("MO,WE"), `opens_at`,
 * `closes_at` (`HH:MM`), `valid_from`, `valid_to`. Everything else is kept and shown as `description`.
 */
struct Schedule {
  std::string id, valid_from, valid_to, dtstart;
  Json timezone;
  std::string until;
  Json count;
  std::string wkst, freq;
  Json interval;
  std::string byday, byweekno, bymonthday, byyearday, description, opens_at, closes_at, schedule_link,
      attending_type, notes;
  bool operator==(const Schedule&) const = default;
};

struct Address {
  std::string id, attention, address_1, address_2, city, region, state_province, postal_code, country,
      address_type;
  bool operator==(const Address&) const = default;
};

struct Accessibility {
  std::string id, description, details, url;
  bool operator==(const Accessibility&) const = default;
};

struct CostOption {
  std::string id, valid_from, valid_to, option, currency;
  Json amount;
  std::string amount_description;
  bool operator==(const CostOption&) const = default;
};

struct ServiceArea {
  std::string id, name, description, extent, extent_type, uri;
  bool operator==(const ServiceArea&) const = default;
};

struct Funding {
  std::string id, source;
  bool operator==(const Funding&) const = default;
};

struct Document {
  std::string id, document, uri;
  bool operator==(const Document&) const = default;
};

struct Program {
  std::string id, name, alternate_name, description;
  bool operator==(const Program&) const = default;
};

/** HSDS 3.1: how many are free of what. */
struct Capacity {
  std::string id;
  Json unit, available, maximum;
  std::string description, updated;
  bool operator==(const Capacity&) const = default;
};

/** Where a text in one language comes from. */
enum class TextState { original, machine, checked };

/** The texts of an entry in one language. Facts are not here: they are the same in all languages. */
struct Words {
  std::string name, description, eligibility, application;
  TextState state = TextState::original;
  std::string checked_by;
  bool operator==(const Words&) const = default;
};
using Texts = std::map<std::string, Words>;  // by BCP 47 tag of the interface language

enum class Care { unknown, none, on_site };

/** Care for children while a parent takes part. Months are completed months of age, both ends included. */
struct ChildCare {
  Care kind = Care::unknown;
  std::optional<int> from_months, to_months, places;
  bool operator==(const ChildCare&) const = default;
};

struct Organisation {
  OrganisationId id;
  std::string name, alternate_name, description, email, website, tax_status, tax_id;
  Json year_incorporated;
  std::string legal_status, logo, uri, parent_organization_id;
  std::vector<Funding> funding;
  std::vector<Contact> contacts;
  std::vector<Phone> phones;
  std::vector<Program> programs;
  Json organization_identifiers, attributes, metadata;
  Texts lotse_texts;
  std::string lotse_kind;  // kind of its first unit, or empty
  Json rest = Json::object();
};

struct Location {
  LocationId id;
  std::string location_type, url;
  OrganisationId organization_id;
  std::string name, alternate_name, description, transportation;
  std::optional<double> latitude, longitude;
  std::string external_identifier, external_identifier_type;
  std::vector<SpokenLanguage> languages;
  std::vector<Address> addresses;
  std::vector<Contact> contacts;
  std::vector<Accessibility> accessibility;
  std::vector<Phone> phones;
  std::vector<Schedule> schedules;
  Json attributes, metadata;
  /** The point is only that of the postcode or place. */
  bool lotse_approximate = false;
  /** The address never leaves the house: not on pages, in exports, on maps, in distances. */
  bool lotse_confidential = false;
  Texts lotse_texts;  // way there, in `description`
  Json rest = Json::object();
};

struct Service {
  ServiceId id;
  OrganisationId organization_id;
  std::string program_id, name, alternate_name, description, url, email;
  /** active, inactive, defunct, temporarily closed (HSDS). Only active ones are found. */
  std::string status = "active";
  std::string interpretation_services, application_process, fees_description, wait_time, fees, accreditations,
      eligibility_description;
  std::optional<double> minimum_age, maximum_age;
  std::string assured_date, assurer_email, licenses, alert, last_modified;
  std::vector<Phone> phones;
  std::vector<Schedule> schedules;
  std::vector<ServiceArea> service_areas;
  std::vector<SpokenLanguage> languages;
  std::vector<Funding> funding;
  std::vector<CostOption> cost_options;
  std::vector<Document> required_documents;
  std::vector<Contact> contacts;
  std::vector<Capacity> capacities;
  Json additional_urls, attributes, metadata;
  std::vector<std::string> lotse_topics;        // keys of topic/
  std::vector<std::string> lotse_interpreters;  // ISO 639-3
  bool lotse_interpreter_on_request = false;
  bool lotse_by_appointment = false;
  bool lotse_fringe_hours = false;
  bool lotse_everywhere = false;  // by telephone, online or at home
  ChildCare lotse_child_care;
  std::vector<std::string> lotse_audience;  // for people of at least one of these groups only
  std::optional<bool> lotse_free_of_charge;
  std::optional<int> lotse_free_places;
  std::string lotse_language = "de";  // of name and description above
  Texts lotse_texts;
  Json rest = Json::object();
};

/** A service at one location, with what differs there. */
struct Placed {
  PlacedId id;
  ServiceId service_id;
  LocationId location_id;
  std::string description;
  std::vector<Contact> contacts;
  std::vector<Phone> phones;
  std::vector<Schedule> schedules;
  std::vector<ServiceArea> service_areas;
  Json attributes, metadata;
  Json rest = Json::object();
};

/** A term of somebody's taxonomy, kept as it came; `topic/` holds our own topics. */
struct Term {
  std::string id, code, name, description, parent_id, taxonomy, language, term_uri;
  Json taxonomy_detail;
  Json rest = Json::object();
};

/** Groups an offer may be only for; bit i of match::Offer::audience is the i-th. */
inline constexpr std::array<std::string_view, 14> kAudiences{"women",
                                                             "men",
                                                             "single_parents",
                                                             "refugees",
                                                             "jobseekers",
                                                             "parents_under_25",
                                                             "jobcentre_customers",
                                                             "pregnant",
                                                             "parents",
                                                             "migrants",
                                                             "children",
                                                             "girls",
                                                             "carers",
                                                             "fathers"};

}  // namespace lotse::directory

#include "directory/type_fields.h"
