// SPDX-License-Identifier: EUPL-1.2
// What a unit tells the public: rules, versions, pages and reports of barriers, on both stores. The cast:
// Lore leads the coordination, which runs the website; Jule leads a house; Merle works with cases there and
// has no right to any of it.
#include <gtest/gtest.h>

#include <future>

#include "access/gate.h"
#include "access/key_ring.h"
#include "base/log.h"
#include "legal/parts.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "web/site_test_support.h"

namespace lotse::legal {
namespace {

using Form = std::vector<http::Field>;
using web::has;

Duties whole() {
  return {.street = "Marktplatz 1",
          .postcode = "00101",
          .city = "Wiesenbrück",
          .represented_by = "Landrat <Test>",
          .email = "amt@example.org",
          .phone = "030 23125 123",
          .dpo = "Datenschutzstelle",
          .dpo_email = "dpo@example.org",
          .authority = "Aufsicht Halmerland",
          .authority_web = "https://aufsicht.example.org",
          .recipients = "Rechenzentrum\nDruckerei",
          .state = "partial",
          .checked_on = "2026-11-20",
          .method = "self",
          .barriers = "Karte & Tastatur",
          .enforcement = "Durchsetzungsstelle",
          .enforcement_web = "https://durchsetzung.example.org",
          .sign_language = "https://film.example.org/x"};
}

constexpr Day kToday{2026, 12, 8};

std::vector<std::string> fields_of(const Problems& problems) {
  std::vector<std::string> fields;
  for (const auto& each : problems) fields.push_back(each.field);
  return fields;
}

TEST(LegalRules, what_is_whole_lacks_nothing_and_has_no_fault) {
  EXPECT_TRUE(check(whole(), kToday).empty());
  EXPECT_TRUE(missing(whole(), true).empty());
  EXPECT_TRUE(check(Duties{}, kToday).empty()) << "what is missing is a task, not an error";
}

TEST(LegalRules, what_is_missing_is_named_and_the_statement_only_of_who_runs_the_website) {
  const auto all = missing(Duties{}, true), unit = missing(Duties{}, false);
  EXPECT_EQ(all.size(), 15u);
  EXPECT_EQ(unit.size(), 10u);
  Duties duties = whole();
  duties.barriers.clear();
  EXPECT_EQ(missing(duties, true), std::vector<std::string_view>{"Known barriers"});
  duties.state = "full";
  EXPECT_TRUE(missing(duties, true).empty());
}

TEST(LegalRules, every_wrong_field_is_named) {
  Duties duties = whole();
  duties.email = "amt@";
  duties.phone = "x";
  duties.dpo_email = "a b@example.org";
  duties.authority_web = "javascript:alert(1)";
  duties.state = "perfect";
  duties.method = "dice";
  duties.checked_on = "2026-12-09";
  duties.city = "Wiesen\u202Ebrück";
  duties.street = "a\nb";
  duties.represented_by = std::string(301, 'x');
  duties.barriers = std::string(5'001, 'x');
  EXPECT_EQ(fields_of(check(duties, kToday)),
            (std::vector<std::string>{"street", "city", "represented_by", "email", "phone", "dpo_email",
                                      "authority_web", "state", "checked_on", "method", "barriers"}));
  duties = whole();
  duties.checked_on = "2026-02-30";
  EXPECT_EQ(fields_of(check(duties, kToday)), std::vector<std::string>{"checked_on"});
}

TEST(LegalRules, texts_are_kept_without_blank_lines) {
  Duties duties;
  duties.barriers = "  eins \r\n\r\n zwei\n";
  EXPECT_EQ(tidied(duties).barriers, "eins\nzwei");
}

TEST(LegalRules, no_heading_stands_without_content) {
  const unit::Unit unit{
      .id = 1, .organisation_id = "", .kind = "family_centre", .legal_regime = "gdpr", .name = "Haus"};
  const std::string imprint = imprint_text(unit, {}).markup(), notice = privacy_text(unit, {}).markup(),
                    statement = statement_text(unit, {}).markup();
  for (const char* label : {"Vertreten durch", "Register:", "Umsatzsteuer", "Aufsichtsbehörde:", "§ 18"})
    EXPECT_EQ(imprint.find(label), std::string::npos) << label;
  EXPECT_EQ(notice.find("Datenschutzbeauftragte"), std::string::npos);
  EXPECT_EQ(notice.find("Zuständig ist"), std::string::npos);
  EXPECT_EQ(statement.find("Durchsetzung"), std::string::npos);
  EXPECT_EQ(statement.find("letzte Prüfung"), std::string::npos);
  for (const auto* markup : {&imprint, &notice, &statement}) {
    EXPECT_EQ(markup->find("<p class=\"kern-body\"></p>"), std::string::npos);
    EXPECT_EQ(markup->find("<ul></ul>"), std::string::npos);
  }
}

TEST(LegalRules, each_regime_has_its_own_law) {
  const auto notice = [](const char* regime) {
    return privacy_text(
               {.id = 1, .organisation_id = "", .kind = "family_centre", .legal_regime = regime, .name = "H"},
               whole())
        .markup();
  };
  EXPECT_NE(notice("gdpr_sgb").find("Art. 6 Abs. 1 Buchst. e DSGVO"), std::string::npos);
  EXPECT_NE(notice("gdpr").find("berechtigte Interesse"), std::string::npos);
  EXPECT_NE(notice("kdg").find("§ 48 KDG"), std::string::npos);
  EXPECT_NE(notice("dsg_ekd").find("§ 46 DSG-EKD"), std::string::npos);
  EXPECT_EQ(notice("kdg").find("DSGVO"), std::string::npos);
}

class LegalTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "legal"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    sql::Options owner, keys;
    owner.owner = true;
    if (!on_sqlite()) owner.schema = keys.schema = "keys";
    const std::string address = on_sqlite() ? "sqlite:" + file() + ".keys" : owner_url();
    sql::migrate(*sql::open(address, owner), access::KeyRing::migrations(), 0);
    store_ = std::make_unique<access::Store>(
        sql::open(url()), migrations(),
        std::make_shared<access::KeyRing>(
            sql::open(on_sqlite() ? address : url(), keys),
            (sql::StoreTemplates::instance().folder() / (name() + ".key")).string()));
    const access::Operator by(*store_, *clock_, "operator:test");
    house_ = unit::make(
        by, {.organisation_id = "", .kind = "family_centre", .legal_regime = "gdpr", .name = "Haus <eins>"});
    office_ = unit::make(
        by, {.organisation_id = "", .kind = "coordination", .legal_regime = "gdpr_sgb", .name = "Amt"});
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{});
    install(*site_, *store_);
    site_->check();
    sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', '1')");
    lore_ = sign_in(office_, "coordination", "lead");
    jule_ = sign_in(house_, "family_centre", "lead");
    merle_ = sign_in(house_, "family_centre", "case_worker");
  }
  void TearDown() override {
    site_.reset();
    store_.reset();
    StoreTest::TearDown();
  }
  std::string sign_in(UnitId unit, const std::string& kind, const std::string& function) {
    access::Gate gate(*store_, *clock_);
    const access::Operator by(*store_, *clock_, "operator:test");
    const auto account =
        gate.make_account(by, unit, function + std::to_string(unit) + "@example.org", "Jule", "x", "de");
    gate.grant(by, account, unit, function, {2020, 1, 1});
    gate.mark_sample(by, unit, account);
    return gate.start(gate.begin(account, 0), {unit, kind, "Haus", function}).value();
  }
  http::Response get(const std::string& path, const std::string& session = "", const std::string& accept = "",
                     const std::string& language = "de") {
    return site_->answer(
        web::get(path, {{"Accept-Language", language}, {"Cookie", "lotse=" + session}, {"Accept", accept}}));
  }
  http::Response post(const std::string& path, Form form, const std::string& session = "",
                      bool guarded = true, const std::string& remote = "10.0.0.1") {
    if (guarded) form.push_back({"_guard", hash_hex("guard:" + guard_ + session).substr(0, 32)});
    auto request = web::post(path, http::encode_query(form),
                             {{"Cookie", "lotse=" + session + "; lotse_guard=" + guard_},
                              {"Sec-Fetch-Site", "same-origin"},
                              {"Accept-Language", "de"}});
    request.remote = remote;
    return site_->answer(request);
  }
  static Form form_of(const Duties& duties, std::int64_t version) {
    Form form{{"version", std::to_string(version)}};
    for_each_field<Duties>([&](const auto& f) { form.push_back({std::string(f.name), duties.*(f.member)}); });
    return form;
  }
  access::Desk visitor() { return {*store_, {}, access::kDirectoryPurpose, *clock_}; }
  std::int64_t number(std::string_view text, UnitId unit) {
    std::int64_t n = -1;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(unit);
      n = tx.one({"test.number", text}, {}, [](const sql::Row& r) { return r.integer(0); }).value_or(-1);
    });
    return n;
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({kToday, 600}));
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<web::Site> site_;
  const std::string guard_ = std::string(64, 'b');
  std::string lore_, jule_, merle_;
  UnitId house_ = 0, office_ = 0;
};
LOTSE_ON_EACH_ENGINE(LegalTest);

