// SPDX-License-Identifier: EUPL-1.2
#include "directory/offer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/check.h"
#include "base/fold.h"

namespace lotse::directory {
namespace {

enum Flag : int { kApproximate = 1, kEverywhere = 2, kByAppointment = 4, kOnRequest = 8, kHoursKnown = 16 };

constexpr std::array<std::string_view, 7> kDays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (;;) {
    const auto at = text.find(mark);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/** Codes and keys one behind the other. What is none of both stays in the entry and is not searched by: it
 * could hold a mark that parts two of them. */
std::string joined(const std::vector<std::string>& codes) {
  std::string all;
  for (const auto& each : codes) {
    const bool plain = each.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == each.npos;
    if (plain && !each.empty()) (all += all.empty() ? "" : ",") += each;
  }
  return all;
}

std::string maybe(const std::optional<int>& value) { return value ? std::to_string(*value) : ""; }
std::string maybe(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? std::to_string(static_cast<int>(std::clamp(*value, 0.0, 150.0)))
                                        : "";
}

// "1:540-720", with days "1:540-720@2026-03-01~2026-09-30", either of which may be missing.
std::string openings_text(const std::vector<OpeningHours::Dated>& openings) {
  std::string text;
  for (const auto& [each, from, to] : openings) {
    (text += text.empty() ? "" : ",") +=
        std::to_string(each.weekday) + ":" + std::to_string(each.from) + "-" + std::to_string(each.to);
    if (!from.empty() || !to.empty()) text += "@" + from + "~" + to;
  }
  return text;
}

std::optional<OpeningHours> openings_from(std::string_view text) {
  OpeningHours hours;
  for (auto each : split(text, ',')) {
    OpeningHours::Dated dated;
    if (const auto at = each.find('@'); at != each.npos) {
      const auto days = split(each.substr(at + 1), '~');
      if (days.size() != 2) return std::nullopt;
      dated.from = days[0];
      dated.to = days[1];
      each = each.substr(0, at);
    }
    const auto colon = each.find(':'), dash = each.find('-');
    if (colon == each.npos || dash == each.npos || dash < colon) return std::nullopt;
    const auto weekday = number(each.substr(0, colon)), to = number(each.substr(dash + 1)),
               from = number(each.substr(colon + 1, dash - colon - 1));
    if (!weekday || !from || !to) return std::nullopt;
    dated.opening = {*weekday, *from, *to};
    hours.openings.push_back(std::move(dated));
  }
  return hours;
}

/**
 * Languages that an entry means although it says another (ISO 639-3, macrolanguages of its part 3). Who
 * speaks a dialect of Arabic is understood in Arabic. Kurdish may be either of two languages whose speakers
 * do not understand each other well, so one has to ask.
 */
struct Meant {
  std::string_view said, meant;
  bool sure;
};
constexpr std::array kMeant{
    Meant{"ara", "apc", true},  Meant{"arb", "ara", true},  Meant{"arb", "apc", true},
    Meant{"apc", "ara", true},  Meant{"fas", "pes", true},  Meant{"pes", "fas", true},
    Meant{"fas", "prs", false}, Meant{"kur", "kmr", false}, Meant{"kur", "ckb", false},
    Meant{"hbs", "srp", true},  Meant{"hbs", "hrv", true},  Meant{"hbs", "bos", true},
    Meant{"zho", "cmn", true},  Meant{"cmn", "zho", true},  Meant{"sqi", "aln", true},
    Meant{"sqi", "als", true},  Meant{"pus", "pbt", true},  Meant{"msa", "ind", false},
};

void add_languages(match::Offer& o, std::string_view spoken, std::string_view interpreted) {
  const auto add = [&](std::vector<std::string>& to, std::string_view code) {
    to.emplace_back(code);
    for (const auto& each : kMeant)
      if (each.said == code) (each.sure ? to : o.perhaps).emplace_back(each.meant);
  };
  for (const auto code : split(spoken, ',')) add(o.languages, code);
  for (const auto code : split(interpreted, ',')) add(o.interpreters, code);
}

int cost_of(const Service& s) {
  if (s.lotse_free_of_charge) return *s.lotse_free_of_charge ? 1 : 2;
  for (const auto& option : s.cost_options)
    if (option.amount.is_number()) return option.amount.get<double>() == 0 ? 1 : 2;
  return 0;
}

std::string audience_of(const Service& s) {
  std::uint16_t bits = 0;
  for (const auto& group : s.lotse_audience) bits |= audience_bit(group);
  return std::to_string(bits);
}

std::string facts_of(const Service& s, const At* at) {
  // Who needs a hidden place must find it from wherever she asks, and no distance may give it away.
  const bool hidden = at && at->location.lotse_confidential;
  const bool shown = at && !hidden;
  std::string place;
  if (shown && at->location.latitude && at->location.longitude) {
    const Point point{*at->location.latitude, *at->location.longitude};
    if (is_valid(point))
      place =
          std::to_string(std::llround(point.lat * 1e6)) + "," + std::to_string(std::llround(point.lon * 1e6));
  }
  const auto schedules = schedules_at(s, at);
  const auto hours = openings_of(schedules);
  const int flags = (shown && at->location.lotse_approximate ? kApproximate : 0) |
                    (s.lotse_everywhere || hidden ? kEverywhere : 0) |
                    (s.lotse_by_appointment ? kByAppointment : 0) |
                    (s.lotse_interpreter_on_request ? kOnRequest : 0) | (hours.complete ? kHoursKnown : 0);
  std::vector<std::string> languages;
  for (const auto& each : s.languages) languages.push_back(each.code);
  const auto& care = s.lotse_child_care;
  std::string facts = place;
  for (const std::string& each :
       {std::to_string(flags), joined(s.lotse_topics), joined(languages), joined(s.lotse_interpreters),
        openings_text(hours.openings),
        std::to_string(static_cast<int>(care.kind)) + "," + maybe(care.from_months) + "," +
            maybe(care.to_months) + "," + maybe(care.places),
        maybe(s.minimum_age) + "," + maybe(s.maximum_age), audience_of(s), maybe(s.lotse_free_places),
        std::to_string(cost_of(s))})
    (facts += '|') += each;
  return facts;
}

void add_words(std::set<std::string>& keys, std::string_view text, std::string_view language) {
  for (const auto& word : words_of(text)) {
    keys.insert(word);
    keys.insert(stem(word, language));
  }
}

std::string words_of_service(const Service& s, const Organisation& o) {
  std::set<std::string> title, text;
  add_words(title, s.name, s.lotse_language);
  add_words(title, s.alternate_name, s.lotse_language);
  add_words(text, s.description, s.lotse_language);
  add_words(text, o.name, s.lotse_language);
  add_words(text, o.alternate_name, s.lotse_language);
  for (const auto& [language, words] : s.lotse_texts) {
    add_words(title, words.name, language);
    add_words(text, words.description, language);
  }
  std::string all;
  const auto put = [&](const std::set<std::string>& keys) {
    for (const auto& key : keys)
      if (key.size() <= 64) (all += key) += ' ';
  };
  put(title);
  all += '\n';
  for (const auto& key : title) text.erase(key);
  put(text);
  return all;
}

}  // namespace

std::span<const Schedule> schedules_at(const Service& s, const At* at) {
  if (at && !at->placed.schedules.empty()) return at->placed.schedules;
  if (!s.schedules.empty()) return s.schedules;
  return at ? std::span<const Schedule>(at->location.schedules) : std::span<const Schedule>();
}

std::optional<Minute> minute_of(std::string_view text) {
  const auto digits = [&](std::size_t from, std::size_t count) {
    return text.size() >= from + count &&
           text.substr(from, count).find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (text.size() < 5) return std::nullopt;
  const auto minute = parse_minute(text.substr(0, 5));
  text.remove_prefix(5);
  if (text.starts_with(':') && digits(1, 2)) text.remove_prefix(3);
  const bool offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') && digits(1, 2) &&
                      text[3] == ':' && digits(4, 2);
  return text.empty() || text == "Z" || offset ? minute : std::nullopt;
}

std::vector<Span> spans_of(std::span<const match::Opening> openings) {
  std::vector<Span> spans;
  for (const auto& each : openings) spans.push_back({each.weekday, each.from, each.to});
  return spans;
}

std::vector<match::Opening> OpeningHours::in_week_of(Day day) const {
  const std::string first = day.text(), last = day.plus(6).text();
  std::vector<match::Opening> found;
  for (const auto& each : openings)
    if ((each.from.empty() || each.from <= last) && (each.to.empty() || each.to >= first))
      found.push_back(each.opening);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

namespace {

// Nothing where a day is there and cannot be read.
std::optional<std::string> day_of(const std::string& text) {
  if (text.empty()) return "";
  const auto day = Day::parse(std::string_view(text).substr(0, 10));
  return day ? std::optional(day->text()) : std::nullopt;
}

std::string moved(const std::string& day, int days) {
  return day.empty() ? day : Day::parse(day)->plus(days).text();
}

bool is_every_week(const Schedule& s) {
  const bool other_rule =
      !s.byweekno.empty() || !s.bymonthday.empty() || !s.byyearday.empty() || !s.count.is_null();
  const bool each = s.interval.is_null() || s.interval == 1 || s.interval == "1" || s.interval == "";
  return each && !other_rule &&
         (s.freq == "DAILY" || ((s.freq.empty() || s.freq == "WEEKLY") && !s.byday.empty()));
}

/** Adds what the schedule says; false if some of it cannot be read. */
bool read_schedule(const Schedule& s, std::vector<OpeningHours::Dated>& found) {
  const auto from = minute_of(s.opens_at), to = minute_of(s.closes_at);
  const auto first = day_of(s.valid_from), last = day_of(s.valid_to.empty() ? s.until : s.valid_to);
  if (!from || !to || !is_span(*from, *to) || !first || !last || !is_every_week(s)) return false;
  bool all = true;
  for (const auto day : split(s.byday.empty() ? "MO,TU,WE,TH,FR,SA,SU" : std::string_view(s.byday), ',')) {
    const auto at = std::find(kDays.begin(), kDays.end(), trimmed(day));
    if (at == kDays.end()) {
      all = false;
      continue;
    }
    const int weekday = static_cast<int>(at - kDays.begin()) + 1;
    for (const auto& span : spans_between(weekday, *from, *to)) {
      // What begins on the last day goes on into the next.
      const int later = span.weekday == weekday ? 0 : 1;
      found.push_back({{span.weekday, span.from, span.to}, moved(*first, later), moved(*last, later)});
    }
  }
  return all;
}

}  // namespace

OpeningHours openings_of(std::span<const Schedule> schedules) {
  OpeningHours hours;
  bool all = true;
  for (const auto& each : schedules) all = read_schedule(each, hours.openings) && all;
  std::sort(hours.openings.begin(), hours.openings.end());
  hours.openings.erase(std::unique(hours.openings.begin(), hours.openings.end()), hours.openings.end());
  hours.complete = all && !hours.openings.empty();
  return hours;
}

std::string shown_time(const std::string& text) { return minute_of(text) ? text.substr(0, 5) : text; }

std::string address_line(const Location& location) {
  if (location.lotse_confidential || location.addresses.empty()) return "";
  const Address& a = location.addresses.front();
  std::string town = a.postal_code;
  if (!a.city.empty()) (town += town.empty() ? "" : " ") += a.city;
  std::string line = a.address_1;
  if (!a.address_2.empty()) (line += line.empty() ? "" : ", ") += a.address_2;
  if (!town.empty()) (line += line.empty() ? "" : ", ") += town;
  return line;
}

const Texts::value_type& text_for(const Texts& texts, std::string_view language) {
  CHECK(!texts.empty());
  const auto rank = [&](const Texts::value_type& each) {
    const auto& tag = each.first;
    return std::tuple(each.second.name.empty(), tag != language, tag != "de", tag != "en");
  };
  return *std::min_element(texts.begin(), texts.end(),
                           [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

std::string phone_of(const Service& s, const Organisation& o, const At* at) {
  const auto first = [](const std::vector<Phone>& phones) {
    return phones.empty() ? std::string() : phones.front().number;
  };
  std::string number;
  const auto take = [&](const std::vector<Phone>& phones) {
    if (number.empty()) number = first(phones);
  };
  if (at) take(at->placed.phones);
  take(s.phones);
  for (const auto& contact : s.contacts) take(contact.phones);
  if (at && !at->location.lotse_confidential) take(at->location.phones);
  take(o.phones);
  return number;
}

std::vector<OfferRow> offers_of(const Service& s, const Organisation& o, std::span<const At> places) {
  std::vector<OfferRow> rows;
  if (s.status != "active") return rows;
  const std::string words = words_of_service(s, o);
  for (const At& at : places)
    rows.push_back({at.placed.id.text, at.location.lotse_confidential ? "" : at.location.id.text,
                    facts_of(s, &at), words, address_line(at.location), phone_of(s, o, &at)});
  if (places.empty())
    rows.push_back({s.id.text, "", facts_of(s, nullptr), words, "", phone_of(s, o, nullptr)});
  return rows;
}

std::string topic_word(int n) {
  std::string digits = std::to_string(n);
  return "#" + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

namespace {

std::optional<Point> point_in(std::string_view text) {
  const auto comma = text.find(',');
  if (comma == text.npos) return std::nullopt;
  return Point{number(text.substr(0, comma)).value_or(0) / 1e6,
               number(text.substr(comma + 1)).value_or(0) / 1e6};
}

}  // namespace

std::optional<Point> place_in(std::string_view facts) {
  const auto f = split(facts, '|');
  return f.size() == 11 ? point_in(f[0]) : std::nullopt;
}

std::optional<match::Offer> offer_from(std::string_view id, std::string_view facts, std::string_view words,
                                       const topic::Catalogue& topics, Day today) {
  const auto f = split(facts, '|');
  if (f.size() != 11) return std::nullopt;
  const auto hours = openings_from(f[5]);
  const auto care = split(f[6], ','), age = split(f[7], ',');
  const auto end = words.find('\n');
  if (!hours || care.size() != 4 || age.size() != 2 || end == words.npos) return std::nullopt;
  match::Offer o;
  o.id = id;
  o.place = point_in(f[0]);
  const int flags = number(f[1]).value_or(0);
  o.approximate = flags & kApproximate;
  o.everywhere = flags & kEverywhere;
  o.by_appointment = flags & kByAppointment;
  o.interpreter_on_request = flags & kOnRequest;
  for (const auto key : split(f[2], ',')) {
    const auto* topic = topics.find(key);
    if (topic) o.topics.push_back(static_cast<match::TopicNo>(topic->number));
    // A circle of topics ends after some steps.
    for (int steps = 0; topic && steps < 10; ++steps) {
      o.words.add(topic_word(topic->number), 1);
      topic = topic->parent ? topics.find(*topic->parent) : nullptr;
    }
  }
  add_languages(o, f[3], f[4]);
  o.openings = hours->in_week_of(today);
  o.hours_known = (flags & kHoursKnown) && !o.openings.empty();
  o.care = static_cast<match::Care>(number(care[0]).value_or(0));
  o.care_min_months = number(care[1]);
  o.care_max_months = number(care[2]);
  o.care_places = number(care[3]);
  o.min_age = number(age[0]);
  o.max_age = number(age[1]);
  o.audience = static_cast<std::uint16_t>(number(f[8]).value_or(0));
  o.free_places = number(f[9]);
  o.cost = static_cast<match::Cost>(number(f[10]).value_or(0));
  o.words.add(words.substr(0, end), 0);
  o.words.add(words.substr(end + 1), 2);
  return o;
}

bool is_everywhere(std::string_view facts) {
  const auto f = split(facts, '|');
  return f.size() == 11 && (number(f[1]).value_or(0) & kEverywhere) != 0;
}

std::uint16_t audience_bit(std::string_view group) {
  const auto at = std::find(kAudiences.begin(), kAudiences.end(), group);
  if (at == kAudiences.end()) return 0;
  return static_cast<std::uint16_t>(1 << (at - kAudiences.begin()));
}

std::vector<std::string> audience_in(std::string_view facts) {
  const auto f = split(facts, '|');
  std::vector<std::string> groups;
  if (f.size() != 11) return groups;
  for (const auto group : kAudiences)
    if (number(f[8]).value_or(0) & audience_bit(group)) groups.emplace_back(group);
  return groups;
}

HoursOf hours_of(std::string_view facts, Day today) {
  const auto f = split(facts, '|');
  HoursOf hours;
  if (f.size() != 11) return hours;
  hours.by_appointment = number(f[1]).value_or(0) & kByAppointment;
  if (const auto read = openings_from(f[5])) hours.openings = read->in_week_of(today);
  return hours;
}

}  // namespace lotse::directory
