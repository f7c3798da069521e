// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

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

constexpr web::Access kOpen{&access::kDirectoryRead, access::kDirectoryPurpose, true};
constexpr std::string_view kPositionCookie = "lotse_here";

std::vector<web::Option> topic_options(const Ask& ask, const topic::Catalogue& topics) {
  std::vector<web::Option> options{{"", ask.t("All topics")}};
  for (const auto* root : topics.roots()) {
    options.push_back({root->key, root->name(ask.language)});
    for (const auto* child : topics.children(root->key))
      options.push_back({child->key, "– " + child->name(ask.language)});
  }
  return options;
}

std::vector<web::Option> sorted_languages(const Ask& ask) {
  std::vector<web::Option> options{{"", ask.t("Any language")}};
  std::vector<web::Option> rest;
  for (const auto code : words::people_languages())
    rest.push_back({std::string(code), words::language_name(ask.language, code)});
  std::sort(rest.begin(), rest.end(),
            [&](const auto& a, const auto& b) { return words::compare(ask.language, a.label, b.label) < 0; });
  // One's own language first: most people look for that.
  const auto own =
      std::find_if(rest.begin(), rest.end(), [&](const auto& o) { return o.value == ask.language.iso639_3; });
  if (own != rest.end()) std::rotate(rest.begin(), own, own + 1);
  options.insert(options.end(), rest.begin(), rest.end());
  return options;
}

// Names and order come from ICU, which takes its time; they are the same for ever.
const std::vector<web::Option>& language_options(const Ask& ask) {
  static std::mutex mutex;
  static std::map<std::string_view, std::vector<web::Option>> known;
  std::lock_guard lock(mutex);
  auto& options = known[ask.language.tag];
  if (options.empty()) options = sorted_languages(ask);
  return options;
}

Html where_field(const Ask& ask, const Found& found, const web::FormView& form) {
  const std::string problem = form.problem_of("place");
  Html error;
  if (!problem.empty())
    error = el("p", {cls("kern-error"), web::id("place-error")},
               {web::icon("danger"), el("span", {cls("kern-body")}, {problem})});
  const Html here =
      el("lo-here",
         {attr("data-action", "/offers/here"), attr("data-wait", ask.t("Looking for your place …")),
          attr("data-error", ask.t("Your place could not be found. Enter a postcode or a town instead."))},
         {el("button", {cls("kern-btn kern-btn--secondary"), attr("type", "button"), web::flag("hidden")},
             {web::icon("here"), el("span", {cls("kern-label")}, {ask.t("Near me")})}),
          el("p", {cls("lo-status"), attr("role", "status")})});
  return el("div", {cls(problem.empty() ? "kern-form-input" : "kern-form-input kern-form-input--error")},
            {el("label", {cls("kern-label"), attr("for", "place")}, {ask.t("Postcode or town")}),
             el("div", {cls("lo-where")},
                {el("input", {cls("kern-form-input__input"), web::id("place"), attr("name", "place"),
                              attr("type", "text"), attr("autocomplete", "postal-code"),
                              attr("value", found.search.place),
                              web::attr_if(!problem.empty(), "aria-invalid", "true"),
                              web::attr_if(!problem.empty(), "aria-describedby", "place-error")}),
                 here}),
             error, el("input", {attr("type", "hidden"), attr("name", "lat"), web::flag("disabled")}),
             el("input", {attr("type", "hidden"), attr("name", "lon"), web::flag("disabled")})});
}

int chosen_filters(const Search& s) {
  return !s.language.empty() + !s.age.empty() + !s.group.empty() + !s.children.empty() + (s.weekday != 0) +
         !s.time.empty() + s.only_free + s.only_with_places;
}

Html filter_fields(const Ask& ask, const Search& s, const web::FormView& form) {
  std::vector<web::Option> children, groups{{"", ask.t("For everybody")}}, ages{{"", ask.t("Any age")}},
      days{{"", ask.t("Any day")}}, times{{"", ask.t("Any time")}}, radii;
  for (const auto& each : kChildClasses) children.push_back({std::string(each.key), ask.t(each.label)});
  for (const auto& each : kGroups) groups.push_back({std::string(each.key), group_name(ask, each.key)});
  for (const auto& each : kAges) ages.push_back({std::string(each.key), ask.t(each.label)});
  for (int day = 1; day <= 7; ++day)
    days.push_back({std::to_string(day), words::weekday_name(ask.language, day)});
  for (const auto& each : kTimes) times.push_back({std::string(each.key), ask.t(each.label)});
  for (const int km : kRadii)
    radii.push_back({std::to_string(km), words::distance(ask.language, km * 1000.0)});
  return el(
      "div", {cls("lo-search__grid")},
      {web::select_field(form, "language", ask.t("Language spoken there, or with an interpreter"),
                         language_options(ask), s.language),
       web::select_field(form, "radius", ask.t("At most this far away"), radii, std::to_string(s.radius_km)),
       web::select_field(form, "day", ask.t("Day"), days, s.weekday ? std::to_string(s.weekday) : ""),
       web::select_field(form, "time", ask.t("Time of day"), times, s.time),
       web::select_field(form, "age", ask.t("How old is the person it is for?"), ages, s.age,
                         ask.t("For example your child, or you")),
       web::select_field(form, "group", ask.t("Who is it for?"), groups, s.group),
       el("div", {},
          {web::checkbox(form, "free", ask.t("Only what costs nothing"), s.only_free),
           web::checkbox(form, "places", ask.t("Only with free places"), s.only_with_places)}),
       el("div", {cls("lo-search__wide")},
          {web::checkboxes(form, "child", ask.t("Child care there for my children aged"), children,
                           s.children)})});
}

