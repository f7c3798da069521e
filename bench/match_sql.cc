// SPDX-License-Identifier: EUPL-1.2
#include "match_sql.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/check.h"
#include "match/metric.h"

namespace lotse::bench {
namespace {

using match::Metric;
using match::Offer;
using Values = std::vector<SqlValue>;
using RowSink = std::function<void(const char*, const Values&)>;

constexpr std::int64_t kEverywhereLat = 999'999'999, kNowhereLat = 888'888'888;

SqlValue value(const std::optional<int>& number) {
  return number ? SqlValue(std::int64_t{*number}) : SqlValue();
}
SqlValue value(std::int64_t number) { return number; }

/** Where the lists look for an offer: its place, or a latitude that stands for everywhere. */
std::pair<std::int64_t, std::int64_t> shelf(const Offer& offer) {
  if (offer.everywhere) return {kEverywhereLat, 0};
  if (!offer.place) return {kNowhereLat, 0};
  return {match::micro_degrees(offer.place->lat), match::micro_degrees(offer.place->lon)};
}

void offer_rows(const MatchData& data, const RowSink& row) {
  std::int64_t n = 0;
  for (const Offer& o : data.offers) {
    row("offer_bench",
        {value(n++), o.id, o.place ? value(match::micro_degrees(o.place->lat)) : SqlValue(),
         o.place ? value(match::micro_degrees(o.place->lon)) : SqlValue(), value(o.everywhere),
         value(!o.languages.empty() || !o.perhaps.empty()), value(o.interpreter_on_request),
         value(o.hours_known), value(o.by_appointment), value(static_cast<int>(o.care)),
         value(o.care_min_months), value(o.care_max_months), value(o.care_places), value(o.min_age),
         value(o.max_age), value(o.audience), value(static_cast<int>(o.cost)), value(o.free_places)});
  }
}

/** Where an offer stands in a list: rows of one topic or word lie in the order of latitude, longitude. */
struct Entry {
  std::int64_t lat, lon, n, tier;
  auto operator<=>(const Entry&) const = default;
};
template <class Key>
using Listed = std::map<Key, std::vector<Entry>, std::less<>>;

template <class Key>
void add_entry(Listed<Key>& lists, const Key& key, const Offer& offer, std::int64_t n, std::int64_t tier) {
  auto& list = lists[key];
  if (!list.empty() && list.back().n == n) {
    list.back().tier = std::min(list.back().tier, tier);
  } else {
    const auto [lat, lon] = shelf(offer);
    list.push_back({lat, lon, n, tier});
  }
}

void entry_rows(const char* table, std::int64_t key, std::vector<Entry>& list, const RowSink& row) {
  std::sort(list.begin(), list.end());
  for (const Entry& e : list) row(table, {value(key), e.lat, e.lon, e.n, e.tier});
}

void topic_rows(const MatchData& data, const RowSink& row) {
  const auto& parents = data.topics.parents;
  Listed<int> lists;
  std::int64_t n = 0;
  for (const Offer& offer : data.offers) {
    for (const auto own : offer.topics) {
      for (int topic = own, tier = 0;; tier = 1) {
        add_entry(lists, topic, offer, n, tier);
        if (static_cast<std::size_t>(topic) >= parents.size()) break;
        topic = parents[static_cast<std::size_t>(topic)];
        if (topic == match::kNoTopic) break;
      }
    }
    ++n;
  }
  for (auto& [topic, list] : lists) entry_rows("offer_topic", topic, list, row);
}

void word_rows(const MatchData& data, const RowSink& row) {
  Listed<std::string> lists;
  std::int64_t n = 0;
  for (const Offer& offer : data.offers) {
    offer.words.each([&](const match::Words::Word& word) {
      add_entry(lists, std::string(word.key), offer, n, std::int64_t{word.tier});
    });
    ++n;
  }
  std::int64_t number = 0;
  for (const auto& [word, list] : lists) row("word", {word, value(number++)});
  number = 0;
  for (auto& [word, list] : lists) entry_rows("offer_word", number++, list, row);
}

void detail_rows(const MatchData& data, const RowSink& row) {
  std::int64_t n = 0;
  for (const Offer& offer : data.offers) {
    const std::set<match::Opening> openings(offer.openings.begin(), offer.openings.end());
    for (const auto& o : openings) row("offer_hours", {n, value(o.weekday), value(o.from), value(o.to)});
    ++n;
  }
  n = 0;
  for (const Offer& offer : data.offers) {
    std::map<std::string, int> sure;
    for (const auto& language : offer.perhaps) sure[language] = 0;
    for (const auto& language : offer.languages) sure[language] = 1;
    for (const auto& language : offer.interpreters) sure[language] = 1;
    for (const auto& [language, is] : sure) row("offer_language", {n, language, value(is)});
    ++n;
  }
}

bool long_enough(const std::string& word) {
  return std::count_if(word.begin(), word.end(), [](char c) { return (c & 0xC0) != 0x80; }) >= 4;
}

/** The first key after all that begin with `word`; after `word` itself if it is too short for that. */
std::string end_of_word(const std::string& word) {
  return word + (long_enough(word) ? "\xF4\x8F\xBF\xBF" : "\x01");
}

/** The ways to write a word without those that begin with another one, which finds them too. */
std::vector<std::string> shortest(std::vector<std::string> ways) {
  std::sort(ways.begin(), ways.end());
  std::vector<std::string> kept;
  for (auto& way : ways)
    if (!way.empty() &&
        (kept.empty() || !(way == kept.back() || (long_enough(kept.back()) && way.starts_with(kept.back())))))
      kept.push_back(std::move(way));
  return kept;
}

}  // namespace

std::vector<std::string> match_tables(const Dialect& dialect) {
  const std::string text = "TEXT " + dialect.binary + " NOT NULL", number = "BIGINT NOT NULL";
  const auto listed = [&](const std::string& name, const std::string& of) {
    return "CREATE TABLE " + name + " (" + of + " INTEGER NOT NULL, lat " + number + ", lon " + number +
           ", n INTEGER NOT NULL, tier INTEGER NOT NULL, PRIMARY KEY (" + of + ", lat, lon, n, tier)) " +
           dialect.by_key;
  };
  return {
      "CREATE TABLE offer_bench (n INTEGER PRIMARY KEY, id " + text +
          ", lat BIGINT, lon BIGINT, everywhere INTEGER, spoken_known INTEGER, on_request INTEGER, "
          "hours_known INTEGER, by_appointment INTEGER, care INTEGER, care_min INTEGER, care_max "
          "INTEGER, care_places INTEGER, min_age INTEGER, max_age INTEGER, audience BIGINT, cost "
          "INTEGER, free_places INTEGER)",
      listed("offer_topic", "topic"),
      "CREATE TABLE word (word " + text + ", id INTEGER NOT NULL, PRIMARY KEY (word, id)) " + dialect.by_key,
      listed("offer_word", "word"),
      "CREATE TABLE offer_hours (n INTEGER NOT NULL, weekday INTEGER NOT NULL, minute_from INTEGER NOT "
      "NULL, minute_to INTEGER NOT NULL, PRIMARY KEY (n, weekday, minute_from, minute_to)) " +
          dialect.by_key,
      "CREATE TABLE offer_language (n INTEGER NOT NULL, language " + text +
          ", sure INTEGER NOT NULL, PRIMARY KEY (n, language, sure)) " + dialect.by_key};
}

void each_match_row(const MatchData& data, const RowSink& row) {
  offer_rows(data, row);
  topic_rows(data, row);
  word_rows(data, row);
  detail_rows(data, row);
}

namespace {

// asked: the ways to write each word, as ranges of words; term 0 is the topic. reach: where a list is read:
// in a rectangle, and where those are that are everywhere. wanted: the words of the store, each with a reach,
// so that no plan can begin with all offers of a rectangle. found: what each term finds within a rectangle,
// or everywhere. candidate: what all terms find. placed: within the radius. judged: the costs of all wishes,
// 1 for unknown and 8 for a miss; an absent wish is NULL and costs nothing.
constexpr const char* kStatement = R"sql(
), reach (south, north, west, east) AS (VALUES
  (CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)), (999999999, 999999999, 0, 0)
), wanted AS MATERIALIZED (
  SELECT DISTINCT a.term, w.id, r.south, r.north, r.west, r.east
    FROM asked AS a JOIN word AS w ON w.word >= a.low AND w.word < a.high CROSS JOIN reach AS r
), found AS (
  SELECT 0 AS term, n, tier FROM offer_topic
   WHERE topic = $1 AND lat BETWEEN $2 AND $3 AND lon BETWEEN $4 AND $5
  UNION ALL
  SELECT 0, n, tier FROM offer_topic WHERE topic = $1 AND lat = 999999999
  UNION ALL
  SELECT w.term, o.n, o.tier FROM wanted AS w JOIN offer_word AS o
      ON o.word = w.id AND o.lat BETWEEN w.south AND w.north AND o.lon BETWEEN w.west AND w.east
), candidate AS (
  SELECT n, max(tier) AS tier FROM (SELECT term, n, min(tier) AS tier FROM found GROUP BY term, n) AS best
   GROUP BY n HAVING count(*) = $6
), measured AS (
  SELECT o.*, c.tier, ((o.lat - $7) * 116596) >> 20 AS dy, ((o.lon - $8) * $9) >> 20 AS dx
    FROM candidate AS c JOIN offer_bench AS o ON o.n = c.n
), placed AS (
  SELECT m.*, CASE WHEN dx * dx + dy * dy <= $10
                   THEN floor(floor(sqrt(CAST(dx * dx + dy * dy AS DOUBLE PRECISION))) / 100)
                   ELSE 999999 END AS step
    FROM measured AS m WHERE dx * dx + dy * dy <= $10 OR everywhere = 1
), judged AS MATERIALIZED (
  SELECT id, tier, step,
    CASE WHEN CAST($11 AS TEXT) IS NULL OR on_request = 1 THEN 0
         WHEN EXISTS (SELECT 1 FROM offer_language AS l WHERE l.n = p.n AND l.language = $11 AND l.sure = 1) THEN 0
         WHEN EXISTS (SELECT 1 FROM offer_language AS l WHERE l.n = p.n AND l.language = $11) THEN 1
         WHEN spoken_known = 1 THEN 8 ELSE 1 END
  + CASE WHEN CAST($12 AS BIGINT) IS NULL OR by_appointment = 1 THEN 0
         WHEN EXISTS (SELECT 1 FROM offer_hours AS h
                       WHERE h.n = p.n AND ((CAST($12 AS BIGINT) >> (h.weekday - 1)) & 1) = 1
                         AND h.minute_to - h.minute_from >= 30
                         AND CAST($14 AS BIGINT) - CAST($13 AS BIGINT) >= 30
                         AND CAST($14 AS BIGINT) - h.minute_from >= 30
                         AND h.minute_to - CAST($13 AS BIGINT) >= 30) THEN 0
         WHEN hours_known = 1 THEN 8 ELSE 1 END
  + CASE WHEN CAST($15 AS BIGINT) IS NULL THEN 0 WHEN care = 0 THEN 1 WHEN care = 1 THEN 8
         WHEN COALESCE(care_min, 0) <= $16 AND COALESCE(care_max, 255) >= $17
              AND COALESCE(care_places, 65535) >= CAST($15 AS BIGINT) THEN 0 ELSE 8 END
  + CASE WHEN CAST($18 AS BIGINT) IS NULL THEN 0 WHEN min_age IS NULL AND max_age IS NULL THEN 1
         WHEN COALESCE(min_age, 0) <= CAST($18 AS BIGINT)
              AND COALESCE(max_age, 255) >= CAST($18 AS BIGINT) THEN 0
         ELSE 8 END
  + CASE WHEN CAST($19 AS BIGINT) IS NULL OR audience = 0 OR (audience & CAST($19 AS BIGINT)) <> 0 THEN 0
         WHEN (audience & ~CAST($20 AS BIGINT)) = 0 THEN 8 ELSE 1 END
  + CASE WHEN CAST($21 AS BIGINT) = 0 OR cost = 1 THEN 0 WHEN cost = 2 THEN 8 ELSE 1 END
  + CASE WHEN CAST($22 AS BIGINT) IS NULL OR free_places >= CAST($22 AS BIGINT) THEN 0
         WHEN free_places IS NULL THEN 1 ELSE 8 END AS costs
    FROM placed AS p
)
SELECT id, costs, tier, step, count(*) OVER () AS total FROM judged WHERE costs < 16
 ORDER BY costs, tier, step, id LIMIT $23 OFFSET $24)sql";