TEST_P(LegalTest, what_is_saved_is_seen_by_everybody_and_escaped) {
  EXPECT_TRUE(has(get("/staff/legal", lore_), "Das verlangt das Gesetz"));
  const auto r = post("/staff/legal", form_of(whole(), 0), lore_);
  ASSERT_EQ(r.status, 303) << r.content();
  EXPECT_EQ(r.header("location"), "/staff/legal?saved=1");
  EXPECT_FALSE(has(get("/staff/legal?saved=1", lore_), "Das verlangt das Gesetz"));
  const auto imprint = get("/imprint");
  for (const char* part : {"Amt", "Marktplatz 1", "00101 Wiesenbrück", "Landrat &lt;Test&gt;",
                           "mailto:amt@example.org", "tel:03023125123"})
    EXPECT_TRUE(has(imprint, part)) << part;
  const auto statement = get("/accessibility");
  for (const char* part : {"teilweise mit der BITV 2.0", "Karte &amp; Tastatur", "20. November 2026",
                           "selbst bewertet", "Durchsetzungsstelle", "name=\"what\""})
    EXPECT_TRUE(has(statement, part)) << part;
  const auto notice = get("/privacy/" + std::to_string(office_));
  for (const char* part : {"dpo@example.org", "Aufsicht Halmerland", "<li>Druckerei</li>", "Art. 77 DSGVO"})
    EXPECT_TRUE(has(notice, part)) << part;
  EXPECT_TRUE(has(get("/easy-language"), "https://film.example.org/x"));
  const auto json = *parse_json(get("/imprint", "", "application/json").body);
  EXPECT_EQ(json["duties"]["city"], "Wiesenbrück");
}

