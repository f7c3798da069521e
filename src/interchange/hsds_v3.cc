// SPDX-License-Identifier: EUPL-1.2
// The CSV package of HSDS 3.0 and 3.1, and tabular.json, which is the same as one JSON file.
#include <array>
#include <set>

#include "interchange/hsds_rows.h"

namespace lotse::interchange {
namespace {

constexpr std::array<Kind, 5> kMain{Kind::service, Kind::organisation, Kind::location, Kind::placed,
                                    Kind::term};

// Tables whose rows are parts; attributes and metadata may hang on any of them.
constexpr std::array<std::string_view, 13> kParts3{"phones",
                                                   "contacts",
                                                   "addresses",
                                                   "schedules",
                                                   "funding",
                                                   "service_areas",
                                                   "required_documents",
                                                   "languages",
                                                   "accessibility",
                                                   "cost_options",
                                                   "programs",
                                                   "organization_identifiers",
                                                   "service_capacities"};

// Rows of `attributes` and `metadata` name their target by id alone, whatever it is.
class AnyTarget {
 public:
  AnyTarget(Sheets& sheets, Assembler& assembler) : assembler_(assembler) {
    for (const auto name : kParts3)
      if (Sheet* sheet = find_sheet(sheets, {name})) parts_.push_back(index_of(sheet));
  }
  Json* find(const std::string& id) {
    for (const Kind kind : kMain)
      if (Json* entry = assembler_.entry(kind, id)) return entry;
    for (const RowIndex& rows : parts_)
      if (const auto at = rows.find(id); at != rows.end()) return at->second;
    return nullptr;
  }

 private:
  Assembler& assembler_;
  std::vector<RowIndex> parts_;
};

void hang_on(Sheet* sheet, const char* column, const char* list, AnyTarget& any, Report& report) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows) {
    const std::string id = text_of(row.object, column);
    Json* target = id.empty() ? nullptr : any.find(id);
    if (!target) {
      report.add(Severity::row_not_used, sheet->file, row.line, column, id,
                 id.empty() ? msg("The row does not say what it belongs to.")
                            : msg("The entry that the row belongs to is not in the data."));
      continue;
    }
    row.object.erase(column);
    list_of(*target, list, {sheet->file, row.line}, report).push_back(row.object);
    report.used(sheet->file);
  }
}

// A reference by id becomes the object itself, as in JSON. An unknown one stays as it is. Returns the objects
// that were referred to.
std::set<const Json*> nest(Sheet* sheet, const char* column, const char* member, const RowIndex& rows) {
  std::set<const Json*> used;
  if (!sheet) return used;
  for (SheetRow& row : sheet->rows) {
    const auto at = rows.find(text_of(row.object, column));
    if (at == rows.end()) continue;
    row.object.erase(column);
    row.object[member] = *at->second;
    used.insert(at->second);
  }
  return used;
}

// Units are in the directory only inside what they measure.
void units(Sheets& sheets, Report& report) {
  Sheet* list = find_sheet(sheets, {"units"});
  const auto used = nest(find_sheet(sheets, {"service_capacities"}), "unit_id", "unit", index_of(list));
  if (!list) return;
  for (const SheetRow& row : list->rows)
    if (used.count(&row.object))
      report.used(list->file);
    else
      report.add(Severity::row_not_used, list->file, row.line, "id", text_of(row.object, "id"),
                 msg("No other row refers to this one."));
}

void terms(Sheets& sheets, Assembler& assembler) {
  Sheet* taxonomies = find_sheet(sheets, {"taxonomies"});
  Sheet* list = find_sheet(sheets, {"taxonomy_terms"});
  nest(list, "taxonomy_id", "taxonomy_detail", index_of(taxonomies));
  nest(find_sheet(sheets, {"attributes"}), "taxonomy_term_id", "taxonomy_term", index_of(list));
  add_entries(list, Kind::term, assembler);
  add_entries(taxonomies, Kind::taxonomy, assembler);
}

