// SPDX-License-Identifier: EUPL-1.2
#include "match_data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

namespace lotse::bench {
namespace {

using match::Offer;
using match::Opening;
using match::Question;
using match::TopicNo;

constexpr int kTopics = 70, kTowns = 400, kWords = 20'000, kRegions = 7;

const char* const kFirst[] = {
    "kinder",      "familien", "eltern",   "sprach",         "mutter",       "vater",     "jugend",
    "schul",       "lern",     "beruf",    "arbeits",        "bewerbungs",   "wohn",      "schuld",
    "gesundheits", "sucht",    "frauen",   "migrations",     "integrations", "alphabet",  "computer",
    "schwimm",     "musik",    "tanz",     "bastel",         "koch",         "naeh",      "garten",
    "spiel",       "lese",     "vorlese",  "hebammen",       "still",        "krabbel",   "baby",
    "trennungs",   "pflege",   "senioren", "nachbarschafts", "stadtteil",    "ehrenamts", "asyl",
    "rechts",      "sozial",   "renten",   "reha",           "inklusions",   "frueh",     "ferien",
    "nachmittags"};
const char* const kLast[] = {"beratung",  "kurs",        "treff",      "gruppe",      "hilfe",
                             "cafe",      "stelle",      "betreuung",  "training",    "angebot",
                             "werkstatt", "sprechstund", "begleitung", "foerderung",  "schul",
                             "haus",      "buero",       "netzwerk",   "patenschaft", "vermittlung",
                             "stunde",    "abend",       "projekt",    "zentrum",     "paten"};
const char* const kSyllables[] = {"ba", "ber",  "dal",  "den", "eck", "ent", "fal", "ge",  "hal", "hin",
                                  "ka", "kel",  "lau",  "mer", "mit", "nau", "or",  "pel", "rau", "ren",
                                  "sa", "schi", "stel", "ta",  "ten", "un",  "ver", "wal", "wer", "zu"};
const char* const kLanguages[] = {"deu", "eng", "tur", "ara", "ukr", "rus", "pol", "ron",
                                  "bul", "fas", "kmr", "tir", "sqi", "hrv", "ita", "fra",
                                  "spa", "ell", "vie", "som", "urd", "pus", "por", "hun"};

/** Draws that are the same on every machine, other than those of <random>. */
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  int below(int count) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(count)); }
  int within(int low, int high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  double unit() { return static_cast<double>(engine_()) / 4294967296.0; }
  /** About normal, deviation 1. */
  double bell() { return unit() + unit() + unit() + unit() + unit() + unit() - 3; }
  template <std::size_t N>
  const char* of(const char* const (&texts)[N]) {
    return texts[below(N)];
  }

 private:
  std::mt19937 engine_;
};

/** Numbers drawn by weight 1 / (number + 1)^exponent. */
class Zipf {
 public:
  Zipf(int count, double exponent) {
    double sum = 0;
    for (int i = 0; i < count; ++i) sums_.push_back(sum += std::pow(i + 1, -exponent));
  }
  int draw(Random& random) const {
    const double at = random.unit() * sums_.back();
    return static_cast<int>(
        std::min<std::ptrdiff_t>(std::upper_bound(sums_.begin(), sums_.end(), at) - sums_.begin(),
                                 static_cast<std::ptrdiff_t>(sums_.size()) - 1));
  }

 private:
  std::vector<double> sums_;
};

/** What all offers are made of. */
class Country {
 public:
  explicit Country(std::uint32_t seed) : random_(seed) {
    for (int i = 0; i < kTopics; ++i)
      topics_.parents.push_back(i < 8 ? match::kNoTopic : static_cast<TopicNo>(i < 40 ? i % 8 : 8 + i % 32));
    for (int i = 0; i < kRegions; ++i)
      regions_.push_back({47.8 + 6.6 * random_.unit(), 6.6 + 7.6 * random_.unit()});
    for (int i = 0; i < kTowns; ++i) {
      // Most towns belong to a region with other towns, the largest ones surely.
      const Point alone{47.6 + 7.0 * random_.unit(), 6.2 + 8.4 * random_.unit()};
      const Point region = regions_[static_cast<std::size_t>(i % kRegions)];
      const bool close = i < kRegions || random_.chance(88);
      towns_.push_back(close ? Point{region.lat + 0.11 * random_.bell(), region.lon + 0.17 * random_.bell()}
                             : alone);
    }
    for (const char* first : kFirst) {
      for (const char* last : kLast) words_.push_back(std::string(first) + last);
    }
    // Composed words are spread over all frequencies; the others are the many that hardly anybody looks for.
    while (words_.size() < kWords) {
      std::string word;
      for (int i = random_.within(2, 4); i > 0; --i) word += random_.of(kSyllables);
      words_.push_back(word);
    }
    for (std::size_t i = words_.size() - 1; i > 0; --i)
      std::swap(words_[i], words_[static_cast<std::size_t>(random_.below(static_cast<int>(i) + 1))]);
  }

