// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <cmath>

#include "base/fold.h"
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

// Characters of a text that may stand before the number to call: about half the height of a telephone.
constexpr std::size_t kShortText = 300;
constexpr web::Access kOpen{&access::kDirectoryRead, access::kDirectoryPurpose, true};

/** The texts of an entry for one reader, and which they are. */
struct Reading {
  std::string language, state;
  Words words;
};

Reading reading_of(const Entry& e, std::string_view wanted) {
  const Service& s = e.service;
  Texts texts = s.lotse_texts;
  auto& original = texts[s.lotse_language];
  if (original.name.empty()) original.name = s.name;
  if (original.description.empty()) original.description = s.description;
  if (original.eligibility.empty()) original.eligibility = s.eligibility_description;
  if (original.application.empty()) original.application = s.application_process;
  const auto& [language, words] = text_for(texts, wanted);
  Reading reading{language, std::string(name_of(words.state)), words};
  if (reading.words.name.empty()) reading.words.name = e.organisation.name;
  return reading;
}

Html fact(const Ask&, std::string_view icon, const std::string& title, const Html& content) {
  return el("div", {cls("lo-facts__row")}, {el("dt", {}, {web::icon(icon), title}), el("dd", {}, {content})});
}

std::string care_text(const Ask& ask, const ChildCare& care) {
  if (care.kind == Care::none)
    return ask.t("No child care there. You may ask whether children can come along.");
  if (care.kind == Care::unknown) return ask.t("Not known. Please ask.");
  std::string text = ask.t("Yes, while you are there");
  if (care.from_months && care.to_months)
    text += ", " + ask.t("from {from} to {to}", {{"from", age_text(ask, *care.from_months)},
                                                 {"to", age_text(ask, *care.to_months)}});
  if (care.places) text += ", " + ask.tn("{n} place", "{n} places", *care.places);
  return text;
}

std::string cost_text(const Ask& ask, const Service& s) {
  if (s.lotse_free_of_charge == true) return ask.t("Costs nothing");
  for (const auto& each : s.cost_options)
    if (each.amount.is_number())
      return each.amount.get<double>() == 0
                 ? ask.t("Costs nothing")
                 : words::money(ask.language, std::llround(each.amount.get<double>() * 100));
  if (s.lotse_free_of_charge == false) return ask.t("Costs money. Please ask how much.");
  return {};
}

Html language_facts(const Ask& ask, const Service& s) {
  std::vector<std::string> spoken;
  Html more;
  for (const auto& each : s.languages) {
    if (!each.code.empty())
      spoken.push_back(each.code);
    else if (!each.name.empty())
      more += el("p", {attr("dir", "auto")}, {each.name});
  }
  Html text;
  if (!spoken.empty()) text += el("p", {}, {language_list(ask, spoken)});
  text += more;
  if (!s.lotse_interpreters.empty())
    text += el(
        "p", {},
        {ask.t("With an interpreter: {language}", {{"language", language_list(ask, s.lotse_interpreters)}})});
  if (s.lotse_interpreter_on_request)
    text += el("p", {},
               {ask.t("An interpreter for other languages can be ordered. Please say so when you call.")});
  return text;
}

const Contact* named_contact(const Service& s) {
  return s.contacts.empty() || s.contacts.front().name.empty() ? nullptr : &s.contacts.front();
}

// Whom to ask where the entry names nobody: the people of the unit that keeps it (story S0.7).
std::optional<unit::Unit> asked_instead(const Ask& ask, const Entry& e) {
  if (named_contact(e.service)) return std::nullopt;
  auto keeper = unit::find(ask.desk, e.keeper);
  return keeper && !keeper->contacts.empty() ? keeper : std::nullopt;
}

