// SPDX-License-Identifier: EUPL-1.2
#include "directory/history.h"

#include <optional>

#include "base/check.h"
#include "directory/entry.h"
#include "directory/many.h"
#include "directory/merge.h"

namespace lotse::directory {
namespace {

constexpr std::int64_t kKeepMs = 730 * 24 * 3'600'000LL;
constexpr std::string_view kTexts = "lotse_texts";

constexpr sql::Statement kService{"directory.history_service", "SELECT doc FROM service WHERE id = $1"};
constexpr sql::Statement kCount{"directory.count_revisions",
                                "SELECT count(*) FROM revision WHERE unit_id = $1 AND service_id = $2"};
constexpr sql::Statement kRevisions{
    "directory.revisions",
    "SELECT version, made_ms, way, source, undone, account, acting_as, was, became FROM revision "
    "WHERE unit_id = $1 AND service_id = $2 ORDER BY version DESC LIMIT $3 OFFSET $4"};
constexpr sql::Statement kOne{
    "directory.revision",
    "SELECT version, made_ms, way, source, undone, account, acting_as, was, became FROM revision "
    "WHERE unit_id = $1 AND service_id = $2 AND version = $3"};
constexpr sql::Statement kBecame{
    "directory.revision_details",
    "SELECT version, became FROM revision WHERE unit_id = $1 AND service_id = $2 AND version > $3 "
    "ORDER BY version"};
constexpr sql::Statement kForget{"directory.forget_revisions",
                                 "DELETE FROM revision WHERE unit_id = $1 AND made_ms < $2"};

const ManyRows& rows_of_revisions() {
  static const ManyRows rows(
      "directory.put_revisions",
      "INSERT INTO revision (unit_id, service_id, version, made_ms, way, source, undone, "
      "account, acting_as, was, became) VALUES",
      "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return rows;
}

// Own texts that say what the service says are no details of their own.
bool is_mirrored(const Json& doc, const std::string& language, const std::string& part, const Json& value) {
  return language == doc.value("lotse_language", "de") && (part == "name" || part == "description") &&
         value == doc.value(part, "");
}

// The details of a document by their names.
Json details_of(const Json& doc) {
  Json details = Json::object();
  for (const auto& [name, value] : doc.items()) {
    if (name != kTexts) {
      if (!value.is_null()) details[name] = value;
      continue;
    }
    for (const auto& [language, words] : value.items())
      for (const auto& [part, text] : words.items())
        if (!is_mirrored(doc, language, part, text)) details[name + "." + language + "." + part] = text;
  }
  return details;
}

const Json& detail(const Json& details, const std::string& name) {
  static const Json none;
  const auto at = details.find(name);
  return at == details.end() ? none : *at;
}

void set(Json& object, const std::string& name, const Json& value) {
  if (value.is_null())
    object.erase(name);
  else
    object[name] = value;
}

void set_detail(Json& doc, const std::string& name, const Json& value) {
  const std::string head = std::string(kTexts) + ".";
  const auto dot = name.rfind('.');
  if (!name.starts_with(head) || dot < head.size()) return set(doc, name, value);
  Json& texts = doc[kTexts];
  const std::string language = name.substr(head.size(), dot - head.size());
  Json& words = texts[language];
  if (words.is_null()) words = Json::object();
  set(words, name.substr(dot + 1), value);
  if (words.empty()) texts.erase(language);
  if (texts.empty()) doc.erase(kTexts);
}

Revision revision_of(const sql::Row& r, UnitId unit) {
  Revision made{.version = r.integer(0),
                .made = {r.integer(1)},
                .cause = {},
                .hand = {},
                .details = {},
                .obstacles = {}};
  const auto way = value_of<Way>(r.text(2));
  CHECK(way.has_value());
  made.cause.way = *way;
  made.cause.source = r.text(3);
  made.cause.undone = r.integer(4);
  made.hand = {unit, std::string(r.text(5)), std::string(r.text(6)), made.made};
  made.details = {json_of(r.text(7)), json_of(r.text(8))};
  return made;
}

// Which change touched a detail last.
using Touched = std::map<std::string, std::int64_t>;
Touched touched_after(access::View& view, UnitId unit, const std::string& id, std::int64_t version) {
  Touched touched;
  view.each(kBecame, {unit, id, version}, [&](const sql::Row& r) {
    const Json details = json_of(r.text(1));
    for (const auto& [name, value] : details.items()) touched[name] = r.integer(0);
  });
  return touched;
}

// What is as the change left it can be taken back; also where it was changed and changed back meanwhile.
Problems obstacles(const Revision& revision, const Json& now, const Touched& touched) {
  Problems found;
  for (const auto& [name, value] : revision.details.became.items()) {
    const auto at = touched.find(name);
    if (name == "organization_id")
      found.push_back({name, msg("Which organisation runs it comes from the source. Mend it there and import "
                                 "it again.")});
    else if (is_same(detail(now, name), value))
      continue;
    else if (at != touched.end() && at->second > revision.version)
      found.push_back({name, msg("Change {number} touched this later. Undo that one first, or correct the "
                                 "entry by hand.",
                                 {{"number", std::to_string(at->second)}})});
    else
      found.push_back({name, msg("This says something else by now. Correct the entry by hand.")});
  }
  return found;
}

// The service as it would be without that change.
Service without(const Json& doc, const Revision& revision) {
  Json changed = doc;
  for (const auto& [name, value] : revision.details.was.items()) set_detail(changed, name, value);
  Service service = thing_of<Service>(changed);
  mirror(service, thing_of<Service>(doc));
  return service;
}

}  // namespace

Hand hand_of(const access::Desk& desk) {
  return {desk.actor()->unit, desk.actor()->who, desk.actor()->function, desk.now()};
}

Moved moved(const Json& before, const Json& after) {
  const Json was = details_of(before), became = details_of(after);
  Moved found;
  const auto compare = [&](const std::string& name) {
    const Json &old = detail(was, name), &now = detail(became, name);
    if (found.was.contains(name) || is_same(old, now)) return;
    found.was[name] = old;
    found.became[name] = now;
  };
  for (const auto& [name, value] : became.items()) compare(name);
  for (const auto& [name, value] : was.items()) compare(name);
  return found;
}

void add_revision(std::vector<sql::Value>& rows, const Hand& hand, const Cause& cause,
                  const std::string& service, std::int64_t version, const Moved& details) {
  if (details.became.empty()) return;
  for (sql::Value value : {sql::Value(hand.unit), sql::Value(service), sql::Value(version),
                           sql::Value(hand.now.ms), sql::Value(name_of(cause.way)), sql::Value(cause.source),
                           sql::Value(cause.undone), sql::Value(hand.account), sql::Value(hand.function),
                           sql::Value(details.was.dump()), sql::Value(details.became.dump())})
    rows.push_back(std::move(value));
}

void write_revisions(access::Change& change, const std::vector<sql::Value>& rows) {
  rows_of_revisions().run(change, rows);
}

History history(const access::Desk& desk, const ServiceId& id, std::int64_t offset, std::int64_t limit) {
  const auto door = desk.unit(access::kDirectoryWrite);
  const UnitId unit = door.unit();
  std::optional<History> found;
  if (is_uuid(id.text))
    found = door.read([&](access::View& view) -> std::optional<History> {
      auto entry = entry_in(view, id.text);
      if (!entry || entry->keeper != unit) return std::nullopt;
      History all{std::move(*entry), 0, {}};
      all.total = view.one(kCount, {unit, id.text}, [](const sql::Row& r) { return r.integer(0); }).value();
      all.revisions = view.rows(kRevisions, {unit, id.text, limit, offset},
                                [&](const sql::Row& r) { return revision_of(r, unit); });
      if (all.revisions.empty()) return all;
      const auto touched = touched_after(view, unit, id.text, all.revisions.back().version);
      const Json now = details_of(json_of(doc_of(all.entry.service)));
      for (auto& each : all.revisions) each.obstacles = obstacles(each, now, touched);
      return all;
    });
  if (!found) door.absent("directory.service.history", id.text);
  return std::move(*found);
}

Result<std::int64_t> undo(const access::Desk& desk, const ServiceId& id, std::int64_t number,
                          std::int64_t version) {
  const Entry entry = find_kept(desk, id);
  const auto door = desk.unit(access::kDirectoryWrite);
  if (entry.version != version) throw Stale();
  struct Read {
    Json doc;
    std::optional<Revision> revision;
    Touched touched;
  };
  // Should somebody change the service from here on, its version is another, and the change below fails.
  const auto read = door.read([&](access::View& view) {
    Read all;
    all.doc = view.one(kService, {id.text}, [](const sql::Row& r) { return json_of(r.text(0)); }).value();
    all.revision = view.one(kOne, {door.unit(), id.text, number},
                            [&](const sql::Row& r) { return revision_of(r, door.unit()); });
    all.touched = touched_after(view, door.unit(), id.text, number);
    return all;
  });
  if (!read.revision) door.absent("directory.service.undo", id.text);
  if (auto problems = obstacles(*read.revision, details_of(read.doc), read.touched); !problems.empty())
    return refuse(std::move(problems));
  const Service service = without(read.doc, *read.revision);
  if (auto problems = check(service); !problems.empty()) return refuse(std::move(problems));
  const Correction correction = correction_of(service, version, hand_of(desk), {Way::undo, "", number});
  return door.change("directory.service.undo", id.text,
                     [&](access::Change& change) { return write_correction(change, correction); });
}

std::int64_t forget_revisions(access::Change& change, UnitId unit, Instant now) {
  return change.change(kForget, {unit, now.ms - kKeepMs});
}

}  // namespace lotse::directory
