// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <stdexcept>

namespace lotse {

/** A bug of ours: something that must hold did not. Mapped to 500; the text names the place, never data. */
struct Bug : std::logic_error {
  using std::logic_error::logic_error;
};

/** Not there, or not for this actor to see (the two are one outside). Mapped to 404. */
struct NotFound : std::runtime_error {
  NotFound() : std::runtime_error("not found") {}
};

/** Somebody changed the record since it was read. Mapped to 409. */
struct Stale : std::runtime_error {
  Stale() : std::runtime_error("stale version") {}
};

/** Nobody is signed in, or not far enough. Mapped to the sign-in page, or 401 for JSON. */
struct SignInNeeded : std::runtime_error {
  SignInNeeded() : std::runtime_error("sign-in needed") {}
};

}  // namespace lotse

#define LOTSE_STRING_(x) #x
#define LOTSE_STRING(x) LOTSE_STRING_(x)
/** What must hold; a failure throws lotse::Bug naming file, line and condition. */
#define CHECK(condition) \
  ((condition) ? void() : throw ::lotse::Bug(__FILE__ ":" LOTSE_STRING(__LINE__) ": " #condition))
