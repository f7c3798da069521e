// SPDX-License-Identifier: EUPL-1.2
// The CSV package of HSDS 1.1 (and 1.0), told in the terms of 3.x.
#include <map>
#include <set>
#include <utility>

#include "base/id.h"
#include "interchange/hours.h"
#include "interchange/hsds_rows.h"

namespace lotse::interchange {
namespace {

const std::vector<Parent> kService{{"service_id", Kind::service}};
const std::vector<Parent> kLocation{{"location_id", Kind::location}};
const std::vector<Parent> kHours{
    {"service_id", Kind::service}, {"location_id", Kind::location}, {"service_at_location_id", Kind::placed}};

Put append_text(std::string column, std::string member) {
  return [column = std::move(column), member = std::move(member)](Json& parent, const Parent&,
                                                                  const Json& row, const Origin&) {
    const std::string text = text_of(row, column);
    const std::string before = text_of(parent, member);
    parent[member] = before.empty() ? text : before + "\n" + text;
  };
}

// Brings a row of regular_schedules into the terms of 3.x, but for its weekday, which is returned.
std::string regular(Json& row, const Origin& at, Report& report) {
  const std::string name = text_of(row, "weekday"), day = weekday_code(name);
  row.erase("weekday");
  // Numbers of rows mean nothing once rows are put together.
  row.erase("id");
  if (const auto text = text_of(row, "original_text"); !text.empty()) {
    row["description"] = text;
    row.erase("original_text");
  }
  if (day.empty()) {
    if (!name.empty()) row["notes"] = name;
    report.add(Severity::value_not_used, at.file, at.line, "weekday", name,
               msg("This is no weekday; the hours are shown as text only."));
  }
  const std::string opens = text_of(row, "opens_at"), closes = text_of(row, "closes_at");
  if (const auto times = read_times(opens, closes)) {
    row["opens_at"] = times->first;
    row["closes_at"] = times->second;
    return day;
  }
  row.erase("opens_at");
  row.erase("closes_at");
  const std::string said = opens.empty() && closes.empty() ? "" : opens + " – " + closes;
  if (!said.empty()) row["notes"] = said;
  report.add(Severity::value_not_used, at.file, at.line, "opens_at",
             said.empty() ? text_of(row, "description") : said,
             msg("These times cannot be read without guessing; they were kept as text."));
  return day;
}

// One row is one weekday; rows that differ in nothing else become one schedule.
class Weekdays {
 public:
  void add(Json& schedules, const Json& parent, const Json& row, const std::string& day) {
    const auto [at, fresh] = index_.try_emplace({&parent, hash_hex(row.dump())}, schedules.size());
    if (!fresh) {
      Json& before = schedules[at->second];
      const std::string days = text_of(before, "byday");
      if (days.find(day) == std::string::npos) before["byday"] = days + "," + day;
      return;
    }
    Json schedule = row;
    schedule["freq"] = "WEEKLY";
    schedule["byday"] = day;
    schedules.push_back(std::move(schedule));
  }

