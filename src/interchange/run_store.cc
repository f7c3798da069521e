// SPDX-License-Identifier: EUPL-1.2
#include "interchange/run_store.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::interchange {
namespace {

constexpr sql::Statement kOne{
    "interchange.run",
    "SELECT id, made_ms, changed_ms, account, acting_as, file, bytes, state, turn, source, mapping, result "
    "FROM import_run WHERE unit_id = $1 AND id = $2"};
constexpr sql::Statement kPieces{
    "interchange.pieces", "SELECT bytes FROM import_file WHERE unit_id = $1 AND run_id = $2 ORDER BY piece"};
constexpr sql::Statement kDropFile{"interchange.drop_file",
                                   "DELETE FROM import_file WHERE unit_id = $1 AND run_id = $2"};
constexpr sql::Statement kPutReport{
    "interchange.put_report",
    "INSERT INTO import_report (unit_id, run_id, findings) VALUES ($1, $2, $3) "
    "ON CONFLICT (unit_id, run_id) DO UPDATE SET findings = excluded.findings "
    "WHERE import_report.unit_id = excluded.unit_id"};
constexpr sql::Statement kReport{"interchange.report",
                                 "SELECT findings FROM import_report WHERE unit_id = $1 AND run_id = $2"};

constexpr std::array<std::string_view, 4> kSeverities{"row_not_used", "value_not_used", "value_changed",
                                                      "note"};

}  // namespace

Run run_of(const sql::Row& r, UnitId unit) {
  Run run;
  run.id = r.text(0);
  run.unit = unit;
  run.made = {r.integer(1)};
  run.changed = {r.integer(2)};
  run.account = r.text(3);
  run.function = r.text(4);
  run.file = r.text(5);
  run.bytes = r.integer(6);
  const auto state = value_of<RunState>(r.text(7));
  CHECK(state.has_value());
  run.state = *state;
  run.turn = r.integer(8);
  run.source = r.text(9);
  run.mapping = r.text(10);
  auto result = parse_json(r.text(11));
  CHECK(result.has_value());
  run.result = std::move(*result);
  return run;
}

std::optional<Run> read_run(const access::UnitDoor& door, const std::string& id) {
  return door.read([&](access::View& view) {
    auto run = view.one(kOne, {door.unit(), id}, [&](const sql::Row& r) { return run_of(r, door.unit()); });
    if (run && run->turn > 0) run->job = view.job_state(access::job_id(run->unit, job_of(id, run->turn)));
    return run;
  });
}

std::string read_file_of(const access::UnitDoor& door, const std::string& id) {
  return door.read([&](access::View& view) {
    std::string bytes;
    view.each(kPieces, {door.unit(), id}, [&](const sql::Row& r) {
      const auto piece = r.blob(0);
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    return bytes;
  });
}

void drop_file(access::Change& change, UnitId unit, const std::string& id) {
  change.change(kDropFile, {unit, id});
}

Json json_of(const Text& text) {
  Json args = Json::array();
  for (const auto& [name, value] : text.args) args.push_back({name, value});
  return {{"id", text.id}, {"args", args}};
}

Text text_in(const Json& json) {
  Text text{json.at("id").get<std::string>()};
  for (const auto& each : json.at("args"))
    text.args.emplace_back(each.at(0).get<std::string>(), each.at(1).get<std::string>());
  return text;
}

std::string text_of(const Report& report) {
  Json list = Json::array();
  for (const Finding& f : report.findings()) {
    if (list.size() == kMostFindings) break;
    list.push_back({{"what", kSeverities[static_cast<std::size_t>(f.severity)]},
                    {"file", f.file},
                    {"line", f.line},
                    {"field", f.field},
                    {"value", f.value},
                    {"reason", json_of(f.reason)},
                    {"entry", f.entry},
                    {"ours", f.ours}});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write_report(access::Change& change, UnitId unit, const std::string& id, const std::string& findings) {
  change.change(kPutReport, {unit, id, findings});
}

Report read_report(access::View& view, UnitId unit, const std::string& id) {
  Report report;
  const auto text = view.one(kReport, {unit, id}, [](const sql::Row& r) { return std::string(r.text(0)); });
  if (!text) return report;
  const auto list = parse_json(*text);
  CHECK(list.has_value());
  for (const auto& each : *list) {
    const auto at = std::find(kSeverities.begin(), kSeverities.end(), each.at("what").get<std::string>());
    CHECK(at != kSeverities.end());
    report.add({static_cast<Severity>(at - kSeverities.begin()), each.at("file"), each.at("line"),
                each.at("field"), each.at("value"), text_in(each.at("reason")), each.at("entry"),
                each.at("ours")});
  }
  return report;
}

}  // namespace lotse::interchange
