// SPDX-License-Identifier: EUPL-1.2
// The tabular form of HSDS 3: nested parts become rows of their own.
#include <algorithm>
#include <array>

#include "base/id.h"
#include "interchange/assemble.h"
#include "interchange/hsds_export.h"
#include "interchange/table.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

struct Columns {
  std::string_view table, resource, columns;
};

// Order and names as in the standard; members that it does not know come behind.
constexpr std::array<Columns, 22> kTables{{
    {"organizations", "organization",
     "id,name,alternate_name,description,email,website,tax_status,tax_id,year_incorporated,legal_status,logo,"
     "uri,"
     "parent_organization_id"},
    {"programs", "program", "id,organization_id,name,alternate_name,description"},
    {"services", "service",
     "id,organization_id,program_id,name,alternate_name,description,url,email,status,interpretation_services,"
     "application_process,"
     "fees_description,wait_time,fees,accreditations,eligibility_description,minimum_age,maximum_age,assured_"
     "date,assurer_email,"
     "licenses,alert,last_modified"},
    {"attributes", "attribute", "id,link_id,taxonomy_term_id,link_type,link_entity,value"},
    {"service_at_location", "service_at_location", "id,service_id,location_id,description"},
    {"locations", "location",
     "id,location_type,url,organization_id,name,alternate_name,description,transportation,latitude,longitude,"
     "external_identifier,"
     "external_identifier_type"},
    {"phones", "phone",
     "id,location_id,service_id,organization_id,contact_id,service_at_location_id,number,extension,type,"
     "description"},
    {"contacts", "contact",
     "id,organization_id,service_id,service_at_location_id,location_id,name,title,department,email"},
    {"addresses", "address",
     "id,location_id,attention,address_1,address_2,city,region,state_province,postal_code,country,address_"
     "type"},
    {"schedules", "schedule",
     "id,service_id,location_id,service_at_location_id,valid_from,valid_to,dtstart,timezone,until,count,wkst,"
     "freq,interval,byday,"
     "byweekno,bymonthday,byyearday,description,opens_at,closes_at,schedule_link,attending_type,notes"},
    {"funding", "funding", "id,organization_id,service_id,source"},
    {"service_areas", "service_area", "id,service_id,name,description,extent,extent_type,uri"},
    {"required_documents", "required_document", "id,service_id,document,uri"},
    {"languages", "language", "id,service_id,location_id,phone_id,name,code,note"},
    {"accessibility", "accessibility", "id,location_id,description,details,url"},
    {"taxonomy_terms", "taxonomy_term",
     "id,code,name,description,parent_id,taxonomy,language,taxonomy_id,term_uri"},
    {"metadata", "metadata",
     "id,resource_id,resource_type,last_action_date,last_action_type,field_name,previous_value,replacement_"
     "value,updated_by"},
    {"cost_options", "cost_option",
     "id,service_id,valid_from,valid_to,option,currency,amount,amount_description"},
    {"organization_identifiers", "organization_identifier",
     "id,organization_id,identifier_scheme,identifier_type,identifier"},
    {"taxonomies", "taxonomy", "id,name,description,uri,version"},
    {"service_capacities", "service_capacity", "id,service_id,unit_id,available,maximum,description,updated"},
    {"units", "unit", "id,name,scheme,identifier,uri"},
}};

std::string_view table_of_list(std::string_view list) {
  if (list == "capacities") return "service_capacities";
  for (const Columns& each : kTables)
    if (each.table == list) return list;
  return {};
}

// The column that names the owner of a part.
std::string owner_column(std::string_view owner, std::string_view table) {
  if (table == "attributes") return "link_id";
  if (table == "metadata") return "resource_id";
  for (const Columns& each : kTables)
    if (each.table == owner) return std::string(each.resource) + "_id";
  return "";
}

}  // namespace

class Tabular {
 public:
  explicit Tabular(const Exporter& exporter) : e_(exporter) {}

  Files files() {
    for (const auto& o : e_.whole_.organisations) entry("organizations", e_.entry(o), {});
    for (const auto& [id, l] : e_.locations_) entry("locations", with_type(e_.entry(*l)), {});
    for (const auto& s : e_.whole_.services) entry("services", e_.entry(s), {});
    for (const auto& p : e_.whole_.placed) {
      Json json = e_.entry(p);
      if (!e_.locations_.count(p.location_id.text)) json.erase("location_id");
      entry("service_at_location", std::move(json), {});
    }
    for (const auto& t : e_.whole_.terms)
      if (!is_taxonomy(t))
        entry("taxonomy_terms", e_.taxonomy_term(t.id), {});
      else
        entry("taxonomies", e_.taxonomy(t.id), {});
    return written();
  }

