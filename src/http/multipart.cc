// SPDX-License-Identifier: EUPL-1.2
#include "http/multipart.h"

#include <algorithm>
#include <optional>

#include "base/fold.h"

namespace lotse::http {
namespace {

constexpr std::string_view kType = "multipart/form-data", kLine = "\r\n";
constexpr std::size_t kMostHead = 8 * 1024, kMostBoundary = 70;  // RFC 2046 section 5.1.1

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// One parameter `name=value` or `name="value"` taken off the front; nothing if it is none.
struct Parameter {
  std::string_view name, value;
};
std::optional<Parameter> take_parameter(std::string_view& rest) {
  rest = without_blanks(rest);
  if (!rest.starts_with(';')) return std::nullopt;
  rest.remove_prefix(1);
  const auto sign = rest.find('=');
  if (sign == rest.npos) return std::nullopt;
  Parameter found{without_blanks(rest.substr(0, sign)), {}};
  rest = without_blanks(rest.substr(sign + 1));
  if (rest.starts_with('"')) {
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != '"')
      end += rest[end] == '\\' && rest.substr(end + 1, 1) == "\"" ? 2 : 1;
    if (end >= rest.size()) return std::nullopt;
    found.value = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    const auto end = std::min(rest.find(';'), rest.size());
    found.value = without_blanks(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return found;
}

std::string_view boundary_of(std::string_view content_type) {
  auto rest = content_type.substr(kType.size());
  while (const auto each = take_parameter(rest))
    if (same_name(each->name, "boundary")) return each->value;
  return {};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// Only these three are written so; any other % is itself.
std::string unescaped(std::string_view text) {
  std::string plain = replaced(std::string(text), "\\\"", "\"");
  plain = replaced(replaced(std::move(plain), "%0D", "\r"), "%0A", "\n");
  return replaced(std::move(plain), "%22", "\"");
}

struct PartHead {
  std::optional<std::string> name, file;
};

// Of "Content-Disposition: form-data; …"; without a name where there is none.
PartHead understood(std::string_view head) {
  PartHead found;
  while (!head.empty()) {
    const auto end = std::min(head.find(kLine), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + kLine.size(), head.size()));
    const auto colon = std::min(line.find(':'), line.size());
    if (!same_name(line.substr(0, colon), "Content-Disposition")) continue;
    auto rest = without_blanks(line.substr(std::min(colon + 1, line.size())));
    const auto kind = std::min(rest.find(';'), rest.size());
    if (!same_name(without_blanks(rest.substr(0, kind)), "form-data")) return {};
    rest.remove_prefix(kind);
    while (const auto each = take_parameter(rest)) {
      if (same_name(each->name, "name")) found.name = unescaped(each->value);
      if (same_name(each->name, "filename")) found.file = unescaped(each->value);
    }
  }
  return found;
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return same_name(
      without_blanks(content_type.substr(0, std::min(content_type.find(';'), content_type.size()))), kType);
}

tl::expected<FormWithFiles, FormError> decode_multipart(std::string_view content_type, std::string_view body,
                                                        std::size_t max_parts) {
  const std::string_view boundary = is_multipart(content_type) ? boundary_of(content_type) : "";
  if (boundary.empty() || boundary.size() > kMostBoundary) return tl::unexpected(FormError::bad_parts);
  const std::string first = "--" + std::string(boundary), next = "\r\n" + first;
  if (!body.starts_with(first)) return tl::unexpected(FormError::bad_parts);
  body.remove_prefix(first.size());
  FormWithFiles found;
  for (std::size_t parts = 0; !body.starts_with("--"); ++parts) {
    if (parts == max_parts) return tl::unexpected(FormError::too_many);
    const auto head_end = body.substr(0, kMostHead).find("\r\n\r\n");
    if (!body.starts_with(kLine) || head_end == body.npos) return tl::unexpected(FormError::bad_parts);
    PartHead head = understood(body.substr(kLine.size(), head_end - std::min(head_end, kLine.size())));
    body.remove_prefix(head_end + 2 * kLine.size());
    const auto end = body.find(next);
    if (!head.name || end == body.npos) return tl::unexpected(FormError::bad_parts);
    const auto bytes = body.substr(0, end);
    body.remove_prefix(end + next.size());
    if (!is_utf8(*head.name) || !is_utf8(head.file ? std::string_view(*head.file) : bytes))
      return tl::unexpected(FormError::bad_text);
    if (!head.file)
      found.form.pairs.push_back({std::move(*head.name), std::string(bytes)});
    else if (!head.file->empty() || !bytes.empty())
      found.files.push_back({std::move(*head.name), std::move(*head.file), bytes});
  }
  return found;
}

}  // namespace lotse::http
