// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "access/record.h"
#include "access/system.h"
#include "alike/alike.h"
#include "alike/book.h"

namespace lotse::access {

/**
 * To be specialised for a type whose rows are to be found by who they are about: `names`, `phones` and
 * `born`, each a std::tuple of members (std::string; std::string; std::optional<Day>), perhaps empty.
 */
template <class T>
struct PersonFields;

namespace persons {

template <class T, class M, class N>
bool same(M T::*a, N T::*b) {
  if constexpr (std::is_same_v<M, N>)
    return a == b;
  else
    return false;
}

template <HasFields T, class M>
bool is_listed(M T::*member) {
  const auto in = [&](const auto& list) {
    return std::apply([&](const auto&... each) { return (same(member, each) || ...); }, list);
  };
  return in(PersonFields<T>::names) || in(PersonFields<T>::phones) || in(PersonFields<T>::born);
}

/** Who somebody is, as far as `value` tells. */
template <HasFields T>
alike::Person person_of(const T& value) {
  alike::Person person;
  std::apply(
      [&](const auto&... each) {
        for (const std::string* name : std::initializer_list<const std::string*>{&(value.*each)...})
          for (auto& word : alike::words_of_name(*name)) person.words.push_back(word);
      },
      PersonFields<T>::names);
  std::apply(
      [&](const auto&... each) {
        for (const std::string* phone : std::initializer_list<const std::string*>{&(value.*each)...})
          if (const auto number = alike::telephone(*phone); number != 0) person.phones.push_back(number);
      },
      PersonFields<T>::phones);
  std::apply([&](const auto&... each) { ((person.born = person.born ? person.born : value.*each), ...); },
             PersonFields<T>::born);
  person.words.resize(std::min(person.words.size(), alike::kMostWords));
  return person;
}

/** A row as it lies in the store, to be opened when its key is at hand. */
struct Closed {
  std::string row, record;
  std::function<alike::Person(const seal::Key&)> open;  // throws seal::Broken
};

/** A table that is kept in the index. */
struct Table {
  std::string name, columns;
  std::function<Closed(const sql::Row&, UnitId)> read;
};

template <HasFields T>
Table table() {
  Table made{std::string(RowsOf<T>::table), "id, record", {}};
  for_each_field<T>([&](const auto& f) {
    if (is_listed<T>(f.member)) made.columns += ", " + std::string(f.name);
  });
  made.read = [](const sql::Row& row, UnitId unit) {
    Closed closed{std::string(row.text(0)), std::string(row.text(1)), {}};
    T plain{};
    std::vector<std::optional<sql::Blob>> sealed;
    int column = 2;
    for_each_field<T>([&](const auto& f) {
      if (!is_listed<T>(f.member)) return;
      using M = typename std::decay_t<decltype(f)>::Member;
      if (f.storage == Storage::plain)
        plain.*(f.member) = sheets::value_of_cell<M>(row, column);
      else
        sealed.push_back(row.opt_blob(column));
      ++column;
    });
    closed.open = [unit, id = closed.row, plain = std::move(plain),
                   sealed = std::move(sealed)](const seal::Key& key) {
      T value = plain;
      std::size_t next = 0;
      for_each_field<T>([&](const auto& f) {
        if (!is_listed<T>(f.member) || f.storage == Storage::plain) return;
        using M = typename std::decay_t<decltype(f)>::Member;
        if (const auto& bytes = sealed[next++])
          value.*(f.member) =
              sheets::unpacked<M>(seal::open(key, {unit, RowsOf<T>::table, f.name, id}, *bytes));
      });
      return person_of(value);
    };
    return closed;
  };
  return made;
}

}  // namespace persons

/**
 * Who is in the sealed rows, in memory alone, so that somebody is found by a name in another script or
 * spelling, by a telephone number or a day of birth: one book for each table of each unit, never one for two.
 * Built at start, follows the change sequence, and forgets a record the moment its key is dropped in this
 * process, within a second elsewhere. Asked through find_alike() only, which shows nothing but what a door
 * opens. Its memory is wiped when it is given back; the process leaves no core dumps (main.cc). Thread-safe.
 * See decision 0037.
 */
class PersonIndex {
 public:
  /** Beyond this many persons in one process, the others are left out, is_whole() is false, and a line of the
   * log says so. */
  static constexpr std::size_t kMostPersons = 2'000'000;

