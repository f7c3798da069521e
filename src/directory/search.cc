// SPDX-License-Identifier: EUPL-1.2
#include "directory/search.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "base/fold.h"
#include "directory/offer.h"
#include "unit/unit.h"
#include "words/words.h"

namespace lotse::directory {
namespace {

// One statement for a page of hits; the texts by the rule of `text_for`.
constexpr sql::Statement kCards{
    "directory.cards",
    "SELECT o.id, o.service_id, o.organisation_name, o.address, o.phone, o.facts, t.language, t.title, "
    "t.summary, t.state "
    "FROM offer o JOIN service_text t ON t.service_id = o.service_id AND t.language = "
    "(SELECT x.language FROM service_text x WHERE x.service_id = o.service_id "
    "ORDER BY x.title = '', x.language <> $1, x.language <> 'de', x.language <> 'en', x.language LIMIT 1) "
    "WHERE o.id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, "
    "$21)"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class List>
bool offered(const List& list, std::string_view key) {
  return std::any_of(std::begin(list), std::end(list), [&](const auto& each) { return each.key == key; });
}

std::string value(const http::Form& query, std::string_view name) {
  return std::string(trimmed(query.find(name).value_or("")));
}

void read_time(const http::Form& query, Search& s, Problems& problems) {
  if (const auto text = value(query, "day"); !text.empty()) {
    const auto day = number(text);
    if (day && *day >= 1 && *day <= 7)
      s.weekday = *day;
    else
      problems.push_back({"day", msg("Choose a day of the week from the list.")});
  }
  s.time = value(query, "time");
  if (!s.time.empty() && !offered(kTimes, s.time)) {
    s.time.clear();
    problems.push_back({"time", msg("Choose a time of day from the list.")});
  }
}

}  // namespace

Search read_search(const http::Form& query, Problems& problems) {
  Search s;
  s.words = value(query, "q");
  if (length(s.words) > 100) {
    s.words.clear();
    problems.push_back({"q", msg("Please use fewer words: at most 100 letters.")});
  }
  s.topic = value(query, "topic");
  s.place = value(query, "place");
  if (length(s.place) > 80) {
    s.place.clear();
    problems.push_back({"place", msg("Enter a postcode or the name of a place.")});
  }
  s.near_me = value(query, "near") == "1" && s.place.empty();
  if (const auto text = value(query, "radius"); !text.empty()) {
    const auto km = number(text);
    if (km && std::find(std::begin(kRadii), std::end(kRadii), *km) != std::end(kRadii))
      s.radius_km = *km;
    else
      problems.push_back({"radius", msg("Choose a distance from the list.")});
  }
  s.language = value(query, "language");
  if (!s.language.empty() && !words::is_language(s.language)) {
    s.language.clear();
    problems.push_back({"language", msg("Choose a language from the list.")});
  }
  for (const auto child : query.all("child")) {
    if (offered(kChildClasses, child)) {
      if (std::find(s.children.begin(), s.children.end(), child) == s.children.end())
        s.children.emplace_back(child);
    } else if (!child.empty()) {
      problems.push_back({"child", msg("Choose an age from the list.")});
    }
  }
  s.age = value(query, "age");
  if (!s.age.empty() && !offered(kAges, s.age)) {
    s.age.clear();
    problems.push_back({"age", msg("Choose an age from the list.")});
  }
  s.group = value(query, "group");
  if (!s.group.empty() && !offered(kGroups, s.group)) {
    s.group.clear();
    problems.push_back({"group", msg("Choose one from the list.")});
  }
  read_time(query, s, problems);
  s.only_with_places = value(query, "places") == "1";
  s.only_free = value(query, "free") == "1";
  s.page = std::clamp(number(value(query, "page")).value_or(1), 1, 5000);
  return s;
}

std::string query_of(const Search& s, int page) {
  std::vector<http::Field> pairs;
  const auto add = [&](std::string_view name, std::string value) {
    if (!value.empty()) pairs.push_back({std::string(name), std::move(value)});
  };
  add("q", s.words);
  add("topic", s.topic);
  add("place", s.place);
  if (s.near_me) add("near", "1");
  if (s.radius_km != 10) add("radius", std::to_string(s.radius_km));
  add("language", s.language);
  add("age", s.age);
  add("group", s.group);
  for (const auto& child : s.children) add("child", child);
  if (s.weekday) add("day", std::to_string(s.weekday));
  add("time", s.time);
  if (s.only_free) add("free", "1");
  if (s.only_with_places) add("places", "1");
  if (page > 1) add("page", std::to_string(page));
  return http::encode_query(pairs);
}

namespace {

match::TypedWord typed_word(const std::string& word, const topic::Catalogue& topics, bool& names_topic) {
  std::set<std::string> ways{word};
  for (const auto& language : words::languages()) ways.insert(stem(word, language.tag));
  const auto numbers = topics.of_word(word);
  names_topic = names_topic || !numbers.empty();
  for (const int number : numbers) ways.insert(topic_word(number));
  return {{ways.begin(), ways.end()}};
}

// A word of another language than the page's may be a filler there and a good word here ("is" and Turkish
// "iş"), so the topics are asked as well.
bool says_nothing(const std::string& word, const AskedWord& asked, std::string_view language) {
  if (words::is_filler(word, language)) return true;
  return !asked.names_topic && std::any_of(words::languages().begin(), words::languages().end(),
                                           [&](const auto& l) { return words::is_filler(word, l.tag); });
}

}  // namespace

std::vector<AskedWord> asked_words(std::string_view typed, const topic::Catalogue& topics,
                                   std::string_view language) {
  std::vector<AskedWord> all, telling;
  for (std::string_view left = trimmed(typed); !left.empty();) {
    const auto end = std::min(left.find_first_of(" \t\r\n"), left.size());
    AskedWord asked{.typed = std::string(left.substr(0, end))};
    left = trimmed(left.substr(end));
    bool telling_word = false;
    for (const auto& word : words_of(asked.typed)) {
      asked.words.push_back(typed_word(word, topics, asked.names_topic));
      telling_word = telling_word || !says_nothing(word, asked, language);
    }
    if (asked.words.empty()) continue;
    all.push_back(asked);
    if (telling_word) telling.push_back(std::move(asked));
  }
  return telling.empty() ? all : telling;
}

namespace {

match::Question question_of(const Search& s, const std::optional<Point>& here,
                            const topic::Catalogue& topics) {
  match::Question q;
  if (const auto* topic = topics.find(s.topic))
    q.topics.push_back(static_cast<match::TopicNo>(topic->number));
  q.here = here;
  q.radius_m = s.radius_km * 1000;
  if (!s.language.empty()) q.language = s.language;
  if (s.weekday || !s.time.empty()) {
    match::When when;
    if (s.weekday) when.weekdays = static_cast<std::uint8_t>(1 << (s.weekday - 1));
    for (const auto& each : kTimes)
      if (each.key == s.time) when.from = each.from, when.to = each.to;
    q.when = when;
  }
  for (const auto& each : kChildClasses)
    if (std::find(s.children.begin(), s.children.end(), each.key) != s.children.end())
      q.child_ages_months.push_back(each.months);
  for (const auto& each : kAges)
    if (each.key == s.age) q.age = each.years;
  for (const auto& each : kGroups) {
    if (each.key != s.group) continue;
    q.audience_is = audience_bit(each.key);
    for (const auto other : each.also) q.audience_is |= audience_bit(other);
    for (const auto other : each.never) q.audience_is_not |= audience_bit(other);
  }
  q.only_free = s.only_free;
  if (s.only_with_places) q.places = 1;
  q.offset = static_cast<std::uint32_t>((s.page - 1) * kPageSize);
  q.limit = kPageSize;
  return q;
}

void set_words(match::Question& question, const std::vector<AskedWord>& asked) {
  question.words.clear();
  for (const auto& each : asked)
    question.words.insert(question.words.end(), each.words.begin(), each.words.end());
}

/** Asks the question about one sight, leaving out the words that keep it from finding anything. */
class Asking {
 public:
  Asking(const match::Snapshot& snapshot, Found& found) : snapshot_(snapshot), found_(found) {}

