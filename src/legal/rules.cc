// SPDX-License-Identifier: EUPL-1.2
// What must hold for what a unit tells the public, and what it has not told yet.
#include <algorithm>
#include <map>

#include "base/fold.h"
#include "legal/parts.h"

namespace lotse::legal {
namespace {

constexpr std::size_t kLineLength = 300, kTextLength = 5'000;

bool is_broken(std::string_view text, bool line_ends) {
  return has_bidi_control(text) || std::any_of(text.begin(), text.end(), [&](char c) {
           const bool end = c == '\n' || c == '\r';
           return (static_cast<unsigned char>(c) < ' ' && !(end && line_ends)) || c == 0x7F;
         });
}

std::optional<Text> wrong_value(Kind kind, const std::string& value, Day today) {
  switch (kind) {
    case Kind::line:
    case Kind::text:
      return std::nullopt;
    case Kind::email:
      if (!unit::is_email(value)) return msg("Enter an e-mail address in the form name@example.org.");
      return std::nullopt;
    case Kind::phone:
      if (!unit::is_telephone(value)) return msg("Enter a telephone number, for example 030 23125 123.");
      return std::nullopt;
    case Kind::web:
      if (!web::Url::web(value)) return msg("Enter a web address that begins with https://.");
      return std::nullopt;
    case Kind::day: {
      const auto day = Day::parse(value);
      if (!day) return msg("Enter a day in the form 2026-11-24.");
      if (*day > today) return msg("This day has not come yet. Enter the day of the last check.");
      return std::nullopt;
    }
    case Kind::state:
      if (value != "full" && value != "partial" && value != "none") return msg("Choose one from the list.");
      return std::nullopt;
    case Kind::method:
      if (value != "self" && value != "outside") return msg("Choose one from the list.");
      return std::nullopt;
  }
  return std::nullopt;
}

std::string tidy(std::string_view typed) {
  std::string kept;
  while (!typed.empty()) {
    const auto end = std::min(typed.find('\n'), typed.size());
    if (const auto line = trimmed(typed.substr(0, end)); !line.empty())
      (kept += kept.empty() ? "" : "\n") += line;
    typed.remove_prefix(std::min(end + 1, typed.size()));
  }
  return kept;
}

}  // namespace

Part part_of(std::string_view field) {
  Part part = Part::imprint, found = part;
  for_each_field<Duties>([&](const auto& f) {
    if (f.name == "dpo") part = Part::privacy;
    if (f.name == "state") part = Part::accessibility;
    if (f.name == field) found = part;
  });
  return found;
}

Kind kind_of(std::string_view field) {
  static const std::map<std::string_view, Kind> kKinds{
      {"email", Kind::email},       {"dpo_email", Kind::email},   {"phone", Kind::phone},
      {"dpo_phone", Kind::phone},   {"authority_web", Kind::web}, {"enforcement_web", Kind::web},
      {"sign_language", Kind::web}, {"recipients", Kind::text},   {"more", Kind::text},
      {"barriers", Kind::text},     {"state", Kind::state},       {"method", Kind::method},
      {"checked_on", Kind::day}};
  const auto at = kKinds.find(field);
  return at == kKinds.end() ? Kind::line : at->second;
}

Duties tidied(const Duties& duties) {
  Duties kept = duties;
  for_each_field<Duties>([&](const auto& f) { kept.*(f.member) = tidy(kept.*(f.member)); });
  return kept;
}

Problems check(const Duties& duties, Day today) {
  Problems problems;
  for_each_field<Duties>([&](const auto& f) {
    const std::string value = tidy(duties.*(f.member));
    if (value.empty()) return;
    const Kind kind = kind_of(f.name);
    const std::string field(f.name);
    if (length(value) > (kind == Kind::text ? kTextLength : kLineLength))
      problems.push_back({field, msg("This text is too long. Please shorten it.")});
    else if (is_broken(value, kind == Kind::text))
      problems.push_back(
          {field,
           msg("The text has invisible characters that turn the reading direction. Type it in again.")});
    else if (auto wrong = wrong_value(kind, value, today))
      problems.push_back({field, std::move(*wrong)});
  });
  return problems;
}

std::vector<std::string_view> missing(const Duties& duties, bool runs_website) {
  std::vector<std::string_view> labels;
  for_each_field<Duties>([&](const auto& f) {
    const bool asked = runs_website || part_of(f.name) != Part::accessibility;
    if (asked && f.duty == Duty::needed && (duties.*(f.member)).empty()) labels.push_back(f.label);
  });
  // Who says that not all is accessible has to say what is not (Decision (EU) 2018/1523, Annex).
  if (runs_website && duties.barriers.empty() && (duties.state == "partial" || duties.state == "none"))
    labels.push_back(words::N_("Known barriers"));
  return labels;
}

}  // namespace lotse::legal
