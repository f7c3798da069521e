// SPDX-License-Identifier: EUPL-1.2
#include "base/geo.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace lotse {
namespace {

double great_circle(const Point& a, const Point& b) {
  constexpr double kRadius = 6371008.8, kDegree = 3.14159265358979323846 / 180;
  const double u = std::sin((b.lat - a.lat) * kDegree / 2), v = std::sin((b.lon - a.lon) * kDegree / 2);
  return 2 * kRadius *
         std::asin(std::sqrt(u * u + std::cos(a.lat * kDegree) * std::cos(b.lat * kDegree) * v * v));
}

TEST(Geo, OnlyRealPlacesAreValid) {
  EXPECT_TRUE(is_valid({51.05, 13.74}));
  EXPECT_TRUE(is_valid({-90, 180}));
  EXPECT_TRUE(is_valid({0, 13}));
  EXPECT_FALSE(is_valid({0, 0}));
  EXPECT_FALSE(is_valid({90.001, 0}));
  EXPECT_FALSE(is_valid({51, -180.001}));
  EXPECT_FALSE(is_valid({std::numeric_limits<double>::quiet_NaN(), 13}));
  EXPECT_FALSE(is_valid({51, std::numeric_limits<double>::infinity()}));
}

TEST(Geo, DistanceIsTheGreatCircleBelowAHundredKilometres) {
  const Point dresden{51.0504, 13.7373};
  EXPECT_EQ(distance_m(dresden, dresden), 0);
  for (double north = -0.6; north <= 0.6; north += 0.3)
    for (double east = -0.9; east <= 0.9; east += 0.3) {
      const Point other{dresden.lat + north, dresden.lon + east};
      const double exact = great_circle(dresden, other);
      if (exact > 100'000) continue;
      ASSERT_NEAR(distance_m(dresden, other), exact, exact * 0.001 + 0.001) << north << " " << east;
      ASSERT_DOUBLE_EQ(distance_m(dresden, other), distance_m(other, dresden));
    }
  EXPECT_NEAR(distance_m({51, 13}, {52, 13}), 111'195, 10);
}

TEST(Geo, RoundingLeavesAKilometre) {
  EXPECT_EQ(rounded_to_km({51.05049, 13.73731}), (Point{51.05, 13.74}));
  EXPECT_EQ(rounded_to_km({-51.056, -0.004}), (Point{-51.06, -0.0}));
  const Point p{51.0504, 13.7373};
  EXPECT_EQ(rounded_to_km(rounded_to_km(p)), rounded_to_km(p));
  EXPECT_LT(distance_m(p, rounded_to_km(p)), 700);
}

}  // namespace
}  // namespace lotse
