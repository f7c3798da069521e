// SPDX-License-Identifier: EUPL-1.2
#include "access/gate.h"

#include <fstream>
#include <thread>

#include "access/gate_test_support.h"
#include "sql/test_disk.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute;

class GateTest : public GateStoreTest {
 protected:
  void SetUp() override {
    GateStoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    account_ = gate_->make_account(by(), 7, "olena@example.org", "Olena", "hash", "uk");
    gate_->grant(by(), account_, 7, "directory_editor", {2026, 11, 1});
    // The tests of second factors are in gate_factor_test.cc.
    mark_sample(account_);
  }
  std::string start() { return start(account_); }
  std::string start(const std::string& account) {
    return gate_->start(begin(account), gate_->memberships(account).at(0)).value();
  }

  std::string account_;
};
LOTSE_ON_EACH_ENGINE(GateTest);

TEST_P(GateTest, FindsAnAccountByItsAddressInAnyCase) {
  for (const char* typed : {"olena@example.org", " Olena@Example.ORG\t", "OLENA@EXAMPLE.ORG\xC2\xA0"}) {
    const auto found = gate_->find(typed);
    ASSERT_TRUE(found) << typed;
    EXPECT_EQ(found->id, account_);
    EXPECT_EQ(found->name, "Olena");
    EXPECT_EQ(found->password_hash, "hash");
    EXPECT_EQ(found->language, "uk");
    EXPECT_TRUE(found->active);
  }
  for (const char* typed : {"", "olena", "olena@example.or", "olena @example.org", "\xFF", "%"})
    EXPECT_FALSE(gate_->find(typed)) << typed;
}

TEST_P(GateTest, TheSameAddressMakesNoSecondAccount) {
  EXPECT_EQ(gate_->make_account(by(), 7, "OLENA@example.org ", "Somebody else", "other", "de"), account_);
  EXPECT_EQ(gate_->find("olena@example.org")->name, "Olena");
  EXPECT_EQ(gate_->find("olena@example.org")->password_hash, "hash");
  EXPECT_EQ(entries("account.make"), 1);
  const auto other = gate_->make_account(by(), 7, "ben@example.org", "Ben", "h", "de");
  EXPECT_NE(other, account_);
  EXPECT_EQ(entries("account.make"), 2);
}

TEST_P(GateTest, MembershipsHoldFromADayToADay) {
  gate_->grant(by(), account_, 8, "case_worker", {2026, 11, 23});
  ASSERT_EQ(gate_->memberships(account_).size(), 1u);
  EXPECT_EQ(gate_->memberships(account_)[0].unit, 7);
  EXPECT_EQ(gate_->memberships(account_)[0].unit_kind, "family_centre");
  EXPECT_EQ(gate_->memberships(account_)[0].unit_name, "Familienzentrum");
  EXPECT_EQ(gate_->memberships(account_)[0].function, "directory_editor");
  clock_.set(*instant_of({{2026, 11, 23}, 0}));
  ASSERT_EQ(gate_->memberships(account_).size(), 2u);
  EXPECT_EQ(gate_->memberships(account_)[0].unit_name, "Agentur");  // by name
  change("UPDATE membership SET valid_to = '2026-11-23' WHERE unit_id = 8");
  EXPECT_EQ(gate_->memberships(account_).size(), 2u) << "the last day counts";
  clock_.set(*instant_of({{2026, 11, 24}, 0}));
  EXPECT_EQ(gate_->memberships(account_).size(), 1u);
  EXPECT_TRUE(gate_->memberships("nobody").empty());
}

TEST_P(GateTest, GrantingTwiceIsGrantingOnce) {
  gate_->grant(by(), account_, 7, "directory_editor", {2026, 1, 1});
  EXPECT_EQ(gate_->memberships(account_).size(), 1u);
  EXPECT_EQ(number("SELECT count(*) FROM membership"), 1);
}

TEST_P(GateTest, ASessionGivesTheActor) {
  const auto secret = start();
  EXPECT_EQ(secret.size(), 64u);
  EXPECT_NE(start(), secret);
  const auto actor = gate_->resume(secret);
  ASSERT_TRUE(actor);
  EXPECT_EQ((*actor)->who, account_);
  EXPECT_EQ((*actor)->name, "Olena");
  EXPECT_EQ((*actor)->unit, 7);
  EXPECT_EQ((*actor)->unit_kind, "family_centre");
  EXPECT_EQ((*actor)->function, "directory_editor");
  EXPECT_FALSE((*actor)->second_factor);
  EXPECT_EQ(entries("session.start"), 2);
}

