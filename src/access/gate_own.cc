// SPDX-License-Identifier: EUPL-1.2
// What everybody does with her own account.
#include "access/gate_entry.h"

namespace lotse::access {
namespace {

// As in gate.cc: what is older is over, though its row may still be there.
constexpr std::int64_t kWholeMs = 10 * 3'600'000;

constexpr sql::Statement kSessions{
    "gate.own_sessions",
    "SELECT s.id, u.name, s.acting_as, s.device, s.started_ms, s.last_seen_ms, s.hash FROM session s "
    "JOIN account a ON a.id = s.account_id AND a.epoch = s.epoch "
    "JOIN unit u ON u.unit_id = s.unit_id WHERE s.account_id = $1 "
    "AND s.started_ms >= $2 ORDER BY s.started_ms DESC, s.id"};
constexpr sql::Statement kEndOne{
    "gate.end_own", "DELETE FROM session WHERE account_id = $1 AND id = $2 RETURNING unit_id, acting_as"};
constexpr sql::Statement kEndOthers{
    "gate.end_others",
    "DELETE FROM session WHERE account_id = $1 AND hash <> $2 RETURNING unit_id, acting_as"};
constexpr sql::Statement kHash{"gate.password_hash", "SELECT password_hash FROM account WHERE id = $1"};
constexpr sql::Statement kChange{"gate.change_password",
                                 "UPDATE account SET password_hash = $2 WHERE id = $1"};
// The sign-in by which something is made new goes on. Whoever was signed out meanwhile has no row here, or an
// older number: what she asked for comes too late.
constexpr sql::Statement kGoOn{"gate.go_on",
                               "UPDATE session SET epoch = epoch + 1 WHERE hash = $1 AND account_id = $2 "
                               "AND epoch = (SELECT a.epoch FROM account a WHERE a.id = $2)"};
constexpr sql::Statement kHold{"gate.hold", "UPDATE account SET epoch = epoch WHERE id = $1"};
constexpr sql::Statement kRaise{"gate.raise_epoch", "UPDATE account SET epoch = epoch + 1 WHERE id = $1"};
constexpr sql::Statement kEndHalves{"gate.end_halves",
                                    "DELETE FROM half_session WHERE account_id = $1 AND hash <> $2"};

void end(sql::Tx& tx, const Clock& clock, std::string_view account, const sql::Statement& which,
         std::string_view what) {
  const auto ended = tx.rows(which, {account, what}, [](const sql::Row& r) {
    return std::pair{UnitId{r.integer(0)}, std::string(r.text(1))};
  });
  for (const auto& [unit, function] : ended)
    enter(tx, clock,
          {.unit = unit,
           .who = account,
           .function = function,
           .asked = kAccountRead.name,
           .what = "session.end"});
}

}  // namespace

void hold(sql::Tx& tx, std::string_view account) { tx.change(kHold, {account}); }

void end_sessions(sql::Tx& tx, const Clock& clock, std::string_view account, std::string_view but_hash) {
  end(tx, clock, account, kEndOthers, but_hash);
}

void make_new(sql::Tx& tx, const Clock& clock, std::string_view account, std::string_view but_hash) {
  tx.change(kRaise, {account});
  void_links(tx, account, clock.now());
  tx.change(kEndHalves, {account, but_hash});
  end_sessions(tx, clock, account, but_hash);
}

std::vector<OwnSession> Gate::sessions(const Actor& actor, std::string_view secret) {
  const auto now = clock_.now().ms;
  const std::string hash = hash_hex(secret);
  std::vector<OwnSession> found;
  store_.read([&](sql::Tx& tx) {
    found = tx.rows(kSessions, {actor->who, now - kWholeMs}, [&](const sql::Row& r) {
      return OwnSession{.id = std::string(r.text(0)),
                        .unit_name = std::string(r.text(1)),
                        .function = std::string(r.text(2)),
                        .device = std::string(r.text(3)),
                        .started = Instant{r.integer(4)},
                        .seen = Instant{r.integer(5)},
                        .this_one = r.text(6) == hash};
    });
  });
  return found;
}

void Gate::end_session(const Actor& actor, std::string_view id) {
  const std::string which(id);
  store_.write([&](sql::Tx& tx) { access::end(tx, clock_, actor->who, kEndOne, which); });
}

void Gate::end_others(const Actor& actor, std::string_view secret) {
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) { end_sessions(tx, clock_, actor->who, hash); });
}

std::string Gate::password_hash(const Actor& actor) {
  std::string hash;
  store_.read([&](sql::Tx& tx) {
    hash = tx.one(kHash, {actor->who}, [](const sql::Row& r) { return std::string(r.text(0)); }).value_or("");
  });
  return hash;
}

void Gate::change_password(const Actor& actor, std::string_view secret, std::string_view password_hash) {
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) {
    if (tx.change(kGoOn, {hash, actor->who}) == 0) throw SignInNeeded();
    tx.change(kChange, {actor->who, password_hash});
    make_new(tx, clock_, actor->who, hash);
    access::enter(tx, clock_, {.who = actor->who, .asked = kNothing.name, .what = "account.password"});
  });
}

}  // namespace lotse::access
