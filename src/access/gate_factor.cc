// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "access/gate_entry.h"
#include "access/totp.h"
#include "seal/seal.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kOfferMs = 30 * 60'000;
constexpr std::size_t kRecoveryCodes = 10, kRecoveryLetters = 8;
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's Base32

constexpr sql::Statement kFactor{
    "gate.factor", "SELECT sealed, used_step, pending, pending_ms FROM account_factor WHERE account_id = $1"};
constexpr sql::Statement kOffer{
    "gate.offer_factor",
    "INSERT INTO account_factor (account_id, pending, pending_ms) VALUES ($1, $2, $3) "
    "ON CONFLICT (account_id) DO UPDATE SET pending = excluded.pending, pending_ms = excluded.pending_ms"};
constexpr sql::Statement kUse{
    "gate.use_step",
    "UPDATE account_factor SET used_step = $2 WHERE account_id = $1 AND used_step < $2 AND sealed = $3"};
constexpr sql::Statement kConfirm{
    "gate.confirm_factor",
    "UPDATE account_factor SET sealed = pending, used_step = $2, pending = NULL "
    "WHERE account_id = $1 AND pending = $3"};
constexpr sql::Statement kProved{"gate.proved",
                                 "UPDATE half_session SET proved = 1 WHERE hash = $1 AND account_id = $2"};
constexpr sql::Statement kProvedNew{
    "gate.proved_new",
    "UPDATE half_session SET proved = 1 WHERE hash = $1 AND account_id = $2 AND NOT EXISTS "
    "(SELECT 1 FROM account_factor f WHERE f.account_id = $2 AND f.sealed IS NOT NULL)"};
constexpr sql::Statement kUseRecovery{"gate.use_recovery",
                                      "DELETE FROM recovery_code WHERE account_id = $1 AND number = $2"};
constexpr sql::Statement kDropRecovery{"gate.drop_recovery",
                                       "DELETE FROM recovery_code WHERE account_id = $1"};
constexpr sql::Statement kRecoveryLeft{"gate.recovery_left",
                                       "SELECT count(*) FROM recovery_code WHERE account_id = $1"};
constexpr sql::Statement kPutRecovery{"gate.put_recovery",
                                      "INSERT INTO recovery_code (account_id, number) VALUES ($1, $2)"};
constexpr sql::Statement kMarkSample{"gate.mark_sample", "UPDATE account SET sample = 1 WHERE id = $1"};

seal::Place place_of(std::string_view account) { return {0, "account_factor", "secret", account}; }

// As it was meant: without blanks and hyphens, the letters that Crockford lets be mixed up made one.
std::string typed_code(std::string_view code) {
  std::string plain;
  for (char c : code) {
    if (c == ' ' || c == '-') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    plain += c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
  }
  return plain;
}

std::int64_t number_of(const seal::Key& key, std::string_view account, std::string_view code) {
  return seal::blind(key, {0, "recovery_code", "number", ""}, std::string(account) + ":" + std::string(code));
}

std::vector<std::string> new_codes() {
  std::vector<std::string> codes(kRecoveryCodes);
  for (auto& code : codes) {
    std::array<std::uint8_t, kRecoveryLetters> random{};
    random_bytes(random.data(), random.size());
    for (const auto each : random) code += kLetters[each % kLetters.size()];
  }
  return codes;
}

}  // namespace

struct Gate::Factor {
  std::optional<sql::Blob> sealed, pending;
  std::int64_t used = 0, pending_ms = 0;

  static Factor of(Store& store, std::string_view account) {
    Factor factor;
    store.read([&](sql::Tx& tx) {
      factor = tx.one(kFactor, {account}, [](const sql::Row& r) {
                   Factor found;
                   found.sealed = r.opt_blob(0);
                   found.used = r.integer(1);
                   found.pending = r.opt_blob(2);
                   found.pending_ms = r.integer(3);
                   return found;
                 }).value_or(Factor{});
    });
    return factor;
  }
};

Trial factor_trial(std::string_view account) {
  return {"factor:" + std::string(account), std::string(account), "factor"};
}

const seal::Key& Gate::key() const {
  CHECK(key_.has_value());
  return *key_;
}

