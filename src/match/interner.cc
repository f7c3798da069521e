// SPDX-License-Identifier: EUPL-1.2
#include "match/interner.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace lotse::match {
namespace {

template <class Number>
std::uint64_t load(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

/** Most texts are short, and there are millions: eight bytes at a time, the last of them twice if need be. */
std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = text.size() * kFactor;
  const auto mix = [&](std::uint64_t bytes) {
    hash = (hash ^ bytes) * kFactor;
    hash ^= hash >> 32;
  };
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); end - at > 8; at += 8) mix(load<std::uint64_t>(at));
  if (text.size() >= 8)
    mix(load<std::uint64_t>(end - 8));
  else if (text.size() >= 4)
    mix(load<std::uint32_t>(text.data()) << 32 | load<std::uint32_t>(end - 4));
  else if (!text.empty())
    mix(load<std::uint8_t>(text.data()) << 16 | load<std::uint8_t>(text.data() + text.size() / 2) << 8 |
        load<std::uint8_t>(end - 1));
  return static_cast<std::uint32_t>(hash);
}

}  // namespace

std::uint32_t Interner::number(std::string_view text) {
  const std::uint32_t hash = hash_of(text);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].number_plus_1 != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && this->text(slots_[at].number_plus_1 - 1) == text)
      return slots_[at].number_plus_1 - 1;
  }
  CHECK(all_.size() + text.size() < std::numeric_limits<std::uint32_t>::max());
  all_ += text;
  start_.push_back(static_cast<std::uint32_t>(all_.size()));
  slots_[at] = {hash, size()};
  const std::uint32_t number = size() - 1;
  if (std::size_t{size()} * 2 > slots_.size()) grow();
  return number;
}

void Interner::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number_plus_1 == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].number_plus_1 != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

template <class Number>
ListsOf<Number> ListInterner<Number>::lists() const {
  ListsOf<Number> lists;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < texts_.size(); ++i) bytes += texts_.text(i).size();
  lists.entries.resize(bytes / sizeof(Number));
  lists.start.reserve(texts_.size() + 1);
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    const std::string_view text = texts_.text(i);
    if (!text.empty()) std::memcpy(lists.entries.data() + lists.start.back(), text.data(), text.size());
    lists.start.push_back(static_cast<std::uint32_t>(lists.start.back() + text.size() / sizeof(Number)));
  }
  return lists;
}
template class ListInterner<std::uint32_t>;

void PostingsMaker::add(std::span<const std::uint32_t> list) {
  list_.clear();
  while (!list.empty()) {
    const std::uint32_t chunk = Posting::offer(list.front()) / kChunk;
    const std::uint32_t last = chunk * kChunk + (kChunk - 1);
    const auto end = std::upper_bound(list.begin(), list.end(), Posting::pack(last, 3));
    const auto size = static_cast<std::size_t>(end - list.begin());
    add_chunk(list.first(size));
    list = list.subspan(size);
  }
  list_of_.push_back(lists_.number(list_));
}

/** Adds what lies in one chunk. */
void PostingsMaker::add_chunk(std::span<const std::uint32_t> list) {
  for (auto& offers : of_tier_) offers.clear();
  for (const std::uint32_t posting : list)
    of_tier_[Posting::tier(posting)].push_back(static_cast<std::uint16_t>(Posting::offer(posting) % kChunk));
  for (std::size_t tier = 0; tier < of_tier_.size(); ++tier) {
    const auto& offers = of_tier_[tier];
    if (offers.empty()) continue;
    const bool as_bits = offers.size() >= kChunkAsBits;
    list_.push_back(static_cast<std::uint16_t>(Posting::offer(list.front()) / kChunk));
    list_.push_back(static_cast<std::uint16_t>(tier << 14 | (as_bits ? 0 : offers.size())));
    if (as_bits)
      add_bits(offers);
    else
      list_.insert(list_.end(), offers.begin(), offers.end());
  }
}

void PostingsMaker::add_bits(std::span<const std::uint16_t> offers) {
  std::array<std::uint64_t, kChunkWords> bits{};
  for (const std::uint16_t offer : offers) bits[offer / 64] |= std::uint64_t{1} << offer % 64;
  const std::uint32_t number = bits_.number(bits);
  list_.push_back(static_cast<std::uint16_t>(number));
  list_.push_back(static_cast<std::uint16_t>(number >> 16));
}

Postings PostingsMaker::finish() const { return {list_of_, lists_.lists(), bits_.lists().entries}; }

}  // namespace lotse::match
