// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/http.h"

namespace lotse::http {

/** A share of what all bodies together may hold; it is given back at the end. Inside http/ only. */
class Held {
 public:
  Held() = default;
  ~Held() {
    if (sum_) *sum_ -= bytes_;
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  /** Makes it `bytes` of `sum`; false if that would be more than `most` in all. */
  bool grow(std::atomic<std::size_t>& sum, std::size_t bytes, std::size_t most);

 private:
  std::atomic<std::size_t>* sum_ = nullptr;
  std::size_t bytes_ = 0;
};

/** By when a transfer must be over that began at `start` and has moved `bytes` so far. Inside http/ only. */
std::chrono::steady_clock::time_point due(const Limits& limits, std::chrono::steady_clock::time_point start,
                                          std::chrono::milliseconds grace, std::size_t bytes);

/** The largest body that `request` may bring. Inside http/ only. */
std::size_t body_limit_of(const Limits& limits, const Request& request);

/** One request and its answer on their way between a connection and a worker. Inside http/ only. */
struct Exchange {
  Request request;
  Response response;
  std::string head;          ///< Of the answer, as it is sent.
  std::string method = "-";  ///< As sent, for the log.
  bool keep_alive = false;
  Held body_held;
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
  void refuse(const ServerOptions& options, int status) noexcept;

 private:
  Response refusal(const ServerOptions& options, int status) const;
};

}  // namespace lotse::http
