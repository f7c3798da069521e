// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "seal/seal.h"

/** Inside directory/: what asking others about an entry shares. */
namespace lotse::directory {

/** The purpose of links by which those who run an offer say whether its entry is still right. */
inline constexpr std::string_view kConfirmation = "directory.confirm";
/** How long such a link holds. */
inline constexpr std::int64_t kLinkHoldsMs = 30 * 24 * 3'600'000LL;

/** Where a sealed field of a note belongs. */
inline seal::Place note_place(UnitId unit, std::string_view field, const std::string& id) {
  return {unit, "suggestion", field, id};
}

}  // namespace lotse::directory