TEST_P(LegalTest, each_unit_has_its_own_notice_and_what_is_no_unit_has_none) {
  const auto list = get("/privacy", "", "", "uk");
  EXPECT_TRUE(has(list, "href=\"/privacy/" + std::to_string(house_) + "\""));
  EXPECT_TRUE(has(list, "Haus &lt;eins&gt;"));
  EXPECT_TRUE(has(list, "Хто відповідає за ваші дані"));
  const auto notice = get("/privacy/" + std::to_string(house_), "", "", "ar");
  EXPECT_TRUE(has(notice, "النص أدناه باللغة الألمانية")) << "says that what follows is German";
  EXPECT_TRUE(has(notice, "lang=\"de\" dir=\"ltr\""));
  EXPECT_FALSE(has(get("/privacy/" + std::to_string(house_)), "weil er rechtlich gilt"));
  for (const char* path :
       {"/privacy/99", "/privacy/0", "/privacy/1x", "/privacy/-1", "/privacy/99999999999999999999"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_P(LegalTest, who_has_no_right_finds_nothing_and_changes_nothing) {
  const bool before = log_enabled(false);
  EXPECT_EQ(get("/staff/legal").status, 303) << "to the sign-in";
  EXPECT_EQ(get("/staff/legal", merle_).status, 404);
  EXPECT_EQ(post("/staff/legal", form_of(whole(), 0), merle_).status, 404);
  EXPECT_EQ(post("/staff/legal", form_of(whole(), 0), jule_, false).status, 403);
  log_enabled(before);
  EXPECT_EQ(current(visitor(), house_).number, 0);
  EXPECT_FALSE(has(get("/staff/legal", jule_), "name=\"sign_language\""))
      << "the statement is of the office alone";
}

TEST_P(LegalTest, all_versions_are_kept_and_shown) {
  Duties duties = whole();
  ASSERT_EQ(post("/staff/legal", form_of(duties, 0), lore_).status, 303);
  duties.city = "Krähenhorst";
  ASSERT_EQ(post("/staff/legal", form_of(duties, 1), lore_).status, 303);
  const auto versions = history(visitor(), office_);
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].duties.city, "Krähenhorst");
  EXPECT_EQ(versions[1].duties, whole());
  EXPECT_EQ(versions[1].at, clock_->now());
  EXPECT_TRUE(has(get("/staff/legal", lore_), "Ort: <span dir=\"auto\">Wiesenbrück</span>"));
}

TEST_P(LegalTest, nobody_overwrites_what_she_has_not_seen) {
  ASSERT_EQ(post("/staff/legal", form_of(whole(), 0), lore_).status, 303);
  Duties mine = whole();
  mine.street = "Meine Straße 2";
  const auto late = post("/staff/legal", form_of(mine, 0), lore_);
  EXPECT_EQ(late.status, 409);
  EXPECT_TRUE(has(late, "Meine Straße 2")) << "what was typed is not lost";
  EXPECT_TRUE(has(late, "name=\"version\" value=\"1\""));
  EXPECT_EQ(current(visitor(), office_).duties, whole());
  EXPECT_EQ(post("/staff/legal", form_of(mine, 1), lore_).status, 303);
}

TEST_P(LegalTest, of_two_at_once_one_is_kept) {
  Duties one = whole(), other = whole();
  one.city = "Eins";
  other.city = "Zwei";
  const bool before = log_enabled(false);
  auto first =
      std::async(std::launch::async, [&] { return post("/staff/legal", form_of(one, 0), lore_).status; });
  const int second = post("/staff/legal", form_of(other, 0), lore_).status;
  const std::multiset<int> both{first.get(), second};
  log_enabled(before);
  EXPECT_EQ(both, (std::multiset<int>{303, 409}));
  EXPECT_EQ(history(visitor(), office_).size(), 1u);
}

TEST_P(LegalTest, what_is_wrong_is_named_and_kept_in_the_form) {
  Duties wrong = whole();
  wrong.email = "amt@";
  const auto r = post("/staff/legal", form_of(wrong, 0), lore_);
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "value=\"amt@\""));
  EXPECT_TRUE(has(r, "href=\"#email\""));
  EXPECT_EQ(current(visitor(), office_).number, 0);
}