Html contact_card(const Ask& ask, const Entry& e, const std::string& phone) {
  Html lines;
  const Contact* named = named_contact(e.service);
  if (named) {
    lines +=
        line("account-circle",
             all({el("span", {attr("dir", "auto")}, {named->name}),
                  named->title.empty()
                      ? Html()
                      : all({", ", el("span", {attr("lang", "de"), attr("dir", "auto")}, {named->title})})}));
    std::vector<std::string> codes;
    for (const auto& each : named->lotse_languages)
      if (!each.code.empty()) codes.push_back(each.code);
    if (!codes.empty())
      lines +=
          line("speech", Html::text(ask.t("Speaks {languages}", {{"languages", language_list(ask, codes)}})));
    if (!named->phones.empty() && named->phones.front().number != phone)
      lines +=
          line("phone", el("a", {cls("lo-ltr-inline"), web::href(Url::telephone(named->phones[0].number))},
                           {named->phones[0].number}));
  }
  std::string email = e.service.contacts.empty() ? "" : e.service.contacts.front().email;
  if (email.empty()) email = e.service.email.empty() ? e.organisation.email : e.service.email;
  if (!email.empty()) lines += line("mail", unit::email_link(email));
  for (const std::string& site : {e.service.url, e.organisation.website}) {
    auto url = Url::web(site);
    if (!url) url = Url::web("https://" + site);
    if (site.empty() || !url) continue;
    lines += line(
        "open-in-new",
        el("a", {cls("lo-ltr"), attr("dir", "ltr"), web::href(*url), attr("rel", "noreferrer")}, {site}));
    break;
  }
  return el("section", {cls("lo-contact kern-level-1"), attr("aria-labelledby", "contact")},
            {el("h2", {cls("kern-heading-small"), web::id("contact")}, {ask.t("Contact")}),
             el("p", {cls("kern-body"), attr("dir", "auto")}, {e.organisation.name}),
             phone.empty() ? Html() : unit::telephone_button(ask, phone),
             lines.empty() ? Html() : el("ul", {cls("lo-lines")}, {lines})});
}

std::string way_there(const Ask& ask, const Location& location) {
  for (const std::string_view tag : {ask.language.tag, std::string_view("de")})
    if (const auto at = location.lotse_texts.find(std::string(tag));
        at != location.lotse_texts.end() && !at->second.description.empty())
      return at->second.description;
  return location.transportation;
}

Html place_facts(const Ask& ask, const Entry& e) {
  if (e.confidential)
    return fact(ask, "place", ask.t("Where"),
                Html::text(ask.t("The place is kept secret to protect people. Call, and you will be told.")));
  if (!e.location)
    return e.service.lotse_everywhere
               ? fact(ask, "place", ask.t("Where"), Html::text(ask.t("By telephone, online or at your home")))
               : Html();
  Html rows, address = address_lines(address_line(*e.location));
  if (e.location->lotse_approximate)
    address += el("p", {}, {ask.t("On the map the place is only roughly right.")});
  if (!address.empty()) rows += fact(ask, "place", ask.t("Where"), address);
  if (const auto way = way_there(ask, *e.location); !way.empty())
    rows += fact(ask, "map", ask.t("How to get there"), el("div", {attr("dir", "auto")}, {way}));
  Html access;
  for (const auto& each : e.location->accessibility)
    if (!each.description.empty()) {
      const bool known =
          each.description == "yes" || each.description == "no" || each.description == "partly";
      access += known ? el("p", {},
                           {each.description == "yes"  ? ask.t("Wheelchair: yes")
                            : each.description == "no" ? ask.t("Wheelchair: no")
                                                       : ask.t("Wheelchair: partly, please call before")})
                      : el("p", {attr("dir", "auto")}, {each.description});
    }
  if (!access.empty()) rows += fact(ask, "access", ask.t("Accessibility"), access);
  return rows;
}

Html audience_facts(const Ask& ask, const Service& s, const Words& words) {
  Html text;
  if (!s.lotse_audience.empty()) text += el("p", {}, {group_list(ask, s.lotse_audience)});
  if (!words.eligibility.empty()) text += el("p", {attr("dir", "auto")}, {words.eligibility});
  if (s.minimum_age && s.maximum_age)
    text += el("p", {},
               {ask.t("Age: {from} to {to} years",
                      {{"from", words::number(ask.language, static_cast<int>(*s.minimum_age))},
                       {"to", words::number(ask.language, static_cast<int>(*s.maximum_age))}})});
  else if (s.minimum_age && *s.minimum_age > 0)
    text +=
        el("p", {}, {ask.tn("Age: from {n} year", "Age: from {n} years", static_cast<int>(*s.minimum_age))});
  return text;
}

