// SPDX-License-Identifier: EUPL-1.2
#include <thread>

#include "access/gate_test_support.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kDay = 24 * 3'600'000;

class GateInvitationTest : public GateStoreTest {
 protected:
  Link invite(UnitId unit = 7) {
    return gate_->invite(by(), unit, {"olena@example.org", "Olena", {"lead", "organiser"}});
  }
  std::optional<std::string> accept(const Link& link, const std::string& email = " Olena@Example.org") {
    const auto half = gate_->accept(link.id, link.secret, email, "Olena S", "hash", "uk");
    if (!half) return std::nullopt;
    EXPECT_TRUE(gate_->half(*half)->may_set_up);
    return gate_->half(*half)->account;
  }
  Actor actor(const std::string& account) {
    mark_sample(account);
    return *gate_->resume(*gate_->start(begin(account), gate_->memberships(account).at(0)));
  }
};
LOTSE_ON_EACH_ENGINE(GateInvitationTest);

TEST_P(GateInvitationTest, MakesAnAccountWithItsMemberships) {
  const auto link = invite();
  EXPECT_EQ(link.secret.size(), 32u);
  const auto found = gate_->invitation(link.id, link.secret);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->unit, 7);
  EXPECT_EQ(found->unit_name, "Familienzentrum");
  EXPECT_EQ(found->name, "Olena");
  EXPECT_EQ(found->functions, (std::vector<std::string>{"lead", "organiser"}));
  EXPECT_TRUE(found->account.empty());
  const auto account = accept(link);
  ASSERT_TRUE(account);
  EXPECT_EQ(gate_->find("olena@example.org")->id, *account);
  EXPECT_EQ(gate_->find("olena@example.org")->name, "Olena S");
  const auto memberships = gate_->memberships(*account);
  ASSERT_EQ(memberships.size(), 2u);
  EXPECT_EQ(memberships[0].function, "lead");
  EXPECT_EQ(memberships[1].function, "organiser");
  EXPECT_FALSE(gate_->invitation(link.id, link.secret)) << "it works once";
  EXPECT_FALSE(accept(link));
}

TEST_P(GateInvitationTest, HoldsForSevenDays) {
  const auto link = invite();
  pass(7 * kDay);
  EXPECT_TRUE(gate_->invitation(link.id, link.secret)) << "seven days to the millisecond";
  pass(1);
  EXPECT_FALSE(gate_->invitation(link.id, link.secret));
  EXPECT_FALSE(accept(link));
  EXPECT_EQ(number("SELECT count(*) FROM account"), 0);
  pass(7 * kDay);
  invite();
  EXPECT_EQ(number("SELECT count(*) FROM invitation"), 1) << "and is forgotten then";
}

TEST_P(GateInvitationTest, IsForWhoeverHasTheSecretAndTheAddress) {
  const auto link = invite(), other = invite(8);
  for (const std::string& secret : {std::string(), link.secret.substr(1), other.secret, std::string(32, '0'),
                                    hash_hex(link.secret), std::string(32, '\xFF')}) {
    EXPECT_FALSE(gate_->invitation(link.id, secret));
    EXPECT_FALSE(accept({link.id, secret}));
  }
  for (const char* id : {"", "x", "' OR 1=1 --"}) EXPECT_FALSE(gate_->invitation(id, link.secret));
  EXPECT_FALSE(accept(link, "ben@example.org"));
  EXPECT_TRUE(gate_->invitation(link.id, link.secret)) << "a slip does not use it up";
  EXPECT_EQ(number("SELECT count(*) FROM invitation WHERE secret_hash LIKE '%" + link.secret + "%'"), 0);
}

TEST_P(GateInvitationTest, AnAccountThatThereIsGetsNoNewPassword) {
  const auto account = *accept(invite());
  const auto link = invite(8);
  EXPECT_EQ(gate_->invitation(link.id, link.secret)->account, account);
  EXPECT_FALSE(accept(link)) << "or whoever invites could take over accounts";
  EXPECT_EQ(gate_->memberships(account).size(), 2u);
  const auto stranger = gate_->make_account(by(), 7, "ben@example.org", "Ben", "hash", "de");
  gate_->grant(by(), stranger, 7, "lead", {2026, 1, 1});
  EXPECT_FALSE(gate_->accept(link.id, link.secret, Actor())) << "a visitor";
  EXPECT_FALSE(gate_->accept(link.id, link.secret, actor(stranger)));
  EXPECT_TRUE(gate_->accept(link.id, link.secret, actor(account)));
  EXPECT_EQ(gate_->memberships(account).size(), 4u);
  EXPECT_FALSE(gate_->accept(link.id, link.secret, actor(account))) << "once";
}

TEST_P(GateInvitationTest, TwoWhoAcceptAtOnceMakeOneAccount) {
  const auto link = invite();
  std::atomic<int> done = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([&] { done += accept(link).has_value(); });
  for (auto& each : all) each.join();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(number("SELECT count(*) FROM account"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM membership"), 2);
}

TEST_P(GateInvitationTest, WhoeverLeftAndIsInvitedAgainHasTheFunctionFromToday) {
  const auto account = *accept(invite());
  sql::TestAccess::change(engine(),
                          "UPDATE membership SET valid_from = '2025-01-01', valid_to = '2025-12-31'");
  EXPECT_TRUE(gate_->memberships(account).empty());
  sql::TestAccess::change(engine(), "UPDATE membership SET valid_to = NULL WHERE acting_as = 'lead'");
  const auto link = invite();
  EXPECT_TRUE(gate_->accept(link.id, link.secret, actor(account)));
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NULL AND valid_from = '2026-11-22'"),
            1);
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NULL AND valid_from = '2025-01-01'"), 1)
      << "what still holds stays as it is";
}

TEST(StaffFunctions, AreThoseThatTheMatrixKnowsForAKindOfUnit) {
  const auto has = [](std::string_view kind, std::string_view function) {
    const auto all = staff_functions(kind);
    return std::find(all.begin(), all.end(), function) != all.end();
  };
  EXPECT_TRUE(has("family_centre", "organiser"));
  EXPECT_TRUE(has("family_centre", "admin"));
  EXPECT_TRUE(has("interpreter_pool", "interpreter"));
  EXPECT_FALSE(has("family_centre", "citizen"));
  EXPECT_FALSE(has("family_centre", "visitor"));
  EXPECT_TRUE(staff_functions("castle").empty());
  EXPECT_TRUE(staff_functions("self").empty());
}

}  // namespace
}  // namespace lotse::access
