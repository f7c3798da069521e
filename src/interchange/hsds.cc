// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hsds.h"

#include <algorithm>

#include "interchange/hsds_rows.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](auto end) { return name.ends_with(end); });
}

// Names of tables that only one of the two versions has.
bool is_v1(Sheets& sheets) {
  if (find_sheet(sheets,
                 {"addresses", "schedules", "taxonomy_terms", "attributes", "accessibility", "cost_options"}))
    return false;
  if (find_sheet(sheets,
                 {"physical_addresses", "postal_addresses", "regular_schedules", "holiday_schedules",
                  "taxonomy", "services_taxonomy", "service_taxonomy", "accessibility_for_disabilities",
                  "eligibility", "services_at_location", "payments_accepted"}))
    return true;
  for (const auto& [name, sheet] : sheets)
    for (const SheetRow& row : sheet.rows)
      if (row.object.contains("website") || row.object.contains("fees_description") ||
          row.object.contains("location_type"))
        return false;
  return true;
}

bool is_package(Sheets& sheets) {
  return find_sheet(sheets, {"services", "organizations", "locations", "taxonomy", "taxonomy_terms"}) !=
         nullptr;
}

Sheets sheets_of(const std::string& file, const Json& tabular, Report& report) {
  Sheets sheets;
  for (const auto& [name, rows] : tabular.items()) {
    Sheet sheet{file + "/" + name, {}};
    if (!rows.is_array() && !rows.is_null())
      report.add(Severity::row_not_used, sheet.file, 0, "", rows.dump(), msg("This is no list of rows."));
    report.read(sheet.file, rows.is_array() ? rows.size() : rows.is_null() ? 0 : 1);
    for (std::size_t i = 0; rows.is_array() && i < rows.size(); ++i)
      if (rows[i].is_object())
        sheet.rows.push_back({rows[i], 0, false});
      else
        report.add(Severity::row_not_used, sheet.file, 0, "", rows[i].dump(),
                   msg("This is no object with members."));
    sheets.emplace(name.substr(0, name.size() - 4), std::move(sheet));
  }
  return sheets;
}

bool is_tabular(const JsonFile& json) {
  if (json.items.size() != 1 || !json.items[0].value.is_object() || json.items[0].value.empty()) return false;
  const auto items = json.items[0].value.items();
  return std::all_of(items.begin(), items.end(), [](const auto& m) { return m.key().ends_with(".csv"); });
}

class Import {
 public:
  Import(const Archive& archive, const HsdsOptions& options)
      : archive_(archive),
        options_(options),
        assembler_(options.source, options.placeholders, options.language, imported_.report) {}

  Result<Imported> run() {
    for (std::size_t i = 0; i < archive_.entries().size(); ++i) {
      if (auto done = file(i); !done) return tl::unexpected(done.error());
    }
    if (!json_ && !is_package(sheets_))
      return refuse(
          "",
          msg("No HSDS data were found: no table with services, organizations or locations, and no JSON."));
    if (!sheets_.empty()) {
      if (is_v1(sheets_))
        read_v1(sheets_, assembler_, imported_.report);
      else
        read_v3(sheets_, assembler_, imported_.report);
    } else {
      assembler_.settle();
    }
    imported_.batch = assembler_.finish();
    return std::move(imported_);
  }

 private:
  Result<void> file(std::size_t i) {
    const std::string& name = archive_.entries()[i].name;
    const std::string base = small(base_name(name));
    Report& report = imported_.report;
    if (base.starts_with('.') || name.starts_with("__MACOSX/")) return {};
    const bool table = ends_with_any(base, {".csv", ".tsv"}),
               json = ends_with_any(base, {".json", ".ndjson", ".jsonl"});
    if (base == "datapackage.json") {
      report.add(Severity::note, name, 0, "", "",
                 msg("The description of the package is not needed and was not read."));
      return {};
    }
    if (!table && !json) {
      report.add(Severity::note, name, 0, "", "", msg("This file is neither CSV nor JSON; it was not read."));
      return {};
    }
    auto bytes = archive_.bytes(i);
    if (!bytes) return tl::unexpected(bytes.error());
    return json ? json_file(name, *bytes) : table_file(name, base, *bytes);
  }

  Result<void> table_file(const std::string& name, const std::string& base, std::string_view bytes) {
    if (bytes.empty()) {
      imported_.report.add(Severity::note, name, 0, "", "", msg("The file is empty."));
      return {};
    }
    const TableForm form{"csv", "", "", options_.limits};
    auto table = read_table(name, bytes, form, imported_.report);
    if (!table) return tl::unexpected(table.error());
    for (auto& column : table->columns) column = small(column);
    make_different(table->columns, name, 1, imported_.report);
    add_sheet(base.substr(0, base.size() - 4), sheet_of(*table));
    return {};
  }

  void add_sheet(const std::string& table, Sheet sheet) {
    const auto [at, fresh] = sheets_.try_emplace(table);
    if (fresh)
      at->second = std::move(sheet);
    else
      imported_.report.add(Severity::row_not_used, sheet.file, 0, "", std::to_string(sheet.rows.size()),
                           msg("No row of this file was used: a table of this name was read before."));
  }

  Result<void> json_file(const std::string& name, std::string_view bytes) {
    auto text = decode(name, bytes, "", imported_.report);
    if (!text) return tl::unexpected(text.error());
    // A list page or a bare list is many entries; any other object is one, with lists of its own.
    auto json = read_json(name, *text, imported_.report, true);
    if (!json) return tl::unexpected(json.error());
    if (json->items.size() == 1 && json->items[0].value.is_object() &&
        json->items[0].value.contains("contents")) {
      json = read_json(name, *text, imported_.report);
      if (!json) return tl::unexpected(json.error());
    }
    json_ = true;
    if (is_tabular(*json)) {
      for (auto& [table, sheet] : sheets_of(name, json->items[0].value, imported_.report))
        add_sheet(table, std::move(sheet));
      return {};
    }
    return read_hsds_json(name, std::move(*json), assembler_, imported_.report);
  }

  const Archive& archive_;
  const HsdsOptions& options_;
  Imported imported_;
  Assembler assembler_;
  Sheets sheets_;
  bool json_ = false;
};

}  // namespace

Result<Imported> import_hsds(const std::string& path, const HsdsOptions& options) {
  auto archive = Archive::open(path, options.limits);
  if (!archive) return tl::unexpected(archive.error());
  return import_hsds(*archive, options);
}

Result<Imported> import_hsds(const Archive& archive, const HsdsOptions& options) {
  return Import(archive, options).run();
}

}  // namespace lotse::interchange
