// SPDX-License-Identifier: EUPL-1.2
// The pages on which staff correct what their unit keeps.
#include "directory/correction.h"
#include "directory/pages_test_support.h"

namespace lotse::directory {
namespace {

class StaffPagesTest : public PagesOnStore {};
LOTSE_ON_EACH_ENGINE(StaffPagesTest);

TEST_P(StaffPagesTest, only_the_units_editors_see_its_entries) {
  const std::string nowhere = new_uuid(1);
  EXPECT_EQ(get(edit_path()).status, 303);  // to the sign-in
  EXPECT_EQ(get(edit_path(), "", "application/json").status, 401);
  const auto jule = sign_in(one_, "directory_editor"), merle = sign_in(one_, "case_worker"),
             fatima = sign_in(two_, "directory_editor");
  EXPECT_EQ(get(edit_path(), "lotse=" + jule).status, 200);
  const auto denied = get(edit_path(), "lotse=" + merle), foreign = get(edit_path(), "lotse=" + fatima),
             absent = get("/staff/services/" + nowhere, "lotse=" + fatima),
             absent_for_merle = get("/staff/services/" + nowhere, "lotse=" + merle);
  EXPECT_EQ(denied.status, 404);
  EXPECT_EQ(foreign.status, 404);
  // Alike but for the address that the reader typed herself.
  const auto without = [](std::string body, const std::string& id) {
    for (auto at = body.find(id); at != body.npos; at = body.find(id)) body.erase(at, id.size());
    return body;
  };
  EXPECT_TRUE(without(foreign.body, service_.text) == without(absent.body, nowhere));
  EXPECT_TRUE(without(denied.body, service_.text) == without(absent_for_merle.body, nowhere));
  EXPECT_TRUE(has(get("/staff/services", "lotse=" + jule), service_.text));
  EXPECT_FALSE(has(get("/staff/services", "lotse=" + fatima), service_.text));
  EXPECT_EQ(post(edit_path(), untouched(), merle).status, 404);
}

TEST_P(StaffPagesTest, a_correction_is_found_by_parents_at_once) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Vätertreff";
  form[3].value = "Зустріч татусів";
  const auto saved = post(edit_path(), form, jule);
  EXPECT_EQ(saved.status, 303);
  EXPECT_TRUE(has(get("/offers?q=v%C3%A4tertreff"), "Vätertreff"));
  EXPECT_TRUE(has(get("/offers/" + offer_, "lotse_language=uk"), "Зустріч татусів"));
  EXPECT_FALSE(has(get("/offers?q=elterncafe&topic=", ""), "Elterncafé &lt;b&gt;"));
}

TEST_P(StaffPagesTest, saving_without_touching_anything_changes_nothing) {
  const auto jule = sign_in(one_, "directory_editor");
  const auto before = to_json(find_kept(desk(one_), service_).service);
  EXPECT_EQ(post(edit_path(), untouched(), jule).status, 303);
  EXPECT_EQ(to_json(find_kept(desk(one_), service_).service), before);
}

TEST_P(StaffPagesTest, what_the_form_does_not_offer_stays) {
  const auto jule = sign_in(one_, "directory_editor");
  auto e = find_kept(desk(one_), service_);
  e.service.languages = {{.name = "Niederdeutsch", .code = "nds"},
                         {.name = "Kurdisch", .code = "kur"},
                         {.name = "Deutsch", .code = "deu"}};
  e.service.lotse_topics = {"family", "of_another_town", "parents_cafe"};
  e.service.schedules = {{.byday = "MO", .opens_at = "10:00:00", .closes_at = "12:00:00"}};
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  const auto page = get(edit_path(), "lotse=" + jule);
  for (const char* ticked :
       {"value=\"nds\" checked", "value=\"kur\" checked", "value=\"of_another_town\" checked"})
    EXPECT_TRUE(has(page, ticked)) << ticked;
}

TEST_P(StaffPagesTest, an_imported_night_can_be_saved) {
  const auto jule = sign_in(one_, "directory_editor");
  auto e = find_kept(desk(one_), service_);
  e.service.schedules = {{.byday = "FR", .opens_at = "18:00:00", .closes_at = "02:00:00"}};
  ASSERT_TRUE(put(desk(one_), {.source = "test", .services = {{e.service, "s"}}}, false));
  EXPECT_TRUE(has(get(edit_path(), "lotse=" + jule), "Ein Ende vor dem Beginn"));
  auto form = untouched("2");
  form[1].value = "Nachtcafé";
  form[9].value = "FR";
  form[10].value = "18:00";
  form[11].value = "02:00";
  EXPECT_EQ(post(edit_path(), form, jule).status, 303);
  EXPECT_EQ(find_kept(desk(one_), service_).service.schedules[0].closes_at, "02:00:00");
}

TEST(Correction, WhatWasNotTouchedComesOutAsItWentIn) {
  Service s;
  s.name = "Treff";
  s.description = "eins\nzwei ";
  s.status = "active";
  s.languages = {{.name = "Niederdeutsch", .code = "nds"}, {.name = "Deutsch", .code = "deu"}};
  s.lotse_topics = {"b", "a"};
  s.contacts = {{.department = "Empfang", .email = "empfang@example.org"}};
  s.schedules = {{.byday = "MO", .opens_at = "10:00:00", .closes_at = "12:00:00"}};
  const http::Form form{{{"name_de", "Treff"},
                         {"description_de", "eins\r\nzwei"},
                         {"status", "active"},
                         {"languages", "deu"},
                         {"languages", "nds"},
                         {"topics", "a"},
                         {"topics", "b"},
                         {"hours_day_1", "MO"},
                         {"hours_from_1", "10:00"},
                         {"hours_to_1", "12:00"},
                         {"contact_name", ""},
                         {"contact_phone", ""},
                         {"contact_title", ""},
                         {"care", "unknown"}}};
  Problems problems;
  EXPECT_EQ(to_json(corrected(s, form, problems)), to_json(s));
  EXPECT_TRUE(problems.empty());
}

TEST_P(StaffPagesTest, all_problems_at_once_and_what_was_typed_is_kept) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "";
  form[6].value = "call me";
  form[10].value = "9 Uhr";
  form[15].value = "acht";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 422);
  for (const char* field : {"#name_de", "#phone", "#hours_from_1", "#care_places"})
    EXPECT_TRUE(has(r, std::string("href=\"") + field)) << field;
  EXPECT_TRUE(has(r, "value=\"call me\""));
  EXPECT_TRUE(has(r, "value=\"9 Uhr\""));
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1);
}

