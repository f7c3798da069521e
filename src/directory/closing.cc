// SPDX-License-Identifier: EUPL-1.2
// What staff make of notes about entries.
#include "base/check.h"
#include "base/fold.h"
#include "directory/entry.h"
#include "directory/review.h"
#include "directory/suggestion.h"

namespace lotse::directory {
namespace {

constexpr int kMostShown = 200;
constexpr std::size_t kLongestReason = 500;

constexpr sql::Statement kWaiting{
    "directory.waiting_suggestions",
    "SELECT g.id, s.name, g.origin, g.made_ms FROM suggestion g JOIN service s ON s.id = g.service_id "
    "WHERE g.unit_id = $1 AND g.state = 'open' ORDER BY g.made_ms, g.id LIMIT $2"};
constexpr sql::Statement kOne{
    "directory.suggestion",
    "SELECT service_id, made_ms, origin, language, version, note, contact FROM suggestion "
    "WHERE unit_id = $1 AND id = $2 AND state = 'open'"};
constexpr sql::Statement kFacts{"directory.suggested",
                                "SELECT fact, proposed FROM suggested WHERE unit_id = $1 AND "
                                "suggestion_id = $2"};
constexpr sql::Statement kClose{
    "directory.close_suggestion",
    "UPDATE suggestion SET state = 'closed', closed_ms = $3, reason = $4, contact = NULL "
    "WHERE unit_id = $1 AND id = $2 AND state = 'open'"};
constexpr sql::Statement kCloseFact{
    "directory.close_suggested",
    "UPDATE suggested SET state = $4 WHERE unit_id = $1 AND suggestion_id = $2 AND fact = $3"};
// `text` takes the place of what the service says there, in the language in which the note was written.
void take_over(Service& s, const std::string& fact, const std::string& text, const std::string& language) {
  const bool words = fact == "name" || fact == "description";
  if (const auto at = s.lotse_texts.find(language); words && at != s.lotse_texts.end()) {
    (fact == "name" ? at->second.name : at->second.description) = text;
    if (language != s.lotse_language) at->second.state = TextState::checked;
  }
  const bool own = language == s.lotse_language || !s.lotse_texts.contains(language);
  if (fact == "name" && own) s.name = text;
  if (fact == "description" && own) s.description = text;
  if (fact == "email") s.email = text;
  if (fact == "url") s.url = text;
  if (fact == "phone") {
    if (s.phones.empty()) s.phones.emplace_back();
    s.phones.front().number = text;
  }
  if (fact == "contact_name") {
    if (s.contacts.empty()) s.contacts.emplace_back();
    s.contacts.front().name = text;
  }
}

Problems undecided(const Note& note, const Verdict& verdict) {
  Problems problems;
  bool declined = false;
  for (const auto& [fact, proposed] : note.proposed) {
    const auto at = verdict.facts.find(fact);
    if (at == verdict.facts.end())
      problems.push_back({"take_" + fact, msg("Choose what is to be done with this detail.")});
    else
      declined = declined || !at->second;
  }
  if (declined && verdict.reason.empty())
    problems.push_back({"reason", msg("Say why something is not taken over.")});
  if (length(verdict.reason) > kLongestReason)
    problems.push_back({"reason", msg("This text is too long. Please shorten it.")});
  return problems;
}

}  // namespace

std::vector<Waiting> waiting_notes(const access::Desk& desk) {
  const auto door = desk.unit(access::kDirectoryWrite);
  return door.read([&](access::View& view) {
    return view.rows(kWaiting, {door.unit(), kMostShown}, [](const sql::Row& r) {
      return Waiting{std::string(r.text(0)), std::string(r.text(1)), r.text(2) == "provider",
                     Instant{r.integer(3)}};
    });
  });
}

Opened open_note(const access::Desk& desk, const notice::KeyOfUnit& keys, const std::string& id) {
  const auto door = desk.unit(access::kDirectoryWrite);
  struct Sealed {
    std::string service;
    std::int64_t version = 0;
    seal::Bytes note;
    std::optional<seal::Bytes> contact;
  };
  Opened opened;
  std::optional<Sealed> sealed;
  door.read([&](access::View& view) {
    opened = {};
    sealed = view.one(kOne, {door.unit(), id}, [&](const sql::Row& r) {
      opened.head = {id, "", r.text(2) == "provider", Instant{r.integer(1)}};
      opened.note.language = r.text(3);
      return Sealed{std::string(r.text(0)), r.integer(4), r.blob(5), r.opt_blob(6)};
    });
    if (!sealed) return 0;
    view.each(kFacts, {door.unit(), id},
              [&](const sql::Row& r) { opened.note.proposed.emplace(r.text(0), r.text(1)); });
    auto entry = entry_in(view, sealed->service);
    CHECK(entry.has_value());
    opened.entry = std::move(*entry);
    return 0;
  });
  if (!sealed) door.absent("directory.suggestion.open", id);
  const auto& key = keys.key_of(door.unit());
  opened.note.text = seal::open(key, note_place(door.unit(), "note", id), sealed->note);
  if (sealed->contact) {
    door.opened("directory.suggestion.contact", id);
    opened.note.contact = trimmed(seal::open(key, note_place(door.unit(), "contact", id), *sealed->contact));
  }
  opened.head.title = opened.entry.service.name;
  opened.changed_since = opened.entry.version != sealed->version;
  return opened;
}

Result<std::int64_t> close_note(const access::Desk& desk, const Opened& opened, const Verdict& verdict,
                                std::int64_t version) {
  const auto door = desk.unit(access::kDirectoryWrite);
  auto problems = undecided(opened.note, verdict);
  Service service = opened.entry.service;
  bool taken = false;
  for (const auto& [fact, proposed] : opened.note.proposed) {
    const auto at = verdict.facts.find(fact);
    if (at == verdict.facts.end() || !at->second) continue;
    take_over(service, fact, proposed, opened.note.language);
    taken = true;
  }
  if (taken)
    for (auto& each : check(service)) problems.push_back(std::move(each));
  if (!problems.empty()) return refuse(std::move(problems));
  const Correction correction = correction_of(service, version, hand_of(desk), {Way::note, "", 0});
  const std::string& id = opened.head.id;
  const auto now = desk.now().ms;
  return door.change("directory.suggestion.close", id, [&](access::Change& change) {
    if (change.change(kClose, {door.unit(), id, now, verdict.reason}) == 0) throw NotFound();
    for (const auto& [fact, proposed] : opened.note.proposed)
      change.change(kCloseFact, {door.unit(), id, fact, verdict.facts.at(fact) ? "taken" : "declined"});
    if (!taken) return version;
    change.also("directory.service.correct", service.id.text);
    return write_correction(change, correction);
  });
}

}  // namespace lotse::directory
