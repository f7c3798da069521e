// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/fields.h"
#include "words/words.h"

/** Topics: what people look for, as a tree with names and synonyms in all languages. */
namespace lotse::topic {

struct Topic {
  std::string key;
  std::optional<std::string> parent;
  /** Violence, abuse, flight from a home: pages about it have a button that leaves at once. */
  bool sensitive = false;
  std::map<std::string, std::string> names;                  // by interface language
  std::map<std::string, std::vector<std::string>> synonyms;  // by interface language
  int number = 0;  // for match/; given by the store, never used twice

  /** Name in a language; German where it has none (Leichte Sprache without a name of its own included). */
  const std::string& name(const words::Language& language) const;
};

/** All topics at one moment. Immutable. */
class Catalogue {
 public:
  explicit Catalogue(std::vector<Topic> topics);
  const std::vector<Topic>& topics() const { return topics_; }
  const Topic* find(std::string_view key) const;
  const Topic* of_number(int number) const;
  /** Those without a parent, in the order of the catalogue. */
  std::vector<const Topic*> roots() const;
  std::vector<const Topic*> children(std::string_view key) const;
  /**
   * Numbers of the topics whose name or synonyms, in any language, hold the folded word, one of its stems, or
   * (from 4 letters on) a word beginning with it; a word that many share names none. This is how a Ukrainian
   * word finds a German entry.
   */
  std::vector<int> of_word(std::string_view folded) const;
  /** True if the topic or one above it is sensitive. */
  bool sensitive(std::string_view key) const;

 private:
  std::vector<Topic> topics_;
  std::map<std::string, std::size_t, std::less<>> by_key_;
  std::map<int, std::size_t> by_number_;
  std::map<std::string, std::vector<int>, std::less<>> by_word_;
};

/** The starting catalogue that comes with the program. */
std::vector<Topic> starting_catalogue();

/** Puts the given topics into the store: new ones are added, known ones get the given names. Returns how many
 * were new. */
int put(const access::Desk& desk, const std::vector<Topic>& topics);

/** All topics of the store, in the order of their numbers. */
Catalogue load(const access::Desk& desk);

}  // namespace lotse::topic

template <>
struct lotse::FieldsOf<lotse::topic::Topic> {
  using T = lotse::topic::Topic;
  static constexpr auto list = std::tuple{
      field("key", &T::key, "Key", Duty::needed), field("parent", &T::parent, "Belongs to"),
      field("sensitive", &T::sensitive, "Sensitive"), field("names", &T::names, "Names", Duty::needed),
      field("synonyms", &T::synonyms, "Other words for it")};
};
