// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lotse::interchange {

/** What an import may cost. */
struct Limits {
  std::uint64_t file_bytes = std::uint64_t{1}
                             << 30;  ///< of one file, and of all files of an archive together
  std::uint64_t ratio = 200;         ///< of a packed file: unpacked to packed
  std::size_t files = 10'000;
  std::size_t columns = 10'000;
  std::size_t cell_bytes = std::size_t{1} << 20;
  std::size_t cells = 20'000'000;  ///< of one table; each takes memory even if it is empty
  bool operator==(const Limits&) const = default;
};

/**
 * A folder, a zip file or a single file, seen alike: names and bytes. Nothing is ever unpacked onto a disk,
 * so that names with
 * ".." lead nowhere. Links inside a folder are not followed.
 */
class Archive {
 public:
  struct Entry {
    std::string name;         ///< as in the archive, with slashes
    std::uint64_t bytes = 0;  ///< unpacked
  };
  /** Opens the path; refuses what does not exist or exceeds the limits as far as its table of contents tells.
   */
  static Result<Archive> open(const std::string& path, const Limits& limits = {});
  /** An archive of files in memory: for tests, and for what came by another way. */
  static Archive of(std::vector<std::pair<std::string, std::string>> files);

  const std::vector<Entry>& entries() const { return entries_; }
  /** The bytes of an entry; refuses what is broken, or larger than the archive's table of contents said. */
  Result<std::string> bytes(std::size_t entry) const { return read_(entry); }

 private:
  std::vector<Entry> entries_;
  std::function<Result<std::string>(std::size_t)> read_;
};

/** The last part of a path. */
std::string base_name(std::string_view path);

/** A whole file. Refuses what cannot be read or is larger than `limit`. */
Result<std::string> read_file(const std::string& path, std::uint64_t limit);

}  // namespace lotse::interchange