Html filters(const Ask& ask, const Found& found, const web::FormView& form) {
  const int chosen = chosen_filters(found.search);
  // Closed even where a filter is set: on a telephone the results come first. The title says that there are
  // some.
  const bool wrong = std::any_of(found.problems.begin(), found.problems.end(), [](const Problem& p) {
    return p.field != "place" && p.field != "q" && p.field != "topic";
  });
  const std::string title =
      chosen ? ask.tn("Filters ({n} chosen)", "Filters ({n} chosen)", chosen) : ask.t("Filters");
  return el("details", {cls("kern-accordion"), web::flag("open", wrong)},
            {el("summary", {cls("kern-accordion__header")},
                {el("span", {cls("kern-title kern-title--small")}, {title})}),
             el("div", {cls("kern-accordion__body")}, {filter_fields(ask, found.search, form)})});
}

Html pagination(const Ask& ask, const Found& found) {
  const int pages = static_cast<int>((found.total() + kPageSize - 1) / kPageSize), now = found.search.page;
  if (pages < 2) return {};
  const auto to = [&](int page) { return web::href(Url::path("/offers", query_of(found.search, page))); };
  Html items;
  if (now > 1)
    items += el("li", {},
                {el("a", {to(now - 1), attr("rel", "prev")}, {web::icon("chevron-left"), ask.t("Back")})});
  for (int page = 1; page <= pages; ++page) {
    if (page != 1 && page != pages && std::abs(page - now) > 1) {
      if (page == 2 || page == pages - 1) items += el("li", {}, {el("span", {}, {"…"})});
      continue;
    }
    const std::string number = words::number(ask.language, page);
    items += el(
        "li", {},
        {page == now ? el("span", {attr("aria-current", "page")}, {number}) : el("a", {to(page)}, {number})});
  }
  if (now < pages)
    items += el("li", {},
                {el("a", {to(now + 1), attr("rel", "next")}, {ask.t("Next"), web::icon("chevron-right")})});
  return el("nav", {cls("lo-pages"), attr("aria-label", ask.t("Pages"))}, {el("ul", {}, {items})});
}

// The first sentences; never half a letter.
std::string_view beginning(std::string_view text) {
  constexpr std::size_t kMost = 400;
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  const auto blank = text.rfind(' ', end);
  return text.substr(0, blank == text.npos || blank < kMost / 2 ? end : blank);
}

Html card(const Ask& ask, const Card& each, std::size_t index, const match::Question& question) {
  const match::Hit& hit = each.hit;
  const CardText& c = *each.text;
  const std::string number = words::number(ask.language, static_cast<std::int64_t>(index));
  const std::string anchor = "t" + std::to_string(index);
  const auto* language = words::language(c.language);
  const bool foreign = c.language != ask.language.tag;
  const std::string tag(language ? language->html : std::string_view(c.language));
  Html lines;
  lines += line("clock", hours_line(ask, c.hours));
  // "For parents" goes without saying here.
  if (!c.groups.empty() && c.groups != std::vector<std::string>{"parents"})
    lines += line("people", Html::text(group_list(ask, c.groups)));
  Html place;
  if (!c.address.empty()) place += address_lines(c.address);
  if (hit.distance_m) {
    const std::string far = words::distance(ask.language, *hit.distance_m);
    place += Html::text(hit.approximate ? ask.t("about {distance}", {{"distance", far}}) : far);
  }
  if (c.address.empty() && !hit.distance_m)
    place += Html::text(c.everywhere ? ask.t("By telephone or online; the place is told there.")
                                     : ask.t("Please ask where it is."));
  lines += line("place", place);
  return el("li", {cls("lo-card"), web::id(anchor)},
            {el("div", {cls("lo-card__head")},
                {el("h3", {cls("lo-card__title")},
                    {el("a",
                        {web::href(Url::path("/offers/" + hit.id)), web::attr_if(foreign, "lang", tag),
                         web::attr_if(foreign, "dir", "auto")},
                        {c.title})}),
                 el("span", {cls("lo-num"), attr("aria-hidden", "true")}, {number})}),
             el("p", {cls("lo-card__kind"), attr("dir", "auto")}, {c.organisation}),
             el("p", {cls("kern-body"), web::attr_if(foreign, "lang", tag), attr("dir", "auto")},
                {beginning(c.summary)}),
             el("ul", {cls("lo-lines")}, {lines}), reasons(ask, hit, question),
             foreign ? language_note(ask, c.language, c.state) : Html()});
}

