// SPDX-License-Identifier: EUPL-1.2
// Days and hours. The patterns are CLDR's (release 42), written down here so that they are the same under
// every ICU, except: Arabic without direction marks in figures, Kurdish, for which CLDR has only the root
// pattern.
#include <unicode/dtfmtsym.h>
#include <unicode/timezone.h>

#include <array>

#include "base/check.h"
#include "words/formatters.h"
#include "words/words.h"

namespace lotse::words {
namespace {

struct Patterns {
  std::string_view language;  // of the locale, so that pseudo-locales and Leichte Sprache need no rows
  const char16_t* day_short;
  const char16_t* day_long;
};

constexpr std::array<Patterns, 11> kPatterns{{
    {"de", u"dd.MM.y", u"EEEE, d. MMMM y"},
    {"en", u"dd/MM/y", u"EEEE, d MMMM y"},
    {"uk", u"dd.MM.y", u"EEEE, d MMMM y 'р'."},
    {"ru", u"dd.MM.y", u"EEEE, d MMMM y 'г'."},
    {"ar", u"dd/MM/y", u"EEEE، d MMMM y"},
    {"fa", u"y/MM/dd", u"EEEE d MMMM y"},
    {"tr", u"dd.MM.y", u"d MMMM y EEEE"},
    {"bg", u"dd.MM.y 'г'.", u"EEEE, d MMMM y 'г'."},
    {"ro", u"dd.MM.y", u"EEEE, d MMMM y"},
    {"ku", u"dd.MM.y", u"EEEE, d'ê' MMMM y"},
    {"ti", u"dd/MM/y", u"EEEE፣ d MMMM y"},
}};

// Kurmanji as in Turkey, Syria and Germany. CLDR's names (avrêl, pûşper, gelawêj …) are the eastern ones.
constexpr std::array<const char16_t*, 12> kKurdishMonths{u"çileyê", u"sibatê",   u"adarê",   u"nîsanê",
                                                         u"gulanê", u"hezîranê", u"tîrmehê", u"tebaxê",
                                                         u"îlonê",  u"cotmehê",  u"mijdarê", u"kanûnê"};

const Patterns& patterns_of(const Language& language) {
  for (const Patterns& p : kPatterns) {
    if (language.locale.substr(0, 2) == p.language) return p;
  }
  throw Bug("words: a language without date patterns");
}

std::unique_ptr<icu::SimpleDateFormat> made(const Language& language, const char16_t* pattern) {
  UErrorCode code = U_ZERO_ERROR;
  auto format =
      std::make_unique<icu::SimpleDateFormat>(icu::UnicodeString(pattern), formatters(language).locale, code);
  must(code);
  // A Day has no zone: midnight UTC stands for it here, and in `day_text`.
  format->setTimeZone(*icu::TimeZone::getGMT());
  if (language.tag == "ku") {
    icu::DateFormatSymbols symbols(*format->getDateFormatSymbols());
    std::array<icu::UnicodeString, 12> months;
    for (std::size_t i = 0; i < months.size(); ++i) months[i] = icu::UnicodeString(kKurdishMonths[i]);
    symbols.setMonths(months.data(), 12, icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::WIDE);
    format->setDateFormatSymbols(symbols);
  }
  return format;
}

std::string day_text(std::unique_ptr<icu::SimpleDateFormat>& format, const Language& language,
                     const char16_t* pattern, Day day) {
  constexpr double kDayMs = 86'400'000;
  if (!format) format = made(language, pattern);
  icu::UnicodeString out;
  format->format(day.number() * kDayMs, out);
  return utf8(out);
}

}  // namespace

std::string day_short(const Language& language, Day day) {
  return day_text(formatters(language).day_short, language, patterns_of(language).day_short, day);
}

std::string day_long(const Language& language, Day day) {
  return day_text(formatters(language).day_long, language, patterns_of(language).day_long, day);
}

std::string weekday_name(const Language& language, Weekday weekday, Width width) {
  CHECK(weekday >= 1 && weekday <= 7);
  auto& format = formatters(language).day_long;
  if (!format) format = made(language, patterns_of(language).day_long);
  std::int32_t count = 0;
  const auto* names = format->getDateFormatSymbols()->getWeekdays(
      count, icu::DateFormatSymbols::STANDALONE,
      width == Width::wide ? icu::DateFormatSymbols::WIDE : icu::DateFormatSymbols::ABBREVIATED);
  CHECK(count == 8);
  // ICU counts from 1 = Sunday.
  return utf8(names[weekday % 7 + 1]);
}

std::string time([[maybe_unused]] const Language& language, Minute minute) { return minute_text(minute); }

std::string hours(const Language& language, Minute from, Minute to) {
  return time(language, from) + "–" + time(language, to);
}

}  // namespace lotse::words
