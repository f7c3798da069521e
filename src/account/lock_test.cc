// SPDX-License-Identifier: EUPL-1.2
// The lock after 15 idle minutes, on both engines, with a clock that is moved.
#include "account/account_test_support.h"

namespace lotse::account {
namespace {

constexpr std::int64_t kMinute = 60'000;

class LockTest : public AccountTest {
 protected:
  void SetUp() override {
    AccountTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    change("INSERT INTO installation (key, value) VALUES ('sample', '1')");
    site_->gate().mark_sample(by(), 7, account_);
    site_->gate().grant(by(), account_, 7, "lead", {2026, 1, 1});
    web::Access form{&access::kDirectoryRead, access::kDirectoryPurpose};
    // One whose form can be shown again, and one that acts with every POST.
    site_->post("/form", with_redraw(form), [this](web::Ask& ask) {
      if (ask.given("_action") == "language")
        return web::page(ask, {.title = "F", .main = web::Html::text("typed [" + ask.given("text") + "]")});
      done_ += ask.given("text");
      return web::see(web::Url::path("/staff"));
    });
    site_->post("/act", form, [this](web::Ask& ask) {
      done_ += ask.given("text");
      return web::see(web::Url::path("/staff"));
    });
    half_ = site_->gate().begin(account_, 0);
    secret_ = site_->gate().start(half_, {7, "family_centre", "Haus", "directory_editor"}).value();
    session_ = "lotse=" + secret_;
    guard_ = guard(session_);
  }
  static web::Access with_redraw(web::Access access) {
    access.redraws = true;
    return access;
  }
  // With the token of a page that was open before the lock.
  http::Response send(const std::string& path, Fields form, Fields more = {}, const std::string& token = "") {
    form.push_back({"_guard", token.empty() ? guard_ : token});
    http::Request r;
    r.method = "POST";
    r.path = path;
    r.body = http::encode_query(form);
    r.fields = {{"Host", "lotse.example"},
                {"Origin", "http://lotse.example"},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Cookie", guard_cookie() + "; lotse_language=en; " + session_}};
    r.fields.insert(r.fields.end(), more.begin(), more.end());
    return site_->answer(r);
  }
  http::Response unlock(Fields more = {}, const std::string& password = kPassword) {
    more.push_back({"password", password});
    return send("/unlock", more);
  }
  static std::string hidden_in(const http::Response& r, const std::string& name) {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const auto at = r.content().find(mark);
    if (at == std::string_view::npos) return {};
    const auto from = at + mark.size();
    return std::string(r.content().substr(from, r.content().find('"', from) - from));
  }

  std::string half_, secret_, session_, guard_, done_;
};
LOTSE_ON_EACH_ENGINE(LockTest);

TEST_P(LockTest, after_fifteen_minutes_every_page_is_the_lock_and_the_password_leads_back) {
  pass(15 * kMinute);
  EXPECT_EQ(get("/staff", {}, session_).status, 200) << "15 minutes to the millisecond";
  pass(15 * kMinute + 1);
  for (const char* path : {"/staff", "/account", "/sign-out", "/sign-in", "/nowhere"}) {
    const auto r = get(path, {}, session_);
    EXPECT_EQ(r.status, 401) << path;
    EXPECT_TRUE(has(r, "Olena &lt;O&gt;, you were away")) << path;
    EXPECT_FALSE(has(r, "Familienzentrum")) << path;
  }
  const auto locked = get("/account", "a=1&b=%C3%BC", session_);
  EXPECT_EQ(hidden_in(locked, "to"), "/account?a=1&amp;b=%C3%BC");
  const auto r = unlock({{"to", "/account?a=1&b=%C3%BC"}});
  EXPECT_EQ(r.status, 303);
  EXPECT_EQ(r.header("Location"), "/account?a=1&b=%C3%BC");
  EXPECT_EQ(get("/account", {}, session_).status, 200);
  EXPECT_EQ(number("SELECT count(*) FROM session"), 1) << "locked, not ended";
}

TEST_P(LockTest, json_hears_that_a_sign_in_is_needed) {
  pass(16 * kMinute);
  http::Request r;
  r.method = "GET";
  r.path = "/staff/accounts";
  r.fields = {{"Cookie", session_}, {"Accept", "application/json"}};
  EXPECT_EQ(site_->answer(r).status, 401);
}

TEST_P(LockTest, a_clock_set_back_opens_nothing_and_ten_hours_end_it) {
  pass(16 * kMinute);
  EXPECT_EQ(get("/staff", {}, session_).status, 401);
  pass(-10 * kMinute);
  EXPECT_EQ(get("/staff", {}, session_).status, 401);
  pass(10 * kMinute);
  EXPECT_EQ(unlock().status, 303);
  pass(10 * 60 * kMinute);
  EXPECT_EQ(get("/staff", {}, session_).header("Location").substr(0, 8), "/sign-in") << "over for good";
  EXPECT_EQ(unlock().header("Location"), "/sign-in");
}

TEST_P(LockTest, a_form_that_met_the_lock_is_shown_again_and_nothing_was_done) {
  pass(16 * kMinute);
  const auto r = send("/form", {{"text", "Kanarie <4711>"}});
  EXPECT_EQ(r.status, 401);
  EXPECT_FALSE(has(r, "Kanarie")) << "what was typed is on no page of a locked screen";
  const auto kept = hidden_in(r, "kept");
  ASSERT_EQ(kept.size(), 36u);
  EXPECT_EQ(done_, "");
  const auto again = unlock({{"kept", kept}});
  EXPECT_EQ(again.status, 200);
  EXPECT_TRUE(has(again, "typed [Kanarie &lt;4711&gt;]"));
  EXPECT_TRUE(has(again, "You were locked out while you were writing"));
  EXPECT_EQ(done_, "");
  EXPECT_EQ(number("SELECT count(*) FROM session_form"), 0) << "shown once";
  EXPECT_EQ(unlock({{"kept", kept}}).status, 303);
}

TEST_P(LockTest, a_button_without_a_form_to_show_is_asked_once_more) {
  pass(16 * kMinute);
  const auto kept = hidden_in(send("/act", {{"text", "x"}, {"password", "geheim"}}), "kept");
  const auto again = unlock({{"kept", kept}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(done_, "");
  EXPECT_TRUE(has(again, "action=\"/act\""));
  EXPECT_EQ(hidden_in(again, "text"), "x");
  EXPECT_FALSE(has(again, "geheim")) << "passwords are typed anew";
  EXPECT_EQ(send("/act", {{"text", "x"}}).status, 303);
  EXPECT_EQ(done_, "x");
}

TEST_P(LockTest, what_was_kept_is_sealed_and_opens_for_its_own_session_alone) {
  pass(16 * kMinute);
  const auto kept = hidden_in(send("/form", {{"text", "Kanarienvogel"}}), "kept");
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.each({"test.sealed", "SELECT sealed FROM session_form"}, {}, [](const sql::Row& row) {
      const auto bytes = row.blob(0);
      EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find("Kanarie"),
                std::string_view::npos);
    });
  });
  EXPECT_FALSE(site_->gate().take_form(std::string(64, 'a'), kept));
  EXPECT_FALSE(site_->gate().take_form(secret_, "nobody"));
  EXPECT_FALSE(site_->gate().take_form(secret_, "\xFF"));
  EXPECT_TRUE(site_->gate().take_form(secret_, kept));
}

TEST_P(LockTest, a_form_of_a_stranger_is_not_kept_and_many_push_out_the_oldest) {
  pass(16 * kMinute);
  const auto strange = send("/form", {{"text", "x"}}, {}, std::string(32, '0'));
  EXPECT_EQ(strange.status, 401);
  EXPECT_EQ(hidden_in(strange, "kept"), "");
  EXPECT_EQ(number("SELECT count(*) FROM session_form"), 0);
  for (int i = 0; i < 10; ++i) {
    send("/form", {{"text", std::to_string(i)}});
    pass(1);
  }
  EXPECT_EQ(number("SELECT count(*) FROM session_form"), 8);
}

TEST_P(LockTest, wrong_passwords_are_counted_and_block_even_the_right_one) {
  pass(16 * kMinute);
  EXPECT_EQ(unlock({}, "").status, 422);
  for (int i = 0; i < 5; ++i) {
    const auto r = unlock({{"to", "/account"}}, "falsch");
    EXPECT_EQ(r.status, 422) << i;
    EXPECT_EQ(hidden_in(r, "to"), "/account") << "the way back is not lost";
  }
  EXPECT_EQ(unlock().status, 429);
  EXPECT_EQ(get("/staff", {}, session_).status, 401);
  pass(2 * kMinute);
  EXPECT_EQ(unlock().status, 303);
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 0) << "forgiven by the right one";
}

TEST_P(LockTest, the_way_back_leads_nowhere_else) {
  for (const char* to :
       {"https://strange.example", "//strange.example", "/\\strange.example", "/\t/strange.example"}) {
    pass(16 * kMinute);
    EXPECT_EQ(get("/staff", {}, session_).status, 401);
    EXPECT_EQ(unlock({{"to", to}}).header("Location"), "/staff") << to;
  }
}

TEST_P(LockTest, one_tab_unlocks_for_all_and_who_leaves_is_signed_out) {
  EXPECT_EQ(send("/lock", {}, {{"Accept", "application/json"}}).status, 200);
  EXPECT_EQ(get("/staff", {}, session_).status, 401) << "at once, where somebody asks for it";
  EXPECT_EQ(unlock().status, 303);
  EXPECT_EQ(unlock({{"to", "/account"}}, "whatever").header("Location"), "/account")
      << "the second tab goes on";
  EXPECT_EQ(send("/lock", {}).status, 303);
  const auto r = send("/unlock", {{"_action", "end"}});
  EXPECT_EQ(r.header("Location"), "/sign-in");
  EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
}

TEST_P(LockTest, what_was_kept_goes_with_its_session) {
  pass(16 * kMinute);
  send("/form", {{"text", "x"}});
  EXPECT_EQ(number("SELECT count(*) FROM session_form"), 1);
  pass(11 * 60 * kMinute);
  const auto half = site_->gate().begin(account_, 0);
  EXPECT_TRUE(site_->gate().start(half, {7, "family_centre", "Haus", "directory_editor"}));
  EXPECT_EQ(number("SELECT count(*) FROM session_form"), 0);
}

TEST_P(LockTest, another_page_cannot_unlock_nor_sign_out) {
  pass(16 * kMinute);
  const std::string strange(32, '0');
  EXPECT_EQ(send("/unlock", {{"password", kPassword}}, {}, strange).status, 403);
  EXPECT_EQ(send("/unlock", {{"_action", "end"}}, {}, strange).status, 403);
  EXPECT_EQ(send("/lock", {}, {}, strange).status, 401);
  EXPECT_EQ(number("SELECT count(*) FROM session WHERE locked = 1"), 1);
}

TEST_P(LockTest, the_script_unlocks_by_json) {
  const auto json = [&](const std::string& body) {
    http::Request r;
    r.method = "POST";
    r.path = "/unlock";
    r.body = body;
    r.fields = {{"Origin", "http://lotse.example"},
                {"Host", "lotse.example"},
                {"Content-Type", "application/json"},
                {"Cookie", guard_cookie() + "; " + session_}};
    return site_->answer(r).status;
  };
  pass(16 * kMinute);
  for (const char* body : {"", "[]", "{}", "{\"password\":7}", "{\"password\":\"falsch\"}"})
    EXPECT_EQ(json(body), 422) << body;
  EXPECT_EQ(json(Json{{"password", kPassword}}.dump()), 200);
  EXPECT_EQ(get("/staff", {}, session_).status, 200);
}

TEST_P(LockTest, who_lost_her_function_cannot_unlock) {
  pass(16 * kMinute);
  change("UPDATE membership SET valid_to = '2026-01-02'");
  EXPECT_EQ(unlock().header("Location"), "/sign-in");
}

TEST_P(LockTest, asking_is_enough_to_stay) {
  for (int i = 0; i < 4; ++i) {
    pass(14 * kMinute);
    EXPECT_EQ(get("/awake", {}, session_).status, 200);
  }
  const auto page = get("/staff", {}, session_);
  EXPECT_TRUE(has(page, "<lo-idle"));
  EXPECT_FALSE(has(get("/sign-in"), "<lo-idle")) << "of staff alone";
}

}  // namespace
}  // namespace lotse::account
