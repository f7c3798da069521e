// SPDX-License-Identifier: EUPL-1.2
// The pages for parents: HTML and JSON side by side.
#include <cmath>

#include "directory/pages_test_support.h"

namespace lotse::directory {
namespace {

class PagesTest : public PagesOnStore {};
LOTSE_ON_EACH_ENGINE(PagesTest);

TEST_P(PagesTest, results_say_why_in_html_and_json) {  // S4.12
  const auto html = get("/offers?topic=parents_cafe&place=00101&language=ukr&child=3to5&day=2");
  EXPECT_EQ(html.status, 200);
  EXPECT_TRUE(has(html, "/offers/" + offer_));
  EXPECT_TRUE(has(html, "Elterncafé &lt;b&gt;"));
  EXPECT_FALSE(has(html, "<b>"));
  EXPECT_TRUE(has(html, "lo-reason--nearly"));  // not in Ukrainian
  EXPECT_TRUE(has(html, "lo-reason--fits"));    // child care, day
  EXPECT_TRUE(has(html, "<svg"));
  const auto json =
      get("/offers?topic=parents_cafe&place=00101&language=ukr&child=3to5&day=2", "", "application/json");
  const auto body = parse_json(json.body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["nearly"], 1);
  EXPECT_EQ((*body)["offers"][0]["reasons"][0]["verdict"], "misses");
  EXPECT_NEAR((*body)["offers"][0]["distance_m"].get<int>(), 1112, 30);
}

TEST_P(PagesTest, results_say_whether_age_and_free_places_suit) {
  const auto verdict = [&](const std::string& query, const char* wish) {
    const auto body = parse_json(get("/offers?" + query, "", "application/json").body);
    for (const auto& each : (*body)["offers"][0]["reasons"])
      if (each["wish"] == wish) return each["verdict"].get<std::string>();
    return std::string("not asked");
  };
  EXPECT_EQ(verdict("age=3to5", "age"), "fits");
  EXPECT_EQ(verdict("age=27up", "age"), "misses");
  EXPECT_EQ(verdict("age=", "age"), "not asked");
  EXPECT_EQ(verdict("places=1", "places"), "fits");
  EXPECT_EQ(verdict("places=0", "places"), "not asked");
  const auto fits = get("/offers?age=3to5&places=1", "lotse_language=en");
  EXPECT_TRUE(has(fits, "Fits the age: from 3 years to 6 years"));
  EXPECT_TRUE(has(fits, "Places free"));
  EXPECT_TRUE(has(fits, "value=\"3to5\" selected"));
  EXPECT_TRUE(has(fits, "Filters (2 chosen)"));
  EXPECT_TRUE(has(get("/offers?age=27up", "lotse_language=en"), "For another age: from 3 years to 6 years"));
  for (const auto& language : words::languages()) {  // in her own words
    const auto own = get("/offers?age=27up&places=1", "lotse_language=" + std::string(language.tag));
    for (const char* english : {"For another age", "Places free", "Only with free places"})
      EXPECT_EQ(has(own, english), language.tag == "en") << language.tag;
  }
}

TEST_P(PagesTest, results_and_entries_say_whom_an_offer_is_for) {
  auto e = find_kept(desk(one_), service_);
  e.service.lotse_audience = {"women", "refugees"};
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  finder_->catch_up();
  const auto verdict = [&](const std::string& query) {
    const auto body = parse_json(get("/offers?" + query, "", "application/json").body);
    for (const auto& each : (*body)["offers"][0]["reasons"])
      if (each["wish"] == "audience") return each["verdict"].get<std::string>();
    return std::string("not asked");
  };
  EXPECT_EQ(verdict("group=women"), "fits");
  EXPECT_EQ(verdict("group=men"), "unknown") << "he may have fled";
  EXPECT_EQ(verdict("group="), "not asked");
  EXPECT_EQ(get("/offers?group=refugees", "", "application/json").status, 422) << "is not asked";
  for (const auto& page : {get("/offers?q=kaffee"), get("/offers/" + offer_)})
    EXPECT_TRUE(has(page, "Frauen und Geflüchtete"));
  EXPECT_TRUE(has(get("/offers/" + offer_, "lotse_language=uk"), "Жінки й Біженці") ||
              has(get("/offers/" + offer_, "lotse_language=uk"), "Жінки та Біженці") ||
              has(get("/offers/" + offer_, "lotse_language=uk"), "Жінки і Біженці"));
  e = find_kept(desk(one_), service_);
  e.service.lotse_audience = {"women"};
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  finder_->catch_up();
  EXPECT_EQ(verdict("group=fathers"), "misses");
  EXPECT_EQ(verdict("group=single_parents"), "unknown");
}

TEST_P(PagesTest, a_raw_age_is_refused_and_the_rest_kept) {
  for (const char* age : {"999", "4", "vier", "-1", "3TO5"}) {
    const auto r = get("/offers?q=kaffee&places=1&age=" + std::string(age));
    EXPECT_EQ(r.status, 200);
    EXPECT_TRUE(has(r, "href=\"#age\"")) << age;
    EXPECT_TRUE(has(r, "Bitte wählen Sie ein Alter aus der Liste."));
    EXPECT_TRUE(has(r, "value=\"kaffee\""));
    EXPECT_TRUE(has(r, "name=\"places\" type=\"checkbox\" value=\"1\" checked"));
    EXPECT_EQ(get("/offers?age=" + std::string(age), "", "application/json").status, 422);
  }
}

TEST_P(PagesTest, on_the_map_no_pin_covers_another) {
  crowd(15);
  const auto r = get("/offers?place=00101");
  std::vector<std::pair<double, double>> pins;
  for (auto at = r.body.find("lo-map__pin"); at != r.body.npos; at = r.body.find("lo-map__pin", at + 1)) {
    double x = 0, y = 0;
    ASSERT_EQ(std::sscanf(r.body.c_str() + at, "lo-map__pin\" cx=\"%lf\" cy=\"%lf\"", &x, &y), 2);
    EXPECT_TRUE(x >= 13 && x <= 387 && y >= 13 && y <= 287) << x << ' ' << y;
    pins.emplace_back(x, y);
  }
  ASSERT_EQ(pins.size(), 16u);
  for (std::size_t i = 0; i < pins.size(); ++i)
    for (std::size_t k = i + 1; k < pins.size(); ++k)
      EXPECT_GE(std::hypot(pins[i].first - pins[k].first, pins[i].second - pins[k].second), 31)
          << i << ' ' << k;
  for (int i = 1; i <= 16; ++i) {
    EXPECT_TRUE(has(r, "href=\"#t" + std::to_string(i) + "\" aria-label=\"" + std::to_string(i) + ": "));
    EXPECT_TRUE(has(r, "id=\"t" + std::to_string(i) + "\""));
  }
  EXPECT_TRUE(has(r, "lo-map__lead"));
  EXPECT_FALSE(has(get("/offers?q=elterncafe"), "lo-map__lead"));  // alone it stands where it is
}

TEST_P(PagesTest, a_foreign_word_finds_a_german_entry_by_its_topic) {
  for (const char* word :
       {"elterncafe", "ELTERNCAFÉ", "Кафе", "Gespräch", "gespraech", "сім'ї", "сім’ї", "сімї"}) {
    const auto r = get("/offers?" + http::encode_query({{"q", word}}), "", "application/json");
    EXPECT_EQ((*parse_json(r.body))["offers"].size(), 1u) << word;
  }
  EXPECT_EQ((*parse_json(get("/offers?q=zahnarzt", "", "application/json").body))["offers"].size(), 0u);
}

TEST_P(PagesTest, bad_questions_are_said_with_their_field_and_nothing_is_lost) {
  const auto r = get("/offers?q=kaffee&place=Atlantis&radius=3&day=9&time=night&child=abc&language=xx1");
  EXPECT_EQ(r.status, 200);
  for (const char* field : {"#place", "#radius", "#day", "#time", "#child", "#language"})
    EXPECT_TRUE(has(r, std::string("href=\"") + field)) << field;
  EXPECT_TRUE(has(r, "value=\"kaffee\""));
  EXPECT_TRUE(has(r, "value=\"Atlantis\""));
  EXPECT_EQ(get("/offers?place=Atlantis", "", "application/json").status, 422);
}

TEST_P(PagesTest, nothing_found_helps_on) {
  const auto r = get("/offers?q=xyzzy&place=00101&free=1");
  EXPECT_TRUE(has(r, "lo-empty"));
  EXPECT_TRUE(has(r, "radius=50"));
  EXPECT_TRUE(has(r, "href=\"/help\""));
}

TEST_P(PagesTest, an_entry_shows_hours_today_contact_and_language_state) {
  const auto r = get("/offers/" + offer_);
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "lo-hours__today"));
  EXPECT_TRUE(has(r, "Markt 1"));
  EXPECT_FALSE(has(r, "lo-leave"));
  const auto uk = get("/offers/" + offer_, "lotse_language=uk");
  EXPECT_TRUE(has(uk, "Кафе для батьків"));
  EXPECT_TRUE(has(uk, "lo-note"));  // translated by a machine
  const auto tr = get("/offers/" + offer_, "lotse_language=tr");
  EXPECT_TRUE(has(tr, "lang=\"de\""));
  EXPECT_TRUE(has(tr, "lo-note"));  // only in German
  EXPECT_EQ(get("/offers/" + new_uuid(1)).status, 404);
  EXPECT_EQ(get("/offers/nonsense").status, 404);
}

