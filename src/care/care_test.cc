// SPDX-License-Identifier: EUPL-1.2
#include "care/care.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>

#include "access/record.h"
#include "access/record_test_support.h"
#include "access/store_copy.h"
#include "care/series.h"

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
  // Follows into a folder while `work` goes on, which waits for what it did to be copied. Returns the first
  // series.
  std::filesystem::path followed(const std::function<void(const std::function<void()>&)>& work) {
    FollowChoice choice;
    choice.folder = folder_ / "copies";
    choice.every = std::chrono::milliseconds(5);
    std::stop_source stop;
    std::thread following([&] {
      follow(*store_, *system_clock(), choice, stop.get_token(), [&](const std::string& line) {
        if (line.starts_with("whole")) ++whole_;
        if (line.starts_with("changes")) ++changes_;
      });
    });
    while (whole_ < 1) std::this_thread::yield();
    // The first line after this moment may be of a look before it, the second is not. There is one with each
    // change.
    int marks = 0;
    const auto wait_for_changes = [&] {
      for (int line = 0; line < 2; ++line) {
        const int then = changes_;
        put("mark" + std::to_string(++marks), full());
        while (changes_ == then) std::this_thread::yield();
      }
    };
    work(wait_for_changes);
    stop.request_stop();
    following.join();
    return std::filesystem::directory_iterator(choice.folder)->path();
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
  std::atomic<int> whole_{0}, changes_{0};
};
LOTSE_ON_EACH_ENGINE(CareTest);

