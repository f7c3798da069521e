// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "directory/directory.h"
#include "directory/entry.h"

/**
 * What a batch would change, worked out before anything is locked: a plan is made from what can be read,
 * remembers in which versions it read it, and is carried out only where these still hold.
 */
namespace lotse::directory {

/** The tables of entries, in the order in which they refer to each other. */
enum class Kind { organisation, location, service, placed, term };
inline constexpr std::array kKinds{Kind::organisation, Kind::location, Kind::service, Kind::placed,
                                   Kind::term};

/** An entry as it lies in the store. */
struct Had {
  std::string source, foreign_id, given, doc;
  UnitId keeper = 0;
  std::int64_t version = 0;
};

struct Plan {
  Outcome outcome;
  Problems problems;

  /** Rows to write, for ManyRows. */
  std::map<Kind, std::vector<sql::Value>> rows;
  std::vector<sql::Value> secrets;         // what `location` may not hold, for ManyRows
  std::vector<std::string> clear_secrets;  // locations that may have had some
  std::vector<sql::Value> revisions;       // of services, see history.h
  std::vector<sql::Value> imported;        // what is remembered of it, see imported.h
  UnitId unit = 0;                         // that keeps what is written
  Derived derived;
  std::map<UnitId, std::vector<std::string>> services;       // whose derived rows are made anew, by keeper
  std::set<std::string> derived_of;                          // all services whose derived rows are in it
  std::set<std::string> offers;                              // that come, go or change
  std::vector<std::pair<const char*, std::string>> entered;  // for the audit: what, id

  /** What it rests on: versions of what is written or was read for it, by id. */
  std::map<Kind, std::map<std::string, std::int64_t>> seen;
  std::map<std::string, std::int64_t> seen_at_services;  // all that was placed at `services`
  std::vector<std::string> organisations, locations;     // of which all services are among `services`
};

/** Works out what `batch`, whose parts have ids, would do. Writes nothing. `done` counts up. With a `run`,
 * the batch is a part of the import of that id: what else its source gave is not looked at, and what is done
 * is remembered. */
Plan make_plan(access::View& view, const Batch& batch, const Hand& hand, std::atomic<std::size_t>* done,
               const std::string& run = "");

/** Whether all that the plan rests on is still as it was; holds it so until the transaction ends. */
bool holds(access::View& view, const Plan& plan);

/** Writes what was planned, with its audit entries and notes for followers. Stale where another wrote one of
 * the entries after `holds`. */
void carry_out(access::Change& change, const Plan& plan);

/** Services that were placed, while the plan was carried out, at what it changed, by somebody whose writing
 * it could not see: their derived rows are to be made anew. */
std::vector<std::string> overlooked(access::View& view, const Plan& plan);

}  // namespace lotse::directory
