// SPDX-License-Identifier: EUPL-1.2
// What administrators do with the accounts of their unit.
#include "access/gate_entry.h"
#include "base/fold.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000, kResetMs = kDayMs, kKeptMs = 90 * kDayMs,
                       kApartMs = 30 * kDayMs;

constexpr sql::Statement kPosts{
    "gate.posts",
    "SELECT a.id, a.name, m.acting_as, m.valid_from, m.valid_to, CASE WHEN f.sealed IS NULL THEN 0 ELSE 1 "
    "END "
    "FROM membership m JOIN account a ON a.id = m.account_id LEFT JOIN account_factor f ON f.account_id = "
    "a.id "
    "WHERE m.unit_id = $1 AND (m.valid_to IS NULL OR m.valid_to >= $2) ORDER BY a.name, a.id, m.acting_as"};
constexpr sql::Statement kEndPost{
    "gate.end_post",
    "UPDATE membership SET valid_to = $4 WHERE unit_id = $1 AND account_id = $2 AND acting_as = $3 "
    "AND (valid_to IS NULL OR valid_to >= $5)"};
// Without a function that holds today there is nothing a session could act for.
constexpr sql::Statement kEndSessions{
    "gate.end_sessions_in_unit",
    "DELETE FROM session WHERE unit_id = $1 AND account_id = $2 AND NOT EXISTS (SELECT 1 FROM membership m "
    "WHERE m.unit_id = session.unit_id AND m.account_id = session.account_id "
    "AND m.acting_as = session.acting_as AND m.valid_from <= $3 "
    "AND (m.valid_to IS NULL OR m.valid_to >= $3))"};
constexpr sql::Statement kUnitsOf{
    "gate.units_of",
    "SELECT DISTINCT unit_id FROM membership WHERE account_id = $1 AND (valid_to IS NULL OR valid_to >= $2)"};
constexpr sql::Statement kOthersOf{"gate.other_resets",
                                   "SELECT count(*) FROM account_reset WHERE account_id = $1 AND what <> $2 "
                                   "AND made_ms >= $3 AND unit_id = $4"};
constexpr sql::Statement kForget{"gate.forget_resets", "DELETE FROM account_reset WHERE made_ms < $1"};
constexpr sql::Statement kOffer{
    "gate.offer_reset",
    "INSERT INTO account_reset (id, secret_hash, account_id, unit_id, what, made_by, made_ms, until_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr sql::Statement kFound{
    "gate.reset_offer",
    "SELECT r.id, r.account_id, r.what, r.unit_id, a.email_hash, a.epoch FROM account_reset r "
    "JOIN account a ON a.id = r.account_id AND a.active = 1 "
    "WHERE r.id = $1 AND r.secret_hash = $2 AND r.used_ms = 0 AND r.until_ms >= $3"};
constexpr sql::Statement kUse{"gate.use_reset",
                              "UPDATE account_reset SET used_ms = $2 WHERE id = $1 AND used_ms = 0"};
constexpr sql::Statement kPassword{"gate.reset_password",
                                   "UPDATE account SET password_hash = $2 WHERE id = $1"};
constexpr sql::Statement kClear{
    "gate.clear_attempts",
    "DELETE FROM attempt WHERE key = 'factor:' || $1 OR key = 'own:' || $1 OR key = 'password:' || $2"};

struct Found {
  ResetOffer offer;
  UnitId unit = 0;
  std::string email_hash;
  std::int64_t epoch = 0;
};

std::string secret_hash(std::string_view secret) { return hash_hex("reset:" + std::string(secret)); }

