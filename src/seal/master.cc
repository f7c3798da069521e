// SPDX-License-Identifier: EUPL-1.2
#include "seal/master.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"

namespace lotse::seal {
namespace {

constexpr std::size_t kHex = 2 * Key::kBytes, kMost = 8;

// A text that is wiped when it goes.
struct Secret {
  std::string text;
  Secret() = default;
  explicit Secret(std::string t) : text(std::move(t)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { sodium_memzero(text.data(), text.size()); }
};

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string name_of(const Key& key) {
  const Key derived = key.derived("keyname1");
  std::array<char, 17> hex{};
  sodium_bin2hex(hex.data(), hex.size(), derived.data(), 8);
  return hex.data();
}

void append_line(std::string& to, const Key& key) {
  std::array<char, kHex + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), key.data(), Key::kBytes);
  to.append(hex.data(), kHex);
  to += '\n';
  sodium_memzero(hex.data(), hex.size());
}

void sync_folder(const std::string& path) {
  const File above(std::filesystem::absolute(path).parent_path().string(), O_RDONLY | O_DIRECTORY);
  if (above.fd() < 0 || ::fsync(above.fd()) != 0)
    throw KeysRefused("the key file's folder cannot be made durable: " + path);
}

// Durable, or an exception: a key that wraps something must be there after a loss of power.
void write_new(const std::string& path, std::string_view text) {
  const File file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0400);
  if (file.fd() < 0)
    throw KeysRefused(errno == EEXIST ? "there is a key file already; it is left as it is: " + path
                                      : "the key file cannot be made: " + path);
  const bool written = ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.fd()) == 0;
  if (!written) {
    ::unlink(path.c_str());
    throw KeysRefused("the key file cannot be written: " + path);
  }
  sync_folder(path);
}

void replace(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  write_new(beside, text);
  if (::rename(beside.c_str(), path.c_str()) != 0)
    throw KeysRefused("the key file cannot be replaced: " + path);
  sync_folder(path);
}

}  // namespace

MasterKeys MasterKeys::of(std::vector<Key> keys) {
  CHECK(!keys.empty());
  MasterKeys made;
  for (auto& each : keys) made.keys_.emplace_back(name_of(each), std::move(each));
  return made;
}

MasterKeys MasterKeys::read(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.fd() < 0)
    throw KeysRefused(
        "the key file cannot be read: " + path +
        "; without it nothing that is sealed can be opened. If it is lost, take it from where it was "
        "put away");
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > 4096)
    throw KeysRefused("this is no key file: " + path);
  // What the system hands over as a credential may be readable for the service's group as well.
  const char* handed = std::getenv("CREDENTIALS_DIRECTORY");
  const bool credential = handed != nullptr && *handed != '\0' && path.starts_with(std::string(handed) + "/");
  if ((about.st_mode & (credential ? 037 : 077)) != 0)
    throw KeysRefused("others than its owner can read the key file: chmod 0400 " + path);
  Secret text(std::string(static_cast<std::size_t>(about.st_size), '\0'));
  if (::read(file.fd(), text.text.data(), text.text.size()) != about.st_size)
    throw KeysRefused("the key file cannot be read: " + path);
  std::vector<Key> keys;
  for (std::string_view rest = text.text; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    std::array<std::byte, Key::kBytes> bytes{};
    std::size_t length = 0;
    const bool good = line.size() == kHex &&
                      sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                     line.data(), line.size(), nullptr, &length, nullptr) == 0 &&
                      length == bytes.size() && keys.size() < kMost;
    if (good) keys.push_back(Key::of(bytes));
    wipe(bytes);
    if (!good) throw KeysRefused("this is no key file (lines of 64 hexadecimal characters): " + path);
  }
  if (keys.empty()) throw KeysRefused("the key file is empty: " + path);
  return of(std::move(keys));
}

MasterKeys MasterKeys::make(const std::string& path) {
  Key key = Key::random();
  Secret text;
  text.text.reserve(kHex + 1);
  append_line(text.text, key);
  // Whole under another name first: whoever starts at the same moment finds a whole file or none.
  static std::atomic<int> count = 0;
  const std::string beside = path + "." + std::to_string(::getpid()) + "-" + std::to_string(++count);
  ::unlink(beside.c_str());
  write_new(beside, text.text);
  const bool first = ::link(beside.c_str(), path.c_str()) == 0;
  ::unlink(beside.c_str());
  if (!first)
    throw KeysRefused("there is a key file already, or none can be made; it is left as it is: " + path);
  sync_folder(path);
  std::vector<Key> keys;
  keys.push_back(std::move(key));
  return of(std::move(keys));
}

const Key* MasterKeys::named(std::string_view name) const {
  for (const auto& [each, key] : keys_)
    if (each == name) return &key;
  return nullptr;
}

void MasterKeys::add(const std::string& path) {
  const MasterKeys old = read(path);
  if (old.keys_.size() >= kMost)
    throw KeysRefused("the key file is full: finish the last change of keys first (lotse key rotate)");
  Secret text;
  append_line(text.text, Key::random());
  for (const auto& [name, key] : old.keys_) append_line(text.text, key);
  replace(path, text.text);
}

void MasterKeys::keep_newest(const std::string& path) {
  const MasterKeys old = read(path);
  Secret text;
  append_line(text.text, old.newest());
  replace(path, text.text);
}

KeyFileLock::KeyFileLock(const std::string& key_file, How how)
    : fd_(::open((key_file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (fd_ >= 0)
    while (::flock(fd_, how == How::alone ? LOCK_EX : LOCK_SH) != 0 && errno == EINTR) {
    }
}

KeyFileLock::~KeyFileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace lotse::seal
