// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <compare>
#include <optional>

namespace lotse {

/** A place on earth, WGS 84, in degrees. */
struct Point {
  double lat = 0, lon = 0;
  auto operator<=>(const Point&) const = default;
};

/** Latitude within ±90 and longitude within ±180, both finite, and not the "null island" 0/0 that empty
 * tables mean. */
bool is_valid(const Point& point);

/**
 * Distance in metres on the sphere of the mean earth radius (6,371,008.8 m), by the equirectangular
 * approximation at the mean latitude: within 0.1 % of the great circle below 100 km, and cheap.
 */
double distance_m(const Point& a, const Point& b);

/** Rounded to 0.01 degrees, about one kilometre: where somebody is, no closer than a search needs. */
Point rounded_to_km(const Point& point);

}  // namespace lotse
