// SPDX-License-Identifier: EUPL-1.2
#include "access/queue.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::access {
namespace {

constexpr sql::Statement kPut{
    "job.put",
    "INSERT INTO job (unit_id, id, kind, subject, state, not_before_ms, made_ms) "
    "VALUES ($1, $2, $3, $4, 'waiting', $5, $6) ON CONFLICT (unit_id, id) DO NOTHING"};
constexpr sql::Statement kCancelWaiting{
    "job.cancel_waiting",
    "UPDATE job SET state = 'cancelled', cancel = 1, ended_ms = $3 WHERE unit_id = $1 AND id = $2 "
    "AND state = 'waiting'"};
constexpr sql::Statement kCancelRunning{
    "job.cancel_running", "UPDATE job SET cancel = 1 WHERE unit_id = $1 AND id = $2 AND state = 'running'"};
constexpr sql::Statement kDue{
    "job.due",
    "SELECT 1 FROM job WHERE kind = $1 AND ended_ms IS NULL AND not_before_ms <= $2 "
    "AND lease_until_ms <= $2 LIMIT 1"};
constexpr sql::Statement kNext{
    "job.next",
    "SELECT unit_id, id, subject, attempts, made_ms, cancel, forgiven FROM job WHERE kind = $1 AND ended_ms "
    "IS NULL "
    "AND not_before_ms <= $2 AND lease_until_ms <= $2 ORDER BY not_before_ms, made_ms, id LIMIT 1 "
    "FOR UPDATE SKIP LOCKED"};
constexpr sql::Statement kTake{
    "job.take",
    "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until_ms = $3, "
    "lease_by = $4 WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kEndUntaken{"job.end_untaken",
                                     "UPDATE job SET state = $3, last_error = $4, ended_ms = $5, "
                                     "lease_until_ms = 0 WHERE unit_id = $1 AND id = $2"};
// Held: by this holder, in this attempt. All that follow are about such a one.
constexpr sql::Statement kProlong{
    "job.prolong",
    "UPDATE job SET lease_until_ms = $5 WHERE unit_id = $1 AND id = $2 AND state = 'running' "
    "AND lease_by = $3 AND attempts = $4 RETURNING cancel"};
constexpr sql::Statement kProgress{
    "job.progress",
    "UPDATE job SET lease_until_ms = $5, progress = $6, total = $7 WHERE unit_id = $1 AND id = $2 "
    "AND state = 'running' AND lease_by = $3 AND attempts = $4 RETURNING cancel"};
constexpr sql::Statement kEnd{
    "job.end",
    "UPDATE job SET state = $5, last_error = $6, ended_ms = $7, lease_until_ms = 0 WHERE unit_id = $1 "
    "AND id = $2 AND state = 'running' AND lease_by = $3 AND attempts = $4"};
constexpr sql::Statement kAgain{
    "job.again",
    "UPDATE job SET state = 'waiting', last_error = $5, not_before_ms = $6, lease_until_ms = 0 "
    "WHERE unit_id = $1 AND id = $2 AND state = 'running' AND lease_by = $3 AND attempts = $4"};
constexpr sql::Statement kGiveBack{
    "job.give_back",
    "UPDATE job SET state = 'waiting', attempts = attempts - 1, lease_until_ms = 0 WHERE unit_id = $1 "
    "AND id = $2 AND state = 'running' AND lease_by = $3 AND attempts = $4"};
constexpr sql::Statement kUnits{"job.units", "SELECT unit_id FROM unit ORDER BY unit_id"};
constexpr sql::Statement kRetry{
    "job.retry",
    "UPDATE job SET not_before_ms = CASE WHEN state = 'failed' OR not_before_ms > $4 THEN $4 ELSE "
    "not_before_ms END, "
    "forgiven = CASE WHEN state = 'failed' THEN attempts ELSE forgiven END, state = 'waiting', ended_ms = "
    "NULL, "
    "cancel = 0, progress = 0, total = 0 WHERE unit_id = $1 AND id = $2 AND attempts = $3 "
    "AND (state = 'failed' OR (state = 'waiting' AND cancel = 0))"};
constexpr sql::Statement kKindOf{"job.kind_of", "SELECT kind FROM job WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kLook{
    "job.look",
    "SELECT unit_id, id, kind, subject, state, last_error, attempts, progress, total, made_ms, "
    "not_before_ms, "
    "ended_ms, cancel FROM job WHERE ended_ms IS NULL OR state = 'failed' ORDER BY made_ms DESC, unit_id, id "
    "LIMIT $1"};
constexpr sql::Statement kOfUnit{
    "job.of_unit",
    "SELECT unit_id, id, kind, subject, state, last_error, attempts, progress, total, made_ms, "
    "not_before_ms, "
    "ended_ms, cancel FROM job WHERE unit_id = $1 AND (ended_ms IS NULL OR state = 'failed') "
    "ORDER BY made_ms DESC, id LIMIT $2"};
constexpr sql::Statement kOne{"job.one",
                              "SELECT unit_id, id, kind, subject, state, last_error, attempts, progress, "
                              "total, made_ms, not_before_ms, "
                              "ended_ms, cancel FROM job WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kDone{
    "job.done",
    "SELECT kind, count(*), max(ended_ms) FROM job WHERE unit_id = $1 AND state = 'done' GROUP BY kind "
    "ORDER BY kind"};
constexpr sql::Statement kForget{"job.forget",
                                 "DELETE FROM job WHERE ended_ms IS NOT NULL AND ended_ms < $1"};

JobState state_of(const sql::Row& r) {
  const auto ended = r.opt_integer(11);
  return {.unit = r.integer(0),
          .id = std::string(r.text(1)),
          .kind = std::string(r.text(2)),
          .subject = std::string(r.text(3)),
          .state = std::string(r.text(4)),
          .last_error = std::string(r.text(5)),
          .attempts = r.integer(6),
          .progress = r.integer(7),
          .total = r.integer(8),
          .made = {r.integer(9)},
          .not_before = {r.integer(10)},
          .ended = ended ? std::optional(Instant{*ended}) : std::nullopt,
          .cancel = r.truth(12)};
}

bool is_kind(std::string_view kind) {
  return !kind.empty() && kind.size() <= 60 && std::all_of(kind.begin(), kind.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '.' || c == '_';
  });
}

}  // namespace

