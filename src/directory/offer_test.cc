// SPDX-License-Identifier: EUPL-1.2
#include "directory/offer.h"

#include <gtest/gtest.h>

#include "directory/directory.h"

namespace lotse::directory {
namespace {

Service counselling() {
  Service s;
  s.id.text = new_uuid(1);
  s.organization_id.text = new_uuid(1);
  s.name = "Schuldnerberatung für Eltern";
  s.description = "Hilfe bei Schulden";
  s.lotse_topics = {"debt"};
  s.languages = {{"", "German", "deu", ""}, {"", "Turkish", "tur", ""}, {"", "Gebärden", "", ""}};
  s.lotse_interpreters = {"ukr"};
  s.schedules.push_back({.byday = "MO,WE", .opens_at = "09:00", .closes_at = "12:30:00"});
  s.lotse_child_care = {Care::on_site, 12, 72, 8};
  s.minimum_age = 18;
  s.lotse_audience = {"women", "refugees"};
  s.lotse_free_places = 5;
  s.lotse_free_of_charge = true;
  return s;
}

At at_market() {
  At at;
  at.placed.id.text = new_uuid(2);
  at.location.id.text = new_uuid(3);
  at.location.latitude = 52.05;
  at.location.longitude = 7.95;
  at.location.addresses = {{.address_1 = "Markt 3", .city = "Wiesenbrück", .postal_code = "00101"}};
  return at;
}

topic::Catalogue topics() {
  topic::Topic money{.key = "money", .parent = std::nullopt, .names = {{"de", "Geld"}}, .number = 1};
  topic::Topic debt{.key = "debt", .parent = "money", .names = {{"de", "Schulden"}}, .number = 42};
  return topic::Catalogue({money, debt});
}

TEST(Offer, FactsSurviveTheStore) {
  const auto s = counselling();
  const std::vector<At> places{at_market()};
  const auto rows = offers_of(s, {.name = "Beratungsstelle"}, places);
  ASSERT_EQ(rows.size(), 1u);
  const auto o = offer_from(rows[0].id, rows[0].facts, rows[0].words, topics());
  EXPECT_EQ(o.id, places[0].placed.id.text);
  ASSERT_TRUE(o.place);
  EXPECT_NEAR(o.place->lat, 52.05, 1e-6);
  EXPECT_EQ(o.topics, (std::vector<match::TopicNo>{42}));
  EXPECT_EQ(o.languages, (std::vector<std::string>{"deu", "tur"}));
  EXPECT_EQ(o.interpreters, (std::vector<std::string>{"ukr"}));
  EXPECT_EQ(o.openings, (std::vector<match::Opening>{{1, 540, 750}, {3, 540, 750}}));
  EXPECT_TRUE(o.hours_known);
  EXPECT_EQ(o.care, match::Care::on_site);
  EXPECT_EQ(o.care_min_months, 12);
  EXPECT_EQ(o.care_max_months, 72);
  EXPECT_EQ(o.care_places, 8);
  EXPECT_EQ(o.min_age, 18);
  EXPECT_FALSE(o.max_age);
  EXPECT_EQ(o.audience, 1 | 8);
  EXPECT_EQ(o.free_places, 5);
  EXPECT_EQ(o.cost, match::Cost::free);
  EXPECT_EQ(rows[0].address, "Markt 3, 00101 Wiesenbrück");
}

TEST(Offer, IsFoundByItsTopicAndThoseAboveIt) {
  const auto rows = offers_of(counselling(), {}, {});
  const auto o = offer_from(rows[0].id, rows[0].facts, rows[0].words, topics());
  std::vector<std::string> keys;
  o.words.each([&](const match::Words::Word& word) {
    if (word.key[0] == '#') keys.emplace_back(word.key);
  });
  EXPECT_EQ(keys, (std::vector<std::string>{"#00042", "#00001"}));
}

TEST(Offer, ConfidentialPlacesAreNowhereInIt) {
  auto at = at_market();
  at.location.lotse_confidential = true;
  at.location.phones = {{.number = "0221 4710999"}};
  const std::vector<At> places{at};
  const auto rows = offers_of(counselling(), {}, places);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].address, "");
  EXPECT_EQ(rows[0].location_id, "");
  EXPECT_EQ(rows[0].phone, "");
  EXPECT_FALSE(offer_from(rows[0].id, rows[0].facts, rows[0].words, topics()).place);
  EXPECT_EQ(rows[0].words.find("markt"), std::string::npos);
}

