// EXPECT: LogValue::LogValue\(std::(string|__cxx11::basic_string<char>)\).*private
// SPDX-License-Identifier: EUPL-1.2
// Nor by making the value oneself.
#include "base/log.h"

lotse::LogValue note(const std::string& name) { return lotse::LogValue(name); }