TEST_P(PagesTest, an_entry_knows_what_is_open_over_midnight_and_what_never_closes) {
  auto e = find_kept(desk(one_), service_);
  e.service.schedules = {{.byday = "FR", .opens_at = "18:00", .closes_at = "02:00"}};
  ASSERT_TRUE(correct(desk(one_), e.service, 1));
  const std::string path = "/offers/" + offer_;
  EXPECT_TRUE(has(get("/offers?q=elterncafe"), "18:00–02:00"));
  for (const auto& now : {WallTime{{2026, 12, 11}, 1380}, {{2026, 12, 12}, 30}}) {  // Friday, Saturday
    clock_->set(*instant_of(now));
    EXPECT_TRUE(has(get(path), "Jetzt geöffnet, bis 02:00 Uhr"));
    EXPECT_TRUE(has(get(path), "18:00–02:00"));
  }
  clock_->set(*instant_of({{2026, 12, 12}, 121}));
  EXPECT_TRUE(has(get(path), "Wieder geöffnet: Freitag, 18:00"));
  EXPECT_FALSE(has(get(path), "früh, spät"));
  e.service.schedules = {{.freq = "DAILY", .opens_at = "00:00", .closes_at = "24:00"}};
  e.service.lotse_fringe_hours = true;
  ASSERT_TRUE(correct(desk(one_), e.service, 2));
  for (const auto& language : words::languages()) {
    const auto r = get(path, "lotse_language=" + std::string(language.tag));
    EXPECT_EQ(has(r, "Open day and night"), language.tag == "en") << language.tag;
    EXPECT_EQ(has(r, "Also early, late"), language.tag == "en") << language.tag;
    EXPECT_FALSE(has(r, "24:00") || has(r, "lo-hours")) << language.tag;
  }
  finder_->catch_up();
  EXPECT_TRUE(has(get("/offers?q=elterncafe", "lotse_language=en"), "Open day and night"));
}