TEST(Offer, OnlyActiveServicesAreFound) {
  auto s = counselling();
  for (const char* status : {"inactive", "defunct", "temporarily closed", ""}) {
    s.status = status;
    EXPECT_TRUE(offers_of(s, {}, {}).empty()) << status;
  }
}

TEST(Offer, ServiceWithoutAPlaceIsOneOffer) {
  auto s = counselling();
  s.lotse_everywhere = true;
  const auto rows = offers_of(s, {}, {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].id, s.id.text);
  EXPECT_TRUE(offer_from(rows[0].id, rows[0].facts, rows[0].words, topics()).everywhere);
}

TEST(Hours, AreReadFromWeeklyRules) {
  int unread = 0;
  std::vector<Schedule> schedules{{.byday = "TU", .opens_at = "22:00", .closes_at = "02:00"},
                                  {.byday = "SU", .opens_at = "10:00", .closes_at = "24:00"},
                                  {.description = "nach Vereinbarung"},
                                  {.byday = "XX", .opens_at = "10:00", .closes_at = "11:00"},
                                  {.byday = "MO", .opens_at = "25:00", .closes_at = "11:00"},
                                  {.byday = "MO", .opens_at = "11:00", .closes_at = "11:00"}};
  EXPECT_EQ(openings_of(schedules, &unread),
            (std::vector<match::Opening>{{2, 1320, 1440}, {3, 0, 120}, {7, 600, 1440}}));
  EXPECT_EQ(unread, 4);
}

TEST(Hours, OfThePlaceGoBeforeThoseOfTheService) {
  const auto s = counselling();
  auto at = at_market();
  at.location.schedules.push_back({.byday = "FR", .opens_at = "08:00", .closes_at = "09:00"});
  EXPECT_EQ(openings_of(schedules_at(s, &at)).front().weekday, 1);
  at.placed.schedules.push_back({.byday = "SA", .opens_at = "08:00", .closes_at = "09:00"});
  EXPECT_EQ(openings_of(schedules_at(s, &at)).front().weekday, 6);
  Service none;
  at.placed.schedules.clear();
  EXPECT_EQ(openings_of(schedules_at(none, &at)).front().weekday, 5);
}

TEST(Rules, AllProblemsAtOnce) {
  Service s = counselling();
  s.name = "  ";
  s.status = "perhaps";
  s.phones = {{.number = "call us"}};
  s.email = "nobody";
  s.url = "javascript:alert(1)";
  s.schedules = {{.byday = "", .opens_at = "9", .closes_at = "08:00"},
                 {.byday = "MO", .opens_at = "10:00", .closes_at = "09:00"}};
  s.lotse_child_care = {Care::on_site, 72, 12, 0};
  s.contacts = {{.name = ""}};
  s.lotse_free_places = -1;
  s.lotse_texts["uk"].description = "опис";
  std::vector<std::string> fields;
  for (const auto& each : check(s)) fields.push_back(each.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"name_de", "name_uk", "status", "phone", "email", "url",
                                              "hours_day_1", "hours_from_1", "hours_to_2", "care_to",
                                              "care_places", "contact_name", "free_places"}));
  EXPECT_TRUE(check(counselling()).empty());
}

TEST(Rules, BidiControlsAreRefused) {
  Service s = counselling();
  s.lotse_texts["ar"] = {.name = "\u0645\u0631\u062d\u0628\u0627\u202e", .description = ""};
  ASSERT_EQ(check(s).size(), 1u);
  EXPECT_EQ(check(s)[0].field, "description_ar");
}

TEST(Ids, OfASourceAreAlwaysTheSame) {
  EXPECT_EQ(id_for("a", "service", "136"), id_for("a", "service", "136"));
  EXPECT_NE(id_for("a", "service", "136"), id_for("b", "service", "136"));
  EXPECT_NE(id_for("a", "service", "136"), id_for("a", "location", "136"));
  const std::string own = "ac148810-d857-441c-9679-408f346de14b";
  EXPECT_EQ(id_for("a", "service", own), own);
}

}  // namespace
}  // namespace lotse::directory
