// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string_view>

#include "http/exchange.h"
#include "http/head.h"

/**
 * From bytes that have arrived to a request, without a socket. Inside http/ only. Beast knows the grammar;
 * what it is lenient about (several lengths, codings, hosts) is judged by us.
 */
namespace lotse::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Besides an HTTP status to refuse with, what reading can end in.
inline constexpr int complete = 0;
inline constexpr int gone = -1;
inline constexpr int unfinished = -2;

/** What the scanner found, as one of these. */
int status_of(Scan found);

/** Takes the head that `scanner` found out of `buffer`; fills in request, method and framing. */
int take_head(const HeadScanner& scanner, boost::beast::flat_buffer& buffer, const Limits& limits,
              Parser& parser, Exchange& exchange, Framing& framing);

/** Takes what has arrived of the body out of `buffer`; the parser holds it. */
int take_body(boost::beast::flat_buffer& buffer, const Limits& limits, Parser& parser);

/** How many bytes may arrive for a body of at most `limit`: chunks of one byte with long extensions could
 * make a small body an endless stream. */
std::size_t most_for_body(std::size_t limit);

}  // namespace lotse::http
