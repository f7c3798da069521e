// SPDX-License-Identifier: EUPL-1.2
// Fills an empty store for the benches: the sample, multiplied into many towns. The same arguments give the
// same entries, but for the times of their change. Texts, languages, hours, ages and costs are those of the
// sample, each service in all its languages; some of them are varied, so that no two copies are alike.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "access/operator.h"
#include "app.h"
#include "directory/directory.h"
#include "sample/sample.h"
#include "unit/unit.h"

namespace {

using namespace lotse;

constexpr int kTowns = 400, kRegions = 3;
constexpr std::size_t kWords = 20'000, kBatch = 5'000;
constexpr Point kSampleTown{52.05, 7.95};

/** Draws that are the same on every machine: distributions of the standard library are not. */
class Draw {
 public:
  double fraction() { return static_cast<double>(engine_()) / 4294967296.0; }
  std::size_t below(std::size_t n) {
    return std::min(n - 1, static_cast<std::size_t>(fraction() * static_cast<double>(n)));
  }
  /** About normal, deviation 0.7. */
  double bell() {
    double sum = -3;
    for (int i = 0; i < 6; ++i) sum += fraction();
    return sum;
  }
  /** The first are drawn often, the last seldom, as with words and towns. */
  std::size_t skewed(std::size_t n) {
    return std::min(n - 1, static_cast<std::size_t>(std::pow(static_cast<double>(n), fraction())) - 1);
  }

 private:
  std::mt19937 engine_{1};
};

struct Town {
  std::string postcode, name;
  Point middle;
};

std::string invented(std::size_t number, bool name) {
  constexpr std::array<const char*, 16> kFirst{"Bir", "Hal", "Wie", "Gru",  "Mor", "Tan",  "Kel", "Ost",
                                               "Lin", "Fal", "Ros", "Bern", "Sil", "Wald", "Erl", "Hol"};
  constexpr std::array<const char*, 16> kMiddle{"ken", "me",  "sen", "den", "ra", "nen", "ters", "ga",
                                                "bel", "der", "lin", "hau", "go", "wi",  "rut",  "dor"};
  constexpr std::array<const char*, 16> kLast{"brueck", "hausen", "feld",  "moor",  "tal",    "berg",
                                              "bach",   "rode",   "stedt", "horst", "werder", "kirchen",
                                              "furt",   "au",     "see",   "rath"};
  constexpr std::array<const char*, 16> kEnd{"kurs", "gruppe", "runde",    "treff", "hilfe", "stunde",
                                             "werk", "kreis",  "beratung", "plan",  "raum",  "spiel",
                                             "fest", "lotse",  "paten",    "laden"};
  std::string text = std::string(kFirst[number % 16]) + kMiddle[number / 16 % 16];
  if (number / 256 % 16) text += kMiddle[(number / 256 + 5) % 16];
  text += (name ? kLast : kEnd)[(number * 7 + number / 4096) % 16];
  if (!name && number >= 4096) text += std::to_string(number / 4096);
  return text;
}

// Nearly all towns lie in a conurbation, as most people do: so a family has thousands of offers around it.
std::vector<Town> towns() {
  Draw draw;
  std::vector<Point> regions;
  for (int i = 0; i < kRegions; ++i)
    regions.push_back({47.8 + 6.6 * draw.fraction(), 6.6 + 7.6 * draw.fraction()});
  std::vector<Town> made;
  for (std::size_t i = 0; i < kTowns; ++i) {
    const Point region = regions[i % kRegions];
    Point middle{region.lat + 0.15 * draw.bell(), region.lon + 0.23 * draw.bell()};
    if (i >= kRegions && draw.below(100) < 6)
      middle = {47.6 + draw.fraction() * 7, 6.2 + draw.fraction() * 8.4};
    made.push_back({"00" + std::to_string(500 + i), invented(i * 37 + 11, true), middle});
  }
  return made;
}

/** One more town's worth of the sample. */
class Copier {
 public:
  explicit Copier(const directory::Whole& sample) : sample_(sample), towns_(towns()) {
    for (const auto& each : sample_.placed) placed_of_[each.service_id.text].push_back(&each);
  }
  const std::vector<Town>& all_towns() const { return towns_; }

  /** Adds copy `number` to the batch, at most `most` offers; returns how many. */
  std::size_t add(directory::Batch& batch, std::size_t number, std::size_t most) {
    const Town& town = towns_[draw_.skewed(towns_.size())];
    const double turn = draw_.fraction() * 6.28, far = draw_.fraction() * 0.06;
    const Point shift{town.middle.lat - kSampleTown.lat + far * std::sin(turn),
                      town.middle.lon - kSampleTown.lon + far * std::cos(turn) * 1.6};
    const std::string mark = "#" + std::to_string(number);
    for (auto o : sample_.organisations) {
      const std::string key = o.id.text + mark;
      o.id.text = directory::id_for("bench", "organisation", key);
      o.name += " " + town.name;
      batch.organisations.push_back({std::move(o), key});
    }
    for (auto l : sample_.locations) {
      const std::string key = l.id.text + mark;
      l.id.text = directory::id_for("bench", "location", key);
      if (!l.organization_id.empty())
        l.organization_id.text = directory::id_for("bench", "organisation", l.organization_id.text + mark);
      if (l.latitude && l.longitude) *l.latitude += shift.lat, *l.longitude += shift.lon;
      for (auto& a : l.addresses) a.postal_code = town.postcode, a.city = town.name;
      batch.locations.push_back({std::move(l), key});
    }
    std::size_t offers = 0;
    for (const auto& original : sample_.services) {
      if (offers >= most) break;
      const auto at = placed_of_.find(original.id.text);
      if (at == placed_of_.end() && !original.lotse_everywhere)
        continue;  // only at an address that is kept secret
      const std::string key = original.id.text + mark;
      auto s = vary(original, town);
      s.id.text = directory::id_for("bench", "service", key);
      s.organization_id.text =
          directory::id_for("bench", "organisation", original.organization_id.text + mark);
      if (s.status == "active") offers += at == placed_of_.end() ? 1 : at->second.size();
      if (at != placed_of_.end())
        for (const auto* each : at->second) {
          directory::Placed placed = *each;
          const std::string placed_key = each->id.text + mark;
          placed.id.text = directory::id_for("bench", "placed", placed_key);
          placed.service_id = s.id;
          placed.location_id.text = directory::id_for("bench", "location", each->location_id.text + mark);
          batch.placed.push_back({std::move(placed), placed_key});
        }
      batch.services.push_back({std::move(s), key});
    }
    return offers;
  }

