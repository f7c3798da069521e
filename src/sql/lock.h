// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <filesystem>

namespace lotse::sql {

/// An exclusive lock on a file, held until destruction or the end of the process, however it ends. One
/// `serve` per SQLite store.
class FileLock {
 public:
  /// Creates the file (0600) where missing and takes the lock without waiting. Throws Refused naming the
  /// file, and the process that holds it where that is known; Unavailable when the file cannot be opened.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace lotse::sql
