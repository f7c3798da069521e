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

constexpr Day kDay{2026, 11, 24};

match::Offer read(const OfferRow& row) {
  const auto offer = offer_from(row.id, row.facts, row.words, topics(), kDay);
  EXPECT_TRUE(offer.has_value());
  return offer.value_or(match::Offer{});
}

TEST(Offer, FactsSurviveTheStore) {
  const auto s = counselling();
  const std::vector<At> places{at_market()};
  const auto rows = offers_of(s, {.name = "Beratungsstelle"}, places);
  ASSERT_EQ(rows.size(), 1u);
  const auto o = read(rows[0]);
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
  const auto o = read(rows[0]);
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
  EXPECT_FALSE(read(rows[0]).place);
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
  EXPECT_TRUE(read(rows[0]).everywhere);
}

TEST(Hours, AreReadFromWeeklyRules) {
  std::vector<Schedule> schedules{{.byday = "TU", .opens_at = "22:00", .closes_at = "02:00"},
                                  {.byday = "SU", .opens_at = "10:00", .closes_at = "24:00"},
                                  {.description = "nach Vereinbarung"},
                                  {.byday = "XX", .opens_at = "10:00", .closes_at = "11:00"},
                                  {.byday = "MO", .opens_at = "25:00", .closes_at = "11:00"},
                                  {.byday = "MO", .opens_at = "11:00", .closes_at = "11:00"}};
  const std::vector<match::Opening> read{{2, 1320, 1440}, {3, 0, 120}, {7, 600, 1440}};
  EXPECT_EQ(openings_of(schedules).in_week_of(kDay), read);
  EXPECT_FALSE(openings_of(schedules).complete);
  schedules.resize(2);
  EXPECT_TRUE(openings_of(schedules).complete);
  EXPECT_FALSE(openings_of({}).complete);
}

TEST(Hours, AnAfternoonInAnotherCountrysWayIsNoNight) {
  const std::vector<Schedule> evening{{.byday = "MO", .opens_at = "09:00 AM", .closes_at = "05:00 PM"}};
  EXPECT_TRUE(openings_of(evening).openings.empty());
  EXPECT_FALSE(minute_of("05:00 PM"));
  EXPECT_FALSE(minute_of("05:00pm"));
  EXPECT_FALSE(minute_of("05:00:0x"));
  EXPECT_FALSE(minute_of("05:00+2"));
  EXPECT_EQ(minute_of("05:00"), 300);
  EXPECT_EQ(minute_of("05:00:00"), 300);
  EXPECT_EQ(minute_of("05:00Z"), 300);
  EXPECT_EQ(minute_of("05:00:00+02:00"), 300);
  EXPECT_EQ(shown_time("05:00 PM"), "05:00 PM");
  EXPECT_EQ(shown_time("17:00:00"), "17:00");
}

TEST(Hours, HoldBetweenTheirDaysOnly) {
  const std::vector<Schedule> schedules{
      {.valid_to = "2019-01-01", .byday = "MO", .opens_at = "08:00", .closes_at = "09:00"},
      {.valid_from = "2026-11-30", .byday = "TU", .opens_at = "08:00", .closes_at = "09:00"},
      {.valid_from = "2026-12-01", .byday = "WE", .opens_at = "08:00", .closes_at = "09:00"},
      {.valid_to = "2026-11-24", .byday = "TH", .opens_at = "08:00", .closes_at = "09:00"}};
  const auto hours = openings_of(schedules);
  EXPECT_EQ(hours.in_week_of(kDay), (std::vector<match::Opening>{{2, 480, 540}, {4, 480, 540}}));
  Service s = counselling();
  s.schedules = schedules;
  const auto rows = offers_of(s, {}, {});
  EXPECT_EQ(read(rows[0]).openings, hours.in_week_of(kDay));
  EXPECT_TRUE(read(rows[0]).hours_known);
  EXPECT_EQ(hours_of(rows[0].facts, {2027, 1, 4}).openings,
            (std::vector<match::Opening>{{2, 480, 540}, {3, 480, 540}}));
  s.schedules.resize(1);
  const auto past = read(offers_of(s, {}, {})[0]);
  EXPECT_TRUE(past.openings.empty());
  EXPECT_FALSE(past.hours_known) << "nobody says that it will not open again";
}

TEST(Hours, OfEverySecondWeekOrOneDayOfTheMonthAreToBeAskedFor) {
  const Schedule monday{.byday = "MO", .opens_at = "09:00", .closes_at = "12:00"};
  for (const auto& change : std::vector<std::function<void(Schedule&)>>{
           [](Schedule& s) { s.interval = 2; }, [](Schedule& s) { s.bymonthday = "1"; },
           [](Schedule& s) { s.freq = "MONTHLY"; }, [](Schedule& s) { s.count = 3; },
           [](Schedule& s) { s.byweekno = "1,3"; }, [](Schedule& s) { s.byday = "1TU"; },
           [](Schedule& s) { s.valid_to = "summer"; }}) {
    std::vector<Schedule> schedules{monday, monday};
    change(schedules[1]);
    EXPECT_FALSE(openings_of(schedules).complete);
    EXPECT_EQ(openings_of(schedules).openings.size(), 1u);
  }
  const std::vector<Schedule> daily{
      {.freq = "DAILY", .interval = 1, .opens_at = "09:00", .closes_at = "12:00"}};
  EXPECT_EQ(openings_of(daily).openings.size(), 7u);
}

