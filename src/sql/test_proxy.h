// SPDX-License-Identifier: EUPL-1.2
//
// For tests: stands between libpq and PostgreSQL and breaks a connection exactly where it matters, at COMMIT.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace lotse::sql {

/// Listens on a socket in `folder` and passes all on to the server whose socket lies in `server`.
class CuttingProxy {
 public:
  /// What becomes of the next message that writes a mark (COMMIT, or the question for one), once: passed on;
  /// lost on its way, or its answer is; or it comes only when let_through() is called, long after the client
  /// has lost its connection.
  enum class Cut { none, before, after, late };

  CuttingProxy(const std::filesystem::path& folder, std::string server)
      : path_((folder / ".s.PGSQL.5432").string()), server_(std::move(server)) {
    std::filesystem::create_directories(folder);
    open();
  }
  ~CuttingProxy() {
    close();
    let_through();
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  void cut_next(Cut how, std::function<void()> meanwhile = {}) {
    meanwhile_ = std::move(meanwhile);
    cut_ = how;
  }
  /// Sends the COMMIT that was held back, and waits for its answer.
  void let_through() {
    if (held_ < 0) return;
    send_all(held_, held_message_);
    answer_of(held_);
    ::close(held_.exchange(-1));
  }
  void open() {
    std::filesystem::remove(path_);
    listener_ = bound(path_, ::bind);
    if (::listen(listener_, 16) != 0) throw std::runtime_error("the proxy cannot listen");
    stop_ = false;
    accepting_ = std::thread([this] { accept(); });
  }
  /// Ends all connections, and takes no new ones until open().
  void close() {
    stop_ = true;
    if (accepting_.joinable()) accepting_.join();
    for (std::thread& each : serving_) each.join();
    serving_.clear();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
    std::filesystem::remove(path_);
  }

 private:
  template <class Call>
  static int bound(const std::string& path, Call call) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("the proxy has no socket");
    return fd;
  }
  static bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  static bool receive(int fd, std::string& buffer) {
    std::array<char, 16 * 1024> bytes{};
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (count > 0) buffer.append(bytes.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  // The first whole message; the one that begins a connection has no letter before its length.
  static std::string take_message(std::string& buffer, bool first) {
    const std::size_t letter = first ? 0 : 1;
    if (buffer.size() < letter + 4) return {};
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size * 256 + static_cast<unsigned char>(buffer[letter + i]);
    if (buffer.size() < letter + size) return {};
    std::string message = buffer.substr(0, letter + size);
    buffer.erase(0, letter + size);
    return message;
  }
  static void answer_of(int server) {
    std::string buffer;
    for (;;) {
      for (std::string each = take_message(buffer, false); !each.empty(); each = take_message(buffer, false))
        if (each.front() == 'Z') return;  // ready for the next
      if (!receive(server, buffer)) return;
    }
  }

  void accept() {
    while (!stop_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client >= 0) serving_.emplace_back([this, client] { serve(client); });
    }
  }

  void serve(int client) {
    int server = bound(server_ + "/.s.PGSQL.5432", ::connect);
    std::string from_client, from_server;
    bool first = true, goes_on = true;
    while (goes_on && !stop_) {
      std::array<pollfd, 2> waiting{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (::poll(waiting.data(), waiting.size(), 20) <= 0) continue;
      if (waiting[1].revents != 0) {
        goes_on = receive(server, from_server) && send_all(client, from_server);
        from_server.clear();
      }
      if (!goes_on || waiting[0].revents == 0) continue;
      goes_on = receive(client, from_client);
      for (std::string each = take_message(from_client, first); goes_on && !each.empty();
           each = take_message(from_client, first)) {
        first = false;
        const bool marks = each.front() == 'Q' && each.find("INTO written") != each.npos;
        goes_on = marks && cut_ != Cut::none ? cut(server, each) : send_all(server, each);
      }
    }
    ::close(client);
    if (server >= 0) ::close(server);
  }

  bool cut(int& server, const std::string& message) {
    const Cut how = cut_.exchange(Cut::none);
    if (how == Cut::late) {
      held_message_ = message;
      held_ = std::exchange(server, -1);
    } else if (how == Cut::after && send_all(server, message)) {
      answer_of(server);
    }
    if (const auto meanwhile = std::exchange(meanwhile_, {})) meanwhile();
    return false;
  }

  const std::string path_;
  const std::string server_;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<Cut> cut_{Cut::none};
  std::function<void()> meanwhile_;
  std::atomic<int> held_{-1};
  std::string held_message_;
  std::thread accepting_;
  std::list<std::thread> serving_;
};

}  // namespace lotse::sql