Html facts_list(const Ask& ask, const Entry& e, const Words& words, std::span<const Schedule> schedules) {
  Html rows, hours;
  const auto openings = openings_of(schedules);
  if (const auto spans = spans_of(openings.in_week_of(ask.desk.today())); !spans.empty()) {
    if (!e.service.lotse_by_appointment)
      hours += el("p", {}, {el("strong", {}, {unit::open_now(ask, spans, openings.complete)})});
    hours += unit::hours_table(ask, spans, openings.complete);
  }
  if (e.service.lotse_fringe_hours) hours += el("p", {}, {ask.t("Also early, late or at weekends")});
  if (e.service.lotse_by_appointment)
    hours += el("p", {}, {ask.t("Only by appointment. Please call first.")});
  for (const auto& each : schedules)
    if (!each.description.empty()) hours += el("p", {attr("dir", "auto")}, {each.description});
  if (hours.empty()) hours = Html::text(ask.t("Please ask for the opening hours"));
  rows += fact(ask, "clock", ask.t("When"), hours);
  rows += place_facts(ask, e);
  if (const Html text = language_facts(ask, e.service); !text.empty())
    rows += fact(ask, "speech", ask.t("Languages"), text);
  rows += fact(ask, "child", ask.t("Child care"), Html::text(care_text(ask, e.service.lotse_child_care)));
  if (const auto cost = cost_text(ask, e.service); !cost.empty() || !e.service.fees_description.empty())
    rows +=
        fact(ask, "euro", ask.t("Cost"),
             all({el("p", {}, {cost}), e.service.fees_description.empty()
                                           ? Html()
                                           : el("p", {attr("dir", "auto")}, {e.service.fees_description})}));
  if (const Html text = audience_facts(ask, e.service, words); !text.empty())
    rows += fact(ask, "people", ask.t("For whom"), text);
  if (!words.application.empty())
    rows += fact(ask, "info", ask.t("How to take part"),
                 el("div", {cls("lo-free"), attr("dir", "auto")}, {words.application}));
  return el("dl", {cls("lo-facts")}, {rows});
}

Html alert(const Ask& ask, const Service& s) {
  if (s.alert.empty()) return {};
  return web::alert("warning", ask.t("Please note"),
                    el("p", {cls("kern-body"), attr("dir", "auto")}, {s.alert}));
}

Html tools(const Ask& ask, const std::string& path, const std::string& title) {
  const auto tool = [&](std::string_view icon, const std::string& label) {
    return el("button", {cls("kern-btn kern-btn--secondary"), attr("type", "button"), web::flag("hidden")},
              {web::icon(icon), el("span", {cls("kern-label")}, {label})});
  };
  return el(
      "div", {cls("lo-actions")},
      {el("lo-share",
          {attr("data-done", ask.t("The link was copied.")), attr("data-error", ask.t("That did not work.")),
           attr("data-title", title), attr("data-url", path)},
          {tool("share", ask.t("Share")), el("p", {cls("lo-status"), attr("role", "status")})}),
       el("lo-print", {}, {tool("print", ask.t("Print"))})});
}

// Back to the search one came from: the browser says which, to our own pages only.
Url back_to_search(const Ask& ask) {
  const std::string_view referer = ask.request.header("referer");
  const std::string start = "://" + std::string(ask.request.header("host")) + "/offers?";
  const auto at = referer.find(start);
  if (ask.request.header("host").empty() || at == referer.npos || at > 5) return Url::path("/offers");
  const auto query = http::decode_form(referer.substr(at + start.size()));
  return query ? Url::path("/offers", http::encode_query(query->pairs)) : Url::path("/offers");
}

// How true it is, at the end: for whoever has read it all.
Html care_of_entry(const Ask& ask, const Entry& e, const std::string& path) {
  return all({e.confirmed ? el("p", {cls("kern-body")},
                               {ask.t("Last confirmed: {day}",
                                      {{"day", words::day_long(ask.language, *e.confirmed)}})})
                          : Html(),
              el("p", {cls("kern-body")},
                 {web::link(Url::path(path + "/note"), ask.t("Is something wrong here? Tell us"))})});
}

