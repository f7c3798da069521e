// SPDX-License-Identifier: EUPL-1.2
#include "witness/witness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "access/audit_test_support.h"
#include "access/head_sink.h"
#include "base/log.h"
#include "notice/smtp_test_support.h"

namespace lotse::witness {
namespace {

using access::AuditHead;
using Answer = Witness::Answer;

class WitnessTest : public ::testing::Test {
 protected:
  static AuditHead head(std::int64_t size, std::int64_t previous, std::uint8_t root = 1, UnitId unit = 7,
                        int signer = 0) {
    seal::Hash hash{};
    hash[0] = root;
    return access::sign({.unit = unit,
                         .size = size,
                         .previous = previous,
                         .root = hash,
                         .at_ms = 1,
                         .signature = {},
                         .key = {}},
                        access::test_signer(signer));
  }
  static access::AuditEnds ended(std::int64_t size, std::int64_t previous, int signer = 0) {
    return access::sign({.unit = 7,
                         .previous = previous,
                         .size = size,
                         .records = {{"0192f000-0000-7000-8000-000000000001", 5}},
                         .signature = {},
                         .key = {}},
                        access::test_signer(signer));
  }
  static std::string line(const access::AuditEnds& ends) { return access::line_of(ends) + "\n"; }
  static std::string line(const AuditHead& head) { return access::line_of(head) + "\n"; }
  std::string file(const std::string& name = "theirs.jsonl") const { return folder_.file(name); }
  std::vector<Trust> trusted() const {
    return {{access::test_signer().verifier().text(), file()},
            {access::test_signer(1).verifier().text(), file("others.jsonl")}};
  }
  std::string kept(const std::string& name = "theirs.jsonl") const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /** How often a contradiction was told. */
  static int told(const std::function<void()>& doing) {
    testing::internal::CaptureStderr();
    doing();
    const auto log = testing::internal::GetCapturedStderr();
    return log.find("witness.contradiction") != log.npos ? 1 : 0;
  }
  const notice::TestFolder folder_;
};

TEST_F(WitnessTest, KeepsEachHeadOnceInAFileForEachParty) {
  Witness witness(trusted());
  const auto first = head(3, 0), second = head(5, 3), others = head(2, 0, 1, 7, 1);
  EXPECT_EQ(witness.take(line(first) + "\n" + line(second)), Answer::kept);
  EXPECT_EQ(witness.take(line(second)), Answer::kept) << "it may come twice";
  EXPECT_EQ(witness.take(line(others)), Answer::kept);
  EXPECT_EQ(kept(), line(first) + line(second));
  EXPECT_EQ(kept("others.jsonl"), line(others));
  EXPECT_EQ(Witness(trusted()).take(line(first)), Answer::kept) << "after a start anew";
  EXPECT_EQ(kept(), line(first) + line(second));
}

TEST_F(WitnessTest, KeepsWhatHasEndedBesideItsHead) {
  Witness witness(trusted());
  EXPECT_EQ(witness.take(line(head(3, 0)) + line(ended(3, 0))), Answer::kept);
  EXPECT_EQ(witness.take(line(head(3, 0)) + line(ended(3, 0))), Answer::kept) << "it may come twice";
  EXPECT_EQ(Witness(trusted()).take(line(head(3, 0)) + line(ended(3, 0))), Answer::kept);
  EXPECT_EQ(kept(), line(head(3, 0)) + line(ended(3, 0)));
  EXPECT_EQ(witness.take(line(ended(5, 3))), Answer::unreadable) << "it comes with its head";
  EXPECT_EQ(witness.take(line(head(5, 3)) + line(ended(5, 3, 1))), Answer::unknown_key);
  auto forged = ended(5, 3);
  forged.records.clear();
  EXPECT_EQ(witness.take(line(head(5, 3)) + line(forged)), Answer::unknown_key);
  EXPECT_EQ(kept(), line(head(3, 0)) + line(ended(3, 0)));
}

TEST_F(WitnessTest, WhatNobodyTrustedSignedIsKeptNotEvenInPart) {
  Witness witness({trusted().front()});
  auto forged = head(5, 3);
  forged.size = 6;
  EXPECT_EQ(witness.take(line(head(3, 0)) + line(forged)), Answer::unknown_key);
  EXPECT_EQ(witness.take(line(head(3, 0, 1, 7, 1))), Answer::unknown_key);
  EXPECT_EQ(witness.take(line(head(3, 0)) + line(head(3, 0, 1, 7, 1))), Answer::unknown_key);
  for (const std::string bad : {"", "\n\n", "heads", "{}\n", "{\"unit\": 7"})
    EXPECT_EQ(witness.take(bad), Answer::unreadable) << bad;
  EXPECT_EQ(witness.take(line(head(3, 0)) + "{}\n"), Answer::unreadable);
  EXPECT_EQ(kept(), "");
}

TEST_F(WitnessTest, AnotherHistoryIsKeptAndTold) {
  Witness witness(trusted());
  EXPECT_EQ(told([&] { witness.take(line(head(3, 0)) + line(head(5, 3)) + line(head(2, 0, 1, 8))); }), 0);
  EXPECT_EQ(told([&] { witness.take(line(head(5, 3, 2))); }), 1) << "another root for as many";
  EXPECT_EQ(told([&] { witness.take(line(head(5, 3, 2))); }), 0) << "once";
  EXPECT_EQ(told([&] { witness.take(line(head(4, 3))); }), 1) << "one between those that were given";
  EXPECT_EQ(told([&] { witness.take(line(head(8, 4))); }), 1) << "one that goes on from before the last";
  EXPECT_EQ(told([&] { witness.take(line(head(12, 8))); }), 0);
  EXPECT_EQ(told([&] { Witness(trusted()).take(line(head(12, 8, 3))); }), 1) << "remembered over a start";
  const auto all = kept();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 8);
}

TEST_F(WitnessTest, WhatCannotBeKeptIsRefusedAndTakenTheNextTime) {
  std::filesystem::create_directory(file("sub"));
  const std::string in_sub = file("sub") + "/theirs.jsonl";
  Witness witness({{trusted().front().key, in_sub}});
  std::filesystem::remove_all(file("sub"));
  EXPECT_THROW(witness.take(line(head(3, 0))), std::runtime_error);
  std::filesystem::create_directory(file("sub"));
  EXPECT_EQ(witness.take(line(head(3, 0))), Answer::kept);
  EXPECT_GT(std::filesystem::file_size(in_sub), 100u);
  EXPECT_THROW(Witness({{trusted().front().key, file("nowhere") + "/x"}}), std::runtime_error);
}

TEST_F(WitnessTest, ManyAtOnceLoseNothingAndDoubleNothing) {
  Witness witness(trusted());
  std::vector<std::thread> givers;
  for (int giver = 0; giver < 4; ++giver)
    givers.emplace_back([&] {
      for (int i = 1; i <= 20; ++i)
        while (witness.take(line(head(i, i - 1, 1, 7))) == Answer::busy) std::this_thread::yield();
    });
  const bool log = log_enabled(false);
  for (auto& each : givers) each.join();
  log_enabled(log);
  const auto all = kept();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 20);
}

