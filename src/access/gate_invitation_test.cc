// SPDX-License-Identifier: EUPL-1.2
#include <barrier>
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
  /** As somebody who has no account yet; the account. */
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
  mark_sample(account);
  change("UPDATE membership SET valid_from = '2025-01-01', valid_to = '2025-12-31'");
  EXPECT_TRUE(gate_->memberships(account).empty());
  const auto link = invite();
  const auto half = begin(account);
  EXPECT_FALSE(gate_->accept(link.id, link.secret, "")) << "nobody";
  EXPECT_FALSE(gate_->accept(link.id, link.secret, begin(make("ben", {"lead"})))) << "another";
  EXPECT_TRUE(gate_->accept(link.id, link.secret, half)) << "she has no session: there is no unit for one";
  EXPECT_FALSE(gate_->accept(link.id, link.secret, half)) << "once";
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE account_id = $1 AND valid_to IS NULL "
                   "AND valid_from = '2026-11-22'",
                   {account}),
            2);
  EXPECT_TRUE(gate_->start(half, gate_->memberships(account).at(0)));
}

TEST_P(GateInvitationTest, WhatStillHoldsStaysAsItIs) {
  const auto account = *accept(invite());
  change("UPDATE membership SET valid_from = '2025-01-01'");
  change("UPDATE membership SET valid_to = '2025-12-31' WHERE acting_as = 'lead'");
  const auto link = invite();
  EXPECT_TRUE(gate_->accept(link.id, link.secret, actor(account)));
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NULL AND valid_from = '2025-01-01'"),
            1);
  EXPECT_EQ(number("SELECT count(*) FROM membership WHERE valid_to IS NULL AND valid_from = '2026-11-22'"),
            1);
}

TEST_P(GateInvitationTest, HalfASignInAcceptsOnlyWhenAllWasShown) {
  const auto account = *accept(invite());
  const auto link = invite(8);
  const auto half = begin(account);
  EXPECT_FALSE(gate_->accept(link.id, link.secret, half)) << "no second factor was shown";
  mark_sample(account);
  EXPECT_TRUE(gate_->accept(link.id, link.secret, half));
}

TEST_P(GateInvitationTest, WhatControlsOthersWaitsForASecondPerson) {
  const auto ada = make("ada", {"admin"});
  const auto wish = [&](const char* function) {
    return gate_->invite(desk(ada, "admin"), {"olena@example.org", "Olena", {"helper", function}});
  };
  EXPECT_EQ(wish("dpo").error(), InviteRefusal::nobody_agrees);
  EXPECT_TRUE(wish("bca")) << "opens nothing about persons";
  const auto lea = make("lea", {"lead", "organiser"});
  make("eva", {"admin"}, 8);
  for (const char* each : {"dpo", "lead", "admin"}) {
    const auto link = wish(each).value();
    EXPECT_TRUE(gate_->invitation(link.id, link.secret)->waits) << each;
    EXPECT_FALSE(accept(link)) << each;
    EXPECT_FALSE(gate_->agree_to_invitation(desk(ada, "admin"), link.id)) << "she made it";
    EXPECT_THROW(gate_->agree_to_invitation(desk(lea, "organiser"), link.id), NotFound);
    EXPECT_FALSE(gate_->agree_to_invitation(desk(lea, "lead", 8), link.id)) << "of another unit";
  }
  const auto link = wish("dpo").value();
  EXPECT_TRUE(gate_->agree_to_invitation(desk(lea, "lead"), link.id));
  EXPECT_FALSE(gate_->agree_to_invitation(desk(lea, "lead"), link.id)) << "once";
  EXPECT_EQ(entries("account.agree_to_invitation", 7, lea), 1);
  EXPECT_FALSE(gate_->invitation(link.id, link.secret)->waits);
  change("UPDATE membership SET valid_to = '2026-11-21' WHERE account_id = $1 AND acting_as = 'lead'", {lea});
  EXPECT_TRUE(gate_->invitation(link.id, link.secret)->waits) << "she is no second person any more";
  EXPECT_FALSE(accept(link));
  const auto mia = make("mia", {"lead"});
  EXPECT_TRUE(gate_->agree_to_invitation(desk(mia, "lead"), link.id)) << "another one agrees instead";
  EXPECT_TRUE(accept(link));
}

