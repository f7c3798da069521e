// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <utility>

#include "match/metric.h"
#include "match/part.h"
#include "match/wishes.h"

namespace lotse::match {
namespace {

using Postings = std::span<const std::uint32_t>;

/** What one typed word, or all asked topics together, find: an offer must be in one of the lists. */
struct Term {
  std::size_t first = 0, last = 0;  // in State::lists
  std::size_t postings = 0;         // in all its lists
};

/**
 * The order of hits in one number: costs (4 bits), tier (2), distance in steps of 100 m (18), rank of the id
 * in its part (32).
 */
struct Found {
  std::uint64_t key = 0;
  std::uint32_t offer = 0;
};
constexpr int kClassShift = 50, kStepShift = 32;
constexpr std::uint64_t kTooMany = std::uint64_t{2 * kMissCost << 2}
                                   << kClassShift;  // the least key with two misses
constexpr std::uint64_t kNoStep = (1u << (kClassShift - kStepShift)) - 1;

/** A hit of some part; where the keys above the rank are equal, the ids decide. */
struct Placed {
  std::uint64_t order = 0;
  Uuid id;
  const Part* part = nullptr;
  std::uint32_t offer = 0;
};

/** How much of a block of offers is within the radius or everywhere. */
enum class Reach : std::uint8_t { none, some, all };

/**
 * What is known of an offer while terms are gone through, in a byte: 0, or kCandidate if all terms before
 * found it, the worst tier of these, and how well this term found it: 3 minus the best tier, 0 for not at
 * all.
 */
namespace mark {
constexpr std::uint8_t kCandidate = 16;
std::uint32_t before(std::uint8_t mark) { return mark & 3; }
std::uint32_t now(std::uint8_t mark) { return mark >> 2 & 3; }
std::uint8_t with(std::uint8_t mark, std::uint32_t tier) {
  return static_cast<std::uint8_t>(kCandidate | before(mark) | std::max(now(mark), 3 - tier) << 2);
}
std::uint32_t worst_tier(std::uint8_t mark) { return std::max(before(mark), 3 - now(mark)); }
}  // namespace mark

}  // namespace

struct Scratch::State {
  bool dirty = false;  // an exception left marks behind
  std::vector<std::uint8_t> marks;
  std::vector<std::uint32_t> candidates;
  std::vector<Reach> near;                                      // by block
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;  // of offers
  std::vector<Postings> lists;
  std::vector<Term> terms;
  std::vector<std::uint8_t> language_cost;
  std::vector<Found> found;
  std::vector<Placed> placed;
};

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

namespace {

/** Candidates that are judged together, few enough to stay next to the processor. */
constexpr std::size_t kBatch = 256;
constexpr std::int64_t kFar = -1;
struct Batch {
  std::array<std::uint32_t, kBatch> offers;
  std::array<std::uint8_t, kBatch> tiers, costs;
};

/** One question on its way through the pieces of a snapshot. */
class Search {
 public:
  Search(const Question& question, std::size_t offers, Scratch::State& scratch)
      : question_(question), wishes_(question), scratch_(scratch) {
    if (question.here && is_valid(*question.here)) {
      metric_ = Metric::at(*question.here);
      has_place_ = true;
      const std::int64_t radius = std::clamp(question.radius_m, 0, 21'000'000);
      radius_squared_ = radius * radius;
    }
    wanted_ = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::uint64_t{question.offset} + question.limit, offers));
    scratch_.placed.clear();
  }

  void run(const Piece& piece);
  Answer answer();

 private:
  Reach reach(const Box& box) const;
  void find_ranges();
  bool find_terms();
  void add_word_lists(std::string_view word);
  void add_list(const Lists& lists, std::size_t number);
  template <class Visit>
  void each_near(Postings list, Visit&& visit) const;
  void begin_with(const Term& term);
  void go_on_with(const Term& term);
  void look_up(const Term& term);
  void end_term();
  std::int64_t squared(const Record& record) const;
  std::size_t within_reach(Postings candidates);
  void judge(Postings candidates);
  void intersect();
  void judge_candidates();
  void keep_best(std::size_t most);
  Hit hit(const Placed& placed) const;

