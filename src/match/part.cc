// SPDX-License-Identifier: EUPL-1.2
#include "match/part.h"

#include <algorithm>

#include "base/id.h"

namespace lotse::match {

std::optional<Uuid> to_uuid(std::string_view text) {
  if (!is_uuid(text)) return std::nullopt;
  Uuid id;
  int digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const auto value = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    std::uint64_t& half = digits++ < 16 ? id.high : id.low;
    half = half << 4 | value;
  }
  return id;
}

std::string to_text(const Uuid& id) {
  std::string text(36, '-');
  int at = 0;
  for (int digit = 0; digit < 32; ++digit) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    const std::uint64_t half = digit < 16 ? id.high : id.low;
    text[static_cast<std::size_t>(at++)] = "0123456789abcdef"[half >> (60 - digit % 16 * 4) & 15];
  }
  return text;
}

void Block::set(std::size_t i, const Record& record) {
  lat[i] = record.lat;
  lon[i] = record.lon;
  languages[i] = record.languages;
  schedule[i] = record.schedule;
  free_places[i] = record.free_places;
  care_places[i] = record.care_places;
  min_age[i] = record.min_age;
  max_age[i] = record.max_age;
  care_min[i] = record.care_min;
  care_max[i] = record.care_max;
  audience[i] = record.audience;
  flags[i] = record.flags;
}

std::uint32_t SortedTexts::lower_bound(std::string_view text) const {
  std::uint32_t low = 0, high = static_cast<std::uint32_t>(size());
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if ((*this)[middle] < text)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::uint32_t SortedTexts::end_of_prefix(std::uint32_t from, std::string_view prefix) const {
  std::uint32_t low = from, high = static_cast<std::uint32_t>(size());
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if ((*this)[middle].starts_with(prefix))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

std::optional<std::uint32_t> Part::find(const Uuid& id) const {
  const auto at =
      std::lower_bound(by_rank.begin(), by_rank.end(), id,
                       [&](std::uint32_t offer, const Uuid& wanted) { return ids[offer] < wanted; });
  if (at == by_rank.end() || ids[*at] != id) return std::nullopt;
  return *at;
}

std::size_t Part::bytes() const {
  return sizeof(Part) + blocks.capacity() * sizeof(Block) + ids.capacity() * sizeof(Uuid) +
         (ranks.capacity() + by_rank.capacity()) * sizeof(std::uint32_t) + words.bytes() +
         word_lists.bytes() + topics.capacity() * sizeof(TopicNo) + topic_lists.bytes() + schedules.bytes() +
         languages.bytes() + language_sets.bytes() + sets_of_language.bytes() + set_cost.capacity() +
         (boxes.capacity() + supers.capacity()) * sizeof(Box);
}

}  // namespace lotse::match
