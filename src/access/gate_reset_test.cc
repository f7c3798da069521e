// SPDX-License-Identifier: EUPL-1.2
// Links to make something new: nobody takes over a whole account with them.
#include <atomic>
#include <thread>

#include "access/gate_test_support.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kDay = 24 * 3'600'000;

/** Ben works in both units; Ada administers both, Cem the second one. */
class GateResetTest : public GateStoreTest {
 protected:
  void SetUp() override {
    GateStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ada_ = make("ada", {"admin"});
    gate_->grant(by(), ada_, 8, "admin", {2026, 1, 1});
    cem_ = make("cem", {"admin"}, 8);
    ben_ = make("ben", {"lead"});
    const auto half = begin_set_up(ben_);
    gate_->confirm_factor(half, totp(gate_->offer_factor(half).value(), totp_step(clock_.now())));
  }
  void join_agency() { gate_->grant(by(), ben_, 8, "case_worker", {2026, 1, 1}); }
  tl::expected<Link, ResetRefusal> offer(Reset what, UnitId unit = 7, const std::string& who = {}) {
    return gate_->offer_reset(desk(who.empty() ? ada_ : who, "admin", unit), ben_, what);
  }
  bool use(const Link& link) {
    const auto account = *gate_->find("ben@example.org");
    const auto what = gate_->reset_offer(link.id, link.secret).value_or(ResetOffer{}).what;
    return gate_->reset(link.id, link.secret, account, what == Reset::factor ? "" : "new").has_value();
  }
  Actor ben() {
    return DeskTestAccess::actor({.who = ben_,
                                  .name = "ben",
                                  .unit = 7,
                                  .unit_kind = "family_centre",
                                  .function = "lead",
                                  .second_factor = true});
  }
  std::string ada_, cem_, ben_;
};
LOTSE_ON_EACH_ENGINE(GateResetTest);

TEST_P(GateResetTest, WhoAdministersBothUnitsIsOnePersonAllTheSame) {
  join_agency();
  ASSERT_TRUE(use(offer(Reset::password).value()));
  EXPECT_EQ(offer(Reset::factor).error(), ResetRefusal::elsewhere);
  EXPECT_EQ(offer(Reset::factor, 8).error(), ResetRefusal::elsewhere) << "by the same person";
  EXPECT_TRUE(offer(Reset::factor, 8, cem_)) << "by somebody of the other unit";
  EXPECT_EQ(offer(Reset::both, 8, cem_).error(), ResetRefusal::elsewhere);
  EXPECT_TRUE(offer(Reset::password)) << "the same once more";
  pass(31 * kDay);
  EXPECT_TRUE(offer(Reset::factor));
}

TEST_P(GateResetTest, AnOpenLinkOfTheSamePersonElsewhereCountsAsWell) {
  join_agency();
  const auto link = offer(Reset::password).value();
  EXPECT_EQ(offer(Reset::factor, 8).error(), ResetRefusal::elsewhere);
  gate_->withdraw_reset(ben(), link.id);
  EXPECT_TRUE(offer(Reset::factor, 8)) << "nobody can use it any more";
}

TEST_P(GateResetTest, APasswordIsTheWholeAccountWhereThereIsNoSecondFactor) {
  change("DELETE FROM account_factor");
  EXPECT_TRUE(offer(Reset::password)) << "of one unit";
  join_agency();
  EXPECT_EQ(offer(Reset::password).error(), ResetRefusal::no_factor);
  EXPECT_TRUE(offer(Reset::factor));
}

TEST_P(GateResetTest, TheRuleIsAskedAgainWhenTheLinkIsUsed) {
  const auto both = offer(Reset::both).value();
  join_agency();
  EXPECT_FALSE(use(both)) << "made while she worked in one unit only";
  EXPECT_EQ(gate_->find("ben@example.org")->password_hash, "hash of ben");
  const auto password = offer(Reset::password).value();
  change("UPDATE membership SET valid_to = '2026-11-21' WHERE unit_id = 7 AND account_id = $1", {ben_});
  EXPECT_FALSE(use(password)) << "she has left the unit that made it";
  change("UPDATE membership SET valid_to = NULL");
  change("UPDATE account_factor SET sealed = NULL");
  EXPECT_FALSE(use(password)) << "the second factor has gone";
}

TEST_P(GateResetTest, AskedForAtTheSameMomentOneOfTwoLinksIsRefused) {
  join_agency();
  for (int round = 0; round < 5; ++round) {
    change("DELETE FROM account_reset");
    std::atomic<int> made = 0;
    std::vector<std::thread> all;
    all.emplace_back([&] { made += offer(Reset::password, 7).has_value(); });
    all.emplace_back([&] { made += offer(Reset::factor, 8).has_value(); });
    for (auto& each : all) each.join();
    EXPECT_EQ(made, 1);
  }
}

TEST_P(GateResetTest, AUnitHasOneOpenLinkForAnAccount) {
  const auto first = offer(Reset::password).value(), second = offer(Reset::password).value();
  EXPECT_FALSE(gate_->reset_offer(first.id, first.secret)) << "the second one for the evening";
  EXPECT_FALSE(use(first));
  EXPECT_TRUE(use(second));
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([&] { EXPECT_TRUE(offer(Reset::password)); });
  for (auto& each : all) each.join();
  EXPECT_EQ(number("SELECT count(*) FROM account_reset WHERE used_ms = 0 AND voided_ms = 0"), 1);
}

