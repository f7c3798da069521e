// SPDX-License-Identifier: EUPL-1.2
// How long the index of persons takes to build, how much memory it needs, and how quickly it finds. Invented
// persons in one unit, in a fresh SQLite store. One JSON object.
//     bench_person PERSONS [book]      book: the book alone, without a store
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "access/desk_test_support.h"
#include "access/key_ring.h"
#include "access/person_index.h"
#include "base/json.h"
#include "sql/test_migrations.h"

namespace lotse {
namespace {

struct Guest {
  std::string name, phone;
  std::optional<Day> born;
};

}  // namespace
}  // namespace lotse

template <>
struct lotse::FieldsOf<lotse::Guest> {
  static constexpr auto list =
      std::tuple{field("name", &Guest::name, "Name", Duty::voluntary, 14, Storage::sealed),
                 field("phone", &Guest::phone, "Telephone", Duty::voluntary, 14, Storage::sealed),
                 field("born", &Guest::born, "Born", Duty::voluntary, 14, Storage::sealed)};
};
template <>
struct lotse::access::RowsOf<lotse::Guest> {
  static constexpr std::string_view table = "guest";
};
template <>
struct lotse::access::PersonFields<lotse::Guest> {
  static constexpr auto names = std::tuple{&Guest::name};
  static constexpr auto phones = std::tuple{&Guest::phone};
  static constexpr auto born = std::tuple{&Guest::born};
};

namespace lotse {
namespace {

constexpr std::string_view kSchema =
    "-- table guest record\n-- rls guest unit_id\n"
    "CREATE TABLE guest (unit_id BIGINT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, version BIGINT NOT "
    "NULL,\n  name BYTEA, phone BYTEA, born BYTEA, PRIMARY KEY (unit_id, id));\n";
constexpr access::Right kRead{"bench.read", 14, access::Action::read},
    kWrite{"bench.write", 14, access::Action::write};

template <class F>
double seconds(F&& work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

// Of the process: what others do on the machine is not in it.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Some 2,000 first names and 60,000 others, each tenth of them in Cyrillic.
class Names {
 public:
  std::string whole() { return word(2'000, 2) + " " + word(60'000, 3); }
  Guest guest() {
    return {whole(), "0151 " + std::to_string(1'000'000 + rng_() % 9'000'000),
            Day::from_number(static_cast<int>(rng_() % 20'000))};
  }

 private:
  std::string word(unsigned different, int syllables) {
    constexpr std::string_view kLatin[] = {"ma", "ri",  "ol",  "ka", "sch", "ten", "bu",  "wal", "ne", "jo",
                                           "ha", "med", "yil", "fa", "ti",  "ko",  "ber", "li",  "za", "gro"};
    constexpr std::string_view kCyrillic[] = {"\xD0\xBC\xD0\xB0", "\xD1\x80\xD0\xB8",
                                              "\xD0\xBE\xD0\xBB", "\xD0\xBA\xD0\xB0",
                                              "\xD1\x88\xD0\xB5", "\xD0\xBD\xD0\xBA\xD0\xBE"};
    std::minstd_rand seed(static_cast<unsigned>(rng_() % different) + 1);
    seed.discard(3);
    const bool cyrillic = seed() % 10 == 0;
    std::string made;
    for (int i = 0; i <= syllables; ++i)
      made += cyrillic ? kCyrillic[seed() % std::size(kCyrillic)] : kLatin[seed() % std::size(kLatin)];
    return made;
  }
  std::mt19937_64 rng_{7};
};

access::RecordDoor door(access::Store& store, const Clock& clock, const access::Right& right) {
  return access::Desk(store,
                      access::DeskTestAccess::actor({.who = "bench",
                                                     .name = "",
                                                     .unit = 7,
                                                     .unit_kind = "family_centre",
                                                     .function = "organiser",
                                                     .second_factor = true}),
                      access::kDirectoryPurpose, clock)
      .records(right, {{"own_event"}, {"participation"}});
}

// Keys by many threads at once, so that they share commits; then rows, some hundred in a change.
void fill(access::Store& store, const Clock& clock, int persons) {
  constexpr int kThreads = 64, kAtOnce = 500;
  std::vector<std::string> ids;
  for (int i = 0; i < persons; ++i) ids.push_back(uuid_of_name("person " + std::to_string(i)));
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < ids.size(); at = next++) store.keys().make(7, ids[at], clock.now());
    });
  threads.clear();
  Names names;
  const auto writing = door(store, clock, kWrite);
  for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
    const std::vector<std::string> some(
        ids.begin() + static_cast<std::ptrdiff_t>(from),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + kAtOnce, ids.size())));
    std::vector<Guest> guests;
    for (std::size_t i = 0; i < some.size(); ++i) guests.push_back(names.guest());
    writing.change("bench.fill", "", {some}, [&](access::RecordChange& c) {
      for (std::size_t i = 0; i < some.size(); ++i) {
        c.begin(some[i], "guest");
        c.insert(some[i], some[i], guests[i]);
      }
      return 0;
    });
  }
}

