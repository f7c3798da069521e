// SPDX-License-Identifier: EUPL-1.2
// The page of a unit's own hours and contacts, as functions: HTML and JSON side by side, on both stores. The
// cast: Jule and Lore edit for unit one, Merle works with cases there and may not, Fatima edits for unit two.
#include <gtest/gtest.h>

#include "access/gate.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "unit/profile.h"
#include "web/site_test_support.h"

namespace lotse::unit {
namespace {

using namespace std::string_literals;
using Form = std::vector<http::Field>;

using web::has;

class UnitPagesTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<access::Store>(sql::open(engine().url()), migrations());
    Unit u;
    u.kind = "family_centre";
    u.legal_regime = "gdpr";
    u.name = "Haus <eins>";
    u.hours.openings = {{1, "08:00", "12:00"}};
    u.contacts = {{"", "Nuran <A>", "Kita & Hort", "0221 4710055", {"tur"}}};
    one_ = make(access::Operator(*store_, *clock_, "operator:test"), u);
    u.name = "Haus zwei";
    two_ = make(access::Operator(*store_, *clock_, "operator:test"), u);
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_);
    // Where parents see it.
    site_->get("/card", {&access::kDirectoryRead, access::kDirectoryPurpose, true}, [this](web::Ask& ask) {
      return web::page(ask, {.title = "T", .main = contact_card(ask, now(one_), "H")});
    });
    site_->check();
    sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', '1')");
    jule_ = sign_in(one_, "directory_editor");
  }
  void TearDown() override {
    site_.reset();
    store_.reset();
    StoreTest::TearDown();
  }
  Unit now(UnitId id) { return *find({*store_, {}, access::kDirectoryPurpose, *clock_}, id); }
  std::string sign_in(UnitId unit, const std::string& function) {
    access::Gate gate(*store_, *clock_);
    const access::Operator by(*store_, *clock_, "operator:test");
    const auto account =
        gate.make_account(by, unit, function + std::to_string(unit) + "@example.org", "Jule", "x", "de");
    gate.grant(by, account, unit, function, {2020, 1, 1});
    gate.mark_sample(by, unit, account);
    return gate.start(gate.begin(account, 0), {unit, "family_centre", "Haus", function}).value();
  }
  http::Response get(const std::string& path, const std::string& session = "", const std::string& accept = "",
                     const std::string& language = "de") {
    http::Request r;
    r.method = "GET";
    const auto mark = std::min(path.find('?'), path.size());
    r.path = path.substr(0, mark);
    r.query = path.substr(std::min(mark + 1, path.size()));
    r.fields = {{"Accept-Language", language}, {"Cookie", "lotse=" + session}};
    if (!accept.empty()) r.fields.push_back({"Accept", accept});
    return site_->answer(r);
  }
  http::Response post(Form form, const std::string& session, bool guarded = true) {
    if (guarded) form.push_back({"_guard", hash_hex("guard:" + guard_ + session).substr(0, 32)});
    http::Request r;
    r.method = "POST";
    r.path = "/staff/unit";
    r.body = http::encode_query(form);
    r.fields = {{"Cookie", "lotse=" + session + "; lotse_guard=" + guard_},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  http::Response put(const Json& json, const std::string& session) {
    http::Request r;
    r.method = "POST";
    r.path = "/staff/unit";
    r.body = json.dump();
    r.fields = {{"Cookie", "lotse=" + session},
                {"Content-Type", "application/json"},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  // What the form sends when nothing was touched.
  Form untouched() {
    const Unit u = now(one_);
    return {{"unit", std::to_string(one_)},
            {"version", std::to_string(u.version)},
            {"hours_from_1_1", "08:00"},
            {"hours_to_1_1", "12:00"},
            {"contact_id_1", u.contacts.at(0).id},
            {"contact_name_1", "Nuran <A>"},
            {"contact_matter_1", "Kita & Hort"},
            {"contact_phone_1", "0221 4710055"},
            {"contact_email_1", ""},
            {"contact_languages_1", "tur"}};
  }
  static Form with(Form form, const std::string& name, const std::string& value) {
    for (auto& each : form)
      if (each.name == name) {
        each.value = value;
        return form;
      }
    form.push_back({name, value});
    return form;
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 12, 8}, 600}));
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<web::Site> site_;
  const std::string guard_ = std::string(64, 'b');
  std::string jule_;
  UnitId one_ = 0, two_ = 0;
};
LOTSE_ON_EACH_ENGINE(UnitPagesTest);

