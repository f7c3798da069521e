// SPDX-License-Identifier: EUPL-1.2
#include "directory/finder.h"

#include <algorithm>
#include <future>
#include <optional>
#include <set>

#include "base/log.h"
#include "directory/offer.h"

namespace lotse::directory {
namespace {

constexpr sql::Statement kAll{"finder.all", "SELECT id, facts, words FROM offer"};
constexpr sql::Statement kOne{"finder.one", "SELECT id, facts, words FROM offer WHERE id = $1"};
constexpr std::size_t kAtOnce = 5000, kHeap = 500;

match::Topics tree_of(const topic::Catalogue& topics) {
  match::Topics tree;
  for (const auto& each : topics.topics()) {
    const auto number = static_cast<std::size_t>(each.number);
    if (tree.parents.size() <= number) tree.parents.resize(number + 1, match::kNoTopic);
    if (!each.parent) continue;
    if (const auto* parent = topics.find(*each.parent))
      tree.parents[number] = static_cast<match::TopicNo>(parent->number);
  }
  return tree;
}

}  // namespace

Finder::Finder(access::Store& store, std::shared_ptr<const Clock> clock)
    : store_(store), clock_(std::move(clock)) {
  load();
}

Finder::~Finder() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

Finder::Sight Finder::sight() const {
  std::lock_guard lock(mutex_);
  return sight_;
}

void Finder::load() {
  const access::Desk desk(store_, {}, access::kDirectoryPurpose, *clock_);
  Sight fresh;
  // The position is read first: what is committed meanwhile is taken over once more, which does no harm.
  fresh.position = store_.last_change();
  fresh.topics = std::make_shared<const topic::Catalogue>(topic::load(desk));
  std::optional<match::Builder> builder;
  // While rows are read here, another thread takes those read before them into the builder; one heap after
  // the other, so that the order stays.
  const Day today = desk.today();
  std::future<void> taking;
  std::vector<match::Offer> heap;
  std::size_t unread = 0;
  const auto hand_over = [&] {
    if (taking.valid()) taking.get();
    taking = std::async(std::launch::async, [&builder, offers = std::move(heap)] {
      for (const auto& each : offers) builder->add(each);
    });
    heap = {};
    heap.reserve(kHeap);
  };
  desk.public_read().read([&](access::View& view) {
    if (taking.valid()) taking.get();
    heap.clear();
    builder.emplace(tree_of(*fresh.topics));
    unread = 0;
    view.each(kAll, {}, [&](const sql::Row& row) {
      auto offer = offer_from(row.text(0), row.text(1), row.text(2), *fresh.topics, today);
      if (!offer) {
        ++unread;
        return;
      }
      heap.push_back(std::move(*offer));
      if (heap.size() == kHeap) hand_over();
    });
    return 0;
  });
  hand_over();
  taking.get();
  fresh.snapshot = builder->build();
  fresh.day = today;
  if (unread > 0) log_event("finder.unread", {{"offers", LogValue(unread)}});
  cards_.forget_all();
  std::lock_guard lock(mutex_);
  sight_ = std::move(fresh);
}

void Finder::take(const std::vector<sql::Change>& changes) {
  std::set<std::string> offers;
  bool topics = false;
  for (const auto& each : changes) {
    if (each.topic == "offer") offers.insert(each.key);
    if (each.topic == "topic") topics = true;
  }
  // Another tree of topics changes what every offer belongs to.
  if (topics) return load();
  Sight next = sight();
  next.position = changes.back().seq;
  for (const auto& each : offers) cards_.forget(each);
  if (!offers.empty()) {
    struct Now {
      std::vector<match::Offer> changed;
      std::vector<std::string> removed;
    };
    const access::Desk desk(store_, {}, access::kDirectoryPurpose, *clock_);
    const Now now = desk.public_read().read([&](access::View& view) {
      Now found;
      for (const auto& id : offers) {
        // An offer that cannot be read is gone for those who search, and everything else is found.
        auto offer = view.one(kOne, {id}, [&](const sql::Row& row) {
          return offer_from(row.text(0), row.text(1), row.text(2), *next.topics, next.day);
        });
        if (offer && *offer)
          found.changed.push_back(std::move(**offer));
        else
          found.removed.push_back(id);
      }
      return found;
    });
    next.snapshot = next.snapshot->with(now.changed, now.removed);
    if (next.snapshot->overlay() > std::max<std::size_t>(1000, next.snapshot->size() / 10))
      next.snapshot = next.snapshot->compacted();
  }
  std::lock_guard lock(mutex_);
  sight_ = std::move(next);
}

void Finder::catch_up() {
  std::lock_guard once(taking_);
  // Hours that hold from or until a day are searched as they are in this week.
  if (clock_->today() != sight().day) {
    const auto before = std::exchange(day_began_, sight().position);
    load();
    // Whoever follows has had a day to take it over. Several processes may say so.
    if (before > 0) store_.forget_changes(before);
    return;
  }
  for (;;) {
    const auto seen = store_.changes_after(sight().position, kAtOnce);
    if (seen.gap) return load();
    if (seen.changes.empty()) return;
    take(seen.changes);
  }
}

void Finder::follow() {
  thread_ = std::thread([this] {
    while (!stop_) {
      try {
        store_.wait_for_change(sight().position, 500);
        if (!stop_) catch_up();
      } catch (const std::exception& e) {
        // The store is away for a moment; what is searched stays as it is until it is back.
        log_event("finder.waits", {{"what", LogValue::word(e.what())}});
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
      }
    }
  });
}

}  // namespace lotse::directory