TEST(Offer, MarksInsideACodeDoNotBreakTheRow) {
  Service s = counselling();
  for (const char* code : {"de|en", "de,en", "de\nen", "DE", "", "a b"})
    s.languages.push_back({.name = "x", .code = code});
  s.lotse_topics.push_back("debt|money");
  s.lotse_interpreters = {"ukr", "u|k"};
  const auto o = read(offers_of(s, {}, {})[0]);
  EXPECT_EQ(o.languages, (std::vector<std::string>{"deu", "tur"}));
  EXPECT_EQ(o.interpreters, (std::vector<std::string>{"ukr"}));
  EXPECT_EQ(o.topics, (std::vector<match::TopicNo>{42}));
}

TEST(Offer, WhatNobodyOfUsWroteIsNotRead) {
  const auto row = offers_of(counselling(), {}, {})[0];
  for (const std::string& facts :
       {std::string(), row.facts + "|", row.facts.substr(1), std::string("|0||||1-2|0,,,|,|0||0"),
        std::string("|0||||1:2-3@x|0,,,|,|0||0"), std::string("|0||||x:2-3|0,,,|,|0||0"),
        std::string("|0|||||0,,|,|0||0")})
    EXPECT_FALSE(offer_from(row.id, facts, row.words, topics(), kDay)) << facts;
  EXPECT_FALSE(offer_from(row.id, row.facts, "no second line", topics(), kDay));
}

TEST(Offer, ALanguageAlsoMeansItsDialects) {
  Service s = counselling();
  s.languages = {{.name = "Arabisch", .code = "ara"}, {.name = "Kurdisch", .code = "kur"}};
  s.lotse_interpreters = {"hbs"};
  const auto o = read(offers_of(s, {}, {})[0]);
  EXPECT_EQ(o.languages, (std::vector<std::string>{"ara", "apc", "kur"}));
  EXPECT_EQ(o.perhaps, (std::vector<std::string>{"kmr", "ckb"}));
  EXPECT_EQ(o.interpreters, (std::vector<std::string>{"hbs", "srp", "hrv", "bos"}));
}

TEST(Offer, ACircleOfTopicsEnds) {
  topic::Topic one{.key = "debt", .parent = "money", .names = {{"de", "a"}}, .number = 1};
  topic::Topic two{.key = "money", .parent = "debt", .names = {{"de", "b"}}, .number = 2};
  const auto row = offers_of(counselling(), {}, {})[0];
  EXPECT_TRUE(offer_from(row.id, row.facts, row.words, topic::Catalogue({one, two}), kDay));
}

TEST(Hours, OfTheLastNightGoOnIntoTheNextDay) {
  const std::vector<Schedule> once{{.valid_from = "2026-12-04",
                                    .valid_to = "2026-12-04",
                                    .byday = "FR",
                                    .opens_at = "18:00",
                                    .closes_at = "02:00"}};
  const std::vector<match::Opening> night{{5, 1080, 1440}, {6, 0, 120}};
  EXPECT_EQ(openings_of(once).in_week_of({2026, 12, 4}), night);
  EXPECT_EQ(openings_of(once).in_week_of({2026, 12, 5}), (std::vector<match::Opening>{{6, 0, 120}}));
  EXPECT_TRUE(openings_of(once).in_week_of({2026, 12, 6}).empty());
}

TEST(Hours, OfThePlaceGoBeforeThoseOfTheService) {
  const auto s = counselling();
  auto at = at_market();
  at.location.schedules.push_back({.byday = "FR", .opens_at = "08:00", .closes_at = "09:00"});
  EXPECT_EQ(openings_of(schedules_at(s, &at)).openings.front().opening.weekday, 1);
  at.placed.schedules.push_back({.byday = "SA", .opens_at = "08:00", .closes_at = "09:00"});
  EXPECT_EQ(openings_of(schedules_at(s, &at)).openings.front().opening.weekday, 6);
  Service none;
  at.placed.schedules.clear();
  EXPECT_EQ(openings_of(schedules_at(none, &at)).openings.front().opening.weekday, 5);
}

TEST(Rules, AllProblemsAtOnce) {
  Service s = counselling();
  s.name = "  ";
  s.status = "perhaps";
  s.phones = {{.number = "call us"}};
  s.email = "nobody";
  s.url = "javascript:alert(1)";
  s.schedules = {{.byday = "", .opens_at = "9", .closes_at = "08:00"},
                 {.byday = "MO", .opens_at = "10:00", .closes_at = "10:00"}};
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

TEST(Rules, NightsAndWholeDaysMayBeKept) {
  Service s = counselling();
  s.schedules = {{.byday = "FR", .opens_at = "18:00", .closes_at = "02:00"},
                 {.byday = "SA", .opens_at = "18:00:00", .closes_at = "00:00:00"},
                 {.byday = "SU", .opens_at = "00:00", .closes_at = "24:00"},
                 {.freq = "DAILY", .opens_at = "22:00Z", .closes_at = "06:00Z"}};
  EXPECT_TRUE(check(s).empty());
  s.schedules = {{.byday = "FR", .opens_at = "08:00", .closes_at = "08:00"},
                 {.byday = "SA", .opens_at = "00:00", .closes_at = "00:00"},
                 {.byday = "SU", .opens_at = "24:00", .closes_at = "02:00"}};
  std::vector<std::string> fields;
  for (const auto& each : check(s)) fields.push_back(each.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"hours_to_1", "hours_to_2", "hours_from_3"}));
  EXPECT_TRUE(openings_of(s.schedules).openings.empty());
}

TEST(Rules, AContactThatOnlyASourceNamedStays) {
  Service s = counselling();
  s.contacts = {{.email = "info@example.org"}, {.department = "Empfang"}};
  EXPECT_TRUE(check(s).empty());
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
