// SPDX-License-Identifier: EUPL-1.2
// Internal to match/: the wishes of a question, made ready to be asked of many offers.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

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
  /** Whether the packed hours overlap long enough, if they are that long at all. */
  bool overlaps(std::uint32_t hours) const {
    return (Hours::from(hours) <= latest_from) & (Hours::to(hours) >= earliest_to) &
           ((Hours::days(hours) & days) != 0);
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

/** Costs of what many offers of a part have in common. */
struct WishCosts {
  static constexpr std::uint8_t kNotYet = 0xFF;
  std::vector<std::uint8_t> language;  // for each entry of Part::language_sets
  std::vector<std::uint8_t> schedule;  // for each entry of Part::schedules, or kNotYet
};

/** The wishes of a question, but for the language, whose costs are found for each part. */
struct Wishes {
  bool language, when, child_care, age, audience, cost, places;
  Slot slot;
  Children children;
  std::uint8_t years = 0;
  std::uint16_t free_places = 0, is = 0, is_not = 0;

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
        years(static_cast<std::uint8_t>(std::clamp(question.age.value_or(0), 0, kMostYears))),
        free_places(static_cast<std::uint16_t>(std::clamp(question.places.value_or(0), 0, kMostPlaces))),
        is(question.audience_is),
        is_not(question.audience_is_not) {}
  bool any() const { return language || when || child_care || age || audience || cost || places; }

  // No branches, and & for &&: what offers say is as good as random to a branch predictor, and the compiler
  // can then ask several offers at a time.
  static std::uint8_t cost_of(bool fits, bool unknown) {
    const std::uint32_t otherwise = kMissCost - unknown * (kMissCost - kUnknownCost);
    return static_cast<std::uint8_t>((fits - 1u) & otherwise);
  }
  /** `schedule`: an entry of Part::schedules. */
  std::uint8_t when_cost(std::span<const std::uint32_t> schedule) const {
    bool open = (schedule[0] & kByAppointment) != 0;
    for (const std::uint32_t hours : schedule.subspan(1)) open |= slot.overlaps(hours);
    return cost_of(open, (schedule[0] & kHoursKnown) == 0);
  }
  std::uint8_t care_cost(const Record& record) const {
    const bool covers = (record.care_min <= children.youngest) & (children.oldest <= record.care_max) &
                        (children.count <= record.care_places);
    return cost_of(covers & (record.care() == Care::on_site), record.care() == Care::unknown);
  }
  std::uint8_t age_cost(const Record& record) const {
    const bool known = (record.flags & (kHasMinAge | kHasMaxAge)) != 0;
    return cost_of(known & (record.min_age <= years) & (years <= record.max_age), !known);
  }
  std::uint8_t audience_cost(const Record& record) const {
    return cost_of((record.audience == 0) | ((record.audience & is) != 0),
                   (record.audience & ~is_not & 0xFFFF) != 0);
  }
  static std::uint8_t cost_cost(const Record& record) {
    return cost_of(record.cost() == Cost::free, record.cost() == Cost::unknown);
  }
  std::uint8_t places_cost(const Record& record) const {
    const bool known = record.free_places != kNoNumber;
    return cost_of(known & (record.free_places >= free_places), !known);
  }

  /**
   * The sum of the costs of all asked wishes for the offers of a block that have a bit in `which`; the
   * others' mean nothing.
   */
  Block::Field<std::uint8_t> costs(const Part& part, const Block& block, std::uint64_t which,
                                   WishCosts& known) const {
    const Wishes wishes = *this;  // a copy that nobody else can see stays in registers
    Block::Field<std::uint8_t> costs{}, numbers;
    std::size_t count = 0;
    for (; which != 0; which &= which - 1)
      numbers[count++] = static_cast<std::uint8_t>(std::countr_zero(which));
    constexpr std::size_t kMany = 16;  // from here on it is faster to ask all
    const bool many = count >= kMany;
    // Inlined by force: without, nothing stays in registers, and loops are not unrolled into vectors.
    const auto each = [&](auto&& cost_of) __attribute__((always_inline)) {
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t i = numbers[k];
        costs[i] = static_cast<std::uint8_t>(costs[i] + cost_of(i));
      }
    };
    const auto add = [&](auto&& cost_of) __attribute__((always_inline)) {
      const auto of = [&](std::size_t i) { return cost_of(block.record(i)); };
      if (!many) return each(of);
      for (std::size_t i = 0; i < kBlock; ++i) costs[i] = static_cast<std::uint8_t>(costs[i] + of(i));
    };
    if (language) each([&, cost = known.language.data()](std::size_t i) { return cost[block.languages[i]]; });
    if (when) {
      each([&, cost_of = known.schedule.data()](std::size_t i) {
        std::uint8_t& found = cost_of[block.schedule[i]];
        if (found == WishCosts::kNotYet) found = wishes.when_cost(part.schedules[block.schedule[i]]);
        return found;
      });
    }
    if (child_care) add([&](const Record& record) { return wishes.care_cost(record); });
    if (age) add([&](const Record& record) { return wishes.age_cost(record); });
    if (audience) add([&](const Record& record) { return wishes.audience_cost(record); });
    if (cost) add([&](const Record& record) { return cost_cost(record); });
    if (places) add([&](const Record& record) { return wishes.places_cost(record); });
    return costs;
  }
};

}  // namespace lotse::match
