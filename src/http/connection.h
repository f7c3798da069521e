// SPDX-License-Identifier: EUPL-1.2
#pragma once
// Boost takes ten seconds to compile, so only parse.cc, connection.cc and server.cc include it.
#include <utility>  // Boost 1.74 forgets it in asio/awaitable.hpp
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // the thread sanitizer does not know fences; locks order the same
#endif
//
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/crowd.h"
#include "http/exchange.h"
#include "http/head.h"
#include "http/http.h"
#include "http/parse.h"
#include "http/workers.h"

/** What server and connections are to each other. Inside http/ only. */
namespace lotse::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using net::ip::tcp;

class Session;

/// What all connections of a server share. Members are declared in the order of life: workers end before the
// sockets do.
class Core {
 public:
  Core(ServerOptions server_options, Handler server_handler);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void run();
  void stop();
  bool renew_certificate();
  std::uint16_t port() const { return port_; }

  // For sessions.
  void answer(Exchange& exchange, bool turned_away) noexcept {
    exchange.answer(options, handler_, stopping, turned_away);
  }
  bool submit(Workers::Lane lane, Workers::Task task) { return workers_->submit(lane, std::move(task)); }

  const ServerOptions options;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> bodies{0};  // bytes held in all of them
  Crowd<Session> crowd{options.limits.connections, options.limits.connections_per_address};

 private:
  std::shared_ptr<net::ssl::context> tls();
  void listen();
  net::awaitable<void> accept();
  net::awaitable<void> keep_time();
  void admit(tcp::socket socket);
  void close_sessions(bool also_busy);
  net::any_io_executor executor_for_session();

  const Handler handler_;
  std::mutex tls_mutex_;
  std::shared_ptr<net::ssl::context> tls_;  // null: plain HTTP; connections keep the one that they began with
  std::uint16_t port_ = 0;
  net::io_context io_;
  net::strand<net::io_context::executor_type> control_{io_.get_executor()};  // runs accept and keep_time
  tcp::acceptor acceptor_{control_};
  net::steady_timer tick_{control_};
  std::optional<Workers> workers_;
};

// One connection: reads a request, has it answered, writes the answer, in this order, over and over.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Core& core, tcp::socket socket, std::shared_ptr<net::ssl::context> tls, std::string peer,
          std::string network)
      : core_(core),
        limits_(core.options.limits),
        stream_(std::move(socket)),
        context_(std::move(tls)),
        peer_(std::move(peer)),
        network_(std::move(network)) {
    if (context_) secure_.emplace(stream_, *context_);
  }
  ~Session() { core_.crowd.leave(this, network_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The coroutine is what keeps a connection alive.
  static net::awaitable<void> serve(std::shared_ptr<Session> self);
  // Any thread. A connection between two requests is closed at once, others end by themselves unless forced.
  void close(bool also_busy);
  // Instead of serving: one try to say why, then the end.
  void turn_away();
  net::any_io_executor executor() { return stream_.get_executor(); }

 private:
  net::awaitable<bool> shake_hands();
  net::awaitable<bool> serve_one();
  net::awaitable<int> receive(Exchange& exchange);
  net::awaitable<int> read_head(HeadScanner& scanner);
  net::awaitable<int> read_body(Parser& parser, const Framing& framing, std::size_t limit, Held& held);
  net::awaitable<void> have_answered(std::shared_ptr<Exchange> exchange);
  net::awaitable<std::size_t> write(std::string_view head, std::string_view body);
  net::awaitable<void> linger();
  net::awaitable<std::size_t> read_some(std::size_t at_most);

  Core& core_;
  const Limits& limits_;
  beast::tcp_stream stream_;
  const std::shared_ptr<net::ssl::context> context_;
  std::optional<net::ssl::stream<beast::tcp_stream&>> secure_;  // where TLS is spoken
  beast::flat_buffer buffer_;
  const std::string peer_;
  const std::string network_;  // empty: not counted
  std::size_t served_ = 0;
  bool idle_ = false;  // between two requests; only touched on the executor
};

}  // namespace lotse::http
