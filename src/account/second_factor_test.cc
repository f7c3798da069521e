// SPDX-License-Identifier: EUPL-1.2
// The sign-in with a second factor, through Site::answer as a function.
#include "account/account_test_support.h"
#include "account/page_test_support.h"

namespace lotse::account {
namespace {

constexpr std::int64_t kMinute = 60'000;

class SecondFactorTest : public AccountTest {
 protected:
  std::string code() { return access::totp(secret_, access::totp_step(clock_->now())); }
  std::string wrong_code() { return code() == "000000" ? "000001" : "000000"; }
  /** After the right password. */
  std::string half(Fields more = {}) {
    return session_of(sign_in("olena@example.org", kPassword, std::move(more)));
  }
  http::Response send_code(const std::string& cookies, const std::string& typed, Fields more = {}) {
    more.push_back({"code", typed});
    return post("/sign-in/code", more, cookies);
  }
  /** Sets the factor up; the first recovery code. */
  std::string set_up() {
    const auto cookies = half();
    secret_ = site_->gate().offer_factor(let_set_up(cookies.substr(6))).value();
    const auto codes = post("/sign-in/factor", {{"code", code()}}, cookies);
    EXPECT_EQ(codes.status, 200);
    pass(kMinute);
    constexpr std::string_view kMark = "<code class=\"lo-code lo-ltr-inline\">";
    const auto at = codes.content().find(kMark);
    return at == std::string_view::npos ? "" : std::string(codes.content().substr(at + kMark.size(), 9));
  }
  std::string secret_;
};
LOTSE_ON_EACH_ENGINE(SecondFactorTest);

TEST_P(SecondFactorTest, TheFirstSignInSetsItUpAndShowsRecoveryCodesOnce) {
  const auto first = sign_in("olena@example.org", kPassword, {{"to", "/offers/42"}});
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(first.header("Location"), "/sign-in/factor?to=%2Foffers%2F42");
  const auto cookies = session_of(first);
  EXPECT_EQ(get("/staff", {}, cookies).header("Location"), "/sign-in?to=%2Fstaff") << "she is not in";
  const auto alone = get("/sign-in/factor", {}, cookies);
  EXPECT_TRUE(has(alone, "For that you need a link")) << "the password alone is not enough";
  EXPECT_FALSE(has(alone, "<svg viewBox=\"0 0 "));
  EXPECT_TRUE(has(post("/sign-in/factor", {{"code", "123456"}}, cookies), "For that you need a link"));
  let_set_up(cookies.substr(6));
  const auto page = get("/sign-in/factor", "to=%2Foffers%2F42", cookies);
  EXPECT_EQ(page.status, 200);
  secret_ = site_->gate().offer_factor(cookies.substr(6)).value();
  std::string typed = access::base32(secret_);
  for (std::size_t at = 4; at < typed.size(); at += 5) typed.insert(at, " ");
  EXPECT_TRUE(has(page, typed)) << "the key for those who cannot scan";
  EXPECT_TRUE(has(page, "<svg viewBox=\"0 0 "));
  EXPECT_TRUE(has(page, "aria-label=\"QR code for your app\""));
  EXPECT_TRUE(has(page, "autocomplete=\"one-time-code\""));
  EXPECT_TRUE(has(page, "inputmode=\"numeric\""));
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  const auto wrong = post("/sign-in/factor", {{"code", wrong_code()}, {"to", "/offers/42"}}, cookies);
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, typed)) << "the same key as before";
  EXPECT_TRUE(has(wrong, "href=\"#code\">This code is not right."));
  const auto codes = post("/sign-in/factor", {{"code", code()}, {"to", "/offers/42"}}, cookies);
  EXPECT_EQ(codes.status, 200);
  EXPECT_TRUE(has(codes, "Your recovery codes"));
  EXPECT_FALSE(has(codes, typed));
  EXPECT_EQ(get("/sign-in/factor", {}, cookies).header("Location"), "/sign-in/unit?to=%2Fstaff")
      << "neither key nor codes are shown again";
  const auto in = post("/sign-in/continue", {{"to", "/offers/42"}}, cookies);
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(in.header("Location"), "/offers/42");
  EXPECT_EQ(get("/staff", {}, session_of(in)).status, 200);
}

