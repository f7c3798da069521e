// SPDX-License-Identifier: EUPL-1.2
// Forms with files: multipart/form-data (RFC 7578, RFC 2046), as browsers send it.
#include "base/fold.h"
#include "http/form.h"

namespace lotse::http {
namespace {

// The value of a parameter such as `boundary=…` or `name="…"`; browsers write a quotation mark inside as %22.
std::optional<std::string> parameter(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto semicolon = text.find(';');
    if (semicolon == text.npos) return std::nullopt;
    text = trimmed(text.substr(semicolon + 1));
    const auto sign = text.find('=');
    if (sign == text.npos) return std::nullopt;
    const bool wanted = same_name(trimmed(text.substr(0, sign)), name);
    text.remove_prefix(sign + 1);
    std::string value;
    if (text.starts_with('"')) {
      std::size_t at = 1;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
        value += text[at];
      }
      if (at >= text.size()) return std::nullopt;
      text.remove_prefix(at + 1);
    } else {
      const auto end = std::min(text.find(';'), text.size());
      value = trimmed(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (wanted) return value;
  }
  return std::nullopt;
}

// Some browsers once sent whole paths.
std::string last_part(std::string name) {
  const auto slash = name.find_last_of("/\\");
  return slash == name.npos ? name : name.substr(slash + 1);
}

// One part without its boundary: its head, an empty line, its content.
std::optional<FormError> read_part(std::string_view part, Form& form) {
  const auto blank = part.find("\r\n\r\n");
  if (blank == part.npos) return FormError::bad_escape;
  std::string_view head = part.substr(0, blank + 2);
  const std::string_view content = part.substr(blank + 4);
  std::optional<std::string> name, file;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (colon == line.npos || !same_name(line.substr(0, colon), "Content-Disposition")) continue;
    name = parameter(line, "name");
    file = parameter(line, "filename");
  }
  if (!name) return FormError::bad_escape;
  if (!is_utf8(*name) || (file && !is_utf8(*file))) return FormError::bad_text;
  if (file) {
    form.files.push_back({std::move(*name), last_part(std::move(*file)), content});
    return std::nullopt;
  }
  if (!is_utf8(content)) return FormError::bad_text;
  form.pairs.push_back({std::move(*name), std::string(content)});
  return std::nullopt;
}

}  // namespace

tl::expected<Form, FormError> decode_multipart(std::string_view body, std::string_view content_type,
                                               std::size_t max_parts) {
  const auto boundary = parameter(content_type, "boundary");
  // RFC 2046, 5.1.1
  if (!boundary || boundary->empty() || boundary->size() > 70) return tl::unexpected(FormError::bad_escape);
  const std::string mark = "\r\n--" + *boundary;
  // What stands before the first mark is no part; that mark may lack the line end in front.
  const bool at_once = body.starts_with(std::string_view(mark).substr(2));
  const auto first = at_once ? 0 : body.find(mark);
  if (first == body.npos) return tl::unexpected(FormError::bad_escape);
  body.remove_prefix(first + mark.size() - (at_once ? 2 : 0));
  Form form;
  while (!body.starts_with("--")) {
    const auto end = body.find(mark);
    const auto line = body.find("\r\n");
    if (end == body.npos || line > end || !trimmed(body.substr(0, line)).empty())
      return tl::unexpected(FormError::bad_escape);
    if (form.pairs.size() + form.files.size() == max_parts) return tl::unexpected(FormError::too_many);
    if (line == end) return tl::unexpected(FormError::bad_escape);
    if (const auto error = read_part(body.substr(line + 2, end - line - 2), form))
      return tl::unexpected(*error);
    body.remove_prefix(end + mark.size());
  }
  return form;
}

}  // namespace lotse::http
