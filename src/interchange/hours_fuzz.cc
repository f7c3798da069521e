// SPDX-License-Identifier: EUPL-1.2
// Opening hours and languages out of a stranger's text. Promises are checked by trapping.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/time.h"
#include "interchange/hours.h"
#include "interchange/language_text.h"

int fuzz_hours(const std::uint8_t* data, std::size_t size);

int fuzz_hours(const std::uint8_t* data, std::size_t size) {
  using namespace lotse::interchange;
  const auto must = [](bool condition) {
    if (!condition) std::abort();
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Hours hours = read_hours(text);
  must(hours.understood || (hours.schedules.empty() && !hours.by_appointment));
  for (const auto& s : hours.schedules) {
    must(lotse::parse_minute(s.opens_at) && lotse::parse_minute(s.closes_at) && s.opens_at != s.closes_at);
    must(hours.without_days || !s.byday.empty());
  }
  const LanguageText languages = read_languages(text);
  for (const auto& l : languages.languages) must(!l.name.empty() && (l.code.empty() || l.code.size() == 3));
  must(languages.remarks.empty() == (languages.interpreters.empty() && !languages.interpreter_on_request));
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_hours(data, size);
}
