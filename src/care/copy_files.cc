// SPDX-License-Identifier: EUPL-1.2
#include "care/copy_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace lotse::care {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

}  // namespace

WholeFile::WholeFile(std::filesystem::path path) : path_(std::move(path)), begun_(path_.string() + ".part") {
  // Others may write into the folder: a link that they put there is not followed. Two do not write into one.
  fd_ = ::open(begun_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) fail("the copy cannot be begun");
  // Who held it may have finished since, and what is open here has another name now.
  struct stat ours {};
  struct stat there {};
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd_, &ours) == 0 &&
      ::stat(begun_.c_str(), &there) == 0 && ours.st_ino == there.st_ino) {
    if (ours.st_nlink == 1 && ::ftruncate(fd_, 0) == 0) return;
    // It was finished, and broken off before this name of it went: the other one is a whole copy.
    if (ours.st_nlink > 1) ::unlink(begun_.c_str());
  }
  ::close(fd_);
  throw std::system_error(EBUSY, std::system_category(), "the copy cannot be begun");
}

WholeFile::~WholeFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(begun_.c_str());
}

void WholeFile::write(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("the copy cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void WholeFile::finish() {
  if (::fsync(fd_) != 0) fail("the copy is not on the disk");
  // Unlike rename, neither takes the place of what is there. Some file systems (CIFS, exFAT) know no links.
  if (::link(begun_.c_str(), path_.c_str()) == 0) {
    // While the lock is held: who opens it by this name would empty what is finished.
    ::unlink(begun_.c_str());
  } else if ((errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) ||
             ::renameat2(AT_FDCWD, begun_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    fail("the copy cannot be given its name");
  }
  ::close(fd_);
  fd_ = -1;
  sync_folder(path_.parent_path());
}

void sync_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("the copy does not open");
  const int synced = ::fsync(fd);
  ::close(fd);
  if (synced != 0) fail("the copy is not on the disk");
}

void sync_folder(const std::filesystem::path& folder) { sync_file(folder.empty() ? "." : folder); }

}  // namespace lotse::care
