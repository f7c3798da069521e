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
    secret_ = gate_->offer_factor(account_);
    return gate_->confirm_factor(account_, code(), half).value();
  }
  std::vector<std::string> set_up() {
    auto codes = set_up(begin(account_));
    pass(kMinute);
    return codes;
  }

  std::string account_, secret_;
};
LOTSE_ON_EACH_ENGINE(GateFactorTest);

TEST_P(GateFactorTest, NobodyGetsInWithoutASecondFactor) {
  const auto half = begin(account_);
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
  const auto half = begin(account_);
  set_up(half);
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
  const auto to_set_up = begin(account_);
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
  const auto secret = gate_->offer_factor(other);
  ASSERT_TRUE(gate_->confirm_factor(other, totp(secret, totp_step(clock_.now())), ""));
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

TEST_P(GateFactorTest, WhoeverKnowsOnlyThePasswordCannotReplaceTheFactor) {
  set_up();
  const auto half = begin(account_);
  const auto offered = gate_->offer_factor(account_);
  EXPECT_FALSE(gate_->confirm_factor(account_, totp(offered, totp_step(clock_.now())), half));
  EXPECT_FALSE(gate_->half(half)->proved);
  EXPECT_EQ(gate_->prove(half, code()), Proof::right) << "the old one is as before";
}

TEST_P(GateFactorTest, AnOfferIsTheSameForHalfAnHourAndNothingUntilConfirmed) {
  const auto half = begin(account_);
  const auto first = gate_->offer_factor(account_);
  EXPECT_EQ(gate_->offer_factor(account_), first);
  EXPECT_TRUE(gate_->half(half)->needs_factor);
  EXPECT_FALSE(gate_->confirm_factor(account_, "000000", half)) << "one in a million";
  pass(30 * kMinute + 1);
  EXPECT_FALSE(gate_->confirm_factor(account_, totp(first, totp_step(clock_.now())), begin(account_)));
  EXPECT_NE(gate_->offer_factor(account_), first);
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
