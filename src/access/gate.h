// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/operator.h"
#include "base/result.h"
#include "seal/seal.h"

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

/** Somebody who has shown her password and is not in yet: she may nothing and sees nothing. */
struct HalfSession {
  std::string account, name;
  bool has_factor = false;    // a second factor is set up
  bool needs_factor = false;  // none is, and she may not go on without
  bool proved = false;        // and was shown here
};

/** Who is invited, and to which functions. */
struct Guest {
  std::string email, name;
  std::vector<std::string> functions;
};

/** What a link to hand over is made of. The secret (32 hexadecimal characters) is shown once and not kept. */
struct Link {
  std::string id, secret;
};

/** An invitation that can still be accepted. */
struct Invitation {
  std::string id;
  UnitId unit = 0;
  std::string unit_name, name;
  std::vector<std::string> functions;
  std::string email_hash;
  std::string account;  // that the address has already; empty: one is to be made
};

/** One that waits, as its unit sees it. */
struct OpenInvitation {
  std::string id, name;
  std::vector<std::string> functions;
  Instant until;
};

/** What a colleague makes new by a link; the texts are those of the table. */
enum class Reset { password, factor, both };
std::string_view name_of(Reset what);
std::optional<Reset> reset_named(std::string_view name);

/** What came of the wish for such a link. */
enum class ResetRefusal {
  not_here,   // no colleague of this unit
  oneself,    // nobody does it for herself
  elsewhere,  // she works in other units too: one unit alone must not take over a whole account
};

/** A link of that kind that still holds. */
struct ResetOffer {
  std::string id, account;
  Reset what = Reset::password;
};

/** That somebody made such a link for an account; `used` is zero until it was. */
struct ResetNote {
  Reset what = Reset::password;
  std::string made_by;  // name
  Instant made, used;
};

/** A sign-in of one's own that still holds. */
struct OwnSession {
  std::string id, unit_name, function, device;
  Instant started, seen;
  bool this_one = false;
};

/** A session whose owner was away for 15 minutes or locked it: it may nothing until she shows her password.
 */
struct LockedSession {
  std::string account, name, password_hash;
  Instant end;  // when it is over for good
};

/** A form that a locked session sent; `fields` as in its body. */
struct KeptForm {
  std::string path, fields;
};

/** A colleague's function in the unit; `to` is its last day. */
struct Post {
  std::string account, name, function;
  Day from;
  std::optional<Day> to;
  bool has_factor = false;
};

/** What came of a code. */
enum class Proof { right, wrong, blocked };

/** What somebody tries to get right; wrong attempts are counted for each on its own. */
struct Trial {
  std::string key;      // of the table `attempt`
  std::string account;  // empty where there is none
  std::string_view of;  // "password" or "factor"
};

/** Trying a password for an address, whether it has an account or not. */
Trial password_trial(std::string_view email, const std::optional<Account>& account);

/** Trying codes for an account whose password was right. */
Trial factor_trial(std::string_view account);

