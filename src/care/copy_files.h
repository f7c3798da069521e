// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace lotse::care {

/**
 * A file that is there whole or not at all: written under another name, and given its own when all of it is
 * on the disk (fsync of file and folder). Its owner alone may read it. What was begun and not finished goes.
 */
class WholeFile {
 public:
  /** Throws std::system_error without the path where it cannot be made. */
  explicit WholeFile(std::filesystem::path path);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void write(std::string_view bytes);
  /** Gives it its name; throws std::system_error if something is there already. */
  void finish();
  std::uint64_t size() const { return size_; }

 private:
  const std::filesystem::path path_, begun_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/** Makes what was written to this file durable. */
void sync_file(const std::filesystem::path& file);
/** Makes names in this folder durable. */
void sync_folder(const std::filesystem::path& folder);

}  // namespace lotse::care
