// SPDX-License-Identifier: EUPL-1.2
//
// SQLite behind the seam.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sql/sqlite_engine.h"
#include "sql/sqlite_pages.h"

namespace lotse::sql {
namespace {

// When SQLite itself would move the log into the file.
constexpr std::uint32_t kCheckpointFrames = 1'000;

}  // namespace

SqliteEngine::SqliteEngine(const std::string& url, const std::string& path, const Options& options)
    : Engine(EngineKind::Sqlite, url, options), path_(path), writer_(path, options, true) {
  // A write-ahead log that an earlier process left may hold frames that never reached the disk, only its
  // cache. Copying all of it into the file and syncing that, before anything is appended, makes it durable
  // or fails now.
  writer_.plain("PRAGMA wal_checkpoint(truncate)", "sql.checkpoint");
  sqlite3_wal_hook(writer_.raw(), logged, this);
  if (writer_.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'change'") > 0) {
    position_ = writer_.number("SELECT coalesce(max(seq), 0) FROM change");
  }
  for (int i = 0; i < std::max(1, options.readers); ++i) {
    readers_.add(std::make_unique<SqliteSession>(path, options, false));
  }
  group_ = std::make_unique<GroupCommit>(*this, options.queue);
}

std::int64_t SqliteEngine::wait_for_change(std::int64_t after, std::chrono::milliseconds timeout) {
  std::unique_lock lock(position_mutex_);
  position_moved_.wait_for(lock, timeout, [&] { return position_ > after; });
  return position_;
}

// Takes the place of SQLite's own hook, which does the first half.
int SqliteEngine::logged(void* self, sqlite3* database, const char*, int frames) {
  auto& engine = *static_cast<SqliteEngine*>(self);
  engine.frames_ = static_cast<std::uint32_t>(frames);
  // Where a reader stands in the way, trying again with each commit would only cost.
  if (engine.frames_ < engine.tried_) engine.tried_ = 0;
  if (engine.frames_ >= engine.tried_ + kCheckpointFrames) {
    engine.tried_ = engine.frames_;
    sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  const std::lock_guard lock(engine.holding_mutex_);
  for (SqlitePages* each : engine.holding_) each->give_up_beyond(engine.options().log_limit);
  return SQLITE_OK;
}

bool SqliteEngine::checkpoint(bool empty) {
  int in_log = 0, moved = 0;
  // Whoever reads just now is not waited for: all writers would wait as well.
  sqlite3_busy_timeout(writer_.raw(), 0);
  const int code = sqlite3_wal_checkpoint_v2(writer_.raw(), nullptr,
                                             empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
                                             &in_log, &moved);
  sqlite3_busy_timeout(writer_.raw(), static_cast<int>(options().busy.count()));
  if (code != SQLITE_OK && code != SQLITE_BUSY)
    throw Unavailable("the store's log cannot be moved: sqlite code " + std::to_string(code));
  // A change that was rolled back may have begun the log anew without a word to logged().
  if (in_log >= 0) frames_ = static_cast<std::uint32_t>(in_log);
  if (code == SQLITE_OK && empty) frames_ = 0;
  return code == SQLITE_OK && in_log == moved;
}

// The hook that proves that a closure may run twice.
void SqliteEngine::twice(const std::function<void()>& work) {
  if (options().twice) {
    run_in_savepoint("again", [&] {
      work();
      writer_.plain("ROLLBACK TO again", "sql.savepoint");
    });
    ++doubles_;
  }
  work();
}

void SqliteEngine::run_in_savepoint(const std::string& name, const std::function<void()>& work) {
  writer_.plain(("SAVEPOINT " + name).c_str(), "sql.savepoint");
  try {
    work();
  } catch (...) {
    // SQLite gives up the whole transaction for some failures; then no savepoint is left to go back to.
    if (writer_.in_transaction()) {
      writer_.plain(("ROLLBACK TO " + name + "; RELEASE " + name).c_str(), "sql.savepoint");
    }
    throw;
  }
  writer_.plain(("RELEASE " + name).c_str(), "sql.savepoint");
}

void SqliteEngine::run(const std::function<void()>& work) {
  run_in_savepoint("job", work);
  noted_ = std::max(noted_, writer_.last_noted());
}

void SqliteEngine::run_alone(const std::function<void()>& work) {
  work();
  noted_ = std::max(noted_, writer_.last_noted());
}

void SqliteEngine::rollback() noexcept {
  const bool full = sqlite3_errcode(writer_.raw()) == SQLITE_FULL;
  try {
    if (writer_.in_transaction()) writer_.plain("ROLLBACK", "sql.rollback");
  } catch (const std::exception&) {
    // SQLite ends the transaction even where it reports an error here; the next BEGIN says if it has not.
  }
  if (full) make_room();
}

// What copies still want to read of the log is what keeps it from becoming short.
void SqliteEngine::make_room() noexcept {
  {
    const std::lock_guard lock(holding_mutex_);
    if (holding_.empty()) return;
    for (SqlitePages* each : holding_) each->give_up_beyond(0);
  }
  try {
    checkpoint(true);
  } catch (const std::exception&) {
    // As long as there is no room, each change is refused and says so.
  }
}

void SqliteEngine::committed() noexcept {
  if (noted_ != 0) {
    const std::lock_guard lock(position_mutex_);
    position_ = noted_;
    position_moved_.notify_all();
  }
  const std::lock_guard lock(between_mutex_);
  for (Between* each : std::exchange(between_, {})) {
    try {
      each->work();
    } catch (...) {
      each->error = std::current_exception();
    }
    each->done = true;
  }
}

void SqliteEngine::between(const std::function<void()>& work) {
  Between mine{work};
  {
    const std::lock_guard lock(between_mutex_);
    between_.push_back(&mine);
  }
  std::exception_ptr failed;
  try {
    group_->submit([] {});  // a commit of nothing, which brings the writing thread by
  } catch (...) {
    failed = std::current_exception();
  }
  const std::lock_guard lock(between_mutex_);
  std::erase(between_, &mine);
  if (mine.error) std::rethrow_exception(mine.error);
  if (!mine.done) std::rethrow_exception(failed);
}

void SqliteEngine::do_read(const std::function<void(Tx&)>& closure) {
  const auto session = readers_.take(options().busy);
  struct End {
    SqliteSession& session;
    ~End() {
      try {
        if (session.in_transaction()) session.plain("ROLLBACK", "sql.end_read");
      } catch (const std::exception&) {
        // Nothing was written; the next BEGIN on this connection will tell.
      }
    }
  } end{*session};
  session->plain("BEGIN", "sql.begin_read");
  ++reads_;
  session->run(closure, false);
}

std::unique_ptr<PageLog> SqliteEngine::pages() { return std::make_unique<SqlitePages>(*this); }

std::vector<std::string> SqliteEngine::faults() {
  // On a connection of its own: it takes minutes, and readers are few.
  SqliteSession session(path_, options(), false);
  std::vector<std::string> faults;
  const auto look = [&](const char* query, std::string_view before, std::string_view behind) {
    try {
      for (const auto& each : session.texts(query))
        if (each != "ok") faults.push_back(std::string(before) + each + std::string(behind));
    } catch (const Broken& e) {
      faults.emplace_back(e.what());  // too broken to be looked through
    }
  };
  look("PRAGMA integrity_check(100)", "", "");
  look("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check()", "rows of ",
       " point to rows that are not there");
  return faults;
}

std::unique_ptr<Engine> open_sqlite(const std::string& url, const std::string& path, const Options& options) {
  // Made here rather than by SQLite, so that it is nobody else's to read from the first moment; its -wal and
  // -shm follow its mode.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (options.owner ? O_CREAT : 0), 0600);
  if (descriptor < 0) {
    const std::string why = std::strerror(errno);
    if (errno == ENOENT && !options.owner)
      throw Refused("there is no store at " + path + ": lotse upgrade makes one");
    throw Unavailable("cannot open " + path + ": " + why);
  }
  ::close(descriptor);
  return std::make_unique<SqliteEngine>(url, path, options);
}

}  // namespace lotse::sql
