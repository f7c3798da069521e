// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "access/desk.h"
#include "directory/cards.h"
#include "match/match.h"
#include "topic/topic.h"

namespace lotse::directory {

/**
 * Keeps the snapshot that is searched. It is built once at start from table `offer` and then follows the
 * change sequence: a committed change is found within a second, without building anew.
 */
class Finder {
 public:
  Finder(access::Store& store, std::shared_ptr<const Clock> clock);
  ~Finder();

  /** What is searched now; the two belong together. */
  struct Sight {
    std::shared_ptr<const match::Snapshot> snapshot;
    std::shared_ptr<const topic::Catalogue> topics;
    std::int64_t position = 0;
    Day day;  // whose week the opening hours are those of
  };
  Sight sight() const;
  /** Cards of what is searched. */
  CardShelf& cards() const { return cards_; }
  /** Starts the thread that follows. Without it (tests, commands), call `catch_up`. */
  void follow();
  /** Takes over all changes committed so far, and a new day. */
  void catch_up();

 private:
  void load();
  void take(const std::vector<sql::Change>& changes);
  access::Store& store_;
  std::shared_ptr<const Clock> clock_;
  mutable std::mutex mutex_;  // guards sight_
  std::mutex taking_;         // one at a time changes it
  Sight sight_;
  mutable CardShelf cards_;
  std::int64_t day_began_ = 0;  // position at the change of day; 0 on the first
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace lotse::directory