TEST_P(LegalTest, gaps_name_every_unit_that_has_not_told_all) {
  auto all = gaps(visitor());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].labels.size(), 10u);
  EXPECT_EQ(all[1].labels.size(), 15u);
  ASSERT_EQ(post("/staff/legal", form_of(whole(), 0), lore_).status, 303);
  all = gaps(visitor());
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].unit.id, house_);
}

TEST_P(LegalTest, a_report_reaches_the_office_sealed_and_goes_when_answered) {
  const auto r = post("/accessibility",
                      {{"what", "Kanarienvogel <b>"}, {"where", "/help"}, {"contact", "a@example.org"}});
  ASSERT_EQ(r.status, 303) << r.content();
  EXPECT_EQ(r.header("location"), "/accessibility/thanks");
  EXPECT_EQ(get("/accessibility/thanks").status, 200);
  const auto page = get("/staff/legal", lore_);
  for (const char* part : {"Kanarienvogel &lt;b&gt;", "/help", "a@example.org"})
    EXPECT_TRUE(has(page, part)) << part;
  EXPECT_EQ(number("SELECT count(*) FROM audit_entry WHERE what = 'barrier.contacts'", office_), 1)
      << "who looks how somebody can be reached is entered";
  EXPECT_FALSE(has(get("/staff/legal", jule_), "Kanarienvogel"));
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(office_);
    tx.each({"test.sealed", "SELECT sealed FROM barrier_report"}, {}, [](const sql::Row& row) {
      const auto bytes = row.blob(0);
      const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      EXPECT_EQ(text.find("Kanarienvogel"), text.npos);
      EXPECT_EQ(text.find("example.org"), text.npos);
    });
  });
  constexpr std::string_view kMark = "/staff/legal/reports/";
  const auto at = page.content().find(kMark);
  ASSERT_NE(at, std::string_view::npos);
  const std::string path(page.content().substr(at, kMark.size() + 36));
  const bool before = log_enabled(false);
  EXPECT_EQ(post(path, {}, jule_).status, 404) << "another unit's";
  EXPECT_EQ(post(path, {}, merle_).status, 404);
  log_enabled(before);
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 1);
  EXPECT_EQ(post(path, {}, lore_).status, 303);
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 0);
  EXPECT_EQ(post(path, {}, lore_).status, 404);
}

