// SPDX-License-Identifier: EUPL-1.2
// The only file that knows Boost: it takes ten seconds to compile, the others one.
#include <utility>  // Boost 1.74 forgets it in asio/awaitable.hpp
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // the thread sanitizer does not know fences; locks order the same
#endif
//
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>

#include "http/crowd.h"
#include "http/exchange.h"
#include "http/head.h"
#include "http/http.h"
#include "http/wire.h"
#include "http/workers.h"

namespace lotse::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = beast::http::request_parser<beast::http::string_body>;
using std::chrono::milliseconds;

constexpr std::size_t small_read = 4 * 1024;
constexpr std::size_t large_read = 16 * 1024;
constexpr std::size_t linger_bytes = 256 * 1024;

// Besides an HTTP status, what reading a request can end in.
constexpr int complete = 0;
constexpr int gone = -1;

std::string_view view_of(boost::string_view text) { return {text.data(), text.size()}; }

class Session;

// What all connections of a server share. Members are declared in the order of life: workers end before the
// sockets do.
class Core {
 public:
  Core(ServerOptions server_options, Handler server_handler);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void run();
  void stop();
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
  void listen();
  net::awaitable<void> accept();
  net::awaitable<void> keep_time();
  void admit(tcp::socket socket);
  void close_sessions(bool also_busy);
  net::any_io_executor executor_for_session();

  const Handler handler_;
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
  Session(Core& core, tcp::socket socket, std::string peer, std::string network)
      : core_(core),
        limits_(core.options.limits),
        stream_(std::move(socket)),
        peer_(std::move(peer)),
        network_(std::move(network)) {}
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
  net::awaitable<bool> serve_one();
  net::awaitable<int> receive(Exchange& exchange);
  net::awaitable<int> read_head(HeadScanner& scanner);
  int understand(const HeadScanner& scanner, Parser& parser, Exchange& exchange, Framing& framing);
  net::awaitable<int> read_body(Parser& parser, const Framing& framing, std::size_t limit, Held& held);
  net::awaitable<void> have_answered(std::shared_ptr<Exchange> exchange);
  net::awaitable<std::size_t> write(std::string_view head, std::string_view body);
  net::awaitable<void> linger();
  net::awaitable<std::size_t> read_some(std::size_t at_most);

  Core& core_;
  const Limits& limits_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const std::string peer_;
  const std::string network_;  // empty: not counted
  std::size_t served_ = 0;
  bool idle_ = false;  // between two requests; only touched on the executor
};

net::awaitable<void> Session::serve(std::shared_ptr<Session> self) {
  bool more = true;
  while (more) more = co_await self->serve_one();
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
    exchange->refuse(status);
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
  status = understand(scanner, parser, exchange, framing);
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
    switch (scanner.feed({static_cast<const char*>(bytes.data()), bytes.size()})) {
      case Scan::complete:
        co_return complete;
      case Scan::bad:
        co_return 400;
      case Scan::header_too_large:
        co_return 431;
      case Scan::target_too_long:
        co_return 414;
      case Scan::more:
        break;
    }
    const std::size_t count = co_await read_some(small_read);
    if (count == 0) co_return gone;
    // Set once and not with each read: who sends a byte now and then must not keep the connection.
    if (std::exchange(idle_, false)) stream_.expires_after(limits_.header_time);
  }
}

// Fills in the request from a whole head; an HTTP status if it is refused. Beast knows the grammar; what it
// is lenient about (several lengths, codings, hosts) is judged by us.
int Session::understand(const HeadScanner& scanner, Parser& parser, Exchange& exchange, Framing& framing) {
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner has seen to it
  // Not `boost::none`: 1.74 compares a length with that and finds it greater. The real limit follows when the
  // path is known.
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  parser.eager(true);
  error_code error;
  const auto* bytes = static_cast<const char*>(buffer_.cdata().data());
  parser.put(net::const_buffer(bytes + scanner.begin(), scanner.end() - scanner.begin()), error);
  buffer_.consume(scanner.end());
  if (error || !parser.is_header_done()) return 400;
  const auto& message = parser.get();
  Head head{view_of(message.method_string()), view_of(message.target()), message.version(), {}};
  for (const auto& field : message)
    head.fields.push_back({std::string(view_of(field.name_string())), std::string(view_of(field.value()))});
  const int status = judge_head(std::move(head), limits_, exchange.request, framing);
  if (!exchange.request.method.empty()) exchange.method = view_of(message.method_string());
  const bool forwarded = core_.options.trust_forwarded && is_loopback(peer_);
  exchange.request.remote = forwarded ? forwarded_client(exchange.request.fields, peer_) : peer_;
  return status;
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
  // Chunks of one byte with long extensions could make a small body an endless stream.
  const std::size_t most = 64 * 1024 + 8 * std::min(limit, std::numeric_limits<std::size_t>::max() / 16);
  std::size_t received = buffer_.size();
  for (;;) {
    if (buffer_.size() > 0) {
      error_code error;
      const std::size_t used = parser.put(buffer_.cdata(), error);
      buffer_.consume(used);
      if (error == beast::http::error::body_limit) co_return 413;
      if (error && error != beast::http::error::need_more) co_return 400;
      if (!held.grow(core_.bodies, parser.get().body().size(), limits_.bodies)) co_return 503;
      if (parser.is_done()) co_return complete;
      if (buffer_.size() > limits_.header + large_read)
        co_return 400;  // a chunk's first line, or a trailer, without end
    }
    if (received > most) co_return 413;
    stream_.expires_at(due(limits_, start, limits_.body_time, received));
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
    const std::size_t count =
        co_await stream_.async_write_some(buffers, net::redirect_error(net::use_awaitable, error));
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
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(limits_.linger_time);
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
  const std::size_t count =
      co_await stream_.async_read_some(space, net::redirect_error(net::use_awaitable, error));
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

Core::Core(ServerOptions server_options, Handler server_handler)
    : options(std::move(server_options)),
      handler_(std::move(server_handler)),
      io_(std::max(options.io_threads, 1)) {
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
  const auto session = std::make_shared<Session>(*this, std::move(socket), std::move(peer), network);
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

}  // namespace

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
std::size_t Server::connections() const { return impl_->core.crowd.size(); }

}  // namespace lotse::http
