// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hours.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/fold.h"
#include "base/time.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

using directory::Schedule;

constexpr std::array<std::string_view, 7> kDays{"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

const std::map<std::string, int, std::less<>>& day_names() {
  static const std::map<std::string, int, std::less<>> names = [] {
    constexpr std::array<std::string_view, 7> kSpelled{
        "mo mon monday mondays montag montags",
        "tu tue tues tuesday tuesdays di dienstag dienstags",
        "we wed weds wednesday wednesdays mi mittwoch mittwochs",
        "th thu thur thurs thursday thursdays do don donnerstag donnerstags",
        "fr fri friday fridays fre freitag freitags",
        "sa sat saturday saturdays sam samstag samstags sonnabend sonnabends",
        "su sun sunday sundays so son sonntag sonntags"};
    std::map<std::string, int, std::less<>> map;
    for (int day = 0; day < 7; ++day)
      for (const auto& word : words_of(kSpelled[static_cast<std::size_t>(day)])) map[word] = day;
    return map;
  }();
  return names;
}

enum class Kind { none, word, number, dash, comma, stop };

struct Token {
  Kind kind = Kind::none;
  std::string text;  // of a word, in small letters
  int hour = 0, minute = 0;
  bool two_digits = false, has_minutes = false;
};

Token mark(Kind kind) {
  Token token;
  token.kind = kind;
  return token;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80); }

// Letters small, the many dashes and blanks one; "a.m." is "am".
std::string levelled(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSame{
      {{"\xE2\x80\x90", "-"},
       {"\xE2\x80\x91", "-"},
       {"\xE2\x80\x92", "-"},
       {"\xE2\x80\x93", "-"},
       {"\xE2\x80\x94", "-"},
       {"\xE2\x88\x92", "-"},
       {"\xC2\xA0", " "},
       {"\xE2\x80\xAF", " "},
       {"a.m.", "am"},
       {"p.m.", "pm"},
       {"a.m", "am"},
       {"p.m", "pm"},
       {"\\n", "\n"},
       {"24/7", "24 hours 7 days a week"}}};
  return replaced(small(text), kSame);
}

// "9", "09", "9:30", "9.30"; nothing for "6:300", "830" and the date "15.03.".
std::optional<Token> number_at(std::string_view text, std::size_t& at) {
  const auto digits = [&](std::size_t from) {
    std::size_t n = 0;
    while (from + n < text.size() && is_digit(text[from + n])) ++n;
    return n;
  };
  const std::size_t first = digits(at);
  if (first > 2) return std::nullopt;
  Token token{Kind::number, {}, std::stoi(std::string(text.substr(at, first))), 0, first == 2, false};
  at += first;
  if (at + 1 < text.size() && (text[at] == ':' || text[at] == '.') && is_digit(text[at + 1])) {
    if (digits(at + 1) != 2) return std::nullopt;
    if (text[at] == '.' && text.substr(at + 3).starts_with('.')) return std::nullopt;
    token.minute = std::stoi(std::string(text.substr(at + 1, 2)));
    token.has_minutes = true;
    at += 3;
    if (at + 1 < text.size() && (text[at] == ':' || text[at] == '.') && is_digit(text[at + 1]))
      return std::nullopt;
  }
  return token;
}

// Nothing if there is something that no opening hours have.
std::optional<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      auto number = number_at(text, at);
      if (!number) return std::nullopt;
      tokens.push_back(std::move(*number));
    } else if (is_letter(c)) {
      const std::size_t from = at;
      while (at < text.size() && is_letter(text[at])) ++at;
      tokens.push_back(mark(Kind::word));
      tokens.back().text = text.substr(from, at - from);
    } else {
      if (c == '-')
        tokens.push_back(mark(Kind::dash));
      else if (c == ',' || c == '&' || c == '+')
        tokens.push_back(mark(Kind::comma));
      else if (c == ';' || c == '\n')
        tokens.push_back(mark(Kind::stop));
      else if (c != ' ' && c != '\t' && c != '\r' && c != '.' && c != ':')
        return std::nullopt;
      ++at;
    }
  }
  return tokens;
}

enum class Half { none, am, pm, noon, midnight };

struct Clock {
  int hour = 0, minute = 0;
  Half half = Half::none;
  bool uhr = false, two_digits = false, has_minutes = false;
};

