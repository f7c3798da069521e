// SPDX-License-Identifier: EUPL-1.2
#include "notice/smtp.h"

#include <chrono>

#include "base/check.h"
#include "notice/mail.h"
#include "notice/smtp_test_support.h"

namespace lotse::notice {
namespace {

using How = Sent::How;

bool on() { return false; }

class SmtpTest : public ::testing::Test {
 protected:
  static const TestFolder& folder() {
    static const TestFolder made;
    return made;
  }
  SmtpChoice choice(const TestServer& server, const std::string& scheme = "smtp://") {
    SmtpChoice made;
    made.address = scheme + "127.0.0.1:" + server.port();
    made.ca_file = folder().file("ours.pem");
    made.from = "lotse@example.org";
    return made;
  }
  SmtpChoice signing_in(const TestServer& server, const std::string& file = "password") {
    SmtpChoice made = choice(server);
    made.user = "lotse";
    made.password_file = folder().file(file);
    return made;
  }
  static std::string message(const std::string& subject = "Hello",
                             const std::string& body = "Please sign in.\n") {
    return written({.id = "0192f000-0000-7000-8000-000000000001",
                    .from = "lotse@example.org",
                    .to = "olena@example.net",
                    .subject = subject,
                    .body = body,
                    .made = {}});
  }
  static Sent send(const SmtpChoice& choice) { return Smtp(choice).send("olena@example.net", message(), on); }
};

void expect(const Sent& sent, How how, const std::string& code) {
  EXPECT_EQ(static_cast<int>(sent.how), static_cast<int>(how));
  EXPECT_EQ(sent.code, code);
}

TEST_F(SmtpTest, AMailArrivesEncryptedAndAsItWasWritten) {
  for (const auto& [how, scheme] : {std::pair{"tls=starttls", "smtp://"}, {"tls=implicit", "smtps://"}}) {
    const TestServer server(folder(), {how});
    const std::string subject = "Новое сообщение для вас: пожалуйста, войдите — أهلاً";
    // A line with only a dot must not end the mail, nor lose its dot.
    const std::string body = ".\n..\nЗдравствуйте,\n\nein Gruß = 1 \n" + std::string(200, 'x') + "\n.\n";
    const auto sent = Smtp(choice(server, scheme)).send("olena@example.net", message(subject, body), on);
    expect(sent, How::accepted, "250");
    ASSERT_EQ(server.accepted(), 1u);
    EXPECT_TRUE(
        server.mail(1).starts_with("lotse@example.org\nolena@example.net\nencrypted\n" + subject + "\n"));
    EXPECT_NE(server.mail(1).find("Message-ID: <0192f000-0000-7000-8000-000000000001@example.org>"),
              std::string::npos);
    EXPECT_EQ(server.body(1), body);
  }
}

TEST_F(SmtpTest, SignsInWithThePasswordOfTheFile) {
  const TestServer server(folder(), {"user=lotse:correct horse"});
  expect(send(signing_in(server)), How::accepted, "250");
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_F(SmtpTest, WhatIsWrongWithUsWaitsForTheOperator) {
  const TestServer server(folder(), {"user=lotse:another"});
  expect(send(signing_in(server)), How::later, "sign_in");
  expect(send(choice(server)), How::later, "530");
  expect(send(signing_in(server, "missing")), How::later, "password_file");
  EXPECT_EQ(server.accepted(), 0u);
}

TEST_F(SmtpTest, APermanentRefusalOfTheMailIsOne) {
  for (const char* reply : {"rcpt=550", "rcpt=553", "rcpt=551", "rcpt=550 5.1.1", "rcpt=501 5.1.3",
                            "rcpt=552 5.2.2", "data=552", "data=554", "data=554 5.6.0", "data=552 5.3.4"})
    expect(send(choice(TestServer(folder(), {reply}))), How::refused, std::string(reply).substr(5, 3));
}

// A wrong --mail-from, a server that does not relay for us, a list that we are on: nothing of it is about the
// one mail, and all others would be refused the same way.
TEST_F(SmtpTest, ARefusalOfUsWaitsForTheOperator) {
  for (const char* reply : {"mail=550", "mail=553 5.1.8", "mail=501", "rcpt=550 5.7.1", "rcpt=554 5.7.1",
                            "rcpt=554", "rcpt=503", "data=550 5.7.1", "data=554 5.7.1", "data=550"})
    expect(send(choice(TestServer(folder(), {reply}))), How::later, std::string(reply).substr(5, 3));
}

TEST_F(SmtpTest, ATemporaryOneIsTriedAgain) {
  const TestServer server(folder(), {"rcpt=451,250", "data=452,250"});
  expect(send(choice(server)), How::later, "451");
  expect(send(choice(server)), How::later, "452");
  EXPECT_EQ(server.accepted(), 0u);
  expect(send(choice(server)), How::accepted, "250");
  EXPECT_EQ(server.accepted(), 1u);
}

TEST_F(SmtpTest, AServerThatStallsIsLeft) {
  const TestServer server(folder(), {"stall=1"});
  SmtpChoice impatient = choice(server);
  impatient.timeout_ms = 1000;
  expect(send(impatient), How::later, "timeout");
}

TEST_F(SmtpTest, OnesOwnEndIsNotWaitedFor) {
  const TestServer server(folder(), {"stall=1"});
  expect(Smtp(choice(server)).send("olena@example.net", message(), [] { return true; }), How::later,
         "stopped");
}

TEST_F(SmtpTest, AConnectionThatBreaksInTheMiddleOfTheMailIsNoDelivery) {
  const TestServer server(folder(), {"break=1"});
  const auto sent = send(choice(server));
  expect(sent, How::later, "broken_off");
  EXPECT_EQ(server.accepted(), 0u);
}

TEST_F(SmtpTest, NobodyThereIsTriedAgain) {
  std::string port;
  { port = TestServer(folder(), {}).port(); }
  SmtpChoice gone{.address = "smtp://127.0.0.1:" + port, .from = "lotse@example.org"};
  expect(send(gone), How::later, "connect");
}

TEST_F(SmtpTest, ACertificateOfAnotherNameIsRefused) {
  for (const auto& [how, scheme] : {std::pair{"tls=starttls", "smtp://"}, {"tls=implicit", "smtps://"}}) {
    const TestServer server(folder(), {how}, "other");
    SmtpChoice wrong = choice(server, scheme);
    wrong.ca_file = folder().file("other.pem");
    expect(send(wrong), How::later, "tls");
    EXPECT_EQ(server.accepted(), 0u);
  }
}

TEST_F(SmtpTest, ACertificateThatNobodyVouchesForIsRefused) {
  const TestServer server(folder(), {});
  SmtpChoice trusting = choice(server);
  trusting.ca_file.clear();
  expect(send(trusting), How::later, "tls");
  trusting.ca_file = folder().file("missing.pem");
  expect(send(trusting), How::later, "tls");
  EXPECT_EQ(server.accepted(), 0u);
}

TEST_F(SmtpTest, AServerWithoutTlsGetsNothing) {
  const TestServer server(folder(), {"tls=none"});
  expect(send(choice(server, "smtp://")), How::later, "tls");
  expect(send(choice(server, "smtps://")), How::later, "tls");
  EXPECT_EQ(server.accepted(), 0u);
  expect(send(choice(server, "smtp-plain://")), How::accepted, "250");
  EXPECT_NE(server.mail(1).find("\nplain\n"), std::string::npos);
}

TEST_F(SmtpTest, SeveralAtOnce) {
  const TestServer server(folder(), {});
  const Smtp smtp(choice(server));
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 3; ++n)
        if (smtp.send("olena@example.net", message(), on).how == How::accepted) ++accepted;
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(accepted, 12);
  EXPECT_EQ(server.accepted(), 12u);
}

TEST_F(SmtpTest, OnlyAddressesGetIntoTheConversation) {
  const TestServer server(folder(), {});
  EXPECT_THROW(Smtp(choice(server)).send("a@b.de>\r\nRCPT TO:<c@d.de", message(), on), Bug);
}

TEST(SmtpChoice, SaysAllThatIsWrong) {
  const auto fields = [](const SmtpChoice& choice) {
    std::string names;
    for (const auto& each : problems_of(choice)) names += each.field + " ";
    return names;
  };
  SmtpChoice good{.address = "smtp://mail.example.org", .from = "lotse@example.org"};
  EXPECT_EQ(fields(good), "");
  EXPECT_EQ(fields({}), "--smtp-host --mail-from ");
  const auto with = [&](const std::string& address) {
    SmtpChoice other = good;
    other.address = address;
    return fields(other);
  };
  for (const char* address : {"smtps://mail.example.org:465", "smtp://[2001:db8::1]:587",
                              "smtp://[2001:db8::1]", "smtp-plain://127.0.0.1:25", "smtp-plain://[::1]:25",
                              "smtp-plain://localhost", "smtp://mail.example.org:587"})
    EXPECT_EQ(with(address), "") << address;
  for (const char* address : {"",
                              "mail.example.org",
                              "http://mail.example.org",
                              "smtp://",
                              "smtp://:25",
                              "smtp://host:",
                              "smtp://host:0",
                              "smtp://host:65536",
                              "smtp://host:25x",
                              "smtp://host/path",
                              "smtp://user@host",
                              "smtp://user:secret@host",
                              "smtp://ho st",
                              "smtp://host?x",
                              "smtp://[::1",
                              "smtp://[]",
                              "smtp://host\r\n",
                              "smtp-plain://mail.example.org",
                              "smtp-plain://127.0.0.1.example.org",
                              "smtp-plain://localhost.example.org",
                              "smtp-plain://10.0.0.1"})
    EXPECT_EQ(with(address), "--smtp-host ") << address;
  good.user = "lotse";
  EXPECT_EQ(fields(good), "--smtp-user ");
  EXPECT_THROW(Smtp{good}, Bug);
  good.password_file = "/nowhere";
  EXPECT_EQ(fields(good), "");
}

}  // namespace
}  // namespace lotse::notice
