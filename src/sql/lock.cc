// SPDX-License-Identifier: EUPL-1.2
#include "sql/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

#include "sql/sql.h"

namespace lotse::sql {

FileLock::FileLock(const std::filesystem::path& file) {
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    throw Unavailable("cannot open " + file.string() + ": " + std::system_category().message(errno));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    std::array<char, 32> holder{};
    const ssize_t size = ::pread(descriptor_, holder.data(), holder.size(), 0);
    ::close(descriptor_);
    if (error != EWOULDBLOCK) {
      throw Unavailable("cannot lock " + file.string() + ": " + std::system_category().message(error));
    }
    std::string who = "another process";
    long pid = 0;
    if (size > 0 && std::from_chars(holder.data(), holder.data() + size, pid).ec == std::errc{}) {
      who += " (number " + std::to_string(pid) + ")";
    }
    throw Refused(who + " holds " + file.string() + ": this store is being served already");
  }
  // The number only helps a human to find the holder; the lock itself is the kernel's. So a failure to write
  // it is no matter.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, pid.data(), pid.size(), 0) < 0) return;
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace lotse::sql
