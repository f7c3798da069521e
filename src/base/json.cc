// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace lotse {
namespace {

// A deep tree would overflow the stack when it is written again; duplicate keys would silently lose a value.
// Each member that an object gets is compared with all that it has, so that a million of them would take
// minutes.
struct Guard {
  static constexpr std::size_t kMostCompared = 60'000'000;
  std::vector<std::set<std::string>> keys;
  std::size_t compared = 0;
  std::string reason;
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    using E = Json::parse_event_t;
    const bool opens = event == E::object_start || event == E::array_start;
    if (depth > 64 || (opens && depth == 64)) reason = "nested deeper than 64";
    if (event == E::object_start) keys.emplace_back();
    if (event == E::object_end && !keys.empty()) keys.pop_back();
    if (event == E::key && !keys.empty() && !keys.back().insert(parsed.get<std::string>()).second)
      reason = "the same key twice";
    if (event == E::key && !keys.empty() && (compared += keys.back().size()) > kMostCompared)
      reason = "too many members in one object";
    // PostgreSQL keeps no NUL and would end the text there; the other store would not.
    const bool text = event == E::key || event == E::value;
    if (text && parsed.is_string() && parsed.get_ref<const std::string&>().find('\0') != std::string::npos)
      reason = "the character NUL in a text";
    if (!reason.empty()) throw std::runtime_error(reason);
    return true;
  }
};

// Says how far the parser has read: the guard is not told where it is.
struct Reading {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  const char* at;
  const char** furthest;
  reference operator*() const { return *at; }
  Reading& operator++() {
    *furthest = ++at;
    return *this;
  }
  Reading operator++(int) {
    const Reading before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Reading& other) const { return at == other.at; }
};

// The line of the character at `byte`, a line end being the last of its own line.
std::size_t line_at(std::string_view text, std::size_t byte) {
  return 1 +
         static_cast<std::size_t>(std::count(
             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size())), '\n'));
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, JsonFault* fault) {
  // The parser would take NUL for the end, and leave unread what comes after it.
  if (const auto nul = text.find('\0'); nul != text.npos) {
    if (fault) *fault = {line_at(text, nul), "not valid JSON here"};
    return std::nullopt;
  }
  Guard guard;
  const char* furthest = text.data();
  try {
    return Json::parse(Reading{text.data(), &furthest}, Reading{text.data() + text.size(), &furthest},
                       std::ref(guard));
  } catch (const Json::parse_error& e) {
    if (fault) *fault = {line_at(text, std::max<std::size_t>(e.byte, 1) - 1), "not valid JSON here"};
  } catch (const std::exception& e) {
    if (fault)
      *fault = {
          line_at(text, static_cast<std::size_t>(std::max<std::ptrdiff_t>(furthest - text.data(), 1)) - 1),
          guard.reason.empty() ? "not valid JSON" : guard.reason};
  }
  return std::nullopt;
}

}  // namespace lotse
