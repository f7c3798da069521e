// SPDX-License-Identifier: EUPL-1.2
#include "command_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <ostream>
#include <streambuf>
#include <system_error>

#include "base/json.h"
#include "base/log.h"

namespace lotse {
namespace {

constexpr std::chrono::seconds kToAsk{5};
constexpr timeval kToRead{10, 0};
constexpr std::size_t kLongest = 65'536, kMost = 8;

// Each piece of output goes to the other side at once: a progress line must be seen while it matters.
class Sending : public std::streambuf {
 public:
  Sending(int fd, char kind) : fd_(fd), kind_(kind) {}

 protected:
  int overflow(int c) override {
    const char one = static_cast<char>(c);
    return xsputn(&one, 1) == 1 ? c : EOF;
  }
  // A command may report its progress from a thread of its own.
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    const std::scoped_lock lock(mutex_);
    for (std::streamsize i = 0; i < size; ++i)
      if (!put(text[i])) return i;
    return size;
  }

 private:
  bool put(char c) {
    if (c != '\n' && c != '\r') {
      line_ += c;
      return true;
    }
    const std::string text = std::string(1, kind_) + (c == '\r' ? "r" : " ") + line_ + "\n";
    line_.clear();
    return send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

  int fd_;
  char kind_;
  std::mutex mutex_;
  std::string line_;
};

// The line that says what is wanted; nothing if it does not come in time.
std::optional<std::string> read_line(int fd) {
  const auto until = std::chrono::steady_clock::now() + kToAsk;
  std::string line;
  while (line.size() < kLongest) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) != 1) return std::nullopt;
    char c = 0;
    if (read(fd, &c, 1) != 1) return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
  return std::nullopt;
}

}  // namespace

struct CommandSocket::Client {
  explicit Client(int connection) : fd(connection) {}
  ~Client() {
    if (thread.joinable()) thread.join();
    close(fd);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const int fd;
  std::stop_source stop;
  std::atomic<bool> done{false};
  std::thread thread;
};

CommandSocket::CommandSocket(std::string path, Run run) : path_(std::move(path)), run_(std::move(run)) {
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (fd_ < 0 || path_.size() >= sizeof address.sun_path) {
    log_event("command.socket_missing");
    return;
  }
  path_.copy(address.sun_path, path_.size());
  unlink(path_.c_str());
  const auto mask = umask(0177);
  const bool bound =
      bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && listen(fd_, 8) == 0;
  umask(mask);
  if (bound)
    thread_ = std::thread([this] { work(); });
  else
    log_event("command.socket_missing");
}

CommandSocket::~CommandSocket() {
  stopping_ = true;
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  for (Client& each : clients_) {
    each.stop.request_stop();
    shutdown(each.fd, SHUT_RD);  // what it has still to say may go out
  }
  clients_.clear();
  if (fd_ >= 0) close(fd_);
  unlink(path_.c_str());
}

void CommandSocket::work() {
  bool told = false;
  while (!stopping_) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    clients_.remove_if([](const Client& each) { return each.done.load(); });
    if (fd >= 0 && clients_.size() < kMost) {
      told = false;
      Client& client = clients_.emplace_back(fd);
      try {
        client.thread = std::thread([this, &client] { serve(client); });
      } catch (const std::system_error&) {
        // No thread is left: that command is not done, and nothing else suffers.
        clients_.pop_back();
        log_event("command.not_accepted");
      }
    } else if (fd >= 0) {
      constexpr std::string_view kFull = "e too many commands are being done; try again later\nx 1\n";
      send(fd, kFull.data(), kFull.size(), MSG_NOSIGNAL);
      close(fd);
    } else if (!stopping_) {
      // Most likely no file descriptor is left for the moment: the next command must find us all the same.
      if (!std::exchange(told, true)) log_event("command.not_accepted");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void CommandSocket::serve(Client& client) {
  setsockopt(client.fd, SOL_SOCKET, SO_SNDTIMEO, &kToRead, sizeof kToRead);
  if (const auto line = read_line(client.fd)) {
    // Nothing more comes from a client but its end.
    std::thread watch;
    try {
      watch = std::thread([&] {
        char c = 0;
        while (read(client.fd, &c, 1) > 0) continue;
        client.stop.request_stop();
      });
    } catch (const std::system_error&) {
      // Without it a command that has no end of its own ends with the process.
    }
    answer(client, *line);
    shutdown(client.fd, SHUT_RDWR);
    if (watch.joinable()) watch.join();
  } else {
    log_event("command.not_asked");
    shutdown(client.fd, SHUT_RDWR);
  }
  client.done = true;
}

void CommandSocket::answer(Client& client, const std::string& line) {
  Sending out_buffer(client.fd, 'o'), err_buffer(client.fd, 'e');
  std::ostream out(&out_buffer), err(&err_buffer);
  int code = 2;
  try {
    ucred peer{};
    socklen_t size = sizeof peer;
    const auto json = parse_json(line);
    if (json && getsockopt(client.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
      code = run_(peer.uid, (*json)["args"].get<std::vector<std::string>>(),
                  (*json)["folder"].get<std::string>(), client.stop.get_token(), out, err);
  } catch (const std::exception& e) {
    err << e.what() << '\n';
    code = 1;
  }
  const std::string last = "x " + std::to_string(code) + "\n";
  if (send(client.fd, last.data(), last.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(last.size()))
    log_event("command.unheard");
}

}  // namespace lotse