  void ask(std::vector<AskedWord> asked) {
    asked_ = std::move(asked);
    if (found_some()) return;
    // Without the wishes: if the words find something, it is not they who stand in the way.
    if (asked_.empty() || count(asked_) > 0) return;
    const auto whole = asked_;
    keep_if([&](const AskedWord& each) { return count({each}) > 0; });
    if (found_some()) return;
    keep_if([](const AskedWord& each) { return each.names_topic; });
    if (found_some()) return;
    const auto rarest = std::min_element(
        asked_.begin(), asked_.end(), [&](const auto& a, const auto& b) { return count({a}) < count({b}); });
    keep_if([typed = rarest->typed](const AskedWord& each) { return each.typed == typed; });
    if (found_some()) return;
    asked_ = whole;
    found_.left_out.clear();
  }

 private:
  bool found_some() {
    set_words(found_.question, asked_);
    found_.answer = match::find(snapshot_, found_.question, scratch());
    return found_.total() > 0;
  }
  /** Keeps the words that are wanted, if there are any. */
  template <class F>
  void keep_if(F&& wanted) {
    std::vector<AskedWord> kept;
    std::vector<std::string> left_out;
    for (const auto& each : asked_) {
      if (wanted(each))
        kept.push_back(each);
      else
        left_out.push_back(each.typed);
    }
    if (kept.empty()) return;
    asked_ = std::move(kept);
    found_.left_out.insert(found_.left_out.end(), left_out.begin(), left_out.end());
  }
  std::size_t count(const std::vector<AskedWord>& asked) {
    match::Question question{.topics = found_.question.topics,
                             .here = found_.question.here,
                             .radius_m = found_.question.radius_m,
                             .limit = 0};
    set_words(question, asked);
    return match::find(snapshot_, question, scratch()).fitting;
  }
  static match::Scratch& scratch() {
    thread_local match::Scratch scratch;
    return scratch;
  }

