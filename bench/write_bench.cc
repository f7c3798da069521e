// SPDX-License-Identifier: EUPL-1.2
// How many small changes a second become durable, in SQLite stores of its own. One JSON object.
//     bench_write FOLDER SECONDS RATE      FOLDER on the disk that is meant; it must not be there yet
//
// The same change each time: a job for later, its entry in the audit, and both sealed meanwhile as `serve`
// does. By 64 writers as fast as they can ("doors"), the same one at a time, so that each has a commit of its
// own ("one_each"), and by 64 writers RATE a second, whether those before are answered or not: waiting counts
// ("open"). Beside it, in the same run, one row without doors or audit ("raw").
#include <filesystem>
#include <iostream>
#include <mutex>

#include "access/audit_signer.h"
#include "access/operator.h"
#include "access/sealing.h"
#include "app.h"
#include "base/log.h"
#include "measure.h"

namespace lotse {
namespace {

Json through_doors(const std::string& folder, double seconds, double rate) {
  const auto clock = system_clock();
  StoreChoice choice;
  choice.data = folder;
  const auto store = open_store(choice, *clock);
  const auto signer = access::audit_signer(*store, clock->now());
  const access::Sealing sealing(*store, *clock, signer, {}, nullptr);
  const access::Operator by(*store, *clock, "operator:bench");
  const auto change = [&] {
    const std::string id = new_uuid(clock->now().ms);
    by.desk(1, "coordination")
        .unit(access::kDirectoryWrite)
        .change("bench.later", id, [&](access::Change& c) {
          c.job({.kind = "bench.later", .subject = id, .key = id});
          return 0;
        });
  };
  const auto figures = [&] { return store->figures(); };
  std::mutex turn;
  Json told;
  told["doors"] = measure(seconds, 0, figures, change);
  told["open"] = measure(seconds, rate, figures, change);
  told["open"]["asked_per_second"] = rate;
  told["one_each"] = measure(seconds, 0, figures, [&] {
    const std::lock_guard lock(turn);
    change();
  });
  return told;
}

Json raw(const std::string& folder, double seconds) {
  constexpr sql::Migration table{"2026-11-22-bench",
                                 "CREATE TABLE line (id BIGINT PRIMARY KEY, text TEXT);\n"};
  constexpr sql::Statement insert{"bench.insert", "INSERT INTO line (id, text) VALUES ($1, $2)"};
  std::filesystem::create_directories(folder);
  const std::string url = "sqlite:" + folder + "/raw.db";
  sql::Options owner;
  owner.owner = true;
  sql::migrate(*sql::open(url, owner), std::span(&table, 1), 0);
  const auto engine = sql::open(url);
  std::atomic<std::int64_t> next{1};
  return measure(
      seconds, 0, [&] { return engine->figures(); },
      [&] {
        const auto id = next++;
        sql::TestAccess::write(*engine, [&](sql::Tx& tx) {
          tx.change(insert, {id, "a line of some length, as an entry has it"});
        });
      });
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  if (count != 4) {
    std::cerr << "bench_write FOLDER SECONDS RATE\n";
    return 2;
  }
  lotse::log_enabled(false);
  const std::string folder = values[1];
  const double seconds = std::atof(values[2]);
  auto told = lotse::through_doors(folder, seconds, std::atof(values[3]));
  told["raw"] = lotse::raw(folder, seconds);
  std::cout << told.dump(1) << "\n";
}
