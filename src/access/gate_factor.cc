// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "access/gate_entry.h"
#include "access/totp.h"
#include "seal/seal.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kOfferMs = 30 * 60'000, kNoteMs = 90LL * 24 * 3'600'000;
constexpr std::size_t kRecoveryCodes = 10, kRecoveryLetters = 8;
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's Base32

constexpr sql::Statement kFactor{
    "gate.factor", "SELECT sealed, used_step, replaced_ms FROM account_factor WHERE account_id = $1"};
constexpr sql::Statement kSet{
    "gate.set_factor",
    "INSERT INTO account_factor (account_id, sealed, used_step) VALUES ($1, $2, $3) "
    "ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, used_step = excluded.used_step, "
    "replaced_ms = $4"};
// What is shown once is not made a second time by a second look at the page.
constexpr sql::Statement kOfferHalf{
    "gate.offer_half", "UPDATE half_session SET offered = $2 WHERE hash = $1 AND offered IS NULL"};
constexpr sql::Statement kHalfOffered{"gate.half_offered",
                                      "SELECT offered FROM half_session WHERE hash = $1"};
// Of two who confirm at once the second finds it done, or the number of the account raised.
constexpr sql::Statement kConfirmHalf{"gate.confirm_half",
                                      "UPDATE half_session SET proved = 1, offered = NULL, epoch = epoch + 1 "
                                      "WHERE hash = $1 AND account_id = $2 "
                                      "AND offered = $3 AND may_set_up = 1 AND proved = 0 "
                                      "AND epoch = (SELECT a.epoch FROM account a WHERE a.id = $2)"};
constexpr sql::Statement kOfferOwn{"gate.offer_own",
                                   "UPDATE session SET offered = $3, offered_ms = $4 WHERE hash = $1 "
                                   "AND account_id = $2 "
                                   "AND epoch = (SELECT a.epoch FROM account a WHERE a.id = $2)"};
constexpr sql::Statement kOwnOffered{
    "gate.own_offered",
    "SELECT offered FROM session WHERE hash = $1 AND account_id = $2 AND offered_ms >= $3"};
constexpr sql::Statement kConfirmOwn{
    "gate.confirm_own",
    "UPDATE session SET offered = NULL, epoch = epoch + 1 WHERE hash = $1 AND account_id = $2 "
    "AND offered = $3 AND epoch = (SELECT a.epoch FROM account a WHERE a.id = $2)"};
constexpr sql::Statement kUse{
    "gate.use_step",
    "UPDATE account_factor SET used_step = $2 WHERE account_id = $1 AND used_step < $2 AND sealed = $3"};
constexpr sql::Statement kProved{"gate.proved",
                                 "UPDATE half_session SET proved = 1 WHERE hash = $1 AND account_id = $2"};
constexpr sql::Statement kUseRecovery{"gate.use_recovery",
                                      "DELETE FROM recovery_code WHERE account_id = $1 AND number = $2"};
constexpr sql::Statement kDropRecovery{"gate.drop_recovery",
                                       "DELETE FROM recovery_code WHERE account_id = $1"};
constexpr sql::Statement kRecoveryLeft{"gate.recovery_left",
                                       "SELECT count(*) FROM recovery_code WHERE account_id = $1"};
constexpr sql::Statement kPutRecovery{"gate.put_recovery",
                                      "INSERT INTO recovery_code (account_id, number) VALUES ($1, $2)"};
constexpr sql::Statement kStillIn{
    "gate.still_in",
    "SELECT 1 FROM session s JOIN account a ON a.id = s.account_id AND a.epoch = s.epoch "
    "WHERE s.hash = $1 AND s.account_id = $2"};
constexpr sql::Statement kMarkSample{"gate.mark_sample", "UPDATE account SET sample = 1 WHERE id = $1"};

seal::Place place_of(std::string_view account) { return {0, "account_factor", "secret", account}; }
seal::Place half_place(std::string_view hash) { return {0, "half_session", "offered", hash}; }
seal::Place own_place(std::string_view hash) { return {0, "session", "offered", hash}; }

std::optional<sql::Blob> offered(const sql::Row& r) { return r.opt_blob(0); }

Trial while_blocked(const Trial& trial) { return {"blocked:" + trial.key, trial.account, "blocked"}; }

bool may_set_up(const std::optional<HalfSession>& half) { return half && half->may_set_up && !half->proved; }

std::vector<std::string> readable(std::vector<std::string> codes) {
  for (auto& code : codes) code.insert(kRecoveryLetters / 2, "-");
  return codes;
}

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

