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

#include "access/key_ring.h"
#include "access/once.h"
#include "access/record.h"
#include "base/json.h"
#include "base/log.h"
#include "care/care.h"
#include "command_socket.h"
#include "heads.h"
#include "http/http.h"
#include "interchange/interchange.h"
#include "jobs/jobs.h"
#include "legal/legal.h"
#include "metrics.h"
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

sigset_t our_signals(bool tls) {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (tls) sigaddset(&set, SIGHUP);
  return set;
}

// Signals are taken by one thread, so that no handler runs in the middle of something. To be called before
// any other thread is made.
void leave_signals_to_one_thread(bool tls) {
  const sigset_t set = our_signals(tls);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

// That thread. It ends before the server does.
class OnSignal {
 public:
  OnSignal(http::Server& server, bool tls)
      : thread_([&server, tls] {
          const sigset_t set = our_signals(tls);
          int which = 0;
          while (sigwait(&set, &which) == 0 && which == SIGHUP)
            log_event(server.renew_certificate() ? "certificate.renewed" : "certificate.not_renewed");
          server.stop();
        }) {}
  ~OnSignal() {
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  OnSignal(const OnSignal&) = delete;
  OnSignal& operator=(const OnSignal&) = delete;

 private:
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

http::ServerOptions server_options_of(const ServeOptions& options, const std::string& address, int port,
                                      Metrics& metrics) {
  http::ServerOptions server_options;
  server_options.address = address;
  server_options.port = static_cast<std::uint16_t>(port);
  server_options.workers = options.workers;
  server_options.trust_forwarded = !options.public_url.empty() && options.tls_cert.empty();
  server_options.certificate = options.tls_cert;
  server_options.key = options.tls_key;
  server_options.log = [&metrics](const http::LogLine& line) {
    metrics.count(line);
    log_event("request", {{"method", LogValue::word(line.method)},
                          {"route", LogValue::word(line.route)},
                          {"status", line.status},
                          {"bytes", line.bytes},
                          {"us", line.microseconds}});
  };
  server_options.failure = [](std::string_view) { log_event("handler.failed"); };
  return server_options;
}

// What only the routes know about a request that is still coming in.
void ask_the_site(http::ServerOptions& options, web::Site& site) {
  options.limits.body_limit = [&site](const std::string& method, std::string_view path) {
    return site.body_limit(method, path);
  };
  options.priority = [&site](const http::Request& r) { return site.is_urgent(r.method, r.path); };
  options.refusal = [&site](const http::Request& r, int status) { return site.refusal(r, status); };
}

// A sample is there to be played with: nobody needs what it was before.
void bring_sample_up_to_date(const ServeOptions& options, const Clock& clock) {
  if (!options.sample || options.store.folder().empty() || !is_there(options.store) ||
      is_up_to_date(options.store))
    return;
  if (sample::state(*open_as_it_is(options.store), clock) != sample::State::none)
    migrate_store(options.store, clock.now());
}

// Fills an empty store with the sample where that is wanted. An exit code; 0: go on.
int prepare_sample(const ServeOptions& options, access::Store& store, const Clock& clock) {
  const auto state = sample::state(store, clock);
  if (state == sample::State::begun) {
    std::cerr << "lotse: filling this store with the sample was broken off; remove it (lotse sample remove "
                 "--data …), or take an empty database\n";
    return 1;
  }
  if (!options.today.empty() && state == sample::State::none && !options.sample) {
    std::cerr << "lotse: --today is only for a sample, never for real data\n";
    return 2;
  }
  if (!options.sample || state == sample::State::whole) return 0;
  account::Passwords passwords;
  const auto filled = sample::fill(store, clock, passwords);
  if (filled) return 0;
  for (const auto& each : filled.error()) std::cerr << "lotse: " << each.text.id << "\n";
  return 1;
}

// What is wrong with the mail server was said then.
bool is_mail_good(const notice::SmtpChoice& mail) {
  const bool given = !mail.address.empty() || !mail.user.empty() || !mail.password_file.empty() ||
                     !mail.ca_file.empty() || !mail.from.empty();
  const auto problems = given ? notice::problems_of(mail) : Problems{};
  for (const auto& each : problems) std::cerr << "lotse: " << each.field << " " << each.text.id << "\n";
  return problems.empty();
}

std::unique_ptr<jobs::Runner> start_jobs(const ServeOptions& options, access::Store& store,
                                         const std::shared_ptr<const Clock>& clock) {
  auto runner = std::make_unique<jobs::Runner>(store, clock);
  if (options.mail.address.empty())
    log_event("notices.wait_for_smtp");
  else
    notice::install(*runner, std::make_shared<const notice::Smtp>(options.mail),
                    std::make_shared<const UnitKeys>(store, clock, "notice"), clock);
  directory::install_forgetting(*runner, clock);
  // Nobody could open a link without an address in front.
  if (!options.mail.address.empty() && !options.public_url.empty())
    directory::install_questions(
        *runner, clock, {std::make_shared<const UnitKeys>(store, clock, "notice"), options.public_url});
  runner->add({"keys.sweep",
               [&store, clock](jobs::Turn&) {
                 access::sweep_keys(store, clock->now());
                 return jobs::Outcome::done();
               }},
              jobs::Schedule::daily(3 * 60), jobs::Runner::Whose::installation);
  runner->add({"forms.sweep",
               [&store, clock](jobs::Turn&) {
                 access::sweep_forms(store, clock->now());
                 return jobs::Outcome::done();
               }},
              jobs::Schedule::daily(3 * 60), jobs::Runner::Whose::installation);
  legal::install_jobs(*runner, clock);
  interchange::install_imports(*runner, store, clock);
  runner->start();
  return runner;
}

// What the law wants of a public website and nobody has said; the pages leave it out.
void print_gaps(access::Store& store, const Clock& clock) {
  for (const auto& gap : legal::gaps({store, {}, access::kDirectoryPurpose, clock})) {
    std::string list;
    for (const auto label : gap.labels) (list += list.empty() ? "" : ", ") += label;
    std::cout << "unit " << gap.unit.id << " has not said for its public pages: " << list
              << " (its administrator does so at /staff/legal)\n";
  }
}

struct Place {
  std::string address;
  int port = 0;
};

// "127.0.0.1:8080", "[::1]:0"
std::optional<Place> place_of(const std::string& text) {
  const auto colon = text.rfind(':');
  int port = -1;
  if (colon != std::string::npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (port < 0 || port > 65535) return std::nullopt;
  return Place{text.substr(0, colon), port};
}

// A listener of its own, so that nobody outside reaches it by the way of the pages.
class MetricsListener {
 public:
  MetricsListener(const Place& at, const Metrics& metrics, const access::Store& store,
                  const http::Server& pages)
      : server_(options_of(at),
                [&metrics, &store, &pages](const http::Request& request) {
                  http::Response response;
                  if (request.method != "GET" || request.path != "/metrics")
                    response.status = 404;
                  else
                    response.body =
                        metrics.text(store.figures(), pages.connections(), care::age_of_copies(store));
                  response.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                  return response;
                }),
        thread_([this] { server_.run(); }) {
    std::cout << "metrics on http://" << at.address << ":" << server_.port() << "/metrics" << std::endl;
  }
  ~MetricsListener() {
    server_.stop();
    thread_.join();
  }
  MetricsListener(const MetricsListener&) = delete;
  MetricsListener& operator=(const MetricsListener&) = delete;

 private:
  static http::ServerOptions options_of(const Place& at) {
    http::ServerOptions options;
    options.address = at.address;
    options.port = static_cast<std::uint16_t>(at.port);
    options.workers = 1;
    options.limits.connections = 16;
    options.limits.body = 0;
    return options;
  }
  http::Server server_;
  std::thread thread_;
};

// A file for each connection, and some for the store, the log and others.
void raise_open_files(const http::ServerOptions& options) {
  const std::size_t wanted = options.limits.connections + 200;
  if (const auto files = http::raise_open_files(wanted); files < wanted)
    log_event("open_files.few", {{"wanted", wanted}, {"open", files}});
}

web::SiteOptions site_options_of(const ServeOptions& options, access::Store& store, const Clock& clock) {
  web::SiteOptions site{.region = "",
                        .secure = !options.tls_cert.empty() || options.public_url.starts_with("https://"),
                        .sample = sample::state(store, clock) == sample::State::whole,
                        .feedback_email = options.feedback_email};
  if (site.sample && site.feedback_email.empty()) site.feedback_email = "lotse@kreis-halmerau.example.org";
  return site;
}

// Passwords must not go through a network in plain text.
bool is_safe_to_listen(const ServeOptions& options) {
  return options.sample || !options.tls_cert.empty() || options.public_url.starts_with("https://") ||
         options.listen.starts_with("127.") || options.listen.starts_with("[::1]") ||
         options.listen.starts_with("localhost:");
}

}  // namespace

int serve(const ServeOptions& options, const Command& command) {
  const auto clock = clock_for(options);
  if (!clock) {
    std::cerr << "lotse: --today must be a day such as 2026-12-08\n";
    return 2;
  }
  const auto listen = place_of(options.listen);
  const auto metrics_at = options.metrics.empty() ? std::optional<Place>(Place{}) : place_of(options.metrics);
  if (!listen || !metrics_at) {
    std::cerr << "lotse: " << (listen ? "--metrics" : "--listen")
              << " must be an address and a port such as 127.0.0.1:8080\n";
    return 2;
  }
  if (!is_safe_to_listen(options)) {
    std::cerr << "lotse: passwords must not go through a network in plain text: listen on 127.0.0.1 behind a "
                 "proxy that ends TLS, and say --public-url https://…, or give --tls-cert and --tls-key\n";
    return 2;
  }
  if (!is_mail_good(options.mail)) return 2;
  const auto trusted = trusted_by(options);
  if (!trusted) return 2;
  leave_signals_to_one_thread(!options.tls_cert.empty());
  const std::string folder = options.store.folder();
  std::optional<sql::FileLock> lock;
  if (!folder.empty()) {
    std::filesystem::create_directories(folder);
    lock.emplace(folder + "/lotse.lock");
  }
  bring_sample_up_to_date(options, **clock);
  const auto store = open_store(options.store, **clock, options.workers);
  if (const int code = prepare_sample(options, *store, **clock); code != 0) return code;
  const web::SiteOptions site = site_options_of(options, *store, **clock);
  const SealedAudit sealed(*store, **clock, options);
  witness::Witness witness(*trusted);
  App app = make_app(*store, *clock, site);
  app.finder->follow();
  const auto runner = start_jobs(options, *store, *clock);
  Metrics metrics;
  auto server_options = server_options_of(options, listen->address, listen->port, metrics);
  ask_the_site(server_options, *app.site);
  if (!trusted->empty()) take_heads(server_options);
  raise_open_files(server_options);
  http::Server server(server_options, [&](const http::Request& request) {
    return request.path == witness::kPath && !trusted->empty() ? answer_of(witness, request)
                                                               : app.site->answer(request);
  });
  std::mutex one_at_a_time;
  std::optional<CommandSocket> socket;
  if (!folder.empty())
    socket.emplace(folder + "/serve.sock",
                   [&](unsigned user, const std::vector<std::string>& arguments, const std::string& where,
                       const std::stop_token& stop, std::ostream& out, std::ostream& err) {
                     std::unique_lock turn(one_at_a_time, std::defer_lock);
                     // A copy that is followed goes on for days.
                     if (arguments.empty() || arguments.front() != "backup") turn.lock();
                     return command(*store, *clock, user, arguments, where, stop, out, err);
                   });
  if (site.sample && options.sample) print_sign_ins();
  if (!site.sample) print_gaps(*store, **clock);
  std::optional<MetricsListener> listener;
  if (!options.metrics.empty()) listener.emplace(*metrics_at, metrics, *store, server);
  std::cout << "listening on http" << (options.tls_cert.empty() ? "" : "s") << "://" << listen->address << ":"
            << server.port() << std::endl;
  const OnSignal on_signal(server, !options.tls_cert.empty());
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
  return command(*store, clock, getuid(), arguments, std::filesystem::current_path().string(), {}, std::cout,
                 std::cerr);
}

namespace {

bool is_served(const std::string& folder) {
  try {
    const sql::FileLock lock(folder + "/lotse.lock");
    return false;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace

int follow_served(const StoreChoice& choice, const std::vector<std::string>& arguments) {
  const std::string folder = choice.folder();
  if (folder.empty())
    throw sql::Refused(
        "only a SQLite store is followed by Lotse. PostgreSQL archives its own log, which is a minute behind "
        "at most: set it up as docs/backup.md says (archive_command, pg_basebackup)");
  for (bool told = false;;) {
    if (const auto code = ask_server(folder + "/serve.sock", arguments)) {
      if (*code == 2) return 2;
      told = false;
    } else if (!std::exchange(told, true)) {
      std::cout << (is_served(folder)
                        ? "the process that serves this store cannot be reached; is this its user? Waiting"
                        : "nobody serves this store, so it does not change; waiting")
                << std::endl;
    }
    std::this_thread::sleep_for(std::chrono::seconds(2));
  }
}

}  // namespace lotse