TEST_P(LegalTest, an_empty_or_endless_report_is_refused_with_what_was_typed) {
  const auto empty = post("/accessibility", {{"what", "  "}, {"contact", "a@example.org"}});
  EXPECT_EQ(empty.status, 422);
  EXPECT_TRUE(has(empty, "a@example.org"));
  EXPECT_TRUE(has(empty, "Bitte schreiben Sie, was Ihnen im Weg ist."));
  EXPECT_EQ(post("/accessibility", {{"what", std::string(4'001, 'x')}}).status, 422);
  EXPECT_EQ(post("/accessibility", {{"what", "x"}}, "", false).status, 403);
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 0);
}

TEST_P(LegalTest, one_network_sends_five_at_once_and_others_are_not_held_up) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post("/accessibility", {{"what", "x"}}).status, 303);
  EXPECT_EQ(post("/accessibility", {{"what", "Sechstens"}}).status, 429);
  EXPECT_EQ(post("/accessibility", {{"what", "x"}}, "", true, "10.9.9.9").status, 303);
  clock_->set({clock_->now().ms + 120'000});
  EXPECT_EQ(post("/accessibility", {{"what", "x"}}).status, 303);
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 7);
}

TEST_P(LegalTest, reports_go_after_half_a_year_and_not_before) {
  ASSERT_EQ(post("/accessibility", {{"what", "alt"}}).status, 303);
  const auto sweep = [&] {
    const bool before = log_enabled(false);
    jobs::Runner runner(*store_, clock_);
    install_jobs(runner, clock_);
    while (runner.run_one()) {
    }
    log_enabled(before);
  };
  clock_->set({clock_->now().ms + 181LL * 86'400'000});
  ASSERT_EQ(post("/accessibility", {{"what", "neu"}}).status, 303);
  sweep();
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 2);
  clock_->set({clock_->now().ms + 2LL * 86'400'000});
  sweep();
  EXPECT_EQ(number("SELECT count(*) FROM barrier_report", office_), 1);
}

}  // namespace
}  // namespace lotse::legal
