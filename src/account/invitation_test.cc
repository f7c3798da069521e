// SPDX-License-Identifier: EUPL-1.2
// Inviting and accepting, through Site::answer as a function; and what must hold for a password.
#include "account/account_test_support.h"

namespace lotse::account {
namespace {

const std::string kNew = "vier Enten im Teich";

class InvitationTest : public AccountTest {
 protected:
  void SetUp() override {
    AccountTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    site_->gate().grant(by(), account_, 7, "admin", {2026, 1, 1});
  }
  int agree(const std::string& cookies, const std::string& link) {
    return post("/staff/accounts/agree-to-invitation", {{"id", path(link).substr(12)}}, cookies).status;
  }
  /** Somebody signed in with a second factor of her own, set up just now. */
  std::string signed_in(const std::string& function, const std::string& account) {
    const auto half = let_set_up(begin(account));
    const auto secret = site_->gate().offer_factor(half).value();
    EXPECT_TRUE(site_->gate().confirm_factor(half, access::totp(secret, access::totp_step(clock_->now()))));
    return "lotse=" + *site_->gate().start(half, {7, "family_centre", "Familienzentrum", function});
  }
  /** Olena signed in with a second factor, in this function. */
  std::string signed_in(const std::string& function) {
    auto& gate = site_->gate();
    auto half = begin(account_);
    if (secret_.empty()) {
      secret_ = gate.offer_factor(let_set_up(half)).value();
      EXPECT_TRUE(gate.confirm_factor(half, code()));
    } else {
      pass(60'000);
      EXPECT_EQ(gate.prove(half, code()), access::Proof::right);
    }
    return "lotse=" + *gate.start(half, {7, "family_centre", "Familienzentrum", function});
  }
  std::string code() { return access::totp(secret_, access::totp_step(clock_->now())); }
  http::Response invite(const std::string& cookies, Fields form) {
    return post("/staff/accounts/invite", std::move(form), cookies);
  }
  /** The path of the link on a page; empty if there is none. */
  static std::string link_on(const http::Response& r) {
    constexpr std::string_view kMark = "data-url=\"";
    const auto at = r.content().find(kMark);
    if (at == std::string_view::npos) return "";
    const auto from = at + kMark.size();
    return std::string(r.content().substr(from, r.content().find('"', from) - from));
  }
  /** Opens a link as a browser does: the cookie with the secret. */
  std::string open(const std::string& link) {
    const auto mark = link.find('?');
    const auto r = get(link.substr(0, mark), link.substr(mark + 1));
    EXPECT_EQ(r.status, 303);
    EXPECT_EQ(r.header("Location"), link.substr(0, mark)) << "the secret leaves the address";
    return web::cookie_set(r, "lotse_link").substr(0, 11 + 32);
  }
  std::string path(const std::string& link) { return link.substr(0, link.find('?')); }
  std::string operators_link(const std::string& email = "ben@example.org") {
    return invite_by_operator({7, "family_centre", email, "Ben <B>", {"lead"}}).value();
  }
  Result<std::string> invite_by_operator(const Invited& invited) {
    return account::invite(*store_, by(), invited);
  }
  std::string secret_;
};
LOTSE_ON_EACH_ENGINE(InvitationTest);

TEST_P(InvitationTest, AnAdministratorInvitesAndTheLinkIsShownOnce) {
  const auto eva = site_->gate().make_account(by(), 7, "eva@example.org", "Eva", cheap_hash(), "de");
  site_->gate().grant(by(), eva, 7, "lead", {2026, 1, 1});
  const auto cookies = signed_in("admin");
  const auto page = get("/staff/accounts/invite", {}, cookies);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "value=\"organiser\""));
  EXPECT_TRUE(has(page, "value=\"admin\""));
  EXPECT_FALSE(has(page, "value=\"bca\"")) << "a family centre has none";
  const auto done = invite(
      cookies,
      {{"email", "ben@example.org"}, {"name", "Ben <B>"}, {"function", "lead"}, {"function", "organiser"}});
  EXPECT_EQ(done.status, 200);
  const auto link = link_on(done);
  ASSERT_TRUE(link.starts_with("/invitation/")) << done.content();
  EXPECT_TRUE(has(done, "http://lotse.example" + link));
  EXPECT_TRUE(has(done, "Ben &lt;B&gt;"));
  EXPECT_TRUE(has(done, "A second person has to agree"));
  const auto cookie = open(link);
  const auto early = get(path(link), {}, cookie);
  EXPECT_TRUE(has(early, "This invitation waits for a second person"));
  EXPECT_FALSE(has(early, "type=\"password\""));
  EXPECT_TRUE(has(post(path(link), {{"email", "ben@example.org"}, {"name", "B"}, {"password", kNew}}, cookie),
                  "waits for a second person"));
  EXPECT_EQ(agree(cookies, link), 409) << "she invited herself";
  const auto lead = signed_in("lead", eva);
  EXPECT_TRUE(has(get("/staff/accounts/invite", {}, lead), "Invited by Olena &lt;O&gt;."));
  EXPECT_EQ(agree(lead, link), 303);
  const auto form = get(path(link), {}, cookie);
  EXPECT_EQ(form.status, 200);
  EXPECT_TRUE(has(form, "Familienzentrum"));
  EXPECT_TRUE(has(form, "lead, organiser"));
  EXPECT_TRUE(has(form, "value=\"Ben &lt;B&gt;\""));
  EXPECT_TRUE(has(form, "autocomplete=\"new-password\""));
  EXPECT_FALSE(has(form, "ben@example.org")) << "a link that went astray tells no address";
}

TEST_P(InvitationTest, FromLinkToSecondFactorToSignIn) {
  const auto link = operators_link(), cookie = open(link);
  const auto first =
      post(path(link), {{"email", "Ben@example.org"}, {"name", "Ben"}, {"password", kNew}}, cookie);
  EXPECT_EQ(first.status, 303);
  EXPECT_EQ(first.header("Location"), "/sign-in/factor?to=%2Fstaff");
  EXPECT_EQ(get("/staff", {}, session_of(first)).status, 303) << "not without a second factor";
  EXPECT_TRUE(web::cookie_set(first, "lotse_link").ends_with("Max-Age=0"));
  const auto again = get(path(link), {}, cookie);
  EXPECT_EQ(again.status, 404);
  EXPECT_TRUE(has(again, "This link does not hold any more"));
  const auto offered = site_->gate().offer_factor(session_of(first).substr(6));
  ASSERT_TRUE(offered);
  secret_ = *offered;
  EXPECT_EQ(post("/sign-in/factor", {{"code", code()}}, session_of(first)).status, 200);
  const auto in = post("/sign-in/continue", {}, session_of(first));
  EXPECT_TRUE(has(get("/staff", {}, session_of(in)), "Hello, Ben"));
  pass(60'000);
  const auto second = sign_in("ben@example.org", kNew);
  EXPECT_EQ(second.header("Location"), "/sign-in/code?to=%2Fstaff");
}

TEST_P(InvitationTest, WhatIsWrongIsNamedAndUsesNothingUp) {
  const auto link = operators_link(), cookie = open(link);
  const auto r =
      post(path(link), {{"email", "olena@example.org"}, {"name", ""}, {"password", "kurz"}}, cookie);
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "href=\"#email\">This is not the address"));
  EXPECT_TRUE(has(r, "href=\"#name\">Enter a name."));
  EXPECT_TRUE(has(r, "href=\"#password\">Your password needs at least 12"));
  EXPECT_FALSE(has(r, "kurz"));
  EXPECT_EQ(
      post(path(link), {{"email", "ben@example.org"}, {"name", "Ben"}, {"password", kNew}}, cookie).status,
      303);
}

