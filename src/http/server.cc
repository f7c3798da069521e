// SPDX-License-Identifier: EUPL-1.2
#include "http/connection.h"
//
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "http/wire.h"

namespace lotse::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// TLS 1.3 alone: no renegotiation, no compression, no weak ciphers to be talked into (BSI TR-02102-2).
std::shared_ptr<net::ssl::context> read_certificate(const ServerOptions& options) {
  auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_server);
  SSL_CTX* raw = context->native_handle();
  error_code error;
  SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  // Sessions that are taken up again would need keys that live long.
  SSL_CTX_set_num_tickets(raw, 0);
  // A connection that waits needs no buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  context->use_certificate_chain_file(options.certificate, error);
  if (error)
    throw std::runtime_error(
        fmt::format("cannot read the certificate {}: {}", options.certificate, error.message()));
  context->use_private_key_file(options.key, net::ssl::context::pem, error);
  if (error || SSL_CTX_check_private_key(raw) != 1)
    throw std::runtime_error(
        fmt::format("the key {} cannot be read, or does not belong to {}", options.key, options.certificate));
  return context;
}

}  // namespace

Core::Core(ServerOptions server_options, Handler server_handler)
    : options(std::move(server_options)),
      handler_(std::move(server_handler)),
      io_(std::max(options.io_threads, 1)) {
  if (!options.certificate.empty()) tls_ = read_certificate(options);
  listen();
  const Limits& limits = options.limits;
  workers_.emplace(Workers::Options{options.workers,
                                    options.priority ? std::max(options.priority_workers, 1) : 0,
                                    limits.queue, limits.priority_queue, limits.queue_time});
}

Core::~Core() {
  // What outlived `run` comes to its end here, in this order: handlers, then connections, then what they
  // refer to.
  stopping = true;
  workers_.reset();
  close_sessions(true);
  error_code ignored;
  acceptor_.close(ignored);
  tick_.cancel();
  io_.restart();
  io_.poll();
}

void Core::listen() {
  const auto check = [this](const error_code& error) {
    if (error)
      throw std::runtime_error(
          fmt::format("cannot listen on {} port {}: {}", options.address, options.port, error.message()));
  };
  error_code error;
  const net::ip::address address = net::ip::make_address(options.address, error);
  if (error)
    throw std::runtime_error(fmt::format("cannot listen on '{}': not an IP address", options.address));
  const tcp::endpoint endpoint(address, options.port);
  check(acceptor_.open(endpoint.protocol(), error));
  check(acceptor_.set_option(tcp::acceptor::reuse_address(true), error));
  if (address.is_v6() && address.is_unspecified())
    check(acceptor_.set_option(net::ip::v6_only(false), error));
  check(acceptor_.bind(endpoint, error));
  check(acceptor_.listen(4096, error));
  port_ = acceptor_.local_endpoint().port();
}

std::shared_ptr<net::ssl::context> Core::tls() {
  const std::scoped_lock lock(tls_mutex_);
  return tls_;
}

bool Core::renew_certificate() {
  if (options.certificate.empty()) return false;
  try {
    auto fresh = read_certificate(options);
    const std::scoped_lock lock(tls_mutex_);
    tls_ = std::move(fresh);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

void Core::run() {
  net::co_spawn(control_, accept(), net::detached);
  net::co_spawn(control_, keep_time(), net::detached);
  std::vector<std::thread> others;
  for (int i = 1; i < options.io_threads; ++i) others.emplace_back([this] { io_.run(); });
  io_.run();
  for (std::thread& other : others) other.join();
}

void Core::stop() {
  if (stopping.exchange(true)) return;
  net::post(control_, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    tick_.cancel();
    close_sessions(false);
  });
}

net::awaitable<void> Core::accept() {
  while (!stopping) {
    const net::any_io_executor executor = executor_for_session();
    error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(executor, net::redirect_error(net::use_awaitable, error));
    if (!error) {
      admit(std::move(socket));
    } else if (!stopping) {
      // Most likely no file descriptor is left: trying again at once would only burn the processor.
      net::steady_timer pause(control_, milliseconds(50));
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
    }
  }
}

// Turns away who waits too long when all workers are stuck, and ends `run` after `stop`.
net::awaitable<void> Core::keep_time() {
  const milliseconds usual = std::clamp(options.limits.queue_time / 4, milliseconds(1), milliseconds(250));
  std::optional<Clock::time_point> deadline;
  bool forced = false;
  for (;;) {
    tick_.expires_after(stopping ? std::min(usual, milliseconds(10)) : usual);
    error_code ignored;
    co_await tick_.async_wait(net::redirect_error(net::use_awaitable, ignored));
    workers_->shed();
    if (!stopping) continue;
    const Clock::time_point now = Clock::now();
    if (!deadline) deadline = now + options.limits.drain_time;
    if (now >= *deadline && !forced) {
      forced = true;
      close_sessions(true);
    } else if (crowd.size() == 0 || forced) {
      break;
    }
  }
  io_.stop();
}

void Core::admit(tcp::socket socket) {
  error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error || stopping) return;
  socket.set_option(tcp::no_delay(true), error);
  std::string peer = remote.address().to_string();
  peer.resize(std::min(peer.find('%'), peer.size()));  // the interface of a link-local address
  peer = normal_address(peer);
  const std::string network = options.trust_forwarded && is_loopback(peer) ? std::string() : network_of(peer);
  const auto session = std::make_shared<Session>(*this, std::move(socket), tls(), std::move(peer), network);
  if (crowd.enter(session, network))
    net::co_spawn(session->executor(), Session::serve(session), net::detached);
  else {
    if (crowd.needs_room()) close_sessions(false);
    session->turn_away();
  }
}

void Core::close_sessions(bool also_busy) {
  for (const auto& session : crowd.members()) session->close(also_busy);
}

net::any_io_executor Core::executor_for_session() {
  if (options.io_threads > 1) return net::make_strand(io_);
  return io_.get_executor();  // one thread is a strand
}

struct Server::Impl {
  Impl(ServerOptions options, Handler handler) : core(std::move(options), std::move(handler)) {}
  Core core;
};

Server::Server(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
Server::~Server() = default;
std::uint16_t Server::port() const { return impl_->core.port(); }
void Server::run() { impl_->core.run(); }
void Server::stop() { impl_->core.stop(); }
bool Server::renew_certificate() { return impl_->core.renew_certificate(); }
std::size_t Server::connections() const { return impl_->core.crowd.size(); }

}  // namespace lotse::http