TEST_P(GateInvitationTest, ALeadDoesNotTakeBackWhatControlsHer) {
  const auto ada = make("ada", {"admin"}), lea = make("lea", {"lead"});
  const auto dpo = gate_->invite(desk(ada, "admin"), {"olena@example.org", "O", {"dpo"}}).value(),
             helper = gate_->invite(desk(ada, "admin"), {"eva@example.org", "E", {"helper"}}).value();
  for (const auto& each : gate_->open_invitations(desk(lea, "lead")))
    EXPECT_EQ(each.may_withdraw, each.name == "E") << each.name;
  EXPECT_FALSE(gate_->withdraw_invitation(desk(lea, "lead"), dpo.id));
  EXPECT_TRUE(gate_->withdraw_invitation(desk(lea, "lead"), helper.id));
  EXPECT_TRUE(gate_->withdraw_invitation(desk(ada, "admin"), dpo.id));
  EXPECT_FALSE(gate_->withdraw_invitation(desk(ada, "admin"), dpo.id)) << "it is gone";
}

TEST_P(GateInvitationTest, NobodyAgreesToHerOwn) {
  const auto ada = make("ada", {"admin"}), lea = make("lea", {"lead"});
  const Guest guest{"lea@example.org", "Lea", {"dpo"}};
  EXPECT_EQ(gate_->invite(desk(ada, "admin"), guest).error(), InviteRefusal::nobody_agrees)
      << "the invited one is no second person";
  make("eva", {"admin"});
  const auto link = gate_->invite(desk(ada, "admin"), guest).value();
  EXPECT_FALSE(gate_->agree_to_invitation(desk(lea, "lead"), link.id));
  const auto mine = gate_->invite(by(), 7, {"olena@example.org", "O", {"dpo"}});
  EXPECT_FALSE(gate_->invitation(mine.id, mine.secret)->waits) << "made on the machine itself";
  for (const auto& each : gate_->open_invitations(desk(lea, "lead")))
    EXPECT_FALSE(each.may_agree) << each.name;
}

TEST_P(GateInvitationTest, DiesWithTheRightOfItsMaker) {
  const auto ada = make("ada", {"admin", "lead"}), eva = make("eva", {"admin"});
  const Guest guest{"olena@example.org", "Olena", {"bca"}};
  const auto mine = gate_->invite(desk(ada, "admin"), guest).value(),
             hers = gate_->invite(desk(eva, "admin"), guest).value();
  change("UPDATE membership SET valid_to = '2026-11-21' WHERE account_id = $1 AND acting_as = 'admin'",
         {ada});
  EXPECT_FALSE(gate_->invitation(mine.id, mine.secret)) << "a lead does not give this function";
  EXPECT_FALSE(accept(mine));
  EXPECT_TRUE(gate_->invitation(hers.id, hers.secret));
  change("UPDATE account SET active = 0 WHERE id = $1", {eva});
  EXPECT_FALSE(accept(hers)) << "her account was closed";
  change("UPDATE account SET active = 1");
  EXPECT_TRUE(accept(hers));
}

TEST_P(GateInvitationTest, WhoeverIsEndedComesBackByNoLink) {
  const auto ada = make("ada", {"admin"}), eva = make("eva", {"admin"});
  const auto second = gate_->invite(desk(ada, "admin"), {"olena@example.org", "O", {"helper"}}).value(),
             again = gate_->invite(desk(eva, "admin"), {"ada@example.org", "Ada", {"helper"}}).value(),
             other = gate_->invite(by(), 8, {"ada@example.org", "Ada", {"case_worker"}}),
             stays = gate_->invite(desk(eva, "admin"), {"cem@example.org", "Cem", {"helper"}}).value();
  ASSERT_TRUE(gate_->end_post(desk(eva, "admin"), ada, "admin", clock_.today().plus(-1)));
  gate_->grant(by(), ada, 7, "admin", {2026, 1, 1});
  change("UPDATE membership SET valid_to = NULL");
  EXPECT_FALSE(accept(second)) << "not even if she is administrator once more";
  EXPECT_FALSE(gate_->invitation(again.id, again.secret)) << "one for her own address";
  EXPECT_TRUE(gate_->invitation(other.id, other.secret)) << "another unit decides for itself";
  EXPECT_TRUE(gate_->invitation(stays.id, stays.secret));
}

TEST_P(GateInvitationTest, AcceptingEndsTheOthersForTheSameAddress) {
  const auto lost = invite(), link = invite(), elsewhere = invite(8);
  ASSERT_TRUE(accept(link));
  EXPECT_FALSE(gate_->invitation(lost.id, lost.secret));
  EXPECT_TRUE(gate_->invitation(elsewhere.id, elsewhere.secret));
}

TEST_P(GateInvitationTest, AcceptedWhileItsMakerIsEndedItIsOneOfTheTwo) {
  const auto eva = make("eva", {"admin"});
  for (int round = 0; round < 4; ++round) {
    const std::string name = "ada" + std::to_string(round),
                      email = "o" + std::to_string(round) + "@example.org";
    const auto ada = make(name, {"admin"});
    const auto link = gate_->invite(desk(ada, "admin"), {email, "O", {"helper"}}).value();
    std::optional<std::string> account;
    std::thread accepting([&] { account = accept(link, email); });
    EXPECT_TRUE(gate_->end_post(desk(eva, "admin"), ada, "admin", clock_.today().plus(-1)));
    accepting.join();
    EXPECT_EQ(number("SELECT count(*) FROM invitation WHERE id = $1", {link.id}), account ? 1 : 0);
    EXPECT_FALSE(accept(link, email)) << "whichever was first, now it is over";
  }
}