void parts(Sheets& sheets, Assembler& assembler, Report& report) {
  const auto sheet = [&](std::string_view name) { return find_sheet(sheets, {name}); };
  const Parent service{"service_id", Kind::service}, location{"location_id", Kind::location},
      organisation{"organization_id", Kind::organisation}, placed{"service_at_location_id", Kind::placed};
  // From the inside out: languages into telephones, telephones into contacts.
  RowIndex phones = index_of(sheet("phones")), contacts = index_of(sheet("contacts"));
  attach(sheet("languages"), {{"phone_id", Kind::service, &phones}, service, location}, assembler, report,
         into_languages(report));
  attach(sheet("phones"), {{"contact_id", Kind::service, &contacts}, location, service, organisation, placed},
         assembler, report, into_list("phones", report));
  attach(sheet("contacts"), {organisation, service, placed, location}, assembler, report,
         into_list("contacts", report));
  attach(sheet("addresses"), {location}, assembler, report, into_list("addresses", report));
  attach(sheet("accessibility"), {location}, assembler, report, into_list("accessibility", report));
  attach(sheet("schedules"), {service, location, placed}, assembler, report, into_list("schedules", report));
  attach(sheet("funding"), {organisation, service}, assembler, report, into_list("funding", report));
  attach(sheet("programs"), {organisation}, assembler, report, into_list("programs", report));
  attach(sheet("organization_identifiers"), {organisation}, assembler, report,
         into_list("organization_identifiers", report));
  attach(sheet("service_areas"), {service, placed}, assembler, report, into_list("service_areas", report));
  attach(sheet("required_documents"), {service}, assembler, report, into_list("required_documents", report));
  attach(sheet("cost_options"), {service}, assembler, report, into_list("cost_options", report));
  units(sheets, report);
  attach(sheet("service_capacities"), {service}, assembler, report, into_list("capacities", report));
  attach(sheet("urls"), {service, organisation}, assembler, report,
         [&report](Json& parent, const Parent& is, const Json& row, const Origin& at) {
           const char* list = is.kind == Kind::service ? "additional_urls" : "additional_websites";
           list_of(parent, list, at, report).push_back(row);
         });
}

// Our own columns hold JSON where they are no texts.
void read_own_columns(Sheet& sheet) {
  for (SheetRow& row : sheet.rows)
    for (auto& [name, value] : row.object.items())
      if (name.starts_with("lotse_") && value.is_string())
        if (auto json = parse_json(value.get_ref<const std::string&>()); json && !json->is_number())
          value = std::move(*json);
}

// All tables of this version, by name, between blanks.
constexpr std::string_view kKnown =
    " organizations programs services attributes service_at_location service_at_locations "
    "locations phones contacts addresses schedules funding service_areas "
    "required_documents languages accessibility taxonomy_terms metadata cost_options "
    "organization_identifiers taxonomies service_capacities units urls ";

}  // namespace

void read_v3(Sheets& sheets, Assembler& assembler, Report& report) {
  for (auto& [name, sheet] : sheets) {
    tidy(sheet, false, report);
    read_own_columns(sheet);
    keep_lists_free(sheet, report);
  }
  const auto sheet = [&](std::initializer_list<std::string_view> names) { return find_sheet(sheets, names); };
  make_numbers(sheet({"organizations"}), {"year_incorporated"});
  make_numbers(sheet({"phones"}), {"extension"});
  make_numbers(sheet({"schedules"}), {"timezone", "count", "interval"});
  make_numbers(sheet({"cost_options"}), {"amount"});
  make_numbers(sheet({"service_capacities"}), {"available", "maximum"});
  terms(sheets, assembler);
  add_entries(sheet({"organizations"}), Kind::organisation, assembler);
  add_entries(sheet({"locations"}), Kind::location, assembler);
  add_entries(sheet({"services"}), Kind::service, assembler);
  add_entries(sheet({"service_at_location", "service_at_locations"}), Kind::placed, assembler);
  assembler.settle();
  AnyTarget any(sheets, assembler);
  hang_on(sheet({"attributes"}), "link_id", "attributes", any, report);
  hang_on(sheet({"metadata"}), "resource_id", "metadata", any, report);
  parts(sheets, assembler, report);
  report_unknown(sheets, kKnown, report);
}

}  // namespace lotse::interchange
