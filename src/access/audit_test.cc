// SPDX-License-Identifier: EUPL-1.2
#include "access/audit.h"

#include <random>

#include "access/audit_store_test_support.h"
#include "access/sealer.h"
#include "base/json.h"

namespace lotse::access {
namespace {

using Kind = AuditFinding::Kind;

class AuditTest : public AuditStoreTest {
 protected:
  void SetUp() override {
    AuditStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Sealer sealer(*store_, clock_, test_signer());
    for (const int count : {4, 5, 3}) {
      enter(7, count);
      sealer.seal_due();
    }
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      given_[7] = heads_after(tx, 7, 0, 100);
    });
  }
  std::string id_of(int leaf) {
    std::string id;
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      id = tx.one({"test.id", "SELECT entry_id FROM audit_leaf WHERE unit_id = 7 AND number = $1"}, {leaf},
                  [](const sql::Row& r) { return std::string(r.text(0)); })
               .value();
    });
    return id;
  }
  std::string entry_at(int leaf) { return " WHERE unit_id = 7 AND id = '" + id_of(leaf) + "'"; }
  GivenHeads given_;
};
LOTSE_ON_EACH_ENGINE(AuditTest);

TEST_P(AuditTest, NothingIsFoundInWhatWasSealed) {
  EXPECT_EQ(found(), Found{});
  EXPECT_EQ(found(given_), Found{});
  EXPECT_EQ(audit().units(), (std::vector<UnitId>{0, 7, 8}));
  const auto told = audit().verify(7, keys(), given_, 0);
  EXPECT_EQ(told.entries, 12);
  EXPECT_EQ(told.heads, 3);
}

TEST_P(AuditTest, AnEntryThatWaitsTooLongIsARemark) {
  enter(7, 2, clock_.now().ms - 600'000);
  const auto told = audit().verify(7, keys(), given_, 300'000);
  EXPECT_EQ(told.findings.list, (Found{{7, Kind::unsealed, 2}}));
  EXPECT_FALSE(told.findings.faulty());
  EXPECT_TRUE(audit().verify(7, keys(), given_, 700'000).findings.list.empty());
}

TEST_P(AuditTest, FindsWhatIsChangedInTheEntries) {
  tamper("UPDATE audit_entry SET object = 'other'" + entry_at(2));
  EXPECT_EQ(found(), (Found{{7, Kind::entry_changed, 2}}));
  tamper("DELETE FROM audit_entry" + entry_at(6));
  EXPECT_EQ(found(), (Found{{7, Kind::entry_changed, 2}, {7, Kind::entry_missing, 6}}));
}

TEST_P(AuditTest, FindsWhatIsChangedInTheTree) {
  tamper("DELETE FROM audit_leaf WHERE unit_id = 7 AND number = 11");
  EXPECT_EQ(found(), (Found{{7, Kind::root_differs, 12}, {7, Kind::unsealed, 1}}));
}

TEST_P(AuditTest, FindsBytesThatAreNoHash) {
  tamper(on_sqlite() ? "UPDATE audit_leaf SET hash = x'00' WHERE unit_id = 7 AND number = 11"
                     : "UPDATE lotse.audit_leaf SET hash = '\\x00' WHERE unit_id = 7 AND number = 11");
  tamper(on_sqlite()
             ? "UPDATE audit_head SET root = x'', signature = x'0011', key = '' WHERE size = 4"
             : "UPDATE lotse.audit_head SET root = '', signature = '\\x0011', key = '' WHERE size = 4");
  EXPECT_EQ(found(), (Found{{7, Kind::root_differs, 4},
                            {7, Kind::key_unknown, 4},
                            {7, Kind::entry_changed, 11},
                            {7, Kind::root_differs, 12}}));
}

TEST_P(AuditTest, AForgottenEndIsFoundByWhatWasGivenAway) {
  tamper("DELETE FROM audit_head WHERE unit_id = 7 AND size = 12");
  EXPECT_EQ(found(), (Found{{7, Kind::without_head, 9}}));
  tamper(
      "DELETE FROM audit_entry WHERE unit_id = 7 AND id IN (SELECT entry_id FROM audit_leaf WHERE number > "
      "8)");
  tamper("DELETE FROM audit_leaf WHERE unit_id = 7 AND number > 8");
  EXPECT_EQ(found(), Found{});
  EXPECT_EQ(found(given_), (Found{{7, Kind::given_beyond, 12}}));
  tamper("INSERT INTO audit_given (unit_id, sink, size) VALUES (7, 'file:x', 12)");
  EXPECT_EQ(found(), (Found{{7, Kind::head_missing, 12}}))
      << "the store itself remembers that it gave more away";
}

TEST_P(AuditTest, AHeadThatIsGoneIsToldOnce) {
  for (const UnitId unit : {7, 8})
    tamper("INSERT INTO audit_given (unit_id, sink, size) VALUES (" + std::to_string(unit) +
           ", 'file:x', 9)");
  tamper("DELETE FROM audit_head WHERE unit_id = 7 AND size = 9");
  EXPECT_EQ(found(given_),
            (Found{{7, Kind::head_order, 12}, {7, Kind::head_missing, 9}, {8, Kind::head_missing, 9}}));
}

// The whole tree made anew by somebody who has the key: in order in itself, another one than was given away.
TEST_P(AuditTest, ANewHistoryIsFoundOnlyByWhatWasGivenAway) {
  tamper("UPDATE audit_entry SET actor = 'acc-9'" + entry_at(5));
  tamper("DELETE FROM audit_leaf WHERE unit_id = 7");
  tamper("DELETE FROM audit_head WHERE unit_id = 7");
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal_due(), 0u) << "leased to the first";
  clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs});
  EXPECT_EQ(Sealer(*store_, clock_, test_signer()).seal_due(), 12u);
  EXPECT_EQ(found(), Found{});
  const auto all = found(given_);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back().kind, Kind::head_missing);
}