Json ask(const access::PersonIndex& index, const access::RecordDoor& reading) {
  constexpr int kQuestions = 200;
  Names names;
  std::vector<double> taken;
  std::size_t found = 0;
  const double cpu = cpu_seconds();
  for (int i = 0; i < kQuestions; ++i) {
    const alike::Question question{alike::words_of_name(names.guest().name), 0, std::nullopt};
    taken.push_back(1000 * seconds([&] {
                      found += access::find_alike<Guest>(index, reading, question, 20, [](const auto&) {
                                 return true;
                               }).size();
                    }));
  }
  std::sort(taken.begin(), taken.end());
  return {{"questions", kQuestions},
          {"found", found},
          {"cpu_ms_each", 1000 * (cpu_seconds() - cpu) / kQuestions},
          {"median_ms", taken[kQuestions / 2]},
          {"p99_ms", taken[kQuestions * 99 / 100]}};
}

void run_book(int persons) {
  Names names;
  alike::Book book;
  const double before = resident_mb(), cpu = cpu_seconds();
  for (int i = 0; i < persons; ++i) {
    const std::string id = uuid_of_name("person " + std::to_string(i));
    book.add(id, id, access::persons::person_of(names.guest()));
  }
  Json told{{"persons", persons}, {"words", book.words()}, {"memory_mb", resident_mb() - before}};
  told["fill_cpu_s"] = cpu_seconds() - cpu;
  constexpr int kQuestions = 50;
  const double asking = cpu_seconds();
  for (int i = 0; i < kQuestions; ++i)
    book.find({alike::words_of_name(names.guest().name), 0, std::nullopt}, 80,
              [](const auto&) { return true; });
  told["ask_cpu_ms_each"] = 1000 * (cpu_seconds() - asking) / kQuestions;
  std::cout << told.dump(1) << "\n";
}

void run(int persons) {
  auto migrations = sql::migrations_of({"access", "unit"});
  migrations.push_back({"2026-12-02-guest", kSchema});
  const auto folder = std::filesystem::temp_directory_path() / ("lotse-bench-" + random_hex(8));
  std::filesystem::create_directories(folder);
  const std::string url = "sqlite:" + (folder / "lotse.db").string(),
                    keys = "sqlite:" + (folder / "keys.db").string();
  sql::Options owner;
  owner.owner = true;
  sql::migrate(*sql::open(url, owner), migrations, 0);
  sql::migrate(*sql::open(keys, owner), access::KeyRing::migrations(), 0);
  const auto clock = system_clock();
  const auto open = [&] {
    return std::make_unique<access::Store>(
        sql::open(url), migrations,
        std::make_shared<access::KeyRing>(sql::open(keys), (folder / "key").string()));
  };
  Json told{{"persons", persons}};
  // In a process of its own: what filling leaves in memory is none of the index's.
  told["fill_s"] = seconds([&] {
    const pid_t child = fork();
    if (child == 0) {
      fill(*open(), *clock, persons);
      _exit(0);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  });
  {
    const auto store = open();
    const double before = resident_mb();
    std::unique_ptr<access::PersonIndex> index;
    const double cpu = cpu_seconds();
    told["build_s"] = seconds([&] {
      index =
          std::make_unique<access::PersonIndex>(*store, *clock, std::vector{access::persons::table<Guest>()});
    });
    told["build_cpu_s"] = cpu_seconds() - cpu;
    told["known"] = index->size();
    told["memory_mb"] = resident_mb() - before;
    told["ask"] = ask(*index, door(*store, *clock, kRead));
    told["forget_s"] = seconds([&] { store->keys().drop(7, uuid_of_name("person 0")); });
  }
  std::cout << told.dump(1) << "\n";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  const bool book = count == 3 && std::string_view(values[2]) == "book";
  if (count != 2 && !book) {
    std::cerr << "bench_person PERSONS [book]\n";
    return 2;
  }
  book ? lotse::run_book(std::atoi(values[1])) : lotse::run(std::atoi(values[1]));
}
