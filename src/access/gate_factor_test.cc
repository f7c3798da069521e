// SPDX-License-Identifier: EUPL-1.2
// Half sessions, second factors and recovery codes.
#include <set>
#include <thread>

#include "access/gate_test_support.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kMinute = 60'000;

class GateFactorTest : public GateStoreTest {
 protected:
  void SetUp() override {
    GateStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    account_ = gate_->make_account(by(), 7, "olena@example.org", "Olena", "hash", "uk");
    gate_->grant(by(), account_, 7, "directory_editor", {2026, 11, 1});
  }
  Membership membership() { return gate_->memberships(account_).at(0); }
  std::string code(int drift = 0) { return totp(secret_, totp_step(clock_.now()) + drift); }
  std::string wrong_code() { return code() == "000000" ? "000001" : "000000"; }
  /** Sets the factor up within a sign-in; the recovery codes. */
  std::vector<std::string> set_up(const std::string& half) {
    secret_ = gate_->offer_factor(half).value();
    return gate_->confirm_factor(half, code()).value();
  }
  std::vector<std::string> set_up() {
    auto codes = set_up(begin_set_up(account_));
    pass(kMinute);
    return codes;
  }
  std::string code_of(const std::string& secret) { return totp(secret, totp_step(clock_.now())); }
  /** The actor and the secret of a whole session. */
  std::pair<Actor, std::string> signed_in() {
    pass(kMinute);
    const auto half = begin(account_);
    EXPECT_EQ(gate_->prove(half, code()), Proof::right);
    pass(kMinute);
    const auto secret = gate_->start(half, membership()).value();
    return {gate_->resume(secret).value(), secret};
  }

  std::string account_, secret_;
};
LOTSE_ON_EACH_ENGINE(GateFactorTest);

TEST_P(GateFactorTest, NobodyGetsInWithoutASecondFactor) {
  const auto half = begin_set_up(account_);
  const auto found = gate_->half(half);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, account_);
  EXPECT_TRUE(found->needs_factor);
  EXPECT_FALSE(found->has_factor || found->proved);
  EXPECT_FALSE(gate_->start(half, membership()));
  EXPECT_FALSE(gate_->resume(half)) << "a half session is none";
  EXPECT_EQ(gate_->prove(half, "123456"), Proof::wrong) << "there is nothing to prove";
  EXPECT_EQ(set_up(half).size(), 10u);
  EXPECT_TRUE(gate_->half(half)->proved);
  const auto secret = gate_->start(half, membership());
  ASSERT_TRUE(secret);
  EXPECT_TRUE((*gate_->resume(*secret))->second_factor);
  EXPECT_FALSE(gate_->half(half)) << "it has become a whole one";
  EXPECT_FALSE(gate_->start(half, membership()));
}

TEST_P(GateFactorTest, OnlyPeopleOfASampleInASampleGetInWithoutOne) {
  gate_->mark_sample(by(), 7, account_);
  EXPECT_FALSE(gate_->start(begin(account_), membership())) << "the store is no sample";
  sql::TestAccess::change(engine(), "INSERT INTO installation (key, value) VALUES ('sample', 'begun')");
  EXPECT_FALSE(gate_->start(begin(account_), membership()));
  sql::TestAccess::change(engine(), "UPDATE installation SET value = '1'");
  const auto secret = gate_->start(begin(account_), membership());
  ASSERT_TRUE(secret);
  EXPECT_FALSE((*gate_->resume(*secret))->second_factor);
  // Whoever has set one up there needs it as everywhere.
  set_up();
  EXPECT_FALSE(gate_->start(begin(account_), membership()));
  const auto other = gate_->make_account(by(), 7, "ben@example.org", "Ben", "hash", "de");
  gate_->grant(by(), other, 7, "directory_editor", {2026, 11, 1});
  EXPECT_FALSE(gate_->start(begin(other), membership())) << "not one of the sample's people";
}

