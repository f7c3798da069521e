// SPDX-License-Identifier: EUPL-1.2
#include "notice/mail.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/fold.h"
#include "base/id.h"
#include "notice/address.h"

namespace lotse::notice {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its NUL
  return text;
}

// RFC 2047: words of at most 75 characters, on lines of at most 76, no character cut in two. 39 bytes make 64
// characters, which leaves room for "Subject: ".
std::string encoded_words(std::string_view text) {
  constexpr std::size_t kMost = 39;
  std::string words;
  while (!text.empty()) {
    std::size_t size = std::min(kMost, text.size());
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    words += (words.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(text.substr(0, size)) + "?=");
    text.remove_prefix(size);
  }
  return words;
}

std::string subject_line(std::string_view subject) {
  const bool plain = is_ascii(subject) && subject.size() <= 66 && subject.find("=?") == subject.npos &&
                     subject.front() != ' ' && subject.back() != ' ';
  return "Subject: " + (plain ? std::string(subject) : encoded_words(subject)) + "\r\n";
}

// RFC 2045 section 6.7.
std::string quoted_printable(std::string_view body) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  std::size_t column = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\n') {
      text += "\r\n";
      column = 0;
      continue;
    }
    if (body[i] == '\r' && i + 1 < body.size() && body[i + 1] == '\n') continue;
    const auto c = static_cast<unsigned char>(body[i]);
    const bool ends_line = i + 1 == body.size() || body[i + 1] == '\n' || body[i + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    const bool as_it_is = (c > ' ' && c < 0x7F && c != '=') || (blank && !ends_line);
    const std::size_t size = as_it_is ? 1 : 3;
    // The last column is for the "=" of a line that goes on.
    if (column + size > 75) {
      text += "=\r\n";
      column = 0;
    }
    if (as_it_is)
      text += static_cast<char>(c);
    else
      text += {'=', kHex[c >> 4U], kHex[c & 15U]};
    column += size;
  }
  if (column > 0) text += "\r\n";
  return text;
}

// RFC 5322 section 3.3, in UTC.
std::string date_text(Instant at) {
  constexpr std::array<const char*, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const WallTime utc = wall_time(at, "Etc/UTC");
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::int64_t second = ((at.ms / 1000) % 60 + 60) % 60;
  return std::string(kDays.at(static_cast<std::size_t>(utc.day.weekday() - 1))) + ", " + two(utc.day.day) +
         " " + kMonths.at(static_cast<std::size_t>(utc.day.month - 1)) + " " + std::to_string(utc.day.year) +
         " " + two(utc.minute / 60) + ":" + two(utc.minute % 60) + ":" + two(second) + " +0000";
}

}  // namespace

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= 200 && is_utf8(text) &&
         std::none_of(text.begin(), text.end(), is_control);
}

std::string written(const Mail& mail) {
  CHECK(is_uuid(mail.id));
  CHECK(is_mail_address(mail.from));
  CHECK(is_mail_address(mail.to));
  CHECK(is_subject(mail.subject));
  CHECK(is_utf8(mail.body));
  return "Date: " + date_text(mail.made) + "\r\nFrom: " + mail.from + "\r\nTo: " + mail.to + "\r\n" +
         subject_line(mail.subject) + "Message-ID: <" + mail.id + mail.from.substr(mail.from.find('@')) +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
         "charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quoted_printable(mail.body);
}

}  // namespace lotse::notice
