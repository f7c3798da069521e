// SPDX-License-Identifier: EUPL-1.2
// How parents see the contacts of a unit.
#include <algorithm>

#include "unit/profile.h"
#include "unit/unit.h"
#include "web/form.h"

namespace lotse::unit {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

// What matters before one calls: open now, later today, or when next.
std::string open_now(const Ask& ask, const std::vector<Span>& spans, const WallTime& now) {
  const Weekday today = now.day.weekday();
  for (const auto& each : spans)
    if (each.weekday == today && now.minute >= each.from && now.minute < each.to)
      return ask.t("Open now, until {time}", {{"time", words::time(ask.language, each.to)}});
  for (const auto& each : spans)
    if (each.weekday == today && each.from > now.minute)
      return ask.t("Open today at {time}", {{"time", words::time(ask.language, each.from)}});
  for (int ahead = 1; ahead <= 7; ++ahead)
    for (const auto& each : spans)
      if (each.weekday == (today - 1 + ahead) % 7 + 1)
        return ask.t("Closed now. Open again: {day} {time}",
                     {{"day", words::weekday_name(ask.language, each.weekday)},
                      {"time", words::time(ask.language, each.from)}});
  return {};
}

Html week(const Ask& ask, const std::vector<Span>& spans, Weekday today) {
  Html rows;
  for (Weekday day = 1; day <= 7; ++day) {
    Html times;
    for (const auto& each : spans)
      if (each.weekday == day)
        (times += times.empty() ? Html() : el("br")) +=
            el("span", {cls("lo-ltr-inline")}, {words::hours(ask.language, each.from, each.to)});
    if (times.empty()) times = Html::text(ask.t("closed"));
    const std::string name = words::weekday_name(ask.language, day);
    rows +=
        el("tr", {web::attr_if(day == today, "class", "lo-hours__today")},
           {el("th", {attr("scope", "row")}, {day == today ? ask.t("{day} (today)", {{"day", name}}) : name}),
            el("td", {}, {times})});
  }
  return el(
      "details", {cls("kern-accordion")},
      {el("summary", {cls("kern-accordion__header")},
          {el("span", {cls("kern-title kern-title--small")}, {ask.t("Opening hours")})}),
       el("div", {cls("kern-accordion__body")},
          {el("table", {cls("lo-hours")},
              {el("caption", {cls("kern-sr-only")}, {ask.t("Opening hours")}), el("tbody", {}, {rows})})})});
}

Html hours(const Ask& ask, const Unit& unit) {
  const WallTime now = wall_time(ask.desk.now());
  const auto spans = spans_of(unit.hours);
  Html line;
  if (!spans.empty()) line = el("strong", {}, {open_now(ask, spans, now)});
  if (unit.hours.by_appointment)
    line += Html::text(spans.empty() ? ask.t("Only by appointment. Please call first.")
                                     : " · " + ask.t("by appointment"));
  Html html = line.empty() ? Html() : el("p", {cls("kern-body")}, {line});
  if (!spans.empty()) html += week(ask, spans, now.day.weekday());
  return html;
}

Html contact(const Ask& ask, const Contact& c) {
  std::vector<std::string> languages;
  for (const auto& code : c.languages) languages.push_back(words::language_name(ask.language, code));
  Html who = el("strong", {attr("dir", "auto")}, {c.name});
  if (!c.matter.empty())
    who += all({el("br"), el("span", {attr("lang", "de"), attr("dir", "auto")}, {c.matter})});
  Html html = el("p", {cls("kern-body")}, {who});
  if (!languages.empty())
    html += el("p", {cls("kern-body")},
               {ask.t("Speaks {languages}", {{"languages", words::list(ask.language, languages)}})});
  if (!c.phone.empty())
    html += el("a", {cls("kern-btn kern-btn--primary lo-tel"), web::href(Url::telephone(c.phone))},
               {web::icon("phone"), el("span", {cls("kern-label")},
                                       {ask.t("Call"), " ", el("span", {cls("lo-ltr-inline")}, {c.phone})})});
  if (!c.email.empty()) {
    const auto at = std::min(c.email.find('@'), c.email.size() - 1);
    html += el("ul", {cls("lo-lines")},
               {el("li", {},
                   {web::icon("mail"),
                    el("span", {cls("lo-lines__text")},
                       {el("a", {cls("lo-ltr"), attr("dir", "ltr"), web::href(Url::mail(c.email))},
                           {c.email.substr(0, at + 1), el("wbr"), c.email.substr(at + 1)})})})});
  }
  return html;
}

}  // namespace

Html contact_card(const Ask& ask, const Unit& unit, std::string_view heading) {
  Html contacts;
  for (const auto& each : unit.contacts)
    (contacts += contacts.empty() ? Html() : el("hr", {cls("kern-divider")})) += contact(ask, each);
  return el("section", {cls("lo-contact kern-level-1")},
            {el("h2", {cls("kern-heading-small")}, {heading}),
             el("p", {cls("kern-body"), attr("lang", "de"), attr("dir", "auto")}, {unit.name}),
             hours(ask, unit), contacts});
}

}  // namespace lotse::unit