TEST_P(SecondFactorTest, PasswordThenCodeThenIn) {
  set_up();
  const auto first = sign_in("olena@example.org", kPassword, {{"to", "/offers/42"}});
  EXPECT_EQ(first.header("Location"), "/sign-in/code?to=%2Foffers%2F42");
  const auto cookies = session_of(first);
  const auto page = get("/sign-in/code", "to=%2Foffers%2F42", cookies);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "autocomplete=\"one-time-code\""));
  EXPECT_FALSE(has(page, "<svg")) << "the key is not shown again";
  for (const char* path : {"/sign-in/factor", "/sign-in/unit"})
    EXPECT_EQ(get(path, {}, cookies).header("Location"), "/sign-in/code?to=%2Fstaff") << path;
  EXPECT_EQ(post("/sign-in/continue", {{"unit", "7:directory_editor"}}, cookies).header("Location"),
            "/sign-in/code?to=%2Fstaff")
      << "nobody gets past it";
  EXPECT_EQ(post("/sign-in/factor", {{"code", code()}}, cookies).header("Location"),
            "/sign-in/code?to=%2Fstaff");
  EXPECT_EQ(send_code(cookies, "").status, 422);
  const auto wrong = send_code(cookies, wrong_code(), {{"to", "/offers/42"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "href=\"#code\">This code is not right"));
  EXPECT_FALSE(has(wrong, "value=\"" + wrong_code() + "\""));
  EXPECT_TRUE(has(wrong, "name=\"to\" value=\"/offers/42\""));
  const auto in = send_code(cookies, code(), {{"to", "/offers/42"}});
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(in.header("Location"), "/offers/42");
  EXPECT_EQ(get("/staff", {}, session_of(in)).status, 200);
  EXPECT_EQ(number("SELECT second_factor FROM session"), 1);
  EXPECT_EQ(send_code(half(), code()).status, 422) << "the same code for somebody who looked on";
}

TEST_P(SecondFactorTest, ARecoveryCodeWorksOnce) {
  const auto recovery = set_up();
  ASSERT_EQ(recovery.size(), 9u);
  const auto in = send_code(half(), recovery);
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(get("/staff", {}, session_of(in)).status, 200);
  EXPECT_EQ(send_code(half(), recovery).status, 422);
}

TEST_P(SecondFactorTest, StrangersWhoGuessDoNotKeepTheOwnerOut) {
  set_up();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("olena@example.org", "wrong").status, 422);
  const auto blocked = sign_in("olena@example.org", kPassword);
  EXPECT_EQ(blocked.status, 429);
  EXPECT_TRUE(session_of(blocked).empty());
  EXPECT_TRUE(has(blocked, "name=\"code\"")) << "password and code together";
  for (const auto& [password, typed] :
       {std::pair{std::string("wrong"), code()}, std::pair{kPassword, wrong_code()},
        std::pair{kPassword, std::string()}}) {
    const auto r = sign_in("olena@example.org", password, {{"code", typed}});
    EXPECT_EQ(r.status, 429);
    EXPECT_EQ(numberless(r.body), numberless(blocked.body)) << "nobody learns which of the two was right";
    EXPECT_TRUE(session_of(r).empty());
  }
  EXPECT_EQ(number("SELECT failures FROM attempt WHERE key LIKE 'password:%'"), 5)
      << "the block is no longer";
  EXPECT_EQ(number("SELECT failures FROM attempt WHERE key LIKE 'blocked:%'"), 3)
      << "a wrong password, and twice no code";
  EXPECT_EQ(number("SELECT failures FROM attempt WHERE key LIKE 'factor:%'"), 1) << "and one of the code";
  const auto unknown = sign_in("nobody@example.org", "wrong");
  EXPECT_EQ(unknown.status, 422);
  const auto in = sign_in("olena@example.org", kPassword, {{"code", code()}});
  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(get("/staff", {}, session_of(in)).status, 200);
}