std::optional<Found> found(sql::Tx& tx, std::string_view id, const std::string& hash, Instant now) {
  return tx.one(kFound, {id, hash, now.ms}, [](const sql::Row& r) {
    return Found{.offer = {std::string(r.text(0)), std::string(r.text(1)),
                           reset_named(r.text(2)).value_or(Reset::password)},
                 .unit = r.integer(3),
                 .email_hash = std::string(r.text(4)),
                 .epoch = r.integer(5)};
  });
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

std::vector<Post> Gate::posts(const Desk& desk) {
  const UnitId unit = desk.unit(kAccountRead).unit();
  std::vector<Post> all;
  store_.read([&](sql::Tx& tx) {
    all = tx.rows(kPosts, {unit, clock_.today().text()}, [](const sql::Row& r) {
      const auto to = r.opt_text(4);
      return Post{.account = std::string(r.text(0)),
                  .name = std::string(r.text(1)),
                  .function = std::string(r.text(2)),
                  .from = Day::parse(r.text(3)).value_or(Day{}),
                  .to = to ? Day::parse(*to) : std::nullopt,
                  .has_factor = r.truth(5)};
    });
  });
  return all;
}

bool Gate::end_post(const Desk& desk, std::string_view account, std::string_view function, Day last) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  const Day today = clock_.today();
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    done = tx.change(kEndPost, {unit, account, function, last.text(), today.text()}) > 0;
    if (!done) return;
    tx.change(kEndSessions, {unit, account, today.text()});
    enter(tx, clock_,
          {.unit = unit,
           .who = desk.actor()->who,
           .function = desk.actor()->function,
           .asked = kAccountWrite.name,
           .what = "account.leave",
           .object = account});
  });
  return done;
}

tl::expected<Link, ResetRefusal> Gate::offer_reset(const Desk& desk, std::string_view account, Reset what) {
  const UnitId unit = desk.unit(kAccountWrite).unit();
  if (desk.actor()->function != "admin") throw NotFound();
  if (desk.actor()->who == account) return tl::unexpected(ResetRefusal::oneself);
  const auto now = clock_.now().ms;
  const Link link{new_uuid(now), random_hex(16)};
  const std::string hash = secret_hash(link.secret), today = clock_.today().text();
  std::optional<ResetRefusal> refusal;
  store_.write([&](sql::Tx& tx) {
    refusal.reset();
    const auto units = tx.rows(kUnitsOf, {account, today}, [](const sql::Row& r) { return r.integer(0); });
    if (std::find(units.begin(), units.end(), unit) == units.end()) {
      refusal = ResetRefusal::not_here;
      return;
    }
    // Whoever makes both new is the account, and one after the other is both: where she works in two units it
    // takes somebody of each.
    const auto others = tx.one(kOthersOf, {account, name_of(what), now - kApartMs, unit},
                               [](const sql::Row& r) { return r.integer(0); });
    if (units.size() > 1 && (what == Reset::both || others.value_or(0) > 0)) {
      refusal = ResetRefusal::elsewhere;
      return;
    }
    tx.change(kForget, {now - kKeptMs});
    tx.change(kOffer, {link.id, hash, account, unit, name_of(what), desk.actor()->who, now, now + kResetMs});
    enter(tx, clock_,
          {.unit = unit,
           .who = desk.actor()->who,
           .function = desk.actor()->function,
           .asked = kAccountWrite.name,
           .what = "account.offer_reset",
           .object = account,
           .rule = name_of(what)});
  });
  if (refusal) return tl::unexpected(*refusal);
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
  const std::string hash = secret_hash(secret), half_secret = random_hex(32), half = hash_hex(half_secret);
  bool done = false;
  store_.write([&](sql::Tx& tx) {
    const auto it = found(tx, id, hash, now);
    done = it && it->offer.account == account.id && it->epoch == account.epoch &&
           tx.change(kUse, {id, now.ms}) > 0;
    if (!done) return;
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
              .may_set_up = it->offer.what != Reset::password},
             now);
    enter(tx, clock_,
          {.unit = it->unit,
           .who = account.id,
           .asked = kNothing.name,
           .what = "account.reset",
           .object = account.id,
           .rule = name_of(it->offer.what)});
  });
  if (!done) return std::nullopt;
  return half_secret;
}

}  // namespace lotse::access
