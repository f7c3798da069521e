// SPDX-License-Identifier: EUPL-1.2
#include "directory/suggestion.h"

#include <algorithm>

#include "base/check.h"
#include "base/fold.h"
#include "directory/history.h"
#include "directory/pages.h"
#include "directory/review.h"
#include "seal/seal.h"

namespace lotse::directory {
namespace {

constexpr std::size_t kLongestText = 2'000, kLongestFact = 500, kLongestContact = 200;
constexpr std::int64_t kDayMs = 24 * 3'600'000LL, kKeepMs = 90 * kDayMs;

constexpr sql::Statement kPut{
    "directory.put_suggestion",
    "INSERT INTO suggestion (unit_id, id, service_id, made_ms, origin, language, version, note, contact, "
    "state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')"};
constexpr sql::Statement kPutFact{
    "directory.put_suggested",
    "INSERT INTO suggested (unit_id, suggestion_id, service_id, fact, proposed, state) "
    "VALUES ($1, $2, $3, $4, $5, 'open')"};
constexpr sql::Statement kDropContacts{
    "directory.drop_contacts",
    "UPDATE suggestion SET contact = NULL WHERE unit_id = $1 AND made_ms < $2 AND contact IS NOT NULL"};
constexpr sql::Statement kDropFacts{
    "directory.drop_suggested",
    "DELETE FROM suggested WHERE unit_id = $1 AND suggestion_id IN (SELECT g.id FROM suggestion g WHERE "
    "g.unit_id = $1 AND g.state = 'closed' AND g.closed_ms < $2)"};
constexpr sql::Statement kDrop{
    "directory.drop_suggestions",
    "DELETE FROM suggestion WHERE unit_id = $1 AND state = 'closed' AND closed_ms < $2"};

// A note as its rows, made before the change.
struct Rows {
  std::string id, service, origin;
  UnitId unit = 0;
  Instant made;
  std::int64_t version = 0;
  Note note;
  seal::Bytes text;
  std::optional<seal::Bytes> contact;

  int put(access::Change& change) const {
    change.change(kPut, {unit, id, service, made.ms, origin, note.language, version, text,
                         contact ? sql::Value(*contact) : sql::Value(nullptr)});
    for (const auto& [fact, proposed] : note.proposed)
      change.change(kPutFact, {unit, id, service, fact, proposed});
    return 0;
  }
};

Rows rows_of(const notice::KeyOfUnit& keys, const Entry& entry, const Note& note, std::string_view origin,
             Instant now) {
  Rows rows{.id = new_uuid(now.ms),
            .service = entry.service.id.text,
            .origin = std::string(origin),
            .unit = entry.keeper,
            .made = now,
            .version = entry.version,
            .note = note,
            .text = {},
            .contact = {}};
  const auto& key = keys.key_of(rows.unit);
  rows.text = seal::seal(keys.profile(), key, note_place(rows.unit, "note", rows.id), note.text);
  // Blanks at its end, so that its length does not tell an address from a number.
  std::string contact = note.contact;
  if (!contact.empty()) {
    contact.resize(kLongestContact * 4, ' ');
    rows.contact = seal::seal(keys.profile(), key, note_place(rows.unit, "contact", rows.id), contact);
  }
  return rows;
}

}  // namespace

Problems check(const Note& note) {
  Problems problems;
  if (note.text.empty() && note.proposed.empty())
    problems.push_back({"text", msg("Write what is wrong, or correct a detail.")});
  const auto too_long = [&](const std::string& field, const std::string& text, std::size_t most) {
    if (length(text) > most) problems.push_back({field, msg("This text is too long. Please shorten it.")});
  };
  too_long("text", note.text, kLongestText);
  too_long("contact", note.contact, kLongestContact);
  for (const auto& [fact, proposed] : note.proposed) {
    const auto known = facts();
    CHECK(std::any_of(known.begin(), known.end(),
                      [&](const Fact& each) { return each.exact && each.name == fact; }));
    too_long(fact, proposed, kLongestFact);
  }
  return problems;
}

Result<std::string> suggest(const access::Desk& desk, const notice::KeyOfUnit& keys, const Entry& entry,
                            const Note& note) {
  if (auto problems = check(note); !problems.empty()) return refuse(std::move(problems));
  const Rows rows = rows_of(keys, entry, note, "reader", desk.now());
  desk.letter_box(entry.keeper, access::kDirectoryWrite)
      .put("directory.suggest", rows.id, [&](access::Change& change) { return rows.put(change); });
  return rows.id;
}

Result<std::string> suggest(const access::VisitorDoor& door, const notice::KeyOfUnit& keys,
                            const Entry& entry, const Note& note) {
  CHECK(entry.service.id.text == door.object() && entry.keeper == door.unit());
  if (auto problems = check(note); !problems.empty()) return refuse(std::move(problems));
  const Rows rows = rows_of(keys, entry, note, "provider", door.now());
  door.finish("directory.suggest", [&](access::Change& change) { return rows.put(change); });
  return rows.id;
}

void install_forgetting(jobs::Runner& runner, std::shared_ptr<const Clock> clock) {
  const auto forget = [clock](jobs::Turn& turn) {
    const auto before = clock->now().ms - kKeepMs;
    const auto door = turn.door(access::kDirectoryErase, access::kDirectoryPurpose);
    door.change("directory.suggestions.forget", "", [&](access::Change& change) {
      return change.change(kDropContacts, {door.unit(), before}) +
             change.change(kDropFacts, {door.unit(), before}) + change.change(kDrop, {door.unit(), before});
    });
    const Instant now = clock->now();
    door.change("directory.history.forget", "",
                [&](access::Change& change) { return forget_revisions(change, door.unit(), now); });
    return jobs::Outcome::done();
  };
  runner.add({.kind = "directory.forget", .work = forget}, jobs::Schedule::daily(4 * 60 + 20),
             jobs::Runner::Whose::each_unit);
}

}  // namespace lotse::directory