TEST_P(GateFactorTest, ACodeIsTakenOnceAndNoneBeforeIt) {
  set_up();
  const auto half = begin(account_);
  EXPECT_FALSE(gate_->start(half, membership()));
  EXPECT_EQ(gate_->prove(half, wrong_code()), Proof::wrong);
  EXPECT_FALSE(gate_->half(half)->proved);
  EXPECT_EQ(gate_->prove(half, code()), Proof::right);
  EXPECT_TRUE(gate_->half(half)->proved);
  const auto other = begin(account_);
  EXPECT_EQ(gate_->prove(other, code()), Proof::wrong) << "read over her shoulder";
  EXPECT_EQ(gate_->prove(other, code(-1)), Proof::wrong);
  EXPECT_EQ(gate_->prove(other, code(1)), Proof::right) << "a telephone that is half a minute fast";
  pass(kMinute);
  EXPECT_EQ(gate_->prove(begin(account_), " " + code().substr(0, 3) + " " + code().substr(3)), Proof::right);
  EXPECT_TRUE(gate_->start(half, membership()));
}

TEST_P(GateFactorTest, TheCodeOfTheSetUpIsUsed) {
  set_up(begin_set_up(account_));
  EXPECT_EQ(gate_->prove(begin(account_), code()), Proof::wrong);
}

TEST_P(GateFactorTest, SentTwiceAtOnceACodeWorksOnce) {
  const auto codes = set_up();
  for (const std::string& each : {code(), codes[0]}) {
    std::atomic<int> right = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
      all.emplace_back([&] { right += gate_->prove(begin(account_), each) == Proof::right; });
    for (auto& thread : all) thread.join();
    EXPECT_EQ(right, 1);
  }
}

TEST_P(GateFactorTest, AHalfSessionEndsAfterFiveMinutesOrHalfAnHourForSettingUp) {
  const auto to_set_up = begin_set_up(account_);
  pass(30 * kMinute);
  EXPECT_TRUE(gate_->half(to_set_up));
  pass(1);
  EXPECT_FALSE(gate_->half(to_set_up));
  set_up();
  const auto half = begin(account_);
  pass(5 * kMinute);
  EXPECT_TRUE(gate_->half(half));
  pass(1);
  EXPECT_FALSE(gate_->half(half));
  EXPECT_EQ(gate_->prove(half, code()), Proof::wrong);
  EXPECT_FALSE(gate_->start(half, membership()));
  begin(account_);
  EXPECT_EQ(number("SELECT count(*) FROM half_session WHERE until_ms < $1", {clock_.now().ms}), 0)
      << "what is over is swept";
}

TEST_P(GateFactorTest, OtherTextsAreNoHalfSession) {
  const auto half = begin(account_);
  for (const std::string& text : {std::string(), half.substr(1), half + "0", std::string(64, '0'),
                                  std::string(64, '\xFF'), hash_hex(half)}) {
    EXPECT_FALSE(gate_->half(text));
    EXPECT_EQ(gate_->prove(text, "123456"), Proof::wrong);
    EXPECT_FALSE(gate_->start(text, membership()));
  }
  sql::TestAccess::change(engine(), "UPDATE account SET active = 0");
  EXPECT_FALSE(gate_->half(half));
}

TEST_P(GateFactorTest, RecoveryCodesWorkOnceEachHoweverTheyAreTyped) {
  const auto codes = set_up();
  ASSERT_EQ(codes.size(), 10u);
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10u);
  for (const auto& each : codes) {
    EXPECT_EQ(each.size(), 9u);
    EXPECT_EQ(each.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), std::string::npos) << each;
  }
  std::string small = codes[0];
  for (auto& c : small) c = c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  EXPECT_EQ(gate_->prove(begin(account_), " " + small + " "), Proof::right);
  EXPECT_EQ(gate_->prove(begin(account_), codes[0]), Proof::wrong) << "used";
  EXPECT_EQ(gate_->prove(begin(account_), codes[1]), Proof::right);
  EXPECT_EQ(number("SELECT count(*) FROM recovery_code"), 8);
  const auto other = gate_->make_account(by(), 7, "ben@example.org", "Ben", "hash", "de");
  const auto others = begin_set_up(other);
  ASSERT_TRUE(gate_->confirm_factor(others, code_of(gate_->offer_factor(others).value())));
  EXPECT_EQ(gate_->prove(begin(other), codes[2]), Proof::wrong) << "another's";
}

