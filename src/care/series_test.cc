// SPDX-License-Identifier: EUPL-1.2
#include "care/series.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "care/care.h"
#include "care/copy_files.h"
#include "care/page_files.h"

namespace lotse::care {
namespace {

constexpr std::int64_t kDay = 24 * 3'600'000;

class SeriesTest : public ::testing::Test {
 protected:
  SeriesTest()
      : keys_(seal::MasterKeys::of([] {
          std::vector<seal::Key> keys;
          keys.push_back(seal::Key::random());
          return keys;
        }())) {
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse_series_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
  }
  ~SeriesTest() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& series, const std::string& part, std::int64_t number, std::int64_t at_ms) {
    std::filesystem::create_directories(folder_ / series);
    WholeFile file(folder_ / series / file_name(part, number));
    ContainerWriter out(seal::Profile::xchacha20, keys_,
                        json_of({part, "s", series, number, at_ms, number > 0 ? 1U : 0U}, 4'096),
                        [&](std::string_view bytes) { file.write(bytes); });
    out.finish();
    file.finish();
  }
  void put_whole(const std::string& series, std::int64_t at_ms) {
    put(series, "data", 0, at_ms);
    put(series, "keys", 0, at_ms);
  }
  seal::MasterKeys keys_;
  std::filesystem::path folder_;
};

const std::string kOld = "20260101T000000Z-aaaaaaaa", kNew = "20260201T000000Z-bbbbbbbb";

TEST_F(SeriesTest, OnlyWhatIsCompleteCounts) {
  put(kOld, "data", 0, 1);
  EXPECT_TRUE(series_in(folder_).empty()) << "the keys are missing";
  put(kOld, "keys", 0, 1);
  put(kOld, "data", 1, 7);
  std::ofstream(folder_ / kOld / "data-000002.lotse.part") << "broken off";
  std::ofstream(folder_ / "notes.txt") << "of somebody";
  const auto found = series_in(folder_);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begun_ms, 1);
  EXPECT_EQ(found[0].last_ms, 7);
  EXPECT_EQ(files_of(found[0], "data").size(), 2U);
}

TEST_F(SeriesTest, AMissingFileInBetweenIsNamed) {
  put_whole(kOld, 1);
  put(kOld, "data", 1, 2);
  put(kOld, "data", 3, 4);
  try {
    files_of(series_in(folder_).front(), "data");
    FAIL() << "it would have been restored with a hole";
  } catch (const CopyRefused& e) {
    EXPECT_NE(std::string(e.what()).find("data-000002.lotse"), std::string::npos) << e.what();
  }
}

TEST_F(SeriesTest, OneThatCannotBeReadStandsInNobodysWay) {
  put_whole(kOld, 1);
  put_whole(kNew, 2);
  std::filesystem::resize_file(folder_ / kOld / "data-000000.lotse", 3);
  std::vector<std::string> unread;
  EXPECT_EQ(series_in(folder_, &unread).size(), 1U);
  ASSERT_EQ(unread.size(), 1U);
  EXPECT_NE(unread[0].find(kOld), std::string::npos);
  EXPECT_NO_THROW(forget_series(folder_, Instant{100 * kDay}, 30));
  EXPECT_TRUE(std::filesystem::exists(folder_ / kOld)) << "somebody may want to look at it";
}

TEST_F(SeriesTest, TheOneWithTheNewestChangesIsTheLast) {
  put_whole(kOld, 1);
  put_whole(kNew, 5);
  put(kOld, "data", 1, 9);
  EXPECT_EQ(series_in(folder_).back().folder.filename(), kOld);
}

TEST_F(SeriesTest, OldCopiesAreForgottenAndTheNewestNever) {
  put_whole(kOld, 0);
  put_whole(kNew, 10 * kDay);
  put(kOld, "data", 1, 9 * kDay);
  forget_series(folder_, Instant{30 * kDay}, 30);
  EXPECT_EQ(series_in(folder_).size(), 2U);
  std::filesystem::create_directories(folder_ / "20250101T000000Z-cccccccc");
  forget_series(folder_, Instant{30 * kDay + 1}, 30);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "20250101T000000Z-cccccccc")) << "somebody may be writing it";
  EXPECT_EQ(series_in(folder_).size(), 1U) << "its keys are older than 30 days, whatever its changes are";
  forget_series(folder_, Instant{4'000 * kDay}, 30);
  EXPECT_EQ(series_in(folder_).size(), 1U);
  std::ofstream(folder_ / "mine.txt") << "of somebody";
  forget_series(folder_, Instant{4'000 * kDay}, 1);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "mine.txt"));
}

TEST_F(SeriesTest, AFileIsThereWholeOrNotAtAll) {
  const auto path = folder_ / "file";
  {
    WholeFile file(path);
    file.write("half");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  WholeFile file(path);
  file.write("whole");
  EXPECT_FALSE(std::filesystem::exists(path));
  file.finish();
  EXPECT_EQ(std::filesystem::file_size(path), 5U);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  WholeFile second(path);
  EXPECT_THROW(second.finish(), std::system_error) << "nothing is written over";
}

}  // namespace
}  // namespace lotse::care