// Minutes since midnight for a time that says am or pm; nothing for "13pm".
std::optional<int> twelve_hours(const Clock& c, bool closing) {
  if (c.half == Half::noon && (c.hour == 12 || c.hour == 0)) return 12 * 60;
  if (c.half == Half::midnight && (c.hour == 12 || c.hour == 0)) return closing ? 24 * 60 : 0;
  if (c.half == Half::noon || c.half == Half::midnight || c.hour < 1 || c.hour > 12 || c.minute > 59)
    return std::nullopt;
  const int minute = (c.hour % 12 + (c.half == Half::pm ? 12 : 0)) * 60 + c.minute;
  return closing && minute == 0 ? 24 * 60 : minute;
}

// Of two readings we take one only if the text itself rules out the other.
std::optional<std::pair<int, int>> range_of(const Clock& from, const Clock& to, bool german) {
  if (from.half != Half::none || to.half != Half::none) {
    if (from.half == Half::none || to.half == Half::none) return std::nullopt;
    const auto a = twelve_hours(from, false), b = twelve_hours(to, true);
    if (!a || !b) return std::nullopt;
    if (*b > *a) return std::pair(*a, *b);
    // Past midnight: from an afternoon into a morning. Anything longer is a slip of the pen.
    if (*a >= 12 * 60 && *b <= 12 * 60 && *b < *a) return std::pair(*a, *b);
    return std::nullopt;
  }
  if (from.hour > 23 || to.hour > 24 || from.minute > 59 || to.minute > 59 || (to.hour == 24 && to.minute))
    return std::nullopt;
  const int a = from.hour * 60 + from.minute, b = to.hour * 60 + to.minute;
  // "3-5 Uhr" is the afternoon more often than not, "03-05 Uhr" is not.
  const bool early = from.hour > 0 && from.hour < 7 && !from.two_digits;
  if (early && (to.hour < 7 || (from.hour < 6 && to.hour <= 12))) return std::nullopt;
  const bool sure =
      german || from.uhr || to.uhr || from.hour > 12 || to.hour > 12 ||
      (from.two_digits && to.two_digits && from.has_minutes && to.has_minutes && from.hour < 12);
  if (!sure) return std::nullopt;
  if (b > a) return std::pair(a, b);
  if (a >= 17 * 60 && b <= 8 * 60) return std::pair(a, b == 0 ? 24 * 60 : b);
  return std::nullopt;
}

struct Item {
  enum { days, times, always, closed, stop } kind = stop;
  std::vector<int> list;
  std::pair<int, int> range;
};

class Reader {
 public:
  Reader(std::vector<Token> tokens, bool german) : tokens_(std::move(tokens)), german_(german) {}

  bool read(std::vector<Item>& items, bool& by_appointment) {
    while (at_ < tokens_.size()) {
      const Token& token = tokens_[at_];
      if (token.kind == Kind::comma || filler(token))
        ++at_;
      else if (token.kind == Kind::stop)
        add_stop(items);
      else if (appointment())
        by_appointment = true;
      else if (all_day(items) || closed(items))
        continue;
      else if (token.kind == Kind::number ? !times(items) : !days(items))
        return false;
    }
    return true;
  }