TEST_P(AuditTest, AnotherKeyIsNotOurs) {
  EXPECT_EQ(audit().verify(7, AuditKeys(test_signer(1).verifier()), {}, 0).findings.list,
            (Found{{7, Kind::key_unknown, 4}, {7, Kind::key_unknown, 9}, {7, Kind::key_unknown, 12}}));
  AuditKeys both = keys();
  both.add(test_signer(1).verifier());
  clock_.set(Instant{clock_.now().ms + Sealer::kLeaseMs});
  enter(7, 1);
  EXPECT_EQ(Sealer(*store_, clock_, test_signer(1)).seal_due(), 1u) << "the key was changed";
  EXPECT_TRUE(audit().verify(7, both, given_, 0).findings.list.empty());
}

// What is taken at random by somebody with the database but without the key.
TEST_P(AuditTest, RandomTamperingsOfTheStoreAreFound) {
  std::mt19937 random(7);
  const auto below = [&](int limit) { return std::uniform_int_distribution(0, limit - 1)(random); };
  const auto entry_where = [&](int leaf) {
    return " WHERE unit_id = 7 AND id = (SELECT entry_id FROM audit_leaf WHERE unit_id = 7 AND number = " +
           std::to_string(leaf) + ")";
  };
  const std::string columns[]{"actor", "acting_as", "asked", "what", "object", "decision", "rule", "about"};
  const std::string sizes[]{"4", "9", "12"};
  for (int i = 0; i < 100; ++i) {
    const std::string leaf = std::to_string(below(12)),
                      head = " WHERE unit_id = 7 AND size = " + sizes[below(3)];
    const std::string column = columns[below(7)];
    const std::pair<std::string, std::string> ways[]{
        {"UPDATE audit_entry SET " + column + " = " + column + " || 'x'",
         "UPDATE audit_entry SET " + column + " = substr(" + column + ", 1, length(" + column + ") - 1)"},
        {"UPDATE audit_entry SET at_ms = at_ms + 1", "UPDATE audit_entry SET at_ms = at_ms - 1"},
        {"UPDATE audit_entry SET purpose = purpose + 1", "UPDATE audit_entry SET purpose = purpose - 1"},
        {"UPDATE audit_leaf SET number = number + 1000", "UPDATE audit_leaf SET number = number - 1000"},
        {"UPDATE audit_leaf SET entry_id = entry_id || 'x'",
         "UPDATE audit_leaf SET entry_id = substr(entry_id, 1, 36)"},
        {"UPDATE audit_head SET previous = previous + 1", "UPDATE audit_head SET previous = previous - 1"},
        {"UPDATE audit_head SET at_ms = at_ms + 1", "UPDATE audit_head SET at_ms = at_ms - 1"},
        {"UPDATE audit_head SET size = size + 1", "UPDATE audit_head SET size = size - 1"},
        {"UPDATE audit_head SET key = key || '0'", "UPDATE audit_head SET key = substr(key, 1, 64)"}};
    const int way = below(9);
    const std::string number = std::to_string(std::stoi(leaf) + 1000);
    if (way < 3) {
      tamper(ways[way].first + entry_where(std::stoi(leaf)));
      ASSERT_FALSE(found().empty()) << i << ": " << ways[way].first;
      tamper(ways[way].second + entry_where(std::stoi(leaf)));
    } else if (way < 5) {
      tamper(ways[way].first + " WHERE unit_id = 7 AND number = " + leaf);
      ASSERT_FALSE(found().empty()) << i << ": " << ways[way].first;
      tamper(ways[way].second + " WHERE unit_id = 7 AND number = " + (way == 3 ? number : leaf));
    } else {
      tamper(ways[way].first + head);
      ASSERT_FALSE(found().empty()) << i << ": " << ways[way].first;
      tamper(ways[way].second + (way == 7 ? head + " + 1" : head));
    }
    ASSERT_EQ(found(given_), Found{}) << i << ": it was put right again";
  }
}

