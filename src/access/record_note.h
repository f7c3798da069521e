// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"

/** How changes of records are told to followers: the topic is the row's table, or kRecordEnded with the
 * record. */
namespace lotse::access {

inline constexpr std::string_view kRecordEnded = "record.ended";

struct NotedPlace {
  UnitId unit = 0;
  std::string id;  // of the row, or of the record that ended
  std::string key() const;
  /** Nothing for a key of another form. */
  static std::optional<NotedPlace> of(std::string_view key);
};

}  // namespace lotse::access
