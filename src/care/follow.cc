// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <condition_variable>
#include <ctime>
#include <mutex>

#include "access/store_copy.h"
#include "base/log.h"
#include "care/care.h"
#include "care/copy_files.h"
#include "care/page_files.h"
#include "care/series.h"

namespace lotse::care {
namespace {

using Steady = std::chrono::steady_clock;

// "20261122T101500Z-1a2b3c4d": sorts by time, and two that begin at once differ.
std::string series_name(Instant at) {
  const std::time_t seconds = at.ms / 1'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ-", &utc);
  return std::string(text.data(), size) + random_hex(4);
}

void wait(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any ending;
  std::unique_lock lock(mutex);
  ending.wait_for(lock, stop, time, [] { return false; });
}

// One part of a series: its whole, then its changes.
class Part {
 public:
  Part(access::Store& store, std::filesystem::path folder, Head head, std::unique_ptr<sql::PageLog> pages)
      : store_(store), folder_(std::move(folder)), head_(std::move(head)), pages_(std::move(pages)) {}

  std::uint64_t whole(Instant now) {
    head_.at_ms = now.ms;
    return write_whole(store_, *pages_, head_, folder_ / file_name(head_.part, 0));
  }
  /** False when changes were missed. */
  bool look(Instant now) {
    head_.at_ms = now.ms;
    auto changes = pages_->changes();
    if (!changes) return false;
    changes_ = std::move(*changes);
    return true;
  }
  std::uint64_t write() {
    if (changes_.pages == 0) return 0;
    ++head_.number;
    const auto size = write_changes(store_, changes_, pages_->page_size(), head_,
                                    folder_ / file_name(head_.part, head_.number));
    changes_ = {};
    return size;
  }

 private:
  access::Store& store_;
  const std::filesystem::path folder_;
  Head head_;
  std::unique_ptr<sql::PageLog> pages_;
  sql::PageChanges changes_;
};

// From one whole copy to the next.
void run_series(access::Store& store, const Clock& clock, const FollowChoice& choice,
                const std::stop_token& stop, const std::function<void(const std::string&)>& said) {
  const access::StoreCopy copy(store);
  const std::string name = series_name(clock.now());
  const std::filesystem::path folder = choice.folder / name;
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  // Older series are forgotten once this one has its whole: by then its own name must be on the disk, too.
  sync_folder(choice.folder);
  const auto begun = Steady::now();
  Part data(store, folder, {"data", copy.identity(), name, 0, 0, 0}, copy.data_pages());
  Part keys(store, folder, {"keys", copy.identity(), name, 0, 0, 0}, copy.key_pages());
  try {
    auto bytes = data.whole(clock.now());
    bytes += keys.whole(clock.now());
    log_event("copy.whole", {{"bytes", bytes}});
    said("whole copy " + name + ": " + std::to_string(bytes) + " bytes");
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);  // without its whole it is worth nothing
    throw;
  }
  forget_series(choice.folder, clock.now(), choice.keep_days);
  while (!stop.stop_requested() && Steady::now() - begun < choice.whole_every) {
    wait(stop, choice.every);
    // The data first: the key of every record that they hold is in what is then read of the keys. Written the
    // other way round, so that the same holds where we break off in between.
    if (!data.look(clock.now()) || !keys.look(clock.now())) {
      log_event("copy.missed");
      said("too much was written meanwhile; beginning again with a whole copy");
      return;
    }
    const auto bytes = keys.write() + data.write();
    if (bytes == 0) continue;
    log_event("copy.changes", {{"bytes", bytes}});
    said("changes: " + std::to_string(bytes) + " bytes");
  }
}

}  // namespace

void follow(access::Store& store, const Clock& clock, const FollowChoice& choice, const std::stop_token& stop,
            const std::function<void(const std::string&)>& said) {
  while (!stop.stop_requested()) {
    try {
      run_series(store, clock, choice, stop, said);
    } catch (const std::exception& e) {
      log_event("copy.failed");
      said(std::string("failed, trying again: ") + e.what());
      wait(stop, choice.every);
    }
  }
}

}  // namespace lotse::care
