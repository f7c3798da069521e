// SPDX-License-Identifier: EUPL-1.2
#include "match_data.h"

#include <fstream>
#include <stdexcept>

#include "app.h"
#include "directory/directory.h"
#include "directory/offer.h"
#include "directory/search.h"
#include "topic/topic.h"

namespace lotse::bench {
namespace {

constexpr sql::Statement kOffers{"bench.offers", "SELECT id, facts, words FROM offer ORDER BY id"};

/** A store that is only read. */
class Reader {
 public:
  explicit Reader(const std::string& folder)
      : clock_(system_clock()),
        store_(open_store({.data = folder}, *clock_)),
        desk_(*store_, {}, access::kDirectoryPurpose, *clock_),
        topics_(topic::load(desk_)) {}

  match::Topics tree() const {
    match::Topics tree;
    for (const auto& each : topics_.topics()) {
      const auto number = static_cast<std::size_t>(each.number);
      if (tree.parents.size() <= number) tree.parents.resize(number + 1, match::kNoTopic);
      if (const auto* parent = each.parent ? topics_.find(*each.parent) : nullptr)
        tree.parents[number] = static_cast<match::TopicNo>(parent->number);
    }
    return tree;
  }

  std::vector<match::Offer> offers() const {
    const Day today = clock_->today();
    return desk_.public_read().read([&](access::View& view) {
      std::vector<match::Offer> found;
      view.each(kOffers, {}, [&](const sql::Row& row) {
        auto offer = directory::offer_from(row.text(0), row.text(1), row.text(2), topics_, today);
        if (!offer) throw std::runtime_error("an offer of the store cannot be read");
        found.push_back(std::move(*offer));
      });
      return found;
    });
  }

  match::Question question(const std::string& path) {
    const auto mark = path.find('?');
    const auto query = http::decode_form(mark == path.npos ? "" : path.substr(mark + 1));
    Problems problems;
    if (!query) throw std::runtime_error("not a question: " + path);
    if (!finder_) finder_ = std::make_unique<directory::Finder>(*store_, clock_);
    const auto found =
        directory::find(desk_, *finder_, directory::read_search(*query, problems), std::nullopt, "de");
    if (!problems.empty() || !found.problems.empty())
      throw std::runtime_error("the product does not understand this question: " + path);
    return found.question;
  }

 private:
  std::shared_ptr<const Clock> clock_;
  std::unique_ptr<access::Store> store_;
  access::Desk desk_;
  topic::Catalogue topics_;
  std::unique_ptr<directory::Finder> finder_;
};

}  // namespace

MatchData read_match_data(const std::string& folder, const std::string& paths, std::size_t questions) {
  Reader reader(folder);
  MatchData data;
  data.topics = reader.tree();
  data.offers = reader.offers();
  std::ifstream file(paths);
  for (std::string path; data.questions.size() < questions && std::getline(file, path);) {
    auto question = reader.question(path);
    if (question.topics.empty() && question.words.empty())
      ++data.without_words;
    else
      data.questions.push_back(std::move(question));
  }
  if (data.questions.size() < questions) throw std::runtime_error("too few questions in " + paths);
  return data;
}

match::Question read_question(const std::string& folder, const std::string& path) {
  return Reader(folder).question(path);
}

}  // namespace lotse::bench
