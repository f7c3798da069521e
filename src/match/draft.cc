// SPDX-License-Identifier: EUPL-1.2
#include "match/draft.h"

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "match/metric.h"

namespace lotse::match {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

/** A bound that the asked value is compared with: `value` within 0 and `most`, `otherwise` if there is none.
 */
template <class Number>
Number bound(const std::optional<int>& value, int most, Number otherwise) {
  return value ? static_cast<Number>(std::clamp(*value, 0, most)) : otherwise;
}

std::uint16_t flags_of(const Offer& offer, bool has_point) {
  unsigned flags = 0;
  const auto set = [&](bool condition, Flag flag) {
    if (condition) flags |= flag;
  };
  set(has_point, kHasPoint);
  set(offer.approximate, kApproximate);
  set(offer.everywhere, kEverywhere);
  set(offer.min_age.has_value(), kHasMinAge);
  set(offer.max_age.has_value(), kHasMaxAge);
  set(offer.care_min_months.has_value(), kHasCareMin);
  set(offer.care_max_months.has_value(), kHasCareMax);
  // What is no value of the enums counts as unknown.
  const auto care = static_cast<unsigned>(offer.care), cost = static_cast<unsigned>(offer.cost);
  flags |= (care <= 2 ? care : 0u) << kCareShift | (cost <= 2 ? cost : 0u) << kCostShift;
  return static_cast<std::uint16_t>(flags);
}

}  // namespace

void Draft::add(const Offer& offer) {
  const auto id = to_uuid(offer.id);
  CHECK(id.has_value());
  CHECK(records_.size() < (1u << 30) - 1);  // what fits into a Posting
  Record record;
  const bool has_point = offer.place && is_valid(*offer.place);
  if (has_point) {
    record.lat = micro_degrees(offer.place->lat);
    record.lon = micro_degrees(offer.place->lon);
  }
  record.languages = language_set(offer);
  record.schedule = schedule(offer);
  record.free_places = bound(offer.free_places, kMostPlaces, kNoNumber);
  record.care_places = bound(offer.care_places, kMostPlaces, kNoNumber);
  record.min_age = bound<std::uint8_t>(offer.min_age, kMostYears, 0);
  record.max_age = bound<std::uint8_t>(offer.max_age, kMostYears, 255);
  record.care_min = bound<std::uint8_t>(offer.care_min_months, kMostMonths, 0);
  record.care_max = bound<std::uint8_t>(offer.care_max_months, kMostMonths, 255);
  record.audience = offer.audience;
  record.flags = flags_of(offer, has_point);
  records_.push_back(record);
  ids_.push_back(*id);
  add_words(offer);
  topics_.insert(topics_.end(), offer.topics.begin(), offer.topics.end());
  topic_start_.push_back(topics_.size());
}

void Draft::add_words(const Offer& offer) {
  offer.words.each([&](const Words::Word& word) {
    const std::uint32_t number = vocabulary_.number(word.key);
    CHECK(number < 1u << 30);
    if (number == seen_.size()) seen_.emplace_back();
    Seen& seen = seen_[number];
    if (seen.at > word_start_.back()) return;  // in this offer already: the better tier came first
    words_.push_back(Posting::pack(number, word.tier));
    seen.at = words_.size();
    ++seen.offers;
  });
  word_start_.push_back(words_.size());
}

std::uint32_t Draft::language_set(const Offer& offer) {
  list_.clear();
  for (const std::string& name : offer.languages)
    list_.push_back(Spoken::pack(languages_.number(name), Spoken::kSpoken));
  for (const std::string& name : offer.interpreters)
    list_.push_back(Spoken::pack(languages_.number(name), Spoken::kInterpreted));
  for (const std::string& name : offer.perhaps)
    list_.push_back(Spoken::pack(languages_.number(name), Spoken::kPerhaps));
  if (offer.interpreter_on_request) list_.push_back(Spoken::kOnRequest);
  std::sort(list_.begin(), list_.end());
  list_.erase(std::unique(list_.begin(), list_.end()), list_.end());
  return language_sets_.number(list_);
}