/** A code that somebody typed for an account. */
struct Shown {
  std::string account;
  bool on_paper = false;  // a recovery code
  std::optional<std::int64_t> step{};
  std::int64_t number = 0;
  std::optional<sql::Blob> sealed{};

  /** Uses it up. Whoever sends the same at the same time finds nothing left to change: false. */
  bool use(sql::Tx& tx) const {
    return on_paper ? tx.change(kUseRecovery, {account, number}) > 0
                    : step && tx.change(kUse, {account, *step, *sealed}) > 0;
  }
};

}  // namespace

struct Gate::Factor {
  std::optional<sql::Blob> sealed;
  std::int64_t used = 0, replaced_ms = 0;

  Shown shown(const seal::Key& key, std::string_view account, const std::string& code, Instant now) const {
    Shown made{
        .account = std::string(account), .on_paper = code.size() == kRecoveryLetters, .sealed = sealed};
    made.number = number_of(key, account, code);
    if (!made.on_paper && sealed)
      made.step = totp_match(seal::open(key, place_of(account), *sealed), code, now, used);
    return made;
  }
  static Factor of(Store& store, std::string_view account) {
    Factor factor;
    store.read([&](sql::Tx& tx) {
      factor = tx.one(kFactor, {account}, [](const sql::Row& r) {
                   Factor found;
                   found.sealed = r.opt_blob(0);
                   found.used = r.integer(1);
                   found.replaced_ms = r.integer(2);
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
  const std::string hash = hash_hex(half_secret);
  return check_code(half->account, typed, [&](sql::Tx& tx) { tx.change(kProved, {hash, half->account}); });
}

Proof Gate::prove(const Actor& actor, std::string_view typed) {
  return check_code(actor->who, typed, [](sql::Tx&) {});
}

std::optional<std::string> Gate::begin_proved(const Trial& trial, const std::optional<Account>& right,
                                              std::string_view typed, Guess guess) {
  const std::string secret = random_hex(32), hash = hash_hex(secret);
  const auto now = clock_.now();
  const auto begin = [&](sql::Tx& tx) {
    put_half(tx, {.hash = hash, .account = right->id, .epoch = right->epoch}, now);
    tx.change(kProved, {hash, right->id});
  };
  if (guess == Guess::paid && right) {
    store_.write(begin);
    return secret;
  }
  const auto proof = right && !typed.empty() ? check_code(right->id, typed, begin) : Proof::blocked;
  if (proof == Proof::right) return secret;
  // A wrong code was counted. All else is, too, by itself and not to prolong the block. Each refusal reads
  // the same and is one durable write, so that its time tells nobody whether the password was right.
  if (!right || typed.empty()) {
    Factor::of(store_, trial.account);
    blocked_until(factor_trial(trial.account));
  }
  if (proof == Proof::blocked) failed(while_blocked(trial));
  return std::nullopt;
}

Gate::Guess Gate::pay_for_guess(const Trial& trial, const std::optional<Account>& account,
                                std::string_view typed) {
  if (blocked_until(while_blocked(trial)) <= clock_.now()) return Guess::free;
  const auto shown = Factor::of(store_, account ? account->id : "")
                         .shown(key(), account ? account->id : "", typed_code(typed), clock_.now());
  bool right = false;
  store_.write([&](sql::Tx& tx) {
    right = account && shown.use(tx);
    if (!right) return count_failure(tx, clock_, while_blocked(trial));
    if (shown.on_paper)
      enter(tx, clock_, {.who = account->id, .asked = kNothing.name, .what = "factor.recovery"});
  });
  return right ? Guess::paid : Guess::refused;
}

Proof Gate::check_code(std::string_view account, std::string_view typed,
                       const std::function<void(sql::Tx&)>& proved) {
  const auto trial = factor_trial(account);
  const auto shown = Factor::of(store_, account).shown(key(), account, typed_code(typed), clock_.now());
  if (!shown.on_paper && blocked_until(trial) > clock_.now()) return Proof::blocked;
  bool right = false;
  store_.write([&](sql::Tx& tx) {
    right = shown.use(tx);
    if (!right) return count_failure(tx, clock_, trial);
    proved(tx);
    if (shown.on_paper)
      enter(tx, clock_, {.who = account, .asked = kNothing.name, .what = "factor.recovery"});
  });
  return right ? Proof::right : Proof::wrong;
}

struct Gate::NewFactor {
  std::string account;
  sql::Blob sealed;
  std::int64_t step = 0;
  std::vector<std::string> codes;
};

void Gate::put_factor(sql::Tx& tx, const NewFactor& factor, std::string_view but_hash) const {
  tx.change(kSet, {factor.account, factor.sealed, factor.step, clock_.now().ms});
  put_recovery(tx, factor.account, factor.codes);
  make_new(tx, clock_, factor.account, but_hash);
  enter(tx, clock_, {.who = factor.account, .asked = kNothing.name, .what = "factor.set"});
}

std::optional<std::string> Gate::offer_factor(std::string_view half_secret) {
  const auto now = clock_.now();
  const std::string hash = hash_hex(half_secret), fresh = new_totp_secret();
  const auto sealed = seal::seal(profile_, key(), half_place(hash), fresh);
  std::optional<sql::Blob> kept;
  store_.write([&](sql::Tx& tx) {
    kept.reset();
    if (!may_set_up(half_of(tx, hash, now))) return;
    tx.change(kOfferHalf, {hash, sealed});
    kept = tx.one(kHalfOffered, {hash}, offered).value_or(std::nullopt);
  });
  if (!kept) return std::nullopt;
  return seal::open(key(), half_place(hash), *kept);
}

std::optional<std::vector<std::string>> Gate::confirm_factor(std::string_view half_secret,
                                                             std::string_view typed) {
  const auto now = clock_.now();
  const std::string hash = hash_hex(half_secret);
  const auto half = this->half(half_secret);
  std::optional<sql::Blob> blob;
  store_.read([&](sql::Tx& tx) { blob = tx.one(kHalfOffered, {hash}, offered).value_or(std::nullopt); });
  if (!may_set_up(half) || !blob) return std::nullopt;
  const std::string secret = seal::open(key(), half_place(hash), *blob);
  const auto step = totp_match(secret, typed_code(typed), now, 0);
  if (!step) return std::nullopt;
  const NewFactor factor{half->account, seal::seal(profile_, key(), place_of(half->account), secret), *step,
                         new_codes()};
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    done = tx.change(kConfirmHalf, {hash, half->account, *blob}) > 0;
    if (done) put_factor(tx, factor, hash);
  });
  if (!done) return std::nullopt;
  return readable(factor.codes);
}

std::string Gate::offer_factor(const Actor& actor, std::string_view secret) {
  const std::string hash = hash_hex(secret), fresh = new_totp_secret();
  const auto sealed = seal::seal(profile_, key(), own_place(hash), fresh);
  const auto now = clock_.now().ms;
  store_.write([&](sql::Tx& tx) {
    if (tx.change(kOfferOwn, {hash, actor->who, sealed, now}) == 0) throw SignInNeeded();
  });
  return fresh;
}

std::optional<std::vector<std::string>> Gate::confirm_factor(const Actor& actor, std::string_view own_secret,
                                                             std::string_view typed) {
  const auto now = clock_.now();
  const std::string hash = hash_hex(own_secret);
  std::optional<sql::Blob> blob;
  store_.read([&](sql::Tx& tx) {
    blob = tx.one(kOwnOffered, {hash, actor->who, now.ms - kOfferMs}, offered).value_or(std::nullopt);
  });
  if (!blob) return std::nullopt;
  const std::string secret = seal::open(key(), own_place(hash), *blob);
  const auto step = totp_match(secret, typed_code(typed), now, 0);
  if (!step) return std::nullopt;
  const NewFactor factor{actor->who, seal::seal(profile_, key(), place_of(actor->who), secret), *step,
                         new_codes()};
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    done = tx.change(kConfirmOwn, {hash, actor->who, *blob}) > 0;
    if (done) put_factor(tx, factor, hash);
  });
  if (!done) return std::nullopt;
  return readable(factor.codes);
}

Instant Gate::factor_replaced(const Actor& actor) {
  const auto at = Factor::of(store_, actor->who).replaced_ms;
  return at >= clock_.now().ms - kNoteMs ? Instant{at} : Instant{};
}

std::vector<std::string> Gate::renew_recovery(const Actor& actor, std::string_view secret) {
  const auto codes = new_codes();
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) {
    hold(tx, actor->who);
    if (!tx.one(kStillIn, {hash, actor->who}, [](const sql::Row&) { return true; })) throw SignInNeeded();
    put_recovery(tx, actor->who, codes);
    enter(tx, clock_, {.who = actor->who, .asked = kNothing.name, .what = "factor.renew_recovery"});
  });
  return readable(codes);
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
