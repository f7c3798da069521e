// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

/**
 * Languages, translations, and everything that people read differently in another language: plural, dates,
 * numbers, order. In every language: Gregorian calendar, 24 hours, Europe/Berlin, the digits 0 to 9. All
 * functions may be called from any thread and before `main`; formatters are kept for each thread. Texts are
 * UTF-8.
 */
namespace lotse::words {

/** A language of the pages. All objects live for ever: pass them on by reference, compare them by `tag`. */
struct Language {
  std::string_view tag;       ///< BCP 47: de, de-x-simple, en, uk …
  std::string_view html;      ///< for `lang=`: de for de-x-simple, otherwise the tag
  std::string_view own_name;  ///< for the language switch, in the language itself
  bool right_to_left = false;
  std::string_view iso639_3;  ///< the same language as one that people speak
  std::string_view locale;    ///< for ICU; its keywords pin the Gregorian calendar and Latin digits
};

/** The twelve, in the order of the language switch. */
std::span<const Language> languages();
/** Those of staff pages: German, English. */
std::span<const Language> staff_languages();
/**
 * By exact tag; nullptr if unknown. Finds two more for tests of layout, which are never offered: `en-XA`
 * (accented, a third longer) and `ar-XB` (English in Arabic letters, right to left).
 */
const Language* language(std::string_view tag);
const Language& german();
/**
 * The best for an `Accept-Language` header (RFC 9110 weights, RFC 4647 lookup); German if nothing fits or the
 * header is broken. Never Leichte Sprache, which people choose themselves.
 */
const Language& negotiate(std::string_view accept_language);

/** Values for the `{name}` placeholders of a text. */
using Args = std::vector<std::pair<std::string, std::string>>;

/** Marks an English message id in a table for translation; the value is the id itself. */
constexpr const char* N_(const char* id) { return id; }

/**
 * The text in the language, placeholders filled; one without a value stays as it is written, a value is never
 * searched for placeholders. Where the language has no translation the German one is given, where German has
 * none the English id. In right-to-left languages a value in Latin letters or a telephone number is isolated
 * (U+2068 … U+2069), unless it is a web address.
 */
std::string translate(const Language& language, const Text& text);
/** The same for ids that mean different things in different places (msgctxt). */
std::string translate(const Language& language, std::string_view context, const Text& text);
/** The form for `n` things by the language's rule; `{n}` is filled with the number in the language. */
std::string plural(const Language& language, std::string_view one, std::string_view many, std::int64_t n,
                   const Args& args = {});

/** Where the translations of a language come from; said at the foot of the pages. */
enum class Origin { original, machine, checked };
struct State {
  Origin origin = Origin::original;
  std::string_view by;  ///< who checked
  std::string_view on;  ///< YYYY-MM-DD
};
State state(const Language& language);

enum class Width { wide, brief };

/** "08.12.2026", in the order of the language. */
std::string day_short(const Language& language, Day day);
/** "Dienstag, 8. Dezember 2026". */
std::string day_long(const Language& language, Day day);
/** "Dienstag" or "Di"; 1 = Monday … 7 = Sunday. */
std::string weekday_name(const Language& language, Weekday weekday, Width width = Width::wide);
/** "09:30", in every language. */
std::string time(const Language& language, Minute minute);
/** "09:00–11:00". */
std::string hours(const Language& language, Minute from, Minute to);

/** "1.234". */
std::string number(const Language& language, std::int64_t value);
/** "1.234,5" with exactly `digits` (0 to 6) behind the point. */
std::string decimal(const Language& language, double value, int digits);
/** Euros: "1.234,50 €". */
std::string money(const Language& language, std::int64_t cents);
/** "650 m" (in steps of 10), "1,2 km", "12 km", in the unit words of the language; never less than 10 m. */
std::string distance(const Language& language, double metres);
/** "A, B und C"; empty for none. */
std::string list(const Language& language, std::span<const std::string> items);

/**
 * Less than 0, 0, more than 0: the order of a dictionary in the language, numbers inside by value ("Haus 2"
 * before "Haus 10").
 */
int compare(const Language& language, std::string_view a, std::string_view b);

/** The languages that Lotse offers when asked which ones a person speaks: ISO 639-3, most asked for first. */
std::span<const std::string_view> people_languages();
/** True for any ISO 639-3 code that has a name. */
bool is_language(std::string_view iso639_3);
/** "Ukrainisch", for lists: begins with a capital letter. An unknown code is returned as it is. */
std::string language_name(const Language& language, std::string_view iso639_3);
/** "Українська": the name in the language itself. */
std::string own_language_name(std::string_view iso639_3);

/**
 * True for a folded word that says nothing of what somebody looks for: articles, prepositions, "I am looking
 * for". `language` is a BCP 47 tag; of a language that Lotse does not speak no word is one.
 */
bool is_filler(std::string_view folded_word, std::string_view language);

}  // namespace lotse::words