TEST_P(PagesTest, an_entry_without_a_contact_names_those_of_its_keeper) {  // S0.7
  const std::string path = "/offers/" + offer_;
  const auto r = get(path);
  EXPECT_TRUE(has(r, "Nuran Auentaler"));
  EXPECT_TRUE(has(r, "tel:02214710055"));
  EXPECT_TRUE(has(r, "Türkisch"));
  EXPECT_LT(r.body.find("lo-facts"), r.body.find("Nuran Auentaler")) << "behind the entry's own number";
  const auto json = parse_json(get(path, "", "application/json").body);
  EXPECT_EQ((*json)["lotse_contacts_of_keeper"][0]["name"], "Nuran Auentaler");
  auto e = find_kept(desk(one_), service_);
  e.service.phones.clear();
  ASSERT_TRUE(correct(desk(one_), e.service, 1));
  const auto without = get(path).body;
  EXPECT_LT(without.find("Nuran Auentaler"), without.find("lo-facts")) << "there is no other number";
  e.service.contacts = {{.name = "Ida <X>", .phones = {{.number = "02561 99"}}}};
  e.service.phones = {{.number = "02561 11"}};
  ASSERT_TRUE(correct(desk(one_), e.service, 2));
  const auto own = get(path);
  EXPECT_TRUE(has(own, "Ida &lt;X&gt;") && has(own, "tel:0256199") && has(own, "tel:0256111"));
  EXPECT_FALSE(has(own, "Nuran"));
  EXPECT_FALSE(has(get(path, "", "application/json"), "lotse_contacts_of_keeper"));
}

