// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/result.h"
#include "directory/cards.h"
#include "directory/finder.h"
#include "http/form.h"
#include "match/match.h"
#include "words/words.h"

/** What a visitor asked for, and what comes of it. */
namespace lotse::directory {

/** The fields of the search form, as typed. Empty: not asked. */
struct Search {
  std::string words, topic, place, language;
  std::string age;       // class of the person it is for, see kAges
  std::string group;     // whom it is for, see kGroups
  bool near_me = false;  // the rounded position from the cookie
  int radius_km = 10;
  std::vector<std::string> children;  // age classes, see kChildClasses
  int weekday = 0;                    // 1 … 7
  std::string time;                   // see kTimes
  bool only_free = false;
  bool only_with_places = false;
  int page = 1;
  /** True if anything beyond words, topic and place is asked. */
  bool filtered() const {
    return !language.empty() || !age.empty() || !group.empty() || !children.empty() || weekday ||
           !time.empty() || only_free || only_with_places;
  }
  bool asks() const { return filtered() || !words.empty() || !topic.empty() || !place.empty() || near_me; }
};

struct ChildClass {
  std::string_view key;
  const char* label;  // English message id
  int months;         // a child in the middle of the class
};
inline constexpr ChildClass kChildClasses[] = {{"under1", words::N_("Under 1 year"), 6},
                                               {"1to2", words::N_("1 to 2 years"), 24},
                                               {"3to5", words::N_("3 to 5 years"), 54},
                                               {"6to10", words::N_("6 to 10 years"), 96},
                                               {"11up", words::N_("11 years and older"), 150}};

/**
 * Ages of the person that an offer is for, in classes like those of the children: an address is kept in
 * histories and shown to whoever looks on, and a class says less of a person than her age. The steps are
 * where offers begin and end: school, puberty, youth welfare until 17 and until 26 (section 7 SGB VIII).
 */
struct AgeClass {
  std::string_view key;
  const char* label;
  int years;  // somebody in the middle of the class
};
inline constexpr AgeClass kAges[] = {
    {"under3", words::N_("Under 3 years"), 1},    {"3to5", words::N_("3 to 5 years"), 4},
    {"6to10", words::N_("6 to 10 years"), 8},     {"11to13", words::N_("11 to 13 years"), 12},
    {"14to17", words::N_("14 to 17 years"), 16},  {"18to26", words::N_("18 to 26 years"), 22},
    {"27up", words::N_("27 years and older"), 40}};

/**
 * Groups that may be asked for: those that say no more of a person than a look at her would. Origin, health,
 * money and work are not asked (decision 0011), for a search is an address. Who is `key` is `also`, and is
 * not `never`; grown-ups who ask here are taken for parents.
 */
struct Group {
  std::string_view key;
  std::array<std::string_view, 2> also, never;
};
inline constexpr Group kGroups[] = {{"women", {"parents"}, {"men", "fathers"}},
                                    {"men", {"parents"}, {"women", "girls"}},
                                    {"fathers", {"men", "parents"}, {"women", "girls"}},
                                    {"single_parents", {"parents"}, {}},
                                    {"parents_under_25", {"parents"}, {}},
                                    {"girls", {"children"}, {"men", "fathers"}}};
struct Time {
  std::string_view key;
  const char* label;
  Minute from, to;
};
inline constexpr Time kTimes[] = {{"morning", words::N_("Morning (8 to 12)"), 480, 720},
                                  {"noon", words::N_("Midday (12 to 14)"), 720, 840},
                                  {"afternoon", words::N_("Afternoon (14 to 17)"), 840, 1020},
                                  {"evening", words::N_("Evening (17 to 21)"), 1020, 1260}};
inline constexpr int kRadii[] = {2, 5, 10, 25, 50};
inline constexpr int kPageSize = 20;

/** Reads a search; what is not one of the offered values is a problem with its field, and counts as not
 * asked. */
Search read_search(const http::Form& query, Problems& problems);
/** The query of the same search, page `page`; for links. */
std::string query_of(const Search& search, int page);

/** One line of the results. */
struct Card {
  match::Hit hit;
  std::shared_ptr<const CardText> text;  // never null
};

struct Found {
  Search search;
  Problems problems;
  std::string place_name;  // as found
  std::optional<Point> here;
  match::Question question;           // as it was asked in the end
  std::vector<std::string> left_out;  // words, as typed, that would have found nothing
  match::Answer answer;
  std::vector<Card> cards;
  std::size_t total() const { return answer.fitting + answer.unsure + answer.nearly; }
};

/** One word of what was typed. */
struct AskedWord {
  std::string typed;                    // as it was
  std::vector<match::TypedWord> words;  // for match/; "Mutter-Kind" has two
  bool names_topic = false;
};
/**
 * Typed words to what match/ looks for: the word itself, its stems, and the topics it names in any language.
 * Without the words that only make a sentence of it ("I am looking for a"), unless there are no others.
 */
std::vector<AskedWord> asked_words(std::string_view typed, const topic::Catalogue& topics,
                                   std::string_view language);

/**
 * Finds. `position` is the visitor's own, already rounded, if she gave it. `language` is that of the page.
 * All words must be found in an offer; where no offer has them all, those that stand in the way are left out
 * and named in the answer; one that is a place is taken as the place if none is given.
 */
Found find(const access::Desk& desk, const Finder& finder, Search search,
           const std::optional<Point>& position, std::string_view language);

/** The cards of hits, in their order. Those that vanished meanwhile are left out. */
std::vector<Card> cards_of(const access::Desk& desk, CardShelf& shelf, const std::vector<match::Hit>& hits,
                           std::string_view language);
}  // namespace lotse::directory