TEST_P(InvitationTest, AnOpenInvitationIsSeenAndWithdrawnByItsUnit) {
  const auto link = operators_link(), cookie = open(link);
  const auto other = invite_by_operator({8, "agency", "cem@example.org", "Cem", {"case_worker"}}).value();
  const auto admin = signed_in("admin");
  const auto page = get("/staff/accounts/invite", {}, admin);
  EXPECT_TRUE(has(page, "Ben &lt;B&gt; – lead. Holds until 29/11/2026, 10:00."));
  EXPECT_FALSE(has(page, "Cem"));
  const auto withdraw = [&](const std::string& whose, const std::string& cookies) {
    return post("/staff/accounts/withdraw-invitation", {{"id", path(whose).substr(12)}}, cookies).status;
  };
  EXPECT_EQ(withdraw(other, admin), 409);
  EXPECT_EQ(get(path(other), {}, open(other)).status, 200) << "another unit's stays";
  EXPECT_EQ(withdraw(link, signed_in("directory_editor")), 404);
  EXPECT_EQ(get(path(link), {}, cookie).status, 200);
  EXPECT_EQ(withdraw(link, admin), 303);
  EXPECT_EQ(get(path(link), {}, cookie).status, 404);
  EXPECT_FALSE(has(get("/staff/accounts/invite", {}, admin), "Open invitations"));
}

