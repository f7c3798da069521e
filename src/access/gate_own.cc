// SPDX-License-Identifier: EUPL-1.2
// What everybody does with her own account.
#include "access/gate_entry.h"

namespace lotse::access {
namespace {

// As in gate.cc: what is older is over, though its row may still be there.
constexpr std::int64_t kWholeMs = 10 * 3'600'000;
constexpr std::int64_t kNotesMs = 90LL * 24 * 3'600'000;

constexpr sql::Statement kSessions{
    "gate.own_sessions",
    "SELECT s.id, u.name, s.acting_as, s.device, s.started_ms, s.last_seen_ms, s.hash FROM session s "
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
constexpr sql::Statement kEndHalves{"gate.end_own_halves", "DELETE FROM half_session WHERE account_id = $1"};
constexpr sql::Statement kNotes{
    "gate.reset_notes",
    "SELECT r.what, a.name, r.made_ms, r.used_ms FROM account_reset r JOIN account a ON a.id = r.made_by "
    "WHERE r.account_id = $1 AND r.made_ms >= $2 ORDER BY r.made_ms DESC, r.id"};

void end(sql::Tx& tx, const Clock& clock, const Actor& actor, const sql::Statement& which,
         const std::string& what) {
  const auto ended = tx.rows(which, {actor->who, what}, [](const sql::Row& r) {
    return std::pair{UnitId{r.integer(0)}, std::string(r.text(1))};
  });
  for (const auto& [unit, function] : ended)
    enter(tx, clock,
          {.unit = unit,
           .who = actor->who,
           .function = function,
           .asked = kAccountRead.name,
           .what = "session.end"});
}

}  // namespace

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
  store_.write([&](sql::Tx& tx) { access::end(tx, clock_, actor, kEndOne, which); });
}

void Gate::end_others(const Actor& actor, std::string_view secret) {
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) { access::end(tx, clock_, actor, kEndOthers, hash); });
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
    tx.change(kChange, {actor->who, password_hash});
    tx.change(kEndHalves, {actor->who});
    access::end(tx, clock_, actor, kEndOthers, hash);
    access::enter(tx, clock_, {.who = actor->who, .asked = kNothing.name, .what = "account.password"});
  });
}

std::vector<ResetNote> Gate::reset_notes(const Actor& actor) {
  std::vector<ResetNote> found;
  store_.read([&](sql::Tx& tx) {
    found = tx.rows(kNotes, {actor->who, clock_.now().ms - kNotesMs}, [](const sql::Row& r) {
      return ResetNote{.what = reset_named(r.text(0)).value_or(Reset::both),
                       .made_by = std::string(r.text(1)),
                       .made = Instant{r.integer(2)},
                       .used = Instant{r.integer(3)}};
    });
  });
  return found;
}

}  // namespace lotse::access
