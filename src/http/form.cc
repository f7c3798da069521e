// SPDX-License-Identifier: EUPL-1.2
#include "http/form.h"

#include <algorithm>

#include "base/fold.h"

namespace lotse::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text, bool plus_for_blank) {
  static constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (unreserved(c)) {
      out += c;
    } else if (c == ' ' && plus_for_blank) {
      out += '+';
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

bool decode_into(std::string& out, std::string_view text, bool plus_is_blank) {
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return false;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (const Field& pair : pairs)
    if (pair.name == name) return pair.value;
  return std::nullopt;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& pair : pairs)
    if (pair.name == name) values.push_back(pair.value);
  return values;
}

tl::expected<Form, FormError> decode_form(std::string_view text, std::size_t max_pairs) {
  Form form;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    if (form.pairs.size() == max_pairs) return tl::unexpected(FormError::too_many);
    const std::size_t sign = std::min(piece.find('='), piece.size());
    Field pair;
    if (!decode_into(pair.name, piece.substr(0, sign), true) ||
        !decode_into(pair.value, piece.substr(std::min(sign + 1, piece.size())), true))
      return tl::unexpected(FormError::bad_escape);
    if (!is_utf8(pair.name) || !is_utf8(pair.value)) return tl::unexpected(FormError::bad_text);
    form.pairs.push_back(std::move(pair));
  }
  return form;
}

std::string encode_query(std::span<const Field> pairs) {
  std::string out;
  for (const Field& pair : pairs) {
    if (!out.empty()) out += '&';
    append_encoded(out, pair.name, true);
    out += '=';
    append_encoded(out, pair.value, true);
  }
  return out;
}

std::string encode_query(std::initializer_list<Field> pairs) {
  return encode_query(std::span<const Field>(pairs.begin(), pairs.size()));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_encoded(out, text, false);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  if (!decode_into(out, text, false)) return std::nullopt;
  return out;
}

}  // namespace lotse::http
