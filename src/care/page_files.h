// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "access/store.h"
#include "base/json.h"
#include "care/care.h"
#include "sql/page_log.h"

/** Inside care/: the files that a copy of a store consists of. */
namespace lotse::care {

/** What the head of a file tells: of the `part` ("data", "keys") of a copy, its whole (number 0) or the
 * changes number 1, 2, … since. */
struct Head {
  std::string part, store, copy;
  std::int64_t number = 0, at_ms = 0;
  std::uint32_t pages = 0;  // size of the store after these changes; 0: nothing has changed, or the whole
  std::int64_t keys = 0;    // data: the number of the file of keys that belongs to them, or a newer one
  int postgresql = 0;       // version of the server that the copy is of; 0: it is of a SQLite store
};
/** `page_size`: 0 for PostgreSQL. */
Json json_of(const Head& head, std::uint32_t page_size);
/** Nothing if it is no such head. */
std::optional<Head> head_in(const Json& json, std::uint32_t& page_size);

/** Returns the size of the file in bytes. `meanwhile` is called between the pieces; what it throws ends it.
 * Throws as PageLog and WholeFile. */
std::uint64_t write_whole(access::Store& store, sql::PageLog& pages, const Head& head,
                          const std::filesystem::path& to, const std::function<void()>& meanwhile);
/** Both files of a copy, or neither: the data as `file`, then the keys as `file` + ".keys". Throws
 * CopyRefused where one of them is there already, and what `write` throws, which returns bytes. */
Copied write_both(
    const std::filesystem::path& file,
    const std::function<std::uint64_t(const std::string& part, const std::filesystem::path& to)>& write);
std::uint64_t write_changes(access::Store& store, const sql::PageChanges& changes, std::uint32_t page_size,
                            Head head, const std::filesystem::path& to);

}  // namespace lotse::care