 private:
  std::map<std::pair<const Json*, std::string>, std::size_t> index_;  // which schedule of the parent it is
};

void regular_schedules(Sheet* sheet, Assembler& assembler, Report& report) {
  if (!sheet) return;
  Weekdays weekdays;
  const Json* told = nullptr;
  const auto put = [&](Json& parent, const Parent&, const Json& given, const Origin& at) {
    Json row = given;
    // A row may belong to a service and its location; it is reported once.
    Report unheard;
    const std::string day = regular(row, at, std::exchange(told, &given) == &given ? unheard : report);
    Json& schedules = list_of(parent, "schedules", at, report);
    if (day.empty())
      schedules.push_back(std::move(row));
    else
      weekdays.add(schedules, parent, row, day);
  };
  attach(sheet, kHours, assembler, report, put);
}

void holiday_schedules(Sheet* sheet, Assembler& assembler, Report& report) {
  rename(sheet, {{"start_date", "valid_from"}, {"end_date", "valid_to"}});
  attach(sheet, kHours, assembler, report,
         [&report](Json& parent, const Parent&, const Json& given, const Origin& at) {
           Json row = given;
           row["notes"] = "holiday";
           list_of(parent, "schedules", at, report).push_back(std::move(row));
         });
}

void services_taxonomy(Sheet* sheet, Assembler& assembler, Report& report) {
  if (!sheet) return;
  std::set<std::pair<std::string, std::string>> seen;
  for (SheetRow& row : sheet->rows) {
    const std::string id = text_of(row.object, "taxonomy_id"), service = text_of(row.object, "service_id");
    const auto refuse_row = [&](Text why) {
      row.dead = true;
      report.add(Severity::row_not_used, sheet->file, row.line, "taxonomy_id", id, std::move(why));
    };
    const Json* term = assembler.entry(Kind::term, id);
    if (!term)
      refuse_row(msg("There is no such entry in the data."));
    else if (!seen.emplace(service, id).second)
      refuse_row(msg("The service has this term already."));
    if (row.dead) continue;
    row.object.erase("taxonomy_id");
    if (const auto detail = text_of(row.object, "taxonomy_detail"); !detail.empty())
      row.object["value"] = detail;
    row.object.erase("taxonomy_detail");
    row.object["link_type"] = "taxonomy";
    row.object["link_entity"] = "service";
    Json brief = Json::object();
    for (const char* member : {"id", "code", "name", "taxonomy"})
      if (const auto text = text_of(*term, member); !text.empty()) brief[member] = text;
    row.object["taxonomy_term"] = std::move(brief);
  }
  attach(sheet, kService, assembler, report, into_list("attributes", report));
}

void phones_and_contacts(Sheets& sheets, Assembler& assembler, Report& report) {
  Sheet* contacts = find_sheet(sheets, {"contacts", "contact"});
  Sheet* phones = find_sheet(sheets, {"phones", "phone"});
  RowIndex contact_rows = index_of(contacts);
  if (phones) {
    for (SheetRow& row : phones->rows) {
      const std::string language = text_of(row.object, "language");
      if (language.empty()) continue;
      row.object.erase("language");
      row.object["languages"] =
          language_elements(Json{{"name", language}}, nullptr, {phones->file, row.line}, report);
    }
    make_numbers(phones, {"extension"});
  }
  attach(phones,
         {{"service_id", Kind::service},
          {"location_id", Kind::location},
          {"organization_id", Kind::organisation},
          {"service_at_location_id", Kind::placed},
          {"contact_id", Kind::service, &contact_rows}},
         assembler, report, into_list("phones", report));
  attach(contacts,
         {{"organization_id", Kind::organisation},
          {"service_id", Kind::service},
          {"service_at_location_id", Kind::placed},
          {"location_id", Kind::location}},
         assembler, report, into_list("contacts", report));
}

void addresses(Sheet* sheet, const char* type, Assembler& assembler, Report& report) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows)
    // A row that says nothing but where it belongs is to be found out as such.
    if (row.object.size() > 2) row.object["address_type"] = type;
  attach(sheet, {{"location_id", Kind::location}, {"organization_id", Kind::organisation}}, assembler, report,
         into_list("addresses", report));
}

void metadata(Sheet* sheet, Assembler& assembler, Report& report) {
  if (!sheet) return;
  for (SheetRow& row : sheet->rows) {
    const std::string id = text_of(row.object, "resource_id"), type = text_of(row.object, "resource_type");
    Json* target = nullptr;
    for (const auto& [name, kind] :
         {std::pair("service", Kind::service), std::pair("organization", Kind::organisation),
          std::pair("location", Kind::location), std::pair("service_at_location", Kind::placed)})
      if (!target && (type.empty() || type == name)) target = assembler.entry(kind, id);
    row.object.erase("resource_id");
    if (target) {
      list_of(*target, "metadata", {sheet->file, row.line}, report).push_back(row.object);
      report.used(sheet->file);
    } else {
      report.add(Severity::row_not_used, sheet->file, row.line, "resource_id", id,
                 msg("The entry that the row belongs to is not in the data."));
    }
  }
}