TEST_P(GateTest, AFullDiskStopsNobodyFromReading) {
  if (!on_sqlite()) return;
  const auto secret = start();
  close_gate();
  const sql::TestDisk disk;
  open_gate();
  sql::TestDisk::fill(true);
  pass(10 * kMinute);
  EXPECT_TRUE(gate_->resume(secret));
  pass(6 * kMinute);
  EXPECT_FALSE(gate_->resume(secret)) << "what could not be noted does not prolong the session";
  sql::TestDisk::fill(false);
  close_gate();
}

TEST_P(GateTest, OnlyTheHashOfASecretIsKept) {
  const auto secret = start();
  std::string kept;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    const auto add = [&](std::string_view text, int columns) {
      tx.each({"test.dump", text}, {}, [&](const sql::Row& r) {
        for (int i = 0; i < columns; ++i) kept += std::string(r.text(i)) + "\n";
      });
    };
    add("SELECT hash, account_id, acting_as FROM session", 3);
    add("SELECT id, email_hash, name, password_hash FROM account", 4);
    add("SELECT id, actor, asked, what, object, rule FROM audit_entry WHERE unit_id = 7", 6);
  });
  EXPECT_EQ(kept.find(secret), std::string::npos);
  EXPECT_EQ(kept.find("olena@example.org"), std::string::npos);
  EXPECT_NE(kept.find(hash_hex(secret)), std::string::npos);
  EXPECT_NE(kept.find(email_hash("olena@example.org")), std::string::npos);
  // The hash is no secret: it opens nothing.
  EXPECT_FALSE(gate_->resume(hash_hex(secret)));
  if (!on_sqlite()) return;
  std::string bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream in(file() + suffix, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(bytes.find(hash_hex(secret)), std::string::npos);
  EXPECT_EQ(bytes.find(secret), std::string::npos) << "nor in the file, the log included";
}

TEST_P(GateTest, OtherTextsAreNoSession) {
  const auto secret = start();
  for (const std::string& text :
       {std::string(), secret.substr(1), secret + "0", std::string(64, '0'), std::string(64, '\xFF'),
        std::string(64, '\0'), "' OR 1=1 --" + secret.substr(11)})
    EXPECT_FALSE(gate_->resume(text));
  std::string upper = secret;
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(gate_->resume(upper).has_value(), upper == secret);
  EXPECT_TRUE(gate_->resume(secret));
}

TEST_P(GateTest, IdleForMoreThanFifteenMinutesLocksASession) {
  const auto secret = start(), other = start();
  pass(15 * kMinute);
  EXPECT_TRUE(gate_->resume(secret)) << "15 minutes to the millisecond";
  pass(15 * kMinute);
  EXPECT_TRUE(gate_->resume(secret)) << "work keeps it alive";
  EXPECT_FALSE(gate_->resume(other)) << "another session of the same account does not";
  pass(15 * kMinute + 1);
  EXPECT_FALSE(gate_->resume(secret));
  EXPECT_TRUE(gate_->locked(secret)) << "but it is not over";
  pass(-20 * kMinute);
  EXPECT_FALSE(gate_->resume(secret)) << "whatever the clock says";
  EXPECT_TRUE(gate_->unlock(secret));
  EXPECT_TRUE(gate_->resume(secret));
  EXPECT_FALSE(gate_->unlock(secret)) << "it is not locked any more";
}

TEST_P(GateTest, TenHoursEndASessionHoweverBusy) {
  const auto secret = start();
  for (int i = 0; i < 60; ++i) {
    pass(10 * kMinute);
    ASSERT_TRUE(gate_->resume(secret)) << i;
  }
  pass(1);
  EXPECT_FALSE(gate_->resume(secret));
}

