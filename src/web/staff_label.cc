// SPDX-License-Identifier: EUPL-1.2
#include "web/staff_label.h"

#include <map>

#include "words/words.h"

namespace lotse::web {

std::string function_label(const Ask& ask, std::string_view function) {
  static const std::map<std::string_view, const char*> kLabels{
      {"case_worker", words::N_("case worker")}, {"lead", words::N_("lead")},
      {"organiser", words::N_("organiser")},     {"directory_editor", words::N_("directory editor")},
      {"personnel", words::N_("personnel")},     {"interpreter", words::N_("interpreter")},
      {"helper", words::N_("helper")},           {"bca", words::N_("equal opportunities officer")},
      {"coordinator", words::N_("coordinator")}, {"auditor", words::N_("auditor")},
      {"admin", words::N_("administrator")},     {"dpo", words::N_("data protection officer")}};
  const auto at = kLabels.find(function);
  return at == kLabels.end() ? std::string(function) : ask.t(at->second);
}

std::string moment(const Ask& ask, Instant at) {
  const auto wall = wall_time(at);
  return words::day_short(ask.language, wall.day) + ", " + words::time(ask.language, wall.minute);
}

}  // namespace lotse::web
