// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string_view>

/** Inside directory/: what asking others about an entry shares. */
namespace lotse::directory {

/** The purpose of links by which those who run an offer say whether its entry is still right. */
inline constexpr std::string_view kConfirmation = "directory.confirm";

}  // namespace lotse::directory
