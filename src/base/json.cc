// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <algorithm>
#include <set>
#include <vector>

namespace lotse {
namespace {

// A deep tree would overflow the stack when it is written again; duplicate keys would silently lose a value.
struct Guard {
  std::vector<std::set<std::string>> keys;
  std::string reason;
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    using E = Json::parse_event_t;
    if (depth > 64) reason = "nested deeper than 64";
    if (event == E::object_start) keys.emplace_back();
    if (event == E::object_end && !keys.empty()) keys.pop_back();
    if (event == E::key && !keys.empty() && !keys.back().insert(parsed.get<std::string>()).second)
      reason = "the same key twice";
    if (!reason.empty()) throw std::runtime_error(reason);
    return true;
  }
};

std::size_t line_at(std::string_view text, std::size_t byte) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size())), '\n'));
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, JsonFault* fault) {
  Guard guard;
  try {
    return Json::parse(text.begin(), text.end(), std::ref(guard));
  } catch (const Json::parse_error& e) {
    if (fault) *fault = {line_at(text, e.byte), "not valid JSON here"};
  } catch (const std::exception& e) {
    if (fault) *fault = {1, guard.reason.empty() ? "not valid JSON" : guard.reason};
  }
  return std::nullopt;
}

}  // namespace lotse