  /** Reads all rows of `tables` (persons::table<T>()) in all units. At most one for a store. */
  PersonIndex(Store& store, const Clock& clock, std::vector<persons::Table> tables,
              std::size_t most = kMostPersons);
  ~PersonIndex();
  PersonIndex(const PersonIndex&) = delete;
  PersonIndex& operator=(const PersonIndex&) = delete;

  /** Starts the thread that follows. Without it (tests, commands), call `catch_up`. */
  void follow();
  /** Takes over all changes committed so far. */
  void catch_up();
  bool is_whole() const { return whole_; }
  /** How many rows it knows of. */
  std::size_t size() const;

 private:
  template <HasFields T, class Among>
  friend auto find_alike(const PersonIndex& index, const RecordDoor& door, const alike::Question& question,
                         std::size_t most, Among&& among);
  struct Books {
    std::map<std::pair<UnitId, std::string>, alike::Book> by_place;
    std::size_t persons = 0;
  };
  std::vector<alike::Book::Hit> hits(UnitId unit, std::string_view table, const alike::Question& question,
                                     std::size_t most,
                                     const std::function<bool(const std::string&)>& wanted) const;
  void load();
  void load_table(UnitId unit, const persons::Table& table, Books& books);
  void take(const std::vector<sql::Change>& changes);
  void take_row(const persons::Table& table, UnitId unit, const std::string& row);
  std::vector<persons::Closed> rows(UnitId unit, const persons::Table& table, std::string_view where,
                                    const std::string& id);
  std::optional<alike::Person> opened(const persons::Closed& closed, const KeyRing::Keys& keys);
  void put(Books& books, UnitId unit, const std::string& table, const persons::Closed& closed,
           const std::optional<alike::Person>& person);
  void forget(UnitId unit, const std::string& record);

  Store& store_;
  const Clock& clock_;
  const std::vector<persons::Table> tables_;
  const std::size_t most_;
  std::mutex taking_;                // one at a time changes it
  mutable std::shared_mutex mutex_;  // guards books_
  Books books_;
  std::atomic<std::int64_t> position_{0};
  std::atomic<bool> whole_{true};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/** Somebody who may be meant, as far as the door opens her. */
template <HasFields T>
struct Likely {
  Sheet<T> sheet;
  int likeness = 0;  // 1 to 100
};

/**
 * Those of the door's unit who fit the question, the likest first, at most `most`. Each is opened through the
 * door and compared anew: what the matrix withholds finds nobody. That somebody was looked for is entered,
 * with those who were shown and never with what was asked. `among(record)` says to which records the door's
 * relation applies; others are not opened.
 */
template <HasFields T, class Among>
auto find_alike(const PersonIndex& index, const RecordDoor& door, const alike::Question& question,
                std::size_t most, Among&& among) {
  // Some who fit by what is withheld take places of others.
  const auto hits = index.hits(door.unit(), RowsOf<T>::table, question, most * 4, among);
  std::vector<std::string> ids;
  for (const auto& hit : hits) ids.push_back(hit.row);
  return door.search("person.find", [&](RecordView& view) {
    std::map<std::string, int> likeness;
    std::vector<Likely<T>> found;
    for (std::size_t at = 0; at < ids.size() && found.size() < most; at += sheets::kAtOnce) {
      const auto some = std::span(ids).subspan(at, std::min<std::size_t>(sheets::kAtOnce, ids.size() - at));
      std::size_t kept = found.size();
      auto sheets = view.find_if<T>(some, [&](const Sheet<T>& sheet) {
        const int here = alike::likeness(question, persons::person_of(sheet.value()));
        if (here > 0) likeness[sheet.id()] = here;
        return here > 0 && kept++ < most;
      });
      for (auto& sheet : sheets) {
        const int here = likeness[sheet.id()];
        found.push_back({std::move(sheet), here});
      }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.likeness > b.likeness; });
    return found;
  });
}

}  // namespace lotse::access
