// SPDX-License-Identifier: EUPL-1.2
#include "care/care.h"

#include <atomic>
#include <fstream>
#include <thread>

#include "access/record.h"
#include "access/record_test_support.h"
#include "access/store_copy.h"

namespace lotse::care {
namespace {

class CareTest : public access::RecordFixture {
 protected:
  void SetUp() override {
    RecordFixture::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    access::match_identities(*store_);
    folder_ = sql::StoreTemplates::instance().folder() / (name() + "_care");
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    RecordFixture::TearDown();
  }
  std::string key_file() const {
    return (sql::StoreTemplates::instance().folder() / (name() + ".key")).string();
  }
  RestoreChoice from(const std::filesystem::path& copy) const {
    RestoreChoice choice;
    choice.from = copy;
    choice.to = folder_ / "to";
    choice.key_file = key_file();
    return choice;
  }
  // Opens what was restored as this test's store.
  void take_over(const std::filesystem::path& folder) {
    store_.reset();
    store_ = std::make_unique<access::Store>(
        sql::open("sqlite:" + (folder / "lotse.db").string()), migrations(),
        std::make_shared<access::KeyRing>(sql::open("sqlite:" + (folder / "keys.db").string()), key_file()));
    access::match_identities(*store_);
  }
  std::string refusal(const RestoreChoice& choice) {
    try {
      const Restoring restoring(choice);
    } catch (const CopyRefused& e) {
      EXPECT_FALSE(std::filesystem::exists(choice.to / "restoring")) << "something was left";
      return e.what();
    }
    return "";
  }
  std::filesystem::path folder_;
};
LOTSE_ON_EACH_ENGINE(CareTest);

TEST_P(CareTest, OnlyASqliteStoreIsCopiedLikeThis) {
  if (on_sqlite()) return;
  EXPECT_THROW(back_up(*store_, clock_, folder_ / "one"), sql::Refused);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_P(CareTest, ACopyIsSealedAndComesBack) {
  if (!on_sqlite()) return;
  put("t1", full());
  const auto file = folder_ / "one.lotse";
  EXPECT_GT(back_up(*store_, clock_, file).data_bytes, 0U);
  EXPECT_THROW(back_up(*store_, clock_, file), CopyRefused) << "nothing is written over";
  for (const char* suffix : {"", ".keys"}) {
    std::ifstream in(file.string() + suffix, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find("CREATE TABLE"), std::string::npos);
    EXPECT_EQ(bytes.find("SQLite format"), std::string::npos);
  }
  put("t2", full());
  {
    Restoring restoring(from(file));
    EXPECT_EQ(restoring.changes(), 0);
    restoring.accept();
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to" / "restoring"));
  take_over(folder_ / "to");
  EXPECT_EQ(get<access::Thing>("t1")->value(), full());
  EXPECT_FALSE(get<access::Thing>("t2"));
  EXPECT_FALSE(refusal(from(file)).empty()) << "there is a store already";
}

TEST_P(CareTest, WhatDoesNotFitTogetherIsRefused) {
  if (!on_sqlite()) return;
  put("t1", full());
  const auto one = folder_ / "one", two = folder_ / "two";
  back_up(*store_, clock_, one);
  clock_.set(Instant{clock_.now().ms + 60'000});
  back_up(*store_, clock_, two);
  auto choice = from(two);
  choice.keys = one.string() + ".keys";
  EXPECT_NE(refusal(choice).find("older"), std::string::npos);
  choice = from(one);
  choice.keys = two.string() + ".keys";
  EXPECT_EQ(refusal(choice), "") << "newer keys are welcome";
  choice.keys = two;
  EXPECT_FALSE(refusal(choice).empty()) << "data are no keys";
  EXPECT_FALSE(refusal(from(one.string() + ".keys")).empty());
  EXPECT_FALSE(refusal(from(folder_ / "none")).empty());
  choice = from(one);
  choice.until_ms = 1;
  EXPECT_FALSE(refusal(choice).empty());
  {
    std::fstream damage(one, std::ios::binary | std::ios::in | std::ios::out);
    damage.seekp(static_cast<std::streamoff>(std::filesystem::file_size(one) / 2));
    damage << "damage";
  }
  EXPECT_NE(refusal(from(one)).find("changed or damaged"), std::string::npos);
  std::filesystem::resize_file(two, std::filesystem::file_size(two) - 1);
  EXPECT_NE(refusal(from(two)).find("not whole"), std::string::npos);
}

TEST_P(CareTest, AFolderOfCopiesFollowsTheStoreAndComesBack) {
  if (!on_sqlite()) return;
  FollowChoice choice;
  choice.folder = folder_ / "copies";
  choice.every = std::chrono::milliseconds(5);
  std::atomic<int> whole{0}, changes{0};
  std::stop_source stop;
  std::thread following([&] {
    follow(*store_, *system_clock(), choice, stop.get_token(), [&](const std::string& line) {
      if (line.starts_with("whole")) ++whole;
      if (line.starts_with("changes")) ++changes;
    });
  });
  const auto wait_for = [](const std::atomic<int>& count, int n) {
    while (count < n) std::this_thread::yield();
  };
  wait_for(whole, 1);
  put("t1", full());
  const int then = changes;
  wait_for(changes, then + 1);
  // Two looks later what was acknowledged before the first of them is there.
  put("t2", full());
  wait_for(changes, then + 2);
  stop.request_stop();
  following.join();
  {
    auto to = from(choice.folder);
    Restoring restoring(to);
    EXPECT_GE(restoring.changes(), 1);
    restoring.accept();
  }
  take_over(folder_ / "to");
  EXPECT_TRUE(get<access::Thing>("t1"));
}

TEST_P(CareTest, AFolderThatCannotBeWrittenIsToldAndTriedAgain) {
  if (!on_sqlite()) return;
  FollowChoice choice;
  choice.folder = folder_ / "file";
  std::ofstream(choice.folder) << "in the way";
  choice.every = std::chrono::milliseconds(5);
  std::atomic<int> failed{0}, whole{0};
  std::stop_source stop;
  std::thread following([&] {
    follow(*store_, *system_clock(), choice, stop.get_token(), [&](const std::string& line) {
      if (line.starts_with("failed")) ++failed;
      if (line.starts_with("whole")) ++whole;
    });
  });
  while (failed < 2) std::this_thread::yield();
  std::filesystem::remove(choice.folder);
  while (whole < 1) std::this_thread::yield();
  stop.request_stop();
  following.join();
  put("t1", full());
}

}  // namespace
}  // namespace lotse::care
