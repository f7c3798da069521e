// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <unicode/coll.h>
#include <unicode/listformatter.h>
#include <unicode/locdspnm.h>
#include <unicode/locid.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "words/words.h"

/** ICU's tools, kept for each thread and language, because making one costs far more than using it. */
namespace lotse::words {

constexpr int kMostDigits = 6;

struct Formatters {
  icu::Locale locale{};
  std::unique_ptr<icu::SimpleDateFormat> day_short{}, day_long{};
  std::optional<icu::number::LocalizedNumberFormatter> integer{}, money{};
  std::array<std::optional<icu::number::LocalizedNumberFormatter>, kMostDigits + 1> decimals{};
  std::unique_ptr<icu::ListFormatter> list{};
  std::unique_ptr<icu::Collator> collator{};
  std::unique_ptr<icu::LocaleDisplayNames> names{};
};

/** This thread's tools for a language; members are empty until first needed. */
Formatters& formatters(const Language& language);

/** Throws Bug if ICU reports an error, which for our locales and values means that its data are missing. */
void must(UErrorCode code);

icu::UnicodeString utf16(std::string_view text);
std::string utf8(const icu::UnicodeString& text);

}  // namespace lotse::words
