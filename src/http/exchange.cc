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
    finish(turned_away ? overload_response() : handler(request));
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("an exception of unknown type");
  }
}

void Exchange::refuse(int status) {
  response = plain_response(status);
  if (status == 405) response.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  keep_alive = false;  // where the next request begins is anybody's guess
  head = format_head(response, false);
}

}  // namespace lotse::http