 private:
  bool is(std::size_t at, std::string_view word) const {
    return at < tokens_.size() && tokens_[at].kind == Kind::word && tokens_[at].text == word;
  }
  bool is_number(std::size_t at, int hour) const {
    return at < tokens_.size() && tokens_[at].kind == Kind::number && tokens_[at].hour == hour &&
           !tokens_[at].has_minutes;
  }
  // Takes the words if they all stand here.
  bool take(std::initializer_list<std::string_view> words) {
    std::size_t n = 0;
    for (const auto word : words)
      if (!is(at_ + n++, word)) return false;
    at_ += words.size();
    return true;
  }
  static bool filler(const Token& t) {
    constexpr std::array<std::string_view, 6> kFillers{"and", "und", "von", "from", "uhr", "on"};
    return t.kind == Kind::word && std::find(kFillers.begin(), kFillers.end(), t.text) != kFillers.end();
  }
  void add_stop(std::vector<Item>& items) {
    items.push_back({Item::stop, {}, {}});
    ++at_;
  }
  bool appointment() {
    return take({"by", "appointment", "only"}) || take({"by", "appointment"}) ||
           take({"call", "for", "appointment"}) || take({"nach", "vereinbarung"}) ||
           take({"nach", "absprache"}) || take({"termine", "nach", "vereinbarung"}) ||
           take({"nach", "terminvereinbarung"}) || take({"nur", "nach", "terminvereinbarung"});
  }
  bool all_day(std::vector<Item>& items) {
    if (is_number(at_, 24) && (is(at_ + 1, "hours") || is(at_ + 1, "stunden"))) {
      at_ += 2;
      (void)(take({"a", "day"}) || take({"am", "tag"}));
    } else if (!take({"rund", "um", "die", "uhr"})) {
      return false;
    }
    items.push_back({Item::always, {}, {0, 24 * 60}});
    return true;
  }
  bool closed(std::vector<Item>& items) {
    if (!take({"closed"}) && !take({"geschlossen"})) return false;
    items.push_back({Item::closed, {}, {}});
    return true;
  }
  std::optional<int> day(std::size_t at) const {
    if (at >= tokens_.size() || tokens_[at].kind != Kind::word) return std::nullopt;
    const auto found = day_names().find(tokens_[at].text);
    return found == day_names().end() ? std::nullopt : std::optional(found->second);
  }
  bool is_to(std::size_t at) const {
    return at < tokens_.size() && (tokens_[at].kind == Kind::dash || is(at, "bis") || is(at, "to") ||
                                   is(at, "until") || is(at, "through"));
  }
  bool days(std::vector<Item>& items) {
    Item item{Item::days, {}, {}};
    if (take({"daily"}) || take({"every", "day"}) || take({"taglich"}) || take({"täglich"})) {
      item.list = {0, 1, 2, 3, 4, 5, 6};
    } else if (take({"weekdays"})) {
      item.list = {0, 1, 2, 3, 4};
    } else {
      const auto first = day(at_);
      if (!first) return false;
      ++at_;
      item.list = {*first};
      // "Montag mit Freitag" is Bavarian for "through".
      if (const auto last = is_to(at_) || is(at_, "mit") ? day(at_ + 1) : std::nullopt) {
        for (int d = *first; d != *last; item.list.push_back(d)) d = (d + 1) % 7;
        at_ += 2;
      }
    }
    items.push_back(std::move(item));
    return true;
  }
  std::optional<Clock> clock() {
    if (at_ >= tokens_.size()) return std::nullopt;
    Clock c;
    if (tokens_[at_].kind == Kind::number) {
      const Token& t = tokens_[at_++];
      c = {t.hour, t.minute, Half::none, false, t.two_digits, t.has_minutes};
    } else if (!is(at_, "noon") && !is(at_, "midnight")) {
      return std::nullopt;
    }
    if (take({"am"}))
      c.half = Half::am;
    else if (take({"pm"}))
      c.half = Half::pm;
    else if (take({"noon"}))
      c.half = Half::noon;
    else if (take({"midnight"}))
      c.half = Half::midnight;
    else if (take({"uhr"}) || take({"h"}))
      c.uhr = true;
    return c;
  }
  bool times(std::vector<Item>& items) {
    if (seven_days(items)) return true;
    const auto from = clock();
    if (!from || !is_to(at_)) return false;
    ++at_;
    const auto to = clock();
    const auto range = to ? range_of(*from, *to, german_) : std::nullopt;
    if (!range) return false;
    items.push_back({Item::times, {}, *range});
    return true;
  }
  bool seven_days(std::vector<Item>& items) {
    if (!is_number(at_, 7) || !is(at_ + 1, "days")) return false;
    at_ += 2;
    (void)take({"a", "week"});
    items.push_back({Item::days, {0, 1, 2, 3, 4, 5, 6}, {}});
    return true;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool german_;
};

std::string byday_of(std::vector<int> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  std::string text;
  for (const int day : list)
    text += (text.empty() ? "" : ",") + std::string(kDays[static_cast<std::size_t>(day)]);
  return text;
}

Schedule weekly(const std::vector<int>& days, std::pair<int, int> range) {
  Schedule s;
  if (!days.empty()) s.freq = "WEEKLY";
  s.byday = byday_of(days);
  s.opens_at = minute_text(range.first);
  s.closes_at = minute_text(range.second);
  return s;
}

// Days and times that stand together; either comes first, the same throughout.
struct Group {
  std::vector<int> days;
  std::vector<std::pair<int, int>> times;
  bool closed = false, always = false;
  bool empty() const { return days.empty() && times.empty() && !closed; }
};

std::vector<Group> groups_of(const std::vector<Item>& items) {
  std::vector<Group> groups;
  Group group;
  bool days_first = false;
  const Item* before = nullptr;
  const auto close = [&] {
    if (!group.empty()) groups.push_back(std::exchange(group, {}));
    before = nullptr;
  };
  for (const Item& item : items) {
    if (item.kind == Item::stop) {
      close();
      continue;
    }
    if (!before) days_first = item.kind == Item::days;
    // A group ends where its first kind begins again.
    else if (const bool is_days = item.kind == Item::days;
             is_days == days_first && (before->kind == Item::days) != is_days)
      close();
    if (item.kind == Item::days)
      group.days.insert(group.days.end(), item.list.begin(), item.list.end());
    else if (item.kind == Item::closed)
      group.closed = true;
    else
      group.times.push_back(item.range);
    group.always = group.always || item.kind == Item::always;
    before = &item;
  }
  close();
  return groups;
}

bool looks_german(std::string_view text) {
  // "Di", "Mi", "Do" are in no English text, and German ones never say am or pm.
  for (const auto& word : words_of(text))
    for (const std::string_view sign : {"uhr", "di", "mi", "dienstag", "mittwoch", "montag", "donnerstag",
                                        "freitag", "samstag", "sonntag", "bis", "taeglich"})
      if (word == sign) return true;
  return false;
}

}  // namespace

