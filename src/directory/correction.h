// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "directory/types.h"
#include "http/form.h"

namespace lotse::directory {

/** How many rows of opening hours the form shows beyond those that are filled. */
inline constexpr int kSpareHours = 3;

/** An age in years as the form shows it: "6", or "0.5" where an import gave it so; empty if there is none. */
std::string shown_age(const std::optional<double>& years);

/**
 * The service with what the form says in place of what it had; what the form does not show stays as it was.
 * Values that cannot be read (a number that is none) are problems; the rest is judged by `check`. Pure.
 */
Service corrected(const Service& before, const http::Form& form, Problems& problems);

}  // namespace lotse::directory
