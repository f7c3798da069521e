// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace lotse {

/** Keeps the order of members, as the writer meant it. */
using Json = nlohmann::ordered_json;

/** Where and why a text is no JSON. `line` counts from 1. */
struct JsonFault {
  std::size_t line = 1;
  std::string reason;
};

/** Parses UTF-8 JSON nested at most 64 deep; duplicate keys and NUL in a text ("\u0000") are a fault. On a
 * fault nothing is returned and `fault` is filled. */
std::optional<Json> parse_json(std::string_view text, JsonFault* fault = nullptr);

}  // namespace lotse
