// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
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
  std::int64_t epoch = 0;  // how often password or second factor were made new
};

/** Somebody who has shown her password and is not in yet: she may nothing and sees nothing. */
struct HalfSession {
  std::string account, name;
  bool has_factor = false;    // a second factor is set up
  bool needs_factor = false;  // none is, and she may not go on without
  bool proved = false;        // one was shown, or set up, here
  bool may_set_up = false;    // she came by an invitation or by a link, not by a password alone
  std::int64_t epoch = 0;     // see Account
  /** All that she has to show was shown. */
  bool ready() const { return !needs_factor && (!has_factor || proved); }
};

/** Who is invited, and to which functions. */
struct Guest {
  std::string email, name;
  std::vector<std::string> functions;
};

/** Why somebody may not invite. */
enum class InviteRefusal {
  not_hers_to_give,  // see giving.h
  oneself,
  nobody_agrees,  // the function takes two, and the unit has nobody else: the operator invites
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
  bool waits = false;   // a second person of the unit has to agree before it can be accepted
};

/** One that waits, as its unit sees it. */
struct OpenInvitation {
  std::string id, name;
  std::vector<std::string> functions;
  Instant until;
  std::string made_by;        // name; empty: on the machine itself
  bool waits = false;         // see Invitation
  bool may_agree = false;     // by whoever looks at it
  bool may_withdraw = false;  // the same: her own, or one whose functions she gives
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
  no_factor,  // the same, and a password would be all that it takes
};

/** A link of that kind that still holds. */
struct ResetOffer {
  std::string id, account;
  Reset what = Reset::password;
};

/** That somebody made such a link for an account; `used` is zero until it was. */
struct ResetNote {
  std::string id;
  Reset what = Reset::password;
  std::string made_by;  // name; empty: on the machine itself
  Instant made, used;
  bool open = false;  // it can still be used
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

/** Trying the password to which a link to hand over belongs. */
Trial link_trial(const ResetOffer& offer);

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
   * cookie alone; it is over after five minutes. `epoch` is that of the account when its password was read:
   * what was made new since makes it worthless. */
  std::string begin(std::string_view account, std::int64_t epoch);
  /** Nothing if there is no such half session (any more). */
  std::optional<HalfSession> half(std::string_view secret);
  /** Shows a second factor: the code of the clock, or a recovery code, which is used up by that. Wrong ones
   * count; while codes of the clock are blocked, recovery codes (40 bits, keyed) are still taken: who knows
   * hers is never locked out. */
  Proof prove(std::string_view half_secret, std::string_view code);
  /** The same of somebody who is signed in, before she replaces it. */
  Proof prove(const Actor& actor, std::string_view code);
  /** What a guess of a password costs. */
  enum class Guess { free, paid, refused };
  /** Password and second factor at once, while `trial` is blocked: begins a half session that is proved.
   * `right`: the account, if its password was right; `guess`: what pay_for_guess said. Nothing if either is
   * wrong; that is entered, without prolonging the block, by the same work whichever it was. */
  std::optional<std::string> begin_proved(const Trial& trial, const std::optional<Account>& right,
                                          std::string_view code, Guess guess = Guess::free);
  /** To be asked before a password is looked at for an address that is blocked. After five refusals of
   * begin_proved within the block a guess costs a code that is right, which is used up; wrong ones count and
   * are entered. So guessing passwords there takes a code for each guess, and whoever has both comes in. */
  Guess pay_for_guess(const Trial& trial, const std::optional<Account>& account, std::string_view code);
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
  /** The secret of a clock, to be shown to whoever shows this half session and to nobody else (raw bytes);
   * the same as long as that lasts. Nothing if it is over, or she may not set one up in it. */
  std::optional<std::string> offer_factor(std::string_view half_secret);
  /** Makes the secret offered here the second factor, in place of any other, if `code` is of it; all that was
   * begun before ends. Returns new recovery codes ("ABCD-EFGH", ten), to be shown once, in place of all
   * others; nothing if the code is wrong. */
  std::optional<std::vector<std::string>> confirm_factor(std::string_view half_secret, std::string_view code);
  /** A secret for somebody who is signed in and has shown password and second factor just now: another one
   * each time, for half an hour, for this session (`secret`) alone. SignInNeeded if that has ended. */
  std::string offer_factor(const Actor& actor, std::string_view secret);
  /** As the one above; this session alone goes on. */
  std::optional<std::vector<std::string>> confirm_factor(const Actor& actor, std::string_view secret,
                                                         std::string_view code);
  /** The invented town's people need no second factor. Counts in a store alone that is marked a sample. */
  void mark_sample(const Operator& by, UnitId unit, std::string_view account);