constexpr int kFixedParameters = 24;

}  // namespace

std::string match_statement(const Dialect& dialect) {
  std::string statement = "WITH asked (term, low, high) AS (VALUES";
  const auto text = [&](int number) {
    return " CAST($" + std::to_string(number) + " AS TEXT) " + dialect.binary;
  };
  for (int i = 0, number = kFixedParameters; i < kMostWays; ++i, number += 3)
    statement += std::string(i == 0 ? "" : ",") + " (CAST($" + std::to_string(number + 1) + " AS INTEGER)," +
                 text(number + 2) + "," + text(number + 3) + ")";
  return statement + kStatement;
}

std::vector<SqlValue> match_parameters(const match::Question& q) {
  CHECK(q.here && is_valid(*q.here) && q.topics.size() <= 1);
  const Metric metric = Metric::at(*q.here);
  const std::int64_t radius = std::clamp(q.radius_m, 0, 21'000'000);
  const auto north =
      static_cast<std::int64_t>(static_cast<double>(radius + 2) * 1048576 / Metric::kNorth) + 2;
  const auto east = static_cast<std::int64_t>(static_cast<double>(radius + 2) * 1048576 /
                                              static_cast<double>(metric.east)) +
                    2;
  Values values;
  values.push_back(q.topics.empty() ? SqlValue() : value(q.topics[0]));
  const auto terms = static_cast<std::int64_t>(q.topics.size() + q.words.size());
  CHECK(terms > 0);
  for (const std::int64_t number :
       {metric.lat - north, metric.lat + north, metric.lon - east, metric.lon + east, terms,
        std::int64_t{metric.lat}, std::int64_t{metric.lon}, metric.east, radius * radius})
    values.push_back(number);
  values.push_back(q.language ? SqlValue(*q.language) : SqlValue());
  values.push_back(q.when ? value(q.when->weekdays == 0 ? 127 : q.when->weekdays) : SqlValue());
  values.push_back(q.when ? value(q.when->from) : SqlValue());
  values.push_back(q.when ? value(q.when->to) : SqlValue());
  const auto& ages = q.child_ages_months;
  values.push_back(ages.empty() ? SqlValue() : value(static_cast<std::int64_t>(ages.size())));
  values.push_back(ages.empty() ? SqlValue() : value(*std::min_element(ages.begin(), ages.end())));
  values.push_back(ages.empty() ? SqlValue() : value(*std::max_element(ages.begin(), ages.end())));
  values.push_back(value(q.age));
  const bool audience = (q.audience_is | q.audience_is_not) != 0;
  values.push_back(audience ? value(q.audience_is) : SqlValue());
  values.push_back(audience ? value(q.audience_is_not) : SqlValue());
  values.push_back(value(q.only_free));
  values.push_back(value(q.places));
  values.push_back(value(q.limit));
  values.push_back(value(q.offset));
  CHECK(values.size() == kFixedParameters);
  for (std::size_t i = 0; i < q.words.size(); ++i)
    for (const auto& way : shortest(q.words[i].alternatives)) {
      values.push_back(value(static_cast<std::int64_t>(i + 1)));
      values.push_back(way);
      values.push_back(end_of_word(way));
    }
  CHECK(values.size() <= kFixedParameters + 3 * kMostWays);
  values.resize(kFixedParameters + 3 * kMostWays);
  return values;
}

}  // namespace lotse::bench
