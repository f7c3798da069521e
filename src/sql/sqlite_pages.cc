// SPDX-License-Identifier: EUPL-1.2
#include "sql/sqlite_pages.h"

#include <algorithm>

namespace lotse::sql {
namespace {

constexpr std::uint32_t kLogHeader = 32, kFrameHeader = 24;
// A log longer than this begins anew when all of it was read: 16 MB with pages of 4 KB.
constexpr std::uint32_t kLongLog = 4'096;
constexpr std::size_t kPagesAtOnce = 64;
// Pages that changes() holds in memory; beyond it, it stops at the end of a transaction.
constexpr std::size_t kMostChanged = 4'096;
// Frames that are read while writers wait, at most.
constexpr std::uint32_t kShortRest = 256;

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return number;
}

// Beyond its end a file reads as zeros, which SQLite tells as a failure of its own kind.
void read_at(sqlite3_file& file, std::int64_t at, std::span<std::byte> into, bool may_end) {
  const int code = file.pMethods->xRead(&file, into.data(), static_cast<int>(into.size()), at);
  if (code != SQLITE_OK && !(may_end && code == SQLITE_IOERR_SHORT_READ))
    throw Unavailable("the store's files cannot be read: sqlite code " + std::to_string(code));
}

}  // namespace

PageLog::~PageLog() = default;

SqlitePages::SqlitePages(SqliteEngine& engine)
    : engine_(engine),
      holder_(engine.path_, engine.options(), false),
      files_(engine.path_, engine.options(), false),
      page_size_(static_cast<std::uint32_t>(files_.number("PRAGMA page_size"))) {
  files_.number("SELECT count(*) FROM sqlite_master");  // opens file and log
  const std::lock_guard lock(engine_.holding_mutex_);
  engine_.holding_.push_back(this);
}

SqlitePages::~SqlitePages() {
  {
    const std::lock_guard lock(engine_.holding_mutex_);
    std::erase(engine_.holding_, this);
  }
  // From here on nobody else knows of the hold; it ends with its connection.
}

sqlite3_file& SqlitePages::file(int which) {
  sqlite3_file* found = nullptr;
  sqlite3_file_control(files_.raw(), "main", which, &found);
  if (found == nullptr || found->pMethods == nullptr) throw Unavailable("the store's files are not open");
  return *found;
}

void SqlitePages::hold() {
  holder_.plain("BEGIN", "sql.hold");
  holder_.number("SELECT count(*) FROM sqlite_master");  // from here on the snapshot stands
  held_ = true;
}

void SqlitePages::let_go() {
  if (!held_) return;
  held_ = false;
  holder_.plain("ROLLBACK", "sql.let_go");
}

void SqlitePages::give_up_beyond(std::int64_t bytes) noexcept {
  const auto in_log = std::int64_t{engine_.frames()} * (page_size_ + kFrameHeader);
  if (!held_ || in_log <= bytes) return;
  try {
    let_go();
  } catch (const std::exception&) {
    // SQLite ends a reading transaction even where it reports an error.
  }
  lost_ = true;
}

SqlitePages::Salt SqlitePages::salt() {
  Salt salt{};
  read_at(file(SQLITE_FCNTL_JOURNAL_POINTER), 16, salt, true);
  return salt;
}

SqlitePages::Frame SqlitePages::frame(sqlite3_file& log, std::uint32_t number) {
  std::array<std::byte, kFrameHeader> head{};
  read_at(log, kLogHeader + std::int64_t{number} * (kFrameHeader + page_size_), head, false);
  if (!std::equal(salt_.begin(), salt_.end(), head.begin() + 8))
    throw Broken("a frame of the store's log is of another time");
  return {number_at(head, 0), number_at(head, 4)};
}

Blob SqlitePages::page_of_frame(sqlite3_file& log, std::uint32_t number) {
  Blob page(page_size_);
  read_at(log, kLogHeader + std::int64_t{number} * (kFrameHeader + page_size_) + kFrameHeader, page, false);
  return page;
}