TEST_P(CareTest, OnlyASqliteStoreIsCopiedLikeThis) {
  if (on_sqlite()) return;
  EXPECT_THROW(back_up(*store_, clock_, folder_ / "one"), sql::Refused);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// A database of its own for what is restored.
class OtherDatabase {
 public:
  OtherDatabase() : name_(sql::StoreTemplates::instance().fresh_name()) {
    sql::StoreTemplates::server("CREATE DATABASE " + name_);
  }
  ~OtherDatabase() { sql::StoreTemplates::drop(name_); }
  OtherDatabase(const OtherDatabase&) = delete;
  OtherDatabase& operator=(const OtherDatabase&) = delete;
  std::string url() const { return sql::StoreTemplates::on_database(name_); }

 private:
  const std::string name_;
};

TEST_P(CareTest, ADatabaseComesBackWithoutWhatWasErasedSince) {
  if (on_sqlite()) {
    EXPECT_THROW(dump(*store_, {url(), ""}, clock_, folder_ / "one"), std::exception);
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
    return;
  }
  const DatabaseChoice copier{sql::StoreTemplates::on_database(name(), "lotse_backup"), ""};
  put("t1", full());
  put("t2", full());
  EXPECT_GT(dump(*store_, copier, clock_, folder_ / "one").data_bytes, 0U);
  store_->keys().drop(7, "t1");
  clock_.set(Instant{clock_.now().ms + 1});
  dump(*store_, copier, clock_, folder_ / "two");
  auto choice = from(folder_ / "two");
  const OtherDatabase other;
  choice.keys = folder_ / "one.keys";
  EXPECT_THROW(RestoringDatabase(choice, {other.url(), ""}), CopyRefused) << "older keys";
  choice = from(folder_ / "one");
  choice.keys = folder_ / "two.keys";
  { const RestoringDatabase given_up(choice, {other.url(), ""}); }
  RestoringDatabase restoring(choice, {other.url(), ""});
  EXPECT_THROW(RestoringDatabase(choice, {other.url(), ""}), CopyRefused) << "one is under way";
  sql::Options data, keys;
  data.schema = kRestoring[0];
  keys.schema = kRestoring[1];
  store_ = std::make_unique<access::Store>(
      sql::open(other.url(), data), migrations(),
      std::make_shared<access::KeyRing>(sql::open(other.url(), keys), key_file()));
  EXPECT_EQ(access::make_fit(*store_, clock_, "operator:test").ended, 1);
  EXPECT_FALSE(get<access::Thing>("t1"));
  EXPECT_EQ(get<access::Thing>("t2")->value(), full());
  store_.reset();
  restoring.accept();
  EXPECT_THROW(RestoringDatabase(choice, {other.url(), ""}), CopyRefused) << "there is a store";
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

TEST_P(CareTest, ALinkThatSomebodyPutInTheWayIsNotFollowed) {
  if (!on_sqlite()) return;
  const auto file = folder_ / "one", begun = folder_ / "one.part", other = folder_ / "other";
  std::ofstream(other) << "somebody's";
  std::filesystem::create_symlink(other, begun);
  EXPECT_THROW(back_up(*store_, clock_, file), std::system_error);
  EXPECT_EQ(std::filesystem::file_size(other), 10U);
  std::filesystem::remove(begun);
  std::filesystem::create_hard_link(other, begun);  // as one leaves it that was killed between two names
  EXPECT_THROW(back_up(*store_, clock_, file), std::system_error);
  EXPECT_EQ(std::filesystem::file_size(other), 10U);
  EXPECT_FALSE(std::filesystem::exists(begun)) << "the next one is begun";
  std::ofstream(begun) << std::string(1'000'000, 'x');  // as a copy leaves it that was killed
  back_up(*store_, clock_, file);
  EXPECT_EQ(refusal(from(file)), "");
  EXPECT_FALSE(std::filesystem::exists(begun));
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
  const auto series = followed([&](const std::function<void()>& wait_for_changes) {
    for (const char* each : {"t1", "t2"}) {
      put(each, full());
      wait_for_changes();
    }
  });
  {
    auto to = from(series.parent_path());
    Restoring restoring(to);
    EXPECT_GE(restoring.changes(), 1);
    restoring.accept();
  }
  take_over(folder_ / "to");
  EXPECT_TRUE(get<access::Thing>("t1"));
  EXPECT_TRUE(get<access::Thing>("t2"));
}

TEST_P(CareTest, KeysThatAreMissingAreNotTakenForErasures) {
  if (!on_sqlite()) return;
  put("t0", full());
  const auto series = followed([&](const std::function<void()>& wait_for_changes) {
    for (const char* each : {"t1", "t2", "t3"}) {
      put(each, full());
      wait_for_changes();
    }
  });
  EXPECT_EQ(refusal(from(series.parent_path())), "");
  int removed = 0;
  for (int number = 1; std::filesystem::remove(series / file_name("keys", number)); ++number) ++removed;
  ASSERT_GT(removed, 0);
  const std::string told = refusal(from(series.parent_path()));
  EXPECT_NE(told.find("keys are missing"), std::string::npos) << told;
  std::filesystem::rename(series, series.parent_path() / "20200101T000000Z-00000000");
  EXPECT_NE(refusal(from(series.parent_path())).find("belongs to another copy"), std::string::npos);
}

TEST_P(CareTest, WhatAKilledServerLeftIsNotPlayedOverAStoreThatComesBack) {
  if (!on_sqlite()) return;
  back_up(*store_, clock_, folder_ / "one");
  auto choice = from(folder_ / "one");
  std::filesystem::create_directories(choice.to);
  std::ofstream(choice.to / "lotse.db-wal") << "of before";
  EXPECT_NE(refusal(choice).find("lotse.db-wal"), std::string::npos);
  std::filesystem::remove(choice.to / "lotse.db-wal");
  Restoring restoring(choice);
  std::ofstream(choice.to / "keys.db-wal") << "of meanwhile";
  EXPECT_THROW(restoring.accept(), CopyRefused);
}

TEST_P(CareTest, AfterTheInstallationsKeyWasChangedANewWholeIsBegun) {
  if (!on_sqlite()) return;
  const auto series = followed([&](const std::function<void()>& wait_for_changes) {
    put("t1", full());
    wait_for_changes();
    store_->keys().rotate(clock_.now(), true);
    while (whole_ < 2) std::this_thread::yield();
  });
  EXPECT_EQ(refusal(from(series.parent_path())), "") << "with the new key alone";
}

TEST_P(CareTest, OneFollowsAStore) {
  if (!on_sqlite()) return;
  EXPECT_FALSE(age_of_copies(*store_)) << "nobody does";
  followed([&](const std::function<void()>&) {
    EXPECT_TRUE(age_of_copies(*store_));
    FollowChoice second;
    second.folder = folder_ / "others";
    EXPECT_THROW(follow(*store_, clock_, second, {}, [](const std::string&) {}), AlreadyFollowed);
    EXPECT_FALSE(std::filesystem::exists(second.folder));
  });
  EXPECT_FALSE(age_of_copies(*store_));
}

// What is written to standard error while it lives.
class ErrorStream {
 public:
  ErrorStream() : before_(::dup(2)) {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::dup2(ends_[1], 2);
  }
  ~ErrorStream() {
    ::dup2(before_, 2);
    for (const int fd : {before_, ends_[0], ends_[1]}) ::close(fd);
  }
  ErrorStream(const ErrorStream&) = delete;
  ErrorStream& operator=(const ErrorStream&) = delete;
  void wait_for(std::string_view text) const {
    std::string all;
    for (char c = 0; all.find(text) == all.npos && ::read(ends_[0], &c, 1) == 1;) all += c;
  }

 private:
  const int before_;
  std::array<int, 2> ends_{};
};

TEST_P(CareTest, CopiesThatHangAreToldByTheLog) {
  if (!on_sqlite()) return;
  FollowChoice choice;
  choice.folder = folder_ / "copies";
  choice.every = std::chrono::milliseconds(5);
  choice.late = std::chrono::milliseconds(1);
  std::atomic<bool> hangs{true};
  std::stop_source stop;
  const ErrorStream errors;
  std::thread following([&] {
    follow(*store_, *system_clock(), choice, stop.get_token(), [&](const std::string&) { hangs.wait(true); });
  });
  errors.wait_for("\"copy.late\",\"seconds\":");
  EXPECT_GE(age_of_copies(*store_).value().count(), 1);
  hangs = false;
  hangs.notify_all();
  stop.request_stop();
  following.join();
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
