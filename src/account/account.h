// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "seal/seal.h"
#include "web/site.h"

namespace lotse::access {
class Operator;
}

/** Accounts of staff: passwords and the pages to sign in and out. What stands behind them lies in access/. */
namespace lotse::account {

/**
 * Hashes and checks passwords: Argon2id, m = 64 MiB, t = 3, p = 1, in two threads of its own. Two are
 * hashed and four more may wait; further ones are turned away before they hold a thread of the caller's.
 */
class Passwords {
 public:
  Passwords();
  ~Passwords();
  /** The hash with its parameters, for the store. Throws Busy as `check` does. */
  std::string hash(std::string_view password);
  /** False too for a hash of nobody; takes as long, so that nobody learns which addresses have accounts.
   * Throws Busy when six are under way. */
  bool check(std::string_view password, std::string_view hash);
  /** A hash that no password has: checked when there is no such account. */
  const std::string& of_nobody() const;

  struct Busy : std::runtime_error {
    Busy() : std::runtime_error("too many sign-ins at once") {}
  };

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

/**
 * What must hold for a new password: at least 12 characters, none of the common ones, not the e-mail address
 * nor the part of it before the "@". `field` is where problems are shown.
 */
Problems check_password(const std::string& field, std::string_view password, std::string_view email);

/** What must hold for an invitation into a unit of this kind: an address, a name, functions that this kind of
 * unit has. */
Problems check_guest(const std::string& email, const std::string& name,
                     const std::vector<std::string>& functions, std::string_view unit_kind);

/** Who is invited by an operator, on the machine itself. */
struct Invited {
  UnitId unit = 0;
  std::string unit_kind, email, name;
  std::vector<std::string> functions;
};
/** Path of the link that is handed over; see check_guest for refusals. */
Result<std::string> invite(access::Store& store, const access::Operator& by, const Invited& invited);

/** Path of a link with which whoever has an account with this address makes password and second factor new,
 * within 24 hours; nothing if nobody has one. */
std::optional<std::string> renew(access::Store& store, const access::Operator& by, const std::string& email);

/** Somebody's function in a unit ends with this day; a day that is over: at once. */
struct Leaving {
  UnitId unit = 0;
  std::string account, function;
  Day last;
};
/**
 * What a feature does when somebody leaves: hands over what she owns there. Called after the end is durable,
 * with the desk of whoever ended it; may be called again for the same person with another day. What it throws
 * fails the request, and the end stands.
 */
using OnLeave = std::function<void(const access::Desk& desk, const Leaving& leaving)>;

/** /sign-in, /sign-out, and the start page of those signed in. `key` seals second factors. */
void install(web::Site& site, std::shared_ptr<Passwords> passwords, seal::Key key,
             std::vector<OnLeave> on_leave = {}, seal::Profile profile = seal::Profile::xchacha20);

}  // namespace lotse::account
