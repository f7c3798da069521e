// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "match/match.h"

namespace lotse::bench {

/** What a bench of match/ runs on: the offers of a filled store and questions to them, as the server has
 * them. */
struct MatchData {
  match::Topics topics;
  std::vector<match::Offer> offers;
  std::vector<match::Question> questions;
  std::size_t without_words = 0;  // questions left out since none of their words is looked for
};

/**
 * Reads all offers of the SQLite store in a folder (see page_fill.cc), and the first `questions` paths of a
 * file with a path of the page of results in each line (see questions.py). Both go the product's own way:
 * rows by `directory::offer_from`, paths by `directory::find`, so that words, stems, topics and languages are
 * what a server looks for. Throws if the file has too few.
 */
MatchData read_match_data(const std::string& folder, const std::string& paths, std::size_t questions);

/** The question of one such path. */
match::Question read_question(const std::string& folder, const std::string& path);

}  // namespace lotse::bench