TEST_P(PagesTest, card_and_entry_choose_the_same_text) {
  struct Case {
    std::string original;
    std::vector<std::string> others;
    const char* chosen;  // by somebody who reads Turkish
  };
  for (const Case& c : {Case{"fr", {"en"}, "en"},
                        {"fr", {"de", "en"}, "de"},
                        {"fr", {}, "fr"},
                        {"pl", {"fr"}, "fr"},
                        {"de", {"tr"}, "tr"},
                        {"", {"ro", "bg"}, "bg"}}) {
    auto e = find_kept(desk(one_), service_);
    e.service.lotse_texts.clear();
    e.service.lotse_texts["tr"].description = "only a description";
    e.service.lotse_language = c.original.empty() ? "ar" : c.original;
    e.service.name = c.original.empty() ? "" : "T-" + c.original;
    for (const auto& tag : c.others) e.service.lotse_texts[tag].name = "T-" + tag;
    Batch batch{.source = "test", .services = {{e.service, "s"}}};
    ASSERT_TRUE(put(desk(one_), batch, false));
    finder_->catch_up();
    const std::string title = ">T-" + std::string(c.chosen) + "<";
    EXPECT_TRUE(has(get("/offers", "lotse_language=tr"), title)) << c.chosen;
    EXPECT_TRUE(has(get("/offers/" + offer_, "lotse_language=tr"), title)) << c.chosen;
  }
}

TEST_P(PagesTest, an_entry_without_any_title_is_called_by_its_house) {
  auto e = find_kept(desk(one_), service_);
  e.service.lotse_texts.clear();
  e.service.name.clear();
  ASSERT_TRUE(put(desk(one_), {.source = "test", .services = {{e.service, "s"}}}, false));
  EXPECT_TRUE(has(get("/offers"), "\">Haus &lt;Sonne&gt;</a>"));
  EXPECT_TRUE(has(get("/offers/" + offer_), "\">Haus &lt;Sonne&gt;</h1>"));
}

TEST_P(PagesTest, the_number_to_call_comes_before_the_facts) {
  const auto body = get("/offers/" + offer_).body;
  const auto title = body.find("<h1"), text = body.find("Kaffee &amp; Gespräch", title),
             call = body.find("lo-tel"), facts = body.find("lo-facts");
  ASSERT_NE(call, body.npos);
  EXPECT_TRUE(title < text && text < call && call < facts);
  // A long text does not stand before it either.
  auto e = find_kept(desk(one_), service_);
  e.service.description.clear();
  for (int i = 0; i < 100; ++i) e.service.description += "Langer Text. ";
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  const auto longer = get("/offers/" + offer_).body;
  EXPECT_LT(longer.find("lo-tel"), longer.find("lo-free"));
}

TEST_P(PagesTest, the_first_page_has_a_button_for_each_language_that_keeps_what_is_typed) {
  const auto r = get("/?q=kaffee");
  for (const auto& language : words::languages()) {
    const std::string button = "name=\"_language\" value=\"" + std::string(language.tag) + "\"";
    EXPECT_TRUE(has(r, button)) << language.tag;
  }
  EXPECT_TRUE(has(r, "type=\"submit\" form=\"search\" name=\"_language\""));
  EXPECT_EQ(get("/?q=kaffee&_language=uk").header("location"), "/?q=kaffee");
}

TEST_P(PagesTest, where_you_are_never_stands_in_an_address) {
  http::Request r;
  r.method = "POST";
  r.path = "/offers/here";
  r.body =
      "lat=52.0512345&lon=7.9498765&topic=parents_cafe&_guard=" + hash_hex("guard:" + guard_).substr(0, 32);
  r.fields = {{"Cookie", "lotse_guard=" + guard_},
              {"Content-Type", "application/x-www-form-urlencoded"},
              {"Sec-Fetch-Site", "same-origin"}};
  const auto answer = site_->answer(r);
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.header("location"), "/offers?topic=parents_cafe&near=1");
  EXPECT_EQ(answer.header("set-cookie").substr(0, 21), "lotse_here=52.05_7.95");
  const auto found = get("/offers?topic=parents_cafe&near=1", "lotse_here=52.05_7.95", "application/json");
  EXPECT_TRUE((*parse_json(found.body))["offers"][0].contains("distance_m"));
  EXPECT_EQ(get("/offers?near=1", "lotse_here=nonsense").status, 200);
}

TEST_P(PagesTest, whom_to_ask_about_day_care_is_one_click_away) {  // S0.7, S4.6
  const auto r = get("/help");
  EXPECT_TRUE(has(r, "Nuran Auentaler"));
  EXPECT_TRUE(has(r, "href=\"tel:02214710055\""));
}

TEST_P(PagesTest, every_page_speaks_every_language) {
  for (const auto& language : words::languages())
    for (const std::string path : {"/", "/offers", "/help", "/nowhere"}) {
      const auto r = get(path, "lotse_language=" + std::string(language.tag));
      EXPECT_EQ(r.status, path == "/nowhere" ? 404 : 200);
      EXPECT_TRUE(has(r, "<html lang=\"" + std::string(language.html) + "\" dir=\"" +
                             (language.right_to_left ? "rtl" : "ltr")))
          << path;
    }
}

}  // namespace
}  // namespace lotse::directory
