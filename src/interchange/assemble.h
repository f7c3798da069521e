// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "directory/directory.h"
#include "interchange/report.h"

namespace lotse::interchange {

/** Where an entry was read. */
struct Origin {
  std::string file;
  std::size_t line = 0;
};

enum class Kind : std::uint8_t { organisation, location, service, placed, term, taxonomy };

/**
 * Puts entries together that were read as HSDS JSON, in whatever order and form they came: finds the same one
 * given twice, follows references, gives every part an id, checks the types, and keeps what does not fit.
 * First `add` everything, then `settle`, then change what `entry` gives, then `finish`.
 */
class Assembler {
 public:
  enum class State { unknown, refused, good };

  /** With `placeholders` a service whose organisation is not in the data gets one that has nothing but its
   * number. */
  Assembler(std::string source, bool placeholders, std::string language, Report& report)
      : source_(std::move(source)),
        placeholders_(placeholders),
        language_(std::move(language)),
        report_(report) {}

  /**
   * An entry as flat HSDS JSON: references as `organization_id`, `service_id`, `location_id`, parts nested. A
   * nested one was found inside another entry: it may come often and completes what is known; of others the
   * first counts.
   */
  void add(Kind kind, Json object, Origin at, bool nested = false);

  /** Decides what can be used: an entry needs an id, a service its organisation, a placed service both its
   * ends. */
  void settle();

  State state(Kind kind, const std::string& foreign_id) const;
  /** The entry, for adding parts to it; null unless its state is good. */
  Json* entry(Kind kind, const std::string& foreign_id);

  /** Everything as our types, in the order in which it came. To be called once. */
  directory::Batch finish();

 private:
  struct Entry {
    Json json;
    Origin at;
    std::string foreign_id;
    bool nested = false, refused = false;
  };
  struct Shelf {
    std::deque<Entry> entries;
    std::map<std::string, std::size_t, std::less<>> index;
  };

  Shelf& shelf(Kind kind) { return shelves_[static_cast<std::size_t>(kind)]; }
  const Shelf& shelf(Kind kind) const { return shelves_[static_cast<std::size_t>(kind)]; }
  void same_again(Entry& before, Json object, const Origin& at, bool nested);
  void complete(Json& into, const Json& from, const Origin& at, const std::string& field);
  void refuse_entry(Entry& entry, std::string field, Text reason);
  void settle_service(Entry& entry);
  void settle_placed(Entry& entry);
  void tell_unplaced(const directory::Batch& batch);
  void make_placeholder(const std::string& foreign_id, const Origin& at);
  std::string refer(Json& object, const char* member, Kind kind, const Origin& at, Json& kept);
  template <class T>
  T typed(Entry& entry, const char* kind, Json kept);
  directory::Organisation organisation(Entry& entry);
  directory::Location location(Entry& entry);
  directory::Service service(Entry& entry);
  directory::Placed placed(Entry& entry);
  directory::Term term(Entry& entry, bool taxonomy);
  template <class T, class Make>
  void collect(Kind kind, std::vector<directory::Batch::Item<T>>& items, Make make);

  std::string source_;
  bool placeholders_;
  std::string language_;
  Report& report_;
  std::array<Shelf, 6> shelves_;
};

/** Keeps what does not fit under its name in the entry's `lotse_kept`, whatever stands there already. */
void keep(Json& entry, const std::string& name, Json value);

/** The list of this name, made where it is missing. What is there and is no list goes to `lotse_kept` and is
 * reported. */
Json& list_of(Json& entry, const std::string& name, const Origin& at, Report& report);

/** The text of a member: "" if it is not there, or is no text and no number. */
std::string text_of(const Json& object, std::string_view member);

/**
 * What one language entry (`name`, perhaps `note`) stands for: several languages where the name lists them.
 * What it says of interpreters goes into the service; without one (null) it stays a name without a code, so
 * that its text is not lost. Names without a code that we know are reported.
 */
Json language_elements(const Json& element, Json* service, const Origin& at, Report& report);

/** True for a key of the catalogue of topics, or of the groups that an offer may be only for. */
bool is_topic(const std::string& key);
bool is_audience(const std::string& key);

/** Names of the members under which an entry's `rest` keeps what did not fit; both are written out again by
 * exports. */
inline constexpr const char* kKept = "lotse_kept";  // values of a wrong kind, by member
inline constexpr const char* kParts =
    "lotse_parts";  // unknown members of nested parts, by path ("/phones/<id>")
inline constexpr const char* kTaxonomy =
    "lotse_taxonomy";  // true for a term that stands for a whole taxonomy

/** True for text that seems to have been read in a wrong encoding before it came to us ("GÇÖ", "Ã¤"). */
bool looks_garbled(std::string_view text);

}  // namespace lotse::interchange
