// SPDX-License-Identifier: EUPL-1.2
#include "http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <limits>

#include "http/wire.h"

namespace lotse::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t small_read = 4 * 1024;
constexpr std::size_t large_read = 16 * 1024;
constexpr std::size_t linger_bytes = 256 * 1024;

}  // namespace

net::awaitable<void> Session::serve(std::shared_ptr<Session> self) {
  bool more = co_await self->shake_hands();
  while (more) more = co_await self->serve_one();
}

net::awaitable<bool> Session::shake_hands() {
  if (!secure_) co_return true;
  stream_.expires_after(limits_.header_time);
  error_code error;
  co_await secure_->async_handshake(net::ssl::stream_base::server,
                                    net::redirect_error(net::use_awaitable, error));
  co_return !error;
}

net::awaitable<bool> Session::serve_one() {
  const auto exchange = std::make_shared<Exchange>();
  const int status = co_await receive(*exchange);
  if (status == gone) co_return false;
  exchange->received = Clock::now();
  ++served_;
  if (status == complete) {
    if (served_ >= limits_.requests_per_connection) exchange->keep_alive = false;
    co_await have_answered(exchange);
  } else {
    exchange->refuse(core_.options, status);
  }
  const std::string_view content = exchange->content();
  const std::size_t whole = exchange->head.size() + content.size();
  const std::size_t sent = co_await write(exchange->head, content);
  if (core_.options.log) core_.options.log(exchange->log_line(sent));
  if (sent < whole) co_return false;
  if (exchange->keep_alive && !core_.stopping) co_return true;
  co_await linger();
  co_return false;
}

net::awaitable<int> Session::receive(Exchange& exchange) {
  HeadScanner scanner(limits_);
  int status = co_await read_head(scanner);
  if (status != complete) co_return status;
  Parser parser;
  Framing framing;
  status = take_head(scanner, buffer_, limits_, parser, exchange, framing);
  const bool forwarded = core_.options.trust_forwarded && is_loopback(peer_);
  exchange.request.remote = forwarded ? forwarded_client(exchange.request.fields, peer_) : peer_;
  if (status != complete) co_return status;
  if (!parser.is_done()) {
    const std::size_t limit = body_limit_of(limits_, exchange.request);
    status = co_await read_body(parser, framing, limit, exchange.body_held);
    if (status != complete) co_return status;
    exchange.request.body = std::move(parser.get().body());
  }
  exchange.keep_alive = framing.keep_alive;
  co_return complete;
}

net::awaitable<int> Session::read_head(HeadScanner& scanner) {
  idle_ = buffer_.size() == 0;
  if (idle_ && core_.stopping) co_return gone;
  if (idle_ && buffer_.capacity() > large_read) buffer_.shrink_to_fit();
  // Who has just come has something to say.
  stream_.expires_after(idle_ && served_ > 0 ? limits_.idle_time : limits_.header_time);
  for (;;) {
    const net::const_buffer bytes = buffer_.cdata();
    const int status = status_of(scanner.feed({static_cast<const char*>(bytes.data()), bytes.size()}));
    if (status != unfinished) co_return status;
    const std::size_t count = co_await read_some(small_read);
    if (count == 0) co_return gone;
    // Set once and not with each read: who sends a byte now and then must not keep the connection.
    if (std::exchange(idle_, false)) stream_.expires_after(limits_.header_time);
  }
}

net::awaitable<int> Session::read_body(Parser& parser, const Framing& framing, std::size_t limit,
                                       Held& held) {
  if (framing.length > limit) co_return 413;
  parser.body_limit(limit);
  const Clock::time_point start = Clock::now();
  if (framing.expects_continue && buffer_.size() == 0) {
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::size_t sent = co_await write(go_on, {});
    if (sent < go_on.size()) co_return gone;
  }
  std::size_t received = buffer_.size();
  for (;;) {
    const int status = take_body(buffer_, limits_, parser);
    if (status > 0) co_return status;
    if (!held.grow(core_.bodies, parser.get().body().size(), limits_.bodies)) co_return 503;
    if (status == complete) co_return complete;
    if (received > most_for_body(limit)) co_return 413;
    stream_.expires_at(
        std::min(due(limits_, start, limits_.body_time, received), start + limits_.body_time_most));
    const std::size_t count = co_await read_some(large_read);
    if (count == 0) co_return gone;
    received += count;
  }
}

