// SPDX-License-Identifier: EUPL-1.2
// Pages as functions: HTML and JSON side by side, on both stores. The cast: Jule edits the entries of unit
// one, Merle works with cases there and has no right to entries, Fatima edits those of unit two.
#include "directory/pages.h"

#include <gtest/gtest.h>

#include "directory/directory.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::directory {
namespace {

using testing::Test;

class PagesTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "topic", "directory"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    store_ = std::make_unique<access::Store>(sql::open(engine().url()), migrations());
    unit::Unit u;
    u.kind = "family_centre";
    u.legal_regime = "gdpr";
    u.name = "Haus eins";
    u.contacts = {{"", "Nuran Auentaler", "Kita", "0221 4710055", {"tur"}}};
    one_ = unit::make(*store_, *clock_, "operator:test", u);
    u.name = "Haus zwei";
    two_ = unit::make(*store_, *clock_, "operator:test", u);
    topic::put(desk(one_), topic::starting_catalogue());
    unit::put_places(desk(one_), {{"00101", "Wiesenbrück", {52.05, 7.95}}});
    fill();
    finder_ = std::make_shared<Finder>(*store_, clock_);
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_, finder_);
    site_->check();
  }
  void TearDown() override {
    site_.reset();
    finder_.reset();
    store_.reset();
    StoreTest::TearDown();
  }
  access::Desk desk(UnitId unit) {
    return {*store_, access::operator_of(unit, "family_centre", "operator:test"), access::kDirectoryPurpose,
            *clock_};
  }

  void fill() {
    Batch b;
    b.source = "test";
    Organisation o;
    o.id.text = id_for("test", "organisation", "o");
    o.name = "Haus <Sonne>";
    b.organisations.push_back({o, "o"});
    Location l;
    l.id.text = id_for("test", "location", "l");
    l.latitude = 52.06;
    l.longitude = 7.95;
    l.addresses = {{.address_1 = "Markt 1", .city = "Wiesenbrück", .postal_code = "00101"}};
    b.locations.push_back({l, "l"});
    Service s;
    s.id = service_;
    s.organization_id = o.id;
    s.name = "Elterncafé <b>";
    s.description = "Kaffee & Gespräch";
    s.lotse_topics = {"parents_cafe"};
    s.languages = {{"", "German", "deu", ""}};
    s.schedules = {{.byday = "TU", .opens_at = "09:00", .closes_at = "11:00"}};
    s.lotse_child_care = {Care::on_site, 12, 72, 8};
    s.lotse_texts["uk"] = {.name = "Кафе для батьків", .description = "Кава", .state = TextState::machine};
    b.services.push_back({s, "s"});
    Placed p;
    p.id.text = offer_;
    p.service_id = s.id;
    p.location_id = l.id;
    b.placed.push_back({p, "p"});
    ASSERT_TRUE(put(desk(one_), b, false));
  }

  std::string sign_in(UnitId unit, const std::string& function) {
    access::Gate gate(*store_, *clock_);
    const auto account = gate.make_account(
        desk(unit).actor(), function + std::to_string(unit) + "@example.org", "Jule", "x", "de");
    gate.grant(desk(unit).actor(), account, unit, function, {2020, 1, 1});
    return gate.start(account, {unit, "family_centre", "Haus", function});
  }

  http::Response get(const std::string& target, const std::string& cookie = "",
                     const std::string& accept = "") {
    http::Request r;
    r.method = "GET";
    const auto mark = target.find('?');
    r.path = target.substr(0, mark);
    r.query = mark == target.npos ? "" : target.substr(mark + 1);
    r.fields = {{"Accept-Language", "de"}};
    if (!cookie.empty()) r.fields.push_back({"Cookie", cookie});
    if (!accept.empty()) r.fields.push_back({"Accept", accept});
    return site_->answer(r);
  }
  http::Response post(const std::string& path, std::vector<http::Field> form, const std::string& session) {
    const std::string cookies = "lotse=" + session + "; lotse_guard=" + guard_;
    form.push_back({"_guard", hash_hex("guard:" + guard_ + session).substr(0, 32)});
    http::Request r;
    r.method = "POST";
    r.path = path;
    r.body = http::encode_query(form);
    r.fields = {{"Cookie", cookies},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  // What the form sends when nothing was touched.
  std::vector<http::Field> untouched(const std::string& version = "1") {
    return {{"version", version},
            {"name_de", "Elterncafé <b>"},
            {"description_de", "Kaffee & Gespräch"},
            {"name_uk", "Кафе для батьків"},
            {"description_uk", "Кава"},
            {"status", "active"},
            {"phone", ""},
            {"email", ""},
            {"url", ""},
            {"hours_day_1", "TU"},
            {"hours_from_1", "09:00"},
            {"hours_to_1", "11:00"},
            {"care", "on_site"},
            {"care_from", "12"},
            {"care_to", "72"},
            {"care_places", "8"},
            {"languages", "deu"},
            {"cost", "unknown"},
            {"free_places", ""},
            {"topics", "parents_cafe"}};
  }
  std::string edit_path() const { return "/staff/services/" + service_.text; }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 12, 8}, 600}));
  std::unique_ptr<access::Store> store_;
  std::shared_ptr<Finder> finder_;
  std::unique_ptr<web::Site> site_;
  UnitId one_ = 0, two_ = 0;
  const ServiceId service_{id_for("test", "service", "s")};
  const std::string offer_ = id_for("test", "placed", "p"), guard_ = std::string(64, 'a');
};
LOTSE_ON_EACH_ENGINE(PagesTest);

