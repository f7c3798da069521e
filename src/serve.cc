// SPDX-License-Identifier: EUPL-1.2
#include "serve.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <thread>

#include "base/json.h"
#include "base/log.h"
#include "command_socket.h"
#include "http/http.h"
#include "sample/sample.h"
#include "sql/lock.h"

namespace lotse {
namespace {

// Asks the serving process; nothing if none listens.
std::optional<int> ask_server(const std::string& path, const std::vector<std::string>& arguments) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (fd < 0 || path.size() >= sizeof address.sun_path) return std::nullopt;
  path.copy(address.sun_path, path.size());
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    return std::nullopt;
  }
  const std::string request =
      Json{{"args", arguments}, {"folder", std::filesystem::current_path().string()}}.dump() + "\n";
  std::optional<int> code;
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    std::string line;
    char c = 0;
    while (read(fd, &c, 1) == 1) {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (line.size() >= 2 && line[0] != 'x')
        (line[0] == 'o' ? std::cout : std::cerr)
            << line.substr(2) << (line[1] == 'r' ? '\r' : '\n') << std::flush;
      if (line.size() >= 3 && line[0] == 'x') code = std::atoi(line.c_str() + 2);
      line.clear();
    }
    if (!code)
      std::cerr
          << "lotse: the serving process ended before the command did; look into its log, then try again\n";
  }
  close(fd);
  return code.value_or(1);
}

// SIGTERM and SIGINT are taken by one thread, so that no handler runs in the middle of something.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);
  }
  void wait_then(std::function<void()> stop) {
    thread_ = std::thread([this, stop = std::move(stop)] {
      int which = 0;
      sigwait(&set_, &which);
      stop();
    });
  }
  ~Signals() {
    if (thread_.joinable()) {
      pthread_kill(thread_.native_handle(), SIGTERM);
      thread_.join();
    }
  }

 private:
  sigset_t set_{};
  std::thread thread_;
};

void print_sign_ins() {
  std::cout << "Sign in with (password for all: " << sample::kPassword << ")\n";
  for (const auto& each : sample::sign_ins())
    std::cout << "  " << each.email << "  " << each.function << ", " << each.unit << "\n";
}

std::optional<std::shared_ptr<const Clock>> clock_for(const ServeOptions& options) {
  if (options.today.empty()) return system_clock();
  const auto day = Day::parse(options.today);
  if (!day) return std::nullopt;
  return clock_from(*day);
}

http::ServerOptions server_options_of(const ServeOptions& options, const std::string& address, int port) {
  http::ServerOptions server_options;
  server_options.address = address;
  server_options.port = static_cast<std::uint16_t>(port);
  server_options.workers = options.workers;
  server_options.trust_forwarded = !options.public_url.empty();
  server_options.log = [](const http::LogLine& line) {
    log_event("request", {{"method", LogValue::word(line.method)},
                          {"route", LogValue::word(line.route)},
                          {"status", line.status},
                          {"bytes", line.bytes},
                          {"us", line.microseconds}});
  };
  server_options.failure = [](std::string_view) { log_event("handler.failed"); };
  server_options.priority = [](const http::Request& r) { return r.method == "POST" && r.path == "/sign-in"; };
  return server_options;
}

}  // namespace

int serve(const ServeOptions& options, const Command& command) {
  const auto clock = clock_for(options);
  if (!clock) {
    std::cerr << "lotse: --today must be a day such as 2026-12-08\n";
    return 2;
  }
  const auto colon = options.listen.rfind(':');
  int port = -1;
  if (colon != std::string::npos)
    std::from_chars(options.listen.data() + colon + 1, options.listen.data() + options.listen.size(), port);
  if (port < 0 || port > 65535) {
    std::cerr << "lotse: --listen must be an address and a port such as 127.0.0.1:8080\n";
    return 2;
  }
  Signals signals;
  const std::string folder = options.store.folder();
  std::optional<sql::FileLock> lock;
  if (!folder.empty()) {
    std::filesystem::create_directories(folder);
    lock.emplace(folder + "/lotse.lock");
  }
  const auto store = open_store(options.store, **clock, options.workers);
  {
    account::Passwords passwords;
    const bool marked = sample::is_sample(*store, **clock);
    if (!options.today.empty() && !marked && !options.sample) {
      std::cerr << "lotse: --today is only for a sample, never for real data\n";
      return 2;
    }
    if (options.sample && !marked) {
      const auto filled = sample::fill(*store, **clock, passwords);
      if (!filled) {
        for (const auto& each : filled.error()) std::cerr << "lotse: " << each.text.id << "\n";
        return 1;
      }
    }
  }
  web::SiteOptions site{.region = "",
                        .secure = options.public_url.starts_with("https://"),
                        .sample = sample::is_sample(*store, **clock),
                        .feedback_email = options.feedback_email};
  if (site.sample && site.feedback_email.empty()) site.feedback_email = "lotse@kreis-halmerau.example.org";
  App app = make_app(*store, *clock, site);
  app.finder->follow();
  auto server_options = server_options_of(options, options.listen.substr(0, colon), port);
  server_options.limits.body_limit = [&app](const std::string& method, std::string_view path) {
    return app.site->body_limit(method, path);
  };
  const std::size_t wanted = server_options.limits.connections + 200;
  if (const auto files = http::raise_open_files(wanted); files < wanted)
    log_event("open_files.few", {{"wanted", wanted}, {"open", files}});
  http::Server server(server_options,
                      [&](const http::Request& request) { return app.site->answer(request); });
  std::optional<CommandSocket> socket;
  if (!folder.empty())
    socket.emplace(folder + "/serve.sock",
                   [&](const std::vector<std::string>& arguments, const std::string& where, std::ostream& out,
                       std::ostream& err) { return command(*store, *clock, arguments, where, out, err); });
  if (site.sample && options.sample) print_sign_ins();
  std::cout << "listening on http://" << options.listen.substr(0, colon) << ":" << server.port() << std::endl;
  signals.wait_then([&] { server.stop(); });
  server.run();
  log_event("stopped");
  return 0;
}

int run_command(const StoreChoice& choice, const std::vector<std::string>& arguments,
                const Command& command) {
  const std::string folder = choice.folder();
  std::optional<sql::FileLock> lock;
  if (!folder.empty()) {
    std::filesystem::create_directories(folder);
    try {
      lock.emplace(folder + "/lotse.lock");
    } catch (const sql::Refused&) {
      if (const auto code = ask_server(folder + "/serve.sock", arguments)) return *code;
      throw;
    }
  }
  const auto clock = system_clock();
  const auto store = open_store(choice, *clock);
  return command(*store, clock, arguments, std::filesystem::current_path().string(), std::cout, std::cerr);
}

}  // namespace lotse
