// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>

#include "words/words.h"

namespace lotse::words {

/** True for the two pseudo-locales en-XA and ar-XB. */
bool is_pseudo(const Language& language);

/**
 * An English text as the pseudo-locale shows it: in accented letters, between brackets and 35 % longer
 * (en-XA), or in Arabic letters (ar-XB). Placeholders `{…}` and tags `<…>` stay as they are.
 */
std::string pseudo(const Language& language, std::string_view text);

}  // namespace lotse::words
