// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: how a snapshot lies in memory.
#pragma once
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "match/match.h"

namespace lotse::match {

/** A UUID as two numbers that order like its text. */
struct Uuid {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const Uuid&) const = default;
};
/** `text` as a number; none if it is no UUID. */
std::optional<Uuid> to_uuid(std::string_view text);
std::string to_text(const Uuid& id);

enum Flag : std::uint16_t {
  kHasPoint = 1,
  kApproximate = 2,
  kEverywhere = 4,
  kHasMinAge = 8,
  kHasMaxAge = 16,
  kHasCareMin = 32,
  kHasCareMax = 64,
  kCareShift = 8,  // two bits
  kCostShift = 10  // two bits
};
inline constexpr std::uint16_t kNoNumber = 0xFFFF;
inline constexpr int kMostPlaces = 0xFFFE, kMostMonths = 250, kMostYears = 150;

/** What find() reads of a candidate. Bounds that are not given hold the widest value. */
struct Record {
  std::int32_t lat = 0, lon = 0;  // millionths of a degree
  std::uint32_t languages = 0;    // number of its entry in Part::language_sets
  std::uint32_t schedule = 0;     // number of its entry in Part::schedules
  std::uint16_t free_places = kNoNumber, care_places = kNoNumber;
  std::uint8_t min_age = 0, max_age = 255, care_min = 0, care_max = 255;
  std::uint16_t audience = 0, flags = 0;

  Care care() const { return static_cast<Care>(flags >> kCareShift & 3); }
  Cost cost() const { return static_cast<Cost>(flags >> kCostShift & 3); }
};

/**
 * The records of so many neighbours, field by field, so that a wish is asked of several at a time. Sets of
 * them are words with a bit for each.
 */
inline constexpr std::uint32_t kBlock = 64;
struct Block {
  template <class T>
  using Field = std::array<T, kBlock>;
  Field<std::int32_t> lat{}, lon{};
  Field<std::uint32_t> languages{}, schedule{};
  Field<std::uint16_t> free_places{}, care_places{};
  Field<std::uint8_t> min_age{}, max_age{}, care_min{}, care_max{};
  Field<std::uint16_t> audience{}, flags{};

  void set(std::size_t i, const Record& record);
  Record record(std::size_t i) const {
    return {lat[i],     lon[i],     languages[i], schedule[i], free_places[i], care_places[i],
            min_age[i], max_age[i], care_min[i],  care_max[i], audience[i],    flags[i]};
  }
};

/** Lists of numbers behind each other. */
template <class Number>
struct ListsOf {
  std::vector<std::uint32_t> start{0};
  std::vector<Number> entries;
  std::size_t size() const { return start.size() - 1; }
  std::span<const Number> operator[](std::size_t i) const {
    return {entries.data() + start[i], start[i + 1] - start[i]};
  }
  std::size_t bytes() const {
    return start.capacity() * sizeof(std::uint32_t) + entries.capacity() * sizeof(Number);
  }
};
using Lists = ListsOf<std::uint32_t>;

/** Sorted texts behind each other. */
struct SortedTexts {
  std::vector<std::uint32_t> start{0};
  std::string all;
  std::size_t size() const { return start.size() - 1; }
  std::string_view operator[](std::size_t i) const {
    return std::string_view(all).substr(start[i], start[i + 1] - start[i]);
  }
  /** Number of the first text that is not less than `text`. */
  std::uint32_t lower_bound(std::string_view text) const;
  /** Number of the first text after `from` that does not begin with `prefix`. */
  std::uint32_t end_of_prefix(std::uint32_t from, std::string_view prefix) const;
  std::size_t bytes() const { return start.capacity() * sizeof(std::uint32_t) + all.capacity(); }
};

/** Openings at the same time of several days in 32 bits: days (bit 0: Monday), from, to. */
struct Hours {
  static std::uint32_t pack(std::uint32_t days, int from, int to) {
    return days << 22 | static_cast<std::uint32_t>(from) << 11 | static_cast<std::uint32_t>(to);
  }
  static std::uint32_t days(std::uint32_t packed) { return packed >> 22; }
  static int from(std::uint32_t packed) { return static_cast<int>(packed >> 11 & 2047); }
  static int to(std::uint32_t packed) { return static_cast<int>(packed & 2047); }
};
/** What comes first in an entry of Part::schedules. */
enum Schedule : std::uint32_t { kHoursKnown = 1, kByAppointment = 2 };

/** The number of an offer and the tier (0 to 2) that a word has there. */
struct Posting {
  static std::uint32_t pack(std::uint32_t offer, std::uint32_t tier) { return offer << 2 | tier; }
  static std::uint32_t offer(std::uint32_t packed) { return packed >> 2; }
  static std::uint32_t tier(std::uint32_t packed) { return packed & 3; }
};

/** So many offers have the numbers 0 to kChunk - 1 in 16 bits, or a bit each. */
inline constexpr std::uint32_t kChunk = 1u << 14, kChunkWords = kChunk / 64;
/** From so many on the offers of a chunk take a bit each: they take less room then, and far less time. */
inline constexpr std::size_t kChunkAsBits = 1024;

/** The offers of a list with one tier in one chunk. */
struct Segment {
  std::uint32_t chunk = 0, tier = 0;
  std::span<const std::uint16_t> offers;  // less the first of the chunk, ascending; empty: see `bits`
  std::span<const std::uint64_t> bits;    // kChunkWords
};