TEST_P(GateResetTest, OfTwoWhoUseALinkAtOnceOneDoes) {
  const auto link = offer(Reset::password).value();
  const auto account = *gate_->find("ben@example.org");
  std::atomic<int> done = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] { done += gate_->reset(link.id, link.secret, account, "new").has_value(); });
  for (auto& each : all) each.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(number("SELECT epoch FROM account WHERE id = $1", {ben_}), account.epoch + 1);
}

TEST_P(GateResetTest, ALinkDiesWithTheRightOfItsMaker) {
  const auto link = offer(Reset::both).value();
  change("UPDATE membership SET acting_as = 'lead' WHERE unit_id = 7 AND account_id = $1", {ada_});
  EXPECT_FALSE(use(link)) << "she is no administrator any more";
  change("UPDATE membership SET acting_as = 'admin' WHERE unit_id = 7 AND account_id = $1", {ada_});
  const auto eva = make("eva", {"admin"});
  ASSERT_TRUE(gate_->end_post(desk(eva, "admin"), ada_, "admin", clock_.today().plus(-1)));
  change("UPDATE membership SET valid_to = NULL");
  EXPECT_FALSE(use(link)) << "for good";
}

TEST_P(GateResetTest, ANewPasswordEndsOpenLinks) {
  mark_sample(ben_);
  change("DELETE FROM account_factor");
  const auto link = offer(Reset::password).value();
  const auto secret = gate_->start(begin(ben_), gate_->memberships(ben_).at(0)).value();
  gate_->change_password(ben(), secret, "her own");
  EXPECT_FALSE(use(link));
  join_agency();
  const auto here = offer(Reset::factor).value(), there = offer(Reset::factor, 8, cem_).value();
  EXPECT_TRUE(use(here));
  EXPECT_FALSE(use(there)) << "one of them was used";
}

TEST_P(GateResetTest, TheOperatorHelpsWhoeverNobodyElseCan) {
  EXPECT_FALSE(gate_->offer_reset(by(), "nobody@example.org"));
  change("UPDATE membership SET valid_to = '2026-01-02' WHERE account_id = $1", {ben_});
  change("DELETE FROM account_factor WHERE account_id = $1", {ben_});
  EXPECT_EQ(offer(Reset::both).error(), ResetRefusal::not_here) << "left, and without a telephone";
  const auto early = gate_->offer_reset(by(), "Ben@example.org").value(),
             link = gate_->offer_reset(by(), "ben@example.org").value();
  EXPECT_FALSE(use(early)) << "the later takes its place";
  EXPECT_EQ(entries("account.offer_reset", 0, by().who()), 2);
  const auto account = *gate_->find("ben@example.org");
  const auto half = gate_->reset(link.id, link.secret, account, "new");
  ASSERT_TRUE(half);
  EXPECT_TRUE(gate_->offer_factor(*half)) << "a telephone can be set up";
  EXPECT_FALSE(use(link)) << "once";
  const auto note = gate_->reset_notes(ben()).at(0);
  EXPECT_TRUE(note.made_by.empty()) << "made on the machine itself";
  EXPECT_EQ(gate_->find("ben@example.org")->password_hash, "new");
}

TEST_P(GateResetTest, WithoutASecondFactorANewPasswordIsBoth) {
  change("DELETE FROM account_factor WHERE account_id = $1", {ben_});
  const auto link = offer(Reset::password).value();
  const auto half = gate_->reset(link.id, link.secret, *gate_->find("ben@example.org"), "new");
  ASSERT_TRUE(half);
  EXPECT_TRUE(gate_->offer_factor(*half)) << "else the new password leads to a wall";
}

TEST_P(GateResetTest, ItsOwnerSeesItAndTakesItBack) {
  EXPECT_FALSE(gate_->unseen_notes(ben()));
  const auto link = offer(Reset::both).value();
  EXPECT_TRUE(gate_->unseen_notes(ben()));
  pass(1);
  gate_->notes_seen(ben());
  EXPECT_FALSE(gate_->unseen_notes(ben()));
  const auto note = gate_->reset_notes(ben()).at(0);
  EXPECT_EQ(note.made_by, "ada");
  EXPECT_TRUE(note.open);
  gate_->withdraw_reset(DeskTestAccess::actor({.who = ada_,
                                               .name = "",
                                               .unit = 7,
                                               .unit_kind = "family_centre",
                                               .function = "admin",
                                               .second_factor = true}),
                        link.id);
  EXPECT_TRUE(gate_->reset_notes(ben()).at(0).open) << "hers to withdraw, nobody else's";
  gate_->withdraw_reset(ben(), link.id);
  gate_->withdraw_reset(ben(), link.id);
  EXPECT_FALSE(gate_->reset_notes(ben()).at(0).open);
  EXPECT_EQ(entries("account.withdraw_reset", 7, ben_), 1);
  EXPECT_FALSE(use(link));
  const auto next = offer(Reset::password).value();
  gate_->notes_seen(ben());
  pass(1);
  EXPECT_TRUE(use(next));
  EXPECT_TRUE(gate_->unseen_notes(ben())) << "that it was used is news";
  pass(91 * kDay);
  EXPECT_FALSE(gate_->unseen_notes(ben()));
}

}  // namespace
}  // namespace lotse::access
