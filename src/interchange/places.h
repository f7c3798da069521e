// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/geo.h"
#include "directory/directory.h"
#include "interchange/report.h"
#include "interchange/table.h"

/** Postcodes and place names with their points. */
namespace lotse::interchange {

struct Place {
  std::string postcode, name;
  double lat = 0, lon = 0;
  bool operator==(const Place&) const = default;
};

struct Places {
  std::vector<Place> list;  ///< in the order of postcode and name, each pair once
  Report report;
};

/**
 * Reads a table of places. Columns by their titles: postcode (zipcode, postcode, postal_code, zip, plz), name
 * (place, name, ort, city, town), latitude (latitude, lat, breite), longitude (longitude, lon, lng, laenge).
 * Where a postcode and name come several times, the point is the mean of theirs. Codes of large customers,
 * which name a firm instead of a place, cannot be told apart from others and are taken.
 */
Result<Places> import_places(const std::string& file, std::string_view bytes, const TableForm& form = {});

/** The point of a postcode; nothing if it is not known. */
using Lookup = std::function<std::optional<Point>(const std::string& postcode)>;

/**
 * Gives every location without a valid point that of its postcode, and marks it as approximate; a location
 * whose values were no point keeps them in `rest`. What has no known postcode is reported. Returns how many
 * got a point.
 */
std::size_t approximate(directory::Batch& batch, const Lookup& lookup, Report& report);

}  // namespace lotse::interchange