TEST_P(InvitationTest, WithoutTheSecretThereIsNothing) {
  const auto link = operators_link();
  for (const std::string& cookie :
       {std::string(), "lotse_link=" + std::string(32, '0'), std::string("lotse_link=x")}) {
    EXPECT_EQ(get(path(link), {}, cookie).status, 404);
    EXPECT_EQ(
        post(path(link), {{"email", "ben@example.org"}, {"name", "Ben"}, {"password", kNew}}, cookie).status,
        404);
  }
  EXPECT_EQ(get("/invitation/x", {}, open(link)).status, 404);
  const auto odd = get(path(link), "secret=%0D%0ASet-Cookie%3A+x");
  EXPECT_EQ(odd.status, 303);
  EXPECT_EQ(web::cookie_set(odd, "lotse_link"), "");
}

TEST_P(InvitationTest, WhoHasAnAccountAcceptsSignedIn) {
  const auto link = invite_by_operator({8, "agency", "olena@example.org", "O", {"case_worker"}}).value();
  const auto cookie = open(link);
  const auto stranger = get(path(link), {}, cookie);
  EXPECT_TRUE(has(stranger, "Sign in to accept."));
  EXPECT_TRUE(has(stranger, "/sign-in?to=%2Finvitation%2F"));
  EXPECT_FALSE(has(stranger, "password"));
  EXPECT_EQ(
      post(path(link), {{"email", "olena@example.org"}, {"name", "O"}, {"password", kNew}}, cookie).status,
      200);
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE unit_id = 8"), 0);
  const auto own = signed_in("admin");
  EXPECT_TRUE(has(get(path(link), {}, own + "; " + cookie), "Accept the invitation"));
  const auto done = post(path(link), {}, own + "; " + cookie);
  EXPECT_EQ(done.status, 200);
  EXPECT_TRUE(has(done, "You belong to Agentur &lt;Süd&gt; now"));
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE unit_id = 8"), 1);
}

TEST_P(InvitationTest, WhoHasNobodyToAgreeIsToldWhatToDo) {
  const auto r =
      invite(signed_in("admin"), {{"email", "ben@example.org"}, {"name", "Ben"}, {"function", "dpo"}});
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "href=\"#function\">A second lead or administrator has to agree"));
  EXPECT_TRUE(has(r, "lotse admin invite"));
}

TEST_P(InvitationTest, WhoLeftAndIsInvitedAgainComesIn) {
  signed_in("admin");
  change("UPDATE membership SET valid_to = '2026-11-21'");
  const auto link = operators_link("olena@example.org"), cookie = open(link), to = path(link);
  pass(60'000);
  EXPECT_TRUE(has(get(to, {}, cookie), "Sign in to accept."));
  const auto first = sign_in("olena@example.org", kPassword, {{"to", to}}, cookie);
  const auto half = session_of(first) + "; " + cookie;
  EXPECT_FALSE(has(get(to, {}, half), "Accept the invitation")) << "the code is missing";
  EXPECT_TRUE(has(post(to, {}, half), "Sign in to accept."));
  const auto second = post("/sign-in/code", {{"code", code()}, {"to", to}}, half);
  EXPECT_EQ(second.header("Location"), to);
  EXPECT_TRUE(has(get(to, {}, half), "Accept the invitation"));
  EXPECT_EQ(post(to, {{"_action", "language"}, {"_language", "de"}}, half).status, 200);
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NULL"), 0)
      << "a choice of language accepts nothing";
  const auto in = post(to, {}, half);
  EXPECT_EQ(in.header("Location"), "/staff");
  EXPECT_TRUE(has(get("/staff", {}, session_of(in)), "lead"));
  EXPECT_TRUE(web::cookie_set(in, "lotse_link").ends_with("Max-Age=0"));
}

TEST_P(InvitationTest, OnlyThoseWhoMayInvite) {
  EXPECT_EQ(get("/staff/accounts/invite").status, 303);
  EXPECT_EQ(get("/staff/accounts/invite", {}, signed_in("directory_editor")).status, 404);
  site_->gate().grant(by(), account_, 7, "lead", {2026, 1, 1});
  const auto lead = signed_in("lead");
  EXPECT_FALSE(has(get("/staff/accounts/invite", {}, lead), "value=\"admin\""));
  const auto r = invite(lead, {{"email", "ben@example.org"}, {"name", "Ben"}, {"function", "admin"}});
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "Only an administrator can give this function."));
  EXPECT_EQ(invite(lead, {{"email", "ben@example.org"}, {"name", "Ben"}, {"function", "organiser"}}).status,
            200);
}

