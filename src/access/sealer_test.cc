// SPDX-License-Identifier: EUPL-1.2
#include "access/sealer.h"

#include <atomic>
#include <thread>

#include "access/audit.h"
#include "access/audit_store_test_support.h"

namespace lotse::access {
namespace {

using Kind = AuditFinding::Kind;

class SealerTest : public AuditStoreTest {};
LOTSE_ON_EACH_ENGINE(SealerTest);

TEST_P(SealerTest, SealsTheOldestFirstInBatchesUnderSignedHeads) {
  enter(7, 1'200);
  enter(8, 3);
  Sealer sealer(*store_, clock_, test_signer());
  EXPECT_EQ(sealer.seal(7), 1'000u);
  EXPECT_EQ(rows("audit_leaf"), 1'000);
  EXPECT_EQ(rows("audit_head"), 1);
  EXPECT_EQ(sealer.seal_due(), 203u);
  EXPECT_EQ(rows("audit_leaf"), 1'200);
  EXPECT_EQ(rows("audit_head"), 2);
  EXPECT_EQ(rows("audit_leaf", 8), 3);
  EXPECT_EQ(sealer.seal(7), 0u);
  EXPECT_EQ(sealer.seal_due(), 0u);
  EXPECT_EQ(rows("audit_head"), 2) << "nothing new, no new head";
  EXPECT_EQ(number(7,
                   "SELECT count(*) FROM audit_leaf l JOIN audit_entry e ON e.unit_id = l.unit_id AND e.id = "
                   "l.entry_id JOIN audit_leaf n ON n.unit_id = l.unit_id AND n.number = l.number + 1 JOIN "
                   "audit_entry f ON f.unit_id = n.unit_id AND f.id = n.entry_id WHERE f.at_ms < e.at_ms AND "
                   "l.unit_id = $1"),
            0);
  EXPECT_EQ(found(), Found{});
  EXPECT_EQ(audit().verify(7, keys(), {}, 0).entries, 1'200);
  EXPECT_EQ(audit().verify(8, keys(), {}, 0).heads, 1);
}

TEST_P(SealerTest, SealsWhatDoorsEnter) {
  const Desk desk(*store_, actor(7), kDirectoryPurpose, clock_);
  EXPECT_THROW(desk.unit(kDirectoryWrite).absent("note.open", "n1"), NotFound);
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal_due(), 1u);
  EXPECT_EQ(found(), Found{});
}

TEST_P(SealerTest, AnotherOneGoesOnWhereTheLastStopped) {
  for (int i = 0; i < 5; ++i) {
    enter(7, 7);
    EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal(7), 7u) << "a process that starts anew";
    clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs});
  }
  EXPECT_EQ(found(), Found{});
  EXPECT_EQ(audit().verify(7, keys(), {}, 0).heads, 5);
}

TEST_P(SealerTest, ALeaseKeepsOthersAwayUntilItLapses) {
  Sealer first(*store_, clock_, test_signer()), second(*store_, clock_, test_signer());
  enter(7, 1);
  EXPECT_EQ(first.seal(7), 1u);
  enter(7, 1);
  EXPECT_EQ(second.seal(7), std::nullopt);
  EXPECT_EQ(second.seal_due(), 0u);
  clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs - 1});
  EXPECT_EQ(second.seal(7), std::nullopt);
  EXPECT_EQ(first.seal(7), 1u) << "its own lease is no hindrance";
  clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs});
  enter(7, 1);
  EXPECT_EQ(second.seal(7), 1u);
  EXPECT_EQ(first.seal(7), std::nullopt);
  EXPECT_EQ(found(), Found{});
}

TEST_P(SealerTest, ALeaseOfAClockThatRanAheadDoesNotKeepOthersAwayForAYear) {
  const auto now = clock_.now();
  clock_.set(Instant{now.ms + 31'536'000'000});
  enter(7, 1);
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal(7), 1u);
  clock_.set(now);
  enter(7, 1);
  Sealer second(*store_, clock_, test_signer());
  EXPECT_EQ(second.seal(7), 1u);
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal(7), std::nullopt);
  EXPECT_EQ(found(), Found{});
}

