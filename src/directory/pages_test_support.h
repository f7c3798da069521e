// SPDX-License-Identifier: EUPL-1.2
#pragma once
// Pages as functions, on both stores. The cast: Jule edits the entries of unit one, Merle works with cases
// there and has no right to entries, Fatima edits those of unit two.
#include "directory/directory_test_support.h"
#include "directory/pages.h"
#include "web/site_test_support.h"

namespace lotse::directory {

using web::has;

/** One key for all. */
class TestKeys final : public notice::KeyOfUnit {
 public:
  const seal::Key& key_of(UnitId) const override { return key_; }

 private:
  seal::Key key_ = seal::Key::random();
};

/** The pages with one entry of unit one. */
class PagesOnStore : public TwoUnits {
 protected:
  void SetUp() override {
    TwoUnits::SetUp();
    topic::put(desk(one_), topic::starting_catalogue());
    unit::put_places(desk(one_), {{"00101", "Wiesenbrück", {52.05, 7.95}}});
    fill();
    finder_ = std::make_shared<Finder>(*store_, clock_);
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_, finder_, keys_);
    web::install_visits(*site_, visits(keys_));
    site_->check();
  }
  void TearDown() override {
    site_.reset();
    finder_.reset();
    TwoUnits::TearDown();
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
    s.phones = {{.number = "02561 4710"}};
    s.minimum_age = 3;
    s.maximum_age = 6;
    s.lotse_free_places = 2;
    s.lotse_texts["uk"] = {
        .name = "Кафе для батьків", .description = "Кава для сімʼї", .state = TextState::machine};
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
    const access::Operator boss(*store_, *clock_, "operator:test");
    const auto account =
        gate.make_account(boss, unit, function + std::to_string(unit) + "@example.org", "Jule", "x", "de");
    gate.grant(boss, account, unit, function, {2020, 1, 1});
    gate.mark_sample(boss, unit, account);
    sql::TestAccess::change(
        engine(),
        "INSERT INTO installation (key, value) VALUES ('sample', '1') ON CONFLICT (key) DO NOTHING");
    return gate.start(gate.begin(account, 0), {unit, "family_centre", "Haus", function}).value();
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
            {"description_uk", "Кава для сімʼї"},
            {"status", "active"},
            {"phone", "02561 4710"},
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
            {"free_places", "2"},
            {"topics", "parents_cafe"},
            {"age_min", "3"},
            {"age_max", "6"}};
  }
  // Puts `number` more services into the same house.
  void crowd(int number) {
    Batch b;
    b.source = "crowd";
    for (int i = 0; i < number; ++i) {
      const std::string key = "s" + std::to_string(i);
      Service s;
      s.id.text = id_for("crowd", "service", key);
      s.organization_id.text = id_for("test", "organisation", "o");
      s.name = "Gruppe " + std::to_string(i);
      b.services.push_back({s, key});
      Placed p;
      p.id.text = id_for("crowd", "placed", key);
      p.service_id = s.id;
      p.location_id.text = id_for("test", "location", "l");
      b.placed.push_back({p, key});
    }
    ASSERT_TRUE(put(desk(one_), b, false));
    finder_->catch_up();
  }
  std::string edit_path() const { return "/staff/services/" + service_.text; }

  std::shared_ptr<Finder> finder_;
  const std::shared_ptr<const TestKeys> keys_ = std::make_shared<const TestKeys>();
  std::unique_ptr<web::Site> site_;
  const ServiceId service_{id_for("test", "service", "s")};
  const std::string offer_ = id_for("test", "placed", "p"), guard_ = std::string(64, 'a');
};

}  // namespace lotse::directory