http::Response entry(Ask& ask, const Rooms& rooms) {
  const Entry e = find_offer(ask.desk, ask.values.at("offer"));
  const std::optional<At> at =
      e.placed && e.location ? std::optional(At{*e.placed, *e.location}) : std::nullopt;
  const auto keeper = asked_instead(ask, e);
  if (ask.json) {
    Json json = to_json(e.service);
    if (keeper) json["lotse_contacts_of_keeper"] = unit::as_json(*keeper)["contacts"];
    json["organization"] = to_json(e.organisation);
    if (e.location) json["location"] = to_json(*e.location);
    if (e.confirmed) json["lotse_confirmed"] = e.confirmed->text();
    return web::json(json);
  }
  const Reading reading = reading_of(e, ask.language.tag);
  const auto schedules = schedules_at(e.service, at ? &*at : nullptr);
  const auto topics = rooms.finder->sight().topics;
  const bool sensitive = is_sensitive(rooms, e);
  const bool foreign = reading.language != ask.language.tag;
  const auto* language = words::language(reading.language);
  const std::string tag(language ? language->html : std::string_view(reading.language));
  Html topic_links;
  for (const auto& key : e.service.lotse_topics)
    if (const auto* topic = topics->find(key))
      topic_links += el(
          "li", {},
          {web::link(Url::path("/offers", "topic=" + http::percent_encode(key)), topic->name(ask.language))});
  std::vector<Pin> pins;
  if (e.location && e.location->latitude && e.location->longitude &&
      is_valid({*e.location->latitude, *e.location->longitude}))
    pins.push_back({{*e.location->latitude, *e.location->longitude}, "", "", reading.words.name});
  const std::string path = "/offers/" + ask.values.at("offer");
  // On a telephone the number to call comes before all facts, and before a long text: whoever needs help at
  // once must not search for it.
  const Html description =
      all({el("div", {cls("lo-free kern-body"), web::attr_if(foreign, "lang", tag), attr("dir", "auto")},
              {reading.words.description}),
           language_note(ask, reading.language, reading.state)});
  // Beside the entry's own number only where it has none.
  const std::string phone = phone_of(e.service, e.organisation, at ? &*at : nullptr);
  const Html people =
      keeper ? unit::contact_card(ask, *keeper, ask.t("Would you rather talk to somebody?")) : Html();
  const bool is_short = length(reading.words.description) <= kShortText;
  const Html first = all({alert(ask, e.service), is_short ? description : Html()});
  const Html rest = all(
      {is_short ? Html() : description, facts_list(ask, e, reading.words, schedules),
       topic_links.empty() ? Html() : el("p", {cls("kern-body")}, {ask.t("More about these topics:")}),
       topic_links.empty() ? Html() : el("ul", {cls("lo-reasons")}, {topic_links}),
       phone.empty() ? Html() : people, tools(ask, path, reading.words.name), care_of_entry(ask, e, path)});
  const Html main = all(
      {el("a", {cls("lo-back"), web::href(back_to_search(ask))},
          {web::icon("arrow-back"), ask.t("All offers")}),
       el("h1", {cls("kern-heading-large"), web::attr_if(foreign, "lang", tag), attr("dir", "auto")},
          {reading.words.name}),
       el("div", {cls("lo-split lo-split--call")},
          {first.empty() ? Html() : el("div", {cls("lo-split__first lo-stack")}, {first}),
           el("div", {cls("lo-split__side lo-stack")},
              {contact_card(ask, e, phone), phone.empty() ? people : Html(), map(ask, pins, std::nullopt)}),
           el("div", {cls("lo-split__rest lo-stack")}, {rest})})});
  return web::page(ask, {.title = reading.words.name,
                         .main = main,
                         .current = "/offers",
                         .leave = sensitive,
                         .index = !sensitive,
                         .description = reading.words.description});
}

}  // namespace

void install_entry(web::Site& site, const Rooms& rooms) {
  site.get("/offers/{offer}", kOpen, [rooms](Ask& ask) { return entry(ask, rooms); });
}

}  // namespace lotse::directory
