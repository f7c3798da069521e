// SPDX-License-Identifier: EUPL-1.2
// For tests: the same answers as find(), from a plain loop over plain offers; and random offers and
// questions.
#pragma once
#include <algorithm>
#include <climits>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "match/match.h"
#include "match/metric.h"

namespace lotse::match::testing {

/** All offers by id. */
using Offers = std::map<std::string, Offer>;

inline int clamped(int value, int most) { return std::clamp(value, 0, most); }
inline std::optional<int> clamped(std::optional<int> value, int most) {
  return value ? std::optional(clamped(*value, most)) : std::nullopt;
}

inline bool is_below(const Topics& topics, TopicNo topic, TopicNo above) {
  for (std::size_t steps = 0; steps <= topics.parents.size() && topic < topics.parents.size(); ++steps) {
    topic = topics.parents[topic];
    if (topic == kNoTopic) return false;
    if (topic == above) return true;
  }
  return false;
}

/** Tier of the offer for the asked topics; none if it is not found by them. */
inline std::optional<int> topic_tier(const Topics& topics, const Question& question, const Offer& offer) {
  std::optional<int> best;
  for (const TopicNo asked : question.topics) {
    for (const TopicNo own : offer.topics) {
      if (own == asked) best = 0;
      if (!best && is_below(topics, own, asked)) best = 1;
    }
  }
  return best;
}

inline std::optional<int> word_tier(const TypedWord& typed, const Offer& offer) {
  std::optional<int> best;
  for (const std::string& text : typed.alternatives) {
    long code_points = 0;
    for (const char c : text) code_points += (c & 0xC0) != 0x80;
    offer.words.each([&](const Words::Word& word) {
      if (text.empty()) return;
      if (word.key != text && !(code_points >= 4 && word.key.starts_with(text))) return;
      const int tier = word.tier;
      best = best ? std::min(*best, tier) : tier;
    });
  }
  return best;
}

inline bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

inline Reason language_reason(const Offer& offer, const std::string& language) {
  Reason reason{.wish = Wish::language};
  if (contains(offer.languages, language)) {
    reason.verdict = Verdict::fits;
  } else if (contains(offer.interpreters, language)) {
    reason.verdict = Verdict::fits_other;
  } else if (offer.interpreter_on_request) {
    reason.verdict = Verdict::fits_other;
    reason.on_request = true;
  } else {
    const bool nothing_said = offer.languages.empty() && offer.perhaps.empty();
    reason.verdict = nothing_said || contains(offer.perhaps, language) ? Verdict::unknown : Verdict::misses;
  }
  return reason;
}

inline Reason when_reason(const Offer& offer, const When& when) {
  Reason reason{.wish = Wish::when};
  for (const Opening& o : offer.openings) {
    if (o.weekday < 1 || o.weekday > 7 || o.from < 0 || o.to > 1440 || o.from >= o.to) continue;
    if (when.weekdays != 0 && (when.weekdays >> (o.weekday - 1) & 1) == 0) continue;
    if (std::min(o.to, clamped(when.to, 1440)) - std::max(o.from, clamped(when.from, 1440)) < 30) continue;
    if (!reason.opening || o < *reason.opening) reason.opening = o;
  }
  reason.verdict = reason.opening         ? Verdict::fits
                   : offer.by_appointment ? Verdict::fits_other
                   : offer.hours_known    ? Verdict::misses
                                          : Verdict::unknown;
  return reason;
}

inline Reason care_reason(const Offer& offer, const std::vector<int>& months) {
  Reason reason{.wish = Wish::child_care,
                .min = clamped(offer.care_min_months, 250),
                .max = clamped(offer.care_max_months, 250),
                .places = clamped(offer.care_places, 65534)};
  bool covers = !reason.places ||
                std::min<std::size_t>(months.size(), 65534) <= static_cast<std::size_t>(*reason.places);
  for (const int month : months) {
    const int age = clamped(month, 250);
    if ((reason.min && age < *reason.min) || (reason.max && age > *reason.max)) covers = false;
  }
  reason.verdict = offer.care == Care::on_site ? (covers ? Verdict::fits : Verdict::misses)
                   : offer.care == Care::none  ? Verdict::misses
                                               : Verdict::unknown;
  return reason;
}

inline Reason age_reason(const Offer& offer, int asked) {
  Reason reason{.wish = Wish::age, .min = clamped(offer.min_age, 150), .max = clamped(offer.max_age, 150)};
  const int age = clamped(asked, 150);
  const bool within = (!reason.min || age >= *reason.min) && (!reason.max || age <= *reason.max);
  reason.verdict = !reason.min && !reason.max ? Verdict::unknown : within ? Verdict::fits : Verdict::misses;
  return reason;
}

inline Reason audience_reason(const Offer& offer, const Question& question) {
  Reason reason{.wish = Wish::audience, .audience = offer.audience};
  bool belongs = offer.audience == 0, might = false;
  for (int bit = 0; bit < 16; ++bit) {
    if ((offer.audience >> bit & 1) == 0) continue;
    if (question.audience_is >> bit & 1) belongs = true;
    if ((question.audience_is_not >> bit & 1) == 0) might = true;
  }
  reason.verdict = belongs ? Verdict::fits : might ? Verdict::unknown : Verdict::misses;
  return reason;
}

inline std::vector<Reason> reference_reasons(const Offer& offer, const Question& question) {
  std::vector<Reason> reasons;
  reasons.reserve(7);
  if (question.language) reasons.push_back(language_reason(offer, *question.language));
  if (question.when) reasons.push_back(when_reason(offer, *question.when));
  if (!question.child_ages_months.empty()) reasons.push_back(care_reason(offer, question.child_ages_months));
  if (question.age) reasons.push_back(age_reason(offer, *question.age));
  if (question.audience_is != 0 || question.audience_is_not != 0)
    reasons.push_back(audience_reason(offer, question));
  if (question.only_free) {
    reasons.push_back({.wish = Wish::cost,
                       .verdict = offer.cost == Cost::free   ? Verdict::fits
                                  : offer.cost == Cost::paid ? Verdict::misses
                                                             : Verdict::unknown});
  }
  if (question.places) {
    const auto free = clamped(offer.free_places, 65534);
    reasons.push_back({.wish = Wish::places,
                       .verdict = !free                                       ? Verdict::unknown
                                  : *free >= clamped(*question.places, 65534) ? Verdict::fits
                                                                              : Verdict::misses,
                       .places = free});
  }
  return reasons;
}

/** The offer as a hit, if it is one. */
inline std::optional<Hit> reference_hit(const Topics& topics, const Question& question, const Offer& offer) {
  Hit hit;
  const bool has_point = offer.place && is_valid(*offer.place);
  if (question.here && is_valid(*question.here)) {
    if (has_point) {
      const std::int64_t radius = clamped(question.radius_m, 21'000'000);
      const std::int64_t squared =
          Metric::at(*question.here)
              .squared(micro_degrees(offer.place->lat), micro_degrees(offer.place->lon));
      if (squared <= radius * radius) hit.distance_m = metres(squared);
    }
    if (!hit.distance_m && !offer.everywhere) return std::nullopt;
  }
  int tier = 0;
  if (!question.topics.empty()) {
    const auto found = topic_tier(topics, question, offer);
    if (!found) return std::nullopt;
    tier = *found;
  }
  for (const TypedWord& typed : question.words) {
    const auto found = word_tier(typed, offer);
    if (!found) return std::nullopt;
    tier = std::max(tier, *found);
  }
  hit.tier = static_cast<std::uint8_t>(tier);
  hit.approximate = offer.approximate;
  hit.reasons = reference_reasons(offer, question);
  for (const Reason& reason : hit.reasons) {
    hit.misses = static_cast<std::uint8_t>(hit.misses + (reason.verdict == Verdict::misses));
    hit.unknowns = static_cast<std::uint8_t>(hit.unknowns + (reason.verdict == Verdict::unknown));
  }
  if (hit.misses > 1) return std::nullopt;
  hit.id = offer.id;
  return hit;
}

inline Answer reference_find(const Topics& topics, const Offers& offers, const Question& question) {
  Answer answer;
  std::vector<std::tuple<int, int, int, int, const Offer*>> order;  // the map is ordered by id
  for (const auto& [id, offer] : offers) {
    const auto hit = reference_hit(topics, question, offer);
    if (!hit) continue;
    ++(hit->misses ? answer.nearly : hit->unknowns ? answer.unsure : answer.fitting);
    order.emplace_back(hit->misses, hit->unknowns, hit->tier,
                       hit->distance_m ? *hit->distance_m / 100 : INT_MAX, &offer);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const auto key = [](const auto& e) {
      return std::tuple(std::get<0>(e), std::get<1>(e), std::get<2>(e), std::get<3>(e));
    };
    return key(a) != key(b) ? key(a) < key(b) : std::get<4>(a)->id < std::get<4>(b)->id;
  });
  const auto first = std::min<std::uint64_t>(question.offset, order.size());
  const auto last = std::min<std::uint64_t>(first + question.limit, order.size());
  for (auto i = first; i < last; ++i)
    answer.hits.push_back(*reference_hit(topics, question, *std::get<4>(order[i])));
  return answer;
}

}  // namespace lotse::match::testing
