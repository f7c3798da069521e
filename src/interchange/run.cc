// SPDX-License-Identifier: EUPL-1.2
#include "interchange/run.h"

#include <algorithm>

#include "base/check.h"
#include "base/fold.h"
#include "interchange/run_store.h"
#include "interchange/table.h"

namespace lotse::interchange {
namespace {

constexpr std::size_t kPiece = 1024 * 1024, kSampleRows = 3, kSampleLength = 60;

constexpr sql::Statement kAdd{
    "interchange.add_run",
    "INSERT INTO import_run (unit_id, id, made_ms, changed_ms, account, acting_as, file, bytes, state, turn, "
    "source, mapping, result) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, 'draft', 0, $8, $9, $10)"};
constexpr sql::Statement kAddPiece{
    "interchange.add_piece",
    "INSERT INTO import_file (unit_id, run_id, piece, bytes) VALUES ($1, $2, $3, $4)"};
constexpr sql::Statement kNewest{
    "interchange.runs",
    "SELECT id, made_ms, changed_ms, account, acting_as, file, bytes, state, turn, source, mapping, result "
    "FROM import_run WHERE unit_id = $1 ORDER BY made_ms DESC, id DESC LIMIT $2"};
constexpr sql::Statement kDecide{
    "interchange.decide",
    "UPDATE import_run SET state = 'checking', turn = turn + 1, changed_ms = $4, mapping = $5, source = $6 "
    "WHERE unit_id = $1 AND id = $2 AND turn = $3 AND state IN ('draft', 'checked')"};
constexpr sql::Statement kStart{"interchange.start",
                                "UPDATE import_run SET state = 'importing', turn = turn + 1, changed_ms = $4 "
                                "WHERE unit_id = $1 AND id = $2 AND turn = $3 AND state = 'checked'"};
constexpr sql::Statement kCancel{
    "interchange.cancel",
    "UPDATE import_run SET state = 'cancelled', changed_ms = $3 WHERE unit_id = $1 AND id = $2 AND "
    "state IN ('draft', 'checking', 'checked')"};
constexpr sql::Statement kStop{"interchange.stop",
                               "UPDATE import_run SET state = 'undoing', changed_ms = $3 WHERE unit_id = $1 "
                               "AND id = $2 AND state = 'importing'"};
constexpr sql::Statement kUndo{"interchange.undo",
                               "UPDATE import_run SET state = 'undoing', turn = turn + 1, changed_ms = $4 "
                               "WHERE unit_id = $1 AND id = $2 AND turn = $3 AND state = 'done'"};
constexpr sql::Statement kUndone{"interchange.undone",
                                 "UPDATE import_run SET state = 'undone', changed_ms = $3 WHERE unit_id = $1 "
                                 "AND id = $2 AND state = 'undoing'"};
constexpr sql::Statement kAgain{
    "interchange.ask_again",
    "UPDATE import_run SET turn = turn + 1, changed_ms = $4 WHERE unit_id = $1 AND id = $2 AND turn = $3 AND "
    "state IN ('checking', 'importing', 'undoing')"};
constexpr sql::Statement kOther{"interchange.at_work",
                                "SELECT id FROM import_run WHERE unit_id = $1 AND id <> $2 AND state IN "
                                "('importing', 'undoing') LIMIT 1"};
// One after the other in a unit: whoever ended later wrote later, whenever its file came.
constexpr sql::Statement kLater{
    "interchange.later",
    "SELECT id FROM import_run WHERE unit_id = $1 AND source = $2 AND changed_ms > "
    "$3 AND state = 'done' LIMIT 1"};
constexpr sql::Statement kMappings{
    "interchange.mappings",
    "SELECT name, mapping FROM import_mapping WHERE unit_id = $1 ORDER BY changed_ms DESC, name LIMIT 100"};
constexpr sql::Statement kMapping{"interchange.mapping",
                                  "SELECT mapping FROM import_mapping WHERE unit_id = $1 AND name = $2"};

access::UnitDoor door_of(const access::Desk& desk) { return desk.unit(access::kDirectoryWrite); }

std::string brief(std::string_view text) {
  std::size_t points = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && points++ == kSampleLength)
      return std::string(text.substr(0, i)) + "…";
  return std::string(text);
}

bool fits(const std::string& toml, const Table& table) {
  const auto mapping = read_mapping(toml, "");
  if (!mapping) return false;
  const auto there = [&](const std::string& column) { return table.column(column).has_value(); };
  return std::all_of(mapping->targets.begin(), mapping->targets.end(),
                     [&](const Target& target) {
                       return std::all_of(target.rule.columns.begin(), target.rule.columns.end(), there);
                     }) &&
         std::all_of(mapping->where.begin(), mapping->where.end(),
                     [&](const Condition& condition) { return there(condition.column); });
}

// The one that the unit used last of those that fit; empty where none does.
std::string fitting(const access::UnitDoor& door, const Table& table) {
  const auto known = door.read([&](access::View& view) {
    return view.rows(kMappings, {door.unit()}, [](const sql::Row& r) { return std::string(r.text(1)); });
  });
  const auto at =
      std::find_if(known.begin(), known.end(), [&](const auto& toml) { return fits(toml, table); });
  return at == known.end() ? "" : *at;
}

Json first_rows(const Table& table) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < std::min(table.rows.size(), kSampleRows); ++i) {
    Json cells = Json::array();
    for (const auto& cell : table.rows[i].cells) cells.push_back(brief(cell));
    rows.push_back(std::move(cells));
  }
  return rows;
}

