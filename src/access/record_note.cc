// SPDX-License-Identifier: EUPL-1.2
#include "access/record_note.h"

#include <charconv>

namespace lotse::access {

std::string NotedPlace::key() const { return std::to_string(unit) + "/" + id; }

std::optional<NotedPlace> NotedPlace::of(std::string_view key) {
  NotedPlace place;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), place.unit);
  const auto at = static_cast<std::size_t>(end - key.data());
  if (error != std::errc() || at == key.size() || key[at] != '/') return std::nullopt;
  place.id = key.substr(at + 1);
  return place;
}

}  // namespace lotse::access
