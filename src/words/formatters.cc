// SPDX-License-Identifier: EUPL-1.2
#include "words/formatters.h"

#include "base/check.h"

namespace lotse::words {

Formatters& formatters(const Language& language) {
  constexpr std::size_t kSlots = 14;
  thread_local std::array<std::pair<std::string_view, std::unique_ptr<Formatters>>, kSlots> slots;
  for (auto& [tag, tools] : slots) {
    if (tools && tag == language.tag) return *tools;
    if (tools) continue;
    tag = language.tag;
    tools = std::make_unique<Formatters>();
    tools->locale = icu::Locale(std::string(language.locale).c_str());
    CHECK(!tools->locale.isBogus());
    return *tools;
  }
  throw Bug("words: more languages than slots");
}

void must(UErrorCode code) { CHECK(U_SUCCESS(code)); }

icu::UnicodeString utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  return text.toUTF8String(out);
}

}  // namespace lotse::words
