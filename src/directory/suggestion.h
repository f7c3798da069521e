// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/visitor.h"
#include "directory/directory.h"

/** What people without an account say about an entry, and what its unit makes of it. */
namespace lotse::directory {

/** What somebody says is wrong. `proposed` holds facts by their names (see facts()); `contact` is how she can
 * be reached, where she wants an answer. */
struct Note {
  std::string language, text, contact;
  std::map<std::string, std::string> proposed;
};

/** All that must be mended before it is taken. Pure; fields as in the form. */
Problems check(const Note& note);

/** Puts the note in for the unit that keeps the entry; its id. Anybody may: the caller limits how often. */
Result<std::string> suggest(const access::Desk& desk, const notice::KeyOfUnit& keys, const Entry& entry,
                            const Note& note);
/** The same by whoever holds a link, as of those who run the offer; uses it up. */
Result<std::string> suggest(const access::VisitorDoor& door, const notice::KeyOfUnit& keys,
                            const Entry& entry, const Note& note);

/** A note that waits, in a list. */
struct Waiting {
  std::string id, title;
  bool provider = false;
  Instant made;
};
/** Those of the desk's unit, the oldest first; at most 200. */
std::vector<Waiting> waiting_notes(const access::Desk& desk);

/** A note with the entry as it is now. */
struct Opened {
  Waiting head;
  Note note;
  Entry entry;
  bool changed_since = false;  // the entry, since the note was written
};
/** A note of the desk's unit that waits; NotFound for all others. */
Opened open_note(const access::Desk& desk, const notice::KeyOfUnit& keys, const std::string& id);

/** What is decided about a note: which facts are taken over, and why the others are not. */
struct Verdict {
  std::map<std::string, bool> facts;  // taken?
  std::string reason;
};
/**
 * Closes the note and takes over what is to be, as a correction of the unit's own (see correct), all in one
 * change. Refuses what `check` of the service refuses, and a fact that the note does not have or that nothing
 * was decided about. Throws Stale where the service has not `version`, NotFound where the note was closed.
 */
Result<std::int64_t> close_note(const access::Desk& desk, const Opened& opened, const Verdict& verdict,
                                std::int64_t version);

}  // namespace lotse::directory
