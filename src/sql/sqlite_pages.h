// SPDX-License-Identifier: EUPL-1.2
//
// Inside sql/: the pages of a SQLite store that is written to.
//
// A connection that stands in a reading transaction (the hold) keeps SQLite from letting its write-ahead log
// begin anew, and from moving frames after the hold's own mark into the file. So what lies behind the mark
// can be read in peace, from file and log, by their published formats
// (https://www.sqlite.org/walformat.html). The hold is taken, let go and moved on the writing thread between
// two transactions, and only that thread moves frames: nothing can happen between letting go and taking
// again.
//
// The rule that nothing is missed: when the hold is moved, all frames before its new mark are read before it
// is moved again, in one go or in several. A hold that is taken when the log has been moved whole ("slot 0")
// lets it begin anew, once, but keeps its frames from being moved after that: so a log with another salt
// begins behind all that was read.
#pragma once

#include <array>
#include <atomic>

#include "sql/sqlite_engine.h"

namespace lotse::sql {

class SqlitePages final : public PageLog {
 public:
  explicit SqlitePages(SqliteEngine& engine);
  ~SqlitePages() override;

  std::uint32_t page_size() const override { return page_size_; }
  void whole(const std::function<void(std::span<const std::byte>)>& part) override;
  std::optional<PageChanges> changes() override;

  /// On the writing thread, between two transactions: lets go for good, if so many bytes have gathered.
  void give_up_beyond(std::int64_t bytes) noexcept;

 private:
  using Salt = std::array<std::byte, 8>;
  struct Frame {
    std::uint32_t page = 0, size_after = 0;
  };

  void hold();
  void let_go();
  void see_log();
  void move_hold();
  void begin_log_anew(PageChanges& found);
  void read_to(std::uint32_t end, PageChanges& into);
  Frame frame(sqlite3_file& log, std::uint32_t number);
  Blob page_of_frame(sqlite3_file& log, std::uint32_t number);
  Salt salt();
  sqlite3_file& file(int which);

  SqliteEngine& engine_;
  SqliteSession holder_;  // used on the writing thread only
  SqliteSession files_;   // lends its open files for reading; no transaction ever
  const std::uint32_t page_size_;
  bool held_ = false, begun_ = false;
  std::atomic<bool> lost_{false};
  std::uint32_t read_ = 0;  // frames of the log that were read
  std::uint32_t end_ = 0;   // frames before the hold's mark
  Salt salt_{};             // of the log that `read_` counts in
};

}  // namespace lotse::sql