 private:
  // A name of its own and some words that only few others have; hours, languages, ages and cost a little
  // different.
  directory::Service vary(directory::Service s, const Town& town) {
    std::string more = " " + invented(draw_.skewed(kWords), false), words = " " + town.name + ".";
    for (std::size_t i = draw_.below(5); i-- > 0;) words += " " + invented(draw_.skewed(kWords), false);
    s.name += more;
    s.description += words;
    for (auto& [language, text] : s.lotse_texts) {
      if (!text.name.empty()) text.name += more;
      if (!text.description.empty()) text.description += words;
    }
    constexpr std::array<const char*, 6> kSpoken{"eng", "ukr", "rus", "ara", "tur", "fas"};
    if (draw_.below(3) == 0) {
      const std::string code = kSpoken[draw_.below(kSpoken.size())];
      if (std::none_of(s.languages.begin(), s.languages.end(), [&](const auto& l) { return l.code == code; }))
        s.languages.push_back({"", "", code, ""});
    }
    if (draw_.below(4) == 0) s.lotse_interpreters.push_back(kSpoken[draw_.below(kSpoken.size())]);
    if (!s.schedules.empty() && draw_.below(3) == 0) {
      constexpr std::array<const char*, 5> kDays{"MO", "TU", "WE", "TH", "FR"};
      s.schedules.front().byday = kDays[draw_.below(kDays.size())];
    }
    if (s.schedules.size() == 1 && draw_.below(4) == 0) {
      auto second = s.schedules.front();
      second.byday = "SA";
      s.schedules.push_back(second);
    }
    if (s.lotse_free_of_charge && draw_.below(5) == 0) s.lotse_free_of_charge.reset();
    if (draw_.below(3) == 0) s.lotse_free_places = static_cast<int>(draw_.below(12));
    return s;
  }

  const directory::Whole& sample_;
  std::vector<Town> towns_;
  std::map<std::string, std::vector<const directory::Placed*>> placed_of_;
  Draw draw_;
};

std::size_t offers_in(const directory::Whole& whole) {
  std::map<std::string, std::size_t> places;
  for (const auto& each : whole.placed) ++places[each.service_id.text];
  std::size_t n = 0;
  for (const auto& each : whole.services)
    if (each.status == "active") n += std::max<std::size_t>(1, places[each.id.text]);
  return n;
}

int fill(const StoreChoice& choice, std::size_t wanted) {
  const auto clock = system_clock();
  const auto store = open_store(choice, *clock);
  account::Passwords passwords;
  if (const auto filled = sample::fill(*store, *clock, passwords); !filled) {
    for (const auto& each : filled.error()) std::cerr << "bench_page_fill: " << each.text.id << "\n";
    return 1;
  }
  const access::Operator by(*store, *clock, "operator:bench");
  const auto unit = unit::all(by.visitor()).front();
  const access::Desk desk = by.desk(unit.id, unit.kind);
  const auto sample = directory::read_whole(desk);
  Copier copier(sample);
  std::vector<unit::Place> places;
  for (const auto& each : copier.all_towns()) places.push_back({each.postcode, each.name, each.middle});
  unit::put_places(desk, places);
  std::size_t offers = offers_in(sample), copy = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; offers < wanted; ++round) {
    directory::Batch batch;
    batch.source = "bench:" + std::to_string(round);
    while (batch.placed.size() < kBatch && offers < wanted)
      offers += copier.add(batch, copy++, wanted - offers);
    if (const auto done = directory::put(desk, batch, false); !done) {
      for (const auto& each : done.error())
        std::cerr << "bench_page_fill: " << each.field << ": " << each.text.id << "\n";
      return 1;
    }
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << offers << " offers, " << static_cast<int>(seconds) << " s" << std::endl;
  }
  return 0;
}

}  // namespace

int main(int count, char** values) try {
  StoreChoice choice;
  std::size_t entries = 100'000;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = values[i];
    if (name == "--data") choice.data = values[i + 1];
    if (name == "--store") choice.store = values[i + 1];
    if (name == "--entries") entries = std::strtoul(values[i + 1], nullptr, 10);
  }
  if (choice.data.empty() && choice.store.empty()) {
    std::cerr << "bench_page_fill --data DIR | --store URL [--entries N]\n";
    return 2;
  }
  return fill(choice, entries);
} catch (const std::exception& error) {
  std::cerr << "bench_page_fill: " << error.what() << "\n";
  return 1;
}
