// SPDX-License-Identifier: EUPL-1.2
// How fast match/ finds: builds a snapshot of the offers of a filled store and asks it different questions.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "match_data.h"

namespace {

using namespace lotse;
using Clock = std::chrono::steady_clock;
using Questions = std::vector<match::Question>;

double microseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::micro>(Clock::now() - since).count();
}

/** What this thread has used of the processor: unlike the wall clock it stands still while others run. */
double cpu_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <class Number>
Number percentile(const std::vector<Number>& sorted, double percent) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(percent / 100 * static_cast<double>(sorted.size())))];
}

void print(const std::string& name, std::vector<double> times) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  fmt::print("{:<40} p50 {:7.1f}  p90 {:7.1f}  p99 {:7.1f}  p99.9 {:7.1f}  max {:7.1f} us\n", name,
             percentile(times, 50), percentile(times, 90), percentile(times, 99), percentile(times, 99.9),
             times.back());
}

/** Offers that a question finds by topic, words and place, whatever its wishes. */
std::size_t candidates(const match::Snapshot& snapshot, const match::Question& question,
                       match::Scratch& scratch) {
  const match::Question bare{.topics = question.topics,
                             .words = question.words,
                             .here = question.here,
                             .radius_m = question.radius_m,
                             .limit = 0};
  return match::find(snapshot, bare, scratch).fitting;
}

/** Asks all questions once and prints the times, those of topics and those of words also by themselves;
 * returns the number of hits, so that nothing is left out. */
std::size_t run(const std::string& name, const match::Snapshot& snapshot, const Questions& questions) {
  match::Scratch scratch;
  std::vector<double> wall, cpu, topics, words;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(200, questions.size()); ++i)
    hits += match::find(snapshot, questions[i], scratch).hits.size();  // warms up
  for (const match::Question& question : questions) {
    const double cpu_before = cpu_microseconds();
    const auto start = Clock::now();
    const match::Answer answer = match::find(snapshot, question, scratch);
    wall.push_back(microseconds(start));
    cpu.push_back(cpu_microseconds() - cpu_before);
    (question.words.empty() ? topics : words).push_back(wall.back());
    hits += answer.hits.size();
  }
  print(name, wall);
  print(name + ", CPU", cpu);
  if (!words.empty() && !topics.empty()) {
    print(name + ", a topic", topics);
    print(name + ", words", words);
  }
  return hits;
}

/** Asks one question many times. */
std::size_t run_alone(const std::string& name, const match::Snapshot& snapshot,
                      const match::Question& question) {
  match::Scratch scratch;
  fmt::print("{}: {} candidates\n", name, candidates(snapshot, question, scratch));
  return run("  " + name, snapshot, Questions(200, question));
}

/** How many candidates the questions have; returns the broadest of them. */
match::Question print_candidates(const match::Snapshot& snapshot, const Questions& questions) {
  match::Scratch scratch;
  std::vector<std::size_t> found;
  for (const auto& question : questions) found.push_back(candidates(snapshot, question, scratch));
  const auto broadest = std::max_element(found.begin(), found.end()) - found.begin();
  std::sort(found.begin(), found.end());
  const auto above = found.end() - std::upper_bound(found.begin(), found.end(), 1000u);
  fmt::print("candidates: p10 {} p50 {} p90 {} p99 {} max {}; above 1000: {:.1f} % of questions\n",
             percentile(found, 10), percentile(found, 50), percentile(found, 90), percentile(found, 99),
             found.back(), 100.0 * static_cast<double>(above) / static_cast<double>(questions.size()));
  return questions[static_cast<std::size_t>(broadest)];
}

void print_shape(const bench::MatchData& data) {
  std::size_t words = 0, typed = 0, ways = 0, most = 0;
  for (const auto& offer : data.offers) offer.words.each([&](const auto&) { ++words; });
  for (const auto& question : data.questions)
    for (const auto& word : question.words) {
      ++typed;
      ways += word.alternatives.size();
      most = std::max(most, word.alternatives.size());
    }
  const auto share = [&](auto&& asks) {
    return 100.0 * static_cast<double>(std::count_if(data.questions.begin(), data.questions.end(), asks)) /
           static_cast<double>(data.questions.size());
  };
  using Question = match::Question;
  fmt::print("offers: {} with {:.1f} words each\n", data.offers.size(),
             static_cast<double>(words) / static_cast<double>(data.offers.size()));
  fmt::print("questions: {}, {} left out; a word is looked for in {:.1f} ways, at most {}\n",
             data.questions.size(), data.without_words,
             static_cast<double>(ways) / static_cast<double>(std::max<std::size_t>(typed, 1)), most);
  fmt::print(
      "asked: topic {:.1f} %, words {:.1f} %, place {:.1f} %; language {:.1f} %, time {:.1f} %, child care "
      "{:.1f} %, age {:.1f} %, free of charge {:.1f} %, free places {:.1f} %\n",
      share([](const Question& q) { return !q.topics.empty(); }),
      share([](const Question& q) { return !q.words.empty(); }),
      share([](const Question& q) { return q.here.has_value(); }),
      share([](const Question& q) { return q.language.has_value(); }),
      share([](const Question& q) { return q.when.has_value(); }),
      share([](const Question& q) { return !q.child_ages_months.empty(); }),
      share([](const Question& q) { return q.age.has_value(); }),
      share([](const Question& q) { return q.only_free; }),
      share([](const Question& q) { return q.places.has_value(); }));
}

std::size_t run_changes(const std::shared_ptr<const match::Snapshot>& snapshot,
                        const bench::MatchData& data) {
  // A day's changes: 1,000 offers again, ten at a time.
  auto start = Clock::now();
  auto changed = snapshot;
  for (std::size_t i = 0; i + 10 <= std::min<std::size_t>(1000, data.offers.size()); i += 10)
    changed = changed->with(std::span(data.offers).subspan(i, 10), {});
  fmt::print("with: 100 times 10 changes: {:.1f} us each, {} waiting\n", microseconds(start) / 100,
             changed->overlay());
  const std::size_t hits = run("find after 1,000 changes", *changed, data.questions);
  start = Clock::now();
  const auto compacted = changed->compacted();
  fmt::print("compacted: {:.0f} ms, {} offers\n", microseconds(start) / 1000, compacted->size());
  return hits;
}

}  // namespace

/** Arguments: folder of the store, file of paths, number of questions, path that asks for everything. */
int main(int count, char** values) try {
  if (count != 5) {
    fmt::print(stderr, "bench_match STORE PATHS QUESTIONS BROADEST\n");
    return 2;
  }
  auto data = bench::read_match_data(values[1], values[2], std::strtoul(values[3], nullptr, 10));
  print_shape(data);
  const auto start = Clock::now();
  match::Builder builder(data.topics);
  for (const match::Offer& offer : data.offers) builder.add(offer);
  const auto snapshot = builder.build();
  fmt::print("build: {} offers: {:.0f} ms\n", snapshot->size(), microseconds(start) / 1000);
  fmt::print("memory: {:.1f} MB, {:.0f} bytes for each offer\n", static_cast<double>(snapshot->bytes()) / 1e6,
             static_cast<double>(snapshot->bytes()) / static_cast<double>(snapshot->size()));
  const auto broadest = print_candidates(*snapshot, data.questions);
  std::size_t hits = run("find with reasons", *snapshot, data.questions);
  hits += run_alone("broadest of these", *snapshot, broadest);
  hits += run_alone("everything", *snapshot, bench::read_question(values[1], values[4]));
  hits += run_changes(snapshot, data);
  fmt::print("({} hits)\n", hits);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_match: {}\n", error.what());
  return 1;
}
