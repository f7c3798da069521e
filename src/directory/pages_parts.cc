// SPDX-License-Identifier: EUPL-1.2
// Parts that several pages of the directory share.
#include <algorithm>

#include "base/json.h"
#include "directory/offer.h"
#include "directory/pages.h"

namespace lotse::directory {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

// A time span reads from left to right in every language; here it stands inside a sentence without an element
// of its own.
std::string isolated(const std::string& span) { return "\u2066" + span + "\u2069"; }

// Both ends in months, as age_text() has them.
std::string age_range(const Ask& ask, const std::optional<int>& min, const std::optional<int>& max) {
  if (min && max)
    return ask.t("from {from} to {to}", {{"from", age_text(ask, *min)}, {"to", age_text(ask, *max)}});
  if (min) return ask.t("from {from}", {{"from", age_text(ask, *min)}});
  if (max) return ask.t("up to {to}", {{"to", age_text(ask, *max)}});
  return "";
}

// Years are asked in classes, so that an offer may suit although it says otherwise: the limits are always
// said.
std::string age_reason(const Ask& ask, const match::Reason& r) {
  std::optional<int> min, max;
  if (r.min && *r.min > 0) min = *r.min * 12;
  if (r.max) max = *r.max * 12;
  const std::string ages = age_range(ask, min, max);
  switch (r.verdict) {
    case match::Verdict::fits:
    case match::Verdict::fits_other:
      return ages.empty() ? ask.t("Fits the age") : ask.t("Fits the age: {ages}", {{"ages", ages}});
    case match::Verdict::unknown:
      return ask.t("Please ask for which age it is");
    case match::Verdict::misses:
      return ages.empty() ? ask.t("For another age") : ask.t("For another age: {ages}", {{"ages", ages}});
  }
  return {};
}

std::string language_reason(const Ask& ask, const match::Reason& r, const std::string& name) {
  switch (r.verdict) {
    case match::Verdict::fits:
      return ask.t("They speak: {language}", {{"language", name}});
    case match::Verdict::fits_other:
      return r.on_request ? ask.t("Interpreter on request: {language}", {{"language", name}})
                          : ask.t("With an interpreter: {language}", {{"language", name}});
    case match::Verdict::unknown:
      return ask.t("Please ask whether they speak: {language}", {{"language", name}});
    case match::Verdict::misses:
      return ask.t("Not in your language: {language}", {{"language", name}});
  }
  return {};
}

std::string when_reason(const Ask& ask, const match::Reason& r) {
  switch (r.verdict) {
    case match::Verdict::fits:
      return r.opening
                 ? ask.t("Open at your time: {day} {hours}",
                         {{"day", words::weekday_name(ask.language, r.opening->weekday)},
                          {"hours", isolated(words::hours(ask.language, r.opening->from, r.opening->to))}})
                 : ask.t("Open at your time");
    case match::Verdict::fits_other:
      return ask.t("By appointment");
    case match::Verdict::unknown:
      return ask.t("Please ask for the opening hours");
    case match::Verdict::misses:
      return ask.t("Not open at your time");
  }
  return {};
}

std::string care_reason(const Ask& ask, const match::Reason& r) {
  const std::string range = age_range(ask, r.min, r.max);
  switch (r.verdict) {
    case match::Verdict::fits:
    case match::Verdict::fits_other:
      return range.empty() ? ask.t("Child care there") : ask.t("Child care there {ages}", {{"ages", range}});
    case match::Verdict::unknown:
      return ask.t("Please ask about child care");
    case match::Verdict::misses:
      return range.empty() ? ask.t("No child care there")
                           : ask.t("Child care only {ages}", {{"ages", range}});
  }
  return {};
}

std::string reason_text(const Ask& ask, const match::Reason& r, const match::Question& q) {
  const bool fits = r.verdict == match::Verdict::fits || r.verdict == match::Verdict::fits_other;
  const bool unknown = r.verdict == match::Verdict::unknown;
  switch (r.wish) {
    case match::Wish::language:
      return language_reason(ask, r, words::language_name(ask.language, q.language.value_or("")));
    case match::Wish::when:
      return when_reason(ask, r);
    case match::Wish::child_care:
      return care_reason(ask, r);
    case match::Wish::cost:
      return fits      ? ask.t("Costs nothing")
             : unknown ? ask.t("Please ask what it costs")
                       : ask.t("Costs money");
    case match::Wish::age:
      return age_reason(ask, r);
    case match::Wish::audience:
      return fits      ? ask.t("For you")
             : unknown ? ask.t("Please ask for whom it is")
                       : ask.t("For other people");
    case match::Wish::places:
      return fits      ? ask.t("Places free")
             : unknown ? ask.t("Please ask for free places")
                       : ask.t("No place free");
  }
  return {};
}

}  // namespace

