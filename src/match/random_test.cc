// SPDX-License-Identifier: EUPL-1.2
// find() against a plain loop, on random offers, questions and changes (fixed seeds).
#include <gtest/gtest.h>

#include "match/part.h"
#include "match/random_test_support.h"
#include "match/reference_test_support.h"

namespace lotse::match::testing {
namespace {

std::shared_ptr<const Snapshot> build(const Topics& topics, const Offers& offers) {
  Builder builder(topics);
  for (const auto& [id, offer] : offers) builder.add(offer);
  return builder.build();
}

/** Fails with the number of the question if one is answered otherwise than by the reference. Returns the hits
 * seen. */
std::size_t compare(const Snapshot& snapshot, const Topics& topics, const Offers& offers, Random& random,
                    int questions) {
  Scratch scratch;
  std::size_t hits = 0;
  for (int i = 0; i < questions; ++i) {
    const Question question = random.question();
    const Answer expected = reference_find(topics, offers, question);
    const Answer answer = find(snapshot, question, scratch);
    hits += answer.hits.size();
    EXPECT_EQ(answer.fitting, expected.fitting) << i;
    EXPECT_EQ(answer.unsure, expected.unsure) << i;
    EXPECT_EQ(answer.nearly, expected.nearly) << i;
    EXPECT_EQ(answer.hits.size(), expected.hits.size()) << i;
    for (std::size_t j = 0; j < std::min(answer.hits.size(), expected.hits.size()); ++j) {
      EXPECT_TRUE(answer.hits[j] == expected.hits[j]) << "question " << i << ", hit " << j;
    }
    if (::testing::Test::HasFailure()) break;
  }
  return hits;
}

Offers some_offers(Random& random, int count) {
  Offers offers;
  for (int i = 0; i < count; ++i) {
    Offer offer = random.offer(static_cast<unsigned>(i));
    offers[offer.id] = offer;
  }
  return offers;
}

TEST(MatchRandom, equals_the_reference) {
  Random random(1);
  const Topics topics = small_topics();
  const Offers offers = some_offers(random, 5000);
  const auto snapshot = build(topics, offers);
  EXPECT_EQ(snapshot->size(), offers.size());
  EXPECT_GT(compare(*snapshot, topics, offers, random, 2000), 10'000u);
}

TEST(MatchRandom, equals_the_reference_with_lists_of_several_chunks_and_of_bits) {
  Random random(6);
  const Topics topics = small_topics();
  const Offers offers = some_offers(random, static_cast<int>(kChunk) + 1500);
  const auto snapshot = build(topics, offers);
  const Part& part = *snapshot->pieces()[0].part;
  EXPECT_FALSE(part.word_lists.bits.empty());
  EXPECT_FALSE(part.topic_lists.bits.empty());
  compare(*snapshot, topics, offers, random, 150);
  const auto compacted = snapshot->compacted();
  EXPECT_EQ(compacted->bytes(), snapshot->bytes());
  compare(*compacted, topics, offers, random, 50);
}

TEST(MatchRandom, equals_the_reference_after_changes_and_compaction) {
  Random random(2);
  const Topics topics = small_topics();
  Offers offers = some_offers(random, 2000);
  auto snapshot = build(topics, offers);
  for (int round = 0; round < 60; ++round) {
    std::vector<Offer> changed;
    std::vector<std::string> removed;
    for (int i = random.within(0, 12); i > 0; --i)
      removed.push_back(uuid(static_cast<unsigned>(random.within(0, 2300))));
    for (const std::string& id : removed) offers.erase(id);
    for (int i = random.within(0, 30); i > 0; --i) {
      changed.push_back(random.offer(static_cast<unsigned>(random.within(0, 2300))));
      offers[changed.back().id] = changed.back();
    }
    snapshot = snapshot->with(changed, removed);
    ASSERT_EQ(snapshot->size(), offers.size());
    compare(*snapshot, topics, offers, random, 15);
    ASSERT_FALSE(HasFailure()) << "round " << round;
    if (round == 40) snapshot = snapshot->compacted();
  }
  EXPECT_LT(snapshot->pieces().size(), 12u);
  compare(*snapshot, topics, offers, random, 500);
  EXPECT_GT(snapshot->overlay(), 0u);
  const auto compacted = snapshot->compacted();
  EXPECT_EQ(compacted->overlay(), 0u);
  EXPECT_EQ(compacted->size(), offers.size());
  compare(*compacted, topics, offers, random, 500);
}

TEST(MatchRandom, another_tree_of_topics_can_be_put_under_the_offers) {
  Random random(3);
  const Offers offers = some_offers(random, 500);
  Topics other;
  for (int i = 0; i < 26; ++i) other.parents.push_back(i == 0 ? kNoTopic : static_cast<TopicNo>((i - 1) / 2));
  const auto snapshot = build(small_topics(), offers)->compacted(other);
  compare(*snapshot, other, offers, random, 300);
}

TEST(MatchRandom, does_not_depend_on_the_order_of_adding) {
  Random random(4);
  const Offers offers = some_offers(random, 300);
  Builder backwards(small_topics());
  for (auto at = offers.rbegin(); at != offers.rend(); ++at) backwards.add(at->second);
  const auto a = build(small_topics(), offers), b = backwards.build();
  Scratch scratch;
  for (int i = 0; i < 200; ++i) {
    const Question question = random.question();
    EXPECT_EQ(find(*a, question, scratch), find(*b, question, scratch)) << i;
  }
}

TEST(MatchRandom, any_values_are_answered_as_by_the_reference) {
  Random random(5);
  const Topics topics = small_topics();
  Offers offers;
  std::vector<Offer> changed;
  for (unsigned i = 0; i < 400; ++i) {
    const Offer offer = random.wild_offer(i);
    offers[offer.id] = offer;
    if (i % 3 == 0) changed.push_back(offer);
  }
  const auto snapshot = build(topics, offers)->with(changed, {});
  Scratch scratch;
  for (int i = 0; i < 4000; ++i) {
    const Question question = random.wild_question();
    ASSERT_EQ(find(*snapshot, question, scratch), reference_find(topics, offers, question)) << i;
  }
}

}  // namespace
}  // namespace lotse::match::testing