TEST_P(GateFactorTest, GuessingCodesIsBlockedButNotTheOwner) {
  const auto codes = set_up();
  const auto half = begin(account_);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(gate_->prove(half, wrong_code()), Proof::wrong);
  EXPECT_EQ(gate_->prove(half, code()), Proof::blocked);
  EXPECT_FALSE(gate_->half(half)->proved);
  EXPECT_EQ(gate_->prove(half, codes[3]), Proof::right) << "a code on paper is taken meanwhile";
  pass(kMinute);
  EXPECT_EQ(gate_->prove(half, code()), Proof::right);
  EXPECT_TRUE(gate_->start(half, membership()));
  EXPECT_EQ(number("SELECT count(*) FROM attempt"), 0) << "and a sign-in begins anew";
}

TEST_P(GateFactorTest, WhoeverKnowsOnlyThePasswordSetsUpNothing) {
  const auto first = begin(account_);
  EXPECT_TRUE(gate_->half(first)->needs_factor);
  EXPECT_FALSE(gate_->offer_factor(first)) << "there is none yet, and the password is all that was shown";
  set_up();
  const auto half = begin(account_);
  EXPECT_FALSE(gate_->offer_factor(half));
  EXPECT_FALSE(gate_->confirm_factor(half, code()));
  EXPECT_FALSE(gate_->half(half)->proved);
  EXPECT_EQ(gate_->prove(half, code()), Proof::right) << "the old one is as before";
  EXPECT_FALSE(gate_->offer_factor(half)) << "replacing it is for those who are in";
}

TEST_P(GateFactorTest, EachSignInIsShownASecretOfItsOwn) {
  const auto owner = begin_set_up(account_), other = begin_set_up(account_);
  const auto first = gate_->offer_factor(owner).value(), second = gate_->offer_factor(other).value();
  EXPECT_NE(first, second) << "a copy for whoever looked before the owner did";
  EXPECT_EQ(gate_->offer_factor(owner), first) << "a second look at the page";
  EXPECT_FALSE(gate_->confirm_factor(owner, code_of(second)));
  EXPECT_FALSE(gate_->confirm_factor(other, code_of(first)));
  EXPECT_FALSE(gate_->confirm_factor(owner, "000000")) << "one in a million";
  EXPECT_FALSE(gate_->half(owner)->has_factor) << "nothing until confirmed";
  EXPECT_TRUE(gate_->confirm_factor(owner, code_of(first)));
  EXPECT_FALSE(gate_->half(other)) << "the other one is dropped";
  EXPECT_FALSE(gate_->confirm_factor(other, code_of(second)));
  EXPECT_TRUE(gate_->half(owner)->proved);
  EXPECT_FALSE(gate_->offer_factor(owner)) << "once";
  EXPECT_TRUE(gate_->start(owner, membership()));
}

TEST_P(GateFactorTest, OfTwoWhoConfirmAtOnceOneHasIt) {
  std::vector<std::string> halves, secrets;
  for (int i = 0; i < 3; ++i) {
    halves.push_back(begin_set_up(account_));
    secrets.push_back(gate_->offer_factor(halves.back()).value());
  }
  std::atomic<int> done = 0;
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < halves.size(); ++i)
    all.emplace_back([&, i] { done += gate_->confirm_factor(halves[i], code_of(secrets[i])).has_value(); });
  for (auto& each : all) each.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(number("SELECT count(*) FROM recovery_code"), 10);
  EXPECT_EQ(number("SELECT count(*) FROM half_session"), 1);
}

