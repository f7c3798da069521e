// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>

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

/** A job as an operator sees it: no names, no texts. */
struct JobState {
  UnitId unit = 0;
  std::string id, kind, state, last_error;
  std::int64_t attempts = 0, progress = 0, total = 0;
  Instant made{};
};

/** The id that a job has or would have. */
std::string job_id(UnitId unit, const NewJob& job);

/** Makes the job unless it is there; for the doors of this module. Throws Bug for a kind or subject of
 * another form. */
void put_job(sql::Tx& tx, UnitId unit, const NewJob& job, Instant now);
/** Ends the job if it waits, and asks it to end if it runs. False: there is none, or it has ended. */
bool cancel_job(sql::Tx& tx, UnitId unit, std::string_view id, Instant now);

}  // namespace lotse::access
