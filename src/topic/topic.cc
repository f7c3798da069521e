// SPDX-License-Identifier: EUPL-1.2
#include "topic/topic.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/fold.h"

extern "C" const char lotse_topic_catalogue[];
extern "C" const char lotse_topic_catalogue_end[];

namespace lotse::topic {
namespace {

constexpr sql::Statement kAll{"topic.all", "SELECT number, doc FROM topic ORDER BY number"};
constexpr sql::Statement kPut{
    "topic.put",
    "INSERT INTO topic (key, number, parent, sensitive, doc) "
    "SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM topic WHERE true "
    "ON CONFLICT (key) DO UPDATE SET parent = excluded.parent, sensitive = excluded.sensitive, "
    "doc = excluded.doc"};
constexpr sql::Statement kCount{"topic.count", "SELECT count(*) FROM topic"};

/** A word that so many topics share ("help", "family") names none of them. */
constexpr std::size_t kTooCommon = 8;

}  // namespace

const std::string& Topic::name(const words::Language& language) const {
  for (const std::string_view tag : {language.tag, std::string_view("de"), std::string_view("en")}) {
    const auto at = names.find(std::string(tag));
    if (at != names.end()) return at->second;
  }
  return key;
}

Catalogue::Catalogue(std::vector<Topic> topics) : topics_(std::move(topics)) {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    by_key_[topics_[i].key] = i;
    by_number_[topics_[i].number] = i;
    std::set<std::string> found;
    const auto add = [&](const std::string& language, const std::string& text) {
      for (const auto& word : words_of(text)) {
        if (words::is_filler(word, language)) continue;
        found.insert(word);
        found.insert(stem(word, language));
      }
    };
    for (const auto& [language, name] : topics_[i].names) add(language, name);
    for (const auto& [language, list] : topics_[i].synonyms)
      for (const auto& synonym : list) add(language, synonym);
    for (const auto& word : found) by_word_[word].push_back(topics_[i].number);
  }
  std::erase_if(by_word_, [](const auto& each) { return each.second.size() > kTooCommon; });
}

const Topic* Catalogue::find(std::string_view key) const {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? nullptr : &topics_[at->second];
}

const Topic* Catalogue::of_number(int number) const {
  const auto at = by_number_.find(number);
  return at == by_number_.end() ? nullptr : &topics_[at->second];
}

std::vector<const Topic*> Catalogue::roots() const {
  std::vector<const Topic*> found;
  for (const auto& each : topics_)
    if (!each.parent) found.push_back(&each);
  return found;
}

std::vector<const Topic*> Catalogue::children(std::string_view key) const {
  std::vector<const Topic*> found;
  for (const auto& each : topics_)
    if (each.parent == key) found.push_back(&each);
  return found;
}

std::vector<int> Catalogue::of_word(std::string_view folded) const {
  std::set<int> found;
  const auto take = [&](const std::string& key) {
    const auto at = by_word_.find(key);
    if (at != by_word_.end()) found.insert(at->second.begin(), at->second.end());
  };
  take(std::string(folded));
  for (const auto& language : words::languages()) take(stem(folded, language.tag));
  if (length(folded) >= 4)
    for (auto at = by_word_.lower_bound(folded); at != by_word_.end() && at->first.starts_with(folded); ++at)
      found.insert(at->second.begin(), at->second.end());
  return {found.begin(), found.end()};
}

bool Catalogue::sensitive(std::string_view key) const {
  const Topic* at = find(key);
  for (int steps = 0; at && steps < 10; ++steps) {
    if (at->sensitive) return true;
    at = at->parent ? find(*at->parent) : nullptr;
  }
  return false;
}

std::vector<Topic> starting_catalogue() {
  const std::string_view text(lotse_topic_catalogue,
                              static_cast<std::size_t>(lotse_topic_catalogue_end - lotse_topic_catalogue));
  JsonFault fault;
  const auto json = parse_json(text, &fault);
  CHECK(json && json->contains("topics"));
  std::vector<Topic> topics;
  CHECK(JsonOf<std::vector<Topic>>::read((*json)["topics"], topics));
  return topics;
}

int put(const access::Desk& desk, const std::vector<Topic>& topics) {
  const auto door = desk.unit(access::kDirectoryWrite);
  return door.change("topic.put", "", [&](access::Change& change) {
    const auto count = [&] {
      return change.one(kCount, {}, [](const sql::Row& r) { return r.integer(0); }).value();
    };
    const auto before = count();
    for (const auto& each : topics) {
      change.change(kPut, {each.key, each.parent, each.sensitive, to_json(each).dump()});
      change.note("topic", each.key);
    }
    return static_cast<int>(count() - before);
  });
}

Catalogue load(const access::Desk& desk) {
  return Catalogue(desk.public_read().read([](access::View& view) {
    return view.rows(kAll, {}, [](const sql::Row& row) {
      Topic topic;
      const auto doc = parse_json(row.text(1));
      CHECK(doc && from_json(*doc, topic));
      topic.number = static_cast<int>(row.integer(0));
      return topic;
    });
  }));
}

}  // namespace lotse::topic