void parts_of_v1(Sheets& sheets, Assembler& assembler, Report& report) {
  const auto sheet = [&](std::initializer_list<std::string_view> names) { return find_sheet(sheets, names); };
  addresses(sheet({"physical_addresses"}), "physical", assembler, report);
  addresses(sheet({"postal_addresses"}), "postal", assembler, report);
  phones_and_contacts(sheets, assembler, report);
  regular_schedules(sheet({"regular_schedules"}), assembler, report);
  holiday_schedules(sheet({"holiday_schedules"}), assembler, report);
  rename(sheet({"languages"}), {{"language", "name"}});
  attach(sheet({"languages"}), {{"service_id", Kind::service}, {"location_id", Kind::location}}, assembler,
         report, into_languages(report));
  attach(sheet({"eligibility"}), kService, assembler, report,
         append_text("eligibility", "eligibility_description"));
  attach(sheet({"programs"}), {{"organization_id", Kind::organisation}}, assembler, report,
         into_list("programs", report));
  attach(sheet({"funding", "fundings"}),
         {{"organization_id", Kind::organisation}, {"service_id", Kind::service}}, assembler, report,
         into_list("funding", report));
  attach(sheet({"required_documents"}), kService, assembler, report, into_list("required_documents", report));
  attach(sheet({"payments_accepted", "payment_accepted"}), kService, assembler, report,
         into_list("payments_accepted", report));
  rename(sheet({"service_areas"}), {{"service_area", "name"}});
  attach(sheet({"service_areas"}), kService, assembler, report, into_list("service_areas", report));
  attach(sheet({"accessibility_for_disabilities"}), kLocation, assembler, report,
         into_list("accessibility", report));
  services_taxonomy(sheet({"services_taxonomy", "service_taxonomy"}), assembler, report);
  metadata(sheet({"metadata"}), assembler, report);
}

// All tables of this version, by name, between blanks.
constexpr std::string_view kKnown =
    " organizations locations services services_at_location service_at_location taxonomy "
    "physical_addresses postal_addresses phones contacts contact phone regular_schedules "
    "holiday_schedules languages eligibility programs funding fundings required_documents "
    "payments_accepted payment_accepted service_areas accessibility_for_disabilities "
    "services_taxonomy service_taxonomy metadata ";

}  // namespace

void read_v1(Sheets& sheets, Assembler& assembler, Report& report) {
  const auto sheet = [&](std::initializer_list<std::string_view> names) { return find_sheet(sheets, names); };
  rename(sheet({"accessibility_for_disabilities"}), {{"accessibility", "description"}});
  for (auto& [name, each] : sheets) {
    tidy(each, true, report);
    keep_lists_free(each, report);
  }
  rename(sheet({"organizations"}), {{"url", "website"}});
  make_numbers(sheet({"organizations"}), {"year_incorporated"});
  rename(sheet({"services"}), {{"fees", "fees_description"}});
  rename(sheet({"taxonomy"}), {{"vocabulary", "taxonomy"}});
  if (Sheet* terms = sheet({"taxonomy"}))
    for (SheetRow& row : terms->rows) row.object["code"] = text_of(row.object, "id");
  add_entries(sheet({"organizations"}), Kind::organisation, assembler);
  add_entries(sheet({"locations"}), Kind::location, assembler);
  add_entries(sheet({"services"}), Kind::service, assembler);
  add_entries(sheet({"services_at_location", "service_at_location"}), Kind::placed, assembler);
  add_entries(sheet({"taxonomy"}), Kind::term, assembler);
  assembler.settle();
  parts_of_v1(sheets, assembler, report);
  report_unknown(sheets, kKnown, report);
}

}  // namespace lotse::interchange
