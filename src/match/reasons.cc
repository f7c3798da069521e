// SPDX-License-Identifier: EUPL-1.2
#include <bit>

#include "match/part.h"
#include "match/wishes.h"

namespace lotse::match {
namespace {

Verdict verdict_of(std::uint8_t cost) {
  return cost == 0 ? Verdict::fits : cost == kUnknownCost ? Verdict::unknown : Verdict::misses;
}

Reason language_reason(const Part& part, const Record& record, const std::string& language) {
  Reason reason{.wish = Wish::language, .verdict = verdict_of(part.set_cost[record.languages])};
  if (reason.verdict == Verdict::fits) {  // so far only since an interpreter can be ordered
    reason.verdict = Verdict::fits_other;
    reason.on_request = true;
  }
  for (const std::uint32_t spoken :
       part.language_sets[record.languages]) {  // ascending: spoken, interpreted, perhaps
    if (spoken == Spoken::kOnRequest || part.languages[Spoken::language(spoken)] != language) continue;
    if (Spoken::way(spoken) == Spoken::kPerhaps) {
      if (!reason.on_request) reason.verdict = Verdict::unknown;
      break;
    }
    reason.verdict = Spoken::way(spoken) == Spoken::kInterpreted ? Verdict::fits_other : Verdict::fits;
    reason.on_request = false;
    break;
  }
  return reason;
}

Reason when_reason(const Part& part, const Record& record, const Wishes& wishes) {
  Reason reason{.wish = Wish::when, .verdict = verdict_of(wishes.when_cost(part.schedules[record.schedule]))};
  for (const std::uint32_t hours : part.schedules[record.schedule].subspan(1)) {
    if (!wishes.slot.overlaps(hours)) continue;
    const std::uint32_t days = Hours::days(hours) & wishes.slot.days;
    const Opening opening{std::countr_zero(days) + 1, Hours::from(hours), Hours::to(hours)};
    if (!reason.opening || opening < *reason.opening) reason.opening = opening;
  }
  if (reason.verdict == Verdict::fits && !reason.opening) reason.verdict = Verdict::fits_other;
  return reason;
}

std::optional<int> number(bool known, int value) { return known ? std::optional<int>(value) : std::nullopt; }

Reason care_reason(const Record& record, const Wishes& wishes) {
  return {.wish = Wish::child_care,
          .verdict = verdict_of(wishes.care_cost(record)),
          .min = number(record.flags & kHasCareMin, record.care_min),
          .max = number(record.flags & kHasCareMax, record.care_max),
          .places = number(record.care_places != kNoNumber, record.care_places)};
}

Reason age_reason(const Record& record, const Wishes& wishes) {
  return {.wish = Wish::age,
          .verdict = verdict_of(wishes.age_cost(record)),
          .min = number(record.flags & kHasMinAge, record.min_age),
          .max = number(record.flags & kHasMaxAge, record.max_age)};
}

Reason places_reason(const Record& record, const Wishes& wishes) {
  return {.wish = Wish::places,
          .verdict = verdict_of(wishes.places_cost(record)),
          .places = number(record.free_places != kNoNumber, record.free_places)};
}

}  // namespace

std::vector<Reason> reasons_of(const Part& part, const Record& record, const Question& question) {
  const Wishes wishes(question);
  std::vector<Reason> reasons;
  reasons.reserve(wishes.language + wishes.when + wishes.child_care + wishes.age + wishes.audience +
                  wishes.cost + wishes.places);
  if (wishes.language) reasons.push_back(language_reason(part, record, *question.language));
  if (wishes.when) reasons.push_back(when_reason(part, record, wishes));
  if (wishes.child_care) reasons.push_back(care_reason(record, wishes));
  if (wishes.age) reasons.push_back(age_reason(record, wishes));
  if (wishes.audience) {
    reasons.push_back({.wish = Wish::audience,
                       .verdict = verdict_of(wishes.audience_cost(record)),
                       .audience = record.audience});
  }
  if (wishes.cost) reasons.push_back({.wish = Wish::cost, .verdict = verdict_of(wishes.cost_cost(record))});
  if (wishes.places) reasons.push_back(places_reason(record, wishes));
  return reasons;
}

}  // namespace lotse::match
