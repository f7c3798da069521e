// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: makes parts.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "match/interner.h"

namespace lotse::match {

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
  std::uint32_t schedule(const Offer& offer);
  std::span<const TopicNo> topics_of(std::size_t offer) const {
    return {topics_.data() + topic_start_[offer], topic_start_[offer + 1] - topic_start_[offer]};
  }
  void add_records(const Piece& piece, const std::vector<std::uint32_t>& numbers);
  void add_lists(const Piece& piece, const std::vector<std::uint32_t>& numbers);
  std::vector<std::uint32_t> in_order(std::vector<std::uint32_t>& rank_of) const;
  void make_word_lists(const std::vector<std::uint32_t>& order, Part& part);
  void make_topic_lists(const std::vector<std::uint32_t>& order, Part& part) const;
  std::vector<std::uint32_t> with_ancestors(std::span<const TopicNo> own) const;
  void make_languages(Part& part) const;

  const Topics& topic_tree_;
  std::vector<Record> records_;
  std::vector<Uuid> ids_;
  Interner vocabulary_, languages_;
  ListInterner<std::uint32_t> language_sets_, schedules_;
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
