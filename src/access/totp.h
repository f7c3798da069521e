// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

/** One-time codes of a clock that both sides have (RFC 6238: HMAC-SHA-1, six digits, 30 seconds). */
namespace lotse::access {

/** 160 random bits, as RFC 4226 section 4 advises. */
std::string new_totp_secret();
/** The secret as people and apps type it: Base32 (RFC 4648) without padding. */
std::string base32(std::string_view secret);

/** Number of the half minute that `at` lies in. */
std::int64_t totp_step(Instant at);
/** The code of a half minute. */
std::string totp(std::string_view secret, std::int64_t step);
/** The half minute among the one of `now`, the one before and the one behind it whose code this is, if it
 * lies after `used`. */
std::optional<std::int64_t> totp_match(std::string_view secret, std::string_view code, Instant now,
                                       std::int64_t used);

}  // namespace lotse::access
