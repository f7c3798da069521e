// SPDX-License-Identifier: EUPL-1.2
#pragma once
// A site with the pages of account/, two units and Olena; requests as a browser sends them. On both engines.
#include <sodium.h>

#include "access/gate.h"
#include "access/totp.h"
#include "account/account.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "web/site_test_support.h"

namespace lotse::account {

inline const std::string kPassword = "Drei kleine <Enten> & \"Gänse\"", kGuardSecret(64, 'a');

using Fields = std::vector<http::Field>;

// The least that Argon2id can cost: these tests are about pages. The cost of the house is tested in
// passwords_test.cc.
inline const std::string& cheap_hash() {
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
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

class AccountTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    sql::Options twice;
    twice.twice = true;
    store_ = std::make_unique<access::Store>(sql::open(url(), twice), migrations());
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{.region = "Wiesen"});
    static const auto passwords = std::make_shared<Passwords>();
    install(*site_, passwords, seal::Key::random());
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
    const auto own = cookies.empty() ? std::string() : web::guard_in(get("/sign-out", {}, cookies));
    return own.empty() ? web::guard_in(get("/sign-in", {}, cookies)) : own;
  }
  // "lotse=…" as the browser would send it back; empty if none was set.
  static std::string session_of(const http::Response& r) {
    for (const auto& each : r.fields)
      if (each.name == "Set-Cookie" && each.value.starts_with("lotse="))
        return each.value.substr(0, each.value.find(';'));
    return {};
  }
  /** A half session as it is begun by whoever knows the password of today. */
  std::string begin(const std::string& account) {
    return site_->gate().begin(account, number("SELECT epoch FROM account WHERE id = '" + account + "'"));
  }
  /** As an invitation or a link begins it: she may set up a second factor in it. */
  std::string let_set_up(const std::string& half) {
    sql::TestAccess::change(engine(), "UPDATE half_session SET may_set_up = 1, until_ms = $2 WHERE hash = $1",
                            {hash_hex(half), clock_->now().ms + 30 * 60'000});
    return half;
  }
  void pass(std::int64_t ms) { clock_->set(Instant{clock_->now().ms + ms}); }
  std::int64_t number(std::string_view text) { return sql::TestAccess::number(engine(), text); }
  void change(std::string_view text) { sql::TestAccess::change(engine(), text); }

  access::Operator by() { return access::Operator(*store_, *clock_, "operator:root"); }
  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 22}, 600}));
  std::unique_ptr<access::Store> store_;
  std::unique_ptr<web::Site> site_;
  std::string account_, remote_;
};

}  // namespace lotse::account
