// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "access/desk.h"

namespace lotse::access {

/** Makes somebody to act in a test. */
struct DeskTestAccess {
  static Actor actor(Actor::Facts facts) { return Actor(std::move(facts)); }
};

}  // namespace lotse::access