  const Question& question_;
  const Wishes wishes_;
  Scratch::State& scratch_;
  Metric metric_;
  bool has_place_ = false;
  std::int64_t radius_squared_ = 0;
  std::size_t wanted_ = 0;                    // hits up to the end of the page
  std::array<std::size_t, 64> with_costs_{};  // number of candidates by the sum of their costs
  Batch batch_;
  // Of the piece at hand:
  const Part* part_ = nullptr;
  const Covered* covered_ = nullptr;
  std::uint64_t bound_ = 0;  // keys from here on are not wanted
};

/** Whether none, some or all offers of the box are within reach. */
Reach Search::reach(const Box& box) const {
  if (box.min_lat > box.max_lat) return box.everywhere ? Reach::some : Reach::none;
  // squared() grows with the difference in each coordinate, so that the nearest point and the corners bound
  // all in the box.
  const std::int64_t nearest = metric_.squared(std::clamp(metric_.lat, box.min_lat, box.max_lat),
                                               std::clamp(metric_.lon, box.min_lon, box.max_lon));
  if (nearest > radius_squared_) return box.everywhere ? Reach::some : Reach::none;
  const std::int64_t farthest =
      std::max({metric_.squared(box.min_lat, box.min_lon), metric_.squared(box.min_lat, box.max_lon),
                metric_.squared(box.max_lat, box.min_lon), metric_.squared(box.max_lat, box.max_lon)});
  return farthest <= radius_squared_ && !box.everywhere && !box.nowhere ? Reach::all : Reach::some;
}

void Search::find_ranges() {
  auto& ranges = scratch_.ranges;
  ranges.clear();
  if (!has_place_) {
    if (part_->size() != 0) ranges.emplace_back(0, part_->size());
    return;
  }
  scratch_.near.assign(part_->blocks.size(), Reach::none);
  const auto blocks = static_cast<std::uint32_t>(part_->blocks.size());
  for (std::uint32_t super = 0; super < part_->supers.size(); ++super) {
    if (reach(part_->supers[super]) == Reach::none) continue;
    for (std::uint32_t block = super * kSuper; block < std::min(blocks, (super + 1) * kSuper); ++block) {
      const Reach of_block = reach(part_->blocks[block]);
      if (of_block == Reach::none) continue;
      scratch_.near[block] = of_block;
      const std::uint32_t first = block * kBlock, last = std::min(part_->size(), first + kBlock);
      if (!ranges.empty() && ranges.back().second == first)
        ranges.back().second = last;
      else
        ranges.emplace_back(first, last);
    }
  }
}

void Search::add_list(const Lists& lists, std::size_t number) {
  scratch_.lists.push_back(lists[number]);
  scratch_.terms.back().postings += lists[number].size();
}

void Search::add_word_lists(std::string_view word) {
  constexpr std::ptrdiff_t kShortestPrefix = 4;
  if (word.empty()) return;
  const auto code_points = std::count_if(word.begin(), word.end(), [](char c) { return (c & 0xC0) != 0x80; });
  std::uint32_t at = part_->words.lower_bound(word);
  if (code_points >= kShortestPrefix) {
    for (const std::uint32_t end = part_->words.end_of_prefix(at, word); at < end; ++at)
      add_list(part_->word_lists, at);
  } else if (at < part_->words.size() && part_->words[at] == word) {
    add_list(part_->word_lists, at);
  }
}