  const match::Snapshot& snapshot_;
  Found& found_;
  std::vector<AskedWord> asked_;
};

/** Takes the first word that says nothing to any offer, and is a place, as the place. */
void find_place_among(std::vector<AskedWord>& asked, const access::Desk& desk,
                      const match::Snapshot& snapshot, Search& search) {
  thread_local match::Scratch scratch;
  for (auto at = asked.begin(); at != asked.end(); ++at) {
    match::Question question{.limit = 0};
    set_words(question, {*at});
    if (match::find(snapshot, question, scratch).fitting > 0) continue;
    if (!unit::find_place(desk, at->typed).place) continue;
    search.place = at->typed;
    const auto typed = search.words.find(at->typed);
    search.words =
        std::string(trimmed(search.words.substr(0, typed) + search.words.substr(typed + at->typed.size())));
    asked.erase(at);
    return;
  }
}

/** "31535 Neuenkirchen, 29643 Neuenkirchen"; the first few. */
std::string named(const std::vector<unit::Place>& places) {
  constexpr std::size_t kMost = 6;
  std::string all;
  for (const auto& each : std::span(places).first(std::min(places.size(), kMost)))
    (all += all.empty() ? "" : ", ") += each.postcode + " " + each.name;
  return places.size() > kMost ? all + ", …" : all;
}

}  // namespace

namespace {

CardText card_text(const sql::Row& r, Day today) {
  const auto facts = r.text(5);
  return {.title = std::string(r.text(7).empty() ? r.text(2) : r.text(7)),
          .summary = std::string(r.text(8)),
          .language = std::string(r.text(6)),
          .state = std::string(r.text(9)),
          .organisation = std::string(r.text(2)),
          .address = std::string(r.text(3)),
          .phone = std::string(r.text(4)),
          .service_id = std::string(r.text(1)),
          .hours = hours_of(facts, today),
          .groups = audience_in(facts),
          .everywhere = is_everywhere(facts),
          .place = place_in(facts)};
}

}  // namespace

std::vector<Card> cards_of(const access::Desk& desk, CardShelf& shelf, const std::vector<match::Hit>& hits,
                           std::string_view language) {
  const Day today = desk.today();
  std::vector<std::string_view> ids;
  for (const auto& each : hits) ids.push_back(each.id);
  const auto turn = shelf.turn();
  auto texts = shelf.find(ids, language, today);
  std::vector<sql::Value> values{language};
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!texts[i]) values.emplace_back(ids[i]);
  if (values.size() > 1) {
    while (values.size() <= kPageSize) values.emplace_back(sql::Value(values[1]));
    desk.public_read().read([&](access::View& view) {
      view.each(kCards, values, [&](const sql::Row& r) {
        auto text = std::make_shared<const CardText>(card_text(r, today));
        shelf.keep(turn, r.text(0), language, today, text);
        for (std::size_t i = 0; i < ids.size(); ++i)
          if (ids[i] == r.text(0)) texts[i] = text;
      });
      return 0;
    });
  }
  std::vector<Card> cards;
  for (std::size_t i = 0; i < hits.size(); ++i)
    if (texts[i]) cards.push_back({hits[i], texts[i]});
  return cards;
}

Found find(const access::Desk& desk, const Finder& finder, Search search,
           const std::optional<Point>& position, std::string_view language) {
  const auto sight = finder.sight();
  Found found;
  if (!search.topic.empty() && !sight.topics->find(search.topic)) {
    search.topic.clear();
    found.problems.push_back({"topic", msg("Choose a topic from the list.")});
  }
  auto asked = asked_words(search.words, *sight.topics, language);
  if (search.place.empty() && !search.near_me) find_place_among(asked, desk, *sight.snapshot, search);
  if (!search.place.empty()) {
    const auto place = unit::find_place(desk, search.place);
    if (place.place) {
      found.here = place.place->point;
      found.place_name = place.place->name;
    } else if (!place.same_name.empty()) {
      found.problems.push_back({"place", msg("Several places have this name. Enter the postcode: {places}",
                                             {{"places", named(place.same_name)}})});
    } else {
      found.problems.push_back(
          {"place",
           msg("We do not know this place. Enter a postcode with five digits or the name of a town.")});
    }
  } else if (search.near_me) {
    if (position)
      found.here = rounded_to_km(*position);
    else
      search.near_me = false;
  }
  found.question = question_of(search, found.here, *sight.topics);
  Asking(*sight.snapshot, found).ask(std::move(asked));
  // An old link to a page that there is no more leads to the last one.
  const auto pages = static_cast<int>((found.total() + kPageSize - 1) / kPageSize);
  if (pages > 0 && search.page > pages) {
    search.page = pages;
    found.question.offset = static_cast<std::uint32_t>((pages - 1) * kPageSize);
    thread_local match::Scratch scratch;
    found.answer = match::find(*sight.snapshot, found.question, scratch);
  }
  found.cards = cards_of(desk, finder.cards(), found.answer.hits, language);
  found.search = std::move(search);
  return found;
}

}  // namespace lotse::directory