TEST_F(WitnessTest, PlacesAndKeysThatCannotBeAreNamed) {
  const std::string key = access::test_signer().verifier().text();
  EXPECT_EQ(trust_of(key + "=/var/a=b")->file, "/var/a=b");
  for (const std::string& bad :
       std::vector<std::string>{"", "=", key, key + "=", "00=/x", key.substr(1) + "=/x"})
    EXPECT_FALSE(trust_of(bad)) << bad;
  notice::SmtpChoice mail;
  mail.address = "smtps://mail.example.org";
  for (const char* good : {"/var/heads.jsonl", "heads.jsonl", "https://other.example.org/audit/heads",
                           "http://127.0.0.1:8080/audit/heads", "mailto:dpo@example.org"})
    EXPECT_EQ(problem_of(good, mail), "") << good;
  for (const char* bad : {"https://other.example.org", "http://other.example.org/audit/heads",
                          "http://127.0.0.1.example.org/audit/heads",
                          "http://127.0.0.1:x@example.org/audit/heads", "mailto:", "mailto:dpo"})
    EXPECT_NE(problem_of(bad, mail), "") << bad;
  EXPECT_NE(problem_of("mailto:dpo@example.org", {}), "") << "no mail server";
}

TEST_F(WitnessTest, AMailBringsTheNewestHeads) {
  const notice::TestServer server(folder_, {"tls=starttls"});
  notice::SmtpChoice mail;
  mail.address = "smtp://127.0.0.1:" + server.port();
  mail.ca_file = folder_.file("ours.pem");
  mail.from = "lotse@example.org";
  const auto clock = system_clock();
  const auto sink = sink_for("mailto:dpo@example.org", mail, "", *clock);
  EXPECT_TRUE(sink->newest_alone());
  EXPECT_EQ(sink->name().find("dpo"), std::string::npos) << "it stands in the store and in the log";
  sink->give({}, {});
  EXPECT_EQ(server.accepted(), 0u);
  const std::vector<AuditHead> heads{head(3, 0), head(5, 3, 1, 8)};
  const std::vector<access::AuditEnds> ends{ended(3, 0)};
  sink->give(heads, ends);
  ASSERT_EQ(server.accepted(), 1u);
  const auto body = server.body(1);
  EXPECT_NE(body.find("\n" + line(heads[0]) + line(heads[1]) + line(ends[0])), std::string::npos) << body;
}

}  // namespace
}  // namespace lotse::witness
