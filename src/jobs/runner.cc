// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <random>

#include "access/queue.h"
#include "access/system.h"
#include "base/check.h"
#include "base/log.h"
#include "jobs/jobs.h"

namespace lotse::jobs {
namespace {

// Long enough for an operator to look, and for who asks again by the same key.
constexpr std::int64_t kRememberMs = 30LL * 24 * 3'600'000;
constexpr int kLookMs = 500;

double any_chance() {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(random);
}

// What a store or a log may keep of a reason. Anything else would be a text, and texts can be personal.
std::string_view code_of(std::string_view code) {
  const bool good = !code.empty() && code.size() <= 60 && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  });
  return good ? code : "unnamed";
}

}  // namespace

UnitId Turn::unit() const { return job_.unit; }
const std::string& Turn::subject() const { return job_.subject; }
std::int64_t Turn::attempt() const { return job_.attempt; }
Instant Turn::made() const { return job_.made; }

bool Turn::must_stop() {
  if (stop_ == Stop::no && runner_.stop_) stop_ = Stop::ending;
  return stop_ != Stop::no;
}

bool Turn::progress(std::int64_t done, std::int64_t total) {
  if (must_stop()) return false;
  const auto held = runner_.queue_->progress(job_, runner_.options_.lease_ms, done, total);
  if (held == access::Queue::Held::cancel) stop_ = Stop::cancelled;
  if (held == access::Queue::Held::lost) stop_ = Stop::lost;
  return held == access::Queue::Held::yes;
}

access::UnitDoor Turn::door(const access::Right& right, access::Purpose purpose) const {
  return access::System(runner_.store_, *runner_.clock_, job_.kind, job_.unit).unit(right, purpose);
}

Runner::Runner(access::Store& store, std::shared_ptr<const Clock> clock, RunnerOptions options)
    : store_(store),
      clock_(std::move(clock)),
      options_(std::move(options)),
      queue_(std::make_unique<access::Queue>(store, *clock_)),
      name_(random_hex(8)) {
  if (!options_.chance) options_.chance = any_chance;
  add({.kind = "jobs.forget",
       .work =
           [this](Turn&) {
             queue_->forget({clock_->now().ms - kRememberMs});
             return Outcome::done();
           }},
      Schedule::daily(3 * 60 + 40), Whose::installation);
}

Runner::~Runner() { stop(); }

void Runner::add(Work work) {
  CHECK(threads_.empty());
  CHECK(std::find(kinds_.begin(), kinds_.end(), work.kind) == kinds_.end());
  kinds_.push_back(work.kind);
  works_.push_back(std::move(work));
}

void Runner::add(Work work, Schedule when, Whose whose) {
  recurring_.push_back({work.kind, when, whose});
  add(std::move(work));
}

const Work& Runner::work_for(std::string_view kind) const {
  return *std::find_if(works_.begin(), works_.end(), [&](const Work& each) { return each.kind == kind; });
}

void Runner::make_slots() {
  const Instant now = clock_->now();
  const std::lock_guard lock(mutex_);
  for (auto& each : recurring_) {
    const Instant slot = each.when.latest(now);
    if (slot == each.last) continue;
    // Others make the same job of the same slot: the key sees to it that it is one.
    queue_->add(
        {.kind = each.kind, .subject = "", .key = "slot:" + std::to_string(slot.ms), .not_before = slot},
        each.whose == Whose::each_unit);
    each.last = slot;
  }
}

bool Runner::run_one() {
  make_slots();
  // Each kind comes first in its turn, so that a flood of one does not hold up the others.
  std::vector<std::string> kinds = kinds_;
  std::rotate(kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(turn_++ % kinds.size()),
              kinds.end());
  const auto kind = queue_->due(kinds);
  if (!kind) return false;
  const Work& work = work_for(*kind);
  const auto job = queue_->take(*kind, name_, options_.lease_ms, work.attempts);
  if (job) keep(*job, work);
  // Where another was quicker there may be more.
  return true;
}

