// SPDX-License-Identifier: EUPL-1.2
#include <atomic>
#include <fstream>
#include <thread>

#include "file/file_test_support.h"

namespace lotse::file {
namespace {

class FileStoreTest : public FileFixture {};
LOTSE_ON_EACH_ENGINE(FileStoreTest);

constexpr std::size_t kPiece = 256 * 1024;

TEST_P(FileStoreTest, AFileOfEachLengthComesBackAsItWas) {
  for (const std::size_t size :
       {std::size_t{14}, std::size_t{4096}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    const std::string bytes = text_of(size);
    const auto opened = show(keep(bytes));
    ASSERT_TRUE(opened) << size;
    EXPECT_TRUE(opened->bytes == bytes) << size;
    EXPECT_EQ(opened->name, "Kanarie Brief.txt");
    EXPECT_EQ(opened->type, Type::text);
  }
  EXPECT_EQ(number("SELECT count(*) FROM file_piece WHERE unit_id = 7"), 1 + 1 + 1 + 1 + 2 + 3);
}

TEST_P(FileStoreTest, TheListIsInOrderAndSaysWhatThereIs) {
  EXPECT_TRUE(list(reading(), agreement()).empty());
  const auto first = keep(text_of(100)), second = keep(text_of(5000));
  keep(text_of(10), {"t1", 14, "other"});
  const auto found = list(reading(), agreement());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, first);
  EXPECT_EQ(found[1].id, second);
  EXPECT_EQ(found[1].size, 5000);
  EXPECT_EQ(found[1].name, "Kanarie Brief.txt");
  EXPECT_FALSE(found[1].broken);
}

TEST_P(FileStoreTest, NothingOfItLiesOpenInTheFiles) {
  keep(text_of(2 * kPiece));
  std::string all;
  if (on_sqlite()) {
    for (const auto& path : {file(), file() + "-wal"}) {
      std::ifstream in(path, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
  } else {
    sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      tx.each({"test.all", "SELECT facts FROM file UNION ALL SELECT content FROM file_piece"}, {},
              [&](const sql::Row& r) {
                for (const auto b : r.blob(0)) all += static_cast<char>(b);
              });
      all += "agreement@D14";
    });
  }
  EXPECT_NE(all.find("agreement@D14"), all.npos) << "what is plain shows that we look at the right bytes";
  for (const std::string canary : {"Kanarie", "\n7919\n"}) EXPECT_EQ(all.find(canary), all.npos) << canary;
}

TEST_P(FileStoreTest, AnotherUnitRecordKindOrCategoryHasNone) {
  put("t1", full(), 8);
  put("t2", full());
  const auto id = keep(text_of(100));
  EXPECT_THROW(show(id, agreement(), 8), NotFound);
  EXPECT_THROW(show(id, agreement("t2")), NotFound);
  EXPECT_THROW(show(id, {"t1", 14, "other"}), NotFound);
  EXPECT_EQ(entries().back().what, "file.open");
  EXPECT_EQ(entries().back().decision, "denied");
  EXPECT_TRUE(list(reading(8), agreement()).empty());
  EXPECT_THROW(remove(desk().records(kErase, access::kRegistered), {"t1", 14, "other"}, id), NotFound);
  EXPECT_TRUE(show(id));
}

TEST_P(FileStoreTest, ACategoryThatTheMatrixWithholdsIsNeitherShownNorTaken) {
  const Of health{"t1", 9, "report"};
  EXPECT_THROW(keep(text_of(100), health), Bug);
  EXPECT_EQ(number("SELECT count(*) FROM file WHERE unit_id = 7"), 0);
  // Even where its row says so.
  const auto id = keep(text_of(100));
  damage("UPDATE file SET kind = 'report@D9' WHERE unit_id = 7");
  EXPECT_THROW(show(id, health), NotFound);
  EXPECT_TRUE(list(reading(), health).empty());
}

TEST_P(FileStoreTest, OpeningIsEnteredWithTheFileAndWhoseItIs) {
  const auto id = keep(text_of(100));
  EXPECT_EQ(entries().back().what, "file.put");
  EXPECT_EQ(entries().back().about, "D14 of t1");
  const auto before = entries().size();
  ASSERT_TRUE(show(id));
  const auto all = entries();
  ASSERT_EQ(all.size(), before + 1);
  EXPECT_EQ(all.back().what, "file.open");
  EXPECT_EQ(all.back().about, "D14 of t1");
  std::string object;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.each({"test.object", "SELECT object FROM audit_entry WHERE unit_id = 7 AND what = 'file.open'"}, {},
            [&](const sql::Row& r) { object = r.text(0); });
  });
  EXPECT_EQ(object, id);
}

