// SPDX-License-Identifier: EUPL-1.2
// What administrators do with the accounts of their unit.
#include <algorithm>

#include "access/gate_entry.h"
#include "access/giving.h"

namespace lotse::access {
namespace {

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
    "AND (valid_to IS NULL OR (valid_to >= $5 AND valid_to > $4))"};
// Without a function that holds today there is nothing a session could act for.
constexpr sql::Statement kEndSessions{
    "gate.end_sessions_in_unit",
    "DELETE FROM session WHERE unit_id = $1 AND account_id = $2 AND NOT EXISTS (SELECT 1 FROM membership m "
    "WHERE m.unit_id = session.unit_id AND m.account_id = session.account_id "
    "AND m.acting_as = session.acting_as AND m.valid_from <= $3 "
    "AND (m.valid_to IS NULL OR m.valid_to >= $3)) RETURNING acting_as"};
constexpr sql::Statement kVoidInvitations{
    "gate.void_invitations",
    "DELETE FROM invitation WHERE unit_id = $1 AND used_ms = 0 AND (made_by = $2 "
    "OR email_hash = (SELECT email_hash FROM account WHERE id = $2))"};
constexpr sql::Statement kVoidResets{
    "gate.void_resets",
    "UPDATE account_reset SET voided_ms = $3 WHERE unit_id = $1 AND used_ms = 0 AND voided_ms = 0 "
    "AND (made_by = $2 OR account_id = $2)"};
constexpr sql::Statement kFunctionsOf{
    "gate.functions_of",
    "SELECT m.acting_as FROM membership m JOIN account a ON a.id = m.account_id AND a.active = 1 "
    "WHERE m.unit_id = $1 AND m.account_id = $2 AND m.valid_from <= $3 "
    "AND (m.valid_to IS NULL OR m.valid_to >= $3)"};

}  // namespace

std::vector<std::string> functions_of(sql::Tx& tx, UnitId unit, std::string_view account, Day today) {
  return tx.rows(kFunctionsOf, {unit, account, today.text()},
                 [](const sql::Row& r) { return std::string(r.text(0)); });
}

bool is_operator(std::string_view maker) { return maker.starts_with("operator:"); }

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
  const std::string& who = desk.actor()->who;
  if (!may_give(desk.actor()->function, function) || account == who) return false;
  const Day today = clock_.today();
  const std::string what = std::string(function) + " until " + last.text();
  bool done = false;
  store_.write(
      [&](sql::Tx& tx) {  // Two who end each other at the same moment: only the first of them still may.
        hold(tx, who);
        hold(tx, account);
        const auto own = functions_of(tx, unit, who, today);
        done =
            std::any_of(own.begin(), own.end(), [&](const auto& each) { return may_give(each, function); }) &&
            tx.change(kEndPost, {unit, account, function, last.text(), today.text()}) > 0;
        if (!done) return;
        const auto ended = tx.rows(kEndSessions, {unit, account, today.text()},
                                   [](const sql::Row& r) { return std::string(r.text(0)); });
        tx.change(kVoidInvitations, {unit, account});
        tx.change(kVoidResets, {unit, account, clock_.now().ms});
        enter(tx, clock_,
              {.unit = unit,
               .who = who,
               .function = desk.actor()->function,
               .asked = kAccountWrite.name,
               .what = "account.leave",
               .object = account,
               .rule = what});
        for (const auto& each : ended)
          enter(tx, clock_,
                {.unit = unit,
                 .who = account,
                 .function = each,
                 .asked = kAccountRead.name,
                 .what = "session.end",
                 .rule = "account.leave"});
      });
  return done;
}

}  // namespace lotse::access