/** Trying one's own password while signed in. */
Trial own_trial(std::string_view account);

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

  /** The first half of a sign-in, after the right password. The secret (64 hexadecimal characters) is for the
   * cookie alone; it is over after five minutes, or half an hour where a second factor is to be set up. */
  std::string begin(std::string_view account);
  /** Nothing if there is no such half session (any more). */
  std::optional<HalfSession> half(std::string_view secret);
  /** Shows a second factor: the code of the clock, or a recovery code, which is used up by that. Wrong ones
   * count; while codes of the clock are blocked, recovery codes (40 bits, keyed) are still taken: who knows
   * hers is never locked out. */
  Proof prove(std::string_view half_secret, std::string_view code);
  /** Makes a session in one unit and function out of a half one, which ends; nothing if that is over, or
   * lacks the second factor. The secret is for the cookie alone. `device`: kind of browser and device, for
   * her own list. */
  std::optional<std::string> start(std::string_view half_secret, const Membership& membership,
                                   std::string_view device = {});
  /** The actor behind a secret; nothing if it ended, is locked (after 15 idle minutes), is older than 10
   * hours, or the right is gone. */
  std::optional<Actor> resume(std::string_view secret);
  /** Nothing if it is not locked, or over. */
  std::optional<LockedSession> locked(std::string_view secret);
  /** Locks it now. */
  void lock(std::string_view secret);
  /** After the right password; entered into the audit of its unit. False if it is not locked, or over. */
  bool unlock(std::string_view secret);
  /** Keeps what it sent, sealed with a key that only `secret` gives; the name for taking it. The last eight.
   */
  std::string keep_form(std::string_view secret, const KeptForm& form);
  /** Once; nothing for what is not there or another's. */
  std::optional<KeptForm> take_form(std::string_view secret, std::string_view id);
  /** Signs out; entered into the audit of the session's unit. */
  void end(std::string_view secret);

  /** Second factors and recovery codes are sealed and hashed with it: to be given before they are asked for.
   */
  void use_key(seal::Key key, seal::Profile profile) {
    key_ = std::move(key);
    profile_ = profile;
  }
  /** The secret of a clock for this account, to be shown to its owner (raw bytes); the same one for half an
   * hour, until it is confirmed. */
  std::string offer_factor(std::string_view account);
  /** Makes the secret offered the second factor, in place of any other, if `code` is of it. Returns new
   * recovery codes ("ABCD-EFGH", ten), to be shown once, in place of all others; nothing if the code is
   * wrong. `half_secret`: of the sign-in that this belongs to, which has shown its second factor by it and
   * may not replace one; empty for somebody who is signed in. */
  std::optional<std::vector<std::string>> confirm_factor(std::string_view account, std::string_view code,
                                                         std::string_view half_secret);
  /** The invented town's people need no second factor. Counts in a store alone that is marked a sample. */
  void mark_sample(const Operator& by, UnitId unit, std::string_view account);

  /** Invites into a unit, for seven days and once. Entered into its audit. The functions are the caller's to
   * check. */
  Link invite(const Operator& by, UnitId unit, const Guest& guest);
  /** The same into the desk's own unit; NotFound without account.write. */
  Link invite(const Desk& desk, const Guest& guest);
  /** Invitations into the desk's own unit that can still be accepted, by name; NotFound without
   * account.write. */
  std::vector<OpenInvitation> open_invitations(const Desk& desk);
  /** Takes one of them back; nothing if it was used or is another unit's. */
  void withdraw_invitation(const Desk& desk, std::string_view id);
  /** Nothing for what is used, over, unknown, or another's secret. */
  std::optional<Invitation> invitation(std::string_view id, std::string_view secret);
  /** Makes the account and its memberships from today on; its id. Nothing unless the invitation still holds,
   * is for this address, and the address has no account. */
  std::optional<std::string> accept(std::string_view id, std::string_view secret, std::string_view email,
                                    std::string_view name, std::string_view password_hash,
                                    std::string_view language);
  /** Adds the memberships to whoever is signed in; false unless the invitation still holds and is hers. */
  bool accept(std::string_view id, std::string_view secret, const Actor& actor);

  /** Her sign-ins that still hold, the latest first; `secret` tells which is this one. */
  std::vector<OwnSession> sessions(const Actor& actor, std::string_view secret);
  /** Ends one of her own sign-ins; nothing if it is not hers or over. */
  void end_session(const Actor& actor, std::string_view id);
  /** Ends all of her sign-ins but this one. */
  void end_others(const Actor& actor, std::string_view secret);
  std::string password_hash(const Actor& actor);
  /** Sets a new password and ends all other sign-ins. */
  void change_password(const Actor& actor, std::string_view secret, std::string_view password_hash);
  /** Whether she has a second factor, and how many recovery codes are left. */
  bool has_factor(const Actor& actor);
  int recovery_left(const Actor& actor);
  /** New recovery codes in place of all others; see confirm_factor. */
  std::vector<std::string> renew_recovery(const Actor& actor);
  /** Links to make something new that were made for her in the last 90 days, the latest first. */
  std::vector<ResetNote> reset_notes(const Actor& actor);

  /** Who works, or will work, in the desk's own unit, by name; NotFound without account.read. */
  std::vector<Post> posts(const Desk& desk);
  /** The last day of a colleague's function; a day before today ends it at once. Her sign-ins in this unit
   * end where no function is left to them. False if she does not have it; NotFound without account.write. */
  bool end_post(const Desk& desk, std::string_view account, std::string_view function, Day last);
  /** A link for a colleague, for 24 hours and once, for an administrator (NotFound for others). */
  tl::expected<Link, ResetRefusal> offer_reset(const Desk& desk, std::string_view account, Reset what);
  /** Nothing for what is used, over, unknown, or another's secret. */
  std::optional<ResetOffer> reset_offer(std::string_view id, std::string_view secret);
  /** Does it: the new password where it is about one (empty otherwise), the second factor and recovery codes
   * gone where it is about these. All her sign-ins end. False unless the link holds and the address is hers.
   */
  bool reset(std::string_view id, std::string_view secret, std::string_view email,
             std::string_view password_hash);

 private:
  struct Factor;
  Link invite(UnitId unit, std::string_view who, std::string_view function, const Guest& guest);
  const seal::Key& key() const;
  void put_recovery(sql::Tx& tx, std::string_view account, const std::vector<std::string>& codes) const;
  Store& store_;
  const Clock& clock_;
  std::optional<seal::Key> key_;
  seal::Profile profile_ = seal::Profile::xchacha20;
};

}  // namespace lotse::access
