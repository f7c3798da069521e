// SPDX-License-Identifier: EUPL-1.2
// The way in and out, on both engines, through Site::answer as a function.
#include "account/account_test_support.h"
#include "account/page_test_support.h"

namespace lotse::account {
namespace {

class SignInTest : public AccountTest {
 protected:
  void SetUp() override {
    AccountTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // The second factor has tests of its own, in second_factor_test.cc.
    change("INSERT INTO installation (key, value) VALUES ('sample', '1')");
    site_->gate().mark_sample(by(), 7, account_);
  }
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
  EXPECT_EQ(replaced(numberless(wrong.body), "olena@example.org", "X"),
            replaced(numberless(unknown.body), "nobody@example.org", "X"));
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
  EXPECT_EQ(numberless(inactive.body), numberless(wrong.body));
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
      sign_in("olena@example.org", kPassword),   // on to the choice of a unit
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
  const auto first = sign_in("olena@example.org", kPassword, {{"to", "/offers/42"}});
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(first.header("Location"), "/sign-in/unit?to=%2Foffers%2F42");
  const auto half = session_of(first);
  ASSERT_FALSE(half.empty());
  EXPECT_EQ(get("/staff", {}, half).status, 303) << "half a session opens nothing";
  const auto choice = get("/sign-in/unit", "to=%2Foffers%2F42", half);
  EXPECT_EQ(choice.status, 200);
  EXPECT_TRUE(has(choice, "value=\"7:directory_editor\""));
  EXPECT_TRUE(has(choice, "value=\"8:case_worker\""));
  EXPECT_TRUE(has(choice, "Agentur &lt;Süd&gt; – case worker"));
  EXPECT_TRUE(has(choice, "name=\"to\" value=\"/offers/42\""));
  EXPECT_FALSE(has(choice, "password")) << "she need not type it again";
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
  for (const char* other : {"9:admin", "8:directory_editor", "7:case_worker", "8", "8:case_worker:x"}) {
    const auto r = post("/sign-in/continue", {{"unit", other}}, half);
    EXPECT_EQ(r.status, 200) << other;
    EXPECT_TRUE(session_of(r).empty()) << other;
  }
  EXPECT_EQ(post("/sign-in/continue", {{"unit", "8:case_worker"}}, {}).header("Location"),
            "/sign-in?to=%2Fstaff")
      << "the choice needs the half session";
  const auto chosen = post("/sign-in/continue", {{"unit", "8:case_worker"}, {"to", "/offers/42"}}, half);
  EXPECT_EQ(chosen.status, 303);
  EXPECT_EQ(chosen.header("Location"), "/offers/42");
  EXPECT_NE(session_of(chosen), half);
  const auto staff = get("/staff", {}, session_of(chosen));
  EXPECT_TRUE(has(staff, "Agentur &lt;Süd&gt;"));
  EXPECT_TRUE(has(staff, "case worker"));
  EXPECT_EQ(post("/sign-in/continue", {{"unit", "8:case_worker"}}, half).header("Location"),
            "/sign-in?to=%2Fstaff")
      << "once";
}

TEST_P(SignInTest, AChoiceThatComesTooLateBeginsAnew) {
  site_->gate().grant(by(), account_, 8, "case_worker", {2026, 1, 1});
  const auto half = session_of(sign_in("olena@example.org", kPassword));
  clock_->set(Instant{clock_->now().ms + 5 * 60'000 + 1});
  for (const auto& r : {get("/sign-in/unit", "to=%2Foffers%2F42", half),
                        post("/sign-in/continue", {{"unit", "8:case_worker"}, {"to", "/offers/42"}}, half)}) {
    EXPECT_EQ(r.status, 303);
    EXPECT_EQ(r.header("Location"), "/sign-in?to=%2Foffers%2F42");
  }
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
  EXPECT_EQ(number("SELECT count(*) FROM half_session"), 0);
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
  EXPECT_EQ(numberless(wrong.body), numberless(right.body))
      << "nobody learns in the meantime whether a password is right";
  EXPECT_EQ(number("SELECT failures FROM attempt WHERE key LIKE 'password:%'"), 5)
      << "attempts meanwhile do not prolong it";
  EXPECT_EQ(number("SELECT failures FROM attempt WHERE key LIKE 'blocked:%'"), 2)
      << "and are counted whether the password was right or wrong";
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
    EXPECT_EQ(replaced(numberless(known.body), "olena@example.org", "X"),
              replaced(numberless(unknown.body), "nobody@example.org", "X"));
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