void Runner::keep(const access::HeldJob& job, const Work& work) {
  Turn turn(*this, job);
  {
    const std::lock_guard lock(mutex_);
    running_.insert(&turn);
  }
  const Outcome outcome = attempt(turn, work);
  {
    const std::lock_guard lock(mutex_);
    running_.erase(&turn);
  }
  settle(turn, work, outcome);
}

Outcome Runner::attempt(Turn& turn, const Work& work) const {
  try {
    return work.work(turn);
  } catch (const sql::Unavailable&) {
    return Outcome::again("store_unavailable");
  } catch (const NotFound&) {
    return Outcome::again("not_found");
  } catch (const std::logic_error&) {
    return Outcome::again("bug");
  } catch (...) {
    return Outcome::again("exception");
  }
}

void Runner::settle(const Turn& turn, const Work& work, const Outcome& outcome) {
  const auto& job = turn.job_;
  const auto code = outcome.state_ == Outcome::State::done ? "" : code_of(outcome.code_);
  if (turn.stop_ == Turn::Stop::lost) return log_event("job.lost", {{"kind", LogValue::word(job.kind)}});
  if (turn.stop_ == Turn::Stop::cancelled) {
    queue_->end(job, "cancelled", "");
  } else if (turn.stop_ == Turn::Stop::ending) {
    queue_->give_back(job);
  } else if (outcome.state_ == Outcome::State::done) {
    queue_->end(job, "done", "");
  } else if (outcome.state_ == Outcome::State::failed || job.attempt >= work.attempts) {
    log_event(
        "job.failed",
        {{"kind", LogValue::word(job.kind)}, {"code", LogValue::word(code)}, {"attempts", job.attempt}});
    queue_->end(job, "failed", code);
  } else {
    queue_->again(job, code, {clock_->now().ms + backoff_ms(job.attempt, options_.chance())});
  }
}

void Runner::start() {
  CHECK(threads_.empty());
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work_on(); });
  prolonging_ = std::thread([this] { prolong(); });
}

void Runner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ending_.notify_all();
  for (auto& each : threads_) each.join();
  threads_.clear();
  {
    const std::lock_guard lock(mutex_);
    all_ended_ = true;
  }
  ending_.notify_all();
  if (prolonging_.joinable()) prolonging_.join();
}

void Runner::work_on() {
  while (!stop_) {
    try {
      // Read first, so that what is committed between looking and waiting ends the waiting.
      const auto position = queue_->position();
      const bool worked = run_one();
      away_ = false;
      if (!worked) queue_->wait(position, kLookMs);
    } catch (const std::exception&) {
      // The store is away for a moment, which is said once. A job in hand is taken again when its lease is
      // over.
      if (!away_.exchange(true)) log_event("jobs.wait");
      std::unique_lock lock(mutex_);
      ending_.wait_for(lock, std::chrono::milliseconds(kLookMs), [this] { return stop_.load(); });
    }
  }
}

void Runner::prolong() {
  std::unique_lock lock(mutex_);
  const auto pause = std::chrono::milliseconds(std::max<std::int64_t>(options_.lease_ms / 3, 1));
  // To the end of the last job in hand, also while the runner is stopping.
  while (!ending_.wait_for(lock, pause, [this] { return all_ended_; })) {
    std::vector<access::HeldJob> held;
    for (const Turn* each : running_) held.push_back(each->job_);
    lock.unlock();
    std::set<std::pair<std::string, std::int64_t>> lost;
    for (const auto& job : held) {
      try {
        if (queue_->prolong(job, options_.lease_ms) == access::Queue::Held::lost)
          lost.emplace(job.id, job.holding);
      } catch (const std::exception&) {
        if (!away_.exchange(true)) log_event("jobs.wait");
      }
    }
    lock.lock();
    for (Turn* each : running_)
      if (lost.contains({each->job_.id, each->job_.holding})) each->stop_ = Turn::Stop::lost;
  }
}

std::vector<access::JobState> look(access::Store& store, const Clock& clock, std::int64_t limit) {
  return access::Queue(store, clock).look(limit);
}

}  // namespace lotse::jobs
