// SPDX-License-Identifier: EUPL-1.2
// The way in and out, on both engines, through Site::answer as a function.
#include <sodium.h>

#include "access/gate.h"
#include "account/account.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "web/site_test_support.h"

namespace lotse::account {
namespace {

const std::string kPassword = "Drei kleine <Enten> & \"Gänse\"", kGuardSecret(64, 'a');

using Fields = std::vector<http::Field>;

// The least that Argon2id can cost: these tests are about pages. The cost of the house is tested in
// passwords_test.cc.
const std::string& cheap_hash() {
  static const std::string hash = [] {
    std::string out(crypto_pwhash_STRBYTES, '\0');
    EXPECT_EQ(
        sodium_init() >= 0 &&
            crypto_pwhash_str_alg(out.data(), kPassword.data(), kPassword.size(), crypto_pwhash_OPSLIMIT_MIN,
                                  crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_ALG_ARGON2ID13) == 0,
        true);
    return std::string(out.c_str());
  }();
  return hash;
}

using web::has;
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

class SignInTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<access::Store>(sql::open(url()), migrations());
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{.region = "Wiesen"});
    static const auto passwords = std::make_shared<Passwords>();
    install(*site_, passwords);
    site_->check();
    for (const auto& [unit, kind, name] :
         {std::tuple{7, "family_centre", "Familienzentrum"}, std::tuple{8, "agency", "Agentur <Süd>"}})
      sql::TestAccess::change(engine(),
                              "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                              "opening_hours) VALUES ($1, $1, $2, 'gdpr', $3, '')",
                              {unit, kind, name});
    account_ = site_->gate().make_account(by(), 7, "olena@example.org", "Olena <O>", cheap_hash(), "uk");
    site_->gate().grant(by(), account_, 7, "directory_editor", {2026, 1, 1});
  }
  void TearDown() override {
    site_.reset();
    store_.reset();
    StoreTest::TearDown();
  }
  http::Response get(std::string path, std::string query = {}, std::string cookies = {}) {
    http::Request r;
    r.method = "GET";
    r.path = std::move(path);
    r.query = std::move(query);
    r.fields = {{"Host", "lotse.example"},
                {"Cookie", guard_cookie() + "; lotse_language=en" + (cookies.empty() ? "" : "; " + cookies)}};
    return site_->answer(r);
  }
  http::Response post(std::string path, Fields form, const std::string& cookies = {}, Fields more = {}) {
    form.push_back({"_guard", guard(cookies)});
    http::Request r;
    r.method = "POST";
    r.path = std::move(path);
    r.body = http::encode_query(form);
    r.remote = remote_;
    r.fields = {{"Host", "lotse.example"},
                {"Origin", "http://lotse.example"},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Cookie", guard_cookie() + "; lotse_language=en" + (cookies.empty() ? "" : "; " + cookies)}};
    r.fields.insert(r.fields.end(), more.begin(), more.end());
    return site_->answer(r);
  }
  http::Response sign_in(const std::string& email, const std::string& password, Fields more = {},
                         const std::string& cookies = {}) {
    Fields form{{"email", email}, {"password", password}};
    form.insert(form.end(), more.begin(), more.end());
    return post("/sign-in", form, cookies);
  }
  static std::string guard_cookie() { return "lotse_guard=" + kGuardSecret; }
  // As the forms of this visitor hold it.
  std::string guard(const std::string& cookies) {
    const auto page = get(cookies.empty() ? "/sign-in" : "/sign-out", {}, cookies);
    constexpr std::string_view kMark = "name=\"_guard\" value=\"";
    const auto at = page.content().find(kMark);
    return at == std::string_view::npos ? std::string()
                                        : std::string(page.content().substr(at + kMark.size(), 32));
  }
  // "lotse=…" as the browser would send it back; empty if none was set.
  static std::string session_of(const http::Response& r) {
    for (const auto& each : r.fields)
      if (each.name == "Set-Cookie" && each.value.starts_with("lotse="))
        return each.value.substr(0, each.value.find(';'));
    return {};
  }
  std::int64_t number(std::string_view text) { return sql::TestAccess::number(engine(), text); }
  void change(std::string_view text) { sql::TestAccess::change(engine(), text); }

  access::Operator by() { return access::Operator(*store_, *clock_, "operator:root"); }
  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 22}, 600}));
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<web::Site> site_;
  std::string account_, remote_;
};
LOTSE_ON_EACH_ENGINE(SignInTest);

