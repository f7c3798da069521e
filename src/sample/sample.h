// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <vector>

#include "access/desk.h"
#include "account/account.h"
#include "base/result.h"

/** The invented town of sample/: for demonstrations, tests and screenshots. Made through the verbs of the
 * features. */
namespace lotse::sample {

/** A way to sign in to the sample. */
struct SignIn {
  std::string name, email, password, unit, function;
};

/** The one password of all persons of the sample; it protects nothing. */
inline constexpr const char* kPassword = "lotse-sample-town";

/** Everything the sample needs, in an empty store; marks the store a sample for good. Refuses a store that
 * has units. */
Result<std::vector<SignIn>> fill(access::Store& store, const Clock& clock, account::Passwords& passwords);

/** Whether the store was filled by `fill`, ever; `begun`: that was broken off, and only removing helps. */
enum class State { none, begun, whole };
State state(access::Store& store, const Clock& clock);

/** The ways to sign in, without filling anything. */
std::vector<SignIn> sign_ins();

}  // namespace lotse::sample