TEST_P(AuditTest, ProvesOneEntryToWhoHasTheKey) {
  for (int leaf = 0; leaf < 12; ++leaf) {
    const auto proof = audit().prove(7, id_of(leaf));
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->number, leaf);
    EXPECT_EQ(proof->head.size, 12);
    EXPECT_TRUE(holds(*proof, keys()));
    EXPECT_FALSE(holds(*proof, AuditKeys(test_signer(1).verifier())));
    auto other = *proof;
    other.number = (leaf + 1) % 12;
    EXPECT_FALSE(holds(other, keys()));
    other = *proof;
    other.leaf[0] ^= 1;
    EXPECT_FALSE(holds(other, keys()));
    other = *proof;
    other.path.pop_back();
    EXPECT_FALSE(holds(other, keys()));
    other = *proof;
    other.number = -1;
    EXPECT_FALSE(holds(other, keys()));
  }
  const auto json = parse_json(json_of(*audit().prove(7, id_of(3))));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("form"), "lotse-audit-proof-1");
  EXPECT_EQ(json->at("entry"), id_of(3));
  EXPECT_EQ(json->at("number"), 3);
  EXPECT_EQ(json->at("path").size(), 4u);
  EXPECT_TRUE(head_in_line(json->at("head").dump()));
}

TEST_P(AuditTest, ThereIsNoProofOfWhatIsNotThereNotSealedOrAnothersUnit) {
  const auto id = id_of(3);
  EXPECT_FALSE(audit().prove(8, id));
  EXPECT_FALSE(audit().prove(7, ""));
  EXPECT_FALSE(audit().prove(7, "' OR 1 = 1 --"));
  EXPECT_FALSE(audit().prove(9, id));
  tamper("UPDATE audit_entry SET object = 'other'" + entry_at(3));
  EXPECT_FALSE(holds(*audit().prove(7, id), keys())) << "of an entry that was changed it does not hold";
  tamper("DELETE FROM audit_leaf WHERE unit_id = 7 AND number = 11");
  EXPECT_FALSE(holds(*audit().prove(7, id_of(4)), keys()));
  tamper("DELETE FROM audit_head WHERE unit_id = 7");
  EXPECT_FALSE(audit().prove(7, id));
}

}  // namespace
}  // namespace lotse::access