TEST_P(GateTest, LastSeenIsWrittenAtMostOnceAMinute) {
  const auto secret = start();
  const auto started = clock_.now().ms;
  const auto writes = store_->figures().writes;
  for (int i = 0; i < 59; ++i) {
    pass(1000);
    ASSERT_TRUE(gate_->resume(secret));
  }
  EXPECT_EQ(store_->figures().writes, writes);
  EXPECT_EQ(number("SELECT last_seen_ms FROM session"), started);
  pass(1000);
  ASSERT_TRUE(gate_->resume(secret));
  EXPECT_EQ(store_->figures().writes, writes + 1);
  EXPECT_EQ(number("SELECT last_seen_ms FROM session"), started + kMinute);
  pass(59'999);
  ASSERT_TRUE(gate_->resume(secret));
  EXPECT_EQ(store_->figures().writes, writes + 1);
}

TEST_P(GateTest, AnEndedSessionIsOverAtOnceAndOnlyThisOne) {
  const auto secret = start(), other = start();
  gate_->end(secret);
  EXPECT_FALSE(gate_->resume(secret));
  EXPECT_TRUE(gate_->resume(other));
  gate_->end(secret);
  gate_->end("unknown");
  EXPECT_TRUE(gate_->resume(other));
}

TEST_P(GateTest, ALostRightEndsAtOnce) {
  const auto secret = start();
  change("UPDATE membership SET valid_to = '2026-11-21' WHERE unit_id = 7");
  EXPECT_FALSE(gate_->resume(secret)) << "the membership ended yesterday";
  change("UPDATE membership SET valid_to = NULL WHERE unit_id = 7");
  EXPECT_TRUE(gate_->resume(secret));
  change("UPDATE account SET active = 0");
  EXPECT_FALSE(gate_->resume(secret));
  EXPECT_FALSE(gate_->find("olena@example.org")->active);
  change("UPDATE account SET active = 1");
  change("UPDATE membership SET acting_as = 'lead' WHERE unit_id = 7");
  EXPECT_FALSE(gate_->resume(secret)) << "another function is another session";
}

TEST_P(GateTest, AMembershipEndsWithItsDayInBerlin) {
  change("UPDATE membership SET valid_to = '2026-11-22' WHERE unit_id = 7");
  clock_.set(*instant_of({{2026, 11, 22}, 23 * 60 + 55}));
  const auto secret = start();
  EXPECT_TRUE(gate_->resume(secret));
  pass(6 * kMinute);
  EXPECT_FALSE(gate_->resume(secret));
}

TEST_P(GateTest, SessionsGoOnOverTheChangeOfClocks) {
  clock_.set(*instant_of({{2026, 10, 25}, 2 * 60 + 55}));
  change("UPDATE membership SET valid_from = '2026-10-01'");
  const auto secret = start();
  pass(10 * kMinute);  // the clock on the wall shows 02:05
  EXPECT_TRUE(gate_->resume(secret));
}

TEST_P(GateTest, StartingSweepsTheOldSessionsOfEverybody) {
  const auto other = gate_->make_account(by(), 7, "ben@example.org", "Ben", "h", "de");
  gate_->grant(by(), other, 7, "directory_editor", {2026, 11, 1});
  gate_->mark_sample(by(), 7, other);
  start(other);
  start();
  start();
  pass(11 * kHour);
  start();
  EXPECT_EQ(number("SELECT count(*) FROM session WHERE account_id = $1", {account_}), 1);
  EXPECT_EQ(number("SELECT count(*) FROM session WHERE account_id = $1", {other}), 0);
}

TEST_P(GateTest, FiveFailuresBlockForAMinuteThenLongerUpToAnHourWhetherThereIsAnAccountOrNot) {
  for (const char* email : {" Olena@example.org", "nobody@example.org"}) {
    const auto trial = password_trial(email, gate_->find(email));
    const auto blocked_minutes = [&] { return (gate_->blocked_until(trial).ms - clock_.now().ms) / kMinute; };
    for (int i = 0; i < 4; ++i) gate_->failed(trial);
    EXPECT_EQ(gate_->blocked_until(trial), Instant{}) << email;
    for (const std::int64_t minutes : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      gate_->failed(trial);
      EXPECT_EQ(blocked_minutes(), minutes) << email;
      pass(minutes * kMinute);
      EXPECT_LE(gate_->blocked_until(trial), clock_.now());
    }
    for (int i = 0; i < 70; ++i) gate_->failed(trial);
    EXPECT_EQ(blocked_minutes(), 60) << email;
  }
  const auto olena = password_trial("olena@example.org", gate_->find("olena@example.org"));
  const auto secret = start();
  EXPECT_EQ(gate_->blocked_until(olena), Instant{}) << "a sign-in that succeeds begins anew";
  EXPECT_GT(gate_->blocked_until(password_trial("nobody@example.org", {})), clock_.now());
  for (int i = 0; i < 4; ++i) gate_->failed(olena);
  EXPECT_EQ(gate_->blocked_until(olena), Instant{});
  EXPECT_TRUE(gate_->resume(secret)) << "a running session is not touched by the attempts of others";
}

TEST_P(GateTest, AWrongAttemptIsForgottenAfterADay) {
  const auto trial = password_trial("nobody@example.org", {});
  for (int i = 0; i < 4; ++i) gate_->failed(trial);
  pass(24 * kHour);
  gate_->failed(trial);
  EXPECT_GT(gate_->blocked_until(trial), clock_.now()) << "a day to the millisecond";
  pass(24 * kHour + 1);
  for (int i = 0; i < 4; ++i) gate_->failed(trial);
  EXPECT_LE(gate_->blocked_until(trial), clock_.now());
}

TEST_P(GateTest, AtMostTenThousandAddressesAreRememberedTheLatestAndNoBlockIsWashedAway) {
  change(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
      "INSERT INTO attempt (key, failures, blocked_until_ms, last_ms) "
      "SELECT 'password:' || i, 4, 0, $1 + i FROM n",
      {clock_.now().ms - 10'001});
  const auto now = clock_.now().ms;
  change(
      "INSERT INTO attempt (key, failures, blocked_until_ms, last_ms) VALUES ('password:blocked', 5, $1, "
      "$2), "
      "('factor:somebody', 3, 0, $2), ('own:somebody', 1, 0, $2), ('link:some', 1, 0, $2)",
      {now + kMinute, now - kHour});
  gate_->failed(password_trial("olena@example.org", gate_->find("olena@example.org")));
  EXPECT_EQ(number("SELECT count(*) FROM attempt WHERE key LIKE 'password:%' AND failures < 5"), 10'000);
  EXPECT_EQ(number("SELECT count(*) FROM attempt WHERE key = 'password:1'"), 0) << "the oldest went";
  EXPECT_EQ(number("SELECT count(*) FROM attempt WHERE key = 'password:2'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM attempt WHERE key LIKE 'password:%' AND failures = 1"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM attempt WHERE key IN ('password:blocked', 'factor:somebody', "
                   "'own:somebody', 'link:some')"),
            4);
}

TEST_P(GateTest, AttemptsAtTheSameTimeAreAllCounted) {
  const auto trial = password_trial("olena@example.org", gate_->find("olena@example.org"));
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      for (int n = 0; n < 5; ++n) gate_->failed(trial);
    });
  for (auto& each : all) each.join();
  EXPECT_EQ(number("SELECT failures FROM attempt"), 20);
  EXPECT_EQ(entries("session.attempt", kInstallation, account_), 20);
}

TEST_P(GateTest, AttemptsBlocksAndSignOutsAreEnteredWithoutTheAddress) {
  const auto known = password_trial("olena@example.org", gate_->find("olena@example.org"));
  const auto unknown = password_trial("nobody@example.org", {});
  for (int i = 0; i < 5; ++i) {
    gate_->failed(known);
    gate_->failed(unknown);
  }
  EXPECT_EQ(entries("session.attempt", kInstallation, account_), 5);
  EXPECT_EQ(entries("session.attempt", kInstallation, ""), 5);
  EXPECT_EQ(entries("session.block", kInstallation, account_), 1);
  EXPECT_EQ(entries("session.block", kInstallation, ""), 1);
  EXPECT_EQ(entries("session.attempt"), 0) << "nobody has acted for a unit";
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(kInstallation);
    tx.each({"test.entry", "SELECT object, rule, decision FROM audit_entry WHERE unit_id = 0"}, {},
            [&](const sql::Row& r) {
              EXPECT_EQ(r.text(0), "");
              EXPECT_EQ(r.text(1), "password");
              EXPECT_EQ(r.text(2), "denied");
            });
  });
  gate_->end(start());
  EXPECT_EQ(entries("session.end", 7, account_), 1);
  gate_->end("unknown");
  EXPECT_EQ(entries("session.end"), 1) << "of what was no session there is nothing to say";
}

TEST(EmailHash, IsTrimmedLowerCaseAndNoPlainHash) {
  EXPECT_EQ(email_hash(" A@B.de "), email_hash("a@b.DE"));
  EXPECT_NE(email_hash("a@b.de"), email_hash("a@b.d"));
  EXPECT_NE(email_hash("a@b.de"), hash_hex("a@b.de"));
  EXPECT_EQ(email_hash("ä@b.de"), email_hash("ä@B.de"));
  EXPECT_EQ(email_hash("").size(), 64u);
}

}  // namespace
}  // namespace lotse::access