/**
 * Posting lists. Equal ones are kept once: the names of a topic in twelve languages are words of the same
 * offers.
 */
struct Postings {
  std::vector<std::uint32_t> list_of;  // of a word or topic: the number in `lists`
  /** Segments behind each other: chunk; tier << 14 | number of offers; the offers. If that number is 0: the
   * lower and the upper half of the number of a bitmap. */
  ListsOf<std::uint16_t> lists;
  std::vector<std::uint64_t> bits;  // bitmaps of kChunkWords each

  /** Calls visit(Segment) for each segment of a list, by chunk, then tier. */
  template <class Visit>
  void each_segment(std::uint32_t list, Visit&& visit) const {
    for (auto left = lists[list]; !left.empty();) {
      Segment segment{.chunk = left[0], .tier = static_cast<std::uint32_t>(left[1] >> 14)};
      std::size_t size = left[1] & (kChunk - 1);
      if (size != 0) {
        segment.offers = left.subspan(2, size);
      } else {
        size = 2;
        const std::size_t bitmap = left[2] | std::size_t{left[3]} << 16;
        segment.bits = std::span(bits).subspan(bitmap * kChunkWords, kChunkWords);
      }
      visit(segment);
      left = left.subspan(2 + size);
    }
  }
  /** Calls visit(offer, tier) for each posting of a word or topic; each offer comes once. */
  template <class Visit>
  void each(std::size_t of, Visit&& visit) const {
    each_segment(list_of[of], [&](const Segment& segment) {
      const std::uint32_t first = segment.chunk * kChunk;
      for (const std::uint16_t offer : segment.offers) visit(first + offer, segment.tier);
      for (std::uint32_t word = 0; word < segment.bits.size(); ++word) {
        for (std::uint64_t left = segment.bits[word]; left != 0; left &= left - 1)
          visit(first + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left)), segment.tier);
      }
    });
  }
  std::size_t size() const { return list_of.size(); }
  std::size_t bytes() const {
    return list_of.capacity() * sizeof(std::uint32_t) + lists.bytes() +
           bits.capacity() * sizeof(std::uint64_t);
  }
};

/** What an entry of Part::language_sets is made of. */
struct Spoken {
  static constexpr std::uint32_t kOnRequest = 0xFFFFFFFF;
  enum Way : std::uint32_t { kSpoken, kInterpreted, kPerhaps };
  static std::uint32_t pack(std::uint32_t language, std::uint32_t way) { return language << 2 | way; }
  static std::uint32_t language(std::uint32_t packed) { return packed >> 2; }
  static std::uint32_t way(std::uint32_t packed) { return packed & 3; }
};

/** The smallest rectangle around the places of some neighbours. Empty: min_lat > max_lat. */
struct Box {
  std::int32_t min_lat = INT32_MAX, min_lon = INT32_MAX, max_lat = INT32_MIN, max_lon = INT32_MIN;
  bool everywhere = false;  // holds an offer that is a candidate from afar
  bool nowhere = false;     // holds one without a place
};
inline constexpr std::uint32_t kSuper = 32;  // blocks of a super block

/**
 * A set of offers. They are numbered so that neighbours on the ground with the same topic are neighbours in
 * memory: a radius becomes a few ranges of blocks, and a topic few of these. After them come the offers that
 * are everywhere, after these the ones without a place. Immutable.
 */
struct Part {
  std::vector<Block> blocks;           // the last is filled up with empty records
  std::vector<Uuid> ids;               // by number
  std::vector<std::uint32_t> ranks;    // by number: place in the order of ids
  std::vector<std::uint32_t> by_rank;  // numbers in the order of ids
  SortedTexts words;
  Postings word_lists;
  std::vector<TopicNo> topics;  // ascending
  Postings topic_lists;         // tier 0 has the topic itself, tier 1 a descendant
  Lists schedules;              // how hours are known (Schedule), then Hours, ascending
  SortedTexts languages;
  Lists language_sets;     // of Spoken, ascending
  Lists sets_of_language;  // of Spoken, with the set in the place of the language: where it is found
  std::vector<std::uint8_t> set_cost;  // of a set for a language that is not in it
  std::vector<Box> boxes, supers;      // of the blocks, of the super blocks

  std::uint32_t size() const { return static_cast<std::uint32_t>(ids.size()); }
  Record record(std::uint32_t offer) const { return blocks[offer / kBlock].record(offer % kBlock); }
  std::optional<std::uint32_t> find(const Uuid& id) const;
  std::size_t bytes() const;
};

/** One bit for each offer of a part: covered up by a later piece, or removed. */
struct Covered {
  std::vector<std::uint64_t> bits;
  std::uint32_t count = 0;
  bool operator()(std::uint32_t offer) const { return (bits[offer / 64] >> (offer % 64) & 1) != 0; }
};

struct Piece {
  std::shared_ptr<const Part> part;
  std::shared_ptr<const Covered> covered;  // null: nothing
  std::uint32_t alive() const { return part->size() - (covered ? covered->count : 0); }
};

/** Costs of a verdict, so that the sum holds both counts: unknowns in the lower three bits, misses above. */
inline constexpr std::uint32_t kUnknownCost = 1, kMissCost = 8;

/** One reason for each wish of the question, in their order, for one offer of the part. */
std::vector<Reason> reasons_of(const Part& part, const Record& record, const Question& question);

}  // namespace lotse::match
