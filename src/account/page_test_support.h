// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>

namespace lotse::account {

/** A page without the numbers of its forms, which differ each time: for comparing two. */
inline std::string numberless(std::string body) {
  constexpr std::string_view kMark = "name=\"_once\" value=\"";
  for (auto at = body.find(kMark); at != body.npos; at = body.find(kMark, at))
    body.erase(at, kMark.size() + 32);
  return body;
}

}  // namespace lotse::account
