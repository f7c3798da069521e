// SPDX-License-Identifier: EUPL-1.2
// How long files of 10 MB take to put in and to open, and how long another writer waits meanwhile. One JSON
// object.
//     bench_file TIMES [postgresql://…]      the store must be empty; without one, SQLite in a fresh folder
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include "access/desk_test_support.h"
#include "access/key_ring.h"
#include "base/json.h"
#include "file/file.h"
#include "sql/test_migrations.h"

namespace lotse {
namespace {

constexpr access::Right kRead{"bench.read", 14, access::Action::read},
    kWrite{"bench.write", 14, access::Action::write};

class Stopwatch {
 public:
  template <class F>
  void measure(F&& work) {
    const auto from = std::chrono::steady_clock::now();
    work();
    taken_.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count());
  }
  Json told() {
    std::sort(taken_.begin(), taken_.end());
    return {
        {"times", taken_.size()}, {"median_ms", taken_.at(taken_.size() / 2)}, {"longest_ms", taken_.back()}};
  }

 private:
  std::vector<double> taken_;
};

long largest_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

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

Json measure(access::Store& store, int times) {
  const auto clock = system_clock();
  std::string bytes = "%PDF-1.4\n";
  while (bytes.size() < file::kMostBytes) bytes += random_hex(512);
  bytes.resize(file::kMostBytes);
  const file::Of of{"r1", 14, "agreement"};
  const auto writing = door(store, *clock, kWrite), reading = door(store, *clock, kRead);
  writing.change("bench.begin", "r1", {{}, {"r1"}},
                 [](access::RecordChange& c) { return c.begin("r1", "bench"), 0; });
  Stopwatch check, put, open, other;
  std::atomic<bool> done = false;
  const long before = largest_kb();
  std::thread beside([&] {
    while (!done) {
      other.measure(
          [&] { writing.change("bench.beside", "r1", {{"r1"}}, [](access::RecordChange&) { return 0; }); });
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  std::string id;
  for (int i = 0; i < times; ++i) {
    std::optional<file::Ready> ready;
    check.measure([&] { ready = *file::check("a.pdf", bytes); });
    put.measure([&] { id = *file::put(writing, of, *ready, clock->now()); });
  }
  done = true;
  beside.join();
  for (int i = 0; i < times; ++i) open.measure([&] { CHECK(file::open(reading, of, id)->bytes == bytes); });
  return {{"bytes", bytes.size()}, {"check", check.told()},
          {"put", put.told()},     {"another_writer_meanwhile", other.told()},
          {"open", open.told()},   {"memory_grew_kb", largest_kb() - before}};
}

void run(int times, const std::string& given) {
  const auto migrations = sql::migrations_of({"access", "unit", "file"});
  const auto folder = std::filesystem::temp_directory_path() / ("lotse-bench-" + random_hex(8));
  std::filesystem::create_directories(folder);
  const bool sqlite = given.empty();
  sql::Options owner, keys;
  owner.owner = keys.owner = true;
  keys.schema = "keys";
  const std::string url = sqlite ? "sqlite:" + (folder / "lotse.db").string() : given;
  const std::string keys_url = sqlite ? "sqlite:" + (folder / "keys.db").string() : given;
  sql::migrate(*sql::open(url, owner), migrations, 0);
  sql::migrate(*sql::open(keys_url, keys), access::KeyRing::migrations(), 0);
  owner.owner = keys.owner = false;
  {
    access::Store store(
        sql::open(url, owner), migrations,
        std::make_shared<access::KeyRing>(sql::open(keys_url, keys), (folder / "key").string()));
    std::cout << measure(store, times).dump(1) << "\n";
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  if (count < 2) {
    std::cerr << "bench_file TIMES [ADDRESS OF AN EMPTY STORE]\n";
    return 2;
  }
  lotse::run(std::atoi(values[1]), count > 2 ? values[2] : "");
}
