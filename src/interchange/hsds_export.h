// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"

/** Our directory as HSDS 3.1. Confidential locations are never written, whatever the caller passes. */
namespace lotse::interchange {

/** File names and bytes, to be written into a folder or zip. */
using Files = std::map<std::string, std::string>;

/**
 * Makes HSDS documents from the directory, which must outlive it. With `plain` there is nothing but what the
 * standard knows; otherwise members with the prefix `lotse_` stay in as extensions.
 */
class Exporter {
 public:
  explicit Exporter(const directory::Whole& whole, bool plain = false);

  /** Fully nested, as the standard's `/{id}` paths answer; null if there is no such entry. */
  Json service_full(std::string_view id) const;
  Json organization_full(std::string_view id) const;
  Json service_at_location_full(std::string_view id) const;
  Json location_full(std::string_view id) const;
  Json taxonomy_term(std::string_view id) const;
  Json taxonomy(std::string_view id) const;

  /** As in the standard's lists: no parts; a service with its organisation and program, a placed one with
   * both its ends. */
  Json service_brief(std::string_view id) const;
  Json organization_brief(std::string_view id) const;
  Json service_at_location_brief(std::string_view id) const;
  Json location_brief(std::string_view id) const;

  /**
   * services.json, organizations.json, locations.json, service_at_locations.json, taxonomy_terms.json,
   * taxonomies.json: each one an array. The organisation inside a service leaves out its locations, and an
   * organisation its services: they are in their own files.
   */
  Files json() const;
  /** The tabular form: a CSV file for each table that has rows, and datapackage.json. */
  Files csv() const;

 private:
  friend class Tabular;
  enum class Depth { brief, inner, full };
  Json service(const directory::Service& s, Depth depth, bool with_organization, bool with_places) const;
  Json organization(const directory::Organisation& o, Depth depth, bool with_locations) const;
  Json location(const directory::Location& l, Depth depth) const;
  Json placed(const directory::Placed& p, Depth depth, bool with_service) const;
  Json program(const directory::Service& s) const;
  template <class T>
  Json entry(const T& thing) const;

  template <class T>
  using Index = std::map<std::string_view, const T*>;
  const directory::Whole& whole_;
  bool plain_;
  Index<directory::Organisation> organisations_;
  Index<directory::Location> locations_;
  Index<directory::Service> services_;
  Index<directory::Placed> placed_;
  Index<directory::Term> terms_;
  std::map<std::string_view, std::vector<const directory::Placed*>> places_of_;
  std::map<std::string_view, std::vector<const directory::Location*>> locations_of_;
  std::map<std::string_view, std::vector<const directory::Service*>> services_of_;
};

/** True for a term that stands for a whole taxonomy (see `/taxonomies`). */
bool is_taxonomy(const directory::Term& term);

Json service_full(const directory::Whole& whole, std::string_view id, bool plain = false);
Json organization_full(const directory::Whole& whole, std::string_view id, bool plain = false);
Json service_at_location_full(const directory::Whole& whole, std::string_view id, bool plain = false);
Files export_json(const directory::Whole& whole, bool plain = false);
Files export_csv(const directory::Whole& whole, bool plain = false);

}  // namespace lotse::interchange
