// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/result.h"
#include "directory/finder.h"
#include "directory/types.h"
#include "jobs/jobs.h"
#include "notice/notice.h"
#include "web/site.h"
#include "web/visit.h"

/** The directory of a region: organisations, services, places; kept by units, read by everybody. */
namespace lotse::directory {

/** What a page of one offer needs: a service, where it is, who runs it. */
struct Entry {
  Service service;
  Organisation organisation;
  std::optional<Placed> placed;
  std::optional<Location> location;  // never a confidential one
  bool confidential = false;         // the place is kept secret
  UnitId keeper = 0;
  std::int64_t version = 0;
  /** When somebody last said that it is right: here, or as its source has it (HSDS assured_date). */
  std::optional<Day> confirmed{};
};

/** The offer with this id (of a placed service, or of a service without a place). NotFound if there is none
 * or it is not active. */
Entry find_offer(const access::Desk& desk, std::string_view offer_id);

/** One line in the list of what a unit keeps. */
struct Kept {
  ServiceId id;
  std::string name, organisation, status;
  std::optional<Day> confirmed{};  // as in Entry
};
/** The services that the desk's unit keeps, in the order of their names; at most `limit` from `offset`. */
std::vector<Kept> kept_services(const access::Desk& desk, std::string_view part_of_name, int offset,
                                int limit);
std::int64_t count_kept(const access::Desk& desk, std::string_view part_of_name);

/** A service of the desk's own unit, for correcting it. NotFound for any other. */
Entry find_kept(const access::Desk& desk, const ServiceId& id);

/** All that must be mended before a service can be kept. Pure; fields as in the form (see correction.h). */
Problems check(const Service& service);

/**
 * Replaces the service if it still has `version` (Stale otherwise), refreshes what is searched, and tells
 * followers. Returns the new version. The service must be the desk's unit's own (NotFound).
 */
Result<std::int64_t> correct(const access::Desk& desk, const Service& service, std::int64_t version);

/** Says that a service of the desk's unit (NotFound for others) is right as it stands today. No correction:
 * its version stays. */
void confirm(const access::Desk& desk, const ServiceId& id);
/** The same by whoever holds the link; uses it up. */
void confirm(const access::VisitorDoor& door);
/** A link for those who run the offer, to say whether the entry is still right; for 30 days and once. Earlier
 * ones for the same service open nothing any more. NotFound for a service of another unit. */
access::NewLink confirmation_link(const access::Desk& desk, const ServiceId& id);
/** The service that the link is for, as everybody sees it. */
Entry find_visited(const access::VisitorDoor& door);

/** Who changes something, and when. */
struct Hand {
  UnitId unit = 0;
  std::string account, function;  // of the actor
  Instant now;
};

/** Many entries at once, from one source: an import, or the sample. Ids are ours; `foreign_id` is the
 * source's. */
struct Batch {
  template <class T>
  struct Item {
    T thing;
    std::string foreign_id;
  };
  std::string source;  // names the giver: "hsds:<name>", "sample"; the same source updates its own entries
  std::vector<Item<Organisation>> organisations;
  std::vector<Item<Location>> locations;
  std::vector<Item<Service>> services;
  std::vector<Item<Placed>> placed;
  std::vector<Item<Term>> terms;
};

/** What a batch did, or would do; for each kind of entry: "organisation", "location", "service",
 * "service_at_location", "taxonomy_term". */
struct Outcome {
  struct Counts {
    std::int64_t added = 0, changed = 0, same = 0;
    std::int64_t kept = 0;       // of the changed and the same: those with at least one correction that stays
    std::int64_t vanished = 0;   // given before, and now not any more: left as they are
    std::int64_t elsewhere = 0;  // given by another source already: not taken
  };
  /** What is to be known of one entry. */
  struct Remark {
    enum class What {
      corrected,  // `field` was corrected here (`ours`) and is newly given otherwise (`theirs`): ours stays
      vanished,   // `ours` is the name of what the source does not give any more
      elsewhere,  // `ours` is the name of the source that gives it
    };
    What what;
    std::string kind, foreign_id, field, ours, theirs;
    bool operator==(const Remark&) const = default;
  };
  std::map<std::string, Counts> kinds;
  std::vector<Remark> remarks;  // a correction is told once for each thing that the source newly says
};

/**
 * Puts the whole batch into the store, kept by the desk's unit: all of it in one transaction, worked out
 * before it begins. Nothing is removed, what vanished is listed; what another source gives already is left
 * to that one. Where an entry was corrected here, the corrected members stay, and the others follow the
 * source (see `Outcome::remarks`). With `dry` nothing is written. Refuses entries of this source that another
 * unit keeps. `done`, where given, counts up while it works, for a progress line.
 */
Result<Outcome> put(const access::Desk& desk, const Batch& batch, bool dry,
                    std::atomic<std::size_t>* done = nullptr);

/** What `put` would do, for a job; see there. */
Result<Outcome> compare(const access::UnitDoor& door, const Hand& hand, const Batch& batch,
                        std::atomic<std::size_t>* done);

/** Asked between two transactions of a long work, with what is done of how much. False: stop. */
using GoOn = std::function<bool(std::size_t done, std::size_t total)>;

/**
 * The same as `put`, in many short transactions, so that nobody waits for it; each is whole in itself, and
 * all it does is remembered under the id `run`. Doing it again goes on where it was broken off. Refuses like
 * `put`, before anything is written. The value is false where `go_on` said so: what was written until then
 * stays until `take_back`.
 */
Result<bool> put_in_parts(const access::UnitDoor& door, const Hand& hand, Batch batch, const std::string& run,
                          const GoOn& go_on);

/** What an import under an id did, and what of it was taken back; by kind, as in Outcome. */
struct ImportTally {
  struct Counts {
    std::int64_t added = 0, changed = 0;     // that are still as the import left them, or were not asked for
    std::int64_t removed = 0, restored = 0;  // taken back
  };
  std::map<std::string, Counts> kinds;
  /** An entry that was not taken back. */
  struct Left {
    std::string kind, id, name;
    Text why;
  };
  std::vector<Left> left;  // at most kMostLeft
  std::int64_t left_count = 0;
  static constexpr int kMostLeft = 200;
};
ImportTally import_tally(const access::UnitDoor& door, const std::string& run);

/**
 * Takes an import back, in many short transactions: what it made is removed, what it changed is again as it
 * was before, with what its source gave then. Entries that anybody changed since, and those that something
 * refers to by now, are left as they are, see `import_tally`. Doing it twice does nothing more. False where
 * `go_on` said so.
 */
bool take_back(const access::UnitDoor& door, const Hand& hand, const std::string& run, const GoOn& go_on);

/** Forgets what these imports did, so that they cannot be taken back any more. */
void forget_import(access::Change& change, UnitId unit, const std::string& run);

/** Our id for an entry of a source: its own where that is a UUID, otherwise one made of source, kind and id,
 * always the same. */
std::string id_for(std::string_view source, std::string_view kind, std::string_view foreign_id);

/** The whole public directory, in the order of ids: for exports. Confidential addresses are not in it. */
struct Whole {
  std::vector<Organisation> organisations;
  std::vector<Location> locations;
  std::vector<Service> services;
  std::vector<Placed> placed;
  std::vector<Term> terms;
};
Whole read_whole(const access::Desk& desk);

/** Start page, search, entries, help, and the pages of staff. `keys` seal what people write about entries. */
void install(web::Site& site, std::shared_ptr<Finder> finder, std::shared_ptr<const notice::KeyOfUnit> keys);
/** What links of the directory open. */
std::vector<web::Visit> visits(std::shared_ptr<const notice::KeyOfUnit> keys);
/** With what those who run offers are asked by mail. */
struct Questions {
  std::shared_ptr<const notice::KeyOfUnit> keys;  // of notices
  std::string public_url;                         // "https://…", before the path of a link
};
/** Asks those who run an offer whether its entry is still right, once it was neither confirmed nor changed
 * for a year, by its public e-mail address; once a year, and once more after 14 days. Each night, for each
 * unit; at most 50 mails. */
void install_questions(jobs::Runner& runner, std::shared_ptr<const Clock> clock, const Questions& questions);
/** Deletes how people can be reached, 90 days after their note at the latest, and notes 90 days after they
 * were closed; what was changed in entries, after two years: each night, for each unit. */
void install_forgetting(jobs::Runner& runner, std::shared_ptr<const Clock> clock);

}  // namespace lotse::directory
