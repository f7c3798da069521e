// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "sql/sql.h"

namespace lotse::access {

/** What shall be done later: ask for it by Change::job. The jobs themselves are run by jobs/. */
struct NewJob {
  /** A constant of the program, such as "notice.deliver": a to z, dots and underscores, at most 60. */
  std::string_view kind;
  /** Id of what it is about; empty where it is about the whole unit. Never anything personal. */
  std::string subject;
  /** Asked for twice with the same unit, kind, subject and key, it is one job, until it has been forgotten
   * (30 days after its end). Only its hash is kept. */
  std::string key;
  /** Not earlier than this. */
  Instant not_before{};
};

/** A job as those who look after the program see it: no names, no texts. */
struct JobState {
  UnitId unit = 0;
  std::string id, kind;
  std::string subject;  // as in NewJob
  std::string state;    // "waiting", "running", "done", "failed" or "cancelled"
  std::string last_error;
  /** How often it was begun in all; it only grows, so it tells whether a job is still as somebody has seen
   * it. */
  std::int64_t attempts = 0;
  std::int64_t progress = 0, total = 0;
  Instant made{};
  Instant not_before{};  // when it is due, or was
  std::optional<Instant> ended;
  bool cancel = false;  // it runs, and was asked to end
};

/** What was done of one kind in the last 30 days. */
struct JobsDone {
  std::string kind;
  std::int64_t count = 0;
  Instant last{};
};

/** The id that a job has or would have. */
std::string job_id(UnitId unit, const NewJob& job);

/** Makes the job unless it is there; for the doors of this module. Throws Bug for a kind or subject of
 * another form. */
void put_job(sql::Tx& tx, UnitId unit, const NewJob& job, Instant now);
/** A job that failed waits again, with all its attempts before it, and one that waits is due at once; only if
 * it was begun `attempts` times in all. False: there is none like that. */
bool retry_job(sql::Tx& tx, UnitId unit, std::string_view id, std::int64_t attempts, Instant now);
/** Those of the unit that have not ended and those that failed, the newest first, at most `limit`. */
std::vector<JobState> jobs_of(sql::Tx& tx, UnitId unit, std::int64_t limit);
std::optional<JobState> job_of(sql::Tx& tx, UnitId unit, std::string_view id);
/** By kind. */
std::vector<JobsDone> jobs_done(sql::Tx& tx, UnitId unit);
/** Ends the job if it waits, and asks it to end if it runs. False: there is none, or it has ended. */
bool cancel_job(sql::Tx& tx, UnitId unit, std::string_view id, Instant now);

}  // namespace lotse::access
