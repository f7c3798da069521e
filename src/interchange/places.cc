// SPDX-License-Identifier: EUPL-1.2
#include "interchange/places.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/fold.h"
#include "interchange/assemble.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

struct Sum {
  double lat = 0, lon = 0;
  std::size_t n = 0;
  void add(const Point& p) {
    lat += p.lat;
    lon += p.lon;
    ++n;
  }
  Point mean() const { return {lat / static_cast<double>(n), lon / static_cast<double>(n)}; }
};

std::optional<std::size_t> column_of(const Table& table, std::initializer_list<std::string_view> titles) {
  for (const auto title : titles)
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (fold(table.columns[i]) == title) return i;
  return std::nullopt;
}

struct Columns {
  std::optional<std::size_t> postcode, name, lat, lon;
};

Problems missing(const Columns& c, const std::string& file) {
  Problems problems;
  const auto need = [&](bool there, const char* field, const char* titles) {
    if (!there)
      problems.push_back(
          {field, msg("{file} has no column for this; one of these titles is needed: {titles}.",
                      {{"file", file}, {"titles", titles}})});
  };
  need(c.postcode.has_value(), "postcode", "zipcode, postcode, postal_code, zip, plz");
  need(c.name.has_value(), "name", "place, name, ort, city, town");
  need(c.lat.has_value(), "latitude", "latitude, lat, breite");
  need(c.lon.has_value(), "longitude", "longitude, lon, lng, laenge");
  return problems;
}

}  // namespace

Result<Places> import_places(const std::string& file, std::string_view bytes, const TableForm& form) {
  Places places;
  Report& report = places.report;
  auto table = read_table(file, bytes, form, report);
  if (!table) return tl::unexpected(table.error());
  const Columns c{column_of(*table, {"zipcode", "postcode", "postal code", "zip", "plz", "postleitzahl"}),
                  column_of(*table, {"place", "name", "place name", "ort", "ortsname", "city", "town"}),
                  column_of(*table, {"latitude", "lat", "breite", "geometry latitude"}),
                  column_of(*table, {"longitude", "lon", "lng", "laenge", "geometry longitude"})};
  if (auto problems = missing(c, file); !problems.empty()) return refuse(std::move(problems));
  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const Row& row : table->rows) {
    const std::string& code = row.cells[*c.postcode];
    const std::string& name = row.cells[*c.name];
    const auto lat = number_of(row.cells[*c.lat]), lon = number_of(row.cells[*c.lon]);
    if (code.empty() && name.empty()) {
      report.add(Severity::row_not_used, file, row.line, table->columns[*c.postcode], "",
                 msg("There is neither a postcode nor a name."));
    } else if (!lat || !lon || !is_valid({*lat, *lon})) {
      report.add(Severity::row_not_used, file, row.line, table->columns[*c.lat],
                 row.cells[*c.lat] + " / " + row.cells[*c.lon], msg("This is no place on earth."));
    } else {
      if (!code.empty() && code.size() < 5 && code.find_first_not_of("0123456789") == code.npos)
        report.add(
            Severity::note, file, row.line, table->columns[*c.postcode], code,
            msg("A German postcode has five digits; perhaps a spreadsheet took a zero from its front."));
      sums[{code, name}].add({*lat, *lon});
      report.used(file);
    }
  }
  std::size_t merged = 0;
  for (const auto& [key, sum] : sums) {
    merged += sum.n - 1;
    places.list.push_back({key.first, key.second, sum.mean().lat, sum.mean().lon});
  }
  if (merged)
    report.add(Severity::note, file, 0, "", std::to_string(merged),
               msg("So many rows repeat a postcode and name; the point is the mean of theirs."));
  return places;
}

std::size_t approximate(directory::Batch& batch, const Lookup& lookup, Report& report) {
  std::size_t given = 0;
  for (auto& item : batch.locations) {
    directory::Location& l = item.thing;
    if (l.latitude && l.longitude && is_valid(Point{*l.latitude, *l.longitude})) continue;
    const auto* address = l.addresses.empty() ? nullptr : &l.addresses.front();
    for (const auto& each : l.addresses)
      if (each.address_type == "physical") {
        address = &each;
        break;
      }
    const auto point = address ? lookup(address->postal_code) : std::nullopt;
    if (!point) {
      report.add(
          Severity::note, "", 0, "postal_code", address ? address->postal_code + " " + address->city : l.name,
          msg("The location has no point, and its postcode is not known; it will not be found by distance."));
      continue;
    }
    if (l.latitude) l.rest[kKept]["latitude"] = *l.latitude;
    if (l.longitude) l.rest[kKept]["longitude"] = *l.longitude;
    l.latitude = point->lat;
    l.longitude = point->lon;
    l.lotse_approximate = true;
    ++given;
  }
  return given;
}

}  // namespace lotse::interchange
