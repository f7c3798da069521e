// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "directory/directory.h"
#include "directory/types.h"

/** What was changed in a service, by whom and in which way; and how it is undone. */
namespace lotse::directory {

/** How a change came about; a note is one that was taken over. */
enum class Way { correction, note, undo, import };

}  // namespace lotse::directory

template <>
struct lotse::NamesOf<lotse::directory::Way> {
  static constexpr std::array<std::string_view, 4> names{"correction", "note", "undo", "import"};
};

namespace lotse::directory {

Hand hand_of(const access::Desk& desk);

/** How a change came about: `source` of an import, `undone` the version that an undo takes back. */
struct Cause {
  Way way = Way::correction;
  std::string source;
  std::int64_t undone = 0;
};

/**
 * The details that differ between two documents of a service, with what they were and what they became (null
 * where there was none). A detail is a member of the document, and each part of each of its texts by itself:
 * "lotse_texts.uk.name". The texts in its own language count as title and text of the service, where they say
 * the same. A list in another order counts as unchanged, as for imports.
 */
struct Moved {
  Json was = Json::object(), became = Json::object();
};
Moved moved(const Json& before, const Json& after);

/** A row of table `revision` for that change, for `revisions()`; none where no detail differs. */
void add_revision(std::vector<sql::Value>& rows, const Hand& hand, const Cause& cause,
                  const std::string& service, std::int64_t version, const Moved& details);
/** Writes such rows, in the transaction that changes the services. */
void write_revisions(access::Change& change, const std::vector<sql::Value>& rows);

/** One change, as it is shown. */
struct Revision {
  std::int64_t version = 0;  // that the service got by it: the number of the change
  Instant made;
  Cause cause;
  Hand hand;
  Moved details;
  Problems obstacles;  // why it cannot be undone, by detail; empty: it can
};

/** The history of a service: as it is now, and its changes, the newest first. */
struct History {
  Entry entry;
  std::int64_t total = 0;
  std::vector<Revision> revisions;
};
/** Of a service of the desk's unit (NotFound for others): at most `limit` changes from `offset`. */
History history(const access::Desk& desk, const ServiceId& id, std::int64_t offset, std::int64_t limit);

/**
 * Takes back the change by which the service got the version `number`, as a correction of the unit's own: so
 * a later import leaves it alone where the source said otherwise. Details that the change did not touch stay.
 * Refuses where one of its details was changed later (field: its name), and what `check` refuses. Throws
 * Stale where the service has not `version`, NotFound for no such change or a service of another unit. The
 * new version.
 */
Result<std::int64_t> undo(const access::Desk& desk, const ServiceId& id, std::int64_t number,
                          std::int64_t version);

/** Deletes changes of the unit that were made two years ago or earlier; how many. */
std::int64_t forget_revisions(access::Change& change, UnitId unit, Instant now);

}  // namespace lotse::directory
