// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cmath>
#include <cstdint>

#include "base/geo.h"

namespace lotse::match {

/** A millionth of a degree, rounded. `degrees` must be within ±180. */
inline std::int32_t micro_degrees(double degrees) {
  return static_cast<std::int32_t>(std::llround(degrees * 1e6));
}

/**
 * The distances that decide orders: whole metres on a plane that touches the sphere at `here`, in 64-bit
 * integers, so that an SQL statement computes the very same (`>>` keeps the sign in C++20, SQLite and
 * PostgreSQL). Within 0.5 % of the great circle up to 50 km in Europe; knows no date line.
 */
struct Metric {
  std::int32_t lat = 0, lon = 0;  // of `here`, in millionths of a degree
  std::int64_t east = 0;          // one millionth of a degree to the east, in 2^-kShift metres
  static constexpr std::int64_t kNorth = 116'596;  // the same to the north
  static constexpr int kShift = 20;

  /** `here` must be valid. */
  static Metric at(const Point& here) {
    constexpr double kDegree = 3.14159265358979323846 / 180;
    return {micro_degrees(here.lat), micro_degrees(here.lon),
            std::llround(double(kNorth) * std::cos(here.lat * kDegree))};
  }

  /** Square of the distance in square metres, below 2^52. Grows with the difference in each coordinate, on
   * each side. */
  std::int64_t squared(std::int32_t other_lat, std::int32_t other_lon) const {
    const std::int64_t dy = (std::int64_t{other_lat} - lat) * kNorth >> kShift;
    const std::int64_t dx = (std::int64_t{other_lon} - lon) * east >> kShift;
    return dx * dx + dy * dy;
  }
};

/** The metres of a square, rounded down: floor(sqrt(square)), which IEEE doubles give alike everywhere. */
inline int metres(std::int64_t squared) { return static_cast<int>(std::sqrt(static_cast<double>(squared))); }

}  // namespace lotse::match