/** Looks up the terms of the question, the rarest first; false if one of them finds nothing. */
bool Search::find_terms() {
  auto& terms = scratch_.terms;
  terms.clear();
  scratch_.lists.clear();
  const auto begin = [&] { terms.push_back({scratch_.lists.size(), 0, 0}); };
  const auto end = [&] {
    terms.back().last = scratch_.lists.size();
    return terms.back().postings != 0;
  };
  if (!question_.topics.empty()) {
    begin();
    for (const TopicNo topic : question_.topics) {
      const auto at = std::lower_bound(part_->topics.begin(), part_->topics.end(), topic);
      if (at != part_->topics.end() && *at == topic)
        add_list(part_->topic_lists, static_cast<std::size_t>(at - part_->topics.begin()));
    }
    if (!end()) return false;
  }
  for (const TypedWord& word : question_.words) {
    begin();
    for (const std::string& alternative : word.alternatives) add_word_lists(alternative);
    if (!end()) return false;
  }
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.postings < b.postings; });
  return true;
}

/** Calls visit(postings) for those of the list that may be within the radius, piece by piece. */
template <class Visit>
void Search::each_near(Postings list, Visit&& visit) const {
  constexpr std::size_t kShort = 128;  // searching for each range would take longer
  if (has_place_ && list.size() <= kShort) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (scratch_.near[Posting::offer(list[i]) / kBlock] != Reach::none) visit(list.subspan(i, 1));
    }
    return;
  }
  auto at = list.begin();
  for (const auto& [first, last] : scratch_.ranges) {
    at = std::lower_bound(at, list.end(), Posting::pack(first, 0));
    const auto begin = at;
    at = std::lower_bound(at, list.end(), Posting::pack(last, 0));
    if (begin != at) visit(Postings(begin, at));
    if (at == list.end()) return;
  }
}

/** Marks all that the first term finds near, and makes them candidates. */
void Search::begin_with(const Term& term) {
  std::uint8_t* const marks = scratch_.marks.data();
  std::size_t count = 0;
  for (std::size_t i = term.first; i < term.last; ++i) {
    each_near(scratch_.lists[i], [&](Postings postings) {
      if (scratch_.candidates.size() < count + postings.size())
        scratch_.candidates.resize(count + postings.size());
      std::uint32_t* const candidates = scratch_.candidates.data();
      for (const std::uint32_t posting : postings) {
        std::uint8_t& known = marks[Posting::offer(posting)];
        candidates[count] = Posting::offer(posting);
        count += known == 0;  // no branch, see within_reach()
        known = mark::with(known, Posting::tier(posting));
      }
    });
  }
  scratch_.candidates.resize(count);
}

/** Marks the candidates that a later term finds. */
void Search::go_on_with(const Term& term) {
  std::uint8_t* const marks = scratch_.marks.data();
  for (std::size_t i = term.first; i < term.last; ++i) {
    each_near(scratch_.lists[i], [&](Postings postings) {
      for (const std::uint32_t posting : postings) {
        std::uint8_t& known = marks[Posting::offer(posting)];
        const std::uint8_t better = mark::with(known, Posting::tier(posting));
        known = known != 0 ? better : std::uint8_t{0};
      }
    });
  }
}

/** The same for long lists and few candidates. */
void Search::look_up(const Term& term) {
  for (const std::uint32_t offer : scratch_.candidates) {
    std::uint32_t tier = 3;
    for (std::size_t i = term.first; i < term.last; ++i) {
      const Postings list = scratch_.lists[i];
      const auto at = std::lower_bound(list.begin(), list.end(), Posting::pack(offer, 0));
      if (at != list.end() && Posting::offer(*at) == offer) tier = std::min(tier, Posting::tier(*at));
    }
    if (tier == 3) continue;
    scratch_.marks[offer] = mark::with(scratch_.marks[offer], tier);
  }
}

/** Drops the candidates that the term did not find. */
void Search::end_term() {
  std::erase_if(scratch_.candidates, [&](std::uint32_t offer) {
    std::uint8_t& known = scratch_.marks[offer];
    const bool drop = mark::now(known) == 0;
    known = static_cast<std::uint8_t>(drop ? 0 : mark::kCandidate | mark::worst_tier(known));
    return drop;
  });
}

/** The squared distance of an offer within the radius; kFar for one that is only everywhere, or if no place
 * is asked. */
