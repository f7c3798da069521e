// SPDX-License-Identifier: EUPL-1.2
#include "http/parse.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <limits>

namespace lotse::http {
namespace {

constexpr std::size_t kChunkLine = 16 * 1024;
constexpr std::size_t kLastChunk = 5;  // "0", and two line ends

std::string_view view_of(boost::string_view text) { return {text.data(), text.size()}; }

}  // namespace

int status_of(Scan found) {
  switch (found) {
    case Scan::complete:
      return complete;
    case Scan::bad:
      return 400;
    case Scan::header_too_large:
      return 431;
    case Scan::target_too_long:
      return 414;
    case Scan::more:
      break;
  }
  return unfinished;
}

int take_head(const HeadScanner& scanner, boost::beast::flat_buffer& buffer, const Limits& limits,
              Parser& parser, Exchange& exchange, Framing& framing) {
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner has seen to it
  // Not `boost::none`: 1.74 compares a length with that and finds it greater. The real limit follows when the
  // path is known.
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  parser.eager(true);
  boost::system::error_code error;
  const auto* bytes = static_cast<const char*>(buffer.cdata().data());
  parser.put(boost::asio::const_buffer(bytes + scanner.begin(), scanner.end() - scanner.begin()), error);
  buffer.consume(scanner.end());
  if (error || !parser.is_header_done()) return 400;
  const auto& message = parser.get();
  Head head{view_of(message.method_string()), view_of(message.target()), message.version(), {}};
  for (const auto& field : message)
    head.fields.push_back({std::string(view_of(field.name_string())), std::string(view_of(field.value()))});
  const int status = judge_head(std::move(head), limits, exchange.request, framing);
  if (!exchange.request.method.empty()) exchange.method = view_of(message.method_string());
  return status;
}

int take_body(boost::beast::flat_buffer& buffer, const Limits& limits, Parser& parser) {
  if (buffer.size() == 0) return parser.is_done() ? complete : unfinished;
  // Every end of a chunked body is longer, and Boost 1.74 breaks down over a last chunk that comes in crumbs.
  if (parser.chunked() && buffer.size() < kLastChunk) return unfinished;
  boost::system::error_code error;
  buffer.consume(parser.put(buffer.cdata(), error));
  if (error == boost::beast::http::error::body_limit) return 413;
  if (error && error != boost::beast::http::error::need_more) return 400;
  if (parser.is_done()) return complete;
  // A chunk's first line, or a trailer, without end.
  return buffer.size() > limits.header + kChunkLine ? 400 : unfinished;
}

std::size_t most_for_body(std::size_t limit) {
  return 64 * 1024 + 8 * std::min(limit, std::numeric_limits<std::size_t>::max() / 16);
}

}  // namespace lotse::http
