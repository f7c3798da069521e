// SPDX-License-Identifier: EUPL-1.2
#include "seal/master.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace lotse::seal {
namespace {

class MasterKeysTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse_keys_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = pattern + "/installation.key";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(std::string_view text, mode_t mode = 0400) {
    std::filesystem::remove(path_);
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string refusal() {
    try {
      MasterKeys::read(path_);
    } catch (const KeysRefused& e) {
      return e.what();
    }
    return "";
  }
  std::string folder_, path_;
  const std::string one_ = std::string(64, 'a'), two_ = std::string(64, 'b');
};

TEST_F(MasterKeysTest, AreMadeForTheOwnersEyesOnly) {
  const auto made = MasterKeys::make(path_);
  struct stat about {};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0400u);
  EXPECT_EQ(MasterKeys::read(path_).name_of_newest(), made.name_of_newest());
  EXPECT_TRUE(MasterKeys::read(path_).newest().equals(made.newest()));
}

TEST_F(MasterKeysTest, AreNeverWrittenOver) {
  const auto made = MasterKeys::make(path_);
  EXPECT_THROW(MasterKeys::make(path_), KeysRefused);
  EXPECT_EQ(MasterKeys::read(path_).name_of_newest(), made.name_of_newest());
}

TEST_F(MasterKeysTest, TheNewestComesFirstAndAllAreFound) {
  write(one_ + "\n" + two_ + "\n");
  const auto keys = MasterKeys::read(path_);
  write(two_);
  const auto second = MasterKeys::read(path_);
  ASSERT_NE(keys.named(second.name_of_newest()), nullptr);
  EXPECT_TRUE(keys.named(second.name_of_newest())->equals(second.newest()));
  EXPECT_EQ(second.named(keys.name_of_newest()), nullptr);
  EXPECT_EQ(one_.find(keys.name_of_newest()), std::string::npos);
}

TEST_F(MasterKeysTest, AreChangedInTwoSteps) {
  const auto first = MasterKeys::make(path_);
  MasterKeys::add(path_);
  const auto both = MasterKeys::read(path_);
  EXPECT_NE(both.name_of_newest(), first.name_of_newest());
  EXPECT_NE(both.named(first.name_of_newest()), nullptr);
  MasterKeys::keep_newest(path_);
  const auto last = MasterKeys::read(path_);
  EXPECT_EQ(last.name_of_newest(), both.name_of_newest());
  EXPECT_EQ(last.named(first.name_of_newest()), nullptr);
}

TEST_F(MasterKeysTest, WhatIsNoKeyFileIsRefusedWithoutTellingWhatIsInIt) {
  for (const std::string& text :
       {std::string(), std::string("\n"), one_.substr(1), one_ + "c", std::string(64, 'x'),
        one_ + "\n\n" + two_, one_ + "\n" + two_.substr(1), std::string(5000, 'a'), one_ + " "}) {
    write(text);
    EXPECT_FALSE(refusal().empty()) << text.size();
    EXPECT_EQ(refusal().find("aaaa"), std::string::npos);
  }
  std::filesystem::remove(path_);
  EXPECT_NE(refusal().find("cannot be read"), std::string::npos);
}

TEST_F(MasterKeysTest, OthersMayNotReadIt) {
  write(one_, 0440);
  EXPECT_NE(refusal().find("chmod 0400"), std::string::npos);
  write(one_, 0604);
  EXPECT_NE(refusal().find("chmod 0400"), std::string::npos);
  write(one_, 0600);
  EXPECT_EQ(refusal(), "");
}

TEST_F(MasterKeysTest, ACredentialMayBeReadByItsGroup) {
  write(one_, 0440);
  ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(refusal(), "");
  write(one_, 0444);
  EXPECT_NE(refusal(), "");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(MasterKeysTest, OfManyWhoMakeItAtOnceOneIsFirst) {
  std::vector<std::thread> threads;
  std::atomic<int> made = 0, refused = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      try {
        MasterKeys::make(path_);
        ++made;
      } catch (const KeysRefused&) {
        ++refused;
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(refusal(), "");
}

TEST_F(MasterKeysTest, AFullFileTakesNoMore) {
  MasterKeys::make(path_);
  for (int i = 0; i < 7; ++i) MasterKeys::add(path_);
  EXPECT_THROW(MasterKeys::add(path_), KeysRefused);
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace lotse::seal
