// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hsds_rows.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/id.h"
#include "interchange/text.h"

namespace lotse::interchange {

Sheet* find_sheet(Sheets& sheets, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (const auto at = sheets.find(name); at != sheets.end()) return &at->second;
  return nullptr;
}

Sheet sheet_of(const Table& table) {
  Sheet sheet{table.file, {}};
  sheet.rows.reserve(table.rows.size());
  for (const Row& row : table.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (!row.cells[i].empty()) object.push_back({table.columns[i], row.cells[i]});
    sheet.rows.push_back({std::move(object), row.line, false});
  }
  return sheet;
}

RowIndex index_of(Sheet* sheet) {
  RowIndex index;
  if (!sheet) return index;
  for (SheetRow& row : sheet->rows)
    if (auto id = text_of(row.object, "id"); !id.empty()) index.try_emplace(std::move(id), &row.object);
  return index;
}

Put into_list(std::string list, Report& report) {
  return [list = std::move(list), &report](Json& parent, const Parent&, const Json& row, const Origin& at) {
    list_of(parent, list, at, report).push_back(row);
  };
}

void keep_lists_free(Sheet& sheet, Report& report) {
  constexpr std::array<const char*, 20> kLists{"accessibility",
                                               "additional_urls",
                                               "additional_websites",
                                               "addresses",
                                               "attributes",
                                               "capacities",
                                               "contacts",
                                               "cost_options",
                                               "funding",
                                               "languages",
                                               "lotse_interpreters",
                                               "metadata",
                                               "organization_identifiers",
                                               "payments_accepted",
                                               "phones",
                                               "programs",
                                               "required_documents",
                                               "schedules",
                                               "service_areas",
                                               "service_at_locations"};
  for (SheetRow& row : sheet.rows)
    for (const char* list : kLists)
      if (row.object.contains(list)) (void)list_of(row.object, list, {sheet.file, row.line}, report);
}

Put into_languages(Report& report) {
  // A row that names both its service and its place is reported once.
  return [&report, told = static_cast<const Json*>(nullptr)](Json& parent, const Parent& is, const Json& row,
                                                             const Origin& at) mutable {
    Report unheard;
    const bool service = !is.rows && is.kind == Kind::service;
    Report& to = std::exchange(told, &row) == &row ? unheard : report;
    for (Json& one : language_elements(row, service ? &parent : nullptr, at, to))
      list_of(parent, "languages", at, to).push_back(std::move(one));
  };
}

namespace {

std::string first_text(const Json& object) {
  for (const auto& [name, value] : object.items())
    if (name != "id" && value.is_string()) return value.get<std::string>();
  return text_of(object, "id");
}

// Rows that stand there twice are taken once; an id that stands for several rows is told.
class Doubles {
 public:
  Doubles(const std::string& file, Report& report) : file_(file), report_(report) {}
  bool again(const SheetRow& row) {
    if (!rows_.insert(hash_hex(row.object.dump())).second) {
      report_.add(Severity::row_not_used, file_, row.line, "", first_text(row.object),
                  msg("The same row stood before."));
      return true;
    }
    const std::string id = text_of(row.object, "id");
    if (!id.empty() && !ids_.insert(id).second)
      report_.add(Severity::value_changed, file_, row.line, "id", id,
                  msg("This id stands for several rows; the row was given one of its own."));
    return false;
  }

 private:
  const std::string& file_;
  Report& report_;
  std::set<std::string> rows_, ids_;
};

struct Targets {
  std::vector<std::pair<Json*, const Parent*>> found;
  std::vector<std::pair<std::string, std::string>> missing;  // column and value
  bool refused = false;
};

Targets targets_of(Json& row, const std::vector<Parent>& parents, Assembler& assembler) {
  Targets targets;
  for (const Parent& parent : parents) {
    const std::string id = text_of(row, parent.column);
    row.erase(parent.column);
    if (id.empty()) continue;
    Json* target = nullptr;
    if (parent.rows) {
      const auto at = parent.rows->find(id);
      target = at == parent.rows->end() ? nullptr : at->second;
    } else {
      target = assembler.entry(parent.kind, id);
      targets.refused = targets.refused || assembler.state(parent.kind, id) == Assembler::State::refused;
    }
    if (target)
      targets.found.emplace_back(target, &parent);
    else
      targets.missing.emplace_back(parent.column, id);
  }
  return targets;
}

}  // namespace

void attach(Sheet* sheet, const std::vector<Parent>& parents, Assembler& assembler, Report& report,
            const Put& put) {
  if (!sheet) return;
  Doubles doubles(sheet->file, report);
  for (SheetRow& row : sheet->rows) {
    if (row.dead || doubles.again(row)) {
      row.dead = true;
      continue;
    }
    const Origin at{sheet->file, row.line};
    const std::string says = first_text(row.object);
    const Targets targets = targets_of(row.object, parents, assembler);
    if (targets.found.empty()) {
      row.dead = true;
      if (targets.missing.empty())
        report.add(Severity::row_not_used, at.file, at.line, parents.front().column, first_text(row.object),
                   msg("The row does not say what it belongs to."));
      else
        report.add(Severity::row_not_used, at.file, at.line, targets.missing[0].first,
                   targets.missing[0].second,
                   targets.refused ? msg("The entry that the row belongs to was not used.")
                                   : msg("The entry that the row belongs to is not in the data."));
      continue;
    }
    for (const auto& [column, id] : targets.missing)
      report.add(Severity::value_not_used, at.file, at.line, column, id,
                 msg("There is no such entry in the data."));
    const bool says_nothing = std::none_of(row.object.items().begin(), row.object.items().end(),
                                           [](const auto& member) { return member.key() != "id"; });
    if (says_nothing) {
      row.dead = true;
      report.add(Severity::row_not_used, at.file, at.line, "", says,
                 msg("The row says nothing beside what it belongs to."));
      continue;
    }
    for (const auto& [target, parent] : targets.found) put(*target, *parent, row.object, at);
    report.used(sheet->file);
  }
}

void add_entries(Sheet* sheet, Kind kind, Assembler& assembler) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows) assembler.add(kind, std::move(row.object), {sheet->file, row.line});
}

