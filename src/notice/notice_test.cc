// SPDX-License-Identifier: EUPL-1.2
#include "notice/notice.h"

#include "access/desk_test_support.h"
#include "base/log.h"
#include "notice/smtp_test_support.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"

namespace lotse::notice {
namespace {

constexpr std::int64_t kHour = 3'600'000, kDay = 24 * kHour;
constexpr const char* kTo = "olena@example.net";

class TestKeys final : public KeyOfUnit {
 public:
  const seal::Key& key_of(UnitId unit) const override { return unit == 7 ? seven_ : eight_; }

 private:
  seal::Key seven_ = seal::Key::random(), eight_ = seal::Key::random();
};

struct State {
  std::string state, code, kind;
  std::int64_t attempts = 0, sent = 0, made = 0;
  std::optional<sql::Blob> sealed;
};

class NoticeTest : public sql::StoreTest {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = sql::migrations_of({"access", "unit", "notice"});
    return list;
  }
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    log_ = log_enabled(false);
    open_store({});
    sql::TestAccess::change(
        engine(),
        "INSERT INTO unit (unit_id, keeper_unit, kind, legal_regime, name, opening_hours) "
        "VALUES (7, 7, 'family_centre', 'gdpr', 'x', '')");
  }
  void TearDown() override {
    log_enabled(log_);
    store_.reset();
    StoreTest::TearDown();
  }
  void open_store(const sql::Options& options) {
    store_ = std::make_unique<access::Store>(sql::open(url(), options), migrations());
  }
  access::UnitDoor door(UnitId unit = 7) {
    return access::Desk(*store_,
                        access::DeskTestAccess::actor({.who = "acc-1",
                                                       .name = "Olena",
                                                       .unit = unit,
                                                       .unit_kind = "family_centre",
                                                       .function = "directory_editor",
                                                       .second_factor = false}),
                        access::kDirectoryPurpose, *clock_)
        .unit(access::kDirectoryWrite);
  }
  Prepared prepared(const std::string& body = "Please sign in.\n", UnitId unit = 7) {
    return *prepare(*keys_, unit, {.kind = "test.told", .to = kTo, .subject = "News for you", .body = body},
                    clock_->now());
  }
  std::string send(const std::string& body = "Please sign in.\n") {
    const auto ready = prepared(body);
    door().change("test.told", ready.id(), [&](access::Change& c) { return post(c, ready), 0; });
    return ready.id();
  }
  std::unique_ptr<jobs::Runner> runner(const TestServer& server, access::Store* store = nullptr) {
    SmtpChoice choice{.address = "smtp://127.0.0.1:" + server.port(), .from = "lotse@example.org"};
    choice.ca_file = folder().file("ours.pem");
    auto made = std::make_unique<jobs::Runner>(
        store ? *store : *store_, clock_,
        jobs::RunnerOptions{.threads = 2, .lease_ms = 60'000, .chance = [] { return 1.0; }});
    install(*made, std::make_shared<Smtp>(choice), keys_, clock_);
    return made;
  }
  static void all(jobs::Runner& runner) {
    while (runner.run_one()) {
    }
  }
  State state(const std::string& id) {
    State found;
    in_unit({"test.state",
             "SELECT state, last_code, kind, attempts, sent_ms, made_ms, sealed FROM notice WHERE unit_id = "
             "7 AND "
             "id = $1"},
            {id}, [&](const sql::Row& r) {
              found = {std::string(r.text(0)), std::string(r.text(1)),       std::string(r.text(2)),
                       r.integer(3),           r.opt_integer(4).value_or(0), r.integer(5),
                       r.opt_blob(6)};
            });
    return found;
  }
  void in_unit(const sql::Statement& statement, sql::Params params,
               const std::function<void(const sql::Row&)>& row) {
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.each(statement, params, row);
    });
  }
  void change_in_unit(std::string_view text, sql::Params params) {
    sql::TestAccess::write(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.change({"test.change", text}, params);
    });
  }
  std::string audit() {
    std::string said;
    in_unit({"test.audit", "SELECT actor, what, object FROM audit_entry WHERE unit_id = 7 ORDER BY id"}, {},
            [&](const sql::Row& r) {
              for (int i = 0; i < 3; ++i) said += std::string(r.text(i)) + (i < 2 ? " " : "\n");
            });
    return said;
  }
  void pass(std::int64_t ms) { clock_->set(Instant{clock_->now().ms + ms}); }
  static const TestFolder& folder() {
    static const TestFolder made;
    return made;
  }

  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 24}, 600}));
  std::shared_ptr<const TestKeys> keys_ = std::make_shared<TestKeys>();
  std::unique_ptr<access::Store> store_;
  bool log_ = true;
};
LOTSE_ON_EACH_ENGINE(NoticeTest);

