// SPDX-License-Identifier: EUPL-1.2
// Links with which a colleague makes her password or her second factor new.
#include <algorithm>

#include "access/gate_entry.h"
#include "access/operator.h"
#include "base/fold.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000, kResetMs = kDayMs, kKeptMs = 90 * kDayMs,
                       kApartMs = 30 * kDayMs;

constexpr sql::Statement kUnitsOf{
    "gate.units_of",
    "SELECT DISTINCT unit_id FROM membership WHERE account_id = $1 AND (valid_to IS NULL OR valid_to >= $2)"};
// Made by this unit, or by this person for whichever unit: used, or to be used yet. An open one of this unit
// ends when the next is made.
constexpr sql::Statement kOthersOf{
    "gate.other_resets",
    "SELECT count(*) FROM account_reset WHERE account_id = $1 AND what <> $2 AND made_ms >= $3 "
    "AND (unit_id = $4 OR made_by = $5) "
    "AND (used_ms <> 0 OR (unit_id <> $4 AND voided_ms = 0 AND until_ms >= $6))"};
constexpr sql::Statement kFactorOf{
    "gate.factor_of", "SELECT count(*) FROM account_factor WHERE account_id = $1 AND sealed IS NOT NULL"};
constexpr sql::Statement kForget{"gate.forget_resets", "DELETE FROM account_reset WHERE made_ms < $1"};
constexpr sql::Statement kVoidEarlier{
    "gate.void_earlier",
    "UPDATE account_reset SET voided_ms = $3 WHERE account_id = $1 AND unit_id = $2 AND used_ms = 0 "
    "AND voided_ms = 0"};
constexpr sql::Statement kVoidAll{
    "gate.void_all",
    "UPDATE account_reset SET voided_ms = $2 WHERE account_id = $1 AND used_ms = 0 AND voided_ms = 0"};
constexpr sql::Statement kVoidOne{
    "gate.void_one",
    "UPDATE account_reset SET voided_ms = $3 WHERE account_id = $1 AND id = $2 AND used_ms = 0 "
    "AND voided_ms = 0 RETURNING unit_id"};
constexpr sql::Statement kOffer{
    "gate.offer_reset",
    "INSERT INTO account_reset (id, secret_hash, account_id, unit_id, what, made_by, made_ms, until_ms, "
    "by_operator) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr sql::Statement kFound{
    "gate.reset_offer",
    "SELECT r.id, r.account_id, r.what, r.unit_id, r.made_by, a.email_hash, a.epoch, r.by_operator FROM "
    "account_reset r "
    "JOIN account a ON a.id = r.account_id AND a.active = 1 WHERE r.id = $1 AND r.secret_hash = $2 "
    "AND r.used_ms = 0 AND r.voided_ms = 0 AND r.until_ms >= $3"};
constexpr sql::Statement kUse{
    "gate.use_reset",
    "UPDATE account_reset SET used_ms = $2 WHERE id = $1 AND used_ms = 0 AND voided_ms = 0"};
constexpr sql::Statement kPassword{"gate.reset_password",
                                   "UPDATE account SET password_hash = $2 WHERE id = $1"};
constexpr sql::Statement kClear{
    "gate.clear_attempts",
    "DELETE FROM attempt WHERE key = 'factor:' || $1 OR key = 'own:' || $1 OR key = 'password:' || $2 "
    "OR key = 'blocked:password:' || $2"};
constexpr sql::Statement kNotes{
    "gate.reset_notes",
    "SELECT r.id, r.what, CASE WHEN r.by_operator <> '' THEN '' ELSE a.name END, r.made_ms, r.used_ms, "
    "r.voided_ms, r.until_ms FROM account_reset r "
    "JOIN account a ON a.id = r.made_by WHERE r.account_id = $1 AND r.made_ms >= $2 "
    "ORDER BY r.made_ms DESC, r.id"};
constexpr sql::Statement kUnseen{
    "gate.unseen_notes",
    "SELECT count(*) FROM account a WHERE a.id = $1 AND (EXISTS (SELECT 1 FROM account_reset r "
    "WHERE r.account_id = a.id AND r.made_ms >= $2 AND (r.made_ms > a.notes_seen_ms "
    "OR r.used_ms > a.notes_seen_ms)) OR EXISTS (SELECT 1 FROM account_factor f WHERE f.account_id = a.id "
    "AND f.replaced_ms >= $2 AND f.replaced_ms > a.notes_seen_ms))"};
constexpr sql::Statement kSeen{"gate.notes_seen", "UPDATE account SET notes_seen_ms = $2 WHERE id = $1"};