void make_numbers(Sheet* sheet, std::initializer_list<const char*> members) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows) {
    for (const char* member : members) {
      const auto at = row.object.find(member);
      if (at == row.object.end() || !at->is_string()) continue;
      const Json number = Json::parse(at->get_ref<const std::string&>(), nullptr, false);
      if (number.is_number() && number.dump() == at->get_ref<const std::string&>()) *at = number;
    }
  }
}

void rename(Sheet* sheet, std::initializer_list<std::pair<const char*, const char*>> names) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows) {
    for (const auto& [from, to] : names) {
      const auto at = row.object.find(from);
      if (at == row.object.end() || row.object.contains(to)) continue;
      Json value = std::move(*at);
      row.object.erase(from);
      row.object[to] = std::move(value);
    }
  }
}

namespace {

// Takes "###MON###" and the blanks around it out of the end or middle of a text.
std::vector<std::string> take_markers(std::string& text) {
  std::vector<std::string> markers;
  std::string out;
  std::size_t from = 0, at = text.find("###");
  while (at != std::string::npos) {
    const auto end = text.find("###", at + 3);
    if (end == std::string::npos) break;
    const std::string_view inside = std::string_view(text).substr(at + 3, end - at - 3);
    const bool marker =
        !inside.empty() && inside.size() <= 12 &&
        std::all_of(inside.begin(), inside.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!marker) {
      at = end;
      continue;
    }
    markers.emplace_back(inside);
    out.append(text, from, at - from);
    from = end + 3;
    at = text.find("###", from);
  }
  if (markers.empty()) return markers;
  text = out.append(text, from);
  text.erase(text.find_last_not_of(" \n\r\t") + 1);
  return markers;
}

bool make_breaks(std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kBreaks{
      {{"\\r\\n", "\n"}, {"\\n", "\n"}}};
  if (text.find("\\n") == std::string::npos) return false;
  text = replaced(text, kBreaks);
  return true;
}

}  // namespace

void tidy(Sheet& sheet, bool breaks, Report& report) {
  std::map<std::string, std::size_t> broken;
  for (SheetRow& row : sheet.rows) {
    std::vector<std::string> markers;
    for (auto& [name, value] : row.object.items()) {
      if (!value.is_string()) continue;
      auto& text = value.get_ref<std::string&>();
      if (looks_garbled(text))
        report.add(
            Severity::note, sheet.file, row.line, name, text,
            msg("The text looks as if it had once been read in a wrong encoding; it was left as it is."));
      if (!breaks) continue;
      if (make_breaks(text)) ++broken[name];
      const auto found = take_markers(text);
      if (found.empty()) continue;
      report.add(Severity::value_changed, sheet.file, row.line, name, found.front(),
                 msg("A marker of the source was taken out of the text and kept beside it."));
      markers.insert(markers.end(), found.begin(), found.end());
    }
    if (!markers.empty()) row.object["lotse_markers"] = markers;
  }
  for (const auto& [name, count] : broken)
    report.add(Severity::value_changed, sheet.file, 0, name, std::to_string(count),
               msg("In so many rows the two characters \\n were made a line break."));
}

void report_unknown(const Sheets& sheets, std::string_view known, Report& report) {
  for (const auto& [name, sheet] : sheets)
    if (known.find(" " + name + " ") == known.npos)
      report.add(Severity::row_not_used, sheet.file, 0, "", std::to_string(sheet.rows.size()),
                 msg("No row of this file was used: the standard has no such table."));
}

}  // namespace lotse::interchange