TEST_P(InvitationTest, AnAdministratorWithoutASecondFactorMayNotInvite) {
  change("INSERT INTO installation (key, value) VALUES ('sample', '1')");
  site_->gate().mark_sample(by(), 7, account_);
  const auto half = begin(account_);
  const auto cookies = "lotse=" + *site_->gate().start(half, {7, "family_centre", "F", "admin"});
  EXPECT_EQ(get("/staff/accounts/invite", {}, cookies).status, 404);
}

TEST_P(InvitationTest, NobodyGivesHerselfAFunctionNorOneThatThereIsNot) {
  const auto cookies = signed_in("admin");
  EXPECT_TRUE(has(invite(cookies, {{"email", " OLENA@example.org"}, {"name", "O"}, {"function", "lead"}}),
                  "This is your own address."));
  EXPECT_TRUE(has(invite(cookies, {{"email", "b@example.org"}, {"name", "B"}, {"function", "bca"}}),
                  "does not have this function."));
  const auto r = invite(cookies, {{"email", "ben"}, {"name", " "}});
  EXPECT_EQ(r.status, 422);
  for (const char* field : {"email", "name", "function"})
    EXPECT_TRUE(has(r, "href=\"#" + std::string(field) + "\"")) << field;
  EXPECT_EQ(number("SELECT count(*) FROM invitation"), 0);
  EXPECT_FALSE(invite_by_operator({7, "family_centre", "b@example.org", "B", {"citizen"}}));
}

TEST(PasswordRules, LongAndNotCommonAndNotTheAddress) {
  const auto wrong = [](std::string_view password, std::string_view email = "ben.müller@example.org") {
    const auto problems = check_password("password", password, email);
    return problems.empty() ? "" : problems.front().text.id;
  };
  for (const char* good :
       {"vier Enten im Teich", "äöüäöüßabcde", "Tr0ub4dor&33x", "correct horse battery staple"})
    EXPECT_EQ(wrong(good), "") << good;
  EXPECT_EQ(wrong(""), "Choose a password.");
  EXPECT_TRUE(wrong("vier Enten ").starts_with("Your password needs")) << "eleven characters";
  EXPECT_TRUE(wrong("ööööööööööö").starts_with("Your password needs")) << "characters, not bytes";
  EXPECT_EQ(wrong("vier Enten!!"), "") << "twelve";
  EXPECT_TRUE(wrong(std::string(150, 'a') + std::string(51, 'b')).starts_with("Your password may have"));
  for (const char* common :
       {"Passwort1234", "passwort!passwort", "123456789012", "aaaaaaaaaaaa", "Sommer2026!!!",
        "Familienzentrum1", "24.12.2026 18:00", "ababababababab", "Qwertzuiop123"})
    EXPECT_TRUE(wrong(common).starts_with("Many people")) << common;
  for (const char* own : {"ben.müller@example.org", "Ben.Müller 2026 im Teich", "xx ben.müller xx"})
    EXPECT_TRUE(wrong(own).starts_with("Your e-mail")) << own;
  EXPECT_EQ(wrong("ben im Teich 2026", "ben@example.org"), "") << "three letters are part of many words";
}

}  // namespace
}  // namespace lotse::account
