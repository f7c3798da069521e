// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "access/gate.h"
#include "sql/sql.h"

/** What the sources of the gate share. */
namespace lotse::access {

/** An entry of the gate in the audit. */
struct GateEntry {
  UnitId unit = kInstallation;
  std::string_view who, function, asked, what, object;
  std::string_view decision = "allowed", rule = {};
};

/** Enters it in the transaction of what it is about; the transaction is in that unit afterwards. */
void enter(sql::Tx& tx, const Clock& clock, const GateEntry& entry);

/** Counts a wrong attempt in the transaction; see Gate::failed. */
void count_failure(sql::Tx& tx, const Clock& clock, const Trial& trial);

/** The half session behind the hash of a secret; nothing if it is over, or begun with what is not right any
 * more. */
std::optional<HalfSession> half_of(sql::Tx& tx, const std::string& hash, Instant now);

/** A half session to be begun. */
struct NewHalf {
  std::string_view hash, account;
  std::int64_t epoch = 0;
  bool may_set_up = false;  // for half an hour then: an app for the telephone has to be found first
};
void put_half(sql::Tx& tx, const NewHalf& half, Instant now);

/** Makes those who judge an account, or change what it is judged by, do it one after the other: a row that
 * each changes. (What others only add does not show in a snapshot, and a lock without a change stops nobody.)
 */
void hold(sql::Tx& tx, std::string_view account);

/** No link to make something new for this account holds any more. */
void void_links(sql::Tx& tx, std::string_view account, Instant now);

/** What an account may act as in a unit today; nothing for one that was closed. */
std::vector<std::string> functions_of(sql::Tx& tx, UnitId unit, std::string_view account, Day today);

/** Whether this maker of a link works on the machine itself (see Operator::who). */
bool is_operator(std::string_view maker);

/** Counts that password or second factor were made new: voids its links, and ends its half sessions and
 * sessions but those with this hash (empty: all), each with an entry. Those that go on are for the caller to
 * raise. */
void make_new(sql::Tx& tx, const Clock& clock, std::string_view account, std::string_view but_hash);

/** Ends the account's sessions but this one. */
void end_sessions(sql::Tx& tx, const Clock& clock, std::string_view account, std::string_view but_hash);

}  // namespace lotse::access
