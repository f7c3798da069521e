// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_signer.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace lotse::access {
namespace {

[[noreturn]] void refuse_key(const std::string& file) {
  throw sql::Refused("the key of the audit, " + file +
                     ", cannot be used: it must be a file of 32 bytes that this user may read");
}

// Written under another name first: a crash leaves a whole key or none.
void make_key(const std::string& file) {
  const std::string fresh = file + ".new";
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  if (fd < 0) refuse_key(file);
  const auto key = seal::Key::random();
  const bool whole =
      ::write(fd, key.data(), seal::Key::kBytes) == ssize_t{seal::Key::kBytes} && ::fsync(fd) == 0;
  ::close(fd);
  if (!whole || ::rename(fresh.c_str(), file.c_str()) != 0) refuse_key(file);
}

}  // namespace

std::unique_ptr<seal::Signer> audit_signer(Store& store) {
  constexpr std::string_view kSqlite = "sqlite:";
  const std::string& url = store.engine_->url();
  if (!url.starts_with(kSqlite)) return nullptr;
  const auto folder = std::filesystem::absolute(url.substr(kSqlite.size())).parent_path();
  const std::string file = (folder / "audit.key").string();
  if (!std::filesystem::exists(file)) make_key(file);
  std::array<std::byte, seal::Key::kBytes + 1> bytes{};
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) refuse_key(file);
  const ssize_t size = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  if (size != ssize_t{seal::Key::kBytes}) refuse_key(file);
  auto signer = std::make_unique<seal::Signer>(seal::Key::of(std::span(bytes).first<seal::Key::kBytes>()));
  seal::wipe(bytes);
  return signer;
}

}  // namespace lotse::access
