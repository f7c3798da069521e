// EXPECT: Turn::Turn\(.*private
// SPDX-License-Identifier: EUPL-1.2
// The doors of jobs are for jobs that run.
#include "jobs/jobs.h"

void around(lotse::jobs::Runner& runner, const lotse::access::HeldJob& job) {
  lotse::jobs::Turn turn(runner, job);
}