  Offer offer(std::size_t number);
  Question question();
  const match::Topics& topics() const { return topics_; }
  Random& random() { return random_; }

 private:
  Point somewhere();
  void add_hours(Offer& offer);
  void add_languages(Offer& offer);
  void add_people(Offer& offer);

  Random random_;
  match::Topics topics_;
  std::vector<Point> regions_, towns_;
  std::vector<std::string> words_;
  Zipf town_{kTowns, 0.8}, topic_{kTopics, 0.8}, asked_{kTopics, 1.3}, word_{kWords, 0.7},
      language_{std::size(kLanguages), 1.1};
};

Point Country::somewhere() {
  const auto town = static_cast<std::size_t>(town_.draw(random_));
  const double spread = town < kRegions ? 0.06 : 0.02;  // degrees
  return {towns_[town].lat + spread * random_.bell(), towns_[town].lon + 1.6 * spread * random_.bell()};
}

void Country::add_hours(Offer& offer) {
  const int kind = random_.below(100);
  offer.hours_known = kind < 75;
  offer.by_appointment = random_.chance(25);
  if (kind < 35) {  // an office: mornings, and an afternoon or two
    const int from = random_.within(16, 20) * 30, to = from + random_.within(6, 9) * 30;
    const int friday = random_.chance(70) ? 5 : 4, long_day = random_.chance(60) ? random_.within(1, 4) : 0;
    const bool uneven = random_.chance(25);  // no two days alike
    for (int day = 1; day <= friday; ++day)
      offer.openings.push_back({day, from, to - (uneven ? day * 15 : 0)});
    if (long_day) offer.openings.push_back({long_day, 840, random_.within(32, 37) * 30});
  } else if (kind < 75) {  // a group or course: once or twice a week
    for (int i = random_.within(1, 2); i > 0; --i) {
      const int from = random_.within(32, 76) * 15;
      offer.openings.push_back({random_.chance(90) ? random_.within(1, 5) : random_.within(6, 7), from,
                                std::min(1440, from + random_.within(4, 14) * 15)});
    }
  }
}

void Country::add_languages(Offer& offer) {
  if (random_.chance(20)) return;
  offer.languages.push_back("deu");
  for (int i = random_.within(-1, 3); i > 0; --i)
    offer.languages.push_back(kLanguages[language_.draw(random_)]);
  for (int i = random_.within(-3, 2); i > 0; --i)
    offer.interpreters.push_back(kLanguages[language_.draw(random_)]);
  offer.interpreter_on_request = random_.chance(8);
}

void Country::add_people(Offer& offer) {
  offer.care = random_.chance(40)   ? match::Care::unknown
               : random_.chance(65) ? match::Care::none
                                    : match::Care::on_site;
  if (offer.care == match::Care::on_site) {
    offer.care_min_months = random_.chance(70) ? std::optional(random_.within(0, 3) * 6) : std::nullopt;
    offer.care_max_months = random_.chance(80) ? std::optional(random_.within(3, 12) * 12) : std::nullopt;
    offer.care_places = random_.chance(40) ? std::optional(random_.within(1, 10)) : std::nullopt;
  }
  if (random_.chance(60)) offer.min_age = random_.chance(60) ? 18 : random_.within(0, 30);
  if (random_.chance(25)) offer.max_age = random_.within(25, 99);
  if (random_.chance(20)) offer.audience = static_cast<std::uint16_t>(1u << random_.below(8));
  if (random_.chance(45)) offer.free_places = random_.within(0, 12);
  offer.cost = random_.chance(25)   ? match::Cost::unknown
               : random_.chance(70) ? match::Cost::free
                                    : match::Cost::paid;
}

