// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "access/audit_check.h"
#include "access/store.h"
#include "seal/master.h"
#include "sql/page_log.h"

/** The whole store as bytes, for copies: past all doors. A key: only those whom src/LAYERS names may include
 * this header. */
namespace lotse::access {

/**
 * Compares the name that the store and the store of its keys bear, and gives both one where neither has any.
 * Throws sql::Refused, saying what to do, when they do not belong together, or when one is there and the
 * other was lost: going on with fresh keys would make everything that is sealed unreadable in silence.
 */
void match_identities(Store& store);

/** What copies are made of. */
class StoreCopy {
 public:
  explicit StoreCopy(Store& store) : store_(store) {}
  /** The name of match_identities. */
  std::string identity() const;
  /** SQLite: nothing was ever entered into this store, or no key made in this store of keys: its first making
   * may have been broken off. */
  bool holds_nothing() const;
  /** SQLite: the pages of the data and of the keys; neither may outlive the store. */
  std::unique_ptr<sql::PageLog> data_pages() const;
  std::unique_ptr<sql::PageLog> key_pages() const;
  /** Under which copies are sealed; as the file of the installation's keys stands now. */
  std::shared_ptr<const seal::MasterKeys> installation_keys() const;
  /** See sql::Engine::faults; of both stores. */
  std::vector<std::string> faults() const;

  /** Records whose keys are there and open; those that are not ended and have none; keys that do not open. */
  struct Keyed {
    std::int64_t good = 0, without_key = 0, broken = 0;
  };
  Keyed look_at_keys() const;
  /** All units that may have records: those that there are, and those that have keys. */
  std::set<UnitId> units_with_records() const;

 private:
  Store& store_;
};

/** Drops the keys of records that have ended by what a second party holds, whatever the copy says of them;
 * make_fit then ends them again. */
void drop_ended(Store& store, const Ended& ended);

/** What a store that comes from a copy was told before it may serve. */
struct MadeFit {
  std::int64_t sign_ins = 0, links = 0, ended = 0;
};
/**
 * Ends all sign-ins and links of the copy's day, and ends again every record whose key is gone by now: it was
 * erased after the copy was made. Entered into the audit of its unit, the whole into that of the
 * installation. Can be run again after a break.
 */
MadeFit make_fit(Store& store, const Clock& clock, std::string_view by);

}  // namespace lotse::access