std::int64_t Search::squared(const Record& record) const {
  if (!has_place_ || !(record.flags & kHasPoint)) return kFar;
  const std::int64_t squared = metric_.squared(record.lat, record.lon);
  return squared <= radius_squared_ ? squared : kFar;
}

/** Keeps of the candidates those that are within reach and alive; returns their number. */
std::size_t Search::within_reach(Postings candidates) {
  // Copies that nobody else can see stay in registers.
  const Metric metric = metric_;
  const std::int64_t radius_squared = radius_squared_;
  const Record* const records = part_->records.data();
  const Covered* const covered = covered_;
  const Reach* const reach = has_place_ ? scratch_.near.data() : nullptr;
  std::size_t kept = 0;
  for (const std::uint32_t posting : candidates) {
    const std::uint32_t offer = Posting::offer(posting);
    bool keep = !covered || !(*covered)(offer);
    if (reach && reach[offer / kBlock] != Reach::all) {
      const Record& record = records[offer];
      const bool near = metric.squared(record.lat, record.lon) <= radius_squared;
      keep &= (near & ((record.flags & kHasPoint) != 0)) | ((record.flags & kEverywhere) != 0);
    }
    batch_.offers[kept] = offer;
    batch_.tiers[kept] = static_cast<std::uint8_t>(Posting::tier(posting));
    kept += keep;  // no branch: at the edge of the radius nobody could foretell it
  }
  return kept;
}

/** Judges candidates; they may still lie outside the radius. */
void Search::judge(Postings candidates) {
  while (!candidates.empty()) {
    const Postings some = candidates.first(std::min(kBatch, candidates.size()));
    candidates = candidates.subspan(some.size());
    const std::size_t kept = within_reach(some);
    wishes_.sum(*part_, {batch_.offers.data(), kept}, scratch_.language_cost.data(), batch_.costs.data());
    for (std::size_t i = 0; i < kept; ++i) {
      ++with_costs_[batch_.costs[i]];
      const std::uint64_t best =
          std::uint64_t{static_cast<std::uint32_t>(batch_.costs[i] << 2 | batch_.tiers[i])} << kClassShift;
      if (best >= bound_) continue;  // two misses, or spares the root
      const std::int64_t distance = squared(part_->records[batch_.offers[i]]);
      const std::uint64_t step =
          distance == kFar ? kNoStep : static_cast<std::uint64_t>(metres(distance) / 100);
      const std::uint64_t key = best | step << kStepShift | part_->ranks[batch_.offers[i]];
      if (key >= bound_) continue;
      scratch_.found.push_back({key, batch_.offers[i]});
      if (scratch_.found.size() >= 2 * wanted_ + 64) keep_best(wanted_);
    }
  }
}

/** Forgets all but the best `most` found, and everything that cannot be among them from now on. */
void Search::keep_best(std::size_t most) {
  auto& found = scratch_.found;
  if (found.size() < most || most == 0) return;
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::nth_element(found.begin(), last, found.end(),
                   [](const Found& a, const Found& b) { return a.key < b.key; });
  bound_ = last->key;
  found.resize(most);
}

/** Candidates by all terms together: marks what each finds. */
void Search::intersect() {
  const auto& terms = scratch_.terms;
  if (scratch_.marks.size() < part_->size()) scratch_.marks.resize(part_->size());
  scratch_.dirty = true;
  scratch_.candidates.clear();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    constexpr std::size_t kSearchSteps = 16;
    const std::size_t searches = scratch_.candidates.size() * (terms[i].last - terms[i].first);
    if (i == 0)
      begin_with(terms[i]);
    else if (searches * kSearchSteps < terms[i].postings)
      look_up(terms[i]);
    else
      go_on_with(terms[i]);
    if (i + 1 < terms.size()) end_term();
  }
  std::uint8_t* const marks = scratch_.marks.data();
  std::uint32_t* const candidates = scratch_.candidates.data();
  std::size_t kept = 0;
  for (const std::uint32_t offer : scratch_.candidates) {
    const std::uint8_t known = std::exchange(marks[offer], std::uint8_t{0});
    candidates[kept] = Posting::pack(offer, mark::worst_tier(known));
    kept += mark::now(known) != 0;
  }
  scratch_.dirty = false;
  judge(Postings(scratch_.candidates).first(kept));
}