TEST_P(SignInTest, TheRightPasswordStartsASession) {
  const auto r = sign_in(" Olena@Example.org ", kPassword);
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/staff");
  const auto session = session_of(r);
  EXPECT_EQ(session.size(), 6u + 64u);
  for (const auto& each : r.fields)
    EXPECT_TRUE(each.name != "Set-Cookie" ||
                each.value.find("; Path=/; HttpOnly; SameSite=Lax") != std::string::npos)
        << each.value;
  const auto staff = get("/staff", {}, session);
  EXPECT_EQ(staff.status, 200);
  EXPECT_TRUE(has(staff, "Hello, Olena &lt;O&gt;"));
  EXPECT_TRUE(has(staff, "Familienzentrum"));
  EXPECT_TRUE(has(staff, "directory editor"));
  EXPECT_EQ(staff.header("Cache-Control"), "no-store");
  EXPECT_EQ(get("/staff").status, 303);
}

TEST_P(SignInTest, AWrongPasswordAndAnUnknownAddressLookTheSame) {
  const auto wrong = sign_in("olena@example.org", "not it"),
             unknown = sign_in("nobody@example.org", "not it");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(replaced(wrong.body, "olena@example.org", "X"),
            replaced(unknown.body, "nobody@example.org", "X"));
  EXPECT_EQ(wrong.fields, unknown.fields);
  EXPECT_TRUE(session_of(wrong).empty());
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
  EXPECT_EQ(number("SELECT min(failures) FROM attempt"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 2) << "of both alike";
  EXPECT_TRUE(has(wrong, "E-mail address or password is not right."));
  EXPECT_TRUE(has(wrong, "value=\"olena@example.org\"")) << "she need not type it again";
  // As JSON as well.
  const auto json = [&](const char* email) {
    return post("/sign-in", {{"email", email}, {"password", "x"}}, {}, {{"Accept", "application/json"}});
  };
  EXPECT_EQ(json("olena@example.org").body, json("nobody@example.org").body);
  EXPECT_EQ(json("olena@example.org").status, 422);
  EXPECT_EQ(json("olena@example.org").header("Content-Type"), "application/problem+json");
}

TEST_P(SignInTest, ADeactivatedAccountLooksLikeAWrongPassword) {
  const auto wrong = sign_in("olena@example.org", "not it");
  change("UPDATE account SET active = 0");
  const auto inactive = sign_in("olena@example.org", kPassword);
  EXPECT_EQ(inactive.status, wrong.status);
  EXPECT_EQ(inactive.body, wrong.body);
  EXPECT_TRUE(session_of(inactive).empty());
}

TEST_P(SignInTest, DeactivationEndsARunningSession) {
  const auto session = session_of(sign_in("olena@example.org", kPassword));
  EXPECT_EQ(get("/staff", {}, session).status, 200);
  change("UPDATE account SET active = 0");
  EXPECT_EQ(get("/staff", {}, session).status, 303);
}

TEST_P(SignInTest, TheTypedPasswordIsNeverEchoed) {
  site_->gate().grant(by(), account_, 8, "case_worker", {2026, 1, 1});
  const std::string escaped = "Drei kleine &lt;Enten&gt;";
  std::vector<http::Response> all{
      sign_in("olena@example.org", kPassword),   // choice of a unit
      sign_in("nobody@example.org", kPassword),  // unknown
      sign_in("", kPassword),                    // address missing
      sign_in("olena@example.org", kPassword, {{"_action", "language"}, {"_language", "tr"}}),
      sign_in("olena@example.org", "Drei kleine Katzen"),
      post("/sign-in", {{"email", "nobody@example.org"}, {"password", kPassword}}, {},
           {{"Accept", "application/json"}})};
  for (int i = 0; i < 5; ++i) sign_in("olena@example.org", "wrong");
  all.push_back(sign_in("olena@example.org", kPassword));
  for (const auto& r : all) {
    EXPECT_FALSE(has(r, "Drei kleine")) << r.status;
    EXPECT_FALSE(has(r, "Katzen"));
    for (const auto& each : r.fields) EXPECT_EQ(each.value.find("Drei"), std::string::npos);
  }
  EXPECT_TRUE(has(all[3], "lang=\"tr\"")) << "the form again, in the language chosen";
  EXPECT_TRUE(has(all[3], "value=\"olena@example.org\""));
  EXPECT_TRUE(session_of(all[3]).empty()) << "a choice of language signs nobody in";
}

TEST_P(SignInTest, WhatIsMissingIsAllNamed) {
  const auto r = sign_in(" ", "");
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "href=\"#email\">Enter your e-mail address.</a>"));
  EXPECT_TRUE(has(r, "href=\"#password\">Enter your password.</a>"));
  EXPECT_TRUE(has(r, "<title>Error: "));
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 0);
}

