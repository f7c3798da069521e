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
    row("offer_bench", {value(n++), o.id, o.place ? value(match::micro_degrees(o.place->lat)) : SqlValue(),
                        o.place ? value(match::micro_degrees(o.place->lon)) : SqlValue(), value(o.everywhere),
                        value(!o.languages.empty()), value(o.interpreter_on_request),
                        value(o.hours_known || !o.openings.empty()), value(o.by_appointment),
                        value(static_cast<int>(o.care)), value(o.care_min_months), value(o.care_max_months),
                        value(o.care_places), value(o.min_age), value(o.max_age), value(o.audience),
                        value(static_cast<int>(o.cost)), value(o.free_places)});
  }
}

void topic_rows(const MatchData& data, const RowSink& row) {
  const auto& parents = data.topics.parents;
  std::int64_t n = 0;
  for (const Offer& offer : data.offers) {
    std::map<int, std::int64_t> tiers;
    for (const auto own : offer.topics) {
      for (int topic = own, tier = 0;; tier = 1) {
        const auto at = tiers.emplace(topic, tier).first;
        at->second = std::min<std::int64_t>(at->second, tier);
        if (static_cast<std::size_t>(topic) >= parents.size()) break;
        topic = parents[static_cast<std::size_t>(topic)];
        if (topic == match::kNoTopic) break;
      }
    }
    const auto [lat, lon] = shelf(offer);
    for (const auto& [topic, tier] : tiers) row("offer_topic", {value(topic), lat, lon, n, tier});
    ++n;
  }
}

void word_rows(const MatchData& data, const RowSink& row) {
  std::int64_t n = 0;
  for (const Offer& offer : data.offers) {
    std::map<std::string, std::int64_t> tiers;
    offer.words.each([&](const match::Words::Word& word) {
      const auto at = tiers.emplace(word.key, word.tier).first;
      at->second = std::min<std::int64_t>(at->second, word.tier);
    });
    const auto [lat, lon] = shelf(offer);
    for (const auto& [word, tier] : tiers) row("offer_word", {word, lat, lon, n, tier});
    ++n;
  }
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
    std::set<std::string> languages(offer.languages.begin(), offer.languages.end());
    languages.insert(offer.interpreters.begin(), offer.interpreters.end());
    for (const auto& language : languages) row("offer_language", {n, language});
    ++n;
  }
}

/** The first key after all that begin with `word`; after `word` itself if it is too short for that. */
std::string end_of_word(const std::string& word) {
  const auto code_points = std::count_if(word.begin(), word.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return word + (code_points >= 4 ? "\xF4\x8F\xBF\xBF" : "\x01");
}

}  // namespace

std::vector<std::string> match_tables(std::string_view binary) {
  const std::string text = "TEXT " + std::string(binary) + " NOT NULL";
  return {
      "CREATE TABLE offer_bench (n INTEGER PRIMARY KEY, id " + text +
          ", lat BIGINT, lon BIGINT, everywhere INTEGER, "
          "spoken_known INTEGER, on_request INTEGER, hours_known INTEGER, by_appointment INTEGER, care "
          "INTEGER, "
          "care_min INTEGER, care_max INTEGER, care_places INTEGER, min_age INTEGER, max_age INTEGER, "
          "audience BIGINT, "
          "cost INTEGER, free_places INTEGER)",
      "CREATE TABLE offer_topic (topic INTEGER NOT NULL, lat BIGINT NOT NULL, lon BIGINT NOT NULL, n INTEGER "
      "NOT NULL, "
      "tier INTEGER NOT NULL)",
      "CREATE TABLE offer_word (word " + text +
          ", lat BIGINT NOT NULL, lon BIGINT NOT NULL, n INTEGER NOT NULL, "
          "tier INTEGER NOT NULL)",
      "CREATE TABLE offer_hours (n INTEGER NOT NULL, weekday INTEGER NOT NULL, minute_from INTEGER NOT NULL, "
      "minute_to INTEGER NOT NULL)",
      "CREATE TABLE offer_language (n INTEGER NOT NULL, language " + text + ")",
  };
}

std::vector<std::string> match_indexes() {
  return {"CREATE INDEX offer_topic_place ON offer_topic (topic, lat, lon, n, tier)",
          "CREATE INDEX offer_word_place ON offer_word (word, lat, lon, n, tier)",
          "CREATE INDEX offer_hours_n ON offer_hours (n, weekday, minute_from, minute_to)",
          "CREATE INDEX offer_language_n ON offer_language (n, language)"};
}

void each_match_row(const MatchData& data, const RowSink& row) {
  offer_rows(data, row);
  topic_rows(data, row);
  word_rows(data, row);
  detail_rows(data, row);
}

