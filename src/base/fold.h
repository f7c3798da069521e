// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace lotse {

/** True for valid UTF-8 without NUL. */
bool is_utf8(std::string_view text);

/**
 * The key under which a text is found, the same on every engine: NFKC case folding, accents dropped, German
 * umlauts written out ("ä" and "ae" alike give "ae", "ß" gives "ss"), Arabic and Ethiopic letter forms, vowel
 * signs and digits levelled, an apostrophe inside a Cyrillic word dropped, everything else that is no letter
 * or digit made one blank, none at the ends. Idempotent.
 */
std::string fold(std::string_view text);

/** The folded words of a text, in order, duplicates kept. */
std::vector<std::string> words_of(std::string_view text);

/**
 * What is left of a folded German, English, Russian, Romanian or Turkish word without its ending (Snowball),
 * chosen by the BCP 47 tag of its language; other languages are returned as they are.
 */
std::string stem(std::string_view folded_word, std::string_view language);

/** Without blanks, tabs, line ends and no-break spaces at both ends. */
std::string_view trimmed(std::string_view text);

/** True if the text holds a character that turns the reading direction around (U+202A to U+202E, U+2066 to
 * U+2069, …). */
bool has_bidi_control(std::string_view text);

/** Number of Unicode code points. */
std::size_t length(std::string_view text);

}  // namespace lotse
