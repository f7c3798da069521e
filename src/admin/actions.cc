// SPDX-License-Identifier: EUPL-1.2
#include "admin/admin.h"
#include "base/check.h"

namespace lotse::admin {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3'600'000;

bool is_as_seen(const access::JobState& job, const Seen& seen) {
  return job.state == seen.state && job.attempts == seen.attempts;
}

Problems changed_meanwhile() {
  return {
      {"",
       msg("This has changed while you were looking. Please see below how it is now, and decide again.")}};
}

access::JobState found(const access::UnitDoor& door, std::string_view what, const Seen& seen) {
  // What somebody typed into an address does not get into the audit.
  if (!is_uuid(seen.id)) door.absent(what, "");
  auto job = door.read([&](access::View& view) { return view.job_state(seen.id); });
  if (!job) door.absent(what, seen.id);
  return std::move(*job);
}

void require_as_seen(access::Change& change, const Seen& seen) {
  const auto job = change.job_state(seen.id);
  if (!job || !is_as_seen(*job, seen)) throw Stale();
}

}  // namespace

Overview overview(const access::UnitDoor& door, Instant now) {
  Overview all = door.read([](access::View& view) {
    return Overview{.jobs = view.jobs(kJobsShown + 1), .done = view.jobs_done(), .notices = {}};
  });
  if (all.jobs.size() > static_cast<std::size_t>(kJobsShown)) {
    all.more = true;
    all.jobs.pop_back();
  }
  all.notices = notice::tally(door, Instant{now.ms - kNoticeDays * kDayMs});
  return all;
}

Problems cancel(const access::UnitDoor& door, const Seen& seen) {
  const auto job = found(door, "job.cancel", seen);
  if (auto problems = check_cancel(job); !problems.empty()) return problems;
  if (!is_as_seen(job, seen)) return changed_meanwhile();
  door.change("job.cancel", seen.id, [&](access::Change& change) {
    require_as_seen(change, seen);
    if (!change.cancel_job(seen.id)) throw Stale();
    // Else it would lie there sealed for ever, with nobody left to send it.
    if (job.kind == notice::kDeliver) notice::withdraw(change, door.unit(), job.subject);
    return 0;
  });
  return {};
}

Problems retry(const access::UnitDoor& door, const Seen& seen, Instant now) {
  const auto job = found(door, "job.retry", seen);
  if (auto problems = check_retry(job, now); !problems.empty()) return problems;
  if (!is_as_seen(job, seen)) return changed_meanwhile();
  door.change("job.retry", seen.id, [&](access::Change& change) {
    require_as_seen(change, seen);
    if (!change.retry_job(seen.id, seen.attempts)) throw Stale();
    return 0;
  });
  return {};
}

}  // namespace lotse::admin
