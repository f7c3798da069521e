// SPDX-License-Identifier: EUPL-1.2
// What was begun with an old password or second factor holds nothing, however the two crossed.
#include <atomic>
#include <thread>

#include "access/gate_test_support.h"

namespace lotse::access {
namespace {

class GateEpochTest : public GateStoreTest {
 protected:
  void SetUp() override {
    GateStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    admin_ = make("ada", {"admin"});
    ben_ = make("ben", {"lead"});
    mark_sample(ben_);
  }
  Membership membership() { return gate_->memberships(ben_).at(0); }
  bool reset(std::string_view hash = "new hash") {
    const auto link = gate_->offer_reset(desk(admin_, "admin"), ben_, Reset::password).value();
    return gate_->reset(link.id, link.secret, *gate_->find("ben@example.org"), hash).has_value();
  }
  /** The actor and the secret of a whole session. */
  std::pair<Actor, std::string> signed_in() {
    const auto secret = gate_->start(begin(ben_), membership()).value();
    return {gate_->resume(secret).value(), secret};
  }
  std::string admin_, ben_;
};
LOTSE_ON_EACH_ENGINE(GateEpochTest);

TEST_P(GateEpochTest, WhatIsBegunWithThePasswordFromBeforeAResetIsNothing) {
  const auto known = *gate_->find("ben@example.org");
  ASSERT_TRUE(reset());
  // The check of a password takes a quarter of a second: long enough for the owner to have set a new one.
  const auto late = gate_->begin(known.id, known.epoch);
  EXPECT_FALSE(gate_->half(late));
  EXPECT_FALSE(gate_->start(late, membership()));
  EXPECT_EQ(gate_->prove(late, "123456"), Proof::wrong);
  const auto fresh = *gate_->find("ben@example.org");
  EXPECT_EQ(fresh.password_hash, "new hash");
  EXPECT_TRUE(gate_->start(gate_->begin(fresh.id, fresh.epoch), membership()));
}

TEST_P(GateEpochTest, WhatIsBegunWithThePasswordFromBeforeAChangeIsNothing) {
  const auto [actor, secret] = signed_in();
  const auto known = *gate_->find("ben@example.org");
  gate_->change_password(actor, secret, "own new hash");
  EXPECT_FALSE(gate_->half(gate_->begin(known.id, known.epoch)));
  EXPECT_TRUE(gate_->resume(secret)) << "the sign-in in which it was changed goes on";
  ASSERT_EQ(gate_->sessions(actor, secret).size(), 1u);
  EXPECT_TRUE(gate_->half(begin(ben_)));
}

TEST_P(GateEpochTest, APasswordIsNotChangedByASignInThatAResetHasEnded) {
  const auto [actor, secret] = signed_in();
  ASSERT_TRUE(reset());
  EXPECT_THROW(gate_->change_password(actor, secret, "the thief's"), SignInNeeded);
  EXPECT_EQ(gate_->find("ben@example.org")->password_hash, "new hash");
  EXPECT_FALSE(gate_->resume(secret));
}

TEST_P(GateEpochTest, OfManySignInsThatCrossAResetNoneHolds) {
  const auto known = *gate_->find("ben@example.org");
  std::vector<std::string> secrets(12);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 3; ++i)
    all.emplace_back([&] {
      for (std::size_t at = next++; at < secrets.size(); at = next++)
        secrets[at] =
            gate_->start(gate_->begin(known.id, known.epoch), {7, "family_centre", "F", "lead"}).value_or("");
    });
  EXPECT_TRUE(reset());
  for (auto& each : all) each.join();
  for (const auto& each : secrets) EXPECT_FALSE(gate_->resume(each));
}

TEST_P(GateEpochTest, ARowThatTheResetDidNotSeeIsNoSession) {
  const auto secret = signed_in().second;
  change("UPDATE account SET epoch = epoch + 1 WHERE id = $1", {ben_});
  EXPECT_FALSE(gate_->resume(secret)) << "two transactions on one snapshot leave it behind on PostgreSQL";
}

TEST_P(GateEpochTest, RecoveryCodesAreNotRenewedByASignInThatHasEnded) {
  const auto [actor, secret] = signed_in();
  EXPECT_EQ(gate_->renew_recovery(actor, secret).size(), 10u);
  ASSERT_TRUE(reset());
  EXPECT_THROW(gate_->renew_recovery(actor, secret), SignInNeeded);
  EXPECT_EQ(gate_->recovery_left(actor), 10);
  EXPECT_EQ(entries("factor.renew_recovery", 0), 1);
}

}  // namespace
}  // namespace lotse::access
