// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hsds_export.h"

#include <algorithm>
#include <array>

#include "base/fold.h"
#include "interchange/assemble.h"
#include "interchange/language_text.h"

namespace lotse::interchange {
namespace {

// The part at a path such as "/contacts/<id>/phones/<id>"; null if it is gone.
Json* part_at(Json& object, std::string_view path) {
  Json* at = &object;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    const auto list = at->find(std::string(path.substr(0, slash)));
    if (slash == path.npos || list == at->end() || !list->is_array()) return nullptr;
    path.remove_prefix(slash + 1);
    const auto end = path.find('/');
    const auto id = path.substr(0, end);
    Json* found = nullptr;
    for (Json& each : *list)
      if (each.is_object() && each.value("id", "") == id) found = &each;
    if (!found) return nullptr;
    at = found;
    path = end == path.npos ? std::string_view{} : path.substr(end);
  }
  return at;
}

void put_back(Json& object, const Json& rest) {
  for (const auto& [name, value] : rest.items())
    if (name != kParts && !object.contains(name)) object[name] = value;
  const auto parts = rest.find(kParts);
  if (parts == rest.end() || !parts->is_object()) return;
  for (const auto& [path, members] : parts->items()) {
    Json* part = path.starts_with('/') && members.is_object() ? part_at(object, path) : nullptr;
    if (!part) continue;
    for (const auto& [name, value] : members.items())
      if (!part->contains(name)) (*part)[name] = value;
  }
}

// What the standard wants to be there, with what stands for "nothing".
struct Needed {
  std::string_view list, member, otherwise;
};
constexpr std::array<Needed, 16> kNeeded{{{"addresses", "address_1", ""},
                                          {"addresses", "city", ""},
                                          {"addresses", "state_province", ""},
                                          {"addresses", "postal_code", ""},
                                          {"addresses", "country", ""},
                                          {"addresses", "address_type", "physical"},
                                          {"phones", "number", ""},
                                          {"programs", "name", ""},
                                          {"programs", "description", ""},
                                          {"organization_identifiers", "identifier_type", ""},
                                          {"organization_identifiers", "identifier", ""},
                                          {"metadata", "last_action_date", ""},
                                          {"metadata", "last_action_type", ""},
                                          {"metadata", "field_name", ""},
                                          {"metadata", "previous_value", ""},
                                          {"metadata", "replacement_value", ""}}};

void complete_part(Json& part, std::string_view list) {
  for (const Needed& need : kNeeded)
    if (need.list == list && !part.contains(need.member)) part[std::string(need.member)] = need.otherwise;
  if (list == "metadata" && !part.contains("updated_by")) part["updated_by"] = "";
  if (list == "languages" || list == "lotse_languages")
    if (const auto code = part.find("code"); code != part.end() && code->is_string())
      *code = short_code(code->get<std::string>());
  if (const auto term = part.find("taxonomy_term");
      list == "attributes" && term != part.end() && term->is_object())
    for (const char* member : {"name", "description"})
      if (!term->contains(member)) (*term)[member] = "";
}

void complete_parts(Json& object, bool plain) {
  if (plain) {
    std::vector<std::string> ours;
    for (const auto& [name, value] : object.items())
      if (name.starts_with("lotse_")) ours.push_back(name);
    for (const auto& name : ours) object.erase(name);
  }
  for (auto& [name, value] : object.items()) {
    if (!value.is_array()) continue;
    for (Json& each : value) {
      if (!each.is_object()) continue;
      complete_part(each, name);
      complete_parts(each, plain);
    }
  }
}

// Members that say no more than their absence would.
template <class T>
void drop_defaults(Json& object) {
  static const Json nothing = to_json(T{});
  for (const auto& [name, value] : nothing.items())
    if (name.starts_with("lotse_") && name != "lotse_language" && object.contains(name) &&
        object[name] == value)
      object.erase(name);
}

void only_flat(Json& object) {
  std::vector<std::string> lists;
  for (const auto& [name, value] : object.items())
    if (value.is_array() && !name.starts_with("lotse_")) lists.push_back(name);
  for (const auto& name : lists) object.erase(name);
}

template <class T, class Map>
const T* found(const Map& map, std::string_view id) {
  const auto at = map.find(id);
  return at == map.end() ? nullptr : at->second;
}

template <class Map>
auto listed(const Map& map, std::string_view id) {
  const auto at = map.find(id);
  return at == map.end() ? typename Map::mapped_type{} : at->second;
}

}  // namespace

