// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "access/audit_rows.h"
#include "access/gate_entry.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kMinuteMs = 60'000, kDayMs = 24 * 3'600'000, kMost = 10'000;

constexpr sql::Statement kBlockedUntil{"gate.blocked_until",
                                       "SELECT blocked_until_ms FROM attempt WHERE key = $1"};
constexpr sql::Statement kFailed{
    "gate.failed",
    "INSERT INTO attempt (key, failures, blocked_until_ms, last_ms) VALUES ($1, 1, 0, $2) "
    "ON CONFLICT (key) DO UPDATE SET last_ms = excluded.last_ms, "
    "failures = CASE WHEN attempt.last_ms < $3 THEN 1 ELSE attempt.failures + 1 END RETURNING failures"};
constexpr sql::Statement kBlock{"gate.block", "UPDATE attempt SET blocked_until_ms = $2 WHERE key = $1"};
constexpr sql::Statement kForget{"gate.forget", "DELETE FROM attempt WHERE last_ms < $1"};
// Of addresses alone: accounts and links are bounded by themselves. What has been blocked stays for its day,
// or whoever invents addresses would wash blocks away; as many as are blocked in a day it takes as many
// checks.
constexpr sql::Statement kCount{"gate.count_attempts",
                                "SELECT count(*) FROM attempt WHERE key LIKE 'password:%' AND failures < 5"};
constexpr sql::Statement kForgetOldest{
    "gate.forget_oldest",
    "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt WHERE key LIKE 'password:%' AND failures < 5 "
    "ORDER BY last_ms, key LIMIT $1)"};

}  // namespace

void enter(sql::Tx& tx, const Clock& clock, const GateEntry& entry) {
  const auto at = clock.now().ms;
  tx.enter_unit(entry.unit);
  put_entry(tx, {.unit = entry.unit,
                 .id = new_uuid(at),
                 .at_ms = at,
                 .actor = std::string(entry.who),
                 .acting_as = std::string(entry.function),
                 .purpose = kAccountPurpose,
                 .asked = std::string(entry.asked),
                 .what = std::string(entry.what),
                 .object = std::string(entry.object),
                 .decision = std::string(entry.decision),
                 .rule = std::string(entry.rule),
                 .about = ""});
}

Trial password_trial(std::string_view email, const std::optional<Account>& account) {
  return {"password:" + email_hash(email), account ? account->id : "", "password"};
}

Trial link_trial(const ResetOffer& offer) { return {"link:" + offer.id, offer.account, "password"}; }

Trial own_trial(std::string_view account) {
  return {"own:" + std::string(account), std::string(account), "password"};
}

Instant Gate::blocked_until(const Trial& trial) {
  Instant until;
  store_.read([&](sql::Tx& tx) {
    until.ms = tx.one(kBlockedUntil, {trial.key}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
  });
  return until;
}

void count_failure(sql::Tx& tx, const Clock& clock, const Trial& trial) {
  const auto now = clock.now().ms;
  tx.change(kForget, {now - kDayMs});
  const auto failures = tx.one(kFailed, {trial.key, now, now - kDayMs}, [](const sql::Row& r) {
                            return r.integer(0);
                          }).value_or(0);
  // Of addresses with and without an account alike: what is forgotten tells nobody which is which.
  const auto many = tx.one(kCount, {}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
  if (many > kMost) tx.change(kForgetOldest, {many - kMost});
  GateEntry entry{.who = trial.account,
                  .asked = kNothing.name,
                  .what = "session.attempt",
                  .decision = "denied",
                  .rule = trial.of};
  enter(tx, clock, entry);
  if (failures < 5) return;
  const std::int64_t minutes =
      std::min<std::int64_t>(60, std::int64_t{1} << std::min<std::int64_t>(failures - 5, 6));
  tx.change(kBlock, {trial.key, now + minutes * kMinuteMs});
  entry.what = "session.block";
  enter(tx, clock, entry);
}

void Gate::failed(const Trial& trial) {
  store_.write([&](sql::Tx& tx) { count_failure(tx, clock_, trial); });
}

}  // namespace lotse::access