Hours read_hours(std::string_view text) {
  Hours hours;
  // What is longer is a story, and may have been made to cost time.
  constexpr std::size_t kLongest = 500;
  const auto tokens = text.size() > kLongest ? std::nullopt : tokens_of(levelled(text));
  std::vector<Item> items;
  bool by_appointment = false;
  if (!tokens || !Reader(*tokens, looks_german(text)).read(items, by_appointment)) return hours;
  const auto groups = groups_of(items);
  if (groups.empty() && !by_appointment) return hours;
  std::set<int> closed;
  for (const Group& group : groups)
    if (group.closed) closed.insert(group.days.begin(), group.days.end());
  std::vector<Schedule> schedules;
  bool without_days = false;
  for (const Group& group : groups) {
    const bool no_days = group.days.empty();
    const bool always = group.always && group.times.size() == 1;
    // Days without times, times beside other groups without days: somebody would have to guess.
    if (group.closed ? no_days || !group.times.empty() : group.times.empty()) return hours;
    if (no_days && groups.size() > 1) return hours;
    if (group.closed) continue;
    std::vector<int> days = no_days && always ? std::vector{0, 1, 2, 3, 4, 5, 6} : group.days;
    std::erase_if(days, [&](int day) { return closed.count(day) > 0; });
    // Open and closed at once.
    if (days.empty() && !no_days) return hours;
    for (const auto& range : group.times) schedules.push_back(weekly(days, range));
    without_days = no_days && !always;
  }
  // Closed days alone say nothing about the others; the text says it better than no hours would.
  if (schedules.empty() && !groups.empty()) return hours;
  hours.schedules = std::move(schedules);
  hours.by_appointment = by_appointment;
  hours.without_days = without_days;
  hours.understood = true;
  return hours;
}

std::optional<OpenClose> read_times(std::string_view opens, std::string_view closes) {
  if (trimmed(opens).empty() || trimmed(closes).empty()) return std::nullopt;
  const std::string text = std::string(trimmed(opens)) + " - " + std::string(trimmed(closes));
  const Hours hours = read_hours(text);
  if (!hours.understood || !hours.without_days || hours.schedules.size() != 1) return std::nullopt;
  return OpenClose{hours.schedules[0].opens_at, hours.schedules[0].closes_at};
}

std::string weekday_code(std::string_view name) {
  const std::string word = fold(name);
  if (word.size() == 1 && word[0] >= '1' && word[0] <= '7')
    return std::string(kDays[static_cast<std::size_t>(word[0] - '1')]);
  const auto found = day_names().find(word);
  return found == day_names().end() ? std::string()
                                    : std::string(kDays[static_cast<std::size_t>(found->second)]);
}

}  // namespace lotse::interchange
