// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>

#include "interchange/run.h"

/** How imports by pages lie in the store; for run*.cc only. */
namespace lotse::interchange {

inline constexpr std::string_view kJob = "import.work";
/** So long an import can be looked at and taken back. */
inline constexpr std::int64_t kRememberedMs = 90LL * 24 * 3'600'000;

/** The job that does what the state of an import asks for. */
inline access::NewJob job_of(const std::string& id, std::int64_t turn) {
  return {.kind = kJob, .subject = id, .key = std::to_string(turn), .not_before = {}};
}

/** A row with the columns id, made_ms, changed_ms, account, acting_as, file, bytes, state, turn, source,
 * mapping, result. */
Run run_of(const sql::Row& row, UnitId unit);
/** With its job; nothing where the door's unit has none of that id. */
std::optional<Run> read_run(const access::UnitDoor& door, const std::string& id);

/** The file that was sent; empty where it is gone. */
std::string read_file_of(const access::UnitDoor& door, const std::string& id);
void drop_file(access::Change& change, UnitId unit, const std::string& id);

/** Findings beyond kMostFindings are summed up (Report::sums), no longer listed. */
inline constexpr std::size_t kMostFindings = 5'000;
void write_report(access::Change& change, UnitId unit, const std::string& id, const std::string& findings);
std::string text_of(const Report& report);
Report read_report(access::View& view, UnitId unit, const std::string& id);

Json json_of(const Text& text);
Text text_in(const Json& json);

}  // namespace lotse::interchange