struct Found {
  ResetOffer offer;
  UnitId unit = 0;
  std::string made_by, email_hash;
  std::int64_t epoch = 0;
  bool by_operator = false;
};

std::string secret_hash(std::string_view secret) { return hash_hex("reset:" + std::string(secret)); }

std::optional<Found> found(sql::Tx& tx, std::string_view id, const std::string& hash, Instant now) {
  return tx.one(kFound, {id, hash, now.ms}, [](const sql::Row& r) {
    return Found{.offer = {std::string(r.text(0)), std::string(r.text(1)),
                           reset_named(r.text(2)).value_or(Reset::password)},
                 .unit = r.integer(3),
                 .made_by = std::string(r.text(4)),
                 .email_hash = std::string(r.text(5)),
                 .epoch = r.integer(6),
                 .by_operator = !r.text(7).empty()};
  });
}

std::int64_t count(sql::Tx& tx, const sql::Statement& statement, sql::Params values) {
  return tx.one(statement, values, [](const sql::Row& r) { return r.integer(0); }).value_or(0);
}

/** A link that is to be made, or used. */
struct Wanted {
  std::string_view account;
  Reset what = Reset::password;
  UnitId unit = 0;
  std::string_view made_by;
};

// Whoever makes both new is the account, and one after the other is both: where she works in two units that
// takes two people, one of each. A password is both where there is no second factor.
std::optional<ResetRefusal> refusal_of(sql::Tx& tx, const Wanted& w, const Clock& clock) {
  const auto now = clock.now().ms;
  const auto units =
      tx.rows(kUnitsOf, {w.account, clock.today().text()}, [](const sql::Row& r) { return r.integer(0); });
  if (std::find(units.begin(), units.end(), w.unit) == units.end()) return ResetRefusal::not_here;
  if (units.size() == 1) return std::nullopt;
  if (w.what == Reset::both ||
      count(tx, kOthersOf, {w.account, name_of(w.what), now - kApartMs, w.unit, w.made_by, now}) > 0)
    return ResetRefusal::elsewhere;
  if (w.what == Reset::password && count(tx, kFactorOf, {w.account}) == 0) return ResetRefusal::no_factor;
  return std::nullopt;
}

// Whoever made it may have been dismissed since, and she may have joined another unit or left this one. Who
// works on the machine itself could change the store as well.
bool still_holds(sql::Tx& tx, const Found& link, const Clock& clock) {
  if (link.by_operator) return true;
  const auto own = functions_of(tx, link.unit, link.made_by, clock.today());
  return std::find(own.begin(), own.end(), "admin") != own.end() &&
         !refusal_of(tx, {link.offer.account, link.offer.what, link.unit, link.made_by}, clock);
}

}  // namespace

std::string_view name_of(Reset what) {
  return what == Reset::password ? "password" : what == Reset::factor ? "factor" : "both";
}

std::optional<Reset> reset_named(std::string_view name) {
  for (const Reset each : {Reset::password, Reset::factor, Reset::both})
    if (name_of(each) == name) return each;
  return std::nullopt;
}

void void_links(sql::Tx& tx, std::string_view account, Instant now) {
  tx.change(kVoidAll, {account, now.ms});
}

tl::expected<Link, ResetRefusal> Gate::offer_reset(const Desk& desk, std::string_view account, Reset what) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  if (desk.actor()->function != "admin") throw NotFound();
  if (desk.actor()->who == account) return tl::unexpected(ResetRefusal::oneself);
  const auto now = clock_.now().ms;
  const Link link{new_uuid(now), random_hex(16)};
  const std::string hash = secret_hash(link.secret);
  const std::string entered = std::string(name_of(what)) + " " + link.id;
  std::optional<ResetRefusal> refusal;
  store_.write([&](sql::Tx& tx) {
    refusal.reset();
    hold(tx, account);
    refusal = refusal_of(tx, {account, what, unit, desk.actor()->who}, clock_);
    if (refusal) return;
    tx.change(kVoidEarlier, {account, unit, now});
    tx.change(kForget, {now - kKeptMs});
    tx.change(kOffer,
              {link.id, hash, account, unit, name_of(what), desk.actor()->who, now, now + kResetMs, ""});
    enter(tx, clock_,
          {.unit = unit,
           .who = desk.actor()->who,
           .function = desk.actor()->function,
           .asked = kAccountWrite.name,
           .what = "account.offer_reset",
           .object = account,
           .rule = entered});
  });
  if (refusal) return tl::unexpected(*refusal);
  return link;
}

