// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: makes parts.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "match/part.h"

namespace lotse::match {

/** Gives each text a number, counted from 0 in the order of their coming. */
class Interner {
 public:
  std::uint32_t number(std::string_view text);
  std::uint32_t size() const { return static_cast<std::uint32_t>(start_.size() - 1); }
  std::string_view text(std::uint32_t number) const {
    return std::string_view(all_).substr(start_[number], start_[number + 1] - start_[number]);
  }

 private:
  struct Slot {
    std::uint32_t hash = 0, number_plus_1 = 0;
  };
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(64);  // open addressing, a power of two, at most half full
  std::vector<std::uint32_t> start_{0};
  std::string all_;
};

/** Interns lists of 32-bit numbers. */
class ListInterner {
 public:
  std::uint32_t number(std::span<const std::uint32_t> list) {
    return texts_.number({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
  }
  Lists lists() const;

 private:
  Interner texts_;
};

/** Numbers one behind the other that never move, so that millions can come without being copied again. */
class Numbers {
 public:
  std::size_t size() const { return size_; }
  std::uint32_t& operator[](std::size_t i) { return heaps_[i >> kShift][i & kMask]; }
  std::uint32_t operator[](std::size_t i) const { return heaps_[i >> kShift][i & kMask]; }
  void push_back(std::uint32_t number) {
    if (size_ == heaps_.size() << kShift) add_heap();
    (*this)[size_++] = number;
  }
  void resize(std::size_t size) {
    while (size > heaps_.size() << kShift) add_heap();
    size_ = size;
  }

 private:
  static constexpr int kShift = 16;
  static constexpr std::size_t kMask = (std::size_t{1} << kShift) - 1;
  void add_heap() { heaps_.push_back(std::make_unique<std::uint32_t[]>(kMask + 1)); }

  std::vector<std::unique_ptr<std::uint32_t[]>> heaps_;
  std::size_t size_ = 0;
};

/** Offers on their way into a part: numbers instead of texts, one behind the other. */
class Draft {
 public:
  /** `topics` must outlive the draft. */
  explicit Draft(const Topics& topics) : topic_tree_(topics) {}
  void add(const Offer& offer);
  /** Adds what is left of a piece. */
  void add(const Piece& piece);
  /** Of equal ids the last is kept. Ends the draft. */
  std::shared_ptr<const Part> finish();

 private:
  void add_words(const Offer& offer);
  std::uint32_t language_set(const Offer& offer);
  void find_hours(const Offer& offer);
  void set_hours(Record& record);
  void add_records(const Piece& piece, const std::vector<std::uint32_t>& numbers);
  void add_lists(const Piece& piece, const std::vector<std::uint32_t>& numbers);
  std::vector<std::uint32_t> in_order(std::vector<std::uint32_t>& rank_of) const;
  void make_word_lists(const std::vector<std::uint32_t>& order, Part& part) const;
  void make_topic_lists(const std::vector<std::uint32_t>& order, Part& part) const;
  std::vector<std::uint32_t> with_ancestors(std::span<const TopicNo> own) const;
  void make_languages(Part& part) const;

  const Topics& topic_tree_;
  std::vector<Record> records_;
  std::vector<Uuid> ids_;
  Interner vocabulary_, languages_;
  ListInterner language_sets_, schedules_;
  std::vector<std::size_t> word_start_{0}, topic_start_{0};  // per offer
  Numbers words_;  // Posting, with the word in the place of the offer
  std::vector<TopicNo> topics_;
  struct Seen {
    std::size_t at = 0;        // where in words_ it came last, plus 1
    std::uint32_t offers = 0;  // how many have it, those that are replaced later among them
  };
  std::vector<Seen> seen_;           // per word
  std::vector<std::uint32_t> list_;  // working memory
};

}  // namespace lotse::match
