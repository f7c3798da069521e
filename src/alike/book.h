// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alike/alike.h"
#include "seal/key.h"

namespace lotse::alike {

/** Memory that is wiped when it is given back. */
template <class T>
struct Wiping {
  using value_type = T;
  Wiping() = default;
  template <class U>
  Wiping(const Wiping<U>&) {}
  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* at, std::size_t n) {
    seal::wipe({reinterpret_cast<std::byte*>(at), n * sizeof(T)});
    std::allocator<T>().deallocate(at, n);
  }
  template <class U>
  bool operator==(const Wiping<U>&) const {
    return true;
  }
};

/**
 * The persons of one table of one unit, in memory, for being asked who is like somebody. Each word of a name
 * is kept once; a question is compared with every different word, and then looks at every person, so it finds
 * all that fit and its time grows with them. Not thread-safe: its owner locks.
 */
class Book {
 public:
  /** Ids have at most this many characters. */
  static constexpr std::size_t kIdSize = 36;

  /** `row` must not be in it yet. CHECK fails for an id that is too long. */
  void add(std::string_view row, std::string_view record, const Person& person);
  /** Forgets what it knows of this row; false if it knew nothing. */
  bool remove(std::string_view row);
  /** The same for all rows of this record; how many there were. */
  std::size_t remove_record(std::string_view record);

  struct Hit {
    std::string row, record;
    int likeness = 0;
  };
  /** Those who fit and are `wanted` (asked with their record), the likest first, at most `most`. */
  std::vector<Hit> find(const Question& question, std::size_t most,
                        const std::function<bool(const std::string& record)>& wanted) const;

  std::size_t persons() const { return entries_.size(); }
  std::size_t words() const { return words_.size() - free_.size(); }

 private:
  using Id = std::array<char, kIdSize>;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::int32_t kUnknown = INT32_MIN;
  static constexpr std::size_t kPhones = 2;
  struct Entry {
    Id row{}, record{};
    std::array<std::uint32_t, kMostWords> words{};
    std::array<std::uint64_t, kPhones> phones{};
    std::int32_t born = kUnknown;  // days since 1970
  };
  struct Kept {
    Word word;
    std::uint32_t persons = 0;
  };
  struct Hash {
    std::size_t operator()(const Word& word) const;
  };
  static Id id_of(std::string_view text);
  static std::string text_of(const Id& id);
  std::uint32_t take(const Word& word);
  void give_back(std::uint32_t word);
  void forget(std::size_t at);
  int likeness_of(const Entry& entry, const Question& question,
                  const std::vector<std::vector<std::uint8_t>>& alike) const;
  std::deque<Entry, Wiping<Entry>> entries_;
  std::deque<Kept, Wiping<Kept>> words_;
  std::vector<std::uint32_t> free_;
  // By hash alone: the words themselves lie in one place only.
  std::unordered_multimap<std::size_t, std::uint32_t> numbers_;
};

}  // namespace lotse::alike