std::optional<Link> Gate::offer_reset(const Operator& by, std::string_view email) {
  const auto account = find(email);
  if (!account) return std::nullopt;
  const auto now = clock_.now().ms;
  const Link link{new_uuid(now), random_hex(16)};
  const std::string hash = secret_hash(link.secret);
  store_.write([&](sql::Tx& tx) {
    hold(tx, account->id);
    tx.change(kVoidEarlier, {account->id, kInstallation, now});
    tx.change(kOffer, {link.id, hash, account->id, kInstallation, name_of(Reset::both), account->id, now,
                       now + kResetMs, by.who()});
    enter(tx, clock_,
          {.who = by.who(),
           .asked = "operate",
           .what = "account.offer_reset",
           .object = account->id,
           .rule = link.id});
  });
  return link;
}

std::optional<ResetOffer> Gate::reset_offer(std::string_view id, std::string_view secret) {
  if (!is_uuid(id) || !is_utf8(secret)) return std::nullopt;
  std::optional<ResetOffer> offer;
  store_.read([&](sql::Tx& tx) {
    if (const auto it = found(tx, id, secret_hash(secret), clock_.now())) offer = it->offer;
  });
  return offer;
}

std::optional<std::string> Gate::reset(std::string_view id, std::string_view secret, const Account& account,
                                       std::string_view password_hash) {
  const auto now = clock_.now();
  const std::string hash = secret_hash(secret), half_secret = random_hex(32), half = hash_hex(half_secret),
                    who = "link:" + std::string(id);
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    hold(tx, account.id);
    const auto it = found(tx, id, hash, now);
    done = it && it->offer.account == account.id && it->epoch == account.epoch &&
           still_holds(tx, *it, clock_) && tx.change(kUse, {id, now.ms}) > 0;
    if (!done) return;
    void_links(tx, account.id, now);
    const bool password = it->offer.what != Reset::factor;
    if (password) {
      CHECK(!password_hash.empty());
      tx.change(kPassword, {account.id, password_hash});
      make_new(tx, clock_, account.id, "");
    }
    tx.change(kClear, {account.id, it->email_hash});
    put_half(tx,
             {.hash = half,
              .account = account.id,
              .epoch = it->epoch + (password ? 1 : 0),
              // Where there is no second factor, a new password is both.
              .may_set_up = it->offer.what != Reset::password || count(tx, kFactorOf, {account.id}) == 0},
             now);
    enter(tx, clock_,
          {.unit = it->unit,
           .who = who,
           .asked = kNothing.name,
           .what = "account.reset",
           .object = account.id,
           .rule = std::string(name_of(it->offer.what)) + " " + it->offer.id});
  });
  if (!done) return std::nullopt;
  return half_secret;
}

std::vector<ResetNote> Gate::reset_notes(const Actor& actor) {
  std::vector<ResetNote> all;
  const auto now = clock_.now();
  store_.read([&](sql::Tx& tx) {
    all = tx.rows(kNotes, {actor->who, now.ms - kKeptMs}, [&](const sql::Row& r) {
      return ResetNote{.id = std::string(r.text(0)),
                       .what = reset_named(r.text(1)).value_or(Reset::both),
                       .made_by = std::string(r.text(2)),
                       .made = Instant{r.integer(3)},
                       .used = Instant{r.integer(4)},
                       .open = r.integer(4) == 0 && r.integer(5) == 0 && r.integer(6) >= now.ms};
    });
  });
  return all;
}

void Gate::withdraw_reset(const Actor& actor, std::string_view id) {
  const auto now = clock_.now().ms;
  store_.write([&](sql::Tx& tx) {
    const auto unit =
        tx.one(kVoidOne, {actor->who, id, now}, [](const sql::Row& r) { return UnitId{r.integer(0)}; });
    if (unit)
      enter(tx, clock_,
            {.unit = *unit,
             .who = actor->who,
             .asked = kNothing.name,
             .what = "account.withdraw_reset",
             .object = id});
  });
}

bool Gate::unseen_notes(const Actor& actor) {
  std::int64_t unseen = 0;
  store_.read([&](sql::Tx& tx) { unseen = count(tx, kUnseen, {actor->who, clock_.now().ms - kKeptMs}); });
  return unseen > 0;
}

void Gate::notes_seen(const Actor& actor) {
  store_.write([&](sql::Tx& tx) { tx.change(kSeen, {actor->who, clock_.now().ms}); });
}

}  // namespace lotse::access
