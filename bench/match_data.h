// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <vector>

#include "match/match.h"

namespace lotse::bench {

/** What a bench of match/ runs on: a tree of topics, offers, and questions to them. */
struct MatchData {
  match::Topics topics;
  std::vector<match::Offer> offers;
  std::vector<match::Question> questions;
};

/**
 * Makes invented data that look like a country's offers: towns of very different sizes, some of them close
 * together; 70 topics and 20,000 words, few of them frequent; hours, languages, ages and places as offices
 * give them, with gaps. The questions come from where the offers are; each has a place and a topic or one or
 * two words, and every other filter in a third of them. The same seed gives the same data on every machine.
 */
MatchData make_match_data(std::size_t offers, std::size_t questions, std::uint32_t seed);

/** The question that finds most: the topic above most others, 50 km around the largest town, with every
 * filter. */
match::Question broadest_question(const MatchData& data);

}  // namespace lotse::bench
