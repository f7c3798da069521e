// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: how a snapshot lies in memory.
#pragma once
#include <array>
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
  kHoursKnown = 8,
  kByAppointment = 16,
  kHasMinAge = 32,
  kHasMaxAge = 64,
  kHasCareMin = 128,
  kHasCareMax = 256,
  kMoreHours = 512,
  kCareShift = 10,  // two bits
  kCostShift = 12   // two bits
};
inline constexpr std::uint16_t kNoNumber = 0xFFFF;
inline constexpr int kMostPlaces = 0xFFFE, kMostMonths = 250, kMostYears = 150;

/** What find() reads of each candidate: half a cache line. Bounds that are not given hold the widest value.
 */
struct Record {
  std::int32_t lat = 0, lon = 0;  // millionths of a degree
  std::uint32_t languages = 0;    // number of its entry in Part::language_sets
  std::uint32_t hours[2] = {};  // Hours, 0 for none; with kMoreHours the first is a number in Part::schedules
  std::uint16_t free_places = kNoNumber, care_places = kNoNumber;
  std::uint8_t min_age = 0, max_age = 255, care_min = 0, care_max = 255;
  std::uint16_t audience = 0, flags = 0;

  Care care() const { return static_cast<Care>(flags >> kCareShift & 3); }
  Cost cost() const { return static_cast<Cost>(flags >> kCostShift & 3); }
};
static_assert(sizeof(Record) == 32);

/** Lists of numbers behind each other. */
struct Lists {
  std::vector<std::uint32_t> start{0}, entries;
  std::size_t size() const { return start.size() - 1; }
  std::span<const std::uint32_t> operator[](std::size_t i) const {
    return {entries.data() + start[i], start[i + 1] - start[i]};
  }
  std::size_t bytes() const { return (start.capacity() + entries.capacity()) * sizeof(std::uint32_t); }
};

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

/** An entry of a posting list: the number of an offer and the tier it has there (0 to 2). */
struct Posting {
  static std::uint32_t pack(std::uint32_t offer, std::uint32_t tier) { return offer << 2 | tier; }
  static std::uint32_t offer(std::uint32_t packed) { return packed >> 2; }
  static std::uint32_t tier(std::uint32_t packed) { return packed & 3; }
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
inline constexpr std::uint32_t kBlock = 64, kSuper = 32;  // offers of a block, blocks of a super block

/**
 * A set of offers, numbered along a Hilbert curve so that neighbours on the ground are neighbours in memory
 * and a radius becomes a few ranges of numbers; after them the offers that are everywhere, after these the
 * ones without a place. Immutable.
 */
struct Part {
  std::vector<Record> records;
  std::vector<Uuid> ids;               // by number
  std::vector<std::uint32_t> ranks;    // by number: place in the order of ids
  std::vector<std::uint32_t> by_rank;  // numbers in the order of ids
  SortedTexts words;
  Lists word_lists;             // of Posting, ascending
  std::vector<TopicNo> topics;  // ascending
  Lists topic_lists;            // of Posting, ascending: tier 0 has the topic itself, tier 1 a descendant
  Lists schedules;              // of Hours, more than two each
  SortedTexts languages;
  Lists language_sets;     // of Spoken, ascending
  Lists sets_of_language;  // of Spoken, with the set in the place of the language: where it is found
  std::vector<std::uint8_t> set_cost;  // of a set for a language that is not in it
  std::vector<Box> blocks, supers;

  std::uint32_t size() const { return static_cast<std::uint32_t>(records.size()); }
  std::optional<std::uint32_t> find(const Uuid& id) const;
  /** All openings of an offer. */
  std::span<const std::uint32_t> hours(const Record& record) const {
    if (record.flags & kMoreHours) return schedules[record.hours[0]];
    return {record.hours, static_cast<std::size_t>((record.hours[0] != 0) + (record.hours[1] != 0))};
  }
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