TEST_P(NoticeTest, IsSentOnceItsChangeIsKeptAndThenForgetsWhatItSaid) {
  const TestServer server(folder(), {});
  const auto id = send();
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_TRUE(state(id).sealed);
  pass(1000);
  const auto sending = runner(server);
  all(*sending);
  ASSERT_EQ(server.accepted(), 1u);
  EXPECT_TRUE(server.mail(1).starts_with("lotse@example.org\nolena@example.net\nencrypted\nNews for you\n"));
  EXPECT_NE(server.mail(1).find("\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n"), std::string::npos);
  EXPECT_EQ(server.body(1), "Please sign in.\n");
  const auto now = state(id);
  EXPECT_EQ(now.state, "sent");
  EXPECT_EQ(now.kind, "test.told");
  EXPECT_EQ(now.attempts, 1);
  EXPECT_EQ(now.sent, clock_->now().ms);
  EXPECT_EQ(now.code, "");
  EXPECT_FALSE(now.sealed);
  EXPECT_NE(audit().find("system:notice.deliver notice.sent " + id), std::string::npos);
  all(*sending);
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_P(NoticeTest, IsNotSentWhereItsChangeIsUndone) {
  struct Oops {};
  const TestServer server(folder(), {});
  const auto ready = prepared();
  EXPECT_THROW(door().change("test.told", "",
                             [&](access::Change& c) -> int {
                               post(c, ready);
                               throw Oops();
                             }),
               Oops);
  EXPECT_EQ(state(ready.id()).state, "");
  all(*runner(server));
  EXPECT_EQ(server.accepted(), 0u);
}

TEST_P(NoticeTest, PostedTwiceIsSentOnce) {
  sql::Options twice;
  twice.twice = true;
  open_store(twice);
  const TestServer server(folder(), {});
  const auto ready = prepared();
  for (int i = 0; i < 2; ++i)
    door().change("test.told", "", [&](access::Change& c) { return post(c, ready), post(c, ready), 0; });
  all(*runner(server));
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_P(NoticeTest, NobodyReadsItInTheStore) {
  const auto id = send("Dear Zaphod\n");
  const auto sealed = *state(id).sealed;
  const std::string bytes(reinterpret_cast<const char*>(sealed.data()), sealed.size());
  for (const char* part : {"example.net", "News", "Zaphod"}) {
    EXPECT_EQ(bytes.find(part), std::string::npos) << part;
    EXPECT_EQ(audit().find(part), std::string::npos) << part;
  }
  EXPECT_EQ(state(send("")).sealed->size(), sealed.size()) << "nor how long it is";
  if (!on_sqlite()) return;
  std::string file_bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream in(file() + suffix, std::ios::binary);
    file_bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(file_bytes.find(id), std::string::npos);
  EXPECT_EQ(file_bytes.find("olena@example.net"), std::string::npos);
}

TEST_P(NoticeTest, ARefusalForGoodIsShownAndNotTriedAgain) {
  const TestServer server(folder(), {"rcpt=550,250"});
  const auto id = send();
  const auto sending = runner(server);
  all(*sending);
  EXPECT_EQ(state(id).state, "refused");
  EXPECT_EQ(state(id).code, "550");
  EXPECT_EQ(state(id).sent, 0);
  EXPECT_FALSE(state(id).sealed);
  EXPECT_NE(audit().find("system:notice.deliver notice.refused " + id), std::string::npos);
  pass(kDay);
  all(*sending);
  EXPECT_EQ(server.accepted(), 0u);
  EXPECT_EQ(state(id).attempts, 1);
}

TEST_P(NoticeTest, OneForNowIsTriedAgainLater) {
  const TestServer server(folder(), {"rcpt=451,250"});
  const auto id = send();
  const auto sending = runner(server);
  all(*sending);
  EXPECT_EQ(state(id).state, "waiting");
  EXPECT_EQ(state(id).code, "451");
  EXPECT_TRUE(state(id).sealed);
  all(*sending);
  EXPECT_EQ(state(id).attempts, 1);
  pass(60'000);
  all(*sending);
  EXPECT_EQ(state(id).state, "sent");
  EXPECT_EQ(state(id).attempts, 2);
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_P(NoticeTest, AfterThreeDaysItEndsUndelivered) {
  const TestServer server(folder(), {"rcpt=451"});
  const auto id = send();
  const auto made = clock_->now().ms;
  const auto sending = runner(server);
  int hours = 0;
  for (; hours < 24 * 5 && state(id).state == "waiting"; ++hours) {
    all(*sending);
    if (state(id).state == "waiting") pass(kHour);
  }
  EXPECT_EQ(state(id).state, "undelivered");
  EXPECT_EQ(state(id).code, "451");
  EXPECT_FALSE(state(id).sealed);
  EXPECT_GE(clock_->now().ms - made, 3 * kDay);
  EXPECT_LE(clock_->now().ms - made, 3 * kDay + 5 * kHour);
  EXPECT_GE(state(id).attempts, 15);
}

TEST_P(NoticeTest, WhatWaitedForAServerIsTriedHoweverOldItIs) {
  const auto id = send();
  pass(10 * kDay);
  const TestServer server(folder(), {"rcpt=451,451,250"});  // as one that wants to see who comes back
  const auto sending = runner(server);
  for (int i = 0; i < 3; ++i) {
    all(*sending);
    EXPECT_EQ(state(id).state, i < 2 ? "waiting" : "sent");
    pass(kHour);
  }
}

TEST_P(NoticeTest, WhoDiedAfterSendingSendsTheSameMailAgain) {
  const TestServer server(folder(), {});
  const auto id = send();
  const auto sealed = *state(id).sealed;
  const auto sending = runner(server);
  all(*sending);
  // As if the process had ended before it could write down that the server had taken it.
  change_in_unit("UPDATE notice SET state = 'waiting', sealed = $2 WHERE unit_id = 7 AND id = $1",
                 {id, sealed});
  sql::TestAccess::change(
      engine(), "UPDATE job SET state = 'running', ended_ms = NULL, lease_until_ms = 1 WHERE subject = $1",
      {id});
  pass(kHour);
  all(*sending);
  ASSERT_EQ(server.accepted(), 2u);
  EXPECT_EQ(server.mail(1), server.mail(2));
  EXPECT_NE(server.mail(1).find("Message-ID: <" + id + "@example.org>"), std::string::npos);
  EXPECT_EQ(state(id).state, "sent");
}

TEST_P(NoticeTest, WhatDoesNotOpenIsNotSent) {
  const TestServer server(folder(), {});
  const auto id = send(), other = send();
  // The sealed text of another notice: right key, wrong place.
  change_in_unit("UPDATE notice SET sealed = $2 WHERE unit_id = 7 AND id = $1", {id, *state(other).sealed});
  all(*runner(server));
  EXPECT_EQ(state(id).state, "undelivered");
  EXPECT_EQ(state(id).code, "sealed");
  EXPECT_EQ(state(other).state, "sent");
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_P(NoticeTest, IsForTheUnitOfItsChangeOnly) {
  const auto foreign = prepared("x", 8);
  EXPECT_THROW(door(7).change("test.told", "", [&](access::Change& c) { return post(c, foreign), 0; }), Bug);
}

TEST_P(NoticeTest, TwoProcessesSendEachOnce) {
  const TestServer server(folder(), {});
  const auto second =
      on_sqlite() ? nullptr : std::make_unique<access::Store>(sql::open(url(), {}), migrations());
  std::set<std::string> ids;
  for (int i = 0; i < 10; ++i) ids.insert(send());
  const auto one = runner(server), two = runner(server, second.get());
  std::thread other([&] { all(*two); });
  all(*one);
  other.join();
  EXPECT_EQ(server.accepted(), ids.size());
  for (const auto& id : ids) EXPECT_EQ(state(id).state, "sent");
}

TEST_P(NoticeTest, WhatEndedIsForgottenAfterNinetyDays) {
  const TestServer server(folder(), {"rcpt=550"});
  const auto id = send();
  const auto sending = runner(server);
  all(*sending);
  const auto entries = audit();
  pass(89 * kDay);
  const auto waiting = send();
  sql::TestAccess::change(engine(), "UPDATE job SET not_before_ms = $2 WHERE subject = $1",
                          {waiting, clock_->now().ms + 1000 * kDay});
  all(*sending);
  EXPECT_EQ(state(id).state, "refused");
  EXPECT_EQ(audit().find("notice.forget"), std::string::npos) << "nothing to forget leaves no entry";
  pass(2 * kDay);
  all(*sending);
  EXPECT_EQ(state(id).state, "");
  EXPECT_NE(audit().find("system:notice.forget notice.forget"), std::string::npos);
  pass(100 * kDay);
  all(*sending);
  EXPECT_EQ(state(waiting).state, "waiting");
}

TEST(Notice, RefusesWhatIsNoAddressAndTheProgramsOwnFaultsAreBugs) {
  const TestKeys keys;
  const auto made = [&](const std::string& to, const std::string& subject, const std::string& body) {
    return prepare(keys, 7, {.kind = "test.told", .to = to, .subject = subject, .body = body}, {});
  };
  EXPECT_TRUE(made(kTo, "x", ""));
  for (const char* to : {"", "olena", "olena@example.net\r\nBcc: x@example.org", "olena@example"}) {
    const auto refused = made(to, "x", "");
    ASSERT_FALSE(refused) << to;
    EXPECT_EQ(refused.error().at(0).field, "to");
  }
  EXPECT_THROW(made(kTo, "", ""), Bug);
  EXPECT_THROW(made(kTo, "x\r\nBcc: x@example.org", ""), Bug);
  EXPECT_THROW(made(kTo, "x", "\xFF"), Bug);
  EXPECT_NE(made(kTo, "x", "")->id(), made(kTo, "x", "")->id());
}

}  // namespace
}  // namespace lotse::notice