TEST_P(FileStoreTest, WhatWasChangedFromOutsideIsRefusedWhole) {
  const std::string bytes = text_of(3 * kPiece);
  struct Case {
    const char* what;
    std::string change;
  };
  const auto first_of = [](const std::string& id) {
    return "unit_id = 7 AND file = '" + id + "' AND number = ";
  };
  const auto damages = [&](const std::string& id, const std::string& other) {
    return std::vector<Case>{
        {"a piece is missing", "DELETE FROM file_piece WHERE " + first_of(id) + "1"},
        {"the last is missing", "DELETE FROM file_piece WHERE " + first_of(id) + "2"},
        {"pieces of another file",
         "UPDATE file_piece SET content = (SELECT p.content FROM file_piece p WHERE p.unit_id = 7 "
         "AND p.file = '" +
             other + "' AND p.number = 1) WHERE " + first_of(id) + "1"},
        {"twice the same",
         "UPDATE file_piece SET content = (SELECT p.content FROM file_piece p WHERE p.unit_id = 7 AND "
         "p.file = '" +
             id + "' AND p.number = 0) WHERE " + first_of(id) + "1"},
        {"facts of another",
         "UPDATE file SET facts = (SELECT f.facts FROM file f WHERE f.unit_id = 7 AND f.id = '" + other +
             "') WHERE unit_id = 7 AND id = '" + id + "'"}};
  };
  const auto other = keep(bytes);
  for (std::size_t i = 0; i < damages("", "").size(); ++i) {
    const auto id = keep(bytes);
    ASSERT_TRUE(show(id));
    damage(damages(id, other)[i].change);
    const auto opened = show(id);
    ASSERT_FALSE(opened) << damages(id, other)[i].what;
    EXPECT_NE(opened.error()[0].text.id.find("damaged or changed"), std::string::npos);
  }
  EXPECT_TRUE(show(other));
  const auto found = list(reading(), agreement());
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const auto& each) { return each.broken; }), 1)
      << "one with foreign facts, and it hides none of the others";
  EXPECT_EQ(found.size(), 1 + damages("", "").size());
}

TEST_P(FileStoreTest, ASingleBitIsSeen) {
  const auto id = keep(text_of(kPiece));
  sql::Blob content;
  sql::TestAccess::read(engine(), [&](sql::Tx& tx) {
    tx.enter_unit(7);
    tx.each({"test.content", "SELECT content FROM file_piece WHERE unit_id = 7"}, {},
            [&](const sql::Row& r) { content = r.blob(0); });
  });
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, content.size() / 2, content.size() - 1}) {
    auto changed = content;
    changed[at] ^= std::byte{1};
    damage("UPDATE file_piece SET content = $1 WHERE unit_id = 7", {changed});
    EXPECT_FALSE(show(id)) << at;
  }
  damage("UPDATE file_piece SET content = $1 WHERE unit_id = 7", {content});
  EXPECT_TRUE(show(id));
}

