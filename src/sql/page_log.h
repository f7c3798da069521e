// SPDX-License-Identifier: EUPL-1.2
//
// The pages of a SQLite store, for copies that are made while others write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "sql/sql.h"

namespace lotse::sql {

/// What has changed between two moments at which no transaction was open.
struct PageChanges {
  std::uint32_t pages = 0;                ///< size of the store after them, in pages; 0: nothing changed
  std::map<std::uint32_t, Blob> changed;  ///< by number, counted from 1; each page whole
  bool more = false;                      ///< not all of it: ask again
};

/// Reads the pages of a store that this process writes. Whoever writes is held up for some milliseconds at a
/// time and no longer, whatever the size of the store: while this lives, the store's own log keeps what
/// was not read yet. Where too much has gathered there (Options::log_limit), the store's going on is worth
/// more than the copy: the hold is given up.
///
/// One at a time asks; must not outlive the engine. All throw Unavailable and Broken.
class PageLog {
 public:
  PageLog() = default;
  virtual ~PageLog();
  PageLog(const PageLog&) = delete;
  PageLog& operator=(const PageLog&) = delete;

  /// In bytes; of all pages.
  virtual std::uint32_t page_size() const = 0;
  /// Calls `part` with the bytes of the store's file, in order, whole pages each time: as it stands at one
  /// moment after the call, with all that was acknowledged before it. changes() goes on from that moment.
  /// Throws Unavailable when the hold was given up meanwhile.
  virtual void whole(const std::function<void(std::span<const std::byte>)>& part) = 0;
  /// What was committed since whole() or the last call, or the first of it, to the end of a transaction: some
  /// 16 MB at a time, or one transaction where that is longer. Nothing when the hold was given up: then begin
  /// with whole() again.
  virtual std::optional<PageChanges> changes() = 0;
};

}  // namespace lotse::sql
