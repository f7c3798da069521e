// SPDX-License-Identifier: EUPL-1.2
// HSDS 3 as JSON: entries nested in each other are taken apart.
#include <algorithm>
#include <array>
#include <optional>

#include "interchange/hsds_rows.h"

namespace lotse::interchange {
namespace {

Json take(Json& object, const char* member) {
  const auto at = object.find(member);
  if (at == object.end()) return nullptr;
  Json value = std::move(*at);
  object.erase(member);
  return value;
}

class Splitter {
 public:
  Splitter(Assembler& assembler, Report& report) : assembler_(assembler), report_(report) {}

  void organisation(Json o, const Origin& at, bool nested) {
    if (!o.is_object()) return assembler_.add(Kind::organisation, std::move(o), at, nested);
    const Json id = o.value("id", Json());
    for (Json& service : list(o, "services", at)) {
      if (service.is_object() && !service.contains("organization") && !service.contains("organization_id"))
        service["organization_id"] = id;
      this->service(std::move(service), at, true);
    }
    for (Json& location : list(o, "locations", at)) {
      if (location.is_object() && !location.contains("organization_id")) location["organization_id"] = id;
      this->location(std::move(location), at, true);
    }
    assembler_.add(Kind::organisation, std::move(o), at, nested);
  }

  void location(Json l, const Origin& at, bool nested) {
    if (l.is_object()) languages(l, nullptr, at);
    assembler_.add(Kind::location, std::move(l), at, nested);
  }

  void service(Json s, const Origin& at, bool nested) {
    if (!s.is_object()) return assembler_.add(Kind::service, std::move(s), at, nested);
    const Json id = s.value("id", Json());
    one(s, "organization", "organization_id", at, [&](Json o) { organisation(std::move(o), at, true); });
    one(s, "program", "program_id", at, [&](Json program) {
      Json owner{{"id", s.value("organization_id", Json())}, {"programs", Json::array({std::move(program)})}};
      assembler_.add(Kind::organisation, std::move(owner), at, true);
    });
    for (Json& placed : list(s, "service_at_locations", at)) {
      if (placed.is_object() && !placed.contains("service")) placed["service_id"] = id;
      this->placed(std::move(placed), at, true);
    }
    languages(s, &s, at);
    assembler_.add(Kind::service, std::move(s), at, nested);
  }

  void placed(Json p, const Origin& at, bool nested) {
    if (!p.is_object()) return assembler_.add(Kind::placed, std::move(p), at, nested);
    one(p, "service", "service_id", at, [&](Json s) { service(std::move(s), at, true); });
    one(p, "location", "location_id", at, [&](Json l) { location(std::move(l), at, true); });
    assembler_.add(Kind::placed, std::move(p), at, nested);
  }

  void entry(Kind kind, Json value, const Origin& at) {
    switch (kind) {
      case Kind::organisation:
        return organisation(std::move(value), at, false);
      case Kind::location:
        return location(std::move(value), at, false);
      case Kind::service:
        return service(std::move(value), at, false);
      case Kind::placed:
        return placed(std::move(value), at, false);
      default:
        return assembler_.add(kind, std::move(value), at);
    }
  }

 private:
  // A list of nested entries; what is no list stays where it is and will be in `rest`.
  Json list(Json& object, const char* member, const Origin& at) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_null()) return Json::array();
    if (!found->is_array()) {
      report_.add(Severity::value_not_used, at.file, at.line, member, found->dump(),
                  msg("This is no list; it was kept, but is not used."));
      return Json::array();
    }
    return take(object, member);
  }

