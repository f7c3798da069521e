// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <array>
#include <condition_variable>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "access/store_copy.h"
#include "base/log.h"
#include "care/care.h"
#include "care/copy_files.h"
#include "care/page_files.h"
#include "care/series.h"

namespace lotse::care {
namespace {

using Steady = std::chrono::steady_clock;
using Said = std::function<void(const std::string&)>;

struct Stopped {};

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

// The stores that this process follows, and when each was last looked at to the end.
struct Followed {
  std::mutex mutex;
  std::map<const access::Store*, Steady::time_point> looked;
};
Followed& followed() {
  static Followed all;
  return all;
}

// One follows a store, and tells when it has not done so for long: from a thread of its own, for the one that
// copies may hang in a write.
class Watched {
 public:
  Watched(const access::Store& store, std::chrono::milliseconds late) : store_(store), late_(late) {
    // First, for it may fail.
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    const std::lock_guard lock(followed().mutex);
    if (!followed().looked.emplace(&store, Steady::now()).second)
      throw AlreadyFollowed("this store is followed already: end the other lotse backup --follow first");
  }
  ~Watched() {
    const std::lock_guard lock(followed().mutex);
    followed().looked.erase(&store_);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  void looked() const {
    const std::lock_guard lock(followed().mutex);
    followed().looked[&store_] = Steady::now();
  }

 private:
  void work(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
      const auto age = age_of_copies(store_).value_or(std::chrono::seconds(0));
      if (age >= late_) log_event("copy.late", {{"seconds", std::int64_t{age.count()}}});
      wait(stop,
           age >= late_ ? std::chrono::minutes(5) : std::max(late_ - age, std::chrono::milliseconds(100)));
    }
  }
  const access::Store& store_;
  const std::chrono::milliseconds late_;
  std::jthread thread_;  // last: ends before what it uses
};

// One part of a series: its whole, then its changes.
class Part {
 public:
  Part(access::Store& store, std::filesystem::path folder, Head head, std::unique_ptr<sql::PageLog> pages)
      : store_(store), folder_(std::move(folder)), head_(std::move(head)), pages_(std::move(pages)) {}

  std::uint64_t whole(Instant now, const std::function<void()>& meanwhile) {
    head_.at_ms = now.ms;
    return write_whole(store_, *pages_, head_, folder_ / file_name(head_.part, 0), meanwhile);
  }
  /** False when changes were missed. */
  bool look(Instant now) {
    head_.at_ms = now.ms;
    auto changes = pages_->changes();
    if (!changes) return false;
    more_ = changes->more;
    changes_ = std::move(*changes);
    return true;
  }
  std::uint64_t write(std::int64_t keys) {
    if (changes_.pages == 0) return 0;
    ++head_.number;
    head_.keys = keys;
    const auto size = write_changes(store_, changes_, pages_->page_size(), head_,
                                    folder_ / file_name(head_.part, head_.number));
    changes_ = {};
    return size;
  }
  std::int64_t number() const { return head_.number; }
  /** What was looked at is not all. */
  bool more() const { return more_; }

 private:
  access::Store& store_;
  const std::filesystem::path folder_;
  Head head_;
  std::unique_ptr<sql::PageLog> pages_;
  sql::PageChanges changes_;
  bool more_ = false;
};

// A whole copy and what follows it.
class Following {
 public:
  Following(access::Store& store, const Clock& clock, const FollowChoice& choice, const Watched& watched,
            const Said& said)
      : store_(store),
        clock_(clock),
        choice_(choice),
        watched_(watched),
        said_(said),
        name_(series_name(clock.now())),
        folder_(choice.folder / name_),
        key_(key_now()) {
    std::filesystem::create_directories(folder_);
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
    sync_folder(choice.folder);
    const access::StoreCopy copy(store);
    data_.emplace(store, folder_, Head{"data", copy.identity(), name_, 0, 0, 0, 0}, copy.data_pages());
    keys_.emplace(store, folder_, Head{"keys", copy.identity(), name_, 0, 0, 0, 0}, copy.key_pages());
  }

