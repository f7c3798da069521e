// SPDX-License-Identifier: EUPL-1.2
// How fast match/ finds: builds a snapshot of 100,000 offers and asks it 10,000 different questions.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "match_data.h"

namespace {

using namespace lotse;
using Clock = std::chrono::steady_clock;

double microseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::micro>(Clock::now() - since).count();
}

template <class Number>
Number percentile(const std::vector<Number>& sorted, double percent) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(percent / 100 * static_cast<double>(sorted.size())))];
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

/** Asks all questions once and prints the times; returns the number of hits, so that nothing is left out. */
std::size_t run(const char* name, const match::Snapshot& snapshot,
                const std::vector<match::Question>& questions) {
  match::Scratch scratch;
  std::vector<double> times;
  times.reserve(questions.size());
  std::size_t hits = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(200, questions.size()); ++i)
    hits += match::find(snapshot, questions[i], scratch).hits.size();  // warms up
  for (const match::Question& question : questions) {
    const auto start = Clock::now();
    const match::Answer answer = match::find(snapshot, question, scratch);
    times.push_back(microseconds(start));
    hits += answer.hits.size();
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:<34} p50 {:7.1f}  p90 {:7.1f}  p99 {:7.1f}  p99.9 {:7.1f}  max {:7.1f} us\n", name,
             percentile(times, 50), percentile(times, 90), percentile(times, 99), percentile(times, 99.9),
             times.back());
  return hits;
}

std::size_t run_broadest(const match::Snapshot& snapshot, const match::Question& question) {
  match::Scratch scratch;
  const std::vector<match::Question> same(200, question);
  fmt::print("broadest question: {} candidates\n", candidates(snapshot, question, scratch));
  return run("  broadest, 200 times", snapshot, same);
}

}  // namespace

/** Arguments: number of offers, of questions, seed. */
int main(int count, char** values) {
  const auto argument = [&](int i, long otherwise) {
    return i < count ? std::strtol(values[i], nullptr, 10) : otherwise;
  };
  const auto offers = static_cast<std::size_t>(argument(1, 100'000));
  const auto questions = static_cast<std::size_t>(argument(2, 10'000));
  const auto data = bench::make_match_data(offers, questions, static_cast<std::uint32_t>(argument(3, 1)));

  auto start = Clock::now();
  match::Builder builder(data.topics);
  for (const match::Offer& offer : data.offers) builder.add(offer);
  const auto snapshot = builder.build();
  std::size_t words = 0;
  for (const match::Offer& offer : data.offers) offer.words.each([&](const auto&) { ++words; });
  fmt::print("build: {} offers with {:.1f} words each: {:.0f} ms\n", snapshot->size(),
             static_cast<double>(words) / static_cast<double>(offers), microseconds(start) / 1000);
  fmt::print("memory: {:.1f} MB, {:.0f} bytes for each offer\n", static_cast<double>(snapshot->bytes()) / 1e6,
             static_cast<double>(snapshot->bytes()) / static_cast<double>(offers));

  match::Scratch scratch;
  std::vector<std::size_t> found;
  for (const match::Question& question : data.questions)
    found.push_back(candidates(*snapshot, question, scratch));
  std::sort(found.begin(), found.end());
  const auto above = found.end() - std::upper_bound(found.begin(), found.end(), 1000u);
  fmt::print("candidates: p10 {} p50 {} p90 {} p99 {} max {}; above 1000: {:.1f} % of questions\n",
             percentile(found, 10), percentile(found, 50), percentile(found, 90), percentile(found, 99),
             found.back(), 100.0 * static_cast<double>(above) / static_cast<double>(questions));

  std::size_t hits = run("find with reasons", *snapshot, data.questions);
  hits += run_broadest(*snapshot, bench::broadest_question(data));

  // A day's changes: 1,000 offers again, ten at a time.
  start = Clock::now();
  auto changed = snapshot;
  for (std::size_t i = 0; i + 10 <= std::min<std::size_t>(1000, offers); i += 10)
    changed = changed->with(std::span(data.offers).subspan(i, 10), {});
  fmt::print("with: 100 times 10 changes: {:.1f} us each, {} waiting\n", microseconds(start) / 100,
             changed->overlay());
  hits += run("find after 1,000 changes", *changed, data.questions);
  start = Clock::now();
  const auto compacted = changed->compacted();
  fmt::print("compacted: {:.0f} ms, {} offers\n", microseconds(start) / 1000, compacted->size());
  fmt::print("({} hits)\n", hits);
  return 0;
}
