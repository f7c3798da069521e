// SPDX-License-Identifier: EUPL-1.2
#include "access/gate.h"

#include <algorithm>

#include "access/gate_entry.h"
#include "base/fold.h"

namespace lotse::access {
namespace {

// 15 minutes idle and 10 hours in all (house rule); `last_seen` is written at most once a minute.
constexpr std::int64_t kHalfMs = 5 * 60'000, kSetUpMs = 30 * 60'000;
constexpr std::int64_t kIdleMs = 15 * 60'000, kWholeMs = 10 * 3'600'000, kTouchMs = 60'000;

constexpr sql::Statement kFind{"gate.find",
                               "SELECT id, name, password_hash, language, active, epoch FROM account "
                               "WHERE email_hash = $1"};
constexpr sql::Statement kMake{"gate.make",
                               "INSERT INTO account (id, email_hash, name, password_hash, language, active) "
                               "VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT (email_hash) DO NOTHING"};
constexpr sql::Statement kGrant{
    "gate.grant",
    "INSERT INTO membership (unit_id, account_id, acting_as, valid_from) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (unit_id, account_id, acting_as) DO NOTHING"};
constexpr sql::Statement kMemberships{
    "gate.memberships",
    "SELECT m.unit_id, u.kind, u.name, m.acting_as FROM membership m JOIN unit u ON u.unit_id = m.unit_id "
    "WHERE m.account_id = $1 AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2) "
    "ORDER BY u.name, m.unit_id, m.acting_as"};
constexpr sql::Statement kClear{"gate.clear",
                                "DELETE FROM attempt WHERE key = 'factor:' || $1 OR key = 'own:' || $1 "
                                "OR key = 'password:' || (SELECT email_hash FROM account WHERE id = $1) "
                                "OR key = 'blocked:password:' || "
                                "(SELECT email_hash FROM account WHERE id = $1)"};
constexpr sql::Statement kBegin{
    "gate.begin",
    "INSERT INTO half_session (hash, account_id, proved, until_ms, epoch, may_set_up) "
    "VALUES ($1, $2, 0, $3, $4, $5)"};
constexpr sql::Statement kSweepHalves{"gate.sweep_halves", "DELETE FROM half_session WHERE until_ms < $1"};
constexpr sql::Statement kHalf{
    "gate.half",
    "SELECT a.id, a.name, CASE WHEN f.sealed IS NULL THEN 0 ELSE 1 END, CASE WHEN a.sample = 1 AND EXISTS "
    "(SELECT 1 FROM installation i WHERE i.key = 'sample' AND i.value = '1') THEN 1 ELSE 0 END, h.proved, "
    "a.epoch, h.may_set_up "
    "FROM half_session h JOIN account a ON a.id = h.account_id AND a.active = 1 AND a.epoch = h.epoch "
    "LEFT JOIN account_factor f ON f.account_id = a.id WHERE h.hash = $1 AND h.until_ms >= $2"};
constexpr sql::Statement kEndHalf{"gate.end_half", "DELETE FROM half_session WHERE hash = $1"};
constexpr sql::Statement kStart{"gate.start",
                                "INSERT INTO session (hash, account_id, unit_id, acting_as, started_ms, "
                                "last_seen_ms, second_factor, id, device, epoch) "
                                "VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)"};
// Account, membership and unit are read anew with every request: who loses a right loses it at once.
constexpr sql::Statement kResume{
    "gate.resume",
    "SELECT a.id, a.name, s.unit_id, u.kind, s.acting_as, s.started_ms, s.last_seen_ms, "
    "s.second_factor, s.locked "
    "FROM session s JOIN account a ON a.id = s.account_id AND a.active = 1 AND a.epoch = s.epoch "
    "JOIN membership m ON m.account_id = s.account_id AND m.unit_id = s.unit_id AND m.acting_as = "
    "s.acting_as "
    "AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2) "
    "JOIN unit u ON u.unit_id = s.unit_id WHERE s.hash = $1"};
constexpr sql::Statement kTouch{"gate.touch", "UPDATE session SET last_seen_ms = $2 WHERE hash = $1"};
constexpr sql::Statement kExpire{"gate.expire", "DELETE FROM session WHERE hash = $1"};
constexpr sql::Statement kEnd{"gate.end",
                              "DELETE FROM session WHERE hash = $1 RETURNING account_id, unit_id, acting_as"};
// Of everybody: who never comes back must not leave where she worked, and when.
constexpr sql::Statement kSweep{"gate.sweep", "DELETE FROM session WHERE started_ms < $1"};
constexpr sql::Statement kSweepForms{"gate.sweep_forms",
                                     "DELETE FROM session_form WHERE hash NOT IN (SELECT hash FROM session)"};

bool is_secret(std::string_view text) { return text.size() == 64 && is_utf8(text); }

}  // namespace

std::optional<HalfSession> half_of(sql::Tx& tx, const std::string& hash, Instant now) {
  return tx.one(kHalf, {hash, now.ms}, [](const sql::Row& r) {
    return HalfSession{.account = std::string(r.text(0)),
                       .name = std::string(r.text(1)),
                       .has_factor = r.truth(2),
                       .needs_factor = !r.truth(2) && !r.truth(3),
                       .proved = r.truth(4),
                       .may_set_up = r.truth(6),
                       .epoch = r.integer(5)};
  });
}

void put_half(sql::Tx& tx, const NewHalf& half, Instant now) {
  tx.change(kSweepHalves, {now.ms});
  tx.change(kBegin, {half.hash, half.account, now.ms + (half.may_set_up ? kSetUpMs : kHalfMs), half.epoch,
                     half.may_set_up});
}

std::string email_hash(std::string_view email) {
  std::string key(trimmed(email));
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
    return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
  });
  return hash_hex("email:" + key);
}

