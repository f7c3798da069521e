// SPDX-License-Identifier: EUPL-1.2
#include "words/catalogue.h"

#include <algorithm>
#include <string>

namespace lotse::words::catalogue {
namespace {

std::string_view part(const char* text, const std::uint32_t* starts, std::size_t i) {
  return {text + starts[i], starts[i + 1] - starts[i]};
}

std::optional<std::size_t> find(std::string_view key) {
  const Keys all = keys();
  std::size_t low = 0, high = all.count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const int order = part(all.text, all.starts, middle).compare(key);
    if (order == 0) return middle;
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return std::nullopt;
}

}  // namespace

const Table* table(std::string_view tag) {
  const auto all = tables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Table& t) { return t.tag == tag; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view message(const Table& table, std::string_view context, std::string_view id) {
  const auto index = context.empty() ? find(id) : find(std::string(context) + '\x04' + std::string(id));
  return index ? part(table.text, table.starts, *index) : std::string_view{};
}

std::string_view form(std::string_view message, int number) {
  for (; number > 0; --number) {
    const auto end = message.find('\0');
    if (end == message.npos) break;
    message.remove_prefix(end + 1);
  }
  return message.substr(0, message.find('\0'));
}

}  // namespace lotse::words::catalogue
