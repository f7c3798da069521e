// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "http/http.h"

/** For tests only: a raw client on loopback that can misbehave, and a server that runs beside the test. */
namespace lotse::http {

/** One answer as it came; status 0 if the connection ended before a whole one. */
struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  int socket() const { return socket_; }

  /** False if the server does not take it any more. */
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /** The next answer; `bodyless` for one to HEAD, whose length is not followed by bytes. */
  Answer read(bool bodyless = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!fill(wait_long)) return answer;
    answer.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    std::size_t length = 0;
    if (const std::size_t at = answer.head.find("Content-Length: "); at != std::string::npos && !bodyless)
      length = std::strtoul(answer.head.c_str() + at + 16, nullptr, 10);
    while (buffer_.size() < length)
      if (!fill(wait_long)) return answer;
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    answer.status = std::atoi(answer.head.c_str() + 9);
    return answer;
  }
  Answer ask(std::string_view request) {
    send(request);
    return read();
  }
  Answer get(std::string_view path) {
    return ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }

  /** Everything until the server closes. */
  std::string read_all() {
    while (fill(wait_long)) {
    }
    return std::exchange(buffer_, {});
  }
  /** True if the connection was broken off rather than closed. */
  bool was_reset() const { return reset_; }
  /** True if something of an answer is there; waits at most so long. */
  bool has_bytes_within(int milliseconds) { return !buffer_.empty() || fill(milliseconds); }
  /** True if the server ends the connection before it says anything; waits at most so long. */
  bool ends_within(int milliseconds) {
    if (!buffer_.empty()) return false;
    return !fill(milliseconds) && ended_;
  }

 private:
  static constexpr int wait_long = 30'000;  // so long that only a hanging server meets it

  bool fill(int milliseconds) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) <= 0) return false;
    char bytes[16 * 1024];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    ended_ = count <= 0;
    reset_ = count < 0;
    if (ended_) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  std::string buffer_;
};

/** A server on a port of the kernel's choice that serves until the end of the scope. */
class Running {
 public:
  Running(ServerOptions options, Handler handler)
      : server(std::move(options), std::move(handler)), thread_([this] { server.run(); }) {}
  ~Running() {
    server.stop();
    wait();
  }
  /** Until `run` has returned. */
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  std::uint16_t port() const { return server.port(); }

  Server server;

 private:
  std::thread thread_;
};

/** Holds handlers until the test lets them go, and tells how many are inside. */
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  int entered() {
    const std::scoped_lock lock(mutex_);
    return inside_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = false;
};

}  // namespace lotse::http
