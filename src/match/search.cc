// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "match/metric.h"
#include "match/part.h"
#include "match/wishes.h"

namespace lotse::match {
namespace {

using Tiers = std::array<std::uint64_t, 3>;

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

/** How much of a block of offers is within the radius or everywhere; no distance squared is less. */
enum class Reach : std::uint8_t { none, some, all };
struct Near {
  Reach reach = Reach::all;
  std::int64_t squared = 0;
};

/** Neighbouring blocks of one chunk that may hold candidates. */
struct Range {
  std::uint32_t first = 0, last = 0;
};

}  // namespace

struct Scratch::State {
  // By block, and of blocks outside of the ranges without meaning:
  std::vector<Near> near;
  std::array<std::vector<std::uint64_t>, 3> marks;  // what a term finds, by tier
  std::vector<Tiers> candidates;                    // what all terms find, in this tier or a better one

  std::vector<Range> ranges;
  std::vector<std::uint32_t> ranges_of_chunk;  // where in `ranges` those of each chunk begin; and the end
  std::vector<std::uint32_t> lists;
  WishCosts wish_costs;
  std::vector<Found> found;
  std::vector<Placed> placed;
};

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;
Scratch::~Scratch() = default;

namespace {

constexpr std::int64_t kFar = -1;
constexpr std::uint64_t kBelowClass =
    (std::uint64_t{1} << kClassShift) - 1;  // the bits of a key below its class

/** Calls visit(number) for each bit of the word that is set. */
template <class Visit>
void each_bit(std::uint64_t word, Visit&& visit) {
  for (; word != 0; word &= word - 1) visit(static_cast<std::uint32_t>(std::countr_zero(word)));
}

/** A bit for each of the numbers for which is(number), a plain comparison. */
template <class Is>
std::uint64_t bits_where(const Block::Field<std::uint8_t>& numbers, Is&& is) {
  static_assert(std::endian::native == std::endian::little);
  Block::Field<std::uint8_t> ones;
  for (std::size_t i = 0; i < kBlock; ++i) ones[i] = is(numbers[i]);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kBlock; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, &ones[i], sizeof eight);
    bits |= eight * 0x0102040810204080 >> 56 << i;  // gathers the lowest bits of eight bytes
  }
  return bits;
}

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
  Near near(const Box& box) const;
  void find_ranges();
  void find_language_costs();
  void find_word(std::string_view word);
  bool find_candidates();
  void mark(const Segment& segment);
  void mark_all(const Postings& postings);
  void keep_marked();
  std::uint64_t within_reach(const Block& block, std::uint64_t candidates) const;
  std::int64_t squared(const Block& block, std::uint32_t i) const;
  void judge_block(std::uint32_t block, const Covered* covered);
  void judge(std::uint32_t number, const Tiers& tiers);
  void set_bound(std::uint64_t key);
  void keep_best(std::size_t most);
  Hit hit(const Placed& placed) const;

  const Question& question_;
  const Wishes wishes_;
  Scratch::State& scratch_;
  Metric metric_;
  bool has_place_ = false;
  std::int64_t radius_squared_ = 0;
  std::size_t wanted_ = 0;  // hits up to the end of the page
  Answer answer_;
  // Of the piece at hand:
  const Part* part_ = nullptr;
  std::uint64_t bound_ = 0;         // keys from here on are not wanted
  std::int64_t bound_squared_ = 0;  // distances from here on make greater keys of the bound's class
};

Near Search::near(const Box& box) const {
  const Near afar{box.everywhere ? Reach::some : Reach::none, 0};
  if (box.min_lat > box.max_lat) return afar;
  // squared() grows with the difference in each coordinate, so that the nearest point and the corners bound
  // all in the box.
  const std::int64_t nearest = metric_.squared(std::clamp(metric_.lat, box.min_lat, box.max_lat),
                                               std::clamp(metric_.lon, box.min_lon, box.max_lon));
  if (box.everywhere || nearest > radius_squared_) return afar;
  const std::int64_t farthest =
      std::max({metric_.squared(box.min_lat, box.min_lon), metric_.squared(box.min_lat, box.max_lon),
                metric_.squared(box.max_lat, box.min_lon), metric_.squared(box.max_lat, box.max_lon)});
  return {farthest <= radius_squared_ && !box.nowhere ? Reach::all : Reach::some, nearest};
}

