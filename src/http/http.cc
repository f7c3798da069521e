// SPDX-License-Identifier: EUPL-1.2
#include "http/http.h"

#include <sys/resource.h>

#include <algorithm>

#include "http/head.h"

namespace lotse::http {
namespace {

// Not std::tolower: header names are ASCII whatever the locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view header_of(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields)
    if (same_name(field.name, name)) return field.value;
  return {};
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (const Field& field : fields) {
    if (!same_name(field.name, "Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim_blanks(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t sign = pair.find('=');
      if (sign != pair.npos && pair.substr(0, sign) == name) return std::string(pair.substr(sign + 1));
    }
  }
  return std::nullopt;
}

Response& Response::add(std::string_view name, std::string_view value) {
  fields.push_back({std::string(name), std::string(value)});
  return *this;
}

std::size_t raise_open_files(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < wanted) {
    const rlimit raised{std::min<rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace lotse::http
