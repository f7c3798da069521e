// SPDX-License-Identifier: EUPL-1.2
// One's own account, the accounts of a unit, and links for whoever forgot or lost something; through
// Site::answer.
#include "account/account_test_support.h"
#include "account/steps.h"

namespace lotse::account {
namespace {

using access::Membership;

const std::string kNew = "vier Enten im Teich";
const Membership kAdmin{7, "family_centre", "Familienzentrum", "admin"},
    kLead{7, "family_centre", "Familienzentrum", "lead"};

class AccountsTest : public AccountTest {
 protected:
  void SetUp() override {
    AccountTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // Once more, with somebody who wants to know who leaves.
    site_ = std::make_unique<web::Site>(*store_, clock_, web::SiteOptions{.region = "Wiesen"});
    install(*site_, std::make_shared<Passwords>(), seal::Key::random(),
            {[this](const access::Desk& desk, const Leaving& leaving) {
              left_ += desk.actor()->name + ": " + std::to_string(leaving.unit) + " " +
                       (leaving.account == ben_ ? "ben" : "?") + " " + leaving.function + " " +
                       leaving.last.text() + "\n";
            }});
    site_->check();
    site_->gate().grant(by(), account_, 7, "admin", {2026, 1, 1});
    ben_ = site_->gate().make_account(by(), 7, "ben@example.org", "Ben <B>", cheap_hash(), "de");
    site_->gate().grant(by(), ben_, 7, "lead", {2026, 1, 1});
  }
  std::string code(const std::string& account) {
    return access::totp(secrets_[account], access::totp_step(clock_->now()));
  }
  /** The cookie of somebody signed in with a second factor. */
  std::string signed_in(const std::string& account, const Membership& membership,
                        std::string_view device = "Firefox, Linux") {
    auto& gate = site_->gate();
    auto half = begin(account);
    if (!secrets_.contains(account)) {
      secrets_[account] = gate.offer_factor(let_set_up(half)).value();
      recovery_ = gate.confirm_factor(half, code(account)).value();
    } else {
      pass(60'000);
      EXPECT_EQ(gate.prove(half, code(account)), access::Proof::right);
    }
    return "lotse=" + *gate.start(half, membership, device);
  }
  bool is_in(const std::string& cookies) { return get("/staff", {}, cookies).status == 200; }
  std::string path_of(const std::string& account) { return "/staff/accounts/" + account; }
  /** Path and query of the link that an administrator makes; empty if she may not. */
  std::string reset_link(const std::string& cookies, const std::string& account, const std::string& what) {
    const auto r =
        post(path_of(account) + "/reset", {{"what", what}}, cookies, {{"Accept", "application/json"}});
    return r.status == 201 ? parse_json(r.body)->at("path").get<std::string>() : "";
  }
  http::Response use(const std::string& link, Fields form) {
    const auto mark = link.find('?');
    const auto opened = get(link.substr(0, mark), link.substr(mark + 1));
    EXPECT_EQ(opened.header("Location"), link.substr(0, mark));
    return post(link.substr(0, mark), std::move(form), web::cookie_set(opened, "lotse_link").substr(0, 43));
  }
  std::map<std::string, std::string> secrets_;
  std::vector<std::string> recovery_;
  std::string ben_, left_;
};
LOTSE_ON_EACH_ENGINE(AccountsTest);

TEST_P(AccountsTest, SheSeesHerSignInsAndEndsThem) {
  const auto first = signed_in(ben_, kLead, "Firefox, Windows"),
             second = signed_in(ben_, kLead, "Safari, iPhone"), own = signed_in(ben_, kLead, ""),
             others = signed_in(account_, kAdmin);
  const auto page = get("/account", {}, own);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "Firefox, Windows – Familienzentrum, lead. Since 22/11/2026, 10:00"))
      << page.content();
  EXPECT_TRUE(has(page, "Safari, iPhone"));
  EXPECT_TRUE(has(page, "Unknown device"));
  EXPECT_FALSE(has(page, "Firefox, Linux")) << "another's";
  constexpr std::string_view kMark = "name=\"id\" value=\"";
  std::vector<std::string> ids;
  for (auto at = page.content().find(kMark); at != page.content().npos;
       at = page.content().find(kMark, at + 1))
    ids.emplace_back(page.content().substr(at + kMark.size(), 36));
  ASSERT_EQ(ids.size(), 2u) << "not the one she works with";
  EXPECT_EQ(post("/account/sign-ins/end", {{"id", ids[1]}}, others).status, 303);
  EXPECT_TRUE(is_in(first)) << "not hers to end";
  EXPECT_EQ(post("/account/sign-ins/end", {{"id", ids[1]}}, own).status, 303);
  EXPECT_FALSE(is_in(first));
  EXPECT_TRUE(is_in(second));
  EXPECT_EQ(post("/account/sign-ins/end-others", {}, own).status, 303);
  EXPECT_FALSE(is_in(second));
  EXPECT_TRUE(is_in(own));
  EXPECT_TRUE(is_in(others));
  EXPECT_EQ(get("/account").status, 303);
}

TEST_P(AccountsTest, ANewPasswordAsksForTheOldOneAndEndsTheOtherSignIns) {
  const auto other = signed_in(ben_, kLead), own = signed_in(ben_, kLead);
  const auto change = [&](const std::string& old, const std::string& fresh) {
    return post("/account/password", {{"password", old}, {"new", fresh}}, own);
  };
  const auto both = change("wrong", "kurz");
  EXPECT_EQ(both.status, 422);
  EXPECT_TRUE(has(both, "href=\"#password\">This password is not right."));
  EXPECT_TRUE(has(both, "href=\"#new\">Your password needs"));
  EXPECT_FALSE(has(both, "kurz"));
  EXPECT_EQ(change("", kNew).status, 422);
  EXPECT_TRUE(is_in(other));
  EXPECT_EQ(change(kPassword, kNew).status, 303);
  EXPECT_TRUE(is_in(own));
  EXPECT_FALSE(is_in(other));
  EXPECT_EQ(sign_in("ben@example.org", kPassword).status, 422);
  EXPECT_EQ(sign_in("ben@example.org", kNew).status, 303);
  for (int i = 0; i < 5; ++i) change("wrong", kNew);
  EXPECT_EQ(change(kNew, "fünf Enten im Teich").status, 429) << "an unlocked screen is no place to guess";
}

TEST_P(AccountsTest, NewRecoveryCodesReplaceTheOldOnes) {
  const auto own = signed_in(ben_, kLead);
  const auto old = recovery_;
  pass(60'000);
  EXPECT_TRUE(has(get("/account", {}, own), "You have 10 recovery codes left."));
  const auto renew = [&](const std::string& password, const std::string& typed) {
    return post("/account/recovery", {{"password", password}, {"code", typed}}, own);
  };
  EXPECT_EQ(renew("wrong", code(ben_)).status, 422);
  EXPECT_EQ(renew(kPassword, "").status, 422) << "the password alone is not enough";
  EXPECT_EQ(renew(kPassword, "12345").status, 422);
  const auto page = renew(kPassword, code(ben_));
  EXPECT_EQ(page.status, 200);
  const auto at = page.content().find("<code class=\"lo-code lo-ltr-inline\">");
  ASSERT_NE(at, std::string_view::npos);
  const std::string fresh(page.content().substr(at + 36, 9));
  EXPECT_EQ(site_->gate().prove(begin(ben_), old[0]), access::Proof::wrong);
  EXPECT_EQ(site_->gate().prove(begin(ben_), fresh), access::Proof::right);
}

/** The key that a page shows for those who cannot scan; empty if it shows none. */
std::string key_on(const http::Response& r) {
  constexpr std::string_view kMark = "<code class=\"lo-code lo-ltr-inline\">";
  const auto at = r.content().find(kMark);
  if (at == std::string_view::npos) return "";
  const auto from = at + kMark.size();
  return replaced(std::string(r.content().substr(from, r.content().find('<', from) - from)), " ", "");
}

/** The bytes of a text in Base32 (RFC 4648). */
std::string from_base32(std::string_view text) {
  std::string bytes;
  unsigned bits = 0;
  int n = 0;
  for (const char c : text) {
    bits = bits << 5 | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26);
    if ((n += 5) >= 8) bytes += static_cast<char>(bits >> (n -= 8) & 0xFFu);
  }
  return bytes;
}

TEST_P(AccountsTest, ANewTelephoneReplacesTheOldOne) {
  const auto other = signed_in(ben_, kLead), own = signed_in(ben_, kLead);
  pass(60'000);
  EXPECT_EQ(key_on(get("/account/factor", {}, own)), "") << "nothing to see on an unlocked screen";
  const auto ask = [&](const std::string& password, const std::string& typed) {
    return post("/account/factor", {{"password", password}, {"code", typed}}, own);
  };
  for (const auto& r : {ask("wrong", code(ben_)), ask(kPassword, ""), ask(kPassword, "12345"), ask("", "")}) {
    EXPECT_EQ(r.status, 422);
    EXPECT_EQ(key_on(r), "");
  }
  const auto page = ask(kPassword, code(ben_));
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "<svg "));
  const auto fresh = from_base32(key_on(page));
  ASSERT_EQ(fresh.size(), secrets_[ben_].size());
  EXPECT_NE(fresh, secrets_[ben_]);
  EXPECT_EQ(get("/account/factor/confirm", {}, own).header("Location"), "/account/factor");
  const auto confirm = [&](const std::string& typed) {
    return post("/account/factor/confirm", {{"code", typed}}, own);
  };
  const auto wrong = confirm("12345");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "href=\"#code\">This code is not right."));
  EXPECT_EQ(key_on(wrong), "") << "shown once";
  EXPECT_TRUE(is_in(other));
  pass(60'000);
  EXPECT_EQ(site_->gate().prove(begin(ben_), code(ben_)), access::Proof::right) << "still the old one";
  EXPECT_EQ(confirm(access::totp(fresh, access::totp_step(clock_->now()))).status, 200);
  EXPECT_TRUE(is_in(own));
  EXPECT_FALSE(is_in(other)) << "what was begun with the old one ends";
  EXPECT_TRUE(
      has(get("/account", {}, own), "Another telephone was set up as your second factor: 22/11/2026"));
  pass(60'000);
  EXPECT_EQ(site_->gate().prove(begin(ben_), code(ben_)), access::Proof::wrong);
  secrets_[ben_] = fresh;
  EXPECT_EQ(site_->gate().prove(begin(ben_), code(ben_)), access::Proof::right);
}

TEST_P(AccountsTest, ALostTelephoneIsReplacedWithARecoveryCode) {
  const auto own = signed_in(ben_, kLead);
  const auto page = post("/account/factor", {{"password", kPassword}, {"code", recovery_[0]}}, own);
  EXPECT_NE(key_on(page), "");
  EXPECT_EQ(post("/account/factor", {{"password", kPassword}, {"code", recovery_[0]}}, own).status, 422)
      << "each works once";
}

TEST_P(AccountsTest, AForgottenPasswordIsRenewedByALinkOfAnAdministrator) {
  const auto admin = signed_in(account_, kAdmin), own = signed_in(ben_, kLead);
  const auto link = reset_link(admin, ben_, "password");
  ASSERT_TRUE(link.starts_with("/reset/")) << link;
  EXPECT_TRUE(is_in(own)) << "the link alone does nothing";
  EXPECT_TRUE(has(get("/account", {}, own), "Olena &lt;O&gt; made a link for a new password for you"))
      << "and she knows";
  EXPECT_TRUE(has(get("/account", {}, own), "It was not used."));
  const auto wrong = use(link, {{"email", "olena@example.org"}, {"password", "kurz"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "href=\"#email\">"));
  EXPECT_TRUE(has(wrong, "href=\"#password\">"));
  EXPECT_EQ(use(link, {{"email", " BEN@example.org"}, {"password", kNew}}).header("Location"),
            "/sign-in/code?to=%2Fstaff")
      << "the telephone is asked for as always";
  EXPECT_FALSE(is_in(own)) << "all sign-ins end";
  EXPECT_EQ(use(link, {{"email", "ben@example.org"}, {"password", kNew}}).status, 404) << "once";
  EXPECT_EQ(sign_in("ben@example.org", kPassword).status, 422);
  EXPECT_EQ(sign_in("ben@example.org", kNew).header("Location"), "/sign-in/code?to=%2Fstaff")
      << "the factor stays";
  EXPECT_TRUE(has(get("/account", {}, signed_in(ben_, kLead)), "It was used: "));
}

TEST_P(AccountsTest, ALostTelephoneIsRenewedAndThePasswordStays) {
  const auto admin = signed_in(account_, kAdmin), own = signed_in(ben_, kLead);
  const auto link = reset_link(admin, ben_, "factor");
  EXPECT_EQ(use(link, {{"email", "ben@example.org"}}).status, 422) << "the link alone is not enough";
  EXPECT_EQ(use(link, {{"email", "ben@example.org"}, {"password", "wrong"}}).status, 422);
  const auto first = use(link, {{"email", "ben@example.org"}, {"password", kPassword}});
  EXPECT_EQ(first.header("Location"), "/sign-in/factor?to=%2Fstaff");
  EXPECT_TRUE(is_in(own)) << "nothing ends before the new one is confirmed";
  EXPECT_EQ(sign_in("ben@example.org", kPassword).header("Location"), "/sign-in/code?to=%2Fstaff")
      << "whoever knows the password alone gets nothing from it";
  const auto page = get("/sign-in/factor", {}, session_of(first));
  EXPECT_TRUE(has(page, "Your old second factor and your recovery codes hold until"));
  secrets_[ben_] = from_base32(key_on(page));
  EXPECT_EQ(post("/sign-in/factor", {{"code", code(ben_)}}, session_of(first)).status, 200);
  EXPECT_FALSE(is_in(own));
  EXPECT_TRUE(is_in(session_of(post("/sign-in/continue", {}, session_of(first)))));
}

TEST_P(AccountsTest, ALinkLeadsInWhileStrangersGuessAndIsNoPlaceToGuessItself) {
  const auto link = reset_link(signed_in(account_, kAdmin), ben_, "factor");
  for (int i = 0; i < 5; ++i) sign_in("ben@example.org", "wrong");
  EXPECT_EQ(sign_in("ben@example.org", kPassword).status, 429);
  const auto right = [&] { return use(link, {{"email", "ben@example.org"}, {"password", kPassword}}); };
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(use(link, {{"email", "ben@example.org"}, {"password", "wrong"}}).status, 422);
  EXPECT_EQ(right().status, 429);
  pass(60'000);
  EXPECT_EQ(right().header("Location"), "/sign-in/factor?to=%2Fstaff");
}

TEST_P(AccountsTest, ALinkHoldsForADay) {
  const auto link = reset_link(signed_in(account_, kAdmin), ben_, "both");
  pass(24 * 3'600'000);
  const auto mark = link.find('?');
  const auto cookie = "lotse_link=" + link.substr(link.find("secret=") + 7);
  EXPECT_EQ(get(link.substr(0, mark), {}, cookie).status, 200);
  pass(1);
  EXPECT_EQ(get(link.substr(0, mark), {}, cookie).status, 404);
  EXPECT_EQ(get("/reset/x", {}, cookie).status, 404);
}

TEST_P(AccountsTest, OnlyAnAdministratorOfTheUnitAndNeverForHerself) {
  const auto admin = signed_in(account_, kAdmin), lead = signed_in(ben_, kLead);
  EXPECT_EQ(reset_link(admin, account_, "password"), "");
  EXPECT_EQ(reset_link(lead, account_, "both"), "") << "a lead is no administrator";
  EXPECT_EQ(reset_link(admin, "nobody", "both"), "");
  const auto other = site_->gate().make_account(by(), 8, "cem@example.org", "Cem", cheap_hash(), "de");
  site_->gate().grant(by(), other, 8, "case_worker", {2026, 1, 1});
  EXPECT_EQ(reset_link(admin, other, "password"), "") << "of another unit";
  EXPECT_EQ(get(path_of(other), {}, admin).status, 404);
  EXPECT_EQ(get(path_of(account_), {}, admin).status, 404) << "herself";
  EXPECT_EQ(get(path_of(ben_), {}, admin).status, 200);
  EXPECT_EQ(reset_link(admin, ben_, "castle"), "");
  EXPECT_EQ(number("SELECT count(*) FROM account_reset"), 0);
}

TEST_P(AccountsTest, OneUnitAloneTakesOverNobodyWhoWorksInTwo) {
  site_->gate().grant(by(), ben_, 8, "case_worker", {2026, 1, 1});
  const auto admin = signed_in(account_, kAdmin);
  const auto ask = [&](const char* what) { return post(path_of(ben_) + "/reset", {{"what", what}}, admin); };
  EXPECT_TRUE(has(ask("password"), "has no second factor yet. Make a link for that first."));
  signed_in(ben_, kLead);
  EXPECT_TRUE(has(ask("both"), "So you can renew only one of the two within 30 days."));
  const auto link = reset_link(admin, ben_, "password");
  EXPECT_EQ(use(link, {{"email", "ben@example.org"}, {"password", kNew}}).status, 303);
  EXPECT_EQ(reset_link(admin, ben_, "factor"), "") << "one after the other is both";
  EXPECT_NE(reset_link(admin, ben_, "password"), "");
}

TEST_P(AccountsTest, ItsOwnerIsToldOfALinkAndWithdrawsIt) {
  const auto admin = signed_in(account_, kAdmin), own = signed_in(ben_, kLead);
  EXPECT_FALSE(has(get("/staff", {}, own), "News about your account"));
  const auto link = reset_link(admin, ben_, "both");
  EXPECT_TRUE(has(get("/staff", {}, own), "See what happened to your account")) << "where she looks";
  const auto page = get("/account", {}, own);
  constexpr std::string_view kMark = "/account/links/withdraw";
  ASSERT_TRUE(has(page, kMark));
  const auto from = page.content().find("name=\"id\" value=\"", page.content().find(kMark)) + 17;
  EXPECT_EQ(
      post("/account/links/withdraw", {{"id", std::string(page.content().substr(from, 36))}}, own).status,
      303);
  EXPECT_FALSE(has(get("/account", {}, own), kMark));
  EXPECT_EQ(use(link, {{"email", "ben@example.org"}, {"password", kNew}}).status, 404);
  pass(1);
  EXPECT_EQ(post("/account/notes/seen", {}, own).status, 303);
  EXPECT_FALSE(has(get("/staff", {}, own), "News about your account"));
  EXPECT_TRUE(has(get("/account", {}, own), "made a link")) << "for 90 days";
}

TEST_P(AccountsTest, WhoeverLeavesLosesEverythingAtOnce) {
  site_->gate().grant(by(), ben_, 8, "case_worker", {2026, 1, 1});
  const auto here = signed_in(ben_, kLead), there = signed_in(ben_, {8, "agency", "Agentur", "case_worker"});
  const auto admin = signed_in(account_, kAdmin);
  EXPECT_TRUE(has(get("/staff/accounts", {}, admin), "Ben &lt;B&gt;</a> – lead. Second factor set up."));
  EXPECT_EQ(post(path_of(ben_) + "/end", {{"function", "lead"}, {"when", "now"}}, admin).status, 303);
  EXPECT_FALSE(is_in(here));
  EXPECT_TRUE(is_in(there)) << "the other unit decides for itself";
  EXPECT_EQ(number("SELECT count(*) FROM session WHERE unit_id = 7"), 1) << "the administrator's";
  EXPECT_EQ(left_, "Olena <O>: 7 ben lead 2026-11-21\n");
  EXPECT_FALSE(has(get("/staff/accounts", {}, admin), "Ben"));
  EXPECT_EQ(post(path_of(ben_) + "/end", {{"function", "lead"}, {"when", "now"}}, admin).status, 404);
}

TEST_P(AccountsTest, AFunctionMayEndWithADayToCome) {
  const auto here = signed_in(ben_, kLead), admin = signed_in(account_, kAdmin);
  for (const char* day : {"", "2026-11-21", "2026-02-30", "morgen"})
    EXPECT_EQ(
        post(path_of(ben_) + "/end", {{"function", "lead"}, {"when", "day"}, {"last", day}}, admin).status,
        422)
        << day;
  EXPECT_EQ(post(path_of(ben_) + "/end", {{"function", "organiser"}, {"when", "now"}}, admin).status, 422);
  EXPECT_EQ(left_, "");
  EXPECT_EQ(
      post(path_of(ben_) + "/end", {{"function", "lead"}, {"when", "day"}, {"last", "2026-11-22"}}, admin)
          .status,
      303);
  EXPECT_TRUE(is_in(here)) << "to the end of the day";
  EXPECT_EQ(left_, "Olena <O>: 7 ben lead 2026-11-22\n");
  EXPECT_TRUE(has(get("/staff/accounts", {}, admin), "lead, until 22/11/2026"));
  clock_->set(*instant_of({{2026, 11, 23}, 0}));
  EXPECT_FALSE(is_in(here));
}

TEST_P(AccountsTest, OnlyAnAdministratorEndsAdministrators) {
  const auto lead = signed_in(ben_, kLead);
  EXPECT_EQ(post(path_of(account_) + "/end", {{"function", "admin"}, {"when", "now"}}, lead).status, 422);
  EXPECT_EQ(
      post(path_of(account_) + "/end", {{"function", "directory_editor"}, {"when", "now"}}, lead).status,
      303);
  EXPECT_EQ(get("/staff/accounts", {}, signed_in(account_, {7, "family_centre", "F", "admin"})).status, 200);
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NOT NULL"), 1);
}

TEST_P(AccountsTest, TheListIsForThoseWhoMaySeeIt) {
  site_->gate().grant(by(), ben_, 7, "organiser", {2026, 1, 1});
  EXPECT_EQ(get("/staff/accounts").status, 303);
  EXPECT_EQ(get("/staff/accounts", {}, signed_in(ben_, {7, "family_centre", "F", "organiser"})).status, 404);
  EXPECT_EQ(get("/staff/accounts", {}, signed_in(ben_, kLead)).status, 200);
}

TEST(DeviceName, SaysTheFamiliesAndNoMore) {
  EXPECT_EQ(device_name("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"),
            "Firefox, Windows");
  EXPECT_EQ(device_name("Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) "
                        "Chrome/130.0.0.0 Mobile Safari/537.36"),
            "Chrome, Android");
  EXPECT_EQ(device_name("Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
                        "like Gecko) Version/17.6 Mobile/15E148 Safari/604.1"),
            "Safari, iPhone");
  EXPECT_EQ(device_name("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                        "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"),
            "Edge, Windows");
  EXPECT_EQ(device_name("curl/7.88.1"), "");
  EXPECT_EQ(device_name(""), "");
  EXPECT_EQ(device_name("<b>Firefox/1</b>"), "Firefox");
}

}  // namespace
}  // namespace lotse::account
