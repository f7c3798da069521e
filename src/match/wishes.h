// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: the wishes of a question, made ready to be asked of many offers.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>

#include "match/part.h"

namespace lotse::match {

/** A time with somebody, in the form that openings are compared with: it overlaps if all of it holds. */
struct Slot {
  std::uint32_t days = 0;                // bit 0: Monday
  int latest_from = 0, earliest_to = 0;  // of an opening

  static Slot of(const When& when) {
    const int from = std::clamp(when.from, 0, 1440), to = std::clamp(when.to, 0, 1440);
    const std::uint32_t days = when.weekdays & 0x7Fu;
    if (to - from < kOverlapMinutes) return {};  // nothing can overlap it long enough
    return {when.weekdays == 0 ? 0x7Fu : days, to - kOverlapMinutes, from + kOverlapMinutes};
  }
  /** Days of the packed hours on which they overlap long enough. */
  std::uint32_t days_of(std::uint32_t hours) const {
    const int from = Hours::from(hours), to = Hours::to(hours);
    const unsigned overlaps = static_cast<unsigned>(from <= latest_from) &
                              static_cast<unsigned>(to >= earliest_to) &
                              static_cast<unsigned>(to - from >= kOverlapMinutes);
    return Hours::days(hours) & days & (0u - overlaps);
  }
};

/** The ages of all children to be cared for. */
struct Children {
  std::uint16_t count = 0;
  std::uint8_t youngest = 0, oldest = 0;  // completed months

  static Children of(const std::vector<int>& months) {
    if (months.empty()) return {};
    const auto [low, high] = std::minmax_element(months.begin(), months.end());
    return {static_cast<std::uint16_t>(std::min<std::size_t>(months.size(), kMostPlaces)),
            static_cast<std::uint8_t>(std::clamp(*low, 0, kMostMonths)),
            static_cast<std::uint8_t>(std::clamp(*high, 0, kMostMonths))};
  }
};

/** The wishes of a question but for the language, which costs() takes from a table made for each part. */
struct Wishes {
  bool language, when, child_care, age, audience, cost, places;
  Slot slot;
  Children children;
  std::uint32_t years = 0, free_places = 0;
  std::uint16_t is = 0, is_not = 0;

  explicit Wishes(const Question& question)
      : language(question.language.has_value()),
        when(question.when.has_value()),
        child_care(!question.child_ages_months.empty()),
        age(question.age.has_value()),
        audience((question.audience_is | question.audience_is_not) != 0),
        cost(question.only_free),
        places(question.places.has_value()),
        slot(when ? Slot::of(*question.when) : Slot{}),
        children(Children::of(question.child_ages_months)),
        years(static_cast<std::uint32_t>(std::clamp(question.age.value_or(0), 0, kMostYears))),
        free_places(static_cast<std::uint32_t>(std::clamp(question.places.value_or(0), 0, kMostPlaces))),
        is(question.audience_is),
        is_not(question.audience_is_not) {}

  // The verdicts come from tiny tables in registers, for what offers say is as good as random to a branch
  // predictor.
  static std::uint32_t look_up(std::uint32_t table, unsigned entry) { return table >> entry * 8 & 0xFF; }
  static constexpr std::uint32_t table(std::uint32_t of_0, std::uint32_t of_1, std::uint32_t of_2 = 0,
                                       std::uint32_t of_3 = 0) {
    return of_0 | of_1 << 8 | of_2 << 16 | of_3 << 24;
  }

  std::uint32_t when_cost(const Part& part, const Record& record) const {
    std::uint32_t days = 0;
    if (record.flags & kMoreHours) {
      for (const std::uint32_t hours : part.schedules[record.hours[0]]) days |= slot.days_of(hours);
    } else {
      days = slot.days_of(record.hours[0]) | slot.days_of(record.hours[1]);
    }
    const unsigned open =
        static_cast<unsigned>(days != 0) | static_cast<unsigned>((record.flags & kByAppointment) != 0);
    const unsigned known = (record.flags & kHoursKnown) != 0;
    return look_up(table(kUnknownCost, kMissCost, 0, 0), open << 1 | known);
  }
  std::uint32_t care_cost(const Record& record) const {
    const unsigned covers = static_cast<unsigned>(record.care_min <= children.youngest) &
                            static_cast<unsigned>(children.oldest <= record.care_max) &
                            static_cast<unsigned>(children.count <= record.care_places);
    return look_up(table(kUnknownCost, kMissCost, kMissCost, 0),
                   static_cast<unsigned>(record.care()) + (covers & record.flags >> (kCareShift + 1)));
  }
  std::uint32_t age_cost(const Record& record) const {
    const unsigned known = (record.flags & (kHasMinAge | kHasMaxAge)) != 0;
    const unsigned within =
        static_cast<unsigned>(record.min_age <= years) & static_cast<unsigned>(years <= record.max_age);
    return look_up(table(kUnknownCost, kMissCost, kUnknownCost, 0), within << 1 | known);
  }
  std::uint32_t audience_cost(const Record& record) const {
    const unsigned open =
        static_cast<unsigned>(record.audience == 0) | static_cast<unsigned>((record.audience & is) != 0);
    const unsigned none = (record.audience & ~is_not) == 0;
    return look_up(table(kUnknownCost, kMissCost, 0, 0), open << 1 | none);
  }
  std::uint32_t cost_cost(const Record& record) const {
    return look_up(table(kUnknownCost, 0, kMissCost), static_cast<unsigned>(record.cost()));
  }
  std::uint32_t places_cost(const Record& record) const {
    const unsigned known = record.free_places != kNoNumber, enough = record.free_places >= free_places;
    return look_up(table(kUnknownCost, kMissCost, kUnknownCost, 0), enough << 1 | known);
  }

  /**
   * Writes the sum of the costs of all asked wishes for each of the offers. One wish after the other, so that
   * each loop is short and has no branch that depends on the offer.
   */
  void sum(const Part& part, std::span<const std::uint32_t> offers, const std::uint8_t* language_cost,
           std::uint8_t* costs) const {
    // Copies that nobody else can see stay in registers; what `costs` points to could be anything to the
    // compiler.
    const Wishes wishes = *this;
    const Record* const records = part.records.data();
    std::fill_n(costs, offers.size(), std::uint8_t{0});
    const auto add = [&](auto&& cost_of) {
      for (std::size_t i = 0; i < offers.size(); ++i)
        costs[i] = static_cast<std::uint8_t>(costs[i] + cost_of(records[offers[i]]));
    };
    if (language) add([=](const Record& record) { return language_cost[record.languages]; });
    if (when) add([=, &part](const Record& record) { return wishes.when_cost(part, record); });
    if (child_care) add([=](const Record& record) { return wishes.care_cost(record); });
    if (age) add([=](const Record& record) { return wishes.age_cost(record); });
    if (audience) add([=](const Record& record) { return wishes.audience_cost(record); });
    if (cost) add([=](const Record& record) { return wishes.cost_cost(record); });
    if (places) add([=](const Record& record) { return wishes.places_cost(record); });
  }
};

}  // namespace lotse::match
