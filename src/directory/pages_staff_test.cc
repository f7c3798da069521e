// SPDX-License-Identifier: EUPL-1.2
// The pages on which staff correct what their unit keeps.
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
  auto after = to_json(find_kept(desk(one_), service_).service);
  // The German original gets its own place among the texts; nothing else may differ.
  after["lotse_texts"].erase("de");
  after["schedules"][0].erase("freq");
  EXPECT_EQ(after, before);
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