void Search::judge_candidates() {
  const auto& terms = scratch_.terms;
  if (terms.empty()) {
    scratch_.candidates.clear();
    for (const auto& [first, last] : scratch_.ranges) {
      for (std::uint32_t offer = first; offer < last; ++offer)
        scratch_.candidates.push_back(Posting::pack(offer, 0));
    }
    judge(scratch_.candidates);
  } else if (terms.size() == 1 && terms[0].last - terms[0].first == 1) {
    each_near(scratch_.lists[0], [&](Postings postings) { judge(postings); });
  } else {
    intersect();
  }
}

void Search::run(const Piece& piece) {
  part_ = piece.part.get();
  covered_ = piece.covered.get();
  if (!find_terms()) return;
  find_ranges();
  if (wishes_.language) {
    scratch_.language_cost = part_->set_cost;
    const std::uint32_t language = part_->languages.lower_bound(*question_.language);
    if (language < part_->languages.size() && part_->languages[language] == *question_.language) {
      for (const std::uint32_t set : part_->sets_of_language[language]) {
        std::uint8_t& cost = scratch_.language_cost[Spoken::language(set)];
        const std::uint32_t here = Spoken::way(set) == Spoken::kPerhaps ? kUnknownCost : 0;
        cost = static_cast<std::uint8_t>(std::min<std::uint32_t>(cost, here));
      }
    }
  }
  bound_ = wanted_ == 0 ? 0 : kTooMany;
  scratch_.found.clear();
  judge_candidates();
  keep_best(wanted_);
  for (const Found& found : scratch_.found)
    scratch_.placed.push_back({found.key >> kStepShift, part_->ids[found.offer], part_, found.offer});
}

Hit Search::hit(const Placed& placed) const {
  const Record& record = placed.part->records[placed.offer];
  const auto offer_class = static_cast<std::uint32_t>(placed.order >> (kClassShift - kStepShift));
  Hit hit;
  hit.id = to_text(placed.id);
  if ((placed.order & kNoStep) != kNoStep) hit.distance_m = metres(metric_.squared(record.lat, record.lon));
  hit.approximate = (record.flags & kApproximate) != 0;
  hit.misses = static_cast<std::uint8_t>((offer_class >> 2) / kMissCost);
  hit.unknowns = static_cast<std::uint8_t>((offer_class >> 2) % kMissCost);
  hit.tier = offer_class & 3;
  hit.reasons = reasons_of(*placed.part, record, question_);
  return hit;
}

Answer Search::answer() {
  auto& placed = scratch_.placed;
  const std::size_t end = std::min(placed.size(), wanted_);
  const auto earlier = [](const Placed& a, const Placed& b) {
    return a.order != b.order ? a.order < b.order : a.id < b.id;
  };
  std::partial_sort(placed.begin(), placed.begin() + static_cast<std::ptrdiff_t>(end), placed.end(), earlier);
  const std::size_t first = std::min<std::size_t>(question_.offset, end);
  Answer answer;
  for (std::size_t costs = 0; costs < 2 * kMissCost; ++costs)
    (costs == 0 ? answer.fitting : costs < kMissCost ? answer.unsure : answer.nearly) += with_costs_[costs];
  answer.hits.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) answer.hits.push_back(hit(placed[i]));
  return answer;
}

}  // namespace

Answer find(const Snapshot& snapshot, const Question& question, Scratch& scratch) {
  Scratch::State& state = scratch.state();
  if (state.dirty) {
    std::fill(state.marks.begin(), state.marks.end(), std::uint8_t{0});
    state.dirty = false;
  }
  Search search(question, snapshot.size(), state);
  for (const Piece& piece : snapshot.pieces()) search.run(piece);
  return search.answer();
}

}  // namespace lotse::match
