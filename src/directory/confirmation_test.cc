// SPDX-License-Identifier: EUPL-1.2
// Whether an entry is still right: staff say so, and whoever holds a link.
#include "access/visitor.h"
#include "directory/pages_test_support.h"

namespace lotse::directory {
namespace {

class ConfirmationTest : public PagesOnStore {
 protected:
  std::string confirmation() const { return edit_path() + "/confirmation"; }
  // As somebody holds it: the address without its secret, and the cookie.
  struct Held {
    std::string path, cookie;
  };
  Held opened(const access::NewLink& link) {
    const auto first = get(link.path());
    EXPECT_EQ(first.status, 303);
    EXPECT_EQ(first.header("Location"), "/v/" + link.held().name());
    const auto cookie = web::cookie_set(first, "lotse_v_" + link.held().id.substr(24));
    EXPECT_TRUE(has_attributes(cookie)) << cookie;
    return {std::string(first.header("Location")), cookie.substr(0, cookie.find(';'))};
  }
  static bool has_attributes(const std::string& cookie) {
    return cookie.find("HttpOnly") != cookie.npos && cookie.find("Max-Age=3600") != cookie.npos;
  }
  http::Response send(const Held& held, std::vector<http::Field> form) {
    form.push_back({"_guard", hash_hex("guard:" + guard_).substr(0, 32)});
    http::Request r;
    r.method = "POST";
    r.path = held.path;
    r.body = http::encode_query(form);
    r.fields = {{"Cookie", held.cookie + "; lotse_guard=" + guard_},
                {"Content-Type", "application/x-www-form-urlencoded"},
                {"Sec-Fetch-Site", "same-origin"},
                {"Accept-Language", "de"}};
    return site_->answer(r);
  }
  std::string confirmed() {
    const auto json = parse_json(get("/offers/" + offer_, "", "application/json").body);
    return json->value("lotse_confirmed", "");
  }
};
LOTSE_ON_EACH_ENGINE(ConfirmationTest);

TEST_P(ConfirmationTest, StaffConfirmAndParentsSeeTheDay) {
  const auto jule = sign_in(one_, "directory_editor");
  EXPECT_EQ(confirmed(), "");
  EXPECT_FALSE(has(get("/offers/" + offer_), "Zuletzt bestätigt"));
  EXPECT_EQ(post(confirmation(), {}, jule).status, 303);
  EXPECT_EQ(confirmed(), "2026-12-08");
  EXPECT_TRUE(has(get("/offers/" + offer_), "Zuletzt bestätigt: Dienstag, 8. Dezember 2026"));
  EXPECT_TRUE(has(get("/staff/services", "lotse=" + jule), "08.12.2026"));
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1) << "no correction";
}

TEST_P(ConfirmationTest, TheLaterOfBothDaysCounts) {
  auto e = find_kept(desk(one_), service_);
  for (const auto& [assured, shown] :
       {std::pair{"2027-01-02T10:00:00Z", "2027-01-02"}, std::pair{"2020-01-01", "2026-12-08"},
        std::pair{"last summer", "2026-12-08"}}) {
    confirm(desk(one_), service_);
    e.service.assured_date = assured;
    e.version = correct(desk(one_), e.service, e.version).value();
    EXPECT_EQ(confirmed(), shown) << assured;
  }
}

TEST_P(ConfirmationTest, OthersHaveNoPartInIt) {
  const auto merle = sign_in(one_, "case_worker"), fatima = sign_in(two_, "directory_editor");
  for (const auto& who : {merle, fatima}) {
    EXPECT_EQ(get(confirmation(), "lotse=" + who).status, 404);
    EXPECT_EQ(post(confirmation(), {}, who).status, 404);
    EXPECT_EQ(post(edit_path() + "/link", {}, who).status, 404);
  }
  EXPECT_THROW(confirm(desk(two_), service_), NotFound);
  EXPECT_THROW(confirmation_link(desk(two_), service_), NotFound);
  EXPECT_THROW(confirm(desk(one_), {new_uuid(1)}), NotFound);
  EXPECT_EQ(confirmed(), "");
}

TEST_P(ConfirmationTest, WhoHoldsTheLinkConfirmsOnce) {
  const auto held = opened(confirmation_link(desk(one_), service_));
  const auto shown = get(held.path, held.cookie);
  EXPECT_EQ(shown.status, 200);
  EXPECT_TRUE(has(shown, "Elterncafé &lt;b&gt;"));
  EXPECT_TRUE(has(shown, "02561 4710"));
  EXPECT_EQ(shown.header("Cache-Control"), "no-store");
  EXPECT_EQ(confirmed(), "") << "looking is not confirming";
  EXPECT_EQ(send(held, {{"answer", "right"}}).status, 200);
  EXPECT_EQ(confirmed(), "2026-12-08");
  EXPECT_EQ(send(held, {{"answer", "right"}}).status, 404);
  EXPECT_EQ(get(held.path, held.cookie).status, 404);
}

TEST_P(ConfirmationTest, LinksThatDoNotHoldAnswerAlike) {
  const auto link = confirmation_link(desk(one_), service_);
  const auto held = opened(link);
  const auto newer = opened(confirmation_link(desk(one_), service_));
  const std::string never = "/v/" + std::to_string(one_) + "-" + new_uuid(1);
  const auto without_secret = get(newer.path), withdrawn = get(held.path, held.cookie), unknown = get(never),
             none = get("/v/x");
  for (const auto* each : {&without_secret, &withdrawn, &unknown, &none}) {
    EXPECT_EQ(each->status, 404);
    EXPECT_TRUE(has(*each, "Dieser Link gilt nicht mehr"));
  }
  EXPECT_EQ(get(newer.path, newer.cookie).status, 200);
  clock_->set(Instant{clock_->now().ms + 31 * 24 * 3'600'000LL});
  EXPECT_EQ(get(newer.path, newer.cookie).status, 404) << "over";
  EXPECT_EQ(get(newer.path, newer.cookie, "application/json").status, 404);
}

TEST_P(ConfirmationTest, ANetworkThatTriesManyHasToWait) {
  const auto link = confirmation_link(desk(one_), service_);
  const std::string wrong = "lotse_v_" + link.held().id.substr(24) + "=" + std::string(32, '0');
  for (int i = 0; i < 30; ++i) EXPECT_EQ(get("/v/" + link.held().name(), wrong).status, 404) << i;
  EXPECT_EQ(get("/v/" + link.held().name(), wrong).status, 429);
  clock_->set(Instant{clock_->now().ms + 6'000});
  const auto held = opened(link);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(held.path, held.cookie).status, 200) << "right ones do not count";
}

TEST_P(ConfirmationTest, TheLinkIsShownToStaffOnce) {
  const auto jule = sign_in(one_, "directory_editor");
  const auto page = post(edit_path() + "/link", {}, jule);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "/v/" + std::to_string(one_) + "-"));
  EXPECT_FALSE(has(get(confirmation(), "lotse=" + jule), "/v/" + std::to_string(one_)));
}

}  // namespace
}  // namespace lotse::directory