TEST_P(SecondFactorTest, WhileBlockedAGuessOfThePasswordTakesACode) {
  const auto recovery = set_up();
  for (int i = 0; i < 5; ++i) sign_in("olena@example.org", "wrong");
  const auto refused = sign_in("olena@example.org", "wrong");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(sign_in("olena@example.org", "wrong").status, 429);
  const auto counted = [&] { return number("SELECT sum(failures) FROM attempt"); };
  const auto before = counted();
  for (const auto& password : {std::string("wrong"), kPassword}) {
    const auto r = sign_in("olena@example.org", password, {{"code", wrong_code()}});
    EXPECT_EQ(numberless(r.body), numberless(refused.body)) << "the password was not looked at";
    EXPECT_EQ(sign_in("olena@example.org", password, {{"code", "ABCD-EFGH"}}).status, 429);
  }
  EXPECT_EQ(counted(), before + 4) << "each is counted";
  const auto spent = code();
  EXPECT_EQ(sign_in("olena@example.org", "wrong", {{"code", spent}}).status, 429);
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"code", spent}}).status, 429) << "a guess costs a code";
  pass(60'000);
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"code", code()}}).status, 303) << "the owner comes in";
  for (int i = 0; i < 12; ++i) sign_in("olena@example.org", "wrong");
  EXPECT_EQ(sign_in("olena@example.org", kPassword, {{"code", recovery}}).status, 303);
  for (int i = 0; i < 12; ++i)
    EXPECT_NE(sign_in("nobody@example.org", "wrong", {{"code", "123456"}}).status, 303);
}

TEST_P(SecondFactorTest, GuessingCodesIsBlocked) {
  const auto recovery = set_up();
  const auto cookies = half();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send_code(cookies, wrong_code()).status, 422);
  EXPECT_EQ(send_code(cookies, code()).status, 429);
  EXPECT_EQ(send_code(cookies, recovery).status, 303) << "with a code on paper she is in";
}

TEST_P(SecondFactorTest, WithoutAHalfSessionAllStepsBeginAnew) {
  for (const std::string& cookies :
       {std::string(), "lotse=" + std::string(64, 'f'), std::string("lotse=x")}) {
    for (const char* path : {"/sign-in/code", "/sign-in/factor", "/sign-in/unit"})
      EXPECT_EQ(get(path, "to=%2Foffers%2F42", cookies).header("Location"), "/sign-in?to=%2Foffers%2F42")
          << path;
    for (const char* path : {"/sign-in/code", "/sign-in/factor", "/sign-in/continue"})
      EXPECT_EQ(post(path, {{"code", "123456"}}, cookies).header("Location"), "/sign-in?to=%2Fstaff") << path;
  }
  set_up();
  const auto cookies = half();
  pass(5 * kMinute + 1);
  EXPECT_EQ(send_code(cookies, code()).header("Location"), "/sign-in?to=%2Fstaff");
}

TEST_P(SecondFactorTest, AChoiceOfLanguageDoesNothingElse) {
  set_up();
  const auto cookies = half();
  const auto r = send_code(cookies, code(), {{"_action", "language"}, {"_language", "de"}});
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "lang=\"de\""));
  EXPECT_EQ(send_code(cookies, code()).status, 303) << "the code was not used up";
}

TEST_P(SecondFactorTest, OneUnitOfTwoIsChosenAfterTheCode) {
  site_->gate().grant(by(), account_, 8, "case_worker", {2026, 1, 1});
  set_up();
  const auto cookies = half();
  EXPECT_EQ(send_code(cookies, code()).header("Location"), "/sign-in/unit?to=%2Fstaff");
  const auto in = post("/sign-in/continue", {{"unit", "8:case_worker"}}, cookies);
  EXPECT_TRUE(has(get("/staff", {}, session_of(in)), "case worker"));
}

}  // namespace
}  // namespace lotse::account