// The last version of each page among the frames up to `end`, which is that of a transaction; or up to the
// end of an earlier one.
void SqlitePages::read_to(std::uint32_t end, PageChanges& into) {
  if (read_ == end) return;
  auto& log = file(SQLITE_FCNTL_JOURNAL_POINTER);
  std::map<std::uint32_t, std::uint32_t> newest;
  Frame last;
  std::uint32_t at = read_;
  for (; at < end && (last.size_after == 0 || newest.size() < kMostChanged); ++at) {
    last = frame(log, at);
    newest[last.page] = at;
  }
  if (last.size_after == 0) throw Broken("the store's log ends within a transaction");
  for (const auto& [page, number] : newest)
    if (page <= last.size_after) into.changed[page] = page_of_frame(log, number);
  into.changed.erase(into.changed.upper_bound(last.size_after), into.changed.end());
  into.pages = last.size_after;
  read_ = at;
}

// Which log it is that frames are counted in. On the writing thread, before each reading.
void SqlitePages::see_log() {
  const std::uint32_t frames = engine_.frames();
  if (frames == 0) {
    read_ = end_ = 0;  // emptied by another copy, after all of it was moved and read
    return;
  }
  if (const Salt now = salt(); now != salt_) {
    salt_ = now;
    read_ = end_ = 0;
  }
  if (frames < read_) throw Broken("the store's log is shorter than what was read of it");
}

// To the end of the log as it stands. On the writing thread.
void SqlitePages::move_hold() {
  end_ = engine_.frames();
  let_go();
  hold();
}

void SqlitePages::whole(const std::function<void(std::span<const std::byte>)>& part) {
  bool complete = false;
  engine_.between([&] {
    let_go();
    complete = engine_.checkpoint(false);
    if (engine_.frames() > 0) salt_ = salt();
    move_hold();
    lost_ = false;
  });
  begun_ = true;
  // What others' holds kept from being moved into the file is taken from the log.
  std::map<std::uint32_t, std::uint32_t> in_log;
  auto& store = file(SQLITE_FCNTL_FILE_POINTER);
  auto& log = file(SQLITE_FCNTL_JOURNAL_POINTER);
  sqlite3_int64 size = 0;
  if (store.pMethods->xFileSize(&store, &size) != SQLITE_OK)
    throw Unavailable("the size of the store's file cannot be told");
  auto pages = static_cast<std::uint32_t>(size / page_size_);
  if (!complete) {
    Frame last;
    for (std::uint32_t i = 0; i < end_; ++i) {
      last = frame(log, i);
      in_log[last.page] = i;
    }
    if (last.size_after > 0) pages = last.size_after;
  }
  read_ = end_;
  Blob bytes;
  for (std::uint32_t first = 0; first < pages; first += kPagesAtOnce) {
    const auto count = std::min<std::size_t>(kPagesAtOnce, pages - first);
    bytes.assign(count * page_size_, std::byte{});
    read_at(store, std::int64_t{first} * page_size_, bytes, true);
    for (auto at = in_log.lower_bound(first + 1); at != in_log.end() && at->first <= first + count; ++at) {
      const Blob page = page_of_frame(log, at->second);
      std::copy(page.begin(), page.end(),
                bytes.begin() + static_cast<std::ptrdiff_t>((at->first - first - 1) * page_size_));
    }
    if (lost_) throw Unavailable("the copy was given up: too much was written meanwhile");
    part(bytes);
  }
}

std::optional<PageChanges> SqlitePages::changes() {
  if (!begun_ || lost_) return std::nullopt;
  PageChanges found;
  bool moved = false;
  try {
    engine_.between([&] {
      if (lost_) return;
      moved = true;
      see_log();
      if (read_ == end_) move_hold();
    });
    if (lost_) return std::nullopt;
    read_to(end_, found);
    found.more = read_ < end_;
    if (!found.more && end_ >= kLongLog) begin_log_anew(found);
  } catch (...) {
    // What was read is lost with the exception; where nothing was done yet, the next call finds it.
    if (moved) lost_ = true;
    throw;
  }
  if (lost_) return std::nullopt;
  return found;
}

void SqlitePages::begin_log_anew(PageChanges& found) {
  engine_.between([&] {
    if (lost_) return;
    see_log();
    // What came while the rest was read is read first, while others write.
    found.more = engine_.frames() - read_ > kShortRest;
    if (found.more) return;
    read_to(engine_.frames(), found);
    let_go();
    engine_.checkpoint(true);
    read_ = engine_.frames();
    move_hold();
  });
}

}  // namespace lotse::sql
