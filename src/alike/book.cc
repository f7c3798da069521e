// SPDX-License-Identifier: EUPL-1.2
#include "alike/book.h"

#include <algorithm>

#include "base/check.h"

namespace lotse::alike {

std::size_t Book::Hash::operator()(const Word& word) const {
  return std::hash<std::string_view>()({word.text.data(), word.text.size()});
}

Book::Id Book::id_of(std::string_view text) {
  CHECK(!text.empty() && text.size() <= kIdSize);
  Id id{};
  std::copy(text.begin(), text.end(), id.begin());
  return id;
}

std::string Book::text_of(const Id& id) { return {id.begin(), std::find(id.begin(), id.end(), '\0')}; }

std::uint32_t Book::take(const Word& word) {
  const auto hash = Hash()(word);
  const auto [from, to] = numbers_.equal_range(hash);
  for (auto at = from; at != to; ++at)
    if (words_[at->second].word == word) {
      ++words_[at->second].persons;
      return at->second;
    }
  std::uint32_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(words_.size());
    words_.push_back({word, 1});
  } else {
    number = free_.back();
    free_.pop_back();
    words_[number] = {word, 1};
  }
  numbers_.emplace(hash, number);
  return number;
}

void Book::give_back(std::uint32_t number) {
  Kept& kept = words_[number];
  if (--kept.persons > 0) return;
  const auto [from, to] = numbers_.equal_range(Hash()(kept.word));
  numbers_.erase(std::find_if(from, to, [&](const auto& each) { return each.second == number; }));
  seal::wipe(std::as_writable_bytes(std::span(&kept.word, 1)));
  free_.push_back(number);
}

void Book::add(std::string_view row, std::string_view record, const Person& person) {
  Entry entry{.row = id_of(row), .record = id_of(record)};
  entry.words.fill(kNone);
  for (std::size_t i = 0; i < std::min(person.words.size(), kMostWords); ++i)
    entry.words[i] = take(person.words[i]);
  std::copy_n(person.phones.begin(), std::min(person.phones.size(), kPhones), entry.phones.begin());
  if (person.born) entry.born = person.born->number();
  entries_.push_back(entry);
}

// The last takes its place: order means nothing here.
void Book::forget(std::size_t at) {
  for (const auto word : entries_[at].words)
    if (word != kNone) give_back(word);
  entries_[at] = entries_.back();
  seal::wipe(std::as_writable_bytes(std::span(&entries_.back(), 1)));
  entries_.pop_back();
}

bool Book::remove(std::string_view row) {
  if (row.empty() || row.size() > kIdSize) return false;
  const Id id = id_of(row);
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) { return each.row == id; });
  if (at == entries_.end()) return false;
  forget(static_cast<std::size_t>(at - entries_.begin()));
  return true;
}

std::size_t Book::remove_record(std::string_view record) {
  if (record.empty() || record.size() > kIdSize) return 0;
  const Id id = id_of(record);
  std::size_t count = 0;
  for (std::size_t at = entries_.size(); at-- > 0;)
    if (entries_[at].record == id) {
      forget(at);
      ++count;
    }
  return count;
}

int Book::likeness_of(const Entry& entry, const Question& question,
                      const std::vector<std::vector<std::uint8_t>>& alike) const {
  const auto had = static_cast<std::size_t>(std::find(entry.words.begin(), entry.words.end(), kNone) -
                                            entry.words.begin());
  const int words = likeness_of_words(
      alike.size(), had, [&](std::size_t i, std::size_t k) -> int { return alike[i][entry.words[k]]; });
  if (words == 0) return 0;
  const auto phones =
      std::span(entry.phones.begin(), std::find(entry.phones.begin(), entry.phones.end(), 0u));
  const auto born = entry.born == kUnknown ? std::nullopt : std::optional(Day::from_number(entry.born));
  return words * likeness_of_rest(question, phones, born) / 100;
}

std::vector<Book::Hit> Book::find(const Question& question, std::size_t most,
                                  const std::function<bool(const std::string& record)>& wanted) const {
  if (question.empty() || most == 0) return {};
  std::vector<std::vector<std::uint8_t>> alike;
  for (const auto& asked : question.words) {
    auto& here = alike.emplace_back(words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
      if (words_[i].persons > 0) here[i] = static_cast<std::uint8_t>(likeness(asked, words_[i].word));
  }
  std::vector<std::pair<int, const Entry*>> found;
  for (const auto& entry : entries_)
    if (const int here = likeness_of(entry, question, alike); here > 0) found.emplace_back(here, &entry);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->row < b.second->row;
  });
  std::vector<Hit> hits;
  for (const auto& [here, entry] : found) {
    if (hits.size() == most) break;
    Hit hit{text_of(entry->row), text_of(entry->record), here};
    if (wanted(hit.record)) hits.push_back(std::move(hit));
  }
  return hits;
}

}  // namespace lotse::alike