Proof Gate::prove(std::string_view half_secret, std::string_view typed) {
  const auto half = this->half(half_secret);
  if (!half || !half->has_factor) return Proof::wrong;
  const std::string code = typed_code(typed), hash = hash_hex(half_secret);
  const auto factor = Factor::of(store_, half->account);
  const bool on_paper = code.size() == kRecoveryLetters;
  const auto trial = factor_trial(half->account);
  if (!on_paper && blocked_until(trial) > clock_.now()) return Proof::blocked;
  const auto step = on_paper || !factor.sealed
                        ? std::nullopt
                        : totp_match(seal::open(key(), place_of(half->account), *factor.sealed), code,
                                     clock_.now(), factor.used);
  const auto number = number_of(key(), half->account, code);
  bool right = false;
  if (step || on_paper)
    store_.write([&](sql::Tx& tx) {
      // Whoever sends the same code at the same time finds nothing left to change.
      right = on_paper ? tx.change(kUseRecovery, {half->account, number}) > 0
                       : tx.change(kUse, {half->account, *step, *factor.sealed}) > 0;
      if (!right) return;
      tx.change(kProved, {hash, half->account});
      if (on_paper)
        enter(tx, clock_, {.who = half->account, .asked = kNothing.name, .what = "factor.recovery"});
    });
  if (right) return Proof::right;
  failed(trial);
  return Proof::wrong;
}

std::string Gate::offer_factor(std::string_view account) {
  const auto now = clock_.now().ms;
  const auto factor = Factor::of(store_, account);
  if (factor.pending && now - factor.pending_ms <= kOfferMs)
    return seal::open(key(), place_of(account), *factor.pending);
  const std::string secret = new_totp_secret();
  const auto sealed = seal::seal(profile_, key(), place_of(account), secret);
  store_.write([&](sql::Tx& tx) { tx.change(kOffer, {account, sealed, now}); });
  return secret;
}

std::optional<std::vector<std::string>> Gate::confirm_factor(std::string_view account, std::string_view typed,
                                                             std::string_view half_secret) {
  const auto now = clock_.now();
  const auto factor = Factor::of(store_, account);
  if (!factor.pending || now.ms - factor.pending_ms > kOfferMs) return std::nullopt;
  const auto step =
      totp_match(seal::open(key(), place_of(account), *factor.pending), typed_code(typed), now, 0);
  if (!step) return std::nullopt;
  const std::string half_hash = hash_hex(half_secret);
  auto codes = new_codes();
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    done = (half_secret.empty() || tx.change(kProvedNew, {half_hash, account}) > 0) &&
           tx.change(kConfirm, {account, *step, *factor.pending}) > 0;
    if (!done) return;
    put_recovery(tx, account, codes);
    enter(tx, clock_, {.who = account, .asked = kNothing.name, .what = "factor.set"});
  });
  if (!done) return std::nullopt;
  for (auto& code : codes) code.insert(kRecoveryLetters / 2, "-");
  return codes;
}

std::vector<std::string> Gate::renew_recovery(const Actor& actor) {
  auto codes = new_codes();
  store_.write([&](sql::Tx& tx) {
    put_recovery(tx, actor->who, codes);
    enter(tx, clock_, {.who = actor->who, .asked = kNothing.name, .what = "factor.renew_recovery"});
  });
  for (auto& code : codes) code.insert(kRecoveryLetters / 2, "-");
  return codes;
}

bool Gate::has_factor(const Actor& actor) { return Factor::of(store_, actor->who).sealed.has_value(); }

int Gate::recovery_left(const Actor& actor) {
  std::int64_t left = 0;
  store_.read([&](sql::Tx& tx) {
    left = tx.one(kRecoveryLeft, {actor->who}, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
  });
  return static_cast<int>(left);
}

void Gate::put_recovery(sql::Tx& tx, std::string_view account, const std::vector<std::string>& codes) const {
  tx.change(kDropRecovery, {account});
  for (const auto& code : codes) tx.change(kPutRecovery, {account, number_of(key(), account, code)});
}

void Gate::mark_sample(const Operator& by, UnitId unit, std::string_view account) {
  store_.write([&](sql::Tx& tx) {
    if (tx.change(kMarkSample, {account}) > 0)
      enter(tx, clock_,
            {.unit = unit,
             .who = by.who(),
             .asked = kAccountWrite.name,
             .what = "account.sample",
             .object = account});
  });
}

}  // namespace lotse::access