std::string job_id(UnitId unit, const NewJob& job) {
  return uuid_of_name("job:" + std::to_string(unit) + ":" + std::string(job.kind) + ":" + job.subject + ":" +
                      job.key);
}

void put_job(sql::Tx& tx, UnitId unit, const NewJob& job, Instant now) {
  CHECK(is_kind(job.kind));
  CHECK(job.subject.empty() || is_uuid(job.subject));
  const std::string id = job_id(unit, job);
  const auto not_before = std::max(now, job.not_before).ms;
  // Whoever waits for work hears of it at once.
  if (tx.change(kPut, {unit, id, job.kind, job.subject, not_before, now.ms}) > 0)
    tx.note_change("job", job.kind);
}

bool cancel_job(sql::Tx& tx, UnitId unit, std::string_view id, Instant now) {
  return tx.change(kCancelWaiting, {unit, id, now.ms}) > 0 || tx.change(kCancelRunning, {unit, id}) > 0;
}

bool retry_job(sql::Tx& tx, UnitId unit, std::string_view id, std::int64_t attempts, Instant now) {
  if (tx.change(kRetry, {unit, id, attempts, now.ms}) == 0) return false;
  // Whoever waits for work hears of it at once.
  if (const auto kind = tx.one(kKindOf, {unit, id}, [](const sql::Row& r) { return std::string(r.text(0)); }))
    tx.note_change("job", *kind);
  return true;
}

std::vector<JobState> jobs_of(sql::Tx& tx, UnitId unit, std::int64_t limit) {
  return tx.rows(kOfUnit, {unit, limit}, state_of);
}

std::optional<JobState> job_of(sql::Tx& tx, UnitId unit, std::string_view id) {
  return tx.one(kOne, {unit, id}, state_of);
}

std::vector<JobsDone> jobs_done(sql::Tx& tx, UnitId unit) {
  return tx.rows(kDone, {unit}, [](const sql::Row& r) {
    return JobsDone{std::string(r.text(0)), r.integer(1), Instant{r.integer(2)}};
  });
}

