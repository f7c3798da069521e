// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace lotse {
namespace {

// Builds the tree and watches over it. The library's own ways look through all of a list whenever an object
// in it ends, and through all of an object for each new member: some hundred thousand of either took minutes.
class Builder {
 public:
  explicit Builder(Json& root) : root_(root) {}
  const char* reason() const { return reason_; }
  std::size_t failed_at() const { return failed_at_; }

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(Json::number_integer_t value) { return put(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return put(value); }
  bool number_float(Json::number_float_t value, const std::string&) { return put(value); }
  bool string(std::string& value) { return is_clean(value) && put(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) {
    keys_.emplace_back();
    return opens(Json::object());
  }
  bool key(std::string& name) {
    if (keys_.back().size() == kMostMembers) return fail("more than 10,000 members in one object");
    if (!keys_.back().insert(name).second) return fail("the same key twice");
    if (!is_clean(name)) return false;
    auto& members = open_.back()->get_ref<Json::object_t&>();
    members.Json::object_t::Container::emplace_back(name, nullptr);
    member_ = &members.back().second;
    return true;
  }
  bool end_object() {
    keys_.pop_back();
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) { return opens(Json::array()); }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    failed_at_ = position;
    return false;
  }

 private:
  static constexpr std::size_t kMostMembers = 10'000;
  static constexpr std::size_t kDeepest =
      64;  // a deep tree would overflow the stack when it is written again

  bool put(Json value) {
    if (open_.empty()) {
      last_ = &root_;
    } else if (open_.back()->is_array()) {
      auto& list = open_.back()->get_ref<Json::array_t&>();
      last_ = &list.emplace_back();
    } else {
      last_ = member_;
    }
    *last_ = std::move(value);
    return true;
  }
  bool opens(Json empty) {
    if (open_.size() == kDeepest) return fail("nested deeper than 64");
    put(std::move(empty));
    open_.push_back(last_);
    return true;
  }
  // PostgreSQL keeps no NUL and would end the text there; the other store would not.
  bool is_clean(const std::string& text) {
    return text.find('\0') == std::string::npos || fail("the character NUL in a text");
  }
  bool fail(const char* why) {
    reason_ = why;
    return false;
  }

  Json& root_;
  std::vector<Json*> open_;                   // none of them moves before what is inside it has ended
  Json *last_ = nullptr, *member_ = nullptr;  // where the last value went, and the next one of an object goes
  std::vector<std::set<std::string>> keys_;  // of the objects that are open; two of a name would lose a value
  std::size_t failed_at_ = 0;
  const char* reason_ = nullptr;
};

// Says how far the parser has read: the builder is not told where it is.
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
  Json whole;
  Builder builder(whole);
  const char* furthest = text.data();
  if (Json::sax_parse(Reading{text.data(), &furthest}, Reading{text.data() + text.size(), &furthest},
                      &builder))
    return whole;
  const auto read = builder.reason() ? static_cast<std::size_t>(furthest - text.data()) : builder.failed_at();
  if (fault)
    *fault = {line_at(text, std::max<std::size_t>(read, 1) - 1),
              builder.reason() ? builder.reason() : "not valid JSON here"};
  return std::nullopt;
}

}  // namespace lotse
