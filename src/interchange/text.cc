// SPDX-License-Identifier: EUPL-1.2
#include "interchange/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lotse::interchange {

std::string small(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string replaced(std::string_view text,
                     std::span<const std::pair<std::string_view, std::string_view>> parts) {
  std::string out;
  while (!text.empty()) {
    const auto part =
        std::find_if(parts.begin(), parts.end(), [&](const auto& p) { return text.starts_with(p.first); });
    if (part == parts.end())
      out += text.front();
    else
      out += part->second;
    text.remove_prefix(part == parts.end() ? 1 : part->first.size());
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto at = text.find(mark);
    parts.emplace_back(text.substr(0, at));
    if (at != text.npos && at + 1 == text.size()) parts.emplace_back();
    text = at == text.npos ? std::string_view{} : text.substr(at + 1);
  }
  return parts;
}

std::optional<double> number_of(std::string_view text) {
  std::string digits(text);
  if (digits.find('.') == std::string::npos) std::replace(digits.begin(), digits.end(), ',', '.');
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = fault == std::errc() && end == digits.data() + digits.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace lotse::interchange
