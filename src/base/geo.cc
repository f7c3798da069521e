// SPDX-License-Identifier: EUPL-1.2
#include "base/geo.h"

#include <cmath>

namespace lotse {

bool is_valid(const Point& p) {
  if (!std::isfinite(p.lat) || !std::isfinite(p.lon)) return false;
  if (p.lat == 0 && p.lon == 0) return false;
  return std::abs(p.lat) <= 90 && std::abs(p.lon) <= 180;
}

double distance_m(const Point& a, const Point& b) {
  constexpr double kRadius = 6371008.8, kDegree = 3.14159265358979323846 / 180;
  const double x = (b.lon - a.lon) * kDegree * std::cos((a.lat + b.lat) / 2 * kDegree);
  const double y = (b.lat - a.lat) * kDegree;
  return kRadius * std::sqrt(x * x + y * y);
}

Point rounded_to_km(const Point& p) { return {std::round(p.lat * 100) / 100, std::round(p.lon * 100) / 100}; }

}  // namespace lotse