Text busy() {
  return msg("Another import of your institution is at work. Wait until it has ended, then start this one.");
}

bool is_another_at_work(access::View& view, const Run& run) {
  return view.one(kOther, {run.unit, run.id}, [](const sql::Row&) { return true; }).has_value();
}

}  // namespace

Limits limits_of_a_sent_file() {
  Limits limits;
  limits.file_bytes = kFileBytes;
  limits.columns = 200;
  limits.cell_bytes = 64 * 1024;
  limits.cells = 1'000'000;
  return limits;
}

bool awaits_job(const Run& run) {
  return run.state == RunState::checking || run.state == RunState::importing ||
         run.state == RunState::undoing;
}

bool is_at_work(const Run& run) { return run.job && !run.job->ended && awaits_job(run); }

Run find_run(const access::Desk& desk, const std::string& id) {
  const auto door = door_of(desk);
  auto run = is_uuid(id) ? read_run(door, id) : std::nullopt;
  if (!run) door.absent("import.open", is_uuid(id) ? id : "");
  return std::move(*run);
}

std::vector<Run> runs(const access::Desk& desk, std::int64_t limit) {
  const auto door = door_of(desk);
  return door.read([&](access::View& view) {
    return view.rows(kNewest, {door.unit(), limit},
                     [&](const sql::Row& r) { return run_of(r, door.unit()); });
  });
}

Result<std::string> begin(const access::Desk& desk, const std::string& name, std::string_view content) {
  const auto door = door_of(desk);
  if (content.empty()) return refuse("file", msg("The file is empty. Choose another one."));
  if (content.size() > kFileBytes)
    return refuse("file",
                  msg("The file is larger than 10 MB. Send it in parts, or ask your operator to import it."));
  const std::string file = brief(name.empty() ? "table" : name);
  Report unheard;
  TableForm form;
  form.limits = limits_of_a_sent_file();
  const auto table = read_table(file, content, form, unheard);
  if (!table) {
    Problems problems = table.error();
    for (auto& each : problems) each.field = "file";
    return refuse(std::move(problems));
  }
  if (table->rows.empty())
    return refuse("file",
                  msg("The file has no row below its headings that can be read. Choose another one."));
  const std::string id = new_uuid(desk.now().ms), mapping = fitting(door, *table);
  const std::string source = mapping.empty() ? "" : read_mapping(mapping, "")->name;
  const std::string result = Json{{"columns", table->columns}, {"rows", first_rows(*table)}}.dump();
  std::int64_t piece = 0;
  for (std::size_t at = 0; at < content.size(); at += kPiece, ++piece) {
    const auto part = content.substr(at, kPiece);
    const auto* bytes = reinterpret_cast<const std::byte*>(part.data());
    const sql::Blob blob(bytes, bytes + part.size());
    door.change("import.send", id, [&](access::Change& change) {
      return change.change(kAddPiece, {door.unit(), id, piece, blob});
    });
  }
  door.change("import.begin", id, [&](access::Change& change) {
    return change.change(kAdd, {door.unit(), id, desk.now().ms, desk.actor()->who, desk.actor()->function,
                                table->file, content.size(), source, mapping, result});
  });
  return id;
}

std::vector<std::string> known_mappings(const access::Desk& desk) {
  const auto door = door_of(desk);
  return door.read([&](access::View& view) {
    return view.rows(kMappings, {door.unit()}, [](const sql::Row& r) { return std::string(r.text(0)); });
  });
}

