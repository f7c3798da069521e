// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/geo.h"

/**
 * Finds offers for a family in an immutable snapshot. It ranks offers, never persons, and says for every
 * asked wish why an offer is where it is. Pure: plain values in, plain values out; no I/O, no clock, no
 * language; the same question on the same offers gives the same answer, however the snapshot came about. Only
 * integers decide an order.
 */
namespace lotse::match {

using TopicNo = std::uint16_t;
/** No topic: what the parent of a root is. */
inline constexpr TopicNo kNoTopic = 0xFFFF;

/**
 * The tree of topics: parents[no] is the parent of topic `no`; a topic outside the vector is a root. Circles
 * end.
 */
struct Topics {
  std::vector<TopicNo> parents{};
};

/**
 * The words of an offer, folded and stemmed, in UTF-8, each with its tier: 0: of its title, 1: of a topic's
 * name, 2: of its texts. Kept as texts of words parted by spaces, as they lie in the store: a hundred
 * thousand offers have some twenty million words, and a string for each would be most of what a start costs.
 */
class Words {
 public:
  struct Word {
    std::string_view key{};
    std::uint8_t tier = 2;  // above 2 counts as 2
  };
  Words() = default;
  Words(std::initializer_list<Word> words) {
    for (const Word& word : words) add(word.key, word.tier);
  }
  /** Adds a word, or several parted by spaces. */
  void add(std::string_view keys, std::uint8_t tier) {
    if (keys.empty()) return;
    std::string& text = of_tier_[std::min<std::size_t>(tier, 2)];
    if (!text.empty()) text += ' ';
    text += keys;
  }
  /** Calls f(Word) for each, none empty; one may come several times. */
  template <class F>
  void each(F&& f) const {
    for (std::uint8_t tier = 0; tier < of_tier_.size(); ++tier) {
      for (std::string_view left = of_tier_[tier]; !left.empty();) {
        const std::size_t end = std::min(left.find(' '), left.size());
        if (end > 0) f(Word{left.substr(0, end), tier});
        left.remove_prefix(std::min(end + 1, left.size()));
      }
    }
  }