std::optional<Account> Gate::find(std::string_view email) {
  std::optional<Account> found;
  if (!is_utf8(email)) return found;
  store_.read([&](sql::Tx& tx) {
    found = tx.one(kFind, {email_hash(email)}, [](const sql::Row& r) {
      return Account{std::string(r.text(0)),
                     std::string(r.text(1)),
                     std::string(r.text(2)),
                     std::string(r.text(3)),
                     r.truth(4),
                     r.integer(5)};
    });
  });
  return found;
}

std::string Gate::make_account(const Operator& by, UnitId unit, std::string_view email, std::string_view name,
                               std::string_view password_hash, std::string_view language) {
  const std::string id = new_uuid(clock_.now().ms), hash = email_hash(email);
  std::string kept;
  store_.write([&](sql::Tx& tx) {
    const bool made = tx.change(kMake, {id, hash, name, password_hash, language}) > 0;
    kept = *tx.one(kFind, {hash}, [](const sql::Row& r) { return std::string(r.text(0)); });
    if (made)
      enter(tx, clock_,
            {.unit = unit,
             .who = by.who(),
             .asked = kAccountWrite.name,
             .what = "account.make",
             .object = kept});
  });
  return kept;
}

void Gate::grant(const Operator& by, std::string_view account, UnitId unit, std::string_view function,
                 Day from) {
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    if (tx.change(kGrant, {unit, account, function, from.text()}) > 0)
      enter(tx, clock_,
            {.unit = unit,
             .who = by.who(),
             .asked = kAccountWrite.name,
             .what = "account.grant",
             .object = account,
             .rule = function});
  });
}

std::vector<Membership> Gate::memberships(std::string_view account) {
  std::vector<Membership> found;
  store_.read([&](sql::Tx& tx) {
    found = tx.rows(kMemberships, {account, clock_.today().text()}, [](const sql::Row& r) {
      return Membership{r.integer(0), std::string(r.text(1)), std::string(r.text(2)), std::string(r.text(3))};
    });
  });
  return found;
}

