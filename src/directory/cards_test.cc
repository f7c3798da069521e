// SPDX-License-Identifier: EUPL-1.2
#include "directory/cards.h"

#include <gtest/gtest.h>

#include <thread>

namespace lotse::directory {
namespace {

constexpr Day kToday{2026, 12, 8};

std::shared_ptr<const CardText> card(const std::string& title) {
  return std::make_shared<const CardText>(CardText{.title = title});
}

std::string title(CardShelf& shelf, std::string_view offer, std::string_view language = "de",
                  Day day = kToday) {
  const auto found = shelf.find({offer}, language, day);
  return found.at(0) ? found[0]->title : "";
}

TEST(CardShelf, gives_what_was_kept_in_its_language_and_on_its_day) {
  CardShelf shelf;
  EXPECT_EQ(title(shelf, "a"), "");
  shelf.keep(shelf.turn(), "a", "de", kToday, card("Elterncafé"));
  shelf.keep(shelf.turn(), "a", "uk", kToday, card("Кафе"));
  EXPECT_EQ(title(shelf, "a"), "Elterncafé");
  EXPECT_EQ(title(shelf, "a", "uk"), "Кафе");
  EXPECT_EQ(title(shelf, "a", "ar"), "");
  EXPECT_EQ(title(shelf, "a", "de", kToday.plus(1)), "") << "its hours are those of another week";
  shelf.keep(shelf.turn(), "a", "de", kToday.plus(1), card("morgen"));
  EXPECT_EQ(title(shelf, "a", "de", kToday.plus(1)), "morgen");
  const auto several = shelf.find({"b", "a"}, "uk", kToday);
  ASSERT_EQ(several.size(), 2u);
  EXPECT_FALSE(several[0]);
  EXPECT_TRUE(several[1]);
}

TEST(CardShelf, what_changed_is_forgotten_in_all_languages) {
  CardShelf shelf;
  for (const char* offer : {"a", "b"})
    for (const char* language : {"de", "uk"}) shelf.keep(shelf.turn(), offer, language, kToday, card("alt"));
  shelf.forget("a");
  EXPECT_EQ(title(shelf, "a"), "");
  EXPECT_EQ(title(shelf, "a", "uk"), "");
  EXPECT_EQ(title(shelf, "b"), "alt");
  shelf.forget_all();
  EXPECT_EQ(title(shelf, "b"), "");
}

TEST(CardShelf, what_was_read_before_a_change_is_not_kept_after_it) {
  CardShelf shelf;
  const auto before = shelf.turn();
  shelf.forget("a");
  shelf.keep(before, "a", "de", kToday, card("alt"));
  EXPECT_EQ(title(shelf, "a"), "");
  shelf.keep(shelf.turn(), "a", "de", kToday, card("neu"));
  EXPECT_EQ(title(shelf, "a"), "neu");
}

TEST(CardShelf, holds_only_so_many_and_those_that_are_asked_for) {
  CardShelf shelf(10);
  shelf.keep(shelf.turn(), "asked", "de", kToday, card("hier"));
  for (int i = 0; i < 100; ++i) {
    shelf.keep(shelf.turn(), std::to_string(i), "de", kToday, card("x"));
    EXPECT_EQ(title(shelf, "asked"), "hier") << i;
  }
  int left = 0;
  for (int i = 0; i < 100; ++i) left += title(shelf, std::to_string(i)).empty() ? 0 : 1;
  EXPECT_LE(left, 20);
  EXPECT_GE(left, 5);
  EXPECT_EQ(title(shelf, "99"), "x");
}

TEST(CardShelf, is_asked_kept_and_forgotten_by_many_at_once) {
  CardShelf shelf(8);
  std::vector<std::thread> all;
  for (int thread = 0; thread < 4; ++thread)
    all.emplace_back([&shelf, thread] {
      for (int i = 0; i < 2'000; ++i) {
        const std::string offer = std::to_string(i % 17);
        if (thread == 0 && i % 5 == 0) shelf.forget(offer);
        if (title(shelf, offer).empty()) shelf.keep(shelf.turn(), offer, "de", kToday, card(offer));
        const auto found = title(shelf, offer);
        EXPECT_TRUE(found.empty() || found == offer);
      }
    });
  for (auto& each : all) each.join();
}

}  // namespace
}  // namespace lotse::directory
