// SPDX-License-Identifier: EUPL-1.2
#include "interchange/assemble.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/fold.h"
#include "interchange/language_text.h"
#include "interchange/typed.h"
#include "topic/topic.h"

namespace lotse::interchange {
namespace {

constexpr std::array<const char*, 6> kNames{"organisation", "location", "service",
                                            "placed",       "term",     "taxonomy"};

std::string brief(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The element of a list that has this id.
Json* with_id(Json& list, const Json& element) {
  const std::string id = text_of(element, "id");
  if (id.empty()) return nullptr;
  for (Json& each : list)
    if (each.is_object() && text_of(each, "id") == id) return &each;
  return nullptr;
}

}  // namespace

std::string text_of(const Json& object, std::string_view member) {
  if (!object.is_object()) return {};
  const auto at = object.find(member);
  if (at == object.end()) return {};
  return typed::as_text(*at).value_or("");
}

void keep(Json& entry, const std::string& name, Json value) {
  Json& kept = entry[kKept];
  if (!kept.is_object() && !kept.is_null()) kept = Json{{kKept, std::exchange(kept, nullptr)}};
  kept[name] = std::move(value);
}

Json& list_of(Json& entry, const std::string& name, const Origin& at, Report& report) {
  const auto found = entry.find(name);
  if (found != entry.end() && !found->is_array() && !found->is_null()) {
    Json value = std::exchange(*found, Json::array());
    report.add(Severity::value_not_used, at.file, at.line, name, brief(value),
               msg("This is no list; it was kept, but is not used."));
    keep(entry, name, std::move(value));
  }
  Json& list = entry[name];
  if (list.is_null()) list = Json::array();
  return list;
}

bool looks_garbled(std::string_view text) {
  for (const std::string_view sign : {"GÇ", "+¦", "Ã¤", "Ã¶", "Ã¼", "ÃŸ", "Ã©", "â€", "\xEF\xBF\xBD"})
    if (text.find(sign) != text.npos) return true;
  return false;
}

void Assembler::add(Kind kind, Json object, Origin at, bool nested) {
  if (!object.is_object()) {
    report_.add(Severity::row_not_used, at.file, at.line, "", brief(object),
                msg("This is no object with members."));
    return;
  }
  const std::string id(trimmed(text_of(object, "id")));
  if (id.empty()) {
    report_.add(Severity::row_not_used, at.file, at.line, "id", text_of(object, "name"),
                msg("There is no id."));
    return;
  }
  Shelf& s = shelf(kind);
  const auto [place, fresh] = s.index.try_emplace(id, s.entries.size());
  if (fresh)
    s.entries.push_back({std::move(object), std::move(at), id, nested, false});
  else
    same_again(s.entries[place->second], std::move(object), at, nested);
}

void Assembler::same_again(Entry& before, Json object, const Origin& at, bool nested) {
  if (!nested && !before.nested) {
    report_.add(Severity::row_not_used, at.file, at.line, "id", before.foreign_id,
                before.json == object ? msg("The same entry stood before.")
                                      : msg("Another entry with this id stood before."));
    return;
  }
  if (nested) {
    complete(before.json, object, at, "");
    return;
  }
  // What stands on its own counts more than what was found inside something else.
  const Json inside = std::exchange(before.json, std::move(object));
  const Origin was = std::exchange(before.at, at);
  before.nested = false;
  complete(before.json, inside, was, "");
}

void Assembler::complete(Json& into, const Json& from, const Origin& at, const std::string& field) {
  for (const auto& [name, value] : from.items()) {
    const auto here = into.find(name);
    if (here == into.end() || here->is_null()) {
      into[name] = value;
    } else if (*here == value || value.is_null()) {
      continue;
    } else if (here->is_array() && value.is_array()) {
      for (const Json& element : value) {
        if (std::find(here->begin(), here->end(), element) != here->end()) continue;
        Json* same = element.is_object() ? with_id(*here, element) : nullptr;
        if (same)
          complete(*same, element, at, name);
        else
          here->push_back(element);
      }
    } else if (here->is_object() && value.is_object()) {
      complete(*here, value, at, name);
    } else {
      report_.add(Severity::value_not_used, at.file, at.line, field.empty() ? name : field + "." + name,
                  brief(value), msg("The same entry says something else in another place."));
    }
  }
}

void Assembler::refuse_entry(Entry& entry, std::string field, Text reason) {
  entry.refused = true;
  const std::string value = field.empty() ? text_of(entry.json, "name") : text_of(entry.json, field);
  report_.add(Severity::row_not_used, entry.at.file, entry.at.line, std::move(field),
              value.empty() ? entry.foreign_id : value, std::move(reason));
}

void Assembler::settle() {
  for (Entry& e : shelf(Kind::organisation).entries)
    if (text_of(e.json, "name").empty()) refuse_entry(e, "name", msg("There is no name."));
  for (Entry& e : shelf(Kind::service).entries) settle_service(e);
  for (Entry& e : shelf(Kind::placed).entries) settle_placed(e);
}

void Assembler::settle_service(Entry& entry) {
  if (text_of(entry.json, "name").empty()) return refuse_entry(entry, "name", msg("There is no name."));
  const std::string organisation = text_of(entry.json, "organization_id");
  const State known = state(Kind::organisation, organisation);
  if (known == State::good) return;
  if (organisation.empty())
    return refuse_entry(entry, "organization_id",
                        msg("The service does not say which organisation offers it."));
  if (known == State::refused || !placeholders_)
    return refuse_entry(entry, "organization_id",
                        msg("The organisation that offers this service is not in the data."));
  make_placeholder(organisation, entry.at);
}

void Assembler::make_placeholder(const std::string& foreign_id, const Origin& at) {
  report_.add(
      Severity::value_changed, at.file, at.line, "organization_id", foreign_id,
      msg("The organisation is not in the data; an entry that has nothing but its number stands for it."));
  Shelf& s = shelf(Kind::organisation);
  s.index.emplace(foreign_id, s.entries.size());
  s.entries.push_back({Json{{"id", foreign_id}, {"name", foreign_id}}, at, foreign_id, true, false});
}

void Assembler::settle_placed(Entry& entry) {
  if (state(Kind::service, text_of(entry.json, "service_id")) != State::good)
    return refuse_entry(entry, "service_id",
                        msg("The service that it belongs to is not in the data or was not used."));
  if (state(Kind::location, text_of(entry.json, "location_id")) != State::good)
    return refuse_entry(entry, "location_id",
                        msg("The location that it belongs to is not in the data or was not used."));
}

Assembler::State Assembler::state(Kind kind, const std::string& foreign_id) const {
  const Shelf& s = shelf(kind);
  const auto at = s.index.find(foreign_id);
  if (at == s.index.end()) return State::unknown;
  return s.entries[at->second].refused ? State::refused : State::good;
}

Json* Assembler::entry(Kind kind, const std::string& foreign_id) {
  if (state(kind, foreign_id) != State::good) return nullptr;
  Shelf& s = shelf(kind);
  return &s.entries[s.index.find(foreign_id)->second].json;
}

std::string Assembler::refer(Json& object, const char* member, Kind kind, const Origin& at, Json& kept) {
  const std::string foreign = text_of(object, member);
  object.erase(member);
  if (foreign.empty()) return {};
  const std::string ours = directory::id_for(source_, kNames[static_cast<std::size_t>(kind)], foreign);
  if (state(kind, foreign) == State::good) return ours;
  // An id that is unique in the world may be resolved by a later import; a number of some other table may
  // not.
  report_.add(Severity::value_not_used, at.file, at.line, member, foreign,
              msg("There is no such entry in the data."));
  if (ours == foreign) return ours;
  kept[member] = foreign;
  return {};
}

template <class T>
T Assembler::typed(Entry& entry, const char* kind, Json kept) {
  Json& json = entry.json;
  json["id"] = directory::id_for(source_, kind, entry.foreign_id);
  // Parts without an id of their own are named after their parent.
  for (auto& [name, list] : json.items())
    if (list.is_array())
      for (Json& element : list)
        if (element.is_object()) element["lotse_parent"] = json["id"];
  typed::Cleaner cleaner{source_, entry.at, report_, std::move(kept)};
  typed::clean<T>(json, cleaner, "");
  T thing;
  CHECK(from_json(json, thing, &thing.rest));
  for (auto& [name, list] : thing.rest.items())
    if (list.is_array())
      for (Json& element : list)
        if (element.is_object()) element.erase("lotse_parent");
  for (auto& [name, value] : cleaner.kept.items()) keep(thing.rest, name, std::move(value));
  if (!cleaner.parts.empty()) {
    if (const auto parts = thing.rest.find(kParts); parts != thing.rest.end() && !parts->is_object())
      keep(thing.rest, kParts, std::exchange(*parts, Json::object()));
    thing.rest[kParts].update(cleaner.parts);
  }
  return thing;
}

directory::Organisation Assembler::organisation(Entry& entry) {
  Json kept = Json::object();
  const std::string parent = refer(entry.json, "parent_organization_id", Kind::organisation, entry.at, kept);
  auto o = typed<directory::Organisation>(entry, "organisation", std::move(kept));
  o.parent_organization_id = parent;
  return o;
}

directory::Location Assembler::location(Entry& entry) {
  Json kept = Json::object();
  const std::string organisation = refer(entry.json, "organization_id", Kind::organisation, entry.at, kept);
  auto l = typed<directory::Location>(entry, "location", std::move(kept));
  l.organization_id.text = organisation;
  const bool any = l.latitude || l.longitude;
  if (any && !(l.latitude && l.longitude && is_valid(Point{*l.latitude, *l.longitude})))
    report_.add(
        Severity::value_not_used, entry.at.file, entry.at.line, "latitude",
        (l.latitude ? Json(*l.latitude).dump() : "") + " / " + (l.longitude ? Json(*l.longitude).dump() : ""),
        msg("This is no place on earth; the values were kept, but no point is used."));
  return l;
}

namespace {

// Topics, groups and languages that we do not know stay in the entry, but nobody finds it by them.
void tell_unknown_keys(const Json& service, const Origin& at, Report& report) {
  const auto tell = [&](const char* member, const auto& is_known) {
    const auto list = service.find(member);
    if (list == service.end() || !list->is_array()) return;
    for (const Json& each : *list)
      if (!each.is_string() || !is_known(each.get_ref<const std::string&>()))
        report.add(Severity::value_not_used, at.file, at.line, member, brief(each),
                   msg("We do not know this word; it was kept, but is not used."));
  };
  tell("lotse_topics", is_topic);
  tell("lotse_audience", is_audience);
  tell("lotse_interpreters", words::is_language);
}

}  // namespace

directory::Service Assembler::service(Entry& entry) {
  Json kept = Json::object();
  const std::string status = text_of(entry.json, "status");
  constexpr std::array<std::string_view, 4> kStatus{"active", "inactive", "defunct", "temporarily closed"};
  if (status.empty()) {
    report_.add(Severity::note, entry.at.file, entry.at.line, "status", "",
                msg("There is no status; the service counts as active."));
    entry.json["status"] = "active";
  } else if (std::find(kStatus.begin(), kStatus.end(), status) == kStatus.end()) {
    report_.add(Severity::value_changed, entry.at.file, entry.at.line, "status", status,
                msg("The standard does not know this status; the service counts as inactive."));
    kept["status"] = entry.json["status"];
    entry.json["status"] = "inactive";
  }
  if (text_of(entry.json, "lotse_language").empty()) entry.json["lotse_language"] = language_;
  const std::string organisation = refer(entry.json, "organization_id", Kind::organisation, entry.at, kept);
  if (const auto program = text_of(entry.json, "program_id"); !program.empty())
    entry.json["program_id"] = directory::id_for(source_, "programs", program);
  tell_unknown_keys(entry.json, entry.at, report_);
  auto s = typed<directory::Service>(entry, "service", std::move(kept));
  s.organization_id.text = organisation;
  return s;
}

directory::Placed Assembler::placed(Entry& entry) {
  Json kept = Json::object();
  const std::string service = refer(entry.json, "service_id", Kind::service, entry.at, kept);
  const std::string location = refer(entry.json, "location_id", Kind::location, entry.at, kept);
  auto p = typed<directory::Placed>(entry, "placed", std::move(kept));
  p.service_id.text = service;
  p.location_id.text = location;
  return p;
}

directory::Term Assembler::term(Entry& entry, bool taxonomy) {
  Json kept = Json::object();
  std::string parent;
  if (!taxonomy) parent = refer(entry.json, "parent_id", Kind::term, entry.at, kept);
  if (const auto detail = entry.json.find("taxonomy_detail");
      detail != entry.json.end() && detail->is_object())
    if (const auto id = text_of(*detail, "id"); !id.empty())
      (*detail)["id"] = directory::id_for(source_, "taxonomy", id);
  auto t = typed<directory::Term>(entry, taxonomy ? "taxonomy" : "term", std::move(kept));
  t.parent_id = taxonomy ? t.parent_id : parent;
  if (taxonomy) t.rest[kTaxonomy] = true;
  return t;
}

template <class T, class Make>
void Assembler::collect(Kind kind, std::vector<directory::Batch::Item<T>>& items, Make make) {
  for (Entry& entry : shelf(kind).entries) {
    if (entry.refused) continue;
    items.push_back({make(entry), (kind == Kind::taxonomy ? "taxonomy:" : "") + entry.foreign_id});
    entry.json = nullptr;
    if (!entry.nested) report_.used(entry.at.file);
  }
}

directory::Batch Assembler::finish() {
  directory::Batch batch;
  batch.source = source_;
  collect(Kind::organisation, batch.organisations, [&](Entry& e) { return organisation(e); });
  collect(Kind::location, batch.locations, [&](Entry& e) { return location(e); });
  collect(Kind::service, batch.services, [&](Entry& e) { return service(e); });
  collect(Kind::placed, batch.placed, [&](Entry& e) { return placed(e); });
  tell_unplaced(batch);
  collect(Kind::term, batch.terms, [&](Entry& e) { return term(e, false); });
  collect(Kind::taxonomy, batch.terms, [&](Entry& e) { return term(e, true); });
  return batch;
}

// Such a service is found by words, but nobody finds it near home.
void Assembler::tell_unplaced(const directory::Batch& batch) {
  std::set<std::string_view> placed;
  for (const auto& item : batch.placed) placed.insert(item.thing.service_id.text);
  for (const auto& item : batch.services) {
    if (item.thing.lotse_everywhere || placed.count(item.thing.id.text)) continue;
    const Shelf& s = shelf(Kind::service);
    const Origin& at = s.entries[s.index.find(item.foreign_id)->second].at;
    report_.add(Severity::note, at.file, at.line, "location_id", item.thing.name,
                msg("The service has no place; it will not be found by distance."));
  }
}

bool is_topic(const std::string& key) {
  static const topic::Catalogue catalogue(topic::starting_catalogue());
  return catalogue.find(key) != nullptr;
}

bool is_audience(const std::string& key) {
  return std::find(directory::kAudiences.begin(), directory::kAudiences.end(), key) !=
         directory::kAudiences.end();
}

Json language_elements(const Json& element, Json* service, const Origin& at, Report& report) {
  const std::string name = text_of(element, "name");
  if (!element.is_object() || name.empty() || !text_of(element, "code").empty())
    return Json::array({element});
  const LanguageText read = read_languages(name);
  const auto tell = [&](Severity severity, std::string_view value, Text reason) {
    report.add(severity, at.file, at.line, "language", value, std::move(reason));
  };
  Json list = Json::array();
  const auto add = [&](const directory::SpokenLanguage& language) {
    Json one = element;
    if (!list.empty()) one.erase("id");
    // A single language keeps the text as it was written, brackets and all.
    one["name"] = language.name;
    if (!language.code.empty()) one["code"] = language.code;
    const std::string note = text_of(one, "note");
    if (!language.note.empty()) one["note"] = note.empty() ? language.note : note + "; " + language.note;
    list.push_back(std::move(one));
  };
  for (const auto& language : read.languages) {
    add(language);
    if (language.code.empty())
      tell(Severity::value_not_used, language.name, msg("We do not know this language; its name was kept."));
  }
  for (const auto& [text, understood] : {std::pair(read.remarks, true), std::pair(read.unclear, false)}) {
    if (text.empty()) continue;
    if (service) {
      const std::string said = text_of(*service, "interpretation_services");
      if (said.find(text) == std::string::npos)
        (*service)["interpretation_services"] = said.empty() ? text : said + "\n" + text;
    } else if (!read.languages.empty()) {
      add({"", text, "", ""});
    } else {
      list = Json::array({element});
    }
    if (service && understood)
      tell(Severity::value_changed, text,
           msg("This speaks of interpreters; it was put under interpretation."));
    else
      tell(Severity::value_not_used, text, msg("This speaks of interpreters; it was kept as text only."));
  }
  if (!service) return list;
  if (read.interpreter_on_request) (*service)["lotse_interpreter_on_request"] = true;
  for (const auto& code : read.interpreters) {
    Json& codes = list_of(*service, "lotse_interpreters", at, report);
    if (std::find(codes.begin(), codes.end(), Json(code)) == codes.end()) codes.push_back(code);
  }
  return list;
}

}  // namespace lotse::interchange
