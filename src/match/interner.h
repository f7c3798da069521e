// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: keeps texts and lists once that come often.
#pragma once
#include <array>
#include <cstdint>
#include <span>
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

/** Interns lists of numbers. */
template <class Number>
class ListInterner {
 public:
  std::uint32_t number(std::span<const Number> list) {
    return texts_.number({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
  }
  /** All of them behind each other, in the order of their numbers. */
  ListsOf<Number> lists() const;

 private:
  Interner texts_;
};

/** Makes Postings of lists, one after the other. */
class PostingsMaker {
 public:
  /** Adds a list of Posting; ascending, no offer twice. */
  void add(std::span<const std::uint32_t> list);
  Postings finish() const;

 private:
  void add_chunk(std::span<const std::uint32_t> list);
  void add_bits(std::span<const std::uint16_t> offers);

  ListInterner<std::uint16_t> lists_;
  ListInterner<std::uint64_t> bits_;
  std::vector<std::uint32_t> list_of_;
  std::vector<std::uint16_t> list_;                    // working memory
  std::array<std::vector<std::uint16_t>, 3> of_tier_;  // the same
};

}  // namespace lotse::match
