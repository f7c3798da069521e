// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "access/store.h"
#include "base/time.h"

namespace lotse::access {
class Operator;
}

/** What an operator does for the installation itself: its first administrator, its keys, its jobs. Each
 * returns the exit code. */
namespace lotse {

struct AdminWanted {
  std::string email, name;
  std::int64_t unit = 0;  // 0: a new one
  std::string new_unit, kind, regime = "gdpr_sgb";
  std::vector<std::string> functions;  // none: admin
  std::string base = "http://127.0.0.1:8080";
};

/** Invites somebody into a unit, which is made where that is wanted, and prints the link. 1: refused, with
 * the reasons; then nothing was made. */
int invite_admin(access::Store& store, const access::Operator& by, const AdminWanted& wanted,
                 std::ostream& out, std::ostream& err);

/** Prints a link with which the person of this address makes password and second factor new. 1: nobody has
 * it. */
int renew_access(access::Store& store, const access::Operator& by, const AdminWanted& wanted,
                 std::ostream& out, std::ostream& err);

/** Fresh keys for the installation and all units. See KeyRing::rotate. */
int rotate_keys(access::Store& store, const access::Operator& by, bool forget, std::ostream& out);

/** What waits, runs and has failed, the newest first. */
int list_jobs(access::Store& store, const Clock& clock, std::ostream& out);

}  // namespace lotse