  /** Invites into a unit, for seven days and once. Entered into its audit. The functions are the caller's to
   * check. It holds as long as its maker may give all of them. */
  Link invite(const Operator& by, UnitId unit, const Guest& guest);
  /** The same into the desk's own unit; NotFound without account.write. */
  tl::expected<Link, InviteRefusal> invite(const Desk& desk, const Guest& guest);
  /** Invitations into the desk's own unit that can still be accepted, by name; NotFound without
   * account.write. */
  std::vector<OpenInvitation> open_invitations(const Desk& desk);
  /** Takes one of them back. False if it was used, is another unit's, or neither hers nor one whose functions
   * she gives. */
  bool withdraw_invitation(const Desk& desk, std::string_view id);
  /** Agrees to one of them, as the second person: a lead or an administrator who neither made it nor is
   * invited. False if it needs nobody, has somebody, is over, or is not hers to agree to. */
  bool agree_to_invitation(const Desk& desk, std::string_view id);
  /** Nothing for what is used, over, unknown, or another's secret. */
  std::optional<Invitation> invitation(std::string_view id, std::string_view secret);
  /** Makes the account and its memberships from today on. Returns the secret of a half session in which she
   * may set up her second factor, for half an hour; nothing unless the invitation still holds, waits for
   * nobody, is for this address, and the address has no account. */
  std::optional<std::string> accept(std::string_view id, std::string_view secret, std::string_view email,
                                    std::string_view name, std::string_view password_hash,
                                    std::string_view language);
  /** Adds the memberships to whoever is signed in, and voids other invitations of hers into that unit; false
   * unless the invitation still holds, waits for nobody, and is hers. */
  bool accept(std::string_view id, std::string_view secret, const Actor& actor);
  /** The same for whoever has shown all that she has to, and may have no unit yet. */
  bool accept(std::string_view id, std::string_view secret, std::string_view half_secret);

  /** Her sign-ins that still hold, the latest first; `secret` tells which is this one. */
  std::vector<OwnSession> sessions(const Actor& actor, std::string_view secret);
  /** Ends one of her own sign-ins; nothing if it is not hers or over. */
  void end_session(const Actor& actor, std::string_view id);
  /** Ends all of her sign-ins but this one. */
  void end_others(const Actor& actor, std::string_view secret);
  std::string password_hash(const Actor& actor);
  /** Sets a new password and ends all other sign-ins. SignInNeeded if this one has ended meanwhile. */
  void change_password(const Actor& actor, std::string_view secret, std::string_view password_hash);
  /** Whether she has a second factor, and how many recovery codes are left. */
  bool has_factor(const Actor& actor);
  /** When another telephone took the place of hers in the last 90 days; zero if none did. */
  Instant factor_replaced(const Actor& actor);
  int recovery_left(const Actor& actor); /** New recovery codes in place of all others; see confirm_factor.
                                          * SignInNeeded if this sign-in (`secret`) has ended meanwhile. */
  std::vector<std::string> renew_recovery(const Actor& actor, std::string_view secret);
  /** Links to make something new that were made for her in the last 90 days, the latest first. */
  std::vector<ResetNote> reset_notes(const Actor& actor);
  /** Takes back one of them that nobody has used; nothing if it is another's, used or over. */
  void withdraw_reset(const Actor& actor, std::string_view id);
  /** Whether something about her account happened that she has not marked as read. */
  bool unseen_notes(const Actor& actor);
  void notes_seen(const Actor& actor);

  /** Who works, or will work, in the desk's own unit, by name; NotFound without account.read. */
  std::vector<Post> posts(const Desk& desk);
  /** The last day of a colleague's function; a day before today ends it at once. Her sign-ins in this unit
   * end where no function is left to them; open links made by her or for her in this unit are void. False if
   * she does not have it, if it ends before that day anyway, is the actor's own, or if she may not end it
   * (any more; see giving.h); NotFound without account.write. */
  bool end_post(const Desk& desk, std::string_view account, std::string_view function, Day last);
  /** A link for a colleague, for 24 hours and once, for an administrator (NotFound for others). It takes the
   * place of one that this unit made before. */
  tl::expected<Link, ResetRefusal> offer_reset(const Desk& desk, std::string_view account, Reset what);
  /** The same on the machine itself, for both and for anybody who has an account, wherever she works or does
   * no more; nothing if nobody has this address. */
  std::optional<Link> offer_reset(const Operator& by, std::string_view email);
  /** Nothing for what is used, over, unknown, or another's secret. */
  std::optional<ResetOffer> reset_offer(std::string_view id, std::string_view secret);
  /** Uses the link. A new password where it is about one (its hash; empty otherwise) holds at once, and all
   * her sign-ins end. A second factor stays as it is until another one is confirmed. Returns the secret of a
   * half session, in which she may set one up if the link is about that; nothing unless the link holds and is
   * for this account, as it was when its password was read. */
  std::optional<std::string> reset(std::string_view id, std::string_view secret, const Account& account,
                                   std::string_view password_hash);

 private:
  struct Factor;
  Link invite(UnitId unit, std::string_view who, std::string_view function, const Guest& guest);
  bool join(std::string_view id, std::string_view secret,
            const std::function<std::string(sql::Tx&)>& account_of);
  const seal::Key& key() const;
  Proof check_code(std::string_view account, std::string_view typed,
                   const std::function<void(sql::Tx&)>& proved);
  struct NewFactor;
  void put_factor(sql::Tx& tx, const NewFactor& factor, std::string_view but_hash) const;
  void put_recovery(sql::Tx& tx, std::string_view account, const std::vector<std::string>& codes) const;
  Store& store_;
  const Clock& clock_;
  std::optional<seal::Key> key_;
  seal::Profile profile_ = seal::Profile::xchacha20;
};

}  // namespace lotse::access
