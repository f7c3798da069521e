// SPDX-License-Identifier: EUPL-1.2
// From bytes in whatever encoding to UTF-8.
#include <unicode/ucnv.h>

#include <algorithm>
#include <utility>

#include "base/fold.h"
#include "interchange/table.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

// Valid UTF-8; NULs, which is_utf8 refuses, are dealt with afterwards.
bool is_utf8_but_for_nul(std::string_view bytes) {
  if (bytes.find('\0') == bytes.npos) return is_utf8(bytes);
  std::string without(bytes);
  std::erase(without, '\0');
  return is_utf8(without);
}

// True for UTF-8 with a few broken bytes. In Windows-1252 two letters hardly ever look like one of UTF-8, so
// that a text has either nearly all of its letters in that form or nearly none.
bool is_broken_utf8(std::string_view bytes) {
  std::size_t good = 0, bad = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const bool valid = length == 1 || is_utf8(bytes.substr(at, length));
    if (length > 1) (valid ? good : bad) += valid ? length : 1;
    at += valid ? length : 1;
  }
  return good >= 9 * bad;
}

// The lines of the places that could not be read, with some text around each of them.
void tell_replaced(const std::string& file, std::string_view text, Report& report) {
  constexpr std::string_view kSign = "\xEF\xBF\xBD";
  std::size_t line = 1, told = 0, from = 0;
  for (auto at = text.find(kSign); at != text.npos; at = text.find(kSign, at + kSign.size())) {
    line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(from),
                                                text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    from = at;
    if (std::exchange(told, line) == line) continue;
    std::size_t begin = at - std::min<std::size_t>(at, 40);
    while ((static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
    if (const auto end = text.substr(begin, at - begin).rfind('\n'); end != text.npos) begin += end + 1;
    const auto around = text.substr(begin);
    report.add(Severity::value_changed, file, line, "",
               trimmed(around.substr(0, around.find_first_of("\r\n"))),
               msg("Bytes that are no text in this encoding were replaced."));
  }
}

// Latin text in UTF-16 without BOM has a zero in nearly every second byte.
std::string_view utf16_without_bom(std::string_view bytes) {
  const std::size_t size = std::min<std::size_t>(bytes.size(), 4096) & ~std::size_t{1};
  if (size < 4) return {};
  std::size_t even = 0, odd = 0;
  for (std::size_t i = 0; i < size; i += 2) {
    even += bytes[i] == '\0';
    odd += bytes[i + 1] == '\0';
  }
  if (odd > size / 4 && even == 0) return "UTF-16LE";
  if (even > size / 4 && odd == 0) return "UTF-16BE";
  return {};
}

std::string_view encoding_of(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return "UTF-8";
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  if (const auto name = utf16_without_bom(bytes); !name.empty()) return name;
  return is_utf8_but_for_nul(bytes) || is_broken_utf8(bytes) ? "UTF-8" : "windows-1252";
}

// Nothing if ICU does not know the encoding.
std::optional<std::string> converted(std::string_view bytes, const std::string& encoding) {
  UErrorCode code = U_ZERO_ERROR;
  UConverter* from = ucnv_open(encoding.c_str(), &code);
  if (U_FAILURE(code)) return std::nullopt;
  UConverter* to = ucnv_open("UTF-8", &code);
  std::string text;
  char buffer[1 << 14];
  UChar pivot[1 << 12];
  UChar *pivot_from = pivot, *pivot_to = pivot;
  const char *source = bytes.data(), *end = source + bytes.size();
  bool more = U_SUCCESS(code) != 0;
  for (bool first = true; more; first = false) {
    char* target = buffer;
    code = U_ZERO_ERROR;
    ucnv_convertEx(to, from, &target, buffer + sizeof buffer, &source, end, pivot, &pivot_from, &pivot_to,
                   pivot + (sizeof pivot / sizeof *pivot), static_cast<UBool>(first), 1, &code);
    text.append(buffer, target);
    more = code == U_BUFFER_OVERFLOW_ERROR;
  }
  ucnv_close(from);
  ucnv_close(to);
  return text;
}

}  // namespace

Result<std::string> decode(const std::string& file, std::string_view bytes, std::string_view encoding,
                           Report& report) {
  const std::string name(encoding.empty() ? encoding_of(bytes) : encoding);
  const bool utf8 = small(name) == "utf-8" || small(name) == "utf8";
  std::string text;
  if (utf8 && is_utf8_but_for_nul(bytes)) {
    text = bytes;
  } else {
    auto result = converted(bytes, name);
    if (!result)
      return refuse("encoding", msg("{encoding} is no encoding that we know.", {{"encoding", name}}));
    text = std::move(*result);
    if (!utf8)
      report.add(Severity::note, file, 0, "", name,
                 msg("The file is not in UTF-8; it was read in this encoding."));
    tell_replaced(file, text, report);
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (const auto count = std::erase(text, '\0'))
    report.add(Severity::value_changed, file, 0, "", std::to_string(count),
               msg("Zero bytes in the file were left out."));
  return text;
}

}  // namespace lotse::interchange