TEST_P(FileStoreTest, WhatIsRemovedIsGoneWithAllPieces) {
  const auto id = keep(text_of(2 * kPiece)), stays = keep(text_of(100));
  remove(desk().records(kErase, access::kRegistered), agreement(), id);
  EXPECT_EQ(entries().back().what, "file.remove");
  EXPECT_EQ(entries().back().about, "D14 of t1");
  EXPECT_THROW(show(id), NotFound);
  EXPECT_THROW(remove(desk().records(kErase, access::kRegistered), agreement(), id), NotFound);
  EXPECT_EQ(number("SELECT count(*) FROM file_piece WHERE unit_id = 7"), 1);
  EXPECT_TRUE(show(stays));
}

TEST_P(FileStoreTest, TheEndOfARecordIsTheEndOfItsFiles) {
  put("t2", full());
  const auto id = keep(text_of(2 * kPiece)), stays = keep(text_of(100), agreement("t2"));
  desk()
      .records(kErase, access::kRegistered)
      .change("thing.end", "t1", {{"t1"}}, [](access::RecordChange& c) {
        c.end("t1");
        return 0;
      });
  EXPECT_EQ(number("SELECT count(*) FROM file_piece WHERE unit_id = 7"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM file WHERE unit_id = 7"), 1);
  EXPECT_THROW(show(id), NotFound);
  EXPECT_TRUE(show(stays, agreement("t2")));
  EXPECT_THROW(keep(text_of(10)), NotFound) << "nothing new comes to what has ended";
  EXPECT_THROW(keep(text_of(10), agreement("never")), NotFound);
}

TEST_P(FileStoreTest, ADroppedKeyEndsItWhereverItsRowsLie) {
  const auto id = keep(text_of(100));
  store_->keys().drop(7, "t1");
  EXPECT_THROW(show(id), NotFound);
}

TEST_P(FileStoreTest, APuttingInMayRunTwice) {
  sql::Options twice;
  twice.twice = true;
  open_store(twice);
  const std::string bytes = text_of(kPiece + 5);
  const auto id = keep(bytes);
  EXPECT_TRUE(show(id)->bytes == bytes);
  EXPECT_EQ(number("SELECT count(*) FROM file_piece WHERE unit_id = 7"), 2);
  remove(desk().records(kErase, access::kRegistered), agreement(), id);
  EXPECT_EQ(number("SELECT count(*) FROM file WHERE unit_id = 7"), 0);
}

TEST_P(FileStoreTest, ManyAtOnceDoNotMix) {
  constexpr int kThreads = 6, kEach = 3;
  std::vector<access::RecordDoor> doors;
  for (int i = 0; i < kThreads; ++i) doors.push_back(writing());
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < kEach; ++n) {
        const std::string bytes =
            "File " + std::to_string(i) + " " + std::to_string(n) + "\n" + text_of(kPiece + 100);
        const auto id = file::put(doors[static_cast<std::size_t>(i)], agreement(), *check("a.txt", bytes),
                                  Instant{clock_.now().ms});
        const auto opened = file::open(doors[static_cast<std::size_t>(i)], agreement(), *id);
        same += opened && opened->bytes == bytes;
      }
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(same, kThreads * kEach);
  EXPECT_EQ(list(reading(), agreement()).size(), std::size_t{kThreads * kEach});
}

TEST_P(FileStoreTest, ARecordHasAnEndOfFiles) {
  keep("x1");
  damage(
      "INSERT INTO file (unit_id, record, id, kind, made_ms, facts) SELECT unit_id, record, 'a' || n.n, "
      "kind, made_ms, facts "
      "FROM file, (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 99) SELECT n "
      "FROM c) n "
      "WHERE unit_id = 7");
  const auto refused = file::put(writing(), agreement(), *check("a.txt", "x2"), clock_.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error()[0].field, "file");
  damage("DELETE FROM file WHERE unit_id = 7 AND id = 'a1'");
  EXPECT_TRUE(file::put(writing(), agreement(), *check("a.txt", "x2"), clock_.now()));
}

}  // namespace
}  // namespace lotse::file
