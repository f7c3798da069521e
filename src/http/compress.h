// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>

namespace lotse::http {

/**
 * The bytes as one gzip member. `level` 1 (fast) to 9 (small); 4 is where pages stop getting much smaller.
 * Each thread keeps one state of about 256 KB for its next call. Do not compress an answer that holds a
 * secret next to what a stranger can choose.
 */
std::string gzip(std::string_view bytes, int level = 4);

/**
 * How much the client wants a coding ("gzip", "br", "identity"), by its Accept-Encoding: 0 (refused) to 1000.
 * Codings are compared without case, "x-gzip" is gzip, "*" stands for all that are not named; identity is
 * 1000 unless refused.
 */
int coding_quality(std::string_view accept_encoding, std::string_view coding);

/** True if the client takes this coding. */
inline bool accepts(std::string_view accept_encoding, std::string_view coding) {
  return coding_quality(accept_encoding, coding) > 0;
}

}  // namespace lotse::http
