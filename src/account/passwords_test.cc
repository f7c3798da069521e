// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "account/account.h"

namespace lotse::account {
namespace {

TEST(Passwords, HashesAreArgon2idWithTheParametersOfTheHouse) {
  Passwords passwords;
  const auto hash = passwords.hash("Drei kleine Enten"), again = passwords.hash("Drei kleine Enten");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << hash;
  EXPECT_NE(hash, again) << "each has a salt of its own";
  EXPECT_EQ(hash.find('\0'), std::string::npos);
  EXPECT_TRUE(passwords.check("Drei kleine Enten", hash));
  EXPECT_TRUE(passwords.check("Drei kleine Enten", again));
  for (const char* wrong : {"", "drei kleine Enten", "Drei kleine Enten "})
    EXPECT_FALSE(passwords.check(wrong, hash)) << wrong;
}

TEST(Passwords, EveryByteCounts) {
  Passwords passwords;
  const std::string with_nul("a\0b", 3);
  const auto hash = passwords.hash(with_nul);
  EXPECT_TRUE(passwords.check(with_nul, hash));
  EXPECT_FALSE(passwords.check("a", hash));
  const std::string long_one(1000, 'x');
  EXPECT_FALSE(passwords.check(long_one + "2", passwords.hash(long_one + "1"))) << "nothing is cut off";
}

TEST(Passwords, WhatIsNoHashFitsNothing) {
  Passwords passwords;
  for (const char* hash :
       {"", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=1$", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$",
        "$2y$10$abcdefghijklmnopqrstuv", "password"})
    EXPECT_FALSE(passwords.check("password", hash)) << hash;
}

TEST(Passwords, NobodysHashHasTheSameCostAndFitsNothing) {
  const Passwords fresh;
  const auto& nobody = fresh.of_nobody();
  EXPECT_TRUE(nobody.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << nobody;
  EXPECT_EQ(&fresh.of_nobody(), &nobody) << "made once";
  Passwords passwords;
  EXPECT_NE(passwords.of_nobody(), nobody);
  EXPECT_FALSE(passwords.check("", passwords.of_nobody()));
  EXPECT_FALSE(passwords.check("password", passwords.of_nobody()));
}

// Two are checked and four wait; the seventh is turned away. No clock decides: we go on until one is.
TEST(Passwords, SixAreLetInAndTheNextIsTurnedAwayAtOnce) {
  Passwords passwords;
  // The cost stands in the hash: many passes over little memory hold a thread without holding the machine.
  const std::string slow =
      "$argon2id$v=19$m=1024,t=600,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  std::atomic<int> busy{0}, done{0}, good{0};
  std::vector<std::thread> threads;
  while (busy == 0 && threads.size() < 2000)
    threads.emplace_back([&] {
      try {
        good += passwords.check("x", slow);
        ++done;
      } catch (const Passwords::Busy&) {
        ++busy;
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_GT(busy, 0);
  EXPECT_EQ(static_cast<std::size_t>(busy + done), threads.size()) << "those who were let in were served";
  EXPECT_GE(done, 6);
  EXPECT_LT(done, 20) << "a sign-in that waits holds somebody's thread";
  EXPECT_EQ(good, 0);
  EXPECT_TRUE(passwords.check("y", passwords.hash("y"))) << "and afterwards all goes on";
}

TEST(Passwords, EndingServesThoseWhoWait) {
  std::atomic<int> done{0};
  auto passwords = std::make_unique<Passwords>();
  const auto hash = passwords->hash("x");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { done += passwords->check("x", hash); });
  for (auto& each : threads) each.join();
  passwords.reset();
  EXPECT_EQ(done, 4);
}

}  // namespace
}  // namespace lotse::account