TEST_P(GateInvitationTest, EachGivesWhatIsHersToGiveAndNothingToHerself) {
  const auto lea = make("lea", {"lead", "admin"});
  for (const char* each : {"lead", "admin", "dpo", "auditor", "personnel"})
    EXPECT_EQ(gate_->invite(desk(lea, "lead"), {"olena@example.org", "O", {"organiser", each}}).error(),
              InviteRefusal::not_hers_to_give)
        << each;
  EXPECT_EQ(gate_->invite(desk(lea, "lead"), {" LEA@example.org", "L", {"organiser"}}).error(),
            InviteRefusal::oneself);
  EXPECT_THROW(gate_->invite(desk(lea, "organiser"), {"olena@example.org", "O", {"organiser"}}), NotFound);
  EXPECT_EQ(number("SELECT count(*) FROM invitation"), 0);
}

TEST_P(GateInvitationTest, EachEndsWhatIsHersToGiveAndLengthensNothing) {
  const auto lea = make("lea", {"lead"}), ben = make("ben", {"organiser", "dpo", "admin", "lead"});
  mark_sample(ben);
  const auto session = gate_->start(begin(ben), {7, "family_centre", "F", "organiser"});
  const Day yesterday = clock_.today().plus(-1);
  for (const char* each : {"dpo", "admin", "lead"})
    EXPECT_FALSE(gate_->end_post(desk(lea, "lead"), ben, each, yesterday)) << each;
  EXPECT_TRUE(gate_->end_post(desk(lea, "lead"), ben, "organiser", {2026, 11, 30}));
  EXPECT_FALSE(gate_->end_post(desk(lea, "lead"), ben, "organiser", {2099, 1, 1})) << "that is no end";
  EXPECT_FALSE(gate_->end_post(desk(lea, "lead"), ben, "organiser", {2026, 11, 30}));
  EXPECT_EQ(entries("session.end", 7, ben), 0);
  EXPECT_TRUE(gate_->end_post(desk(lea, "lead"), ben, "organiser", yesterday));
  EXPECT_EQ(entries("session.end", 7, ben), 1);
  EXPECT_FALSE(gate_->resume(session.value()));
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

TEST_P(GateInvitationTest, OfTwoAdministratorsWhoEndEachOtherOneStays) {
  const auto yesterday = clock_.today().plus(-1);
  for (int round = 0; round < 5; ++round) {
    const std::string number_of = std::to_string(round);
    const auto ada = make("ada" + number_of, {"admin"}), eva = make("eva" + number_of, {"admin"});
    std::barrier together(2);
    bool by_ada = false, by_eva = false;
    std::thread other([&] {
      together.arrive_and_wait();
      by_eva = gate_->end_post(desk(eva, "admin"), ada, "admin", yesterday);
    });
    together.arrive_and_wait();
    by_ada = gate_->end_post(desk(ada, "admin"), eva, "admin", yesterday);
    other.join();
    EXPECT_NE(by_ada, by_eva) << "a unit without anybody who gives functions";
    change("UPDATE membership SET valid_to = '2026-11-21' WHERE acting_as = 'admin' AND valid_to IS NULL");
  }
  const auto ada = make("ada", {"admin"});
  EXPECT_FALSE(gate_->end_post(desk(ada, "admin"), ada, "admin", yesterday)) << "nobody ends herself";
}

TEST_P(GateInvitationTest, AnAdministratorAloneGivesHerSecondAddressNoData) {
  const auto ada = make("ada", {"admin"});
  for (const char* each : {"case_worker", "organiser", "coordinator", "personnel"})
    EXPECT_EQ(gate_->invite(desk(ada, "admin"), {"other@example.org", "A", {each}}).error(),
              InviteRefusal::nobody_agrees)
        << each;
  const auto lea = make("lea", {"lead"});
  const auto link = gate_->invite(desk(ada, "admin"), {"other@example.org", "A", {"case_worker"}}).value();
  EXPECT_FALSE(accept(link, "other@example.org"));
  ASSERT_TRUE(gate_->agree_to_invitation(desk(lea, "lead"), link.id));
  EXPECT_TRUE(accept(link, "other@example.org"));
  const auto own = gate_->invite(desk(lea, "lead"), {"olena@example.org", "O", {"case_worker"}}).value();
  EXPECT_FALSE(gate_->invitation(own.id, own.secret)->waits) << "it is a lead's work";
}

}  // namespace
}  // namespace lotse::access