TEST_P(UnitPagesTest, the_form_shows_what_is_kept_and_leads_from_the_menu) {
  const auto r = get("/staff/unit", jule_);
  EXPECT_EQ(r.status, 200);
  for (const char* part : {"Haus &lt;eins&gt;", "Nuran &lt;A&gt;", "Kita &amp; Hort", "0221 4710055",
                           "value=\"08:00\"", "href=\"/staff/unit\"", "Unsere Einrichtung"})
    EXPECT_TRUE(has(r, part)) << part;
  EXPECT_FALSE(has(r, "name=\"contact_name_2\""));
  const auto json = *parse_json(get("/staff/unit", jule_, "application/json").body);
  EXPECT_EQ(json["id"], one_);
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["hours"]["openings"][0]["from"], "08:00");
  EXPECT_EQ(json["contacts"][0]["name"], "Nuran <A>");
}

TEST_P(UnitPagesTest, a_change_is_seen_by_parents_at_once) {
  auto form = with(with(untouched(), "hours_from_2_1", "9"), "hours_to_2_1", "11.30 Uhr");
  form = with(with(form, "contact_email_1", "nuran@haus.example.org"), "contact_phone_1", "+49 (0)221 471");
  const auto r = post(form, jule_);
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("location"), "/staff/unit?saved=1");
  EXPECT_TRUE(has(get("/staff/unit?saved=1", jule_), "kern-alert--success"));
  const auto card = get("/card");  // a Tuesday, ten o'clock
  for (const char* part : {"href=\"tel:+49221471\"", "href=\"mailto:nuran@haus.example.org\"",
                           "Jetzt geöffnet, bis 11:30", "09:00–11:30", "Nuran &lt;A&gt;", "Türkisch"})
    EXPECT_TRUE(has(card, part)) << part;
  EXPECT_TRUE(has(get("/card", "", "", "uk"), "відчинено, до 11:30"));
  clock_->set(*instant_of({{2026, 12, 8}, 1200}));
  EXPECT_TRUE(has(get("/card"), "Wieder geöffnet: Montag, 08:00"));
}

TEST_P(UnitPagesTest, the_card_knows_what_is_open_over_midnight_and_what_never_closes) {
  ASSERT_EQ(post(with(with(untouched(), "hours_from_5_1", "18"), "hours_to_5_1", "2"), jule_).status, 303);
  clock_->set(*instant_of({{2026, 12, 11}, 1380}));  // a Friday
  const auto evening = get("/card");
  EXPECT_TRUE(has(evening, "Jetzt geöffnet, bis 02:00 Uhr"));
  EXPECT_FALSE(has(evening, "00:00–02:00"));
  clock_->set(*instant_of({{2026, 12, 12}, 30}));
  const auto night = get("/card");
  EXPECT_TRUE(has(night, "Jetzt geöffnet, bis 02:00 Uhr"));
  EXPECT_TRUE(has(night, "18:00–02:00"));
  EXPECT_TRUE(has(night, "00:00–02:00")) << "today is not closed";
  clock_->set(*instant_of({{2026, 12, 12}, 120}));
  EXPECT_TRUE(has(get("/card"), "Wieder geöffnet: Montag, 08:00"));
  jule_ = sign_in(one_, "directory_editor");  // the night was longer than a session
  auto always = untouched();
  for (Weekday day = 1; day <= 7; ++day) {
    const std::string n = std::to_string(day) + "_1";
    always = with(with(always, "hours_from_" + n, "0"), "hours_to_" + n, "24");
  }
  ASSERT_EQ(post(always, jule_).status, 303);
  const auto card = get("/card", "", "", "en");
  EXPECT_TRUE(has(card, "Open day and night"));
  EXPECT_FALSE(has(card, "24:00"));
  ASSERT_EQ(post(with(with(always, "version", "3"), "hours_to_4_1", "17"), jule_).status, 303);
  EXPECT_TRUE(has(get("/card", "", "", "en"), "Open now. Closes: Thursday 17:00"));
}

