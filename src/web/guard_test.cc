// SPDX-License-Identifier: EUPL-1.2
#include "access/gate.h"
#include "web/site_test_support.h"

namespace lotse::web {
namespace {

class GuardTest : public SiteTest {
 protected:
  std::string cookie_ = "__Host-lotse_guard=" + kGuardSecret,
              guard_ = guard_in(answer("/form", {{"Cookie", cookie_}}));
  int status(const std::string& body, Fields fields) {
    return answer(post("/form", body, std::move(fields))).status;
  }
};

TEST_F(GuardTest, OurFormPasses) {
  ASSERT_EQ(guard_.size(), 32u);
  EXPECT_EQ(status("_guard=" + guard_, {{"Cookie", cookie_}, {"Origin", "https://lotse.example"}}), 303);
  EXPECT_EQ(status("_guard=" + guard_, {{"Cookie", cookie_}, {"Sec-Fetch-Site", "same-origin"}}), 303);
  EXPECT_EQ(
      answer(post("/form", "_guard=" + guard_, {{"Cookie", cookie_}, {"Origin", "https://lotse.example"}}))
          .header("Location"),
      "/done");
}

TEST_F(GuardTest, WithoutTheTokenNothingHappens) {
  const http::Field origin{"Origin", "https://lotse.example"};
  EXPECT_EQ(status("", {{"Cookie", cookie_}, origin}), 403);
  EXPECT_EQ(status("_guard=", {{"Cookie", cookie_}, origin}), 403);
  EXPECT_EQ(status("_guard=" + std::string(32, '0'), {{"Cookie", cookie_}, origin}), 403);
  EXPECT_EQ(status("_guard=" + guard_.substr(1), {{"Cookie", cookie_}, origin}), 403);
  EXPECT_EQ(status("_guard=" + guard_, {origin}), 403) << "the token of one visitor without her cookie";
  EXPECT_EQ(status("_guard=" + guard_, {{"Cookie", "__Host-lotse_guard=" + std::string(64, 'b')}, origin}),
            403)
      << "or with another's";
  EXPECT_EQ(status("_guard=" + guard_, {{"Cookie", "__Host-lotse_guard=short"}, origin}), 403);
  EXPECT_EQ(answer(post("/form?_guard=" + guard_, "", {{"Cookie", cookie_}, origin})).status, 403)
      << "it comes in the body alone";
  auto plain = ask_for("POST", "/form", {{"Cookie", cookie_}, origin, {"Content-Type", "text/plain"}},
                       "_guard=" + guard_);
  EXPECT_EQ(answer(plain).status, 403);
}

TEST_F(GuardTest, AStrangersPageIsRefused) {
  const std::string body = "_guard=" + guard_;
  for (const char* origin :
       {"https://evil.example", "null", "https://lotse.example.evil.example",
        "https://evil.example/lotse.example", "lotse.example", "https://lotse.example:444", ""})
    EXPECT_EQ(status(body, {{"Cookie", cookie_}, {"Origin", origin}}), 403) << origin;
  EXPECT_EQ(status(body, {{"Cookie", cookie_}}), 403) << "neither Origin nor Sec-Fetch-Site";
  EXPECT_EQ(status(body, {{"Cookie", cookie_}, {"Referer", "https://lotse.example/form"}}), 403);
  for (const char* site : {"cross-site", "same-site", "SAME-ORIGIN", "x"})
    EXPECT_EQ(
        status(body, {{"Cookie", cookie_}, {"Sec-Fetch-Site", site}, {"Origin", "https://lotse.example"}}),
        403)
        << site;
}

TEST_F(GuardTest, JsonNeedsTheSameOrigin) {
  const auto json = [&](Fields fields) {
    fields.push_back({"Content-Type", "application/json"});
    return answer(ask_for("POST", "/form", std::move(fields), "{}"));
  };
  const auto good = json({{"Origin", "https://lotse.example"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body, "{\"done\":true}");
  EXPECT_EQ(json({{"Sec-Fetch-Site", "same-origin"}}).status, 200);
  for (const auto& bad : {json({}), json({{"Origin", "https://evil.example"}}),
                          json({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://lotse.example"}}),
                          json({{"Cookie", cookie_}})}) {
    EXPECT_EQ(bad.status, 403);
    EXPECT_EQ(bad.header("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(
      answer(post("/form", "", {{"Accept", "application/json"}, {"Origin", "https://evil.example"}})).status,
      403);
}

TEST_F(GuardTest, TheCookieIsSetOnPagesWithFormsOnly) {
  const auto first = answer("/form");
  const auto cookie = cookie_set(first, "__Host-lotse_guard");
  ASSERT_NE(cookie, "");
  EXPECT_NE(cookie.find("; Path=/; HttpOnly; SameSite=Lax; Secure"), std::string::npos) << cookie;
  EXPECT_EQ(cookie.find("Max-Age"), std::string::npos) << "it ends with the browser";
  const std::string secret = cookie.substr(19, 64);
  EXPECT_EQ(secret.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_FALSE(has(first, secret)) << "the page shows the token, never what it is made of";
  EXPECT_EQ(guard_in(answer("/form", {{"Cookie", "__Host-lotse_guard=" + secret}})), guard_in(first));
  EXPECT_EQ(cookie_set(answer("/form", {{"Cookie", cookie_}}), "__Host-lotse_guard"), "")
      << "who has one keeps it";
  EXPECT_NE(guard_in(answer("/form")), guard_in(first)) << "everybody gets her own";
  for (const char* without :
       {"/", "/offers/1", "/nothing", "/json", "/stale", "/staff-only", "/?_language=uk"})
    EXPECT_TRUE(cookie_set(answer(without), "__Host-lotse_guard").empty()) << without;
}

TEST_F(GuardTest, APageWithATokenIsNotCompressed) {
  const Fields gzip{{"Accept-Encoding", "gzip"}};
  EXPECT_EQ(answer("/", gzip).header("Content-Encoding"), "gzip");
  EXPECT_EQ(answer("/form", gzip).header("Content-Encoding"), "")
      << "what is reflected beside it would tell it";
}

TEST_F(GuardTest, ANeighbourCannotPlantTheSecret) {
  const std::string planted = "lotse_guard=" + kGuardSecret, body = "_guard=" + guard_;
  const http::Field origin{"Origin", "https://lotse.example"};
  EXPECT_EQ(status(body, {{"Cookie", planted}, origin}), 403) << "any host beside ours could have set it";
  EXPECT_EQ(status(body, {{"Cookie", cookie_}, origin}), 303);
}

TEST_F(GuardTest, AFormShownInAnotherLanguageBringsItsSecret) {
  // Whoever has no cookie yet sends a choice of language from a form that needs no token.
  const auto first =
      answer(post("/ask", "_action=language&_language=tr", {{"Origin", "https://lotse.example"}}));
  ASSERT_NE(guard_in(first), "");
  const auto cookie = cookie_set(first, "__Host-lotse_guard");
  ASSERT_NE(cookie, "");
  EXPECT_EQ(guard_in(answer("/form", {{"Cookie", cookie.substr(0, cookie.find(';'))}})), guard_in(first));
}

// What needs a session, on both engines.
class SignedInTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  struct Routes : SiteTest {
    using SiteTest::routes;
    void TestBody() override {}
  };
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    store_ = std::make_unique<access::Store>(sql::open(url()), migrations());
    site_ = std::make_unique<Site>(*store_, clock_, SiteOptions{.region = "Wiesen"});
    Routes::routes(*site_);
    site_->get("/editor", kStaff, [](Ask& ask) {
      ask.desk.unit(access::kDirectoryWrite);
      return page(ask, {.title = "E", .main = Html::text("[editor]")});
    });
    site_->add_to_navigation({"/staff", msg("My work"), true});
    sql::TestAccess::change(engine(),
                            "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, "
                            "opening_hours) VALUES (7, 7, 'family_centre', 'gdpr', 'FZ', '')");
    auto& gate = site_->gate();
    account_ = gate.make_account(by(), 7, "olena@example.org", "Olena", "h", "uk");
    gate.grant(by(), account_, 7, "case_worker", {2026, 1, 1});
    sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', '1')");
    gate.mark_sample(by(), 7, account_);
    session_ = start(gate.memberships(account_).at(0));
  }
  void TearDown() override {
    site_.reset();
    store_.reset();
    StoreTest::TearDown();
  }
  http::Response answer(std::string target, Fields fields = {}) {
    return site_->answer(get(std::move(target), std::move(fields)));
  }
  // Another session, with another function.
  std::string start(const access::Membership& membership) {
    return site_->gate().start(site_->gate().begin(account_, 0), membership).value();
  }
  void become(const std::string& function) {
    auto& gate = site_->gate();
    gate.grant(by(), account_, 7, function, {2026, 1, 1});
    for (const auto& each : gate.memberships(account_))
      if (each.function == function) session_ = start(each);
  }
  std::string cookie(const std::string& more = {}) const { return "lotse=" + session_ + more; }

  access::Operator by() { return access::Operator(*store_, *clock_, "operator:root"); }
  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 22}, 600}));
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<Site> site_;
  std::string account_, session_;
};
LOTSE_ON_EACH_ENGINE(SignedInTest);

TEST_P(SignedInTest, ASessionOpensStaffPages) {
  EXPECT_TRUE(has(answer("/who", {{"Cookie", cookie()}}), "[Olena]"));
  EXPECT_TRUE(has(answer("/who"), "[]"));
  become("directory_editor");
  EXPECT_EQ(answer("/staff-only", {{"Cookie", cookie()}}).status, 200);
  EXPECT_EQ(answer("/staff-only").status, 303);
  EXPECT_EQ(answer("/staff-only", {{"Cookie", "lotse=" + std::string(64, '0')}}).status, 303);
  EXPECT_EQ(answer("/staff-only", {{"Cookie", "__Host-" + cookie()}}).status, 303)
      << "the name of the cookie counts";
  clock_->set(Instant{clock_->now().ms + 16 * 60'000});
  EXPECT_EQ(answer("/staff-only", {{"Cookie", cookie()}}).status, 303);
}

TEST_P(SignedInTest, TheDeclaredRightHoldsWhateverTheHandlerAsks) {
  const std::string guard = "; lotse_guard=" + kGuardSecret;
  const auto send = [&] {
    const auto token = guard_in(answer("/form", {{"Cookie", cookie(guard)}}));
    return site_
        ->answer(post("/staff-only", "_guard=" + token,
                      {{"Cookie", cookie(guard)}, {"Sec-Fetch-Site", "same-origin"}}))
        .status;
  };
  EXPECT_EQ(answer("/staff-only", {{"Cookie", cookie()}}).status, 404) << "a case worker's matrix lacks it";
  EXPECT_EQ(send(), 404) << "although that handler checks nothing";
  std::int64_t entries = 0;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    const auto count = [](const sql::Row& row) { return row.integer(0); };
    entries = tx.one({"test.denied", "SELECT count(*) FROM audit_entry WHERE decision = 'denied'"}, {}, count)
                  .value();
  });
  EXPECT_EQ(entries, 2) << "each refusal leaves an entry";
  become("directory_editor");
  EXPECT_EQ(answer("/staff-only", {{"Cookie", cookie()}}).status, 200);
  EXPECT_EQ(send(), 303);
}

TEST_P(SignedInTest, WithoutTheFunctionAPageDoesNotExist) {
  const auto r = answer("/editor", {{"Cookie", cookie("; lotse_language=en")}});
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(answer("/nothing", {{"Cookie", cookie("; lotse_language=en")}}).body, [&] {
    auto body = r.body;
    for (auto at = body.find("/editor"); at != body.npos; at = body.find("/editor"))
      body.replace(at, 7, "/nothing");
    return body;
  }()) << "a refusal looks like a page that is not there";
  EXPECT_EQ(answer("/editor").status, 303);
}

TEST_P(SignedInTest, ErrorPagesStayInTheFrameOfTheSignedIn) {
  for (const char* target : {"/nothing", "/stale", "/bug"}) {
    const bool before = log_enabled(false);
    const auto r = answer(target, {{"Cookie", cookie()}});
    log_enabled(before);
    EXPECT_TRUE(has(r, "href=\"/sign-out\"") && has(r, "href=\"/staff\"")) << target;
    EXPECT_FALSE(has(r, "href=\"/sign-in\"")) << target;
  }
}

TEST_P(SignedInTest, PagesAreNeitherCompressedNorKept) {
  for (const char* target : {"/", "/form", "/nothing", "/json"}) {
    const auto r = answer(target, {{"Cookie", cookie()}, {"Accept-Encoding", "gzip, br"}});
    EXPECT_EQ(r.header("Content-Encoding"), "") << target;
    EXPECT_EQ(values(r, "Cache-Control"), std::vector<std::string>{"no-store"}) << target;
    EXPECT_EQ(values(r, "X-Content-Type-Options"), std::vector<std::string>{"nosniff"});
  }
}

TEST_P(SignedInTest, TheTokenIsBoundToTheSession) {
  const std::string guard = "; lotse_guard=" + kGuardSecret;
  const auto inside = guard_in(answer("/form", {{"Cookie", cookie(guard)}})),
             outside = guard_in(answer("/form", {{"Cookie", guard.substr(2)}}));
  ASSERT_EQ(inside.size(), 32u);
  EXPECT_NE(inside, outside);
  const auto send = [&](const std::string& token, const std::string& cookies) {
    return site_
        ->answer(post("/form", "_guard=" + token, {{"Cookie", cookies}, {"Sec-Fetch-Site", "same-origin"}}))
        .status;
  };
  EXPECT_EQ(send(inside, cookie(guard)), 303);
  EXPECT_EQ(send(outside, cookie(guard)), 403) << "a token from before the sign-in";
  const auto other = start(site_->gate().memberships(account_).at(0));
  EXPECT_EQ(send(inside, "lotse=" + other + guard), 403) << "a token of another session";
}

}  // namespace
}  // namespace lotse::web