TEST_P(SignInTest, ThePasswordIsTakenAsItIsTyped) {
  EXPECT_EQ(sign_in("olena@example.org", " " + kPassword).status, 422) << "blanks belong to it";
  EXPECT_EQ(sign_in("olena@example.org", kPassword + " ").status, 422);
  EXPECT_EQ(sign_in("<script>alert(1)</script>", "x").status, 422);
  EXPECT_FALSE(has(sign_in("<script>alert(1)</script>", "x"), "<script>alert"));
}

TEST_P(SignInTest, NobodyIsSentToStrangers) {
  for (const std::string& to :
       {std::string("//evil.example"), std::string("///evil.example"), std::string("https://evil.example"),
        std::string("\\\\evil.example"), std::string("/\\evil.example"), std::string("/\t/evil.example"),
        std::string("/\n/evil.example"), std::string("/\r\n/evil.example"), std::string("\t//evil.example"),
        std::string("javascript:alert(1)"), std::string("evil.example"), std::string("?x"), std::string(),
        std::string("/"), std::string("/a\r\nSet-Cookie: x=y"), std::string("/sign-in"),
        std::string("/sign-out")}) {
    const auto r = sign_in("olena@example.org", kPassword, {{"to", to}});
    EXPECT_EQ(r.status, 303) << to;
    EXPECT_EQ(r.header("Location"), "/staff") << testing::PrintToString(to);
    const auto page = get("/sign-in", http::encode_query({{"to", to}}));
    EXPECT_TRUE(has(page, "name=\"to\" value=\"/staff\"")) << testing::PrintToString(to);
    EXPECT_FALSE(has(page, "evil.example"));
  }
}

TEST_P(SignInTest, SheComesBackToWhereSheWas) {
  EXPECT_TRUE(has(get("/sign-in", "to=%2Foffers%2F42"), "name=\"to\" value=\"/offers/42\""));
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"to", "/offers/42"}}).header("Location"), "/offers/42");
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"to", "/offers/42?delete=1"}}).header("Location"),
            "/offers/42");
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"to", "/offers/grün & 100%"}}).header("Location"),
            "/offers/gr%C3%BCn%20%26%20100%25");
  EXPECT_TRUE(has(get("/sign-in", "to=%2F%22%3E%3Cb%3E"), "value=\"/&quot;&gt;&lt;b&gt;\""));
  EXPECT_EQ(get("/staff").header("Location"), "/sign-in?to=%2Fstaff");
}

TEST_P(SignInTest, TwoMembershipsAreAChoice) {
  site_->gate().grant(by(), account_, 8, "case_worker", {2026, 1, 1});
  const auto choice = sign_in("olena@example.org", kPassword, {{"to", "/offers/42"}});
  EXPECT_EQ(choice.status, 200);
  EXPECT_TRUE(session_of(choice).empty());
  EXPECT_TRUE(has(choice, "value=\"7:directory_editor\""));
  EXPECT_TRUE(has(choice, "value=\"8:case_worker\""));
  EXPECT_TRUE(has(choice, "Agentur &lt;Süd&gt; – case worker"));
  EXPECT_TRUE(has(choice, "name=\"to\" value=\"/offers/42\""));
  EXPECT_TRUE(has(choice, "name=\"email\" value=\"olena@example.org\""));
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
  const auto chosen =
      sign_in("olena@example.org", kPassword, {{"unit", "8:case_worker"}, {"to", "/offers/42"}});
  EXPECT_EQ(chosen.status, 303);
  EXPECT_EQ(chosen.header("Location"), "/offers/42");
  const auto staff = get("/staff", {}, session_of(chosen));
  EXPECT_TRUE(has(staff, "Agentur &lt;Süd&gt;"));
  EXPECT_TRUE(has(staff, "case worker"));
  for (const char* other : {"9:admin", "8:directory_editor", "7:case_worker", "8", "", "8:case_worker:x"})
    EXPECT_TRUE(session_of(sign_in("olena@example.org", kPassword, {{"unit", other}})).empty()) << other;
  EXPECT_TRUE(session_of(sign_in("olena@example.org", "wrong", {{"unit", "8:case_worker"}})).empty())
      << "the choice needs the password too";
}

TEST_P(SignInTest, WithoutAMembershipThereIsNoSession) {
  change("UPDATE membership SET valid_to = '2026-11-21'");
  const auto r = sign_in("olena@example.org", kPassword);
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "Your account has no unit at present."));
  EXPECT_FALSE(has(sign_in("olena@example.org", "wrong"), "no unit at present"))
      << "only who knows the password is told";
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
}

TEST_P(SignInTest, SigningOutEndsTheSession) {
  const auto session = session_of(sign_in("olena@example.org", kPassword));
  EXPECT_EQ(get("/sign-out", {}, session).status, 200);
  EXPECT_EQ(get("/staff", {}, session).status, 200) << "the page alone ends nothing";
  const auto r = post("/sign-out", {}, session);
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/");
  EXPECT_EQ(r.header("Clear-Site-Data"), "\"cache\"");
  bool removed = false;
  for (const auto& each : r.fields)
    removed = removed || (each.name == "Set-Cookie" && each.value.starts_with("lotse=;") &&
                          each.value.ends_with("Max-Age=0"));
  EXPECT_TRUE(removed);
  EXPECT_EQ(get("/staff", {}, session).status, 303);
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
}