TEST_P(UnitPagesTest, the_card_says_nothing_that_nobody_has_said) {
  EXPECT_EQ(post({{"unit", std::to_string(one_)},
                  {"version", "1"},
                  {"contact_name_1", "Ida"},
                  {"contact_email_1", "ida@haus.example.org"}},
                 jule_)
                .status,
            303);
  const auto card = get("/card");
  EXPECT_FALSE(has(card, "tel:"));
  EXPECT_FALSE(has(card, "lo-hours"));
  EXPECT_FALSE(has(card, "Termin"));
  EXPECT_EQ(post({{"unit", std::to_string(one_)}, {"version", "2"}, {"by_appointment", "1"}}, jule_).status,
            303);
  EXPECT_TRUE(has(get("/card"), "Nur mit Termin"));
}

TEST_P(UnitPagesTest, everything_wrong_is_said_at_once_and_nothing_typed_is_lost) {
  auto form = with(with(untouched(), "hours_from_1_1", "früh <1>"), "contact_phone_1", "ruf an!");
  form = with(with(form, "contact_email_1", "kein at"), "contact_name_1", "");
  const auto r = post(form, jule_);
  EXPECT_EQ(r.status, 422);
  for (const char* field : {"hours_from_1_1", "contact_phone_1", "contact_email_1", "contact_name_1"})
    EXPECT_TRUE(has(r, "href=\"#" + std::string(field) + "\"") &&
                has(r, "id=\"" + std::string(field) + "-error\""))
        << field;
  for (const char* value : {"früh &lt;1&gt;", "ruf an!", "kein at", "Kita &amp; Hort"})
    EXPECT_TRUE(has(r, "value=\"" + std::string(value) + "\"")) << value;
  EXPECT_EQ(now(one_).version, 1);
  // A choice of language in the middle of the form keeps it all, too, and saves nothing.
  form.push_back({"_action", "language"});
  const auto other = post(form, jule_);
  EXPECT_EQ(other.status, 200);
  EXPECT_TRUE(has(other, "value=\"ruf an!\""));
}

TEST_P(UnitPagesTest, rows_come_and_go_without_losing_what_was_typed) {
  auto form = with(with(untouched(), "hours_from_1_1", "früh"), "contact_name_1", "Neu getippt");
  const auto more = post(with(form, "_action", "add_contact"), jule_);
  EXPECT_EQ(more.status, 200);
  EXPECT_TRUE(has(more, "id=\"contact_2\"") && has(more, "name=\"contact_name_2\""));
  EXPECT_TRUE(has(more, "value=\"Neu getippt\"") && has(more, "value=\"früh\""));
  EXPECT_FALSE(has(more, "lo-errors"));
  form.push_back({"contact_name_2", "Zweite"});
  form.push_back({"contact_languages_2", "ukr"});
  const auto fewer = post(with(form, "_action", "remove_contact_1"), jule_);
  EXPECT_EQ(fewer.status, 200);
  EXPECT_FALSE(has(fewer, "Neu getippt") || has(fewer, "contact_name_2"));
  EXPECT_TRUE(has(fewer, "name=\"contact_name_1\" type=\"text\" value=\"Zweite\""));
  EXPECT_TRUE(has(fewer, "value=\"ukr\" checked"));
  for (const char* odd : {"remove_contact_9", "remove_contact_0", "remove_contact_", "remove_contact_x"})
    EXPECT_TRUE(has(post(with(form, "_action", odd), jule_), "Zweite")) << odd;
  EXPECT_EQ(now(one_).version, 1);
  // The last one, too, may go: an empty row is no contact.
  auto none = untouched();
  for (auto& each : none)
    if (each.name.starts_with("contact_")) each.value = "";
  EXPECT_EQ(post(none, jule_).status, 303);
  EXPECT_TRUE(now(one_).contacts.empty());
  EXPECT_TRUE(has(get("/staff/unit", jule_), "name=\"contact_name_1\""));
}

