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

Html hours(const Ask& ask, const Unit& unit) {
  const auto spans = spans_of(unit.hours);
  Html line;
  if (!spans.empty()) line = el("strong", {}, {open_now(ask, spans)});
  if (unit.hours.by_appointment)
    line += Html::text(spans.empty() ? ask.t("Only by appointment. Please call first.")
                                     : " · " + ask.t("by appointment"));
  Html html = line.empty() ? Html() : el("p", {cls("kern-body")}, {line});
  if (const Html table = hours_table(ask, spans); !table.empty())
    html += el("details", {cls("kern-accordion")},
               {el("summary", {cls("kern-accordion__header")},
                   {el("span", {cls("kern-title kern-title--small")}, {ask.t("Opening hours")})}),
                el("div", {cls("kern-accordion__body")}, {table})});
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
  if (!c.phone.empty()) html += telephone_button(ask, c.phone);
  if (!c.email.empty())
    html +=
        el("ul", {cls("lo-lines")},
           {el("li", {}, {web::icon("mail"), el("span", {cls("lo-lines__text")}, {email_link(c.email)})})});
  return html;
}

}  // namespace

std::string open_now(const Ask& ask, std::span<const Span> spans, bool whole) {
  const WallTime now = wall_time(ask.desk.now());
  const Weekday today = now.day.weekday();
  const auto at = [&](Minute minute) { return words::time(ask.language, minute); };
  if (const Minute left = open_for(spans, today, now.minute); left > 0) {
    if (left == kMinutesOfWeek) return ask.t("Open day and night");
    const Minute end = now.minute + left, closes = (end - 1) % 1440 + 1;
    if (left < 1440) return ask.t("Open now, until {time}", {{"time", at(closes)}});
    const Weekday day = (today - 1 + (end - 1) / 1440) % 7 + 1;
    return ask.t("Open now. Closes: {day} {time}",
                 {{"day", words::weekday_name(ask.language, day)}, {"time", at(closes)}});
  }
  // The next to begin, within a week.
  const auto wait = [&](const Span& s) {
    return ((s.weekday - today + 7) * 1440 + s.from - now.minute) % kMinutesOfWeek;
  };
  const auto next = std::min_element(spans.begin(), spans.end(),
                                     [&](const Span& a, const Span& b) { return wait(a) < wait(b); });
  if (next == spans.end()) return {};
  if (wait(*next) + now.minute < 1440) return ask.t("Open today at {time}", {{"time", at(next->from)}});
  if (!whole) return ask.t("Please ask for the opening hours");
  return ask.t("Closed now. Open again: {day} {time}",
               {{"day", words::weekday_name(ask.language, next->weekday)}, {"time", at(next->from)}});
}

Html hours_table(const Ask& ask, std::span<const Span> spans, bool whole) {
  if (spans.empty() || open_for(spans, 1, 0) == kMinutesOfWeek) return {};
  const WallTime now = wall_time(ask.desk.now());
  const Weekday today = now.day.weekday();
  const auto nights = across_midnight({spans.begin(), spans.end()});
  Html rows;
  for (Weekday day = 1; day <= 7; ++day) {
    Html times;
    const auto add = [&](const auto& of) {
      for (const auto& each : of)
        if (each.weekday == day)
          (times += times.empty() ? Html() : el("br")) +=
              el("span", {cls("lo-ltr-inline")}, {words::hours(ask.language, each.from, each.to)});
    };
    add(nights);
    // Nobody reads "closed" while the night before is still going on.
    if (times.empty() && day == today && open_for(spans, today, now.minute) > 0) add(spans);
    if (times.empty()) times = Html::text(whole ? ask.t("closed") : ask.t("Not known. Please ask."));
    const std::string name = words::weekday_name(ask.language, day);
    rows +=
        el("tr", {web::attr_if(day == today, "class", "lo-hours__today")},
           {el("th", {attr("scope", "row")}, {day == today ? ask.t("{day} (today)", {{"day", name}}) : name}),
            el("td", {}, {times})});
  }
  return el("table", {cls("lo-hours")},
            {el("caption", {cls("kern-sr-only")}, {ask.t("Opening hours")}), el("tbody", {}, {rows})});
}

Html telephone_button(const Ask& ask, const std::string& number) {
  return el("a", {cls("kern-btn kern-btn--primary lo-tel"), web::href(Url::telephone(number))},
            {web::icon("phone"), el("span", {cls("kern-label")},
                                    {ask.t("Call"), " ", el("span", {cls("lo-ltr-inline")}, {number})})});
}

Html email_link(const std::string& address) {
  const auto at = std::min(address.find('@'), address.size() - 1);
  return el("a", {cls("lo-ltr"), attr("dir", "ltr"), web::href(Url::mail(address))},
            {address.substr(0, at + 1), el("wbr"), address.substr(at + 1)});
}

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