void Search::find_ranges() {
  auto& ranges = scratch_.ranges;
  ranges.clear();
  scratch_.ranges_of_chunk.clear();
  const auto blocks = static_cast<std::uint32_t>(part_->blocks.size());
  if (scratch_.near.size() < blocks) {
    scratch_.near.resize(blocks);
    scratch_.candidates.resize(blocks);
    for (auto& marks : scratch_.marks) marks.resize(blocks);
  }
  for (std::uint32_t super = 0; super < part_->supers.size(); ++super) {
    const std::uint32_t first = super * kSuper, last = std::min(blocks, first + kSuper);
    if (first % kChunkWords == 0)
      scratch_.ranges_of_chunk.push_back(static_cast<std::uint32_t>(ranges.size()));
    if (has_place_ && near(part_->supers[super]).reach == Reach::none) continue;
    for (std::uint32_t block = first; block < last; ++block) {
      scratch_.near[block] = has_place_ ? near(part_->boxes[block]) : Near{};
      if (scratch_.near[block].reach == Reach::none) continue;
      if (!ranges.empty() && ranges.back().last == block && block % kChunkWords != 0)
        ++ranges.back().last;
      else
        ranges.push_back({block, block + 1});
    }
  }
  scratch_.ranges_of_chunk.push_back(static_cast<std::uint32_t>(ranges.size()));
}

/** Looks up what the offers have that have this word, or one that begins so. */
void Search::find_word(std::string_view word) {
  constexpr std::ptrdiff_t kShortestPrefix = 4;
  if (word.empty()) return;
  const auto code_points = std::count_if(word.begin(), word.end(), [](char c) { return (c & 0xC0) != 0x80; });
  const std::uint32_t at = part_->words.lower_bound(word);
  std::uint32_t end = at;
  if (code_points >= kShortestPrefix)
    end = part_->words.end_of_prefix(at, word);
  else if (at < part_->words.size() && part_->words[at] == word)
    ++end;
  const auto& list_of = part_->word_lists.list_of;
  scratch_.lists.insert(scratch_.lists.end(), list_of.begin() + at, list_of.begin() + end);
}

/** Marks the offers of a segment, except those in blocks outside the ranges: some of these. */
void Search::mark(const Segment& segment) {
  constexpr std::size_t kShort = 64;  // searching for each range would take longer
  const std::uint32_t chunk = segment.chunk * kChunkWords;
  std::uint64_t* const marks = scratch_.marks[segment.tier].data() + chunk;
  const auto mark = [&](auto begin, auto end) {
    for (; begin != end; ++begin) marks[*begin / kBlock] |= std::uint64_t{1} << *begin % kBlock;
  };
  const auto& of_chunk = scratch_.ranges_of_chunk;
  auto at = segment.offers.begin();
  const auto end = segment.offers.end();
  for (std::uint32_t i = of_chunk[segment.chunk]; i < of_chunk[segment.chunk + 1]; ++i) {
    const std::uint32_t first = scratch_.ranges[i].first - chunk, last = scratch_.ranges[i].last - chunk;
    if (!segment.bits.empty()) {
      for (std::uint32_t word = first; word < last; ++word) marks[word] |= segment.bits[word];
    } else if (segment.offers.size() <= kShort) {
      return mark(at, end);
    } else {
      at = std::lower_bound(at, end, first * kBlock);
      const auto begin = at;
      at = std::lower_bound(at, end, last * kBlock);
      mark(begin, at);
    }
  }
}

/** Marks what a topic or a word of the question finds; an offer must be in one of the lists. */
void Search::mark_all(const Postings& postings) {
  auto& lists = scratch_.lists;
  std::sort(lists.begin(), lists.end());
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  for (auto& marks : scratch_.marks) {
    for (const Range& range : scratch_.ranges)
      std::fill(marks.begin() + range.first, marks.begin() + range.last, std::uint64_t{0});
  }
  for (const std::uint32_t list : lists)
    postings.each_segment(list, [&](const Segment& segment) { mark(segment); });
}

/** Keeps of the candidates those that are marked. */
void Search::keep_marked() {
  const auto& marks = scratch_.marks;
  for (const Range& range : scratch_.ranges) {
    for (std::uint32_t block = range.first; block < range.last; ++block) {
      std::uint64_t found = 0;
      for (std::size_t tier = 0; tier < marks.size(); ++tier)
        scratch_.candidates[block][tier] &= found |= marks[tier][block];
    }
  }
}