std::string language_list(const Ask& ask, const std::vector<std::string>& codes) {
  std::vector<std::string> names;
  for (const auto& each : codes) names.push_back(words::language_name(ask.language, each));
  return words::list(ask.language, names);
}

std::string group_name(const Ask& ask, std::string_view group) {
  static const std::map<std::string_view, const char*> labels{
      {"women", words::N_("Women")},
      {"men", words::N_("Men")},
      {"single_parents", words::N_("Single parents")},
      {"refugees", words::N_("Refugees")},
      {"jobseekers", words::N_("People looking for work")},
      {"parents_under_25", words::N_("Parents under 25")},
      {"jobcentre_customers", words::N_("People who get money from the job centre")},
      {"pregnant", words::N_("Pregnant women")},
      {"parents", words::N_("Parents")},
      {"migrants", words::N_("People from other countries")},
      {"children", words::N_("Children")},
      {"girls", words::N_("Girls")},
      {"carers", words::N_("People who care for relatives")},
      {"fathers", words::N_("Fathers")}};
  const auto at = labels.find(group);
  return at == labels.end() ? std::string(group) : ask.t(at->second);
}

std::string group_list(const Ask& ask, const std::vector<std::string>& groups) {
  std::vector<std::string> names;
  for (const auto& each : groups) names.push_back(group_name(ask, each));
  return words::list(ask.language, names);
}

std::string age_text(const Ask& ask, int months) {
  if (months < 24 && months % 12 != 0) return ask.tn("{n} month", "{n} months", months);
  return ask.tn("{n} year", "{n} years", months / 12);
}

Html line(std::string_view icon, const Html& content) {
  return el("li", {},
            {el("span", {cls("kern-icon kern-icon--small kern-icon--" + std::string(icon)),
                         attr("aria-hidden", "true")}),
             el("span", {cls("lo-lines__text")}, {content})});
}

Html hours_line(const Ask& ask, const HoursOf& hours) {
  Html text;
  int last = 0;
  auto spans = spans_of(hours.openings);
  if (open_for(spans, 1, 0) == kMinutesOfWeek) {
    text = Html::text(ask.t("Open day and night"));
    spans.clear();
  }
  for (const auto& each : across_midnight(std::move(spans))) {
    if (!text.empty()) text += Html::text(", ");
    if (each.weekday != last) text += Html::text(words::weekday_name(ask.language, each.weekday) + " ");
    last = each.weekday;
    text += el("span", {cls("lo-ltr-inline")}, {words::hours(ask.language, each.from, each.to)});
  }
  if (hours.by_appointment) {
    if (text.empty()) return Html::text(ask.t("Only by appointment"));
    text += Html::text(" · " + ask.t("by appointment"));
  }
  if (text.empty()) return Html::text(ask.t("Please ask for the opening hours"));
  return text;
}

Html address_lines(const std::string& address) {
  Html lines;
  std::string_view rest = address;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(", "), rest.size());
    lines += el("span", {cls("lo-ltr"), attr("lang", "de"), attr("dir", "ltr")}, {rest.substr(0, comma)});
    rest.remove_prefix(std::min(comma + 2, rest.size()));
  }
  return lines;
}

Html reasons(const Ask& ask, const match::Hit& hit, const match::Question& question) {
  Html items;
  for (const auto& each : hit.reasons) {
    const bool unknown = each.verdict == match::Verdict::unknown,
               misses = each.verdict == match::Verdict::misses;
    const char* kind = misses    ? "lo-reason lo-reason--nearly"
                       : unknown ? "lo-reason lo-reason--unknown"
                                 : "lo-reason lo-reason--fits";
    items += el("li", {cls(kind)},
                {web::icon(misses    ? "warning"
                           : unknown ? "info"
                                     : "success"),
                 reason_text(ask, each, question)});
  }
  return items.empty() ? Html()
                       : el("ul", {cls("lo-reasons"), attr("aria-label", ask.t("Why this offer"))}, {items});
}

Html language_note(const Ask& ask, std::string_view language, std::string_view state) {
  std::string text;
  if (language != ask.language.tag) {
    const auto* other = words::language(language);
    const std::string name =
        other ? words::language_name(ask.language, other->iso639_3) : std::string(language);
    text = ask.language.tag == "de-x-simple"
               ? ask.t("This text is not yet available in easy language.")
               : ask.t("This text is only available in: {language}", {{"language", name}});
  } else if (state == "machine") {
    text = ask.t("This text was translated by a machine.");
  }
  if (text.empty()) return {};
  return el("div", {cls("lo-note")},
            {web::icon("language"), el("div", {cls("lo-note__text")}, {el("p", {}, {text})})});
}

}  // namespace lotse::directory
