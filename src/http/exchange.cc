// SPDX-License-Identifier: EUPL-1.2
#include "http/exchange.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "http/wire.h"

namespace lotse::http {

std::string_view Exchange::content() const {
  return request.head_only || is_bodyless(response.status) ? std::string_view() : response.content();
}

LogLine Exchange::log_line(std::size_t sent) const {
  const auto taken = std::chrono::steady_clock::now() - received;
  return {method, response.route, response.status, sent - std::min(sent, head.size()),
          std::chrono::duration_cast<std::chrono::microseconds>(taken).count()};
}

void Exchange::answer(const ServerOptions& options, const Handler& handler, const std::atomic<bool>& stopping,
                      bool turned_away) noexcept {
  const auto finish = [&](Response made) {
    response = std::move(made);
    if (stopping) keep_alive = false;
    head = format_head(response, keep_alive);
  };
  const auto fail = [&](std::string_view what) {
    if (options.failure) options.failure(what);
    finish(plain_response(500));
  };
  // The one place where an exception of a handler ends; the layers above map what they know before.
  try {
    finish(turned_away ? refusal(options, 503) : handler(request));
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("an exception of unknown type");
  }
}

bool Held::grow(std::atomic<std::size_t>& sum, std::size_t bytes, std::size_t most) {
  sum_ = &sum;
  const std::size_t more = bytes - std::min(bytes, bytes_);
  bytes_ += more;
  return (sum += more) <= most || more == 0;
}

std::chrono::steady_clock::time_point due(const Limits& limits, std::chrono::steady_clock::time_point start,
                                          std::chrono::milliseconds grace, std::size_t bytes) {
  return start + grace + std::chrono::seconds(bytes / std::max<std::size_t>(limits.rate, 1));
}

std::size_t body_limit_of(const Limits& limits, const Request& request) {
  return limits.body_limit ? limits.body_limit(request.method, request.path) : limits.body;
}

void Exchange::refuse(const ServerOptions& options, int status) noexcept {
  response = refusal(options, status);
  if (status == 405) response.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  keep_alive = false;  // where the next request begins is anybody's guess
  head = format_head(response, false);
}

// What may be shown as a page is one; where even that fails, a line will do.
Response Exchange::refusal(const ServerOptions& options, int status) const {
  Response made = plain_response(status);
  if (options.refusal && (status == 413 || status == 503) && !request.method.empty()) {
    try {
      made = options.refusal(request, status);
    } catch (const std::exception& error) {
      if (options.failure) options.failure(error.what());
    }
  }
  if (status == 503) ask_to_come_back(made);
  return made;
}

}  // namespace lotse::http
