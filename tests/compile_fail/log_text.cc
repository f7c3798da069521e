// EXPECT: could not convert .*string|LogValue::LogValue\(std::string\).*private|conversion from .*string.*LogValue
// SPDX-License-Identifier: EUPL-1.2
// A text could be personal; it has no way into the log.
#include "base/log.h"

void note(const std::string& name) { lotse::log_event("signed_in", {{"name", name}}); }
