// SPDX-License-Identifier: EUPL-1.2
// Asks a server on this machine over HTTP/1.1 with connections that stay open, one thread each, and prints
// how long answers took. Closed loop: each connection asks as soon as it has its answer. Open loop (--rate):
// questions start at fixed times, and an answer's time counts from then, so that a server that stands still
// is not spared.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  int port = 0;
  std::string paths;
  int connections = 4;
  std::size_t requests = 1000;
  bool gzip = false;
  double rate = 0;  // requests a second; 0: closed loop
  std::string language = "de";
};

struct Tally {
  std::vector<double> milliseconds;
  std::map<int, std::size_t> statuses;
  std::size_t bytes = 0, broken = 0;
};

/** One connection; opens itself again when the server has ended it. */
class Connection {
 public:
  explicit Connection(int port) : port_(port) {}
  ~Connection() { end(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /** Sends the request and reads the answer; its status, and the bytes of its body. */
  std::pair<int, std::size_t> ask(const std::string& request) {
    for (int attempt = 0;; ++attempt) {
      if (fd_ < 0) open();
      if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()) &&
          fill())
        break;
      end();  // closed between two requests: once more on a new one
      if (attempt == 2) throw std::runtime_error("the server does not answer");
    }
    std::size_t head = buffer_.find("\r\n\r\n");
    while (head == std::string::npos) {
      if (!fill()) throw std::runtime_error("an answer ended within its head");
      head = buffer_.find("\r\n\r\n");
    }
    const std::string_view fields(buffer_.data(), head + 2);
    const int status = number<int>(fields.substr(9, 3));
    const auto length = number<std::size_t>(field(fields, "\r\nContent-Length: "));
    const bool last = field(fields, "\r\nConnection: ") == "close";
    while (buffer_.size() < head + 4 + length)
      if (!fill()) throw std::runtime_error("an answer ended within its body");
    buffer_.clear();
    if (last) end();
    return {status, length};
  }

 private:
  template <class Number>
  static Number number(std::string_view text) {
    Number value{};
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
      throw std::runtime_error("not an answer that we can read");
    return value;
  }
  static std::string_view field(std::string_view fields, std::string_view name) {
    const auto at = fields.find(name);
    if (at == fields.npos) return {};
    fields.remove_prefix(at + name.size());
    return fields.substr(0, fields.find('\r'));
  }
  void open() {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("nobody listens on this port");
    const int yes = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  void end() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    buffer_.clear();
  }
  bool fill() {
    const std::size_t old = buffer_.size();
    buffer_.resize(old + 65'536);
    const ssize_t n = recv(fd_, buffer_.data() + old, 65'536, 0);
    buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return n > 0;
  }

  int port_, fd_ = -1;
  std::string buffer_;
};

std::vector<std::string> requests_of(const Settings& settings) {
  std::ifstream file(settings.paths);
  std::vector<std::string> requests;
  for (std::string path; std::getline(file, path);)
    if (!path.empty())
      requests.push_back(
          "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Language: " +
          settings.language + "\r\n" + (settings.gzip ? "Accept-Encoding: gzip\r\n" : "") + "\r\n");
  if (requests.empty()) throw std::runtime_error("no paths in " + settings.paths);
  return requests;
}

int run(const Settings& settings) {
  const auto requests = requests_of(settings);
  std::vector<Tally> tallies(static_cast<std::size_t>(settings.connections));
  std::atomic<std::size_t> next{0};
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (auto& tally : tallies)
    threads.emplace_back([&] {
      Connection connection(settings.port);
      for (;;) {
        const std::size_t i = next++;
        if (i >= settings.requests) return;
        auto begin = Clock::now();
        if (settings.rate > 0) {
          begin = start + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(static_cast<double>(i) / settings.rate));
          std::this_thread::sleep_until(begin);
        }
        try {
          const auto [status, bytes] = connection.ask(requests[i % requests.size()]);
          ++tally.statuses[status];
          tally.bytes += bytes;
        } catch (const std::exception& error) {
          std::fprintf(stderr, "bench_load: %s\n", error.what());
          ++tally.broken;
          return;
        }
        tally.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
      }
    });
  for (auto& each : threads) each.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  Tally all;
  for (const auto& each : tallies) {
    all.milliseconds.insert(all.milliseconds.end(), each.milliseconds.begin(), each.milliseconds.end());
    all.bytes += each.bytes;
    all.broken += each.broken;
    for (const auto& [status, n] : each.statuses) all.statuses[status] += n;
  }
  std::sort(all.milliseconds.begin(), all.milliseconds.end());
  const auto percentile = [&](double p) {
    const auto n = all.milliseconds.size();
    return n == 0 ? 0.0
                  : all.milliseconds[std::min(n - 1,
                                              static_cast<std::size_t>(p / 100 * static_cast<double>(n)))];
  };
  const std::size_t answered = all.milliseconds.size();
  std::printf(
      "requests %zu seconds %.3f per_second %.1f p50_ms %.3f p90_ms %.3f p99_ms %.3f max_ms %.3f bytes_each "
      "%.0f\n",
      answered, seconds, static_cast<double>(answered) / seconds, percentile(50), percentile(90),
      percentile(99), percentile(100),
      answered ? static_cast<double>(all.bytes) / static_cast<double>(answered) : 0);
  for (const auto& [status, n] : all.statuses) std::printf("status %d: %zu\n", status, n);
  const bool good = all.broken == 0 && all.statuses.size() == 1 && all.statuses.begin()->first == 200;
  if (!good) std::fprintf(stderr, "bench_load: not every answer was 200\n");
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** values) try {
  Settings settings;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    if (name == "--gzip") {
      settings.gzip = true;
      continue;
    }
    const std::string value = i + 1 < count ? values[++i] : "";
    if (name == "--port")
      settings.port = std::atoi(value.c_str());
    else if (name == "--paths")
      settings.paths = value;
    else if (name == "--connections")
      settings.connections = std::clamp(std::atoi(value.c_str()), 1, 1000);
    else if (name == "--requests")
      settings.requests = std::strtoul(value.c_str(), nullptr, 10);
    else if (name == "--rate")
      settings.rate = std::atof(value.c_str());
    else if (name == "--language")
      settings.language = value;
    else
      throw std::runtime_error("unknown argument " + name);
  }
  return run(settings);
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_load: %s\n", error.what());
  return 2;
}