bool is_taxonomy(const directory::Term& term) {
  return term.rest.is_object() && term.rest.value(kTaxonomy, false);
}

Exporter::Exporter(const directory::Whole& whole, bool plain) : whole_(whole), plain_(plain) {
  for (const auto& o : whole.organisations) organisations_[o.id.text] = &o;
  for (const auto& l : whole.locations) {
    // The second lock: whoever hands us a confidential place, it is not here.
    if (l.lotse_confidential) continue;
    locations_[l.id.text] = &l;
    if (!l.organization_id.empty()) locations_of_[l.organization_id.text].push_back(&l);
  }
  for (const auto& s : whole.services) {
    services_[s.id.text] = &s;
    services_of_[s.organization_id.text].push_back(&s);
  }
  for (const auto& p : whole.placed) {
    placed_[p.id.text] = &p;
    places_of_[p.service_id.text].push_back(&p);
  }
  for (const auto& t : whole.terms) terms_[t.id] = &t;
}

template <class T>
Json Exporter::entry(const T& thing) const {
  Json json = to_json(thing);
  drop_defaults<T>(json);
  put_back(json, thing.rest);
  complete_parts(json, plain_);
  return json;
}
// The table form calls them from its own file.
template Json Exporter::entry(const directory::Organisation&) const;
template Json Exporter::entry(const directory::Location&) const;
template Json Exporter::entry(const directory::Service&) const;
template Json Exporter::entry(const directory::Placed&) const;

Json Exporter::program(const directory::Service& s) const {
  const auto* o = found<directory::Organisation>(organisations_, s.organization_id.text);
  if (!o || s.program_id.empty()) return nullptr;
  const Json owner = organization(*o, Depth::full, false);
  for (const Json& each : owner.value("programs", Json::array()))
    if (each.value("id", "") == s.program_id) return each;
  return nullptr;
}

Json Exporter::location(const directory::Location& l, Depth depth) const {
  Json json = entry(l);
  json.erase("organization_id");
  if (!json.contains("location_type")) json["location_type"] = "physical";
  if (depth == Depth::brief) only_flat(json);
  return json;
}

Json Exporter::organization(const directory::Organisation& o, Depth depth, bool with_locations) const {
  Json json = entry(o);
  if (!json.contains("description")) json["description"] = "";
  if (depth == Depth::brief) {
    only_flat(json);
    return json;
  }
  if (with_locations)
    for (const auto* l : listed(locations_of_, o.id.text))
      json["locations"].push_back(location(*l, Depth::full));
  return json;
}

Json Exporter::placed(const directory::Placed& p, Depth depth, bool with_service) const {
  Json json = entry(p);
  json.erase("service_id");
  json.erase("location_id");
  if (depth == Depth::brief) only_flat(json);
  if (const auto* l = found<directory::Location>(locations_, p.location_id.text))
    json["location"] = location(*l, depth);
  const auto* s = with_service ? found<directory::Service>(services_, p.service_id.text) : nullptr;
  if (s) json["service"] = service(*s, depth, true, false);
  return json;
}

Json Exporter::service(const directory::Service& s, Depth depth, bool with_organization,
                       bool with_places) const {
  Json json = entry(s);
  json.erase("organization_id");
  json.erase("program_id");
  if (depth == Depth::brief) only_flat(json);
  const auto* o =
      with_organization ? found<directory::Organisation>(organisations_, s.organization_id.text) : nullptr;
  if (o) json["organization"] = organization(*o, depth, depth == Depth::full);
  if (Json p = program(s); !p.is_null()) json["program"] = std::move(p);
  if (with_places)
    for (const auto* each : listed(places_of_, s.id.text))
      json["service_at_locations"].push_back(placed(*each, depth, false));
  return json;
}