std::optional<std::string> Queue::due(std::span<const std::string> kinds) {
  const auto now = clock_.now().ms;
  std::optional<std::string> found;
  store_.read([&](sql::Tx& tx) {
    found.reset();
    for (const auto& kind : kinds)
      if (tx.one(kDue, {kind, now}, [](const sql::Row& r) { return r.integer(0); })) {
        found = kind;
        return;
      }
  });
  return found;
}

std::optional<HeldJob> Queue::take(std::string_view kind, std::string_view by, std::int64_t lease_ms,
                                   std::int64_t most_attempts) {
  const auto now = clock_.now().ms;
  std::optional<HeldJob> taken;
  store_.write([&](sql::Tx& tx) {
    taken.reset();
    for (bool more = true; more && !taken;) {
      more = false;
      bool cancelled = false;
      auto next = tx.one(kNext, {kind, now}, [&](const sql::Row& r) {
        cancelled = r.truth(5);
        return HeldJob{.unit = r.integer(0),
                       .id = std::string(r.text(1)),
                       .kind = std::string(kind),
                       .subject = std::string(r.text(2)),
                       .by = std::string(by),
                       .holding = r.integer(3),
                       .attempt = r.integer(3) - r.integer(6),
                       .made = {r.integer(4)}};
      });
      if (!next) return;
      if (cancelled || next->attempt >= most_attempts) {
        tx.change(kEndUntaken,
                  {next->unit, next->id, cancelled ? "cancelled" : "failed", cancelled ? "" : "died", now});
        more = true;
        continue;
      }
      tx.change(kTake, {next->unit, next->id, now + lease_ms, by});
      ++next->holding;
      ++next->attempt;
      taken = std::move(next);
    }
  });
  return taken;
}

Queue::Held Queue::tell(const sql::Statement& statement, sql::Params values) {
  Held held = Held::lost;
  store_.write([&](sql::Tx& tx) {
    const auto cancel = tx.one(statement, values, [](const sql::Row& r) { return r.truth(0); });
    held = !cancel ? Held::lost : *cancel ? Held::cancel : Held::yes;
  });
  return held;
}

Queue::Held Queue::prolong(const HeldJob& job, std::int64_t lease_ms) {
  return tell(kProlong, {job.unit, job.id, job.by, job.holding, clock_.now().ms + lease_ms});
}

Queue::Held Queue::progress(const HeldJob& job, std::int64_t lease_ms, std::int64_t done,
                            std::int64_t total) {
  return tell(kProgress, {job.unit, job.id, job.by, job.holding, clock_.now().ms + lease_ms, done, total});
}

bool Queue::settle(const sql::Statement& statement, sql::Params values) {
  std::int64_t rows = 0;
  store_.write([&](sql::Tx& tx) { rows = tx.change(statement, values); });
  return rows > 0;
}

bool Queue::end(const HeldJob& job, std::string_view state, std::string_view code) {
  return settle(kEnd, {job.unit, job.id, job.by, job.holding, state, code, clock_.now().ms});
}

bool Queue::again(const HeldJob& job, std::string_view code, Instant not_before) {
  return settle(kAgain, {job.unit, job.id, job.by, job.holding, code, not_before.ms});
}

bool Queue::give_back(const HeldJob& job) {
  return settle(kGiveBack, {job.unit, job.id, job.by, job.holding});
}

void Queue::add(const NewJob& job, bool each_unit) {
  const Instant now = clock_.now();
  store_.write([&](sql::Tx& tx) {
    if (!each_unit) return put_job(tx, 0, job, now);
    for (const UnitId unit : tx.rows(kUnits, {}, [](const sql::Row& r) { return r.integer(0); }))
      put_job(tx, unit, job, now);
  });
}

std::vector<JobState> Queue::look(std::int64_t limit) {
  std::vector<JobState> found;
  store_.read([&](sql::Tx& tx) { found = tx.rows(kLook, {limit}, state_of); });
  return found;
}

std::int64_t Queue::forget(Instant before) {
  std::int64_t rows = 0;
  store_.write([&](sql::Tx& tx) { rows = tx.change(kForget, {before.ms}); });
  return rows;
}

}  // namespace lotse::access
