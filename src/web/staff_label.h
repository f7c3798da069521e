// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "web/site.h"

/** How pages of staff name what many of them show. */
namespace lotse::web {

/** A function of the access matrix in the reader's language; one that has no name there as it is. */
std::string function_label(const Ask& ask, std::string_view function);
/** A point in time as people read it: day and minute. */
std::string moment(const Ask& ask, Instant at);

}  // namespace lotse::web