/** The openings of the offer, those at the same time of several days as one. */
std::uint32_t Draft::schedule(const Offer& offer) {
  list_.assign(1, (offer.hours_known ? kHoursKnown : 0u) | (offer.by_appointment ? kByAppointment : 0u));
  for (const Opening& opening : offer.openings) {
    if (opening.weekday < 1 || opening.weekday > 7 || opening.from < 0 || opening.to > 1440) continue;
    if (opening.from >= opening.to) continue;
    if (opening.to - opening.from < kOverlapMinutes) continue;  // nothing overlaps it long enough
    const std::uint32_t packed = Hours::pack(1u << (opening.weekday - 1), opening.from, opening.to);
    const auto same = std::find_if(list_.begin() + 1, list_.end(), [&](std::uint32_t other) {
      return Hours::from(other) == opening.from && Hours::to(other) == opening.to;
    });
    if (same == list_.end())
      list_.push_back(packed);
    else
      *same |= packed;
  }
  std::sort(list_.begin() + 1, list_.end());
  return schedules_.number(list_);
}

void Draft::add(const Piece& piece) {
  const Part& part = *piece.part;
  CHECK(records_.size() + part.size() < (1u << 30) - 1);
  std::vector<std::uint32_t> numbers(part.size(), kNowhere);  // of the part's offers here
  auto next = static_cast<std::uint32_t>(records_.size());
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (!piece.covered || !(*piece.covered)(i)) numbers[i] = next++;
  }
  add_records(piece, numbers);
  add_lists(piece, numbers);
}

void Draft::add_records(const Piece& piece, const std::vector<std::uint32_t>& numbers) {
  const Part& part = *piece.part;
  std::vector<std::uint32_t> sets(part.language_sets.size(), kNowhere);
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (numbers[i] == kNowhere) continue;
    Record record = part.record(i);
    record.schedule = schedules_.number(part.schedules[record.schedule]);
    std::uint32_t& set = sets[record.languages];
    if (set == kNowhere) {
      list_.clear();
      for (const std::uint32_t spoken : part.language_sets[record.languages]) {
        if (spoken == Spoken::kOnRequest) {
          list_.push_back(spoken);
        } else {
          const std::uint32_t language = languages_.number(part.languages[Spoken::language(spoken)]);
          list_.push_back(Spoken::pack(language, Spoken::way(spoken)));
        }
      }
      std::sort(list_.begin(), list_.end());
      set = language_sets_.number(list_);
    }
    record.languages = set;
    records_.push_back(record);
    ids_.push_back(part.ids[i]);
  }
}

void Draft::add_lists(const Piece& piece, const std::vector<std::uint32_t>& numbers) {
  // The part has offers for each word; here are words for each offer. First count, then fill.
  const Part& part = *piece.part;
  const std::size_t first = word_start_.size() - 1, added = records_.size() - first;
  std::vector<std::size_t> word_end(added + 1), topic_end(added + 1);
  const auto count = [&](const Postings& lists, bool own_only, std::vector<std::size_t>& end) {
    for (std::size_t list = 0; list < lists.size(); ++list) {
      lists.each(list, [&](std::uint32_t offer, std::uint32_t tier) {
        const std::uint32_t to = numbers[offer];
        if (to != kNowhere && !(own_only && tier != 0)) ++end[to - first + 1];
      });
    }
  };
  count(part.word_lists, false, word_end);
  count(part.topic_lists, true, topic_end);
  word_end[0] = words_.size();
  topic_end[0] = topics_.size();
  for (std::size_t i = 0; i < added; ++i) {
    word_start_.push_back(word_end[i + 1] += word_end[i]);
    topic_start_.push_back(topic_end[i + 1] += topic_end[i]);
  }
  words_.resize(word_end.back());
  topics_.resize(topic_end.back());
  for (std::uint32_t word = 0; word < part.word_lists.size(); ++word) {
    std::uint32_t number = kNowhere;
    part.word_lists.each(word, [&](std::uint32_t offer, std::uint32_t tier) {
      const std::uint32_t to = numbers[offer];
      if (to == kNowhere) return;
      if (number == kNowhere) number = vocabulary_.number(part.words[word]);
      if (number == seen_.size()) seen_.emplace_back();
      ++seen_[number].offers;
      words_[word_end[to - first]++] = Posting::pack(number, tier);
    });
  }
  for (std::uint32_t topic = 0; topic < part.topics.size(); ++topic) {
    part.topic_lists.each(topic, [&](std::uint32_t offer, std::uint32_t tier) {
      const std::uint32_t to = numbers[offer];
      if (to != kNowhere && tier == 0) topics_[topic_end[to - first]++] = part.topics[topic];
    });
  }
}

}  // namespace lotse::match
