// SPDX-License-Identifier: EUPL-1.2
// For tests: random offers and questions, dense enough that every rule decides something.
#pragma once
#include <climits>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "match/match.h"

namespace lotse::match::testing {

/** The UUID with this number. */
inline std::string uuid(unsigned long long number) {
  char text[37];
  std::snprintf(text, sizeof text, "%08llx-0000-7000-8000-%012llx", number * 2654435761u & 0xFFFFFFFFu,
                number);
  return text;
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  /** Evenly in [low, high]; the same on every machine, other than std::uniform_int_distribution. */
  int within(int low, int high) {
    return low + static_cast<int>(engine_() % (static_cast<unsigned>(high) - static_cast<unsigned>(low) + 1));
  }
  bool chance(int percent) { return within(1, 100) <= percent; }
  /** Any integer, mostly one that is near some edge. */
  int wild() {
    static constexpr int kEdges[] = {
        INT_MIN, INT_MIN + 1, -1,   0,    1,    6,     7,     8,     29,         30,          150,    250,
        255,     256,         1410, 1440, 1441, 65534, 65535, 65536, 21'000'000, INT_MAX - 1, INT_MAX};
    return chance(70) ? kEdges[within(0, std::size(kEdges) - 1)] : static_cast<int>(engine_());
  }
  std::optional<int> maybe(int low, int high) {
    return chance(60) ? std::optional(within(low, high)) : std::nullopt;
  }
  std::optional<int> maybe_wild() { return chance(60) ? std::optional(wild()) : std::nullopt; }

  std::string word() {
    static constexpr const char* kParts[] = {"ki",   "kind", "er", "sprach", "kurs",
                                             "über", "ты",   "a",  "treff"};
    std::string word = kParts[within(0, 8)];
    while (chance(50)) word += kParts[within(0, 8)];
    return word;
  }
  std::string language() {
    static constexpr const char* kLanguages[] = {"deu", "ukr", "ara", "tur", "kmr", "tir", "fas", "ron"};
    return kLanguages[std::min(within(0, 7), within(0, 7))];
  }
  Point point() {
    const int town = within(0, 3);
    return {51 + town * 0.12 + within(-60, 60) * 0.001, 7 + town * 0.2 + within(-60, 60) * 0.001};
  }
  Opening opening() {
    const int from = within(0, 47) * 30;
    return {within(1, 7), from, std::min(1440, from + within(1, 8) * 15)};
  }

  Offer offer(unsigned long long number) {
    Offer offer;
    offer.id = uuid(number);
    if (chance(85)) offer.place = point();
    offer.approximate = chance(20);
    offer.everywhere = chance(offer.place ? 3 : 60);
    for (int i = within(0, 3); i > 0; --i) offer.topics.push_back(static_cast<TopicNo>(within(0, 25)));
    for (int i = within(0, 8); i > 0; --i) offer.words.add(word(), static_cast<std::uint8_t>(within(0, 3)));
    for (int i = within(0, 3); i > 0; --i) offer.languages.push_back(language());
    for (int i = within(-3, 2); i > 0; --i) offer.interpreters.push_back(language());
    offer.interpreter_on_request = chance(10);
    for (int i = within(-4, 2); i > 0; --i) offer.perhaps.push_back(language());
    for (int i = within(-2, 5); i > 0; --i) offer.openings.push_back(opening());
    offer.hours_known = chance(offer.openings.empty() ? 20 : 80);
    offer.by_appointment = chance(15);
    offer.care = static_cast<Care>(within(0, 2));
    offer.care_min_months = maybe(0, 36);
    offer.care_max_months = maybe(12, 120);
    offer.care_places = maybe(0, 3);
    offer.min_age = maybe(0, 30);
    offer.max_age = maybe(10, 99);
    if (chance(40)) offer.audience = static_cast<std::uint16_t>(within(0, 15));
    offer.free_places = maybe(0, 4);
    offer.cost = static_cast<Cost>(within(0, 2));
    return offer;
  }

  Question question() {
    Question question;
    if (chance(45)) question.topics.push_back(static_cast<TopicNo>(within(0, 27)));
    if (chance(20)) question.topics.push_back(static_cast<TopicNo>(within(0, 5)));
    for (int i = within(-2, 3); i > 0; --i) {
      question.words.emplace_back();
      for (int j = within(1, 2); j > 0; --j) question.words.back().alternatives.push_back(word());
    }
    if (chance(75)) question.here = point();
    if (chance(60)) question.radius_m = within(0, 60'000);
    if (chance(33)) question.language = language();
    if (chance(33)) {
      const int from = within(0, 90) * 15;
      question.when = When{static_cast<std::uint8_t>(within(0, 127)), from, from + within(0, 40) * 15};
    }
    if (chance(33)) question.child_ages_months.assign(static_cast<std::size_t>(within(1, 3)), within(0, 130));
    if (chance(33)) question.age = within(0, 100);
    if (chance(33)) {
      question.audience_is = static_cast<std::uint16_t>(within(0, 15));
      question.audience_is_not = static_cast<std::uint16_t>(within(0, 15));
    }
    question.only_free = chance(33);
    if (chance(33)) question.places = within(0, 4);
    question.offset = chance(70) ? 0 : static_cast<std::uint32_t>(within(0, 400));
    question.limit = chance(70) ? 20 : static_cast<std::uint32_t>(within(0, 300));
    return question;
  }

  /** Any values that the type admits. */
  Question wild_question() {
    Question q = question();
    if (chance(40)) q.topics = {static_cast<TopicNo>(wild())};
    if (chance(20))
      q.words.push_back({{std::string(static_cast<std::size_t>(within(0, 9)), static_cast<char>(wild()))}});
    if (chance(50))
      q.here = Point{wild() / (chance(50) ? 1e7 : 1.0), chance(10) ? 0.0 / zero_ : wild() / 1e7};
    q.radius_m = wild();
    if (chance(50)) q.when = When{static_cast<std::uint8_t>(wild()), wild(), wild()};
    if (chance(50)) q.child_ages_months = {wild(), wild()};
    q.age = maybe_wild();
    q.places = maybe_wild();
    q.audience_is = static_cast<std::uint16_t>(wild());
    q.offset = chance(50) ? 0 : static_cast<std::uint32_t>(wild());
    q.limit = static_cast<std::uint32_t>(wild());
    return q;
  }
  Offer wild_offer(unsigned long long number) {
    Offer o = offer(number);
    if (chance(50)) o.place = Point{wild() / 2e7, wild() / 1e7};
    if (chance(20)) o.place = Point{chance(50) ? 90.0 : -90.0, chance(50) ? 180.0 : -180.0};
    if (chance(50)) o.topics = {static_cast<TopicNo>(wild())};
    if (chance(50)) o.openings.push_back({wild(), wild(), wild()});
    if (chance(50))
      o.words.add(std::string(static_cast<std::size_t>(within(0, 300)), static_cast<char>(wild())), 255);
    o.care_min_months = maybe_wild();
    o.care_max_months = maybe_wild();
    o.care_places = maybe_wild();
    o.min_age = maybe_wild();
    o.max_age = maybe_wild();
    o.free_places = maybe_wild();
    if (chance(10)) o.care = static_cast<Care>(0xFF);
    if (chance(10)) o.cost = static_cast<Cost>(3);
    return o;
  }

 private:
  std::mt19937 engine_;
  double zero_ = 0;
};

/** A tree of 26 topics with three levels, and two that are nobody's parents in a circle. */
inline Topics small_topics() {
  Topics topics;
  for (int i = 0; i < 24; ++i) topics.parents.push_back(i < 4 ? kNoTopic : static_cast<TopicNo>(i / 3 - 1));
  topics.parents.push_back(25);
  topics.parents.push_back(24);
  return topics;
}

}  // namespace lotse::match::testing
