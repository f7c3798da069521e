// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <iosfwd>
#include <stop_token>
#include <string>
#include <vector>

#include "app.h"
#include "audit_commands.h"

namespace lotse {

struct CareWanted {
  std::string to;  // file, or folder with `follow`
  bool follow = false;
  int every = 10;        // seconds between two looks
  int whole_every = 24;  // hours between two whole copies
  int keep = 30;         // days that copies are kept
  std::vector<std::string> heads;
  bool older = false;  // it comes from a copy
};

/** Copies the store into a file, or (SQLite) keeps a folder of copies up to date until `stop`. The exit code.
 */
int back_up(access::Store& store, const StoreChoice& named, const Clock& clock, const CareWanted& wanted,
            const std::stop_token& stop, std::ostream& out, std::ostream& err);

/** Says whether store, keys and audit are sound and belong together. 0 if they are; 1: what is wrong was
 * said. */
int check_store(access::Store& store, const Clock& clock, const CareWanted& wanted, std::ostream& out,
                std::ostream& err);

/**
 * Makes a store, or brings one that an older program made up to date. SQLite: a copy of it is put aside first
 * ("upgrading" in its folder, "before-upgrade" when all went well), comes back if anything fails, and is left
 * for the operator to remove. PostgreSQL: as owner. The exit code.
 */
int upgrade(const StoreChoice& choice, const Clock& clock, std::ostream& out, std::ostream& err);

struct RestoreWanted {
  std::string from, keys, until;  // until: "2026-11-22T10:15", time of Berlin
  std::vector<std::string> heads;
  bool only_try = false;
  bool recovered = false;  // PostgreSQL brought the store back itself
};

/**
 * Puts a store together from copies, in the folder or database of `choice`, which must hold none; looks
 * through it, compares its audit with the heads that others hold, ends again what was erased since, and
 * leaves either a store that can be served, or nothing. `recovered`: does all but the first with the store
 * that is there. The exit code.
 */
int restore(const StoreChoice& choice, const RestoreWanted& wanted, const Clock& clock, const std::string& by,
            std::ostream& out, std::ostream& err);

}  // namespace lotse