 private:
  std::array<std::string, 3> of_tier_;
};

/**
 * Opening hours on one day: weekday 1 (Monday) to 7, minutes of the day, 0 <= from < to <= 1440. What breaks
 * this is ignored: the caller splits hours that cross midnight into two days.
 */
struct Opening {
  int weekday = 0, from = 0, to = 0;
  auto operator<=>(const Opening&) const = default;
};

enum class Care : std::uint8_t { unknown, none, on_site };
enum class Cost : std::uint8_t { unknown, free, paid };

/** One service at one place. Lists may hold duplicates; their order means nothing. */
struct Offer {
  std::string id{};                      // UUID as text (base/id.h: is_uuid); decides the last tie
  std::optional<Point> place{};          // kept to a millionth of a degree; an invalid point counts as none
  bool approximate = false;              // the place is only roughly known; passed on to the hit
  bool everywhere = false;               // by telephone, online or at home: found wherever one asks
  std::vector<TopicNo> topics{};         // its own; that parents find it is the engine's matter
  Words words{};                         // of all languages together
  std::vector<std::string> languages{};  // spoken, ISO 639-3; empty: not known
  std::vector<std::string> interpreters{};  // languages that are interpreted there, ISO 639-3
  bool interpreter_on_request = false;      // an interpreter for any language can be ordered
  /** Languages of which nobody knows whether they are spoken there, ISO 639-3: "Kurdish" may be Kurmancî. */
  std::vector<std::string> perhaps{};
  std::vector<Opening> openings{};
  bool hours_known = false;  // `openings` are all there are; false: there may be others
  bool by_appointment = false;
  Care care = Care::unknown;                // care for children while the parent is there
  std::optional<int> care_min_months{};     // completed months, included; clamped to 0…250
  std::optional<int> care_max_months{};     // the same
  std::optional<int> care_places{};         // clamped to 0…65534
  std::optional<int> min_age{}, max_age{};  // completed years of the person it is for, included; clamped to
                                            // 0…150; both empty: not known
  std::uint16_t audience = 0;        // bits of the caller: only for people of any of these; 0: for everybody
  std::optional<int> free_places{};  // clamped to 0…65534; empty: not known
  Cost cost = Cost::unknown;
};

/**
 * One word that was typed: found if any alternative is a word of the offer, or, from 4 code points on,
 * begins one.
 */
struct TypedWord {
  std::vector<std::string> alternatives{};  // folded and stemmed, UTF-8; empty ones find nothing
};

/**
 * When somebody has time: one of the weekdays (bit 0: Monday … bit 6; none: any day) between two minutes of
 * the day.
 */
struct When {
  std::uint8_t weekdays = 0;
  int from = 0, to = 1440;
};

/** How long an opening must overlap the asked time, in minutes. */
inline constexpr int kOverlapMinutes = 30;

/**
 * What is asked. Topics, words and place decide who is a candidate; the other fields, where given, are
 * wishes: each fits, is unknown or misses. Without topics and words everything near is a candidate, without a
 * place everything.
 */
struct Question {
  std::vector<TopicNo> topics{};   // any of them, or a descendant of it
  std::vector<TypedWord> words{};  // all of them
  std::optional<Point> here{};     // leaves what is near or everywhere; an invalid point counts as none
  int radius_m = 25'000;           // clamped to 0…21,000,000
  std::optional<std::string> language{};  // ISO 639-3
  std::optional<When> when{};
  std::vector<int> child_ages_months{};  // completed months of all children to be cared for; clamped to 0…250
  std::optional<int> age{};              // completed years; clamped to 0…150
  std::uint16_t audience_is = 0;         // groups that the person belongs to
  std::uint16_t audience_is_not = 0;     // groups it does not belong to; about the others nothing is known
  bool only_free = false;
  std::optional<int> places{};           // that many free places; clamped to 0…65534
  std::uint32_t offset = 0, limit = 20;  // the page of hits
};

enum class Wish : std::uint8_t { language, when, child_care, age, audience, cost, places };
/** `fits_other`: fits in the second way: by interpreter, by appointment. Ranked like `fits`. */
enum class Verdict : std::uint8_t { fits, fits_other, unknown, misses };

/**
 * Why: the verdict on one asked wish, and what the offer has to say to it (only the fields of that wish are
 * set).
 */
struct Reason {
  Wish wish{};
  Verdict verdict{};
  bool on_request = false;           // language, fits_other: no listed interpreter, but one can be ordered
  std::optional<Opening> opening{};  // when, fits: the first opening of the week that does
  std::optional<int> min{}, max{};   // child_care: the months; age: the years
  std::optional<int> places{};       // child_care and places: the places there are
  std::uint16_t audience = 0;        // audience: whom the offer is for
  bool operator==(const Reason&) const = default;
};

struct Hit {
  std::string id{};
  std::optional<int> distance_m{};  // of match/metric.h, rounded down; none: no place asked, or far away
  bool approximate = false;         // the offer's place is only roughly known
  std::uint8_t misses = 0, unknowns = 0;
  /** The worst of: the topics' (0 exact, 1 descendant), each word's (the best tier it is found in). */
  std::uint8_t tier = 0;
  std::vector<Reason> reasons{};  // one for each asked wish, in the order of Wish
  bool operator==(const Hit&) const = default;
};

/**
 * The page asked for of all candidates with at most one miss, ordered by (misses, unknowns, tier, distance in
 * steps of 100 m with none last, id). The counts are of all pages.
 */
struct Answer {
  std::size_t fitting = 0;  // every wish fits
  std::size_t unsure = 0;   // none misses, some unknown
  std::size_t nearly = 0;   // one misses
  std::vector<Hit> hits{};
  bool operator==(const Answer&) const = default;
};

struct Piece;

/**
 * The offers at one moment. Immutable and shared between threads without locks. Changes make a new snapshot
 * that shares the large part with the old one.
 */
class Snapshot {
 public:
  Snapshot(Topics topics, std::vector<Piece> pieces);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

  /**
   * This one, without `removed` (unknown ids are no matter), then with `changed` added or put in the place of
   * what had their id (of two with the same id the later counts). The cost grows with the changes (times the
   * logarithm of all changes since the last compaction), not with the offers, but for one bit each. Ids of
   * `changed` must be UUIDs (CHECK).
   */
  std::shared_ptr<const Snapshot> with(std::span<const Offer> changed,
                                       std::span<const std::string> removed) const;

  /** The same offers in one piece, for all changes make find() slower; `topics` puts another tree under them.
   * As dear as building. */
  std::shared_ptr<const Snapshot> compacted() const;
  std::shared_ptr<const Snapshot> compacted(Topics topics) const;

  /** Number of offers. */
  std::size_t size() const;
  /** Offers added or covered up since the last compaction: worth compacting from about a tenth of size(). */
  std::size_t overlay() const;
  /** Memory held, in bytes; what is shared with other snapshots included. */
  std::size_t bytes() const;

  /** Internal. */
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  Topics topics_;
  std::vector<Piece> pieces_;  // the first is the large one; of equal ids exactly one is not covered up
};

/** Collects offers for a snapshot. */
class Builder {
 public:
  explicit Builder(Topics topics = {});
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;
  ~Builder();
  /** Copies what it needs. Of two offers with the same id the later counts. The id must be a UUID (CHECK). */
  void add(const Offer& offer);
  /** Ends the builder; nothing may be called on it afterwards but the destructor. */
  std::shared_ptr<const Snapshot> build();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/** Working memory of find(), kept by one thread from question to question; up to 3 bytes for each offer. */
class Scratch {
 public:
  Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;
  ~Scratch();

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/** Answers the question. Any values are allowed; nothing of an earlier question is left in `scratch`. */
Answer find(const Snapshot& snapshot, const Question& question, Scratch& scratch);

}  // namespace lotse::match