/** Finds the candidates, but for the radius; false if there are none. */
bool Search::find_candidates() {
  auto& lists = scratch_.lists;
  for (const Range& range : scratch_.ranges)
    std::fill(scratch_.candidates.begin() + range.first, scratch_.candidates.begin() + range.last,
              Tiers{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}});
  lists.clear();
  for (const TopicNo topic : question_.topics) {
    const auto at = std::lower_bound(part_->topics.begin(), part_->topics.end(), topic);
    if (at != part_->topics.end() && *at == topic)
      lists.push_back(part_->topic_lists.list_of[static_cast<std::size_t>(at - part_->topics.begin())]);
  }
  if (!question_.topics.empty()) {
    if (lists.empty()) return false;
    mark_all(part_->topic_lists);
    keep_marked();
  }
  for (const TypedWord& word : question_.words) {
    lists.clear();
    for (const std::string& alternative : word.alternatives) find_word(alternative);
    if (lists.empty()) return false;
    mark_all(part_->word_lists);
    keep_marked();
  }
  return true;
}

/** The squared distance of an offer within the radius; kFar for one that is only everywhere, or if no place
 * is asked. */
std::int64_t Search::squared(const Block& block, std::uint32_t i) const {
  if (!has_place_ || !(block.flags[i] & kHasPoint)) return kFar;
  const std::int64_t squared = metric_.squared(block.lat[i], block.lon[i]);
  return squared <= radius_squared_ ? squared : kFar;
}

/** Those of the candidates that are within the radius or everywhere. */
std::uint64_t Search::within_reach(const Block& block, std::uint64_t candidates) const {
  const Metric metric = metric_;  // a copy that nobody else can see stays in registers
  std::uint64_t kept = 0;
  each_bit(candidates, [&](std::uint32_t i) {
    const bool near = metric.squared(block.lat[i], block.lon[i]) <= radius_squared_;
    // No branch: at the edge of the radius nobody could foretell it.
    const bool keep = (near & ((block.flags[i] & kHasPoint) != 0)) | ((block.flags[i] & kEverywhere) != 0);
    kept |= std::uint64_t{keep} << i;
  });
  return kept;
}

/** Counts candidates of a block, and puts those by that may be on the page. */
void Search::judge(std::uint32_t number, const Tiers& tiers) {
  const Block& block = part_->blocks[number];
  const std::uint64_t all = tiers.back();
  const bool any = wishes_.any();
  const auto costs =
      any ? wishes_.costs(*part_, block, all, scratch_.wish_costs) : Block::Field<std::uint8_t>{};
  const auto where = [&](auto&& is) { return any ? all & bits_where(costs, is) : is(0) ? all : 0; };
  const std::uint64_t fit = where([](std::uint8_t cost) { return cost == 0; });
  const std::uint64_t miss_none = where([](std::uint8_t cost) { return cost < kMissCost; });
  const std::uint64_t miss_one = where([](std::uint8_t cost) { return cost < 2 * kMissCost; }) & ~miss_none;
  answer_.fitting += static_cast<std::size_t>(std::popcount(fit));
  answer_.unsure += static_cast<std::size_t>(std::popcount(miss_none & ~fit));
  answer_.nearly += static_cast<std::size_t>(std::popcount(miss_one));
  if (bound_ == 0) return;
  const auto bound_cost = static_cast<std::uint8_t>(bound_ >> (kClassShift + 2));
  const std::size_t bound_tier = bound_ >> kClassShift & 3;
  std::uint64_t wanted = 0, same = fit;
  if (bound_cost != 0) {
    wanted = where([=](std::uint8_t cost) { return cost < bound_cost; });
    same = where([=](std::uint8_t cost) { return cost == bound_cost; });
  }
  if (scratch_.near[number].squared < bound_squared_)
    wanted |= same & tiers[bound_tier];
  else if (bound_tier > 0)
    wanted |= same & tiers[bound_tier - 1];
  each_bit(wanted, [&](std::uint32_t i) {
    const std::uint64_t tier = 2 - (tiers[0] >> i & 1) - (tiers[1] >> i & 1);
    const std::uint64_t best = (std::uint64_t{costs[i]} << 2 | tier) << kClassShift;
    const std::int64_t distance = squared(block, i);
    if (best + kBelowClass >= bound_ && distance >= bound_squared_) return;  // spares the root
    const std::uint64_t step =
        distance == kFar ? kNoStep : static_cast<std::uint64_t>(metres(distance) / 100);
    const std::uint32_t offer = number * kBlock + i;
    const std::uint64_t key = best | step << kStepShift | part_->ranks[offer];
    if (key >= bound_) return;
    scratch_.found.push_back({key, offer});
    if (scratch_.found.size() >= 2 * wanted_ + 64) keep_best(wanted_);
  });
}

