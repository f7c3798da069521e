// SPDX-License-Identifier: EUPL-1.2
// How long the audit of one unit takes to seal, verify and prove, in a store of its own. One JSON object.
//     bench_audit ENTRIES [postgresql://…]      the store must be empty; without one, SQLite in a fresh
//     folder
#include <chrono>
#include <filesystem>
#include <iostream>

#include "access/audit.h"
#include "access/operator.h"
#include "access/sealer.h"
#include "base/json.h"
#include "sql/test_migrations.h"

namespace lotse {
namespace {

template <class F>
double seconds(F&& work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

Json measure(access::Store& store, int entries) {
  constexpr int kAtOnce = 1'000;
  const auto clock = system_clock();
  const auto desk = access::Operator(store, *clock, "operator:bench").desk(1, "coordination");
  for (int made = 0; made < entries; made += kAtOnce)
    desk.unit(access::kDirectoryWrite).change("bench.batch", "batch", [&](access::Change& c) {
      for (int i = 1; i < kAtOnce; ++i) c.also("directory.correct", "01a20356-4031-7e62-90a5-dff7e11143cd");
      return 0;
    });
  const seal::Signer signer(seal::Key::random());
  access::Sealer sealer(store, *clock, signer);
  Json told{{"entries", entries}};
  told["first_batch_s"] = seconds([&] { sealer.seal(1); });
  told["all_batches_s"] = seconds([&] { sealer.seal_due(); });
  told["nothing_new_recent_s"] = seconds([&] { sealer.seal(1); });
  told["nothing_new_all_s"] = seconds([&] { sealer.seal(1, access::Sealer::Look::all); });
  told["full_batch_s"] = seconds([&] { sealer.has_full_batch(); });
  const StandingClock later(Instant{clock->now().ms + 2 * access::Sealer::kLeaseMs});
  access::Sealer fresh(store, later, signer);
  told["another_process_s"] = seconds([&] { fresh.seal(1); });
  const access::AuditKeys keys(signer.verifier());
  const access::Audit audit(store, *clock);
  access::TreeAudit tree;
  told["verify_s"] = seconds([&] { tree = audit.verify(1, keys, {}, 0); });
  told["sealed"] = tree.entries;
  told["heads"] = tree.heads;
  told["faulty"] = tree.findings.faulty();
  return told;
}

void run(int entries, std::string url) {
  const auto migrations = sql::migrations_of({"access", "unit"});
  const auto folder = std::filesystem::temp_directory_path() / ("lotse-bench-" + random_hex(8));
  if (url.empty()) {
    std::filesystem::create_directories(folder);
    url = "sqlite:" + (folder / "lotse.db").string();
  }
  sql::Options owner;
  owner.owner = true;
  owner.statement = std::chrono::milliseconds(0);
  {
    const auto engine = sql::open(url, owner);
    sql::migrate(*engine, migrations, 0);
  }
  owner.owner = false;
  {
    access::Store store(sql::open(url, owner), migrations);
    std::cout << measure(store, entries).dump(1) << "\n";
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lotse

int main(int count, char** values) {
  if (count < 2) {
    std::cerr << "bench_audit ENTRIES [ADDRESS OF AN EMPTY STORE]\n";
    return 2;
  }
  lotse::run(std::atoi(values[1]), count > 2 ? values[2] : "");
}