// found: what each term finds within a rectangle. candidate: what all terms find. placed: within the radius.
// judged: the costs of all wishes, 1 for unknown and 8 for a miss; an absent wish is NULL and costs nothing.
const char* const kMatchStatement = R"sql(
WITH found AS (
  SELECT 1 AS term, n, tier FROM offer_topic
   WHERE topic = $1 AND lat BETWEEN $10 AND $11 AND lon BETWEEN $12 AND $13
  UNION ALL
  SELECT 1, n, tier FROM offer_topic WHERE topic = $1 AND lat = 999999999
  UNION ALL
  SELECT 2, n, tier FROM offer_word
   WHERE word >= $2 AND word < $3
     AND (lat BETWEEN $10 AND $11 AND lon BETWEEN $12 AND $13 OR lat = 999999999)
  UNION ALL
  SELECT 3, n, tier FROM offer_word
   WHERE word >= $4 AND word < $5
     AND (lat BETWEEN $10 AND $11 AND lon BETWEEN $12 AND $13 OR lat = 999999999)
), candidate AS (
  SELECT n, max(tier) AS tier FROM (SELECT term, n, min(tier) AS tier FROM found GROUP BY term, n) AS best
   GROUP BY n HAVING count(*) = $6
), measured AS (
  SELECT o.*, c.tier, ((o.lat - $7) * 116596) >> 20 AS dy, ((o.lon - $8) * $9) >> 20 AS dx
    FROM candidate AS c JOIN offer_bench AS o ON o.n = c.n
), placed AS (
  SELECT m.*, CASE WHEN dx * dx + dy * dy <= $14
                   THEN floor(floor(sqrt(CAST(dx * dx + dy * dy AS DOUBLE PRECISION))) / 100)
                   ELSE 999999 END AS step
    FROM measured AS m WHERE dx * dx + dy * dy <= $14 OR everywhere = 1
), judged AS MATERIALIZED (
  SELECT id, tier, step,
    CASE WHEN CAST($15 AS TEXT) IS NULL OR on_request = 1 THEN 0
         WHEN EXISTS (SELECT 1 FROM offer_language AS l WHERE l.n = p.n AND l.language = $15) THEN 0
         WHEN spoken_known = 1 THEN 8 ELSE 1 END
  + CASE WHEN CAST($16 AS BIGINT) IS NULL OR by_appointment = 1 THEN 0
         WHEN EXISTS (SELECT 1 FROM offer_hours AS h
                       WHERE h.n = p.n AND ((CAST($16 AS BIGINT) >> (h.weekday - 1)) & 1) = 1
                         AND h.minute_to - h.minute_from >= 30
                         AND CAST($18 AS BIGINT) - CAST($17 AS BIGINT) >= 30
                         AND CAST($18 AS BIGINT) - h.minute_from >= 30
                         AND h.minute_to - CAST($17 AS BIGINT) >= 30) THEN 0
         WHEN hours_known = 1 THEN 8 ELSE 1 END
  + CASE WHEN CAST($19 AS BIGINT) IS NULL THEN 0 WHEN care = 0 THEN 1 WHEN care = 1 THEN 8
         WHEN COALESCE(care_min, 0) <= $20 AND COALESCE(care_max, 255) >= $21
              AND COALESCE(care_places, 65535) >= CAST($19 AS BIGINT) THEN 0 ELSE 8 END
  + CASE WHEN CAST($22 AS BIGINT) IS NULL THEN 0 WHEN min_age IS NULL AND max_age IS NULL THEN 1
         WHEN COALESCE(min_age, 0) <= CAST($22 AS BIGINT)
              AND COALESCE(max_age, 255) >= CAST($22 AS BIGINT) THEN 0
         ELSE 8 END
  + CASE WHEN CAST($23 AS BIGINT) IS NULL OR audience = 0 OR (audience & CAST($23 AS BIGINT)) <> 0 THEN 0
         WHEN (audience & ~CAST($24 AS BIGINT)) = 0 THEN 8 ELSE 1 END
  + CASE WHEN CAST($25 AS BIGINT) = 0 OR cost = 1 THEN 0 WHEN cost = 2 THEN 8 ELSE 1 END
  + CASE WHEN CAST($26 AS BIGINT) IS NULL OR free_places >= CAST($26 AS BIGINT) THEN 0
         WHEN free_places IS NULL THEN 1 ELSE 8 END AS costs
    FROM placed AS p
)
SELECT id, costs, tier, step, count(*) OVER () AS total FROM judged WHERE costs < 16
 ORDER BY costs, tier, step, id LIMIT $27 OFFSET $28)sql";

std::vector<SqlValue> match_parameters(const match::Question& q) {
  CHECK(q.here && is_valid(*q.here) && q.topics.size() <= 1 && q.words.size() <= 2);
  const Metric metric = Metric::at(*q.here);
  const std::int64_t radius = std::clamp(q.radius_m, 0, 21'000'000);
  const auto north =
      static_cast<std::int64_t>(static_cast<double>(radius + 2) * 1048576 / Metric::kNorth) + 2;
  const auto east = static_cast<std::int64_t>(static_cast<double>(radius + 2) * 1048576 /
                                              static_cast<double>(metric.east)) +
                    2;
  Values values;
  values.push_back(q.topics.empty() ? SqlValue() : value(q.topics[0]));
  for (std::size_t i = 0; i < 2; ++i) {
    if (i < q.words.size()) CHECK(q.words[i].alternatives.size() == 1);
    const bool asked = i < q.words.size();
    values.push_back(asked ? SqlValue(q.words[i].alternatives[0]) : SqlValue());
    values.push_back(asked ? SqlValue(end_of_word(q.words[i].alternatives[0])) : SqlValue());
  }
  const auto terms = static_cast<std::int64_t>(q.topics.size() + q.words.size());
  CHECK(terms > 0);
  for (const std::int64_t number :
       {terms, std::int64_t{metric.lat}, std::int64_t{metric.lon}, metric.east, metric.lat - north,
        metric.lat + north, metric.lon - east, metric.lon + east, radius * radius})
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
  return values;
}

}  // namespace lotse::bench