  void whole(const std::function<void()>& meanwhile) {
    try {
      auto bytes = data_->whole(clock_.now(), meanwhile);
      bytes += keys_->whole(clock_.now(), meanwhile);
      log_event("copy.whole", {{"bytes", bytes}});
      said_("whole copy " + name_ + ": " + std::to_string(bytes) + " bytes");
    } catch (...) {
      std::error_code ignored;
      std::filesystem::remove_all(folder_, ignored);  // without its whole it is worth nothing
      throw;
    }
    looked_ = Steady::now();
    watched_.looked();
  }

  /** What has changed, if it is time; false where it cannot go on. */
  bool step() {
    if (Steady::now() - looked_ < choice_.every) return true;
    looked_ = Steady::now();
    std::uint64_t bytes = 0;
    do {
      // The data first: the key of every record that they hold is in what is then read of the keys. Written
      // the other way round, so that the same holds where we break off in between.
      bool there = data_->look(clock_.now());
      do {
        there = there && keys_->look(clock_.now());
        if (!there) {
          log_event("copy.missed");
          said_("too much was written meanwhile; beginning again with a whole copy");
          return false;
        }
        bytes += keys_->write(0);
      } while (keys_->more());
      bytes += data_->write(keys_->number());
    } while (data_->more());
    watched_.looked();
    if (bytes == 0) return true;
    log_event("copy.changes", {{"bytes", bytes}});
    said_("changes: " + std::to_string(bytes) + " bytes");
    return true;
  }

  /** A new one is due: it is old, or what is written now would need another key than its beginning. */
  bool is_over() const { return Steady::now() - begun_ >= choice_.whole_every || key_now() != key_; }

 private:
  std::string key_now() const { return access::StoreCopy(store_).installation_keys()->name_of_newest(); }

  access::Store& store_;
  const Clock& clock_;
  const FollowChoice& choice_;
  const Watched& watched_;
  const Said& said_;
  const std::string name_;
  const std::filesystem::path folder_;
  const std::string key_;
  std::optional<Part> data_, keys_;
  const Steady::time_point begun_ = Steady::now();
  Steady::time_point looked_ = begun_;
};

void forget(const FollowChoice& choice, const Clock& clock, const Said& said) {
  try {
    forget_series(choice.folder, clock.now(), choice.keep_days);
  } catch (const std::exception& e) {
    log_event("copy.not_forgotten");
    said(std::string("old copies could not be removed: ") + e.what());
  }
}

}  // namespace

std::optional<std::chrono::seconds> age_of_copies(const access::Store& store) {
  const std::lock_guard lock(followed().mutex);
  const auto at = followed().looked.find(&store);
  if (at == followed().looked.end()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - at->second);
}

void follow(access::Store& store, const Clock& clock, const FollowChoice& choice, const std::stop_token& stop,
            const Said& said) {
  const Watched watched(store, std::max<std::chrono::milliseconds>(choice.late, 5 * choice.every));
  std::unique_ptr<Following> current;
  auto forgotten = Steady::now();
  auto pause = choice.every;
  while (!stop.stop_requested()) {
    try {
      const bool fresh = !current || current->is_over();
      if (fresh) {
        auto next = std::make_unique<Following>(store, clock, choice, watched, said);
        next->whole([&] {
          if (stop.stop_requested()) throw Stopped();
          if (current && !current->step()) current.reset();
        });
        current = std::move(next);
      }
      if (fresh || Steady::now() - forgotten >= std::chrono::hours(24)) {
        forget(choice, clock, said);
        forgotten = Steady::now();
      }
      wait(stop, choice.every);
      if (!stop.stop_requested() && !current->step()) current.reset();
      pause = choice.every;
    } catch (const Stopped&) {
      return;
    } catch (const std::exception& e) {
      current.reset();
      log_event("copy.failed");
      said(std::string("failed, trying again: ") + e.what());
      wait(stop, pause);
      // Each try reads the whole store.
      pause = std::min<std::chrono::milliseconds>(2 * pause, std::chrono::minutes(10));
    }
  }
}

}  // namespace lotse::care