// What stands behind "#" in the summary of problems.
std::vector<std::string> problem_links(const http::Response& r) {
  std::vector<std::string> found;
  const auto from = r.body.find("lo-errors"), end = r.body.find("</ul>", from);
  constexpr std::string_view kLink = "href=\"#";
  for (auto at = r.body.find(kLink, from); at < end; at = r.body.find(kLink, at + 1))
    found.push_back(
        r.body.substr(at + kLink.size(), r.body.find('"', at + kLink.size()) - at - kLink.size()));
  return found;
}

TEST_P(StaffPagesTest, every_problem_leads_to_a_field_or_stands_without_a_link) {
  const auto jule = sign_in(one_, "directory_editor");
  auto e = find_kept(desk(one_), service_);
  e.service.phones.push_back(
      {.number = "no number"});  // as an import may bring it; the form has one number only
  Batch b;
  b.source = "test";
  b.services.push_back({e.service, "s"});
  ASSERT_TRUE(put(desk(one_), b, false));
  auto form = untouched(std::to_string(find_kept(desk(one_), service_).version));
  form[1].value = "";
  form[15].value = "acht";
  form.back().value = "2";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 422);
  const auto links = problem_links(r);
  EXPECT_EQ(links, (std::vector<std::string>{"name_de", "age_max", "care_places"}));
  EXPECT_TRUE(has(r, "<li>Bitte geben Sie eine Telefonnummer ein"));
  for (const auto& field : links) {
    const auto at = r.body.find(" id=\"" + field + "\"");
    ASSERT_NE(at, r.body.npos) << field;
    // Nothing that is to be mended lies in a closed part.
    const auto part = r.body.rfind("<details", at);
    EXPECT_EQ(r.body.substr(part, r.body.find('>', part) - part), "<details class=\"kern-accordion\" open")
        << field;
  }
  // The heading goes on saying which entry it is.
  EXPECT_TRUE(has(r, "Elterncafé &lt;b&gt;</h1>"));
}

TEST_P(StaffPagesTest, ages_are_corrected_and_what_was_not_touched_stays) {
  const auto jule = sign_in(one_, "directory_editor");
  auto e = find_kept(desk(one_), service_);
  e.service.minimum_age = 0.5;  // as HSDS may have it
  ASSERT_TRUE(correct(desk(one_), e.service, e.version));
  auto form = untouched("2");
  form[form.size() - 2].value = "0.5";
  form.back().value = "";
  EXPECT_EQ(post(edit_path(), form, jule).status, 303);
  EXPECT_EQ(find_kept(desk(one_), service_).service.minimum_age, 0.5);
  EXPECT_FALSE(find_kept(desk(one_), service_).service.maximum_age);
  form = untouched("3");
  form.back().value = "zehn";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "value=\"zehn\""));
}

TEST_P(StaffPagesTest, whom_an_entry_is_for_is_corrected) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form.push_back({"groups", "women"});
  form.push_back({"groups", "pregnant"});
  EXPECT_EQ(post(edit_path(), form, jule).status, 303);
  EXPECT_EQ(find_kept(desk(one_), service_).service.lotse_audience,
            (std::vector<std::string>{"women", "pregnant"}));
  form = untouched("2");
  form.push_back({"groups", "somebody"});
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 422);
  EXPECT_TRUE(has(r, "href=\"#groups\""));
}

TEST_P(StaffPagesTest, a_stale_form_overwrites_nothing) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Erste";
  EXPECT_EQ(post(edit_path(), form, jule).status, 303);
  form[1].value = "Zweite";
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 409);
  EXPECT_TRUE(has(r, "Zweite"));
  EXPECT_EQ(find_kept(desk(one_), service_).service.name, "Erste");
}

TEST_P(StaffPagesTest, choosing_a_language_keeps_what_was_typed) {
  const auto jule = sign_in(one_, "directory_editor");
  auto form = untouched();
  form[1].value = "Noch nicht fertig";
  form.push_back({"_language", "en"});
  form.push_back({"_action", "language"});
  const auto r = post(edit_path(), form, jule);
  EXPECT_EQ(r.status, 200);
  EXPECT_TRUE(has(r, "<html lang=\"en\""));
  EXPECT_TRUE(has(r, "Noch nicht fertig"));
  EXPECT_EQ(find_kept(desk(one_), service_).version, 1);
}

}  // namespace
}  // namespace lotse::directory