TEST_P(GateFactorTest, ANewTelephoneEndsAllThatWasBegunWithTheOldOne) {
  set_up();
  const auto [actor, own] = signed_in();
  const auto other = signed_in().second;
  const auto half = begin(account_);
  ASSERT_EQ(gate_->prove(half, code()), Proof::right);
  const auto first = gate_->offer_factor(actor, own), fresh = gate_->offer_factor(actor, own);
  EXPECT_NE(first, fresh);
  EXPECT_FALSE(gate_->confirm_factor(actor, own, code_of(first))) << "the one shown before";
  EXPECT_FALSE(gate_->confirm_factor(actor, other, code_of(fresh))) << "another session's";
  EXPECT_EQ(gate_->factor_replaced(actor), Instant{});
  ASSERT_TRUE(gate_->confirm_factor(actor, own, code_of(fresh)));
  EXPECT_TRUE(gate_->resume(own));
  EXPECT_FALSE(gate_->resume(other));
  EXPECT_FALSE(gate_->start(half, membership())) << "proved by the old telephone";
  EXPECT_EQ(entries("session.end", 7, account_), 1);
  EXPECT_EQ(gate_->factor_replaced(actor), clock_.now()) << "its owner sees it";
  pass(kMinute);
  EXPECT_EQ(gate_->prove(begin(account_), code()), Proof::wrong);
  EXPECT_EQ(gate_->prove(begin(account_), code_of(fresh)), Proof::right);
  pass(91LL * 24 * 60 * kMinute);
  EXPECT_EQ(gate_->factor_replaced(actor), Instant{});
}

TEST_P(GateFactorTest, WhatIsOfferedToASessionHoldsForHalfAnHourAndAsLongAsThat) {
  set_up();
  const auto [actor, own] = signed_in();
  const auto late = gate_->offer_factor(actor, own);
  pass(30 * kMinute + 1);
  EXPECT_FALSE(gate_->confirm_factor(actor, own, code_of(late)));
  const auto fresh = gate_->offer_factor(actor, own);
  pass(30 * kMinute);
  EXPECT_TRUE(gate_->confirm_factor(actor, own, code_of(fresh)));
  gate_->end(own);
  EXPECT_THROW(gate_->offer_factor(actor, own), SignInNeeded);
}

TEST_P(GateFactorTest, WithALinkTheOldTelephoneHoldsUntilTheNewOneIsConfirmed) {
  set_up();
  const auto admin = make("ada", {"admin"});
  const auto other = signed_in().second;
  const auto old = code(1);
  const auto link = gate_->offer_reset(desk(admin, "admin"), account_, Reset::factor).value();
  auto known = *gate_->find("olena@example.org");
  known.epoch += 1;
  EXPECT_FALSE(gate_->reset(link.id, link.secret, known, "")) << "another password than was read";
  known.epoch -= 1;
  const auto half = gate_->reset(link.id, link.secret, known, "").value();
  EXPECT_FALSE(gate_->reset(link.id, link.secret, known, "")) << "once";
  EXPECT_TRUE(gate_->half(half)->may_set_up);
  EXPECT_FALSE(gate_->start(half, membership())) << "neither old nor new was shown";
  EXPECT_TRUE(gate_->resume(other)) << "nothing has changed yet";
  EXPECT_EQ(gate_->prove(begin(account_), old), Proof::right);
  set_up(half);
  EXPECT_FALSE(gate_->resume(other));
  EXPECT_TRUE(gate_->start(half, membership()));
}

TEST_P(GateFactorTest, NeitherSecretNorCodesLieOpenInTheStore) {
  const auto codes = set_up();
  std::string kept;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.each({"test.sealed", "SELECT sealed FROM account_factor"}, {}, [&](const sql::Row& r) {
      for (const auto byte : r.blob(0)) kept += static_cast<char>(byte);
    });
    tx.each({"test.numbers", "SELECT number FROM recovery_code"}, {},
            [&](const sql::Row& r) { kept += std::to_string(r.integer(0)); });
  });
  EXPECT_GT(kept.size(), secret_.size());
  EXPECT_EQ(kept.find(secret_), std::string::npos);
  // Another key opens nothing, nor does a row that was copied to another account.
  gate_->use_key(seal::Key::random(), seal::Profile::xchacha20);
  EXPECT_EQ(gate_->prove(begin(account_), codes[0]), Proof::wrong);
  EXPECT_ANY_THROW(gate_->prove(begin(account_), "123456"));
}

TEST_P(GateFactorTest, ACopiedFactorDoesNotOpenForAnotherAccount) {
  set_up();
  const auto other = gate_->make_account(by(), 7, "ben@example.org", "Ben", "hash", "de");
  sql::TestAccess::change(
      engine(), "INSERT INTO account_factor (account_id, sealed) SELECT $1, sealed FROM account_factor",
      {other});
  EXPECT_ANY_THROW(gate_->prove(begin(other), code()));
}

}  // namespace
}  // namespace lotse::access
