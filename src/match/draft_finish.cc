// SPDX-License-Identifier: EUPL-1.2
// The second half of a draft: from offers in the order of their coming to a part.
#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "match/draft.h"

namespace lotse::match {
namespace {

/** Place of a point on the Hilbert curve over squares of 2^-29 of 537 degrees. Points near each other mostly
 * get near places. */
std::uint64_t hilbert(std::int32_t lat, std::int32_t lon) {
  constexpr int kBits = 29;
  constexpr std::uint32_t kLast = (1u << kBits) - 1;
  std::uint32_t x = static_cast<std::uint32_t>(lon + 180'000'000),
                y = static_cast<std::uint32_t>(lat + 180'000'000);
  std::uint64_t place = 0;
  for (int bit = kBits - 1; bit >= 0; --bit) {
    const std::uint32_t right = x >> bit & 1, up = y >> bit & 1;
    place = place << 2 | ((3 * right) ^ up);
    if (up == 0) {
      if (right == 1) {
        x = kLast - x;
        y = kLast - y;
      }
      std::swap(x, y);
    }
  }
  return place;
}

/** Where an offer lies: on the curve, then everywhere, then nowhere. */
std::uint64_t place_of(const Record& record) {
  if (record.flags & kEverywhere) return std::uint64_t{1} << 62;
  if (record.flags & kHasPoint) return hilbert(record.lat, record.lon);
  return std::uint64_t{1} << 63;
}

void widen(Box& box, const Record& record) {
  if (record.flags & kEverywhere) {
    box.everywhere = true;
  } else if (record.flags & kHasPoint) {
    box.min_lat = std::min(box.min_lat, record.lat);
    box.max_lat = std::max(box.max_lat, record.lat);
    box.min_lon = std::min(box.min_lon, record.lon);
    box.max_lon = std::max(box.max_lon, record.lon);
  } else {
    box.nowhere = true;
  }
}

/** Makes starts of the lengths that start[i + 1] holds; returns where to fill each list. */
std::vector<std::uint32_t> starts_of_lengths(Lists& lists) {
  std::partial_sum(lists.start.begin(), lists.start.end(), lists.start.begin());
  lists.entries.resize(lists.start.back());
  return {lists.start.begin(), lists.start.end() - 1};
}

/** The texts sorted; `rank[number]` becomes the place of text `number`. */
SortedTexts sorted(const Interner& texts, std::vector<std::uint32_t>& rank) {
  std::vector<std::pair<std::string_view, std::uint32_t>> order;
  order.reserve(texts.size());
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    order.emplace_back(texts.text(i), i);
    bytes += texts.text(i).size();
  }
  std::sort(order.begin(), order.end());
  SortedTexts result;
  result.all.reserve(bytes);
  result.start.reserve(order.size() + 1);
  rank.resize(order.size());
  for (const auto& [text, number] : order) {
    rank[number] = static_cast<std::uint32_t>(result.size());
    result.all += text;
    result.start.push_back(static_cast<std::uint32_t>(result.all.size()));
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> Draft::in_order(std::vector<std::uint32_t>& rank_of) const {
  std::vector<std::uint32_t> by_id(ids_.size());
  std::iota(by_id.begin(), by_id.end(), 0u);
  std::sort(by_id.begin(), by_id.end(),
            [&](std::uint32_t a, std::uint32_t b) { return ids_[a] != ids_[b] ? ids_[a] < ids_[b] : a < b; });
  struct Entry {
    std::uint64_t place;
    std::uint32_t rank, offer;
    TopicNo topic;
  };
  std::vector<Entry> entries;
  entries.reserve(by_id.size());
  rank_of.resize(ids_.size());
  for (std::size_t i = 0; i < by_id.size(); ++i) {
    const std::uint32_t offer = by_id[i];
    if (i + 1 < by_id.size() && ids_[by_id[i + 1]] == ids_[offer]) continue;  // a later one replaces it
    const auto rank = static_cast<std::uint32_t>(entries.size());
    rank_of[offer] = rank;
    const auto topics = topics_of(offer);
    const TopicNo topic = topics.empty() ? kNoTopic : *std::min_element(topics.begin(), topics.end());
    entries.push_back({place_of(records_[offer]), rank, offer, topic});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.place != b.place ? a.place < b.place : a.rank < b.rank;
  });
  // Within a super block those with the same topic come together: what is asked for is then in few blocks.
  constexpr std::size_t kGroup = kSuper * kBlock;
  for (std::size_t first = 0; first < entries.size(); first += kGroup) {
    const std::span<Entry> group(&entries[first], std::min(kGroup, entries.size() - first));
    std::sort(group.begin(), group.end(), [](const Entry& a, const Entry& b) {
      return std::tuple(a.place >> 62, a.topic, a.place, a.rank) <
             std::tuple(b.place >> 62, b.topic, b.place, b.rank);
    });
  }
  std::vector<std::uint32_t> order;
  order.reserve(entries.size());
  for (const Entry& entry : entries) order.push_back(entry.offer);
  return order;
}

void Draft::make_word_lists(const std::vector<std::uint32_t>& order, Part& part) {
  std::vector<std::uint32_t> rank;
  part.words = sorted(vocabulary_, rank);
  Lists lists;  // of Posting
  lists.start.assign(part.words.size() + 1, 0);
  for (std::uint32_t word = 0; word < seen_.size(); ++word) lists.start[rank[word] + 1] = seen_[word].offers;
  if (order.size() < records_.size()) {  // some were replaced: their words do not count
    std::vector<bool> kept(records_.size());
    for (const std::uint32_t offer : order) kept[offer] = true;
    for (std::uint32_t offer = 0; offer < kept.size(); ++offer) {
      if (kept[offer]) continue;
      for (std::size_t i = word_start_[offer]; i < word_start_[offer + 1]; ++i)
        --lists.start[rank[Posting::offer(words_[i])] + 1];
    }
  }
  std::vector<std::uint32_t> end = starts_of_lengths(lists);
  for (std::uint32_t number = 0; number < order.size(); ++number) {
    const std::uint32_t offer = order[number];
    for (std::size_t i = word_start_[offer]; i < word_start_[offer + 1]; ++i) {
      const std::uint32_t word = rank[Posting::offer(words_[i])];
      lists.entries[end[word]++] = Posting::pack(number, Posting::tier(words_[i]));
    }
  }
  words_ = {};  // the memory is wanted
  PostingsMaker maker;
  for (std::size_t word = 0; word < lists.size(); ++word) maker.add(lists[word]);
  part.word_lists = maker.finish();
}

std::vector<std::uint32_t> Draft::with_ancestors(std::span<const TopicNo> own) const {
  const std::vector<TopicNo>& parents = topic_tree_.parents;
  std::vector<std::uint32_t> found;  // Posting, with the topic in the place of the offer
  for (const TopicNo topic : own) {
    found.push_back(Posting::pack(topic, 0));
    // A circle in the tree ends where it began; one further up ends by the number of topics.
    TopicNo above = topic;
    for (std::size_t steps = 0; steps < parents.size() && above < parents.size(); ++steps) {
      above = parents[above];
      if (above == kNoTopic || above == topic) break;
      found.push_back(Posting::pack(above, 1));
    }
  }
  std::sort(found.begin(), found.end());  // the better tier first
  const auto same = [](std::uint32_t a, std::uint32_t b) { return Posting::offer(a) == Posting::offer(b); };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

void Draft::make_topic_lists(const std::vector<std::uint32_t>& order, Part& part) const {
  std::vector<std::vector<std::uint32_t>> of_topic;
  for (std::uint32_t number = 0; number < order.size(); ++number) {
    const std::uint32_t offer = order[number];
    for (const std::uint32_t found : with_ancestors(topics_of(offer))) {
      const auto topic = static_cast<TopicNo>(Posting::offer(found));
      const auto at = std::lower_bound(part.topics.begin(), part.topics.end(), topic);
      const auto place = at - part.topics.begin();
      if (at == part.topics.end() || *at != topic) {
        part.topics.insert(at, topic);
        of_topic.emplace(of_topic.begin() + place);
      }
      of_topic[static_cast<std::size_t>(place)].push_back(Posting::pack(number, Posting::tier(found)));
    }
  }
  PostingsMaker maker;
  for (const auto& list : of_topic) maker.add(list);
  part.topic_lists = maker.finish();
}

void Draft::make_languages(Part& part) const {
  std::vector<std::uint32_t> rank;
  part.languages = sorted(languages_, rank);
  part.language_sets = language_sets_.lists();
  part.sets_of_language.start.assign(part.languages.size() + 1, 0);
  const std::size_t sets = part.language_sets.size();
  part.set_cost.resize(sets);
  for (std::size_t set = 0; set < sets; ++set) {
    bool speaks = false, on_request = false;
    for (std::size_t i = part.language_sets.start[set]; i < part.language_sets.start[set + 1]; ++i) {
      std::uint32_t& spoken = part.language_sets.entries[i];
      if (spoken == Spoken::kOnRequest) {
        on_request = true;
        continue;
      }
      speaks |= Spoken::way(spoken) != Spoken::kInterpreted;
      spoken = Spoken::pack(rank[Spoken::language(spoken)], Spoken::way(spoken));
      ++part.sets_of_language.start[Spoken::language(spoken) + 1];
    }
    part.set_cost[set] = static_cast<std::uint8_t>(on_request ? 0 : speaks ? kMissCost : kUnknownCost);
  }
  std::vector<std::uint32_t> end = starts_of_lengths(part.sets_of_language);
  for (std::uint32_t set = 0; set < sets; ++set) {
    for (const std::uint32_t spoken : part.language_sets[set]) {
      if (spoken == Spoken::kOnRequest) continue;
      part.sets_of_language.entries[end[Spoken::language(spoken)]++] = Spoken::pack(set, Spoken::way(spoken));
    }
  }
}

std::shared_ptr<const Part> Draft::finish() {
  auto part = std::make_shared<Part>();
  std::vector<std::uint32_t> rank_of;
  const std::vector<std::uint32_t> order = in_order(rank_of);
  part->ids.reserve(order.size());
  part->ranks.reserve(order.size());
  part->by_rank.resize(order.size());
  part->blocks.resize((order.size() + kBlock - 1) / kBlock);
  part->boxes.resize(part->blocks.size());
  part->supers.resize((part->blocks.size() + kSuper - 1) / kSuper);
  for (std::uint32_t number = 0; number < order.size(); ++number) {
    const std::uint32_t offer = order[number];
    const Record& record = records_[offer];
    part->blocks[number / kBlock].set(number % kBlock, record);
    part->ids.push_back(ids_[offer]);
    part->ranks.push_back(rank_of[offer]);
    part->by_rank[rank_of[offer]] = number;
    widen(part->boxes[number / kBlock], record);
    widen(part->supers[number / kBlock / kSuper], record);
  }
  make_word_lists(order, *part);
  make_topic_lists(order, *part);
  make_languages(*part);
  part->schedules = schedules_.lists();
  part->words.all.shrink_to_fit();
  return part;
}

}  // namespace lotse::match
