// SPDX-License-Identifier: EUPL-1.2
#include "interchange/places.h"

#include "interchange/test_data.h"

namespace lotse::interchange {
namespace {

directory::Address address(const char* city, const char* code) {
  directory::Address a;
  a.city = city;
  a.postal_code = code;
  return a;
}

TEST(Places, ReadsByTitlesAndTakesTheMean) {
  const auto places = import_places(
      "p.csv", "PLZ;Ort;Breite;Länge\n00101;Adorf;54,5;9,1\n00101;Adorf;54,7;9,3\n00102;Bedorf;0;0\n;;1;1\n");
  ASSERT_TRUE(places) << problems(places.error());
  ASSERT_EQ(places->list.size(), 1u);
  EXPECT_EQ(places->list[0].postcode, "00101");
  EXPECT_NEAR(places->list[0].lat, 54.6, 1e-9);
  EXPECT_EQ(places->report.count(Severity::row_not_used), 2u);
}

TEST(Places, APostcodeThatLostItsZeroIsReported) {
  const auto places = import_places("p.csv", "plz,ort,lat,lon\n1067,Adorf,51,13\n01067,Adorf,51,13\n");
  ASSERT_TRUE(places);
  EXPECT_EQ(places->list.size(), 2u);
  EXPECT_EQ(count(places->report, Severity::note, "p.csv", "plz"), 1u);
  EXPECT_EQ(places->report.findings()[0].line, 2u);
}

TEST(Places, MissingColumnsAreNamedBeforeAnythingElse) {
  const auto places = import_places("p.csv", "plz,name\n1,a\n");
  ASSERT_FALSE(places);
  EXPECT_EQ(places.error().size(), 2u);
}

TEST(Places, ALocationWithoutAPointTakesThatOfItsPostcode) {
  directory::Batch batch;
  for (int i = 0; i < 5; ++i) batch.locations.push_back({{}, std::to_string(i)});
  batch.locations[0].thing.addresses = {address("", "00101")};
  batch.locations[1].thing.addresses = {address("Adorf", "99999")};
  batch.locations[2].thing.addresses = {address("Zdorf", "99999")};
  batch.locations[3].thing.addresses = {address("", "00101")};
  batch.locations[3].thing.latitude = 54.1;
  batch.locations[3].thing.longitude = 9.9;
  batch.locations[4].thing.addresses = {address("", "00101")};
  batch.locations[4].thing.latitude = 100;
  batch.locations[4].thing.longitude = 101;
  Report report;
  const Lookup lookup = [](const std::string& code) {
    return code == "00101" ? std::optional(Point{54.5, 9.1}) : std::nullopt;
  };
  EXPECT_EQ(approximate(batch, lookup, report), 2u);
  EXPECT_EQ(batch.locations[0].thing.latitude, 54.5);
  EXPECT_TRUE(batch.locations[0].thing.lotse_approximate);
  EXPECT_FALSE(batch.locations[1].thing.latitude);
  EXPECT_FALSE(batch.locations[2].thing.latitude);
  EXPECT_FALSE(batch.locations[3].thing.lotse_approximate);
  EXPECT_EQ(batch.locations[4].thing.rest["lotse_kept"]["latitude"], 100.0);
  EXPECT_EQ(report.findings().size(), 2u);
}

TEST(Places, AllOfGermany) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto bytes = read_file(shared_data() + "/geo-de/zipcodes.de.csv", 1 << 24);
  ASSERT_TRUE(bytes);
  const auto places = import_places("zipcodes.de.csv", *bytes);
  ASSERT_TRUE(places);
  EXPECT_EQ(places->report.totals().at("zipcodes.de.csv").used, 23297u);
  const auto flensburg = std::find_if(places->list.begin(), places->list.end(),
                                      [](const Place& each) { return each.postcode == "24937"; });
  ASSERT_NE(flensburg, places->list.end());
  EXPECT_LT(distance_m({flensburg->lat, flensburg->lon}, {54.79, 9.43}), 5000);
}

}  // namespace
}  // namespace lotse::interchange