TEST_P(UnitPagesTest, the_second_of_two_keeps_what_she_typed_and_sees_what_is_kept) {
  const auto mine = with(untouched(), "contact_name_1", "Von mir");
  ASSERT_EQ(post(with(untouched(), "contact_name_1", "Von ihr"), sign_in(one_, "directory_editor")).status,
            303);
  const auto r = post(mine, jule_);
  EXPECT_EQ(r.status, 409);
  EXPECT_TRUE(has(r, "lo-errors"));
  EXPECT_TRUE(has(r, "value=\"Von mir\""));
  EXPECT_TRUE(has(r, ">Von ihr</strong>"));
  EXPECT_TRUE(has(r, "name=\"replaces\" value=\"2\""));
  // Sent again as it is, it still overwrites nothing.
  EXPECT_EQ(post(mine, jule_).status, 409);
  EXPECT_EQ(now(one_).contacts[0].name, "Von ihr");
  // With the button that says so it does, unless a third one has come in between.
  EXPECT_EQ(post(with(mine, "replaces", "1"), jule_).status, 409);
  EXPECT_EQ(post(with(mine, "replaces", "2"), jule_).status, 303);
  EXPECT_EQ(now(one_).contacts[0].name, "Von mir");
  EXPECT_EQ(post(with(mine, "version", "nonsense"), jule_).status, 409);
}

TEST_P(UnitPagesTest, others_find_no_such_page) {
  const auto merle = sign_in(one_, "case_worker"), fatima = sign_in(two_, "directory_editor");
  EXPECT_EQ(get("/staff/unit").status, 303);  // to the sign-in
  EXPECT_EQ(get("/staff/unit", "", "application/json").status, 401);
  EXPECT_EQ(get("/staff/unit", merle).status, 404);
  EXPECT_EQ(post(untouched(), merle).status, 404);
  EXPECT_FALSE(has(get("/card", merle), "href=\"/staff/unit\""));
  // An editor of another unit sees hers, and cannot send the form of this one.
  EXPECT_TRUE(has(get("/staff/unit", fatima), "Haus zwei"));
  EXPECT_EQ(post(untouched(), fatima).status, 404);
  EXPECT_EQ(put(as_json(now(one_)), fatima).status, 404);
  EXPECT_EQ(post(untouched(), jule_, false).status, 403);  // without the token of the form
  EXPECT_EQ(now(one_).version, 1);
  EXPECT_EQ(now(two_).version, 1);
}

TEST_P(UnitPagesTest, json_has_the_same_rules) {
  Json json = as_json(now(one_));
  json["hours"]["openings"].push_back({{"weekday", 1}, {"from", "11:00"}, {"to", "13:00"}});
  json["contacts"][0].erase("phone");
  const auto wrong = put(json, jule_);
  EXPECT_EQ(wrong.status, 422);
  const auto said = *parse_json(wrong.body);
  EXPECT_EQ(said["errors"][0]["field"], "hours_from_1_2");
  EXPECT_EQ(said["errors"][1]["field"], "contact_phone_1");
  json["hours"]["openings"][1]["from"] = "12:00";
  json["contacts"][0]["email"] = "nuran@haus.example.org";
  const auto good = put(json, jule_);
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ((*parse_json(good.body))["version"], 2);
  EXPECT_EQ(now(one_).contacts[0].email, "nuran@haus.example.org");
  EXPECT_EQ(put(json, jule_).status, 409);
  json.erase("version");
  EXPECT_EQ(put(json, jule_).status, 409);
  // What is missing stays; hours are one thing.
  EXPECT_EQ(put({{"id", one_}, {"version", 2}, {"hours", {{"by_appointment", true}}}}, jule_).status, 200);
  EXPECT_EQ(now(one_).hours, (Hours{{}, true}));
  EXPECT_EQ(now(one_).contacts.size(), 1u);
  EXPECT_EQ(put({{"contacts", "many"}}, jule_).status, 400);
  EXPECT_EQ(put(Json::array(), jule_).status, 400);
  EXPECT_EQ(
      put({{"id", one_}, {"version", 3}, {"contacts", {{{"name", "a\0b"s}, {"phone", "0221 471"}}}}}, jule_)
          .status,
      400);
  EXPECT_EQ(now(one_).version, 3);
}

}  // namespace
}  // namespace lotse::unit
