// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/json.h"
#include "base/result.h"
#include "directory/directory.h"
#include "interchange/mapping.h"
#include "interchange/report.h"
#include "jobs/jobs.h"
#include "web/site.h"

namespace lotse::interchange {

/**
 * Where an import by pages stands. `draft`: a file is there, what its columns mean is not decided; `checking`
 * and `checked`: nothing is written, a job compares or has compared; `importing`: a job writes; `done`;
 * `undoing` and `undone`: a job takes it back, or has; `cancelled`: before anything was written.
 */
enum class RunState { draft, checking, checked, importing, done, undoing, undone, cancelled };

}  // namespace lotse::interchange

template <>
struct lotse::NamesOf<lotse::interchange::RunState> {
  static constexpr std::array<std::string_view, 8> names{"draft", "checking", "checked", "importing",
                                                         "done",  "undoing",  "undone",  "cancelled"};
};

/** Imports of tables by pages: a file comes, its columns are given a meaning, a job checks, imports, undoes.
 */
namespace lotse::interchange {

/** What a file that is sent may cost; larger ones go by the command line. */
inline constexpr std::size_t kFileBytes = 10 * 1024 * 1024;
Limits limits_of_a_sent_file();

/** One import, as it is kept. */
struct Run {
  std::string id;
  UnitId unit = 0;
  Instant made, changed;
  std::string account, function;  // of who sent the file
  std::string file;               // its name
  std::int64_t bytes = 0;
  RunState state = RunState::draft;
  std::int64_t turn = 0;
  std::string source;   // as in [source] of the mapping
  std::string mapping;  // TOML; empty until it is decided
  /**
   * What was found out: "columns" and "rows" (the first ones, as texts) of the file; "problems" (field and
   * text) that stopped the check; after it "read", "used", "kinds" (as in Outcome), "sums" (as in Report) and
   * "entries" (the first ones, as they will be).
   */
  Json result = Json::object();
  /** Its job is waiting, running, failed …; nothing where none was asked for. */
  std::optional<access::JobState> job;
};

/** All of these are for the desk's own unit, with the right to change entries; NotFound for imports of
 * others. */
Run find_run(const access::Desk& desk, const std::string& id);
/** The newest first, at most `limit`. */
std::vector<Run> runs(const access::Desk& desk, std::int64_t limit);

/** Keeps a file that was sent as a draft; its id. Refuses what is no table or too large (field "file"). */
Result<std::string> begin(const access::Desk& desk, const std::string& name, std::string_view content);
/** Names of the mappings that the unit has imported with. */
std::vector<std::string> known_mappings(const access::Desk& desk);
/** The mapping of that name; empty where there is none. */
std::string known_mapping(const access::Desk& desk, const std::string& name);
/** Decides what the columns mean, and has the import checked. Refuses a mapping that is none or names columns
 * that the file has not (field "mapping"). Throws Stale where the import is not `draft` or `checked`. */
Result<int> decide(const access::Desk& desk, const Run& run, const std::string& toml);
/** Starts a checked import. Refuses while another import of the unit is at work. Throws Stale like `decide`.
 */
Result<int> start(const access::Desk& desk, const Run& run);
/** Before it writes: forgets the file. While it writes: has taken back what was written. Throws Stale for one
 * that has ended. */
void cancel(const access::Desk& desk, const Run& run);
/** Has a whole import taken back. Refuses while another is at work, and where a later import of the same
 * source is still in. Done twice it is done once. */
enum class Undo { by_job, here };
Result<int> undo(const access::Desk& desk, const Run& run, Undo how = Undo::by_job);
/** The same without a job, done when it returns: for the command line. */
Result<int> undo_here(const access::Desk& desk, const Run& run);
/** Goes on with one whose job has failed or was cancelled. */
void go_on(const access::Desk& desk, const Run& run);
/** What was not taken as it stood. */
Report report_of(const access::Desk& desk, const Run& run);
/** What it did, and what was taken back. */
directory::ImportTally tally(const access::Desk& desk, const Run& run);

/** Whether its state asks for a job. */
bool awaits_job(const Run& run);
/** Whether that job has not ended; otherwise it failed or was cancelled, see `go_on`. */
bool is_at_work(const Run& run);

/** The jobs behind it, and the one that forgets old imports, each night. */
void install_imports(jobs::Runner& runner, access::Store& store, std::shared_ptr<const Clock> clock);
/** The pages under /staff/import. */
void install(web::Site& site);

/** What an outcome says of entries, one by one. */
Report told(const directory::Outcome& outcome);

}  // namespace lotse::interchange
