// SPDX-License-Identifier: EUPL-1.2
#pragma once
// Records with files, on the types about persons that the tests of access/ have. The cast: Olena organises in
// unit 7; somebody else does in unit 8; Merle works with cases in unit 7 and has no right to these records.
#include <set>
#include <string>

#include "access/record_test_support.h"
#include "base/log.h"
#include "file/file.h"

namespace lotse::file {

constexpr access::Right kErase{"thing.delete", 14, access::Action::erase};

class FileFixture : public access::RecordFixture {
 protected:
  std::vector<sql::Migration> migrations() const override {
    static const auto list = [] {
      auto made = sql::migrations_of({"access", "unit", "file"});
      made.push_back({"2026-12-02-own", access::kRecordTables});
      return made;
    }();
    return list;
  }
  void SetUp() override {
    log_ = log_enabled(false);
    RecordFixture::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) put("t1", full());
  }
  void TearDown() override {
    RecordFixture::TearDown();
    log_enabled(log_);
  }
  static Of agreement(std::string record = "t1") { return {std::move(record), 14, "agreement"}; }
  /** A text of that size which is nowhere like itself. */
  static std::string text_of(std::size_t size) {
    std::string text = "Kanarienvogel\n";
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 7919) + "\n";
    text.resize(size);
    return text;
  }
  std::string keep(const std::string& bytes, const Of& of = agreement(), UnitId unit = 7) {
    const auto door = writing(unit);
    return *file::put(door, of, *check("Kanarie Brief.txt", bytes), clock_.now());
  }
  Result<Opened> show(const std::string& id, const Of& of = agreement(), UnitId unit = 7) {
    return file::open(reading(unit), of, id);
  }
  void damage(std::string_view text, sql::Params values = {}) {
    // The program itself could not: on PostgreSQL its role changes no file.
    sql::Options owner;
    owner.owner = true;
    const auto other = on_sqlite() ? nullptr : sql::open(owner_url(), owner);
    sql::TestAccess::write(other ? *other : engine(), [&](sql::Tx& tx) {
      tx.enter_unit(7);
      EXPECT_GE(tx.change({"test.damage", text}, values), 1);
    });
  }
  bool log_ = true;
};

}  // namespace lotse::file
