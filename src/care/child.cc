// SPDX-License-Identifier: EUPL-1.2
#include "care/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "care/container.h"

namespace lotse::care {
namespace {

constexpr std::size_t kAtOnce = std::size_t{1} << 16;
constexpr int kTurnMs = 200;

[[noreturn]] void fail_with(int code, const char* what) {
  throw std::system_error(code, std::system_category(), what);
}

std::vector<std::string> environment_with(const std::string& password) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view text(*each);
    if (!text.starts_with("LC_ALL=") && (password.empty() || !text.starts_with("PGPASSWORD=")))
      all.emplace_back(text);
  }
  if (!password.empty()) all.push_back("PGPASSWORD=" + password);
  // Words that we read, whatever the operator's language.
  all.emplace_back("LC_ALL=C");
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& each : texts) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

// What a child starts with: our end of its stream as `as`, nothing else of ours, and signals as usual.
class Start {
 public:
  Start(int stream, int as, int words) {
    posix_spawn_file_actions_init(&files_);
    for (int fd : {STDIN_FILENO, STDOUT_FILENO})
      posix_spawn_file_actions_addopen(&files_, fd, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&files_, stream, as);
    posix_spawn_file_actions_adddup2(&files_, words, STDERR_FILENO);
    posix_spawnattr_init(&how_);
    sigset_t none{}, pipe{};
    sigemptyset(&none);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    posix_spawnattr_setsigmask(&how_, &none);
    posix_spawnattr_setsigdefault(&how_, &pipe);
    posix_spawnattr_setflags(&how_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Start() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&how_);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  int spawn(int& pid, std::vector<std::string> arguments, std::vector<std::string> environment) const {
    return posix_spawnp(&pid, arguments.front().c_str(), &files_, &how_, pointers_to(arguments).data(),
                        pointers_to(environment).data());
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t how_{};
};

}  // namespace

Child::Child(const std::vector<std::string>& arguments, Stream stream, const std::string& password)
    : name_(arguments.front()) {
  // A socket rather than a pipe: writing to one that has ended can be told from a signal.
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    fail_with(errno, "no stream for a child");
  stream_ = ends[0];
  words_ = ::memfd_create("lotse-child", MFD_CLOEXEC);
  const Start start(ends[1], stream == Stream::from_it ? STDOUT_FILENO : STDIN_FILENO, words_);
  const int code = start.spawn(pid_, arguments, environment_with(password));
  ::close(ends[1]);
  if (code == 0) return;
  pid_ = -1;
  kill();
  if (code == ENOENT)
    throw CopyRefused("there is no program " + name_ +
                      " in PATH: on Debian it comes with apt install postgresql-client");
  fail_with(code, "a child does not start");
}

Child::~Child() { kill(); }

void Child::kill() noexcept {
  if (stream_ >= 0) ::close(stream_);
  stream_ = -1;
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
  if (words_ >= 0) ::close(words_);
  words_ = -1;
}

bool Child::is_ready() const {
  pollfd waiting{.fd = stream_, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, kTurnMs) > 0;
}

std::string_view Child::take() {
  taken_.resize(kAtOnce);
  ssize_t size = 0;
  do size = ::read(stream_, taken_.data(), taken_.size());
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno != ECONNRESET) fail_with(errno, "a child cannot be read");
  taken_.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return taken_;
}

void Child::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(stream_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      finish();
      fail();
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Child::finish() {
  ::close(stream_);
  stream_ = -1;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail();
}

void Child::fail() const {
  std::array<char, 400> words{};
  const ssize_t size = ::pread(words_, words.data(), words.size(), 0);
  std::string said(words.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  said.resize(std::min(said.size(), said.find('\n')));
  throw CopyRefused(name_ + " did not do it" + (said.empty() ? "" : ": " + said));
}

int version_of(const std::string& program) {
  Child child({program, "--version"}, Child::Stream::from_it, "");
  std::string said;
  for (auto part = child.read([] {}); !part.empty(); part = child.read([] {})) said += part;
  child.finish();
  // "pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
  const auto at = said.find(") ");
  int version = 0;
  if (at != said.npos) std::from_chars(said.data() + at + 2, said.data() + said.size(), version);
  return version;
}

}  // namespace lotse::care
