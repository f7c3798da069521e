// SPDX-License-Identifier: EUPL-1.2
// From message ids to sentences: catalogue, fallback, placeholders.
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "words/catalogue.h"
#include "words/pseudo.h"
#include "words/words.h"

namespace lotse::words {
namespace {

constexpr std::string_view kIsolate = "\u2068", kIsolateLeft = "\u2066", kEndIsolate = "\u2069";

// A Latin name with a bracket at its end, or "+49 421 361", falls apart between Arabic words unless it is
// isolated. Arabic values and plain figures must stay open: "09:00–11:00" is read from the right there.
bool needs_isolation(std::string_view value) {
  if (value.find("://") != value.npos) return false;
  if (value.starts_with('+')) return true;
  const auto* s = reinterpret_cast<const std::uint8_t*>(value.data());
  const auto n = static_cast<std::int32_t>(value.size());
  for (std::int32_t i = 0; i < n;) {
    UChar32 c = 0;
    U8_NEXT(s, i, n, c);
    if (c >= 0 && u_charDirection(c) == U_LEFT_TO_RIGHT) return true;
  }
  return false;
}

void append_value(std::string& out, const Language& language, std::string_view value) {
  const bool isolate = language.right_to_left && needs_isolation(value);
  if (isolate) out += kIsolate;
  out += value;
  if (isolate) out += kEndIsolate;
}

const std::string* value_of(const Args& args, std::string_view name) {
  for (const auto& [key, value] : args) {
    if (key == name) return &value;
  }
  return nullptr;
}

// One pass from left to right, so that a value that holds braces is never taken for a placeholder.
std::string filled(const Language& language, std::string_view pattern, const Args& args) {
  std::string out;
  out.reserve(pattern.size() + 16 * args.size());
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == pattern.npos) break;
    pattern.remove_prefix(open);
    const auto close = pattern.find('}');
    const auto* value = close == pattern.npos ? nullptr : value_of(args, pattern.substr(1, close - 1));
    const auto used = value ? close + 1 : 1;
    if (value)
      append_value(out, language, *value);
    else
      out += '{';
    pattern.remove_prefix(used);
  }
  return out;
}

struct Found {
  std::string_view message;
  const catalogue::Table* table = nullptr;  // nullptr: the English id itself
};

Found lookup(const Language& language, std::string_view context, std::string_view id) {
  if (language.tag != "en" && !is_pseudo(language)) {
    for (const auto tag : {language.tag, german().tag}) {
      const auto* table = catalogue::table(tag);
      if (!table) continue;
      const auto message = catalogue::message(*table, context, id);
      if (!message.empty()) return {message, table};
    }
  }
  return {id, nullptr};
}

std::string finished(const Language& language, std::string_view message, const Args& args) {
  if (is_pseudo(language)) return filled(language, pseudo(language, message), args);
  return filled(language, message, args);
}

}  // namespace

namespace {

// German inside a page that runs the other way keeps its own direction, full stop and all.
std::string in_its_direction(const Language& language, const Found& found, std::string text) {
  const bool turned = language.right_to_left && found.table && found.table != catalogue::table(language.tag);
  return turned && needs_isolation(text) ? std::string(kIsolateLeft) + text + std::string(kEndIsolate) : text;
}

}  // namespace

std::string translate(const Language& language, const Text& text) { return translate(language, {}, text); }

std::string translate(const Language& language, std::string_view context, const Text& text) {
  // A text with plural forms that is asked for without a number gives its first form.
  const auto found = lookup(language, context, text.id);
  return in_its_direction(language, found, finished(language, catalogue::form(found.message, 0), text.args));
}

std::string plural(const Language& language, std::string_view one, std::string_view many, std::int64_t n,
                   const Args& args) {
  const auto found = lookup(language, {}, one);
  const auto size = n < 0 ? 0UL - static_cast<unsigned long>(n) : static_cast<unsigned long>(n);
  std::string_view message = size == 1 ? one : many;
  if (found.table) message = catalogue::form(found.message, found.table->form(size));
  Args all = args;
  all.emplace_back("n", number(language, n));
  return in_its_direction(language, found, finished(language, message, all));
}

State state(const Language& language) {
  const auto* table = catalogue::table(language.tag);
  return table ? table->state : State{};
}

}  // namespace lotse::words