std::string Gate::begin(std::string_view account, std::int64_t epoch) {
  const std::string secret = random_hex(32), hash = hash_hex(secret);
  const auto now = clock_.now();
  store_.write([&](sql::Tx& tx) { put_half(tx, {.hash = hash, .account = account, .epoch = epoch}, now); });
  return secret;
}

std::optional<HalfSession> Gate::half(std::string_view secret) {
  if (!is_secret(secret)) return std::nullopt;
  const std::string hash = hash_hex(secret);
  std::optional<HalfSession> found;
  store_.read([&](sql::Tx& tx) { found = half_of(tx, hash, clock_.now()); });
  return found;
}

std::optional<std::string> Gate::start(std::string_view half_secret, const Membership& m,
                                       std::string_view device) {
  if (!is_secret(half_secret)) return std::nullopt;
  const std::string secret = random_hex(32), half_hash = hash_hex(half_secret);
  const auto now = clock_.now();
  const std::string id = new_uuid(now.ms);
  bool started = false;
  store_.write([&](sql::Tx& tx) {
    const auto half = half_of(tx, half_hash, now);
    // Two who send the same page at once: one of them deletes the row.
    started = half && half->ready() && tx.change(kEndHalf, {half_hash}) > 0;
    if (!started) return;
    tx.change(kSweep, {now.ms - kWholeMs});
    tx.change(kSweepForms, {});
    tx.change(kClear, {half->account});
    tx.change(kStart, {hash_hex(secret), half->account, m.unit, m.function, now.ms, half->proved, id, device,
                       half->epoch});
    enter(tx, clock_,
          {.unit = m.unit,
           .who = half->account,
           .function = m.function,
           .asked = kAccountRead.name,
           .what = "session.start"});
  });
  if (!started) return std::nullopt;
  return secret;
}

std::optional<Actor> Gate::resume(std::string_view secret) {
  if (!is_secret(secret)) return std::nullopt;
  const std::string hash = hash_hex(secret);
  const auto now = clock_.now().ms;
  std::optional<Actor> actor;
  std::int64_t started = 0, seen = 0;
  bool locked = false;
  store_.read([&](sql::Tx& tx) {
    actor = tx.one(kResume, {hash, clock_.today().text()}, [&](const sql::Row& r) {
      started = r.integer(5);
      seen = r.integer(6);
      locked = r.truth(8);
      return Actor({.who = std::string(r.text(0)),
                    .name = std::string(r.text(1)),
                    .unit = r.integer(2),
                    .unit_kind = std::string(r.text(3)),
                    .function = std::string(r.text(4)),
                    .second_factor = r.truth(7)});
    });
  });
  if (!actor) return std::nullopt;
  const bool over = now - started > kWholeMs, idle = now - seen > kIdleMs;
  try {
    if (over) store_.write([&](sql::Tx& tx) { tx.change(kExpire, {hash}); });
    // Written down: a clock that is set back opens nothing.
    if (!over && idle && !locked) lock(secret);
    if (!over && !idle && !locked && now - seen >= kTouchMs)
      store_.write([&](sql::Tx& tx) { tx.change(kTouch, {hash, now}); });
  } catch (const sql::Unavailable&) {
    // A full disk stops nobody from reading: the session does not move on, and one that is over or idle
    // stays refused.
  }
  return over || idle || locked ? std::nullopt : actor;
}

void Gate::end(std::string_view secret) {
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) {
    const auto ended = tx.one(kEnd, {hash}, [](const sql::Row& r) {
      return std::tuple{std::string(r.text(0)), UnitId{r.integer(1)}, std::string(r.text(2))};
    });
    if (!ended) return;
    const auto& [account, unit, function] = *ended;
    enter(tx, clock_,
          {.unit = unit,
           .who = account,
           .function = function,
           .asked = kAccountRead.name,
           .what = "session.end"});
  });
}

}  // namespace lotse::access
