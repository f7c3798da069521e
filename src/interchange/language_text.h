// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "directory/directory.h"

namespace lotse::interchange {

/** What a text about languages says. */
struct LanguageText {
  /** In the order of the text, none twice. `name` is as written; `code` is ISO 639-3, or empty where we do
   * not know the name. */
  std::vector<directory::SpokenLanguage> languages;
  /** ISO 639-3 of languages that an interpreter speaks, not the house itself. */
  std::vector<std::string> interpreters;
  /** An interpreter for any language: "other languages available upon request", "Dolmetscher auf Anfrage". */
  bool interpreter_on_request = false;
  /** The parts that led to the two members above, as written: to be shown, so that nothing is lost. */
  std::string remarks;
  /** Parts that speak of interpreters and cannot be understood for certain ("ohne Dolmetscher"), as written.
   */
  std::string unclear;
};

/**
 * Reads "English, Spanish (limited)", "Türkçe", "Farsi und Dari", "de; ar", "Haitian Creole. Others upon
 * request". Who says that there is no interpreter, or only for some people, gives none. A text of more than
 * 2,000 bytes is no list of languages and is taken as one unknown name.
 */
LanguageText read_languages(std::string_view text);

/** ISO 639-3 for a name in any language of the pages or an own name; empty if unknown. */
std::string language_name_code(std::string_view name);

/** The same, also for an ISO 639-1, -2 or -3 code in capitals that is no word ("DE", but not "no"). */
std::string language_code(std::string_view name_or_code);

/** True for codes that stand alone as an answer or small word more often than as a code: "no", "ja", "es". */
bool is_answer(std::string_view text);

/** ISO 639-3 for an ISO 639-1, -2 (both kinds) or -3 code; empty for anything else. */
std::string long_code(std::string_view code);

/** The code as the web writes it: two letters where there are two ("urd" becomes "ur"). Unknown ones stay as
 * they are. */
std::string short_code(std::string_view iso639_3);

}  // namespace lotse::interchange
