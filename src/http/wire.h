// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "http/http.h"

/** How an answer is written down. Inside http/ only. */
namespace lotse::http {

/** The phrase for a status ("Not Found"); a general one for those that we do not name. */
std::string_view reason_of(int status);

/** "Sun, 06 Nov 1994 08:49:37 GMT". */
std::string http_date(std::chrono::system_clock::time_point instant);

/**
 * Status line and all fields up to the empty line. Throws lotse::Bug where the handler broke the contract of
 * Response (a status outside 200 to 599, a name that is no token, a line end or NUL in a value, a field that
 * the server owns).
 */
std::string format_head(const Response& response, bool keep_alive);

/** True if an answer with this status has no body by definition (204, 304). */
bool is_bodyless(int status);

/** A bare answer for when no page can be made: its status in words, not to be stored. */
Response plain_response(int status);

/** Adds a Retry-After of 2 to 9 seconds, different each time, so that those turned away do not come back
 * together; unless there is one. */
void ask_to_come_back(Response& response);

/** A bare 503 that asks to come back. */
Response overload_response();

}  // namespace lotse::http
