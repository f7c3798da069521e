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

// "10:00", "10:00:00", "10:00Z": hours and minutes of the wall clock.
std::optional<Minute> minute_of(std::string_view text) {
  return text.size() < 5 ? std::nullopt : parse_minute(text.substr(0, 5));
}

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

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& each : parts)
    if (!each.empty()) (all += all.empty() ? "" : ",") += each;
  return all;
}

std::string maybe(const std::optional<int>& value) { return value ? std::to_string(*value) : ""; }
std::string maybe(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? std::to_string(static_cast<int>(std::clamp(*value, 0.0, 150.0)))
                                        : "";
}

std::string openings_text(const std::vector<match::Opening>& openings) {
  std::string text;
  for (const auto& each : openings)
    (text += text.empty() ? "" : ",") +=
        std::to_string(each.weekday) + ":" + std::to_string(each.from) + "-" + std::to_string(each.to);
  return text;
}

int cost_of(const Service& s) {
  if (s.lotse_free_of_charge) return *s.lotse_free_of_charge ? 1 : 2;
  for (const auto& option : s.cost_options)
    if (option.amount.is_number()) return option.amount.get<double>() == 0 ? 1 : 2;
  return 0;
}

int audience_of(const Service& s) {
  int bits = 0;
  for (std::size_t i = 0; i < kAudiences.size(); ++i)
    if (std::find(s.lotse_audience.begin(), s.lotse_audience.end(), kAudiences[i]) != s.lotse_audience.end())
      bits |= 1 << i;
  return bits;
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
  const auto openings = openings_of(schedules);
  const int flags = (shown && at->location.lotse_approximate ? kApproximate : 0) |
                    (s.lotse_everywhere || hidden ? kEverywhere : 0) |
                    (s.lotse_by_appointment ? kByAppointment : 0) |
                    (s.lotse_interpreter_on_request ? kOnRequest : 0) | (openings.empty() ? 0 : kHoursKnown);
  std::vector<std::string> languages;
  for (const auto& each : s.languages) languages.push_back(each.code);
  const auto& care = s.lotse_child_care;
  std::string facts = place;
  for (const std::string& each :
       {std::to_string(flags), joined(s.lotse_topics), joined(languages), joined(s.lotse_interpreters),
        openings_text(openings),
        std::to_string(static_cast<int>(care.kind)) + "," + maybe(care.from_months) + "," +
            maybe(care.to_months) + "," + maybe(care.places),
        maybe(s.minimum_age) + "," + maybe(s.maximum_age), std::to_string(audience_of(s)),
        maybe(s.lotse_free_places), std::to_string(cost_of(s))})
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

std::vector<match::Opening> openings_of(std::span<const Schedule> schedules, int* unread) {
  std::vector<match::Opening> found;
  for (const auto& each : schedules) {
    const auto from = minute_of(each.opens_at), to = minute_of(each.closes_at);
    bool read = from && to && !each.byday.empty() && *from != *to;
    for (const auto day : split(each.byday, ',')) {
      const auto at = std::find(kDays.begin(), kDays.end(), trimmed(day));
      if (at == kDays.end() || !from || !to) {
        read = false;
        continue;
      }
      const int weekday = static_cast<int>(at - kDays.begin()) + 1;
      if (*from < *to) {
        found.push_back({weekday, *from, *to});
      } else if (*to < *from) {  // over midnight: two days
        found.push_back({weekday, *from, 1440});
        if (*to > 0) found.push_back({weekday % 7 + 1, 0, *to});
      }
    }
    if (!read && unread) ++*unread;
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string shown_time(const std::string& text) {
  const bool longer = text.size() > 5 && text.find_first_not_of("0123456789:.Z+-") == text.npos;
  return longer && parse_minute(text.substr(0, 5)) ? text.substr(0, 5) : text;
}

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

match::Offer offer_from(std::string_view id, std::string_view facts, std::string_view words,
                        const topic::Catalogue& topics) {
  const auto f = split(facts, '|');
  CHECK(f.size() == 11);
  match::Offer o;
  o.id = id;
  if (const auto comma = f[0].find(','); comma != f[0].npos)
    o.place =
        Point{number(f[0].substr(0, comma)).value() / 1e6, number(f[0].substr(comma + 1)).value() / 1e6};
  const int flags = number(f[1]).value();
  o.approximate = flags & kApproximate;
  o.everywhere = flags & kEverywhere;
  o.by_appointment = flags & kByAppointment;
  o.interpreter_on_request = flags & kOnRequest;
  o.hours_known = flags & kHoursKnown;
  for (const auto key : split(f[2], ','))
    for (const auto* topic = topics.find(key); topic;
         topic = topic->parent ? topics.find(*topic->parent) : nullptr) {
      if (topic->key == key) o.topics.push_back(static_cast<match::TopicNo>(topic->number));
      o.words.add(topic_word(topic->number), 1);
    }
  for (const auto code : split(f[3], ',')) o.languages.emplace_back(code);
  for (const auto code : split(f[4], ',')) o.interpreters.emplace_back(code);
  o.openings = hours_of(facts).openings;
  const auto care = split(f[6], ',');
  o.care = static_cast<match::Care>(number(care[0]).value());
  o.care_min_months = number(care[1]);
  o.care_max_months = number(care[2]);
  o.care_places = number(care[3]);
  const auto age = split(f[7], ',');
  o.min_age = number(age[0]);
  o.max_age = number(age[1]);
  o.audience = static_cast<std::uint16_t>(number(f[8]).value());
  o.free_places = number(f[9]);
  o.cost = static_cast<match::Cost>(number(f[10]).value());
  const auto end = words.find('\n');
  CHECK(end != words.npos);
  o.words.add(words.substr(0, end), 0);
  o.words.add(words.substr(end + 1), 2);
  return o;
}

HoursOf hours_of(std::string_view facts) {
  const auto f = split(facts, '|');
  CHECK(f.size() == 11);
  HoursOf hours;
  hours.by_appointment = number(f[1]).value() & kByAppointment;
  for (const auto each : split(f[5], ',')) {
    const auto colon = each.find(':'), dash = each.find('-');
    CHECK(colon != each.npos && dash != each.npos);
    hours.openings.push_back({number(each.substr(0, colon)).value(),
                              number(each.substr(colon + 1, dash - colon - 1)).value(),
                              number(each.substr(dash + 1)).value()});
  }
  return hours;
}

}  // namespace lotse::directory