  // A nested entry becomes a reference to it.
  template <class Then>
  void one(Json& object, const char* member, const char* reference, const Origin& at, Then then) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_null()) return;
    if (!found->is_object() || text_of(*found, "id").empty()) {
      report_.add(Severity::value_not_used, at.file, at.line, member, found->dump(),
                  msg("This is no entry with an id; it was kept, but is not used."));
      return;
    }
    object[reference] = text_of(*found, "id");
    then(take(object, member));
  }

  void languages(Json& object, Json* service, const Origin& at) {
    const auto found = object.find("languages");
    if (found == object.end() || !found->is_array()) return;
    Json all = Json::array();
    for (const Json& each : take(object, "languages"))
      for (Json& element : language_elements(each, service, at, report_)) all.push_back(std::move(element));
    object["languages"] = std::move(all);
  }

  Assembler& assembler_;
  Report& report_;
};

std::optional<Kind> kind_of_name(std::string_view name) {
  struct Known {
    std::string_view name;
    Kind kind;
  };
  // Longer names first: "services" is within "services_at_location".
  constexpr std::array<Known, 8> kKnown{{{"service_at_location", Kind::placed},
                                         {"services_at_location", Kind::placed},
                                         {"taxonomy_term", Kind::term},
                                         {"taxonom", Kind::taxonomy},
                                         {"organization", Kind::organisation},
                                         {"organisation", Kind::organisation},
                                         {"location", Kind::location},
                                         {"service", Kind::service}}};
  for (const auto& known : kKnown)
    if (name.find(known.name) != name.npos) return known.kind;
  return std::nullopt;
}

bool has_any(const Json& object, std::initializer_list<const char*> members) {
  return std::any_of(members.begin(), members.end(), [&](const char* m) { return object.contains(m); });
}

// By its members; where they could belong to two kinds, by the name of the file or list.
std::optional<Kind> kind_of(const Json& o, std::string_view name) {
  const auto named = kind_of_name(name);
  if (!o.is_object()) return named;
  const bool service = has_any(o, {"service", "service_id"}),
             location = has_any(o, {"location", "location_id"});
  if (service && location) return Kind::placed;
  if (has_any(o, {"location_type", "latitude", "addresses"})) return Kind::location;
  if (has_any(o, {"organization", "service_at_locations", "application_process", "fees_description"}))
    return Kind::service;
  // A location says whose it is, too.
  if (o.contains("organization_id")) return named ? named : Kind::service;
  if (has_any(o, {"taxonomy_detail", "term_uri", "taxonomy_id"})) return Kind::term;
  if (has_any(o, {"services", "programs", "legal_status", "website", "organization_identifiers",
                  "year_incorporated", "parent_organization_id", "tax_status", "locations"}))
    return Kind::organisation;
  return named;
}

}  // namespace

Result<void> read_hsds_json(const std::string& file, JsonFile json, Assembler& assembler, Report& report) {
  Splitter splitter(assembler, report);
  const auto read = [&](Json value, std::size_t line, std::string_view name) {
    report.read(file);
    const auto kind = kind_of(value, name);
    if (kind) return splitter.entry(*kind, std::move(value), {file, line});
    report.add(Severity::row_not_used, file, line, "",
               value.dump(-1, ' ', false, Json::error_handler_t::replace),
               msg("It cannot be told what kind of entry this is."));
  };
  const std::string name = base_name(file);
  for (JsonItem& item : json.items) {
    const bool alone = json.items.size() == 1 && json.list.empty();
    // A file with several lists, each under the name of its kind.
    const bool lists = alone && item.value.is_object() && !item.value.contains("id");
    if (lists && item.value.contains("openapi_url")) {
      report.add(Severity::note, file, item.line, "", "",
                 msg("This file describes an interface; it holds no entries."));
    } else if (lists) {
      for (auto& [member, value] : item.value.items()) {
        const auto kind = kind_of_name(member);
        if (!kind || !value.is_array()) {
          report.add(Severity::value_not_used, file, item.line, member, value.dump(),
                     msg("It cannot be told what kind of entry this is."));
          continue;
        }
        for (Json& each : value) read(std::move(each), 0, member);
      }
    } else {
      read(std::move(item.value), item.line, json.list.empty() || json.list == "contents" ? name : json.list);
    }
  }
  return {};
}

}  // namespace lotse::interchange
