// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/**
 * HTTP/1.1 between the socket and our own values. Nothing of the library underneath is seen here; only
 * server.cc knows it.
 */
namespace lotse::http {

/** One header field, form field or query parameter. Header names are compared without regard to case. */
struct Field {
  std::string name;
  std::string value;
  bool operator==(const Field&) const = default;
};

/** True if both are equal, the letters A to Z and a to z being the same. */
bool same_name(std::string_view a, std::string_view b);

/** The value of the first field with this header name; empty if there is none. It lives as long as `fields`.
 */
std::string_view header_of(const std::vector<Field>& fields, std::string_view name);

/** One request, complete and well formed; its content is still what a stranger typed. */
struct Request {
  std::string method;  ///< GET, POST, PUT, PATCH, DELETE or OPTIONS. A HEAD comes as GET, see `head_only`.
  std::string
      path;  ///< Percent-decoded; begins with '/'; UTF-8 without control characters, "//", "." or "..".
  std::string query;  ///< What stood after '?', not decoded (`decode_form` does that); printable ASCII.
  std::vector<Field> fields;  ///< In the order of arrival, names as they were written; values are UTF-8
                              ///< (others are left out).
  std::string body;           ///< Whole, chunks joined, within the limit; any bytes.
  std::string remote;  ///< The client's address as text, for limits only; personal data, never to be logged.
  bool head_only = false;  ///< It was a HEAD: answer as to a GET, the server leaves the body out.

  /** The value of the first field of this name; empty if absent. */
  std::string_view header(std::string_view name) const { return header_of(fields, name); }
  /** The value of the first cookie of this name (names of cookies are case-sensitive), as it was sent. */
  std::optional<std::string> cookie(std::string_view name) const;
};

/**
 * One answer. The server adds Date, Content-Length and Connection; a handler that sets one of these or
 * Transfer-Encoding, or a name or value with a line end or NUL, has a bug: the client gets 500.
 *
 * Room is left for streams of events: they will be a further member that names a source of pieces, fed from
 * the I/O threads, so that an open stream holds no worker. Until then every answer is whole.
 */
struct Response {
  int status = 200;
  std::vector<Field> fields{};
  std::string body{};
  std::string_view
      fixed{};  ///< Sent instead of `body` unless empty; must live as long as the program (embedded assets).
  std::string route{};  ///< The pattern that matched ("/cases/{case}"), for the log only; never sent.
  /** Kept until the last byte has gone out or the client has: what a large answer takes up. */
  std::shared_ptr<const void> held{};

  std::string_view content() const { return fixed.empty() ? std::string_view(body) : fixed; }
  std::string_view header(std::string_view name) const { return header_of(fields, name); }
  /** Appends a field; fields that may occur several times (Set-Cookie) stay several. */
  Response& add(std::string_view name, std::string_view value);
};

/** Answers one request. Runs on a worker thread, several at once, and may block. Must not outlive what it
 * refers to. */
using Handler = std::function<Response(const Request&)>;

/** What a client may use up. Sizes in bytes. A header that exceeds one gives 414 or 431, a body 413, the rest
 * 503 or a close. */
struct Limits {
  std::size_t header = 16 * 1024;  ///< Request line and all fields.
  std::size_t fields = 100;        ///< Number of fields.
  std::size_t target = 8 * 1024;   ///< Path and query.
  std::size_t body = 1024 * 1024;  ///< Body, chunked or not, unless `body_limit` says otherwise.
  /** The largest body for this method and decoded path; asked on an I/O thread before the body is read, must
   * not block. */
  std::function<std::size_t(const std::string& method, std::string_view path)> body_limit{};
  /// Bytes of all bodies that are held at once, arriving or being answered; beyond it 503.
  std::size_t bodies = 64 * 1024 * 1024;

