// SPDX-License-Identifier: EUPL-1.2
// The page of an administrator, HTML and JSON side by side, on both stores.
#include "admin/admin_test_support.h"
#include "base/json.h"

namespace lotse::admin {
namespace {

using jobs::Outcome;
using jobs::Turn;
using web::has;

class AdminPageTest : public AdminTest {};
LOTSE_ON_EACH_ENGINE(AdminPageTest);

TEST_P(AdminPageTest, who_has_no_right_finds_nothing_and_changes_nothing) {
  const auto id = ask();
  const Seen now = seen(id);
  EXPECT_EQ(get("").status, 303) << "to the sign-in";
  for (const auto& session : {sign_in("lead", true), sign_in("case_worker", true), sign_in("admin", false)}) {
    EXPECT_EQ(get(session).status, 404);
    EXPECT_EQ(get(session, "", "application/json").status, 404);
    for (const char* action : {"cancel", "retry"}) EXPECT_EQ(post(session, action, now).status, 404);
  }
  const auto ada = sign_in("admin", true, 8);
  EXPECT_EQ(post(ada, "cancel", now).status, 404) << "of another unit";
  EXPECT_FALSE(has(get(ada), id));
  EXPECT_EQ(post(sign_in("admin", true), "cancel", now, false).status, 403) << "without the form's token";
  EXPECT_EQ(state(id).state, "waiting");
}

TEST_P(AdminPageTest, an_empty_page_says_so) {
  const auto page = get(sign_in("admin", true));
  ASSERT_EQ(page.status, 200);
  for (const char* part : {"Nichts wartet, und nichts ist gescheitert.", "Es gab keine.", "Noch nichts."})
    EXPECT_TRUE(has(page, part)) << part;
  EXPECT_FALSE(has(page, "kern-alert"));
}

TEST_P(AdminPageTest, a_wrong_mail_setting_is_seen_and_tried_again_when_it_is_mended) {
  const auto mats = sign_in("admin", true);
  const auto id = mail_job(post_mail());
  jobs::Runner runner(*store_, clock_, {.threads = 1, .chance = [] { return 1.0; }});
  // Nobody listens there.
  notice::install(runner,
                  std::make_shared<const notice::Smtp>(
                      notice::SmtpChoice{.address = "smtp-plain://127.0.0.1:1", .from = "lotse@example.org"}),
                  keys_, clock_);
  while (runner.run_one()) continue;
  const auto page = get(mats);
  for (const char* part : {"Das braucht Ihre Aufmerksamkeit", "Der Mailserver ist nicht erreichbar",
                           "Wartet auf den nächsten Versuch", "Jetzt noch einmal versuchen"})
    EXPECT_TRUE(has(page, part)) << part;
  const auto json = *parse_json(get(mats, "", "application/json").body);
  EXPECT_EQ(json["notices"][0]["code"], "connect");
  EXPECT_EQ(json["jobs"][0]["id"], id);
  for (const auto& body : {std::string(page.content()), json.dump()}) {
    EXPECT_EQ(body.find(kRecipient), std::string::npos);
    EXPECT_EQ(body.find("Kanarienvogel"), std::string::npos);
  }
  const auto again = post(mats, "retry", seen(id));
  ASSERT_EQ(again.status, 303) << again.content();
  EXPECT_EQ(again.header("location"), "/staff/jobs?done=retry");
  EXPECT_TRUE(has(get(mats, "?done=retry"), "noch einmal versucht"));
  EXPECT_LE(state(id).not_before, clock_->now());
}

TEST_P(AdminPageTest, who_comes_too_late_is_told_why) {
  const auto mats = sign_in("admin", true);
  const auto id = ask();
  const Seen before = seen(id);
  ASSERT_EQ(post(mats, "cancel", before).status, 303);
  const auto late = post(mats, "cancel", before);
  EXPECT_EQ(late.status, 409);
  EXPECT_TRUE(has(late, "Es gibt nichts mehr abzubrechen."));
  const auto json = post(mats, "cancel", before, true, "application/json");
  EXPECT_EQ(json.status, 409);
  EXPECT_EQ(json.header("content-type"), "application/problem+json");
}

TEST_P(AdminPageTest, what_failed_names_its_reason_and_what_cannot_be_done_has_no_button) {
  const auto id = ask();
  run_to_end(*runner([](Turn&) { return Outcome::failed("store_unavailable"); }));
  const auto mats = sign_in("admin", true);
  auto page = get(mats);
  EXPECT_TRUE(has(page, "Die Datenbank war nicht erreichbar"));
  EXPECT_TRUE(has(page, "/staff/jobs/" + id + "/retry"));
  EXPECT_FALSE(has(page, "/staff/jobs/" + id + "/cancel"));
  ASSERT_EQ(post(mats, "retry", seen(id)).status, 303);
  page = get(mats);
  EXPECT_FALSE(has(page, "/staff/jobs/" + id + "/retry")) << "it is due already";
  EXPECT_TRUE(has(page, "/staff/jobs/" + id + "/cancel"));
}

TEST_P(AdminPageTest, odd_input_changes_nothing) {
  const auto mats = sign_in("admin", true);
  const auto id = ask();
  EXPECT_EQ(post(mats, "cancel", {"nothing", "waiting", 0}).status, 404);
  EXPECT_EQ(post(mats, "cancel", {new_uuid(1), "waiting", 0}).status, 404);
  EXPECT_EQ(post(mats, "cancel", {id, "", 0}).status, 409);
  EXPECT_EQ(post(mats, "cancel", {id, "<b>", -5}).status, 409);
  EXPECT_EQ(post(mats, "burn", {id, "waiting", 0}).status, 404);
  EXPECT_EQ(state(id).state, "waiting");
}

}  // namespace
}  // namespace lotse::admin
