// SPDX-License-Identifier: EUPL-1.2
#include <array>
#include <utility>

#include "account/steps.h"

namespace lotse::account {

std::string device_name(std::string_view user_agent) {
  using Pair = std::pair<std::string_view, std::string_view>;
  // In this order: most browsers name others besides themselves.
  constexpr std::array<Pair, 6> kBrowsers{{{"Edg", "Edge"},
                                           {"OPR/", "Opera"},
                                           {"SamsungBrowser", "Samsung Internet"},
                                           {"Firefox/", "Firefox"},
                                           {"Chrome/", "Chrome"},
                                           {"Safari/", "Safari"}}};
  constexpr std::array<Pair, 6> kSystems{{{"Android", "Android"},
                                          {"iPhone", "iPhone"},
                                          {"iPad", "iPad"},
                                          {"Windows", "Windows"},
                                          {"Mac OS X", "Mac"},
                                          {"Linux", "Linux"}}};
  const auto named = [&](const auto& list) {
    for (const auto& [mark, name] : list)
      if (user_agent.find(mark) != user_agent.npos) return std::string(name);
    return std::string();
  };
  const std::string browser = named(kBrowsers), system = named(kSystems);
  return browser.empty() || system.empty() ? browser + system : browser + ", " + system;
}

}  // namespace lotse::account