/** Forgets all but the best `most` found, and everything that cannot be among them from now on. */
void Search::keep_best(std::size_t most) {
  auto& found = scratch_.found;
  if (found.size() < most || most == 0) return;
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::nth_element(found.begin(), last, found.end(),
                   [](const Found& a, const Found& b) { return a.key < b.key; });
  set_bound(last->key);
  found.resize(most);
}

void Search::set_bound(std::uint64_t key) {
  bound_ = key;
  const std::uint64_t step = key >> kStepShift & kNoStep;
  const auto beyond = static_cast<std::int64_t>(step + 1) * 100;  // metres
  bound_squared_ = step == kNoStep ? std::numeric_limits<std::int64_t>::max() : beyond * beyond;
}

/** The costs of the asked language for each entry of Part::language_sets. */
void Search::find_language_costs() {
  auto& costs = scratch_.wish_costs.language;
  costs = part_->set_cost;
  const std::uint32_t language = part_->languages.lower_bound(*question_.language);
  if (language == part_->languages.size() || part_->languages[language] != *question_.language) return;
  for (const std::uint32_t set : part_->sets_of_language[language]) {
    std::uint8_t& cost = costs[Spoken::language(set)];
    const std::uint32_t here = Spoken::way(set) == Spoken::kPerhaps ? kUnknownCost : 0;
    cost = static_cast<std::uint8_t>(std::min<std::uint32_t>(cost, here));
  }
}

/** Judges what of a block is alive and within reach. */
void Search::judge_block(std::uint32_t block, const Covered* covered) {
  Tiers tiers = scratch_.candidates[block];
  std::uint64_t alive = ~std::uint64_t{0};
  if (block + 1 == part_->blocks.size() && part_->size() % kBlock != 0)
    alive >>= kBlock - part_->size() % kBlock;
  if (covered) alive &= ~covered->bits[block];
  alive &= tiers.back();
  if (scratch_.near[block].reach == Reach::some && has_place_)
    alive = within_reach(part_->blocks[block], alive);
  if (alive == 0) return;
  for (std::uint64_t& tier : tiers) tier &= alive;
  judge(block, tiers);
}

void Search::run(const Piece& piece) {
  part_ = piece.part.get();
  find_ranges();
  if (!find_candidates()) return;
  if (wishes_.language) find_language_costs();
  if (wishes_.when) scratch_.wish_costs.schedule.assign(part_->schedules.size(), WishCosts::kNotYet);
  set_bound(wanted_ == 0 ? 0 : kTooMany);
  scratch_.found.clear();
  // From the nearest on: it soon shows how near the others must be.
  const auto& ranges = scratch_.ranges;
  const auto nearer = [&](const Range& a, const Range& b) {
    return scratch_.near[a.first].squared < scratch_.near[b.first].squared;
  };
  const auto middle = std::min_element(ranges.begin(), ranges.end(), nearer);
  const auto go = [&](auto from, auto to) {
    for (; from != to; ++from)
      for (std::uint32_t block = from->first; block < from->last; ++block)
        judge_block(block, piece.covered.get());
  };
  go(middle, ranges.end());
  go(ranges.begin(), middle);
  keep_best(wanted_);
  for (const Found& found : scratch_.found)
    scratch_.placed.push_back({found.key >> kStepShift, part_->ids[found.offer], part_, found.offer});
}

Hit Search::hit(const Placed& placed) const {
  const Record record = placed.part->record(placed.offer);
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
  answer_.hits.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) answer_.hits.push_back(hit(placed[i]));
  return std::move(answer_);
}

}  // namespace

Answer find(const Snapshot& snapshot, const Question& question, Scratch& scratch) {
  Scratch::State& state = scratch.state();
  Search search(question, snapshot.size(), state);
  for (const Piece& piece : snapshot.pieces()) search.run(piece);
  return search.answer();
}

}  // namespace lotse::match
