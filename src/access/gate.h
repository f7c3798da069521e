// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/operator.h"

namespace lotse::access {

/** One function that an account holds in one unit today. */
struct Membership {
  UnitId unit = 0;
  std::string unit_kind, unit_name, function;
};

struct Account {
  std::string id, name, password_hash, language;
  bool active = true;
};

/**
 * The number under which the audit keeps what belongs to no unit: attempts to sign in that failed, for nobody
 * acts for a unit before she is in. No membership and no desk has it.
 */
inline constexpr UnitId kInstallation = 0;

/** What somebody tries to get right; wrong attempts are counted for each on its own. */
struct Trial {
  std::string key;      // of the table `attempt`
  std::string account;  // empty where there is none
  std::string_view of;  // "password" or "factor"
};

/** Trying a password for an address, whether it has an account or not. */
Trial password_trial(std::string_view email, const std::optional<Account>& account);

/** The hash under which an e-mail address is found: trimmed, lower case, BLAKE2b. */
std::string email_hash(std::string_view email);

/**
 * Accounts, sessions and memberships: what stands before every unit. A key: only those whom src/LAYERS names
 * may include this header; nobody else reads these tables.
 */
class Gate {
 public:
  Gate(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  std::optional<Account> find(std::string_view email);
  /** Makes an account, or gives the one with this address back unchanged; returns its id. Entered into the
   * audit of `unit`. */
  std::string make_account(const Operator& by, UnitId unit, std::string_view email, std::string_view name,
                           std::string_view password_hash, std::string_view language);
  /** Lets the account act with `function` in `unit` from `from` on; nothing if it does already. */
  void grant(const Operator& by, std::string_view account, UnitId unit, std::string_view function, Day from);
  std::vector<Membership> memberships(std::string_view account);

  /** Until when nobody may try this; in the past where everybody may. */
  Instant blocked_until(const Trial& trial);
  /** Counts a wrong attempt and enters it into the audit, without the address; from the fifth on the trial is
   * blocked for a minute, doubling up to an hour. Forgotten after a day without a further one. At most 10,000
   * trials are remembered, the latest. */
  void failed(const Trial& trial);

  /** Starts a session in one unit and function; the secret (64 hexadecimal characters) is for the cookie
   * alone. */
  std::string start(std::string_view account, const Membership& membership);
  /** The actor behind a secret; nothing if it ended, was idle for 15 minutes, is older than 10 hours, or the
   * right is gone. */
  std::optional<Actor> resume(std::string_view secret);
  /** Signs out; entered into the audit of the session's unit. */
  void end(std::string_view secret);

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace lotse::access