 private:
  static Json with_type(Json json) {
    if (!json.contains("location_type")) json["location_type"] = "physical";
    return json;
  }

  // A row, and rows for all parts below it.
  void entry(const std::string& table, Json json,
             const std::vector<std::pair<std::string, std::string>>& owner) {
    const std::string id = text_of(json, "id");
    Json row = Json::object();
    for (auto& [name, value] : json.items()) {
      const auto list = value.is_array() ? table_of_list(name) : std::string_view{};
      if (list.empty())
        flat(table, row, name, value);
      else
        for (Json& each : value)
          if (each.is_object()) entry(std::string(list), each, {{owner_column(table, list), id}});
    }
    for (const auto& [column, value] : owner) row[column] = value;
    add(table, std::move(row), owner);
  }

  void flat(const std::string& table, Json& row, const std::string& name, Json& value) {
    const bool known = value.is_object() && !text_of(value, "id").empty();
    if (known && (name == "taxonomy_term" || name == "taxonomy_detail" || name == "unit")) {
      const std::string column = name == "taxonomy_detail" ? "taxonomy_id" : name + "_id";
      row[column] = value["id"];
      entry(name == "taxonomy_term" ? "taxonomy_terms" : name == "unit" ? "units" : "taxonomies", value, {});
    } else if (value.is_structured()) {
      if (!e_.plain_ && !value.empty()) row[name] = value.dump();
    } else {
      const bool standard = column_is_known(table, name);
      if (standard || !e_.plain_) row[name] = value;
    }
  }

  static bool column_is_known(std::string_view table, const std::string& name) {
    for (const Columns& each : kTables) {
      if (each.table != table) continue;
      const auto columns = split(each.columns, ',');
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    }
    return false;
  }

  // The same part under several owners is one row with several references.
  void add(const std::string& table, Json row,
           const std::vector<std::pair<std::string, std::string>>& owner) {
    auto& rows = rows_[table];
    auto& index = index_[table];
    const std::string id = text_of(row, "id");
    const auto [at, fresh] = index.try_emplace(id, rows.size());
    if (fresh) {
      rows.push_back(std::move(row));
      return;
    }
    Json& before = rows[at->second];
    bool fits = true;
    for (const auto& [name, value] : row.items()) {
      const bool reference = !owner.empty() && name == owner[0].first;
      // A brief copy of a taxonomy term completes nothing and contradicts nothing.
      if (owner.empty()) continue;
      if (reference ? before.contains(name) && before[name] != value : before.value(name, Json()) != value)
        fits = false;
    }
    if (fits) {
      for (const auto& [column, value] : owner) before[column] = value;
      return;
    }
    row["id"] = uuid_of_name(id + owner[0].first + owner[0].second);
    if (index.try_emplace(text_of(row, "id"), rows.size()).second) rows.push_back(std::move(row));
  }

  Files written() const {
    Files files;
    Json resources = Json::array();
    for (const Columns& table : kTables) {
      const auto rows = rows_.find(std::string(table.table));
      if (rows == rows_.end()) continue;
      auto columns = split(table.columns, ',');
      for (const Json& row : rows->second)
        for (const auto& [name, value] : row.items())
          if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
      const std::string name = std::string(table.table) + ".csv";
      std::string& text = files[name];
      text = csv_line(columns);
      for (const Json& row : rows->second) {
        std::vector<std::string> cells;
        for (const auto& column : columns) cells.push_back(cell_text(row.value(column, Json())));
        text += csv_line(cells);
      }
      Json fields = Json::array();
      for (const auto& column : columns) fields.push_back({{"name", column}, {"type", "string"}});
      resources.push_back({{"name", table.resource},
                           {"path", name},
                           {"profile", "tabular-data-resource"},
                           {"schema", {{"fields", fields}, {"primaryKey", "id"}}}});
    }
    const Json package{{"name", "directory"}, {"profile", "tabular-data-package"}, {"resources", resources}};
    files["datapackage.json"] = package.dump(2) + "\n";
    return files;
  }

  const Exporter& e_;
  std::map<std::string, std::vector<Json>> rows_;
  std::map<std::string, std::map<std::string, std::size_t>> index_;
};

Files Exporter::csv() const { return Tabular(*this).files(); }

}  // namespace lotse::interchange
