// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/http.h"

namespace lotse::http {

/** One request and its answer on their way between a connection and a worker. Inside http/ only. */
struct Exchange {
  Request request;
  Response response;
  std::string head;          ///< Of the answer, as it is sent.
  std::string method = "-";  ///< As sent, for the log.
  bool keep_alive = false;
  std::chrono::steady_clock::time_point received{};  ///< When the request was complete, or refused.

  /** The body as it is sent: nothing for HEAD, 204 and 304. */
  std::string_view content() const;
  /** What the log shall say, now that `sent` bytes of head and body have gone out. */
  LogLine log_line(std::size_t sent) const;
  /**
   * Makes the answer: by the handler, or 500 if it fails, or 503 where the request is turned away unheard. It
   * ends the connection if `stopping` is set by then.
   */
  void answer(const ServerOptions& options, const Handler& handler, const std::atomic<bool>& stopping,
              bool turned_away) noexcept;
  /** Makes an answer to what is no proper request; the connection ends with it. */
  void refuse(int status);
};

}  // namespace lotse::http
