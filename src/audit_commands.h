// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "access/audit_check.h"
#include "access/store.h"
#include "base/time.h"

namespace lotse {

struct AuditWanted {
  std::vector<std::string> heads;  // files of heads that were given away
  std::vector<std::string> keys;   // whose signatures count (seal::Verifier::text); none: the store's own
  std::int64_t patience = 10;      // minutes an entry may wait to be sealed
  std::int64_t unit = -1;          // -1: all
  std::string entry;               // id
  bool brief = false;              // units are not told one by one
  bool older = false;              // a copy: that others hold later heads is told, and is no fault
};

/** What these files of heads say, as far as the store's own key signed it; the rest is left out. Throws
 * sql::Refused for one that cannot be read. */
access::Given given_in(access::Store& store, const Clock& clock, const std::vector<std::string>& files);

/** Says of each unit whether its audit is what was sealed. 0: nothing but remarks; 1: a fault was found. */
int verify_audit(access::Store& store, const Clock& clock, const AuditWanted& wanted, std::ostream& out,
                 std::ostream& err);

/** Prints the proof of one entry as JSON; 1 where there is none that holds. */
int prove_audit(access::Store& store, const Clock& clock, const AuditWanted& wanted, std::ostream& out,
                std::ostream& err);

}  // namespace lotse
