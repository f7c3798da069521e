// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/result.h"
#include "jobs/jobs.h"
#include "notice/smtp.h"
#include "seal/seal.h"

/**
 * The outbox: a mail that a change causes is a row of the same transaction, so it is sent if and only if the
 * change is kept. It is sent at least once: who dies after the server has taken it and before that is written
 * down leaves it to be sent again, with the same Message-ID, by which mailboxes know it.
 */
namespace lotse::notice {

/** Where the keys of the units are. */
class KeyOfUnit {
 public:
  virtual ~KeyOfUnit() = default;
  /** The key that seals the notices of this unit. Called by several threads; valid as long as this object is.
   */
  virtual const seal::Key& key_of(UnitId unit) const = 0;
  /** What they are sealed with. */
  virtual seal::Profile profile() const { return seal::Profile::xchacha20; }
};

/** What somebody is to be told. */
struct Notice {
  /** Why: a constant of the program, such as "account.invited". It stays after the mail is gone. */
  std::string_view kind;
  std::string to;
  /** A whole sentence in her language, the same for everybody: mailboxes show it on locked screens. No names,
   * no matter, nothing filled in. */
  std::string subject;
  /** As little as possible: mail is read by others. What it is about, she reads after signing in. */
  std::string body;
};

/** A notice on its way: sealed for its unit. Made before the change, because a change may run twice. */
class Prepared {
 public:
  const std::string& id() const { return id_; }

 private:
  friend Result<Prepared> prepare(const KeyOfUnit& keys, UnitId unit, const Notice& notice, Instant now);
  friend void post(access::Change& change, const Prepared& prepared);
  UnitId unit_ = 0;
  std::string id_, kind_;
  seal::Bytes sealed_;
  Instant made_;
};

/** Refuses an address that no mail can be sent to (field "to"). Throws Bug for a subject or body that is no
 * line or no text. */
Result<Prepared> prepare(const KeyOfUnit& keys, UnitId unit, const Notice& notice, Instant now);

/** Puts it into the outbox of the change's unit, which must be the one that it was made for (Bug otherwise).
 * Posted twice, it is one. */
void post(access::Change& change, const Prepared& prepared);

/** The kind of the jobs that send; the subject of such a job is the id of its notice. */
inline constexpr std::string_view kDeliver = "notice.deliver";

/** Takes a notice of `unit`, the change's own, back: it ends as `withdrawn`, and its recipient and text are
 * gone. False: it does not wait any more, or there is none. One that is being handed in at this moment may
 * still go out. */
bool withdraw(access::Change& change, UnitId unit, std::string_view id);

/** How many notices have come to the same end, or wait for the same reason. */
struct Tally {
  std::string state;  // "waiting", "sent", "refused", "undelivered" or "withdrawn"
  std::string code;   // of the last try, as in Sent; "" where there was none, or all went well
  std::int64_t count = 0;
  Instant last{};  // when the newest of them was made
};
/** Those of the door's unit that wait, and of the others those made since `since`; no addressees. */
std::vector<Tally> tally(const access::UnitDoor& door, Instant since);

/** What sends: a job for each notice, and one that forgets those that ended 90 days ago. */
void install(jobs::Runner& runner, std::shared_ptr<const Smtp> smtp, std::shared_ptr<const KeyOfUnit> keys,
             std::shared_ptr<const Clock> clock);

}  // namespace lotse::notice