std::string heading(const Ask& ask, const Found& found) {
  const auto n = static_cast<std::int64_t>(found.total());
  if (!found.here) return ask.tn("{n} offer", "{n} offers", n);
  const std::string far = words::distance(ask.language, found.search.radius_km * 1000.0);
  if (found.place_name.empty())
    return ask.tn("{n} offer at most {distance} from you", "{n} offers at most {distance} from you", n,
                  {{"distance", far}});
  return ask.tn("{n} offer at most {distance} from {place}", "{n} offers at most {distance} from {place}", n,
                {{"distance", far}, {"place", found.place_name}});
}

// "Nothing found" helps on: with a wider circle, without filters, without words; and with people to call.
Html nothing(const Ask& ask, const Found& found) {
  Html ways;
  const auto add = [&](Search s, const std::string& label) {
    ways += el("li", {}, {web::link(Url::path("/offers", query_of(s, 1)), label)});
  };
  if (found.here && found.search.radius_km < 50) {
    Search wider = found.search;
    wider.radius_km = 50;
    add(wider, ask.t("Search within {distance}", {{"distance", words::distance(ask.language, 50'000)}}));
  }
  if (found.search.filtered()) {
    Search open = found.search;
    open.language.clear();
    open.age.clear();
    open.children.clear();
    open.weekday = 0;
    open.time.clear();
    open.only_free = open.only_with_places = false;
    add(open, ask.t("Search without filters"));
  }
  if (!found.search.words.empty()) {
    Search open = found.search;
    open.words.clear();
    add(open, ask.t("Search without words"));
  }
  return el(
      "div", {cls("lo-empty")},
      {el("p", {cls("kern-body")},
          {ask.t("We did not find an offer. That does not mean that there is no help. You can:")}),
       el("ul", {cls("lo-stack")},
          {ways, el("li", {}, {web::link(Url::path("/help"), ask.t("Call us: we search with you"))})})});
}

http::Response as_json(const Found& found) {
  Json list = Json::array();
  for (const auto& c : found.cards) {
    Json reasons = Json::array();
    for (const auto& r : c.hit.reasons) {
      constexpr std::array<const char*, 7> kWishes{"language", "when", "child_care", "age",
                                                   "audience", "cost", "places"};
      constexpr std::array<const char*, 4> kVerdicts{"fits", "fits_other", "unknown", "misses"};
      reasons.push_back({{"wish", kWishes[static_cast<std::size_t>(r.wish)]},
                         {"verdict", kVerdicts[static_cast<std::size_t>(r.verdict)]}});
    }
    const auto& text = *c.text;
    Json one{{"id", c.hit.id},
             {"service_id", text.service_id},
             {"title", text.title},
             {"language", text.language},
             {"organization", text.organisation},
             {"address", text.address},
             {"phone", text.phone}};
    if (c.hit.distance_m) one["distance_m"] = *c.hit.distance_m;
    one["approximate"] = c.hit.approximate;
    one["reasons"] = std::move(reasons);
    list.push_back(std::move(one));
  }
  return web::json({{"fitting", found.answer.fitting},
                    {"unsure", found.answer.unsure},
                    {"nearly", found.answer.nearly},
                    {"page", found.search.page},
                    {"left_out", found.left_out},
                    {"offers", std::move(list)}});
}

http::Response results(Ask& ask, const Rooms& rooms) {
  Problems problems;
  Search search = read_search(ask.query, problems);
  Found found = find(ask.desk, *rooms.finder, std::move(search), position_of(ask), ask.language.tag);
  found.problems.insert(found.problems.begin(), problems.begin(), problems.end());
  if (ask.json)
    return found.problems.empty() ? as_json(found) : web::problem_details(ask, 422, found.problems);
  const auto sight = rooms.finder->sight();
  const std::size_t first = static_cast<std::size_t>(found.search.page - 1) * kPageSize + 1;
  Html cards;
  std::vector<Pin> pins;
  for (std::size_t i = 0; i < found.cards.size(); ++i) {
    cards += card(ask, found.cards[i], first + i, found.question);
    const auto& text = *found.cards[i].text;
    if (text.place)
      pins.push_back({*text.place, words::number(ask.language, static_cast<std::int64_t>(first + i)),
                      "t" + std::to_string(first + i), text.title});
  }
  Html count;
  if (!found.left_out.empty())
    count += el("p", {cls("kern-body")},
                {ask.t("No offer has all your words. We left out: {words}",
                       {{"words", words::list(ask.language, found.left_out)}})});
  if (found.answer.nearly > 0 && found.search.filtered())
    count += el("p", {cls("kern-body")},
                {ask.tn("{n} of them fits except for one wish.", "{n} of them fit except for one wish.",
                        static_cast<std::int64_t>(found.answer.nearly))});
  const Html list =
      found.cards.empty()
          ? nothing(ask, found)
          : el("div", {cls("lo-split")},
               {el("div", {},
                   {el("ol", {cls("lo-results"), attr("start", static_cast<std::int64_t>(first))}, {cards}),
                    pagination(ask, found)}),
                el("div", {cls("lo-split__side")}, {map(ask, pins, found.here)})});
  const web::FormView form{ask, found.problems};
  const bool sensitive = !found.search.topic.empty() && sight.topics->sensitive(found.search.topic);
  const Html main =
      all({web::problem_summary(form), el("h1", {cls("kern-heading-large")}, {ask.t("Find an offer nearby")}),
           search_form(ask, found, *sight.topics),
           el("h2", {cls("kern-heading-medium"), web::id("results")}, {heading(ask, found)}), count, list});
  return web::page(ask, {.title = ask.t("Find an offer nearby"),
                         .main = main,
                         .current = "/offers",
                         .problems = !found.problems.empty(),
                         .leave = sensitive,
                         .status = 200,
                         .form = "search",
                         .asks = true});
}

// "Near me": two decimals of a degree come by POST and live in a cookie for this visit; no address ever holds
// them.
http::Response here(Ask& ask) {
  Problems ignored;
  Search search = read_search(ask.form, ignored);
  const auto number = [&](std::string_view name) {
    const std::string text = ask.given(name);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size() ? std::optional(value) : std::nullopt;
  };
  const auto lat = number("lat"), lon = number("lon");
  search.place.clear();
  search.near_me = lat && lon && is_valid({*lat, *lon});
  auto response = web::see(Url::path("/offers", query_of(search, 1)));
  if (search.near_me) {
    const Point point = rounded_to_km({*lat, *lon});
    char text[40];
    std::snprintf(text, sizeof text, "%.2f_%.2f", point.lat, point.lon);
    web::set_cookie(response, ask.site, kPositionCookie, text, 3600);
  }
  return response;
}

}  // namespace

std::optional<Point> position_of(const Ask& ask) {
  const auto text = ask.request.cookie(kPositionCookie);
  Point point;
  if (!text || text->size() > 30 || std::sscanf(text->c_str(), "%lf_%lf", &point.lat, &point.lon) != 2 ||
      !is_valid(point))
    return std::nullopt;
  return rounded_to_km(point);
}

Html search_form(const Ask& ask, const Found& found, const topic::Catalogue& topics) {
  const web::FormView form{ask, found.problems};
  const Html fields =
      el("div", {cls("lo-search__grid")},
         {web::text_field(form, "q", ask.t("What are you looking for?"),
                          {.hint = ask.t("In your own words and language"),
                           .value = found.search.words,
                           .type = "search",
                           .autocomplete = "off"}),
          web::select_field(form, "topic", ask.t("Topic"), topic_options(ask, topics), found.search.topic),
          where_field(ask, found, form)});
  const Html near = found.search.near_me
                        ? el("input", {attr("type", "hidden"), attr("name", "near"), attr("value", "1")})
                        : Html();
  const Html submit = el("div", {cls("lo-search__submit")}, {web::button(ask.t("Search"))});
  return el("form",
            {cls("lo-search kern-level-1"), web::id("search"), attr("role", "search"), attr("method", "get"),
             web::action(Url::path("/offers"))},
            {fields, near, filters(ask, found, form), submit});
}

void install_search(web::Site& site, const Rooms& rooms) {
  site.add_to_navigation({"/offers", msg("Offers"), false});
  site.get("/offers", kOpen, [rooms](Ask& ask) { return results(ask, rooms); });
  // It changes nothing of anybody's, and comes from a form that is sent by GET otherwise and has no token.
  site.post("/offers/here", {&access::kDirectoryRead, access::kDirectoryPurpose, true, false}, here);
}

}  // namespace lotse::directory
