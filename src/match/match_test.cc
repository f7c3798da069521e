// SPDX-License-Identifier: EUPL-1.2
#include "match/match.h"

#include <gtest/gtest.h>

#include "base/check.h"
#include "match/part.h"
#include "match/random_test_support.h"

namespace lotse::match::testing {
namespace {

Offer offer(unsigned number) {
  Offer offer;
  offer.id = uuid(number);
  offer.place = Point{51.5, 7.0};
  offer.topics = {1};
  return offer;
}

std::shared_ptr<const Snapshot> snapshot_of(const std::vector<Offer>& offers, Topics topics = {}) {
  Builder builder(std::move(topics));
  for (const Offer& one : offers) builder.add(one);
  return builder.build();
}

Answer ask(const std::shared_ptr<const Snapshot>& snapshot, const Question& question) {
  Scratch scratch;
  return find(*snapshot, question, scratch);
}

/** The one reason that the one offer is found with. */
Reason reason(const Offer& one, const Question& question) {
  const Answer answer = ask(snapshot_of({one}), question);
  EXPECT_EQ(answer.hits.size(), 1u);
  return answer.hits.empty() || answer.hits[0].reasons.size() != 1 ? Reason{} : answer.hits[0].reasons[0];
}
Verdict verdict(const Offer& one, const Question& question) { return reason(one, question).verdict; }

TEST(Match, ids_keep_their_text_and_order) {
  for (unsigned i = 0; i < 100; ++i) EXPECT_EQ(to_text(*to_uuid(uuid(i))), uuid(i));
  EXPECT_EQ(*to_uuid(uuid(3)) < *to_uuid(uuid(4)), uuid(3) < uuid(4));
  EXPECT_FALSE(to_uuid("none"));
  EXPECT_FALSE(to_uuid(""));
  Builder builder;
  EXPECT_THROW(builder.add(Offer{}), Bug);
}

TEST(Match, an_empty_snapshot_finds_nothing) {
  const auto snapshot = snapshot_of({});
  EXPECT_EQ(ask(snapshot, {}), Answer{});
  EXPECT_EQ(ask(snapshot, {.topics = {1}, .words = {{{"kurs"}}}, .here = Point{51, 7}}), Answer{});
  EXPECT_EQ(snapshot->with({}, {})->size(), 0u);
  EXPECT_EQ(snapshot->compacted()->size(), 0u);
  const std::vector<Offer> first{offer(1)};
  EXPECT_EQ(ask(snapshot->with(first, {}), {}).hits.size(), 1u);
}

TEST(Match, an_empty_question_lists_all_by_id) {
  std::vector<std::string> ids{uuid(1), uuid(2), uuid(3)};
  std::sort(ids.begin(), ids.end());
  Offer nowhere = offer(2);
  nowhere.place.reset();
  const Answer answer = ask(snapshot_of({offer(1), nowhere, offer(3)}), {});
  ASSERT_EQ(answer.hits.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(answer.hits[i].id, ids[i]);
  EXPECT_EQ(answer.fitting, 3u);
  EXPECT_FALSE(answer.hits[0].distance_m);
}

TEST(Match, a_place_leaves_out_what_is_far_or_nowhere_and_puts_what_is_everywhere_last) {
  Offer far = offer(2), nowhere = offer(3), telephone = offer(4), far_telephone = offer(5);
  far.place = far_telephone.place = Point{52.5, 7.0};
  nowhere.place.reset();
  telephone.place.reset();
  telephone.everywhere = far_telephone.everywhere = true;
  Offer near = offer(1);
  near.place = Point{51.5, 7.01};
  near.approximate = true;
  const auto snapshot = snapshot_of({far, nowhere, telephone, far_telephone, near});
  const Answer answer = ask(snapshot, {.here = Point{51.5, 7.0}});
  ASSERT_EQ(answer.hits.size(), 3u);
  EXPECT_EQ(answer.hits[0].id, near.id);
  EXPECT_EQ(answer.hits[0].distance_m, 692);
  EXPECT_TRUE(answer.hits[0].approximate);
  EXPECT_FALSE(answer.hits[1].distance_m);
  EXPECT_FALSE(answer.hits[2].distance_m);
  EXPECT_EQ(ask(snapshot, {.here = Point{51.5, 7.0}, .radius_m = 0}).hits.size(), 2u);
  EXPECT_EQ(ask(snapshot, {.here = Point{51.5, 7.01}, .radius_m = 0}).hits[0].distance_m, 0);
  EXPECT_EQ(ask(snapshot, {.here = Point{51.5, 7.01}, .radius_m = -1}).hits.size(), 3u);
  EXPECT_EQ(ask(snapshot, {.here = Point{0, 0}}).hits.size(), 5u) << "no place, as an empty table gives it";
}

TEST(Match, parents_find_their_children_behind_their_own) {
  Offer child = offer(1), own = offer(2), other = offer(3);
  child.topics = {3};
  own.topics = {1, 3};
  other.topics = {2};
  own.place = Point{51.6, 7.0};  // farther, but exact
  const auto snapshot = snapshot_of({child, own, other}, {.parents = {kNoTopic, 0, 0, 1}});
  const Answer answer = ask(snapshot, {.topics = {1}, .here = Point{51.5, 7.0}});
  ASSERT_EQ(answer.hits.size(), 2u);
  EXPECT_EQ(answer.hits[0].id, own.id);
  EXPECT_EQ(answer.hits[1].id, child.id);
  EXPECT_EQ(answer.hits[1].tier, 1);
  EXPECT_EQ(ask(snapshot, {.topics = {0}}).hits.size(), 3u);
  EXPECT_EQ(ask(snapshot, {.topics = {2, 3}}).hits.size(), 3u);
  EXPECT_TRUE(ask(snapshot, {.topics = {77}}).hits.empty());
  EXPECT_TRUE(ask(snapshot, {.topics = {kNoTopic}}).hits.empty());
}

TEST(Match, all_typed_words_must_be_found_each_in_one_of_its_forms) {
  Offer one = offer(1);
  one.words = {{"schwimmkurs", 0}, {"eltern", 2}, {"eltern", 1}, {"kurs", 2}, {"über", 0}};
  const auto snapshot = snapshot_of({one});
  const auto tier = [&](std::vector<TypedWord> words) {
    const Answer answer = ask(snapshot, {.words = std::move(words)});
    return answer.hits.empty() ? -1 : answer.hits[0].tier;
  };
  EXPECT_EQ(tier({{{"schwimmkurs"}}}), 0);
  EXPECT_EQ(tier({{{"schw"}}}), 0);
  EXPECT_EQ(tier({{{"sch"}}}), -1) << "too short to begin a word";
  EXPECT_EQ(tier({{{"s"}}}), -1);
  EXPECT_EQ(tier({{{"schwimmkurse"}}}), -1);
  EXPECT_EQ(tier({{{"eltern"}}}), 1) << "the better of its two places";
  EXPECT_EQ(tier({{{"schwimm"}}, {{"eltern"}}}), 1);
  EXPECT_EQ(tier({{{"schwimm"}}, {{"kurs"}}, {{"eltern"}}}), 2);
  EXPECT_EQ(tier({{{"nichts", "kurs", "schwimm"}}}), 0) << "the best of the forms";
  EXPECT_EQ(tier({{{"nichts"}}, {{"kurs"}}}), -1);
  EXPECT_EQ(tier({{{"über"}}}), 0);
  EXPECT_EQ(tier({{{"übe"}}}), -1) << "three code points in four bytes";
  EXPECT_EQ(tier({{{""}}}), -1);
  EXPECT_EQ(tier({{}}), -1);
}

TEST(Match, languages) {
  Offer one = offer(1);
  const Question question{.language = "ukr"};
  EXPECT_EQ(verdict(one, question), Verdict::unknown);
  one.languages = {"deu"};
  EXPECT_EQ(verdict(one, question), Verdict::misses);
  one.interpreter_on_request = true;
  EXPECT_EQ(reason(one, question),
            (Reason{.wish = Wish::language, .verdict = Verdict::fits_other, .on_request = true}));
  one.interpreters = {"ara", "ukr"};
  EXPECT_EQ(reason(one, question), (Reason{.wish = Wish::language, .verdict = Verdict::fits_other}));
  one.languages = {"deu", "ukr"};
  EXPECT_EQ(verdict(one, question), Verdict::fits);
}

TEST(Match, a_language_that_is_perhaps_spoken_is_to_be_asked_for) {
  Offer one = offer(1);
  one.languages = {"deu"};
  one.perhaps = {"kmr", "ckb"};
  EXPECT_EQ(verdict(one, {.language = "kmr"}), Verdict::unknown);
  EXPECT_EQ(verdict(one, {.language = "ukr"}), Verdict::misses);
  one.languages = {};
  EXPECT_EQ(verdict(one, {.language = "ukr"}), Verdict::misses);
  one.interpreter_on_request = true;
  EXPECT_EQ(verdict(one, {.language = "kmr"}), Verdict::fits_other);
  one.languages = {"kmr"};
  EXPECT_EQ(verdict(one, {.language = "kmr"}), Verdict::fits);
}

TEST(Match, opening_hours_must_overlap_half_an_hour) {
  Offer one = offer(1);
  const auto on = [&](std::uint8_t days, int from, int to) {
    return reason(one, {.when = When{days, from, to}});
  };
  EXPECT_EQ(on(1, 0, 1440).verdict, Verdict::unknown);
  one.hours_known = true;
  EXPECT_EQ(on(1, 0, 1440).verdict, Verdict::misses);
  one.openings = {{3, 840, 1080}, {1, 540, 720}, {2, 540, 720}};
  EXPECT_EQ(on(1, 690, 900).opening, (Opening{1, 540, 720}));
  EXPECT_EQ(on(1, 691, 900).verdict, Verdict::misses);
  EXPECT_EQ(on(1, 500, 570).verdict, Verdict::fits);
  EXPECT_EQ(on(1, 500, 569).verdict, Verdict::misses);
  EXPECT_EQ(on(8, 0, 1440).verdict, Verdict::misses) << "Thursday";
  EXPECT_EQ(on(0, 900, 1440).opening, (Opening{3, 840, 1080})) << "any day";
  EXPECT_EQ(on(2 + 4, 0, 1440).opening, (Opening{2, 540, 720})) << "the first of the week";
  EXPECT_EQ(on(1, 600, 600).verdict, Verdict::misses);
  EXPECT_EQ(on(1, 720, 540).verdict, Verdict::misses);
  one.by_appointment = true;
  EXPECT_EQ(on(1, 1200, 1440).verdict, Verdict::fits_other);
  EXPECT_FALSE(on(1, 1200, 1440).opening);
}

TEST(Match, midnight_ends_a_day_and_hours_across_it_are_ignored) {
  Offer one = offer(1);
  one.openings = {{5, 1320, 1440}};
  EXPECT_EQ(verdict(one, {.when = When{16, 1411, 1440}}), Verdict::unknown) << "there may be other hours";
  one.hours_known = true;
  EXPECT_EQ(verdict(one, {.when = When{16, 1410, 1440}}), Verdict::fits);
  EXPECT_EQ(verdict(one, {.when = When{16, 1410, 9999}}), Verdict::fits);
  EXPECT_EQ(verdict(one, {.when = When{16, 1411, 1440}}), Verdict::misses);
  one.openings = {{5, 1320, 120}, {0, 0, 1440}, {8, 0, 1440}, {1, -1, 600}, {1, 0, 1441}};
  EXPECT_EQ(verdict(one, {.when = When{}}), Verdict::misses) << "none is left";
  one.openings = {{5, 1320, 1440}, {6, 0, 120}};
  EXPECT_EQ(verdict(one, {.when = When{32, 0, 60}}), Verdict::fits);
}

TEST(Match, child_care_takes_all_children_between_its_edges) {
  Offer one = offer(1);
  const auto care = [&](std::vector<int> months) {
    return verdict(one, {.child_ages_months = std::move(months)});
  };
  EXPECT_EQ(care({12}), Verdict::unknown);
  one.care = Care::none;
  EXPECT_EQ(care({12}), Verdict::misses);
  one.care = Care::on_site;
  EXPECT_EQ(care({12, 190}), Verdict::fits);
  one.care_min_months = 6;
  one.care_max_months = 36;
  EXPECT_EQ(care({6, 36}), Verdict::fits);
  EXPECT_EQ(care({5}), Verdict::misses);
  EXPECT_EQ(care({6, 37}), Verdict::misses);
  one.care_places = 1;
  EXPECT_EQ(care({6}), Verdict::fits);
  EXPECT_EQ(care({6, 36}), Verdict::misses);
  EXPECT_EQ(reason(one, {.child_ages_months = {6}}),
            (Reason{.wish = Wish::child_care, .verdict = Verdict::fits, .min = 6, .max = 36, .places = 1}));
}

TEST(Match, age_audience_cost_and_places) {
  Offer one = offer(1);
  EXPECT_EQ(verdict(one, {.age = 30}), Verdict::unknown);
  one.min_age = 18;
  EXPECT_EQ(verdict(one, {.age = 18}), Verdict::fits);
  EXPECT_EQ(verdict(one, {.age = 17}), Verdict::misses);
  one.max_age = 27;
  EXPECT_EQ(reason(one, {.age = 27}),
            (Reason{.wish = Wish::age, .verdict = Verdict::fits, .min = 18, .max = 27}));
  EXPECT_EQ(verdict(one, {.age = 28}), Verdict::misses);

  EXPECT_EQ(verdict(one, {.audience_is = 1}), Verdict::fits) << "for everybody";
  one.audience = 2 + 4;
  EXPECT_EQ(verdict(one, {.audience_is = 1 + 4}), Verdict::fits);
  EXPECT_EQ(verdict(one, {.audience_is = 1, .audience_is_not = 2}), Verdict::unknown);
  EXPECT_EQ(verdict(one, {.audience_is = 1, .audience_is_not = 2 + 4}), Verdict::misses);

  EXPECT_EQ(verdict(one, {.only_free = true}), Verdict::unknown);
  one.cost = Cost::paid;
  EXPECT_EQ(verdict(one, {.only_free = true}), Verdict::misses);
  one.cost = Cost::free;
  EXPECT_EQ(verdict(one, {.only_free = true}), Verdict::fits);

  EXPECT_EQ(verdict(one, {.places = 1}), Verdict::unknown);
  one.free_places = 1;
  EXPECT_EQ(verdict(one, {.places = 1}), Verdict::fits);
  EXPECT_EQ(verdict(one, {.places = 2}), Verdict::misses);
}

TEST(Match, misses_weigh_more_than_unknowns_and_two_misses_leave_out) {
  Offer fits = offer(1), unsure = offer(2), nearly = offer(3), out = offer(4);
  fits.languages = unsure.languages = {"ukr"};
  nearly.languages = out.languages = {"deu"};
  fits.cost = nearly.cost = Cost::free;
  out.cost = Cost::paid;
  unsure.place = Point{51.5, 7.0};
  fits.place = nearly.place = out.place = Point{51.6, 7.0};
  const Answer answer = ask(snapshot_of({out, nearly, unsure, fits}),
                            {.here = Point{51.5, 7.0}, .language = "ukr", .only_free = true});
  ASSERT_EQ(answer.hits.size(), 3u);
  EXPECT_EQ(answer.hits[0].id, fits.id);
  EXPECT_EQ(answer.hits[1].id, unsure.id);
  EXPECT_EQ(answer.hits[2].id, nearly.id);
  EXPECT_EQ(answer.fitting, 1u);
  EXPECT_EQ(answer.unsure, 1u);
  EXPECT_EQ(answer.nearly, 1u);
}

TEST(Match, pages_follow_each_other_and_end) {
  std::vector<Offer> offers;
  for (unsigned i = 0; i < 50; ++i) offers.push_back(offer(i));
  const auto snapshot = snapshot_of(offers);
  const Answer all = ask(snapshot, {.limit = 1000});
  ASSERT_EQ(all.hits.size(), 50u);
  const Answer second = ask(snapshot, {.offset = 20});
  ASSERT_EQ(second.hits.size(), 20u);
  EXPECT_EQ(second.hits[0], all.hits[20]);
  EXPECT_EQ(ask(snapshot, {.offset = 40}).hits.size(), 10u);
  EXPECT_TRUE(ask(snapshot, {.offset = 50}).hits.empty());
  EXPECT_TRUE(ask(snapshot, {.offset = UINT32_MAX, .limit = UINT32_MAX}).hits.empty());
  EXPECT_EQ(ask(snapshot, {.limit = 0}).fitting, 50u);
}

TEST(Match, changes_leave_the_old_snapshot_alone) {
  const auto old = snapshot_of({offer(1), offer(2)});
  Offer moved = offer(1), moved_again = offer(1), added = offer(3);
  moved.topics = {2};
  moved_again.topics = {3};
  const std::vector<Offer> changed{moved, added, moved_again};
  const std::vector<std::string> removed{uuid(2), uuid(99), "no id"};
  const auto next = old->with(changed, removed);
  EXPECT_EQ(ask(old, {.topics = {1}}).hits.size(), 2u);
  EXPECT_EQ(next->size(), 2u);
  EXPECT_TRUE(ask(next, {.topics = {2}}).hits.empty()) << "the later of two counts";
  EXPECT_EQ(ask(next, {.topics = {3}}).hits.size(), 1u);
  EXPECT_EQ(ask(next, {.topics = {1}}).hits.size(), 1u);
}

TEST(Match, an_offer_can_be_replaced_removed_and_come_back) {
  auto snapshot = snapshot_of({offer(1)});
  Offer again = offer(1);
  for (TopicNo topic = 10; topic < 13; ++topic) {
    again.topics = {topic};
    snapshot = snapshot->with(std::vector<Offer>{again}, {});
    EXPECT_EQ(snapshot->size(), 1u);
    EXPECT_EQ(ask(snapshot, {.topics = {topic}}).hits.size(), 1u);
    EXPECT_TRUE(ask(snapshot, {.topics = {static_cast<TopicNo>(topic - 1)}}).hits.empty());
  }
  snapshot = snapshot->with({}, std::vector<std::string>{uuid(1)});
  EXPECT_EQ(snapshot->size(), 0u);
  EXPECT_TRUE(ask(snapshot, {}).hits.empty());
  snapshot = snapshot->with(std::vector<Offer>{again}, std::vector<std::string>{uuid(1)});
  EXPECT_EQ(ask(snapshot, {}).hits.size(), 1u) << "removed first, then added";
  EXPECT_EQ(snapshot->compacted()->size(), 1u);
}

TEST(Match, many_small_changes_stay_few_pieces) {
  auto snapshot = snapshot_of({});
  for (unsigned i = 0; i < 300; ++i) snapshot = snapshot->with(std::vector<Offer>{offer(i)}, {});
  EXPECT_EQ(snapshot->size(), 300u);
  EXPECT_LE(snapshot->pieces().size(), 10u);
  EXPECT_EQ(ask(snapshot, {.topics = {1}}).fitting, 300u);
}

}  // namespace
}  // namespace lotse::match::testing
