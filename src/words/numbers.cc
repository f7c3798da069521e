// SPDX-License-Identifier: EUPL-1.2
// Numbers, money, distances, lists, and the order of texts.
#include <unicode/currunit.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "words/formatters.h"
#include "words/words.h"

namespace lotse::words {
namespace {

using icu::number::FormattedNumber;
using icu::number::NumberFormatter;

std::string text_of(const FormattedNumber& formatted, UErrorCode& code) {
  const auto text = formatted.toString(code);
  must(code);
  return utf8(text);
}

icu::Collator& collator(const Language& language) {
  auto& tools = formatters(language);
  if (!tools.collator) {
    UErrorCode code = U_ZERO_ERROR;
    tools.collator.reset(icu::Collator::createInstance(tools.locale, code));
    must(code);
    tools.collator->setAttribute(UCOL_NUMERIC_COLLATION, UCOL_ON, code);
    must(code);
  }
  return *tools.collator;
}

}  // namespace

std::string number(const Language& language, std::int64_t value) {
  auto& tools = formatters(language);
  if (!tools.integer) tools.integer = NumberFormatter::withLocale(tools.locale);
  UErrorCode code = U_ZERO_ERROR;
  return text_of(tools.integer->formatInt(value, code), code);
}

std::string decimal(const Language& language, double value, int digits) {
  CHECK(digits >= 0 && digits <= kMostDigits && std::isfinite(value));
  auto& tools = formatters(language);
  auto& format = tools.decimals[static_cast<std::size_t>(digits)];
  if (!format) {
    format = NumberFormatter::withLocale(tools.locale)
                 .precision(icu::number::Precision::fixedFraction(digits))
                 .roundingMode(UNUM_ROUND_HALFUP);
  }
  UErrorCode code = U_ZERO_ERROR;
  return text_of(format->formatDouble(value, code), code);
}

std::string money(const Language& language, std::int64_t cents) {
  auto& tools = formatters(language);
  UErrorCode code = U_ZERO_ERROR;
  if (!tools.money) {
    // Narrow: "€" in every language, where some would write "EUR".
    tools.money = NumberFormatter::withLocale(tools.locale)
                      .unit(icu::CurrencyUnit(u"EUR", code))
                      .unitWidth(UNUM_UNIT_WIDTH_NARROW);
    must(code);
  }
  // As a decimal text, because a double does not hold every number of cents.
  const auto size =
      cents < 0 ? 0ULL - static_cast<unsigned long long>(cents) : static_cast<unsigned long long>(cents);
  std::string amount = std::to_string(size / 100) + "." + std::to_string(size % 100 + 100).substr(1);
  if (cents < 0) amount.insert(0, 1, '-');
  return text_of(tools.money->formatDecimal(amount, code), code);
}

std::string distance(const Language& language, double metres) {
  CHECK(std::isfinite(metres) && metres >= 0);
  const double tens = std::max(10.0, std::round(metres / 10) * 10);
  if (tens < 1000)
    return translate(language, msg("{n} m", {{"n", number(language, static_cast<std::int64_t>(tens))}}));
  const double km = metres / 1000;
  return translate(
      language,
      msg("{n} km", {{"n", decimal(language, km, km < 9.95 && std::fmod(metres, 1000) != 0 ? 1 : 0)}}));
}

std::string list(const Language& language, std::span<const std::string> items) {
  auto& tools = formatters(language);
  UErrorCode code = U_ZERO_ERROR;
  if (!tools.list) {
    tools.list.reset(icu::ListFormatter::createInstance(tools.locale, code));
    must(code);
  }
  std::vector<icu::UnicodeString> parts;
  for (const std::string& item : items) parts.push_back(utf16(item));
  icu::UnicodeString out;
  tools.list->format(parts.data(), static_cast<std::int32_t>(parts.size()), out, code);
  must(code);
  return utf8(out);
}

int compare(const Language& language, std::string_view a, std::string_view b) {
  UErrorCode code = U_ZERO_ERROR;
  const auto size = [](std::string_view s) { return static_cast<std::int32_t>(s.size()); };
  const auto order = collator(language).compareUTF8({a.data(), size(a)}, {b.data(), size(b)}, code);
  must(code);
  return static_cast<int>(order);
}

}  // namespace lotse::words