TEST_P(SignInTest, AStrangersPageCannotSignInOrOut) {
  const auto session = session_of(sign_in("olena@example.org", kPassword));
  const Fields stranger{{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(post("/sign-out", {}, session, stranger).status, 403);
  EXPECT_EQ(get("/staff", {}, session).status, 200);
  const auto r = post("/sign-in", {{"email", "olena@example.org"}, {"password", kPassword}}, {}, stranger);
  EXPECT_EQ(r.status, 403);
  EXPECT_TRUE(session_of(r).empty());
}

TEST_P(SignInTest, SigningInAgainEndsTheSessionBefore) {
  const auto first = session_of(sign_in("olena@example.org", kPassword));
  const auto second = session_of(sign_in("olena@example.org", kPassword, {}, first));
  EXPECT_NE(second, first);
  EXPECT_EQ(get("/staff", {}, first).status, 303);
  EXPECT_EQ(get("/staff", {}, second).status, 200);
  EXPECT_EQ(number("SELECT count(*) FROM session"), 1);
  // A cookie that somebody else put there is not taken over.
  const std::string planted = "lotse=" + std::string(64, 'f');
  const auto third = session_of(sign_in("olena@example.org", kPassword));
  EXPECT_NE(third, planted);
  EXPECT_EQ(get("/staff", {}, planted).status, 303);
}

TEST_P(SignInTest, FiveWrongPasswordsBlockForAWhile) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("olena@example.org", "wrong").status, 422);
  const auto right = sign_in("olena@example.org", kPassword), wrong = sign_in("olena@example.org", "wrong");
  EXPECT_EQ(right.status, 429);
  EXPECT_TRUE(session_of(right).empty());
  EXPECT_EQ(wrong.status, right.status);
  EXPECT_EQ(wrong.body, right.body) << "nobody learns in the meantime whether a password is right";
  EXPECT_EQ(number("SELECT failures FROM attempt"), 5) << "attempts meanwhile do not prolong it";
  clock_->set(Instant{clock_->now().ms + 60'000});
  EXPECT_EQ(sign_in("olena@example.org", kPassword).status, 303);
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 0);
}

TEST_P(SignInTest, AnUnknownAddressIsBlockedAsAKnownOneIs) {
  for (int i = 0; i < 7; ++i) {
    const auto known = sign_in("olena@example.org", "wrong"),
               unknown = sign_in("nobody@example.org", "wrong");
    EXPECT_EQ(known.status, i < 5 ? 422 : 429) << i;
    EXPECT_EQ(unknown.status, known.status) << i;
    EXPECT_EQ(replaced(known.body, "olena@example.org", "X"),
              replaced(unknown.body, "nobody@example.org", "X"));
    EXPECT_EQ(known.fields, unknown.fields);
  }
}

TEST_P(SignInTest, ANetworkHasThirtyWrongAttemptsAndGetsThemBack) {
  remote_ = "203.0.113.7";
  for (int i = 0; i < 40; ++i) EXPECT_EQ(sign_in("olena@example.org", kPassword).status, 303) << "right ones";
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(sign_in("nobody" + std::to_string(i) + "@example.org", "wrong").status, 422) << i;
  const auto refused = sign_in("nobody@example.org", "wrong");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(has(refused, "There were too many wrong attempts."));
  EXPECT_EQ(sign_in("olena@example.org", kPassword).status, 429) << "nor does it say whether this is right";
  EXPECT_EQ(get("/sign-in").status, 200);
  remote_ = "203.0.113.8";
  EXPECT_EQ(sign_in("olena@example.org", kPassword).status, 303) << "others are not concerned";
  remote_ = "203.0.113.7";
  clock_->set(Instant{clock_->now().ms + 6'000});
  EXPECT_EQ(sign_in("olena@example.org", kPassword).status, 303);
}

TEST_P(SignInTest, TheSignInPageIsForNobodyElsesEyes) {
  const auto r = get("/sign-in");
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "type=\"password\" value=\"\" autocomplete=\"current-password\""));
  EXPECT_TRUE(has(r, "autocomplete=\"username\""));
  EXPECT_TRUE(has(r, "method=\"post\" action=\"/sign-in\""));
  EXPECT_TRUE(has(r, "noindex"));
  EXPECT_EQ(get("/sign-out").status, 303) << "there is nothing to sign out of";
}

}  // namespace
}  // namespace lotse::account