  /// From the first byte of a header to its last; from the connection to the first of all.
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds idle_time{60'000};  ///< Between two requests of a connection.
  std::chrono::milliseconds body_time{
      30'000};  ///< Grace for a body; and each `rate` bytes that came give one second more.
  std::chrono::milliseconds body_time_most{300'000};  ///< For the whole of a body, however large it is.
  std::chrono::milliseconds write_time{30'000};  ///< The same for an answer that the client takes slowly.
  std::size_t rate = 4 * 1024;                   ///< Bytes a second that a client must manage, see above.
  /** How long a connection that we end is still read (at most 256 KB), so that our last answer arrives. */
  std::chrono::milliseconds linger_time{2'000};

  std::size_t connections = 5000;  ///< In all; further ones are turned away with 503.
  std::size_t connections_per_address =
      200;  ///< Per IPv4 address or IPv6 /64; a whole accommodation may share one.
  std::size_t requests_per_connection = 1000;

  std::size_t queue = 256;                       ///< Requests that wait for a worker; more are answered 503.
  std::size_t priority_queue = 64;               ///< The same for those of `ServerOptions::priority`.
  std::chrono::milliseconds queue_time{5'000};   ///< Who waited longer is answered 503 and never run.
  std::chrono::milliseconds drain_time{10'000};  ///< How long `stop` waits for requests in flight.
};

/** What may be written down about a request. Never a path, a query or an address. */
struct LogLine {
  std::string_view method;  ///< As sent if known, else "-".
  std::string_view route;   ///< `Response::route`; empty where no handler ran.
  int status = 0;           ///< What was answered.
  std::size_t bytes = 0;    ///< Bytes of the body that the kernel took.
  std::int64_t microseconds =
      0;  ///< From the last byte of the request to the last byte of the answer taken by the kernel.
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< An IPv4 or IPv6 address; "::" takes both.
  std::uint16_t port = 0;             ///< 0: the kernel chooses.
  int io_threads = 1;                 ///< They read, write and keep time; the caller of `run` is the first.
  int workers = 4;                    ///< They run the handler.
  Limits limits{};
  /** Takes X-Forwarded-For from a peer on loopback, where a proxy of our own sits; its connections are not
   * counted per address. */
  bool trust_forwarded = false;
  /**
   * Requests that must get through when all others wait (sign-in, withdrawal of consent): a queue and
   * workers of their own, which is also all that they can take up. Called on an I/O thread, must not block.
   */
  std::function<bool(const Request&)> priority{};
  int priority_workers = 2;  ///< Besides `workers`; only where there is a `priority`.
  /**
   * Makes the answer to a whole head that no handler hears: 413 (what follows is too large) or 503 (too many
   * wait; Retry-After is added). Without it, or where it throws, the answer is bare. Called on I/O threads
   * and workers, must not block.
   */
  std::function<Response(const Request&, int status)> refusal{};
  /** PEM files: a certificate with those that vouch for it, and its key. TLS 1.3 is spoken then, and nothing
   * else. Empty: plain HTTP. */
  std::string certificate;
  std::string key;
  /** Called once for each answer, on an I/O thread, perhaps on several at once; must not block for long nor
   * throw. */
  std::function<void(const LogLine&)> log{};
  /** Called on a worker thread when the handler threw; `what` is the exception's text. Must not throw. */
  std::function<void(std::string_view what)> failure{};
};

/**
 * The server. Binds and listens when made; serves inside `run`.
 */
class Server {
 public:
  /** Throws std::runtime_error with address and reason if it cannot listen there, or without its certificate.
   */
  Server(ServerOptions options, Handler handler);
  /** Waits for handlers that still run, for they may refer to objects of the caller. `run` must have
   * returned. */
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /** The port that it listens on, known as soon as it is made. */
  std::uint16_t port() const;
  /** Serves until `stop`; returns when all requests in flight are answered, or `drain_time` after it. Once
   * only. */
  void run();
  /** Stops accepting, closes idle connections, lets requests in flight end. From any thread, also before
   * `run`, also twice. */
  void stop();
  /** Reads certificate and key anew, for connections from now on; from any thread. False, and those before
   * stay, where they cannot be read or do not fit together. */
  bool renew_certificate();
  /** Connections that are open now. */
  std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/**
 * Asks the kernel for at least `wanted` open files (soft limit, up to the hard one) and returns how many
 * there may be. A connection is one; 5,000 connections do not fit into Debian's usual 1,024.
 */
std::size_t raise_open_files(std::size_t wanted);

}  // namespace lotse::http