TEST_P(SealerTest, EntriesCommittedLateAndThoseOfAClockSetBackAreSealedToo) {
  Sealer sealer(*store_, clock_, test_signer());
  const auto now = clock_.now().ms;
  enter(7, 1, now);
  EXPECT_EQ(sealer.seal_due(), 1u);
  enter(7, 1, now - 3'599'000);
  EXPECT_EQ(sealer.seal(7), 1u) << "late by less than an hour";
  enter(7, 1, now - 86'400'000);
  EXPECT_EQ(sealer.seal(7), 0u);
  EXPECT_EQ(audit().verify(7, keys(), {}, 600'000).findings.list, (Found{{7, Kind::unsealed, 1}}));
  EXPECT_EQ(sealer.seal(7, Sealer::Look::all), 1u);
  enter(7, 1, now - 86'400'000);
  EXPECT_EQ(sealer.seal_due(), 0u) << "all were looked at just before";
  clock_.set(Instant{now + 3'600'000});
  EXPECT_EQ(sealer.seal_due(), 1u);
  // A clock that ran a year ahead, and was set right.
  enter(7, 1, now + 31'536'000'000);
  EXPECT_EQ(sealer.seal(7), 1u);
  enter(7, 1, clock_.now().ms);
  EXPECT_EQ(sealer.seal(7), 1u);
  EXPECT_EQ(found(), Found{});
}

TEST_P(SealerTest, AClosureThatRunsTwiceSealsOnce) {
  sql::Options twice;
  twice.twice = true;
  store_ = std::make_unique<Store>(sql::open(url(), twice), migrations());
  enter(7, 20);
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal_due(), 20u);
  EXPECT_EQ(rows("audit_leaf"), 20);
  EXPECT_EQ(found(), Found{});
}

// Each look at it is a minute later, so that no lease keeps anybody away.
class HastyClock final : public Clock {
 public:
  explicit HastyClock(Instant from) : ms_(from.ms) {}
  Instant now() const override { return Instant{ms_ += 60'000}; }

 private:
  mutable std::atomic<std::int64_t> ms_;
};

TEST_P(SealerTest, TwoAtOnceLeaveOneTreeWhileOthersWrite) {
  const HastyClock hasty(clock_.now());
  const int each = 400;
  std::atomic<int> writing{2};
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < 2; ++writer)
    threads.emplace_back([&] {
      for (int i = 0; i < each; i += 4) enter(7, 4, clock_.now().ms);
      --writing;
    });
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      Sealer sealer(*store_, hasty, test_signer());
      for (bool last = false;; last = writing == 0) {
        const auto sealed = sealer.seal(7);
        if (last && sealed == 0u) break;
      }
    });
  threads.clear();
  EXPECT_EQ(rows("audit_leaf"), 2 * each);
  EXPECT_EQ(number(7, "SELECT count(DISTINCT entry_id) FROM audit_leaf WHERE unit_id = $1"), 2 * each);
  EXPECT_EQ(found(), Found{});
}

TEST_P(SealerTest, ItDoesNotSignOnTopOfATamperedTreeAndSealsOtherUnits) {
  enter(7, 10);
  Sealer sealer(*store_, clock_, test_signer());
  sealer.seal_due();
  tamper(
      "UPDATE audit_leaf SET hash = (SELECT hash FROM audit_leaf WHERE unit_id = 7 AND number = 1) "
      "WHERE unit_id = 7 AND number = 2");
  enter(7, 1);
  enter(8, 1);
  clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs});
  Sealer fresh(*store_, clock_, test_signer());
  EXPECT_THROW(fresh.seal(7), sql::Broken);
  const bool log = log_enabled(false);
  EXPECT_EQ(fresh.seal_due(), 1u);
  log_enabled(log);
  EXPECT_EQ(rows("audit_head"), 1);
  EXPECT_EQ(rows("audit_head", 8), 1);
}

TEST_P(SealerTest, KnowsWhenABatchIsFull) {
  Sealer sealer(*store_, clock_, test_signer());
  EXPECT_FALSE(sealer.has_full_batch());
  enter(7, 1);
  sealer.seal_due();
  clock_.set(Instant{clock_.now().ms + 5'000});
  enter(7, 999);
  EXPECT_FALSE(sealer.has_full_batch());
  enter(7, 1);
  EXPECT_TRUE(sealer.has_full_batch());
  sealer.seal_due();
  EXPECT_FALSE(sealer.has_full_batch());
}

TEST_P(SealerTest, TheProgramCanOnlyAddOnPostgresql) {
  if (on_sqlite()) return;  // who has the file can do anything with it: there only the heads outside help
  enter(7, 1);
  Sealer(*store_, clock_, test_signer()).seal_due();
  for (const char* statement :
       {"UPDATE audit_leaf SET number = 1 WHERE unit_id = 7", "DELETE FROM audit_leaf WHERE unit_id = 7",
        "UPDATE audit_head SET size = 2 WHERE unit_id = 7", "DELETE FROM audit_head WHERE unit_id = 7",
        "DELETE FROM audit_given WHERE unit_id = 7", "DELETE FROM audit_lease WHERE unit_id = 7"})
    EXPECT_ANY_THROW(sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.change({"test.change", statement});
    })) << statement;
  EXPECT_EQ(number(8, "SELECT count(*) FROM audit_leaf WHERE unit_id <> $1"), 0) << "nor see other units";
}

}  // namespace
}  // namespace lotse::access
