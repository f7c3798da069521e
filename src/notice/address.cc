// SPDX-License-Identifier: EUPL-1.2
#include "notice/address.h"

#include <algorithm>

namespace lotse::notice {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// atext of RFC 5322 section 3.2.3.
bool is_atext(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_atom(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_atext);
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

template <class Rule>
bool all_between_dots(std::string_view text, Rule rule) {
  for (;;) {
    const auto dot = text.find('.');
    if (!rule(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == text.npos || text.size() > 254) return false;
  const auto local = text.substr(0, at), domain = text.substr(at + 1);
  if (local.size() > 64 || domain.find('.') == domain.npos) return false;
  const auto last = domain.substr(domain.rfind('.') + 1);
  const bool number = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return !number && all_between_dots(local, is_atom) && all_between_dots(domain, is_label);
}

}  // namespace lotse::notice