Offer Country::offer(std::size_t number) {
  Offer offer;
  char id[48];
  std::snprintf(id, sizeof id, "%08x-%04x-7000-8000-%012zx", 0x01900000u + static_cast<unsigned>(number / 7),
                static_cast<unsigned>(random_.below(0x10000)), number);
  offer.id = id;
  offer.everywhere = random_.chance(2);
  if (!random_.chance(offer.everywhere ? 70 : 2)) offer.place = somewhere();
  offer.approximate = random_.chance(15);
  for (int i = random_.within(1, 3); i > 0; --i)
    offer.topics.push_back(static_cast<TopicNo>(topic_.draw(random_)));
  const auto words = [&](int count, std::uint8_t tier) {
    for (; count > 0; --count) offer.words.add(words_[static_cast<std::size_t>(word_.draw(random_))], tier);
  };
  words(random_.within(2, 5), 0);
  words(random_.within(3, 8), 1);
  words(random_.within(12, 40), 2);
  add_hours(offer);
  add_languages(offer);
  add_people(offer);
  return offer;
}

Question Country::question() {
  Question question;
  const Point here = somewhere();
  question.here = Point{std::round(here.lat * 100) / 100, std::round(here.lon * 100) / 100};
  question.radius_m = random_.chance(70) ? 25'000 : random_.chance(50) ? 10'000 : 40'000;
  const auto word = [&] {
    std::string text = words_[static_cast<std::size_t>(word_.draw(random_))];
    if (random_.chance(40)) text.resize(std::min<std::size_t>(text.size(), 6));  // not typed to the end
    question.words.push_back({{text}});
  };
  const int kind = random_.below(100);
  if (kind < 84) question.topics.push_back(static_cast<TopicNo>(asked_.draw(random_)));
  if (kind >= 78) word();  // from 78 to 83 with a topic
  if (kind >= 94) word();
  if (random_.chance(33)) question.language = kLanguages[language_.draw(random_)];
  if (random_.chance(33)) {
    const int from = random_.within(16, 34) * 30;
    question.when = match::When{static_cast<std::uint8_t>(random_.within(1, 31)), from,
                                from + random_.within(4, 10) * 30};
  }
  if (random_.chance(33)) {
    for (int i = random_.within(1, 2); i > 0; --i)
      question.child_ages_months.push_back(random_.within(2, 90));
  }
  if (random_.chance(33)) question.age = random_.within(18, 60);
  if (random_.chance(33)) {
    question.audience_is = static_cast<std::uint16_t>(1u << random_.below(8));
    question.audience_is_not = static_cast<std::uint16_t>(random_.below(256) & ~question.audience_is);
  }
  question.only_free = random_.chance(33);
  if (random_.chance(33)) question.places = random_.within(1, 2);
  return question;
}

}  // namespace

MatchData make_match_data(std::size_t offers, std::size_t questions, std::uint32_t seed) {
  Country country(seed);
  MatchData data;
  data.topics = country.topics();
  data.offers.reserve(offers);
  for (std::size_t i = 0; i < offers; ++i) data.offers.push_back(country.offer(i));
  data.questions.reserve(questions);
  for (std::size_t i = 0; i < questions; ++i) data.questions.push_back(country.question());
  return data;
}

Question broadest_question(const MatchData& data) {
  // Around the place with most others nearby, judged by a sample.
  Question best;
  int most = -1;
  for (std::size_t i = 0; i < std::min<std::size_t>(data.offers.size(), 200); ++i) {
    if (!data.offers[i].place) continue;
    const Point here = *data.offers[i].place;
    int near = 0;
    for (std::size_t j = 0; j < data.offers.size(); j += 97) {
      if (data.offers[j].place && distance_m(here, *data.offers[j].place) < 50'000) ++near;
    }
    if (near > most) {
      most = near;
      best.here = here;
    }
  }
  best.topics = {0, 1, 2, 3, 4, 5, 6, 7};
  best.radius_m = 50'000;
  best.language = "ukr";
  best.when = match::When{31, 540, 720};
  best.child_ages_months = {14, 40};
  best.age = 31;
  best.audience_is = 1;
  best.only_free = true;
  best.places = 1;
  return best;
}

}  // namespace lotse::bench