Json Exporter::service_full(std::string_view id) const {
  const auto* s = found<directory::Service>(services_, id);
  return s ? service(*s, Depth::full, true, true) : Json();
}

Json Exporter::organization_full(std::string_view id) const {
  const auto* o = found<directory::Organisation>(organisations_, id);
  if (!o) return nullptr;
  Json json = organization(*o, Depth::full, true);
  for (const auto* s : listed(services_of_, id))
    json["services"].push_back(service(*s, Depth::full, false, true));
  return json;
}

Json Exporter::service_at_location_full(std::string_view id) const {
  const auto* p = found<directory::Placed>(placed_, id);
  return p ? placed(*p, Depth::full, true) : Json();
}

Json Exporter::location_full(std::string_view id) const {
  const auto* l = found<directory::Location>(locations_, id);
  return l ? location(*l, Depth::full) : Json();
}

Json Exporter::taxonomy_term(std::string_view id) const {
  const auto* t = found<directory::Term>(terms_, id);
  if (!t || is_taxonomy(*t)) return nullptr;
  Json json = entry(*t);
  for (const char* member : {"name", "description"})
    if (!json.contains(member)) json[member] = "";
  return json;
}

Json Exporter::taxonomy(std::string_view id) const {
  const auto* t = found<directory::Term>(terms_, id);
  if (!t || !is_taxonomy(*t)) return nullptr;
  Json json = entry(*t);
  json.erase(kTaxonomy);
  for (const char* member : {"name", "description"})
    if (!json.contains(member)) json[member] = "";
  return json;
}

Json Exporter::service_brief(std::string_view id) const {
  const auto* s = found<directory::Service>(services_, id);
  return s ? service(*s, Depth::brief, true, false) : Json();
}

Json Exporter::organization_brief(std::string_view id) const {
  const auto* o = found<directory::Organisation>(organisations_, id);
  return o ? organization(*o, Depth::brief, false) : Json();
}

Json Exporter::service_at_location_brief(std::string_view id) const {
  const auto* p = found<directory::Placed>(placed_, id);
  return p ? placed(*p, Depth::brief, true) : Json();
}

Json Exporter::location_brief(std::string_view id) const {
  const auto* l = found<directory::Location>(locations_, id);
  return l ? location(*l, Depth::brief) : Json();
}

Files Exporter::json() const {
  Files files;
  const auto write = [&](const std::string& name, const auto& things, const auto& make) {
    // Written piece by piece: the whole as one tree would need many times the memory of its text.
    std::string& text = files[name];
    for (const auto& thing : things) {
      const Json json = make(thing);
      if (!json.is_null()) text += (text.empty() ? "[\n" : ",\n") + json.dump();
    }
    text += text.empty() ? "[]\n" : "\n]\n";
  };
  write("services.json", whole_.services,
        [&](const auto& s) { return service(s, Depth::inner, true, true); });
  write("organizations.json", whole_.organisations,
        [&](const auto& o) { return organization(o, Depth::full, true); });
  write("locations.json", whole_.locations, [&](const auto& l) { return location_full(l.id.text); });
  write("service_at_locations.json", whole_.placed,
        [&](const auto& p) { return placed(p, Depth::inner, true); });
  write("taxonomy_terms.json", whole_.terms, [&](const auto& t) { return taxonomy_term(t.id); });
  write("taxonomies.json", whole_.terms, [&](const auto& t) { return taxonomy(t.id); });
  return files;
}

Json service_full(const directory::Whole& whole, std::string_view id, bool plain) {
  return Exporter(whole, plain).service_full(id);
}
Json organization_full(const directory::Whole& whole, std::string_view id, bool plain) {
  return Exporter(whole, plain).organization_full(id);
}
Json service_at_location_full(const directory::Whole& whole, std::string_view id, bool plain) {
  return Exporter(whole, plain).service_at_location_full(id);
}
Files export_json(const directory::Whole& whole, bool plain) { return Exporter(whole, plain).json(); }
Files export_csv(const directory::Whole& whole, bool plain) { return Exporter(whole, plain).csv(); }

}  // namespace lotse::interchange