std::string known_mapping(const access::Desk& desk, const std::string& name) {
  const auto door = door_of(desk);
  const auto found = door.read([&](access::View& view) {
    return view.one(kMapping, {door.unit(), name}, [](const sql::Row& r) { return std::string(r.text(0)); });
  });
  return found.value_or("");
}

Result<int> decide(const access::Desk& desk, const Run& run, const std::string& toml) {
  const auto mapping = read_mapping(toml, "mapping");
  if (!mapping) return tl::unexpected(mapping.error());
  const auto door = door_of(desk);
  return door.change("import.check", run.id, [&](access::Change& change) {
    if (change.change(kDecide, {run.unit, run.id, run.turn, desk.now().ms, toml, mapping->name}) != 1)
      throw Stale();
    change.job(job_of(run.id, run.turn + 1));
    return 0;
  });
}

Result<int> start(const access::Desk& desk, const Run& run) {
  const auto door = door_of(desk);
  if (door.read([&](access::View& view) { return is_another_at_work(view, run); })) return refuse("", busy());
  return door.change("import.start", run.id, [&](access::Change& change) {
    if (change.change(kStart, {run.unit, run.id, run.turn, desk.now().ms}) != 1) throw Stale();
    change.job(job_of(run.id, run.turn + 1));
    return 0;
  });
}

void cancel(const access::Desk& desk, const Run& run) {
  const auto door = door_of(desk);
  const auto now = desk.now().ms;
  door.change("import.cancel", run.id, [&](access::Change& change) {
    if (change.change(kCancel, {run.unit, run.id, now}) == 1) {
      drop_file(change, run.unit, run.id);
      if (run.turn > 0) change.cancel_job(access::job_id(run.unit, job_of(run.id, run.turn)));
      return 0;
    }
    // The job that writes sees it between two of its transactions, and takes back what it wrote.
    if (change.change(kStop, {run.unit, run.id, now}) != 1) throw Stale();
    if (is_at_work(run)) return 0;
    if (change.change(kAgain, {run.unit, run.id, run.turn, now}) != 1) throw Stale();
    change.job(job_of(run.id, run.turn + 1));
    return 0;
  });
}

Result<int> undo(const access::Desk& desk, const Run& run, Undo how) {
  const auto door = door_of(desk);
  if (run.state == RunState::undone || run.state == RunState::undoing) return 0;
  const auto refused = door.read([&](access::View& view) -> std::optional<Text> {
    if (is_another_at_work(view, run)) return busy();
    const auto later =
        view.one(kLater, {run.unit, run.source, run.changed.ms}, [](const sql::Row&) { return true; });
    if (later) return msg("A later import has the same name. Undo that one first.");
    return std::nullopt;
  });
  if (refused) return refuse("", *refused);
  return door.change("import.undo", run.id, [&](access::Change& change) {
    if (change.change(kUndo, {run.unit, run.id, run.turn, desk.now().ms}) != 1) throw Stale();
    if (how == Undo::by_job) change.job(job_of(run.id, run.turn + 1));
    return 0;
  });
}

Result<int> undo_here(const access::Desk& desk, const Run& run) {
  if (auto begun = undo(desk, run, Undo::here); !begun) return begun;
  const auto door = door_of(desk);
  const directory::Hand hand{run.unit, desk.actor()->who, desk.actor()->function, desk.now()};
  directory::take_back(door, hand, run.id, [](std::size_t, std::size_t) { return true; });
  return door.change("import.end", run.id, [&](access::Change& change) {
    change.change(kUndone, {run.unit, run.id, desk.now().ms});
    return 0;
  });
}

void go_on(const access::Desk& desk, const Run& run) {
  const auto door = door_of(desk);
  if (is_at_work(run)) throw Stale();
  door.change("import.go_on", run.id, [&](access::Change& change) {
    if (change.change(kAgain, {run.unit, run.id, run.turn, desk.now().ms}) != 1) throw Stale();
    change.job(job_of(run.id, run.turn + 1));
    return 0;
  });
}

Report report_of(const access::Desk& desk, const Run& run) {
  const auto door = door_of(desk);
  return door.read([&](access::View& view) { return read_report(view, run.unit, run.id); });
}

directory::ImportTally tally(const access::Desk& desk, const Run& run) {
  return directory::import_tally(door_of(desk), run.id);
}

}  // namespace lotse::interchange