net::awaitable<void> Session::have_answered(std::shared_ptr<Exchange> exchange) {
  const auto& priority = core_.options.priority;
  const auto lane =
      priority && priority(exchange->request) ? Workers::Lane::priority : Workers::Lane::ordinary;
  const auto hand_over = [this, exchange, lane](auto resume_here) {
    // A task must be copyable, the coroutine that waits for it is not.
    const auto resume = std::make_shared<decltype(resume_here)>(std::move(resume_here));
    const bool taken = core_.submit(lane, [this, exchange, resume](bool expired) mutable {
      core_.answer(*exchange, expired);
      net::post(executor(), [resume = std::move(resume)] { (*resume)(); });
    });
    if (taken) return;
    core_.answer(*exchange, true);
    net::post(executor(), [resume] { (*resume)(); });
  };
  co_await net::async_initiate<const net::use_awaitable_t<>, void()>(hand_over, net::use_awaitable);
}

// Returns how many bytes the kernel took; fewer than all if the client went away or took them too slowly.
net::awaitable<std::size_t> Session::write(std::string_view head, std::string_view body) {
  const Clock::time_point start = Clock::now();
  std::size_t sent = 0;
  while (!head.empty() || !body.empty()) {
    stream_.expires_at(due(limits_, start, limits_.write_time, sent));
    const std::array<net::const_buffer, 2> buffers{net::const_buffer(head.data(), head.size()),
                                                   net::const_buffer(body.data(), body.size())};
    error_code error;
    std::size_t count = 0;
    if (secure_)
      count = co_await secure_->async_write_some(buffers, net::redirect_error(net::use_awaitable, error));
    else
      count = co_await stream_.async_write_some(buffers, net::redirect_error(net::use_awaitable, error));
    sent += count;
    if (error) break;
    const std::size_t of_head = std::min(count, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(count - of_head);
  }
  co_return sent;
}

// Closing while bytes of the client are unread makes the kernel send a reset, which destroys our last answer
// on its way. So we say that we are done, and read what still comes for a while.
net::awaitable<void> Session::linger() {
  error_code ignored;
  stream_.expires_after(limits_.linger_time);
  if (secure_) {
    co_await secure_->async_shutdown(net::redirect_error(net::use_awaitable, ignored));
    secure_.reset();  // what still comes need not be deciphered
  }
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  std::size_t discarded = 0;
  while (discarded < linger_bytes) {
    buffer_.consume(buffer_.size());
    const std::size_t count = co_await read_some(large_read);
    if (count == 0) co_return;
    discarded += count;
  }
}

// 0 if the connection ended, broke or ran out of time.
net::awaitable<std::size_t> Session::read_some(std::size_t at_most) {
  error_code error;
  const auto space = buffer_.prepare(at_most);
  std::size_t count = 0;
  if (secure_)
    count = co_await secure_->async_read_some(space, net::redirect_error(net::use_awaitable, error));
  else
    count = co_await stream_.async_read_some(space, net::redirect_error(net::use_awaitable, error));
  buffer_.commit(count);
  co_return error ? 0 : count;
}

void Session::close(bool also_busy) {
  net::post(executor(), [self = shared_from_this(), also_busy] {
    if (also_busy || self->idle_) self->stream_.close();
  });
}

void Session::turn_away() {
  const Response response = overload_response();
  const std::string bytes = format_head(response, false) + response.body;
  error_code ignored;
  stream_.socket().non_blocking(true, ignored);
  stream_.socket().write_some(net::buffer(bytes), ignored);
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace lotse::http
