// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/result.h"
#include "notice/notice.h"
#include "web/site.h"

/**
 * What those who look after the program see of it: so far what it does by itself for their unit (jobs and
 * e-mails). Who may is access::kJobsManage. Jobs of the whole installation are for its operator (`lotse
 * jobs`), not for one of its units.
 */
namespace lotse::admin {

/** What the program does for one unit by itself. */
struct Overview {
  std::vector<access::JobState> jobs;  // not ended, or failed: the newest first
  bool more = false;                   // there are older ones than those
  std::vector<access::JobsDone> done;
  /** Those that wait, and of the last kNoticeDays days the others. */
  std::vector<notice::Tally> notices;
};
inline constexpr std::int64_t kJobsShown = 100, kNoticeDays = 7;
Overview overview(const access::UnitDoor& door, Instant now);

/** Why a job cannot be cancelled; empty: it can. Pure. */
Problems check_cancel(const access::JobState& job);
/** Why a job cannot be tried at once; empty: it can, for it failed, or waits for its next attempt. Pure. */
Problems check_retry(const access::JobState& job, Instant now);

/** A job as somebody has seen it when she decided. */
struct Seen {
  std::string id, state;
  std::int64_t attempts = 0;
};

/**
 * Ends a job that waits, and asks one that runs to end; of an e-mail, recipient and text are gone then. The
 * reasons why not, empty where it was done. Nothing is done where the job is not as it was seen any more.
 * Throws NotFound, with an entry, for what is no job of the unit, and Stale where it changed in this very
 * moment.
 */
Problems cancel(const access::UnitDoor& door, const Seen& seen);
/** A job that failed, or waits for its next attempt, is due at once. Otherwise as cancel(). */
Problems retry(const access::UnitDoor& door, const Seen& seen, Instant now);

/** What a kind of job does; pure. */
Text label_of(std::string_view kind);
/** What the code of a failure means, and how to mend it, as a whole sentence; pure. */
Text meaning_of(std::string_view code);

/** The page /staff/jobs. */
void install(web::Site& site);

}  // namespace lotse::admin