bool has(const http::Response& r, std::string_view text) { return r.body.find(text) != r.body.npos; }

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

TEST_P(PagesTest, a_foreign_word_finds_a_german_entry_by_its_topic) {
  for (const char* word : {"elterncafe", "ELTERNCAFÉ", "Кафе", "Gespräch", "gespraech"}) {
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

TEST_P(PagesTest, only_the_units_editors_see_its_entries) {
  const std::string nowhere = new_uuid(1);
  EXPECT_EQ(get(edit_path()).status, 303);  // to the sign-in
  EXPECT_EQ(get(edit_path(), "", "application/json").status, 401);
  const auto jule = sign_in(one_, "directory_editor"), merle = sign_in(one_, "case_worker"),
             fatima = sign_in(two_, "directory_editor");
  EXPECT_EQ(get(edit_path(), "lotse=" + jule).status, 200);
  const auto denied = get(edit_path(), "lotse=" + merle), foreign = get(edit_path(), "lotse=" + fatima),
             absent = get("/staff/services/" + nowhere, "lotse=" + fatima),
             absent_for_merle = get("/staff/services/" + nowhere, "lotse=" + merle);
  EXPECT_EQ(denied.status, 404);
  EXPECT_EQ(foreign.status, 404);
  // Alike but for the address that the reader typed herself.
  const auto without = [](std::string body, const std::string& id) {
    for (auto at = body.find(id); at != body.npos; at = body.find(id)) body.erase(at, id.size());
    return body;
  };
  EXPECT_TRUE(without(foreign.body, service_.text) == without(absent.body, nowhere));
  EXPECT_TRUE(without(denied.body, service_.text) == without(absent_for_merle.body, nowhere));
  EXPECT_TRUE(has(get("/staff/services", "lotse=" + jule), service_.text));
  EXPECT_FALSE(has(get("/staff/services", "lotse=" + fatima), service_.text));
  EXPECT_EQ(post(edit_path(), untouched(), merle).status, 404);
}

TEST_P(PagesTest, a_correction_is_found_by_parents_at_once) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Vätertreff";
  form[3].value = "Зустріч татусів";
  const auto saved = post(edit_path(), form, jule);
  EXPECT_EQ(saved.status, 303);
  EXPECT_TRUE(has(get("/offers?q=v%C3%A4tertreff"), "Vätertreff"));
  EXPECT_TRUE(has(get("/offers/" + offer_, "lotse_language=uk"), "Зустріч татусів"));
  EXPECT_FALSE(has(get("/offers?q=elterncafe&topic=", ""), "Elterncafé &lt;b&gt;"));
}

TEST_P(PagesTest, saving_without_touching_anything_changes_nothing) {
  const auto jule = sign_in(one_, "directory_editor");
  const auto before = to_json(find_kept(desk(one_), service_).service);
  EXPECT_EQ(post(edit_path(), untouched(), jule).status, 303);
  auto after = to_json(find_kept(desk(one_), service_).service);
  // The German original gets its own place among the texts; nothing else may differ.
  after["lotse_texts"].erase("de");
  after["schedules"][0].erase("freq");
  EXPECT_EQ(after, before);
}

TEST_P(PagesTest, all_problems_at_once_and_what_was_typed_is_kept) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "";
  form[6].value = "call me";
  form[10].value = "9 Uhr";
  form[15].value = "acht";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 422);
  for (const char* field : {"#name_de", "#phone", "#hours_from_1", "#care_places"})
    EXPECT_TRUE(has(r, std::string("href=\"") + field)) << field;
  EXPECT_TRUE(has(r, "value=\"call me\""));
  EXPECT_TRUE(has(r, "value=\"9 Uhr\""));
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1);
}

TEST_P(PagesTest, a_stale_form_overwrites_nothing) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Erste";
  EXPECT_EQ(post(edit_path(), form, jule).status, 303);
  form[1].value = "Zweite";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 409);
  EXPECT_TRUE(has(r, "Zweite"));
  EXPECT_EQ(find_kept(desk(one_), service_).service.name, "Erste");
}

TEST_P(PagesTest, choosing_a_language_keeps_what_was_typed) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Noch nicht fertig";
  form.push_back({"_language", "en"});
  form.push_back({"_action", "language"});
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "<html lang=\"en\""));
  EXPECT_TRUE(has(r, "Noch nicht fertig"));
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1);
}

TEST_P(PagesTest, every_page_speaks_every_language) {
  for (const auto& language : words::languages())
    for (const std::string path :
         {"/", "/offers", "/help", "/easy-language", "/accessibility", "/privacy", "/nowhere"}) {
      const auto r = get(path, "lotse_language=" + std::string(language.tag));
      EXPECT_EQ(r.status, path == "/nowhere" ? 404 : 200);
      EXPECT_TRUE(has(r, "<html lang=\"" + std::string(language.html) + "\" dir=\"" +
                             (language.right_to_left ? "rtl" : "ltr")))
          << path;
    }
}

}  // namespace
}  // namespace lotse::directory
