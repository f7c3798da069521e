// SPDX-License-Identifier: EUPL-1.2
#include "sql/migrate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "sql/lock.h"
#include "sql/migration_text.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

constexpr Migration first{
    "2026-11-23-one",
    "-- The first table; this ; and 'that' are no statements.\n"
    "CREATE TABLE one (id BIGINT PRIMARY KEY, text TEXT NOT NULL DEFAULT 'a;\n--b', n BIGINT);\n\n"
    "INSERT INTO one (id, text) VALUES (1, 'semicolon;'); -- at the end\n"
    "INSERT INTO one (id) VALUES (2);"};
constexpr Migration second{"2026-11-24-two",
                           "ALTER TABLE one ADD COLUMN more DOUBLE PRECISION;\n"
                           "UPDATE one SET more = 0.5;\n"};
constexpr Migration earlier{"2026-11-22-zero", "CREATE TABLE zero (id BIGINT PRIMARY KEY);\n"};
constexpr Migration bad{
    "2026-11-25-bad", "CREATE TABLE three (id BIGINT PRIMARY KEY);\nINSERT INTO nowhere (id) VALUES (1);\n"};

class MigrateTest : public StoreTest {
 protected:
  MigrationReport run(std::vector<Migration> migrations) { return migrate(*open_as_owner(), migrations, 17); }
  std::int64_t number(std::string_view text) { return TestAccess::number(engine(), text); }
};
LOTSE_ON_EACH_ENGINE(MigrateTest);

using Names = std::vector<std::string>;

TEST_P(MigrateTest, applies_each_once_by_date) {
  const MigrationReport report = run({second, first, earlier});
  EXPECT_EQ(report.applied, (Names{"2026-11-22-zero", "2026-11-23-one", "2026-11-24-two"}));
  EXPECT_EQ(report.for_administrator, "");
  EXPECT_EQ(number("SELECT count(*) FROM one WHERE more = 0.5"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM one WHERE text = 'semicolon;'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM one WHERE text LIKE 'a;_--b'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM migration WHERE applied_at = 17"), 3);
  EXPECT_EQ(run({first, second, earlier}).applied, Names{});
  const std::vector<Migration> all{first, second, earlier};
  EXPECT_NO_THROW(require_migrated(engine(), all));
}

TEST_P(MigrateTest, refuses_what_was_changed_afterwards) {
  run({first});
  const Migration changed{first.name, "CREATE TABLE other (id BIGINT PRIMARY KEY);\n"};
  try {
    run({changed, second});
    FAIL();
  } catch (const Refused& refused) {
    EXPECT_NE(std::string(refused.what()).find("2026-11-23-one.sql"), std::string::npos) << refused.what();
  }
  EXPECT_THROW(require_migrated(engine(), std::vector<Migration>{changed}), Refused);
  EXPECT_EQ(number("SELECT count(*) FROM migration"), 3) << "nothing was applied: two are of sql/ itself";
}

TEST_P(MigrateTest, refuses_the_store_of_a_newer_program) {
  run({first, second});
  for (const auto& attempt : {std::function<void()>([&] { run({first}); }), std::function<void()>([&] {
                                require_migrated(engine(), std::vector<Migration>{first});
                              })}) {
    try {
      attempt();
      ADD_FAILURE();
    } catch (const Refused& refused) {
      EXPECT_NE(std::string(refused.what()).find("newer Lotse"), std::string::npos) << refused.what();
    }
  }
}

TEST_P(MigrateTest, asks_for_migrate_where_one_is_missing) {
  run({first});
  EXPECT_THROW(require_migrated(engine(), std::vector<Migration>{first, second}), Refused);
}

TEST_P(MigrateTest, undoes_the_whole_of_a_failing_one) {
  try {
    run({first, bad});
    FAIL();
  } catch (const Broken& broken) {
    EXPECT_NE(std::string(broken.what()).find("2026-11-25-bad"), std::string::npos) << broken.what();
  }
  const auto owner = open_as_owner();  // the rights of lotse_app come last, when all is applied
  EXPECT_EQ(TestAccess::number(*owner, "SELECT count(*) FROM one"), 2);
  EXPECT_THROW(TestAccess::number(*owner, "SELECT count(*) FROM three"), Broken);
  EXPECT_EQ(run({first}).applied, Names{});
}

TEST_P(MigrateTest, lets_several_run_at_once) {
  constexpr int count = 6;
  std::latch start(count);
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      const auto owner = open_as_owner();
      start.arrive_and_wait();
      applied += static_cast<int>(migrate(*owner, std::vector<Migration>{first, second}, 17).applied.size());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied, 2);
  EXPECT_EQ(number("SELECT count(*) FROM one"), 2);
}

TEST_P(MigrateTest, leaves_the_schema_to_the_owner) { EXPECT_THROW(migrate(engine(), {}, 17), Broken); }

TEST_P(MigrateTest, goes_on_serving_while_columns_are_added) {
  run({first});
  constexpr Statement all{"test.all", "SELECT * FROM one ORDER BY id"};
  const auto look = [&] { TestAccess::read(engine(), [&](Tx& tx) { tx.each(all, {}, [](const Row&) {}); }); };
  const auto touch = [&] {
    TestAccess::write(engine(), [&](Tx& tx) {
      tx.each({"test.touch", "UPDATE one SET n = 1 RETURNING *"}, {}, [](const Row&) {});
    });
  };
  for (int i = 0; i < 2; ++i) look(), touch();
  run({first, second});
  EXPECT_NO_THROW(touch());
  try {
    look();
  } catch (const Unavailable&) {
    // PostgreSQL: a plan made before the column came; once for each connection.
  }
  for (int i = 0; i < 10; ++i) {
    try {
      look();
    } catch (const Unavailable&) {
    }
  }
  EXPECT_NO_THROW(look());
}

TEST(MigrationText, is_translated_where_types_stand) {
  const std::string_view text =
      "CREATE TABLE t (text TEXT NOT NULL, \"BIGINT\" BIGINT, d double precision NOT NULL, b BYTEA,\n"
      "  CHECK (text <> 'TEXT'), PRIMARY KEY (text, d));\n"
      "ALTER TABLE t ADD COLUMN bigint BIGINT;\nALTER TABLE t ADD c TEXT;\n"
      "CREATE INDEX i ON t (text);\n";
  const auto sqlite = read_migration("m", text, EngineKind::Sqlite).statements;
  ASSERT_EQ(sqlite.size(), 4U);
  EXPECT_EQ(sqlite[0],
            "CREATE TABLE t (text TEXT NOT NULL, \"BIGINT\" INT, d REAL  NOT NULL, b BLOB,\n"
            "  CHECK (text <> 'TEXT'), PRIMARY KEY (text, d)) STRICT");
  EXPECT_EQ(sqlite[1], "ALTER TABLE t ADD COLUMN bigint INT");
  const auto postgres = read_migration("m", text, EngineKind::Postgresql).statements;
  EXPECT_EQ(postgres[0],
            "CREATE TABLE t (text TEXT COLLATE \"C\" NOT NULL, \"BIGINT\" BIGINT, d double precision NOT "
            "NULL, b BYTEA,\n"
            "  CHECK (text <> 'TEXT'), PRIMARY KEY (text, d))");
  EXPECT_EQ(postgres[2], "ALTER TABLE t ADD c TEXT COLLATE \"C\"");
  EXPECT_EQ(postgres[3], "CREATE INDEX i ON t (text)");
}

TEST(MigrationText, has_lines_that_say_more_than_sql) {
  const std::string_view text =
      "-- grant entry: select insert\n-- grant entry to lotse_sealer: select\n-- rls entry unit_id\n-- "
      "granted is a word\n"
      "-- sqlite: CREATE INDEX a ON entry (id);\n-- postgresql: CREATE INDEX b ON entry (id);\n";
  const Script script = read_migration("m", text, EngineKind::Sqlite);
  ASSERT_EQ(script.grants.size(), 2U);
  EXPECT_EQ(script.grants[0].role, "lotse_app");
  EXPECT_EQ(script.grants[0].rights, (Names{"SELECT", "INSERT"}));
  EXPECT_EQ(script.grants[1].role, "lotse_sealer");
  ASSERT_EQ(script.fences.size(), 1U);
  EXPECT_EQ(script.fences[0].column, "unit_id");
  EXPECT_EQ(script.statements, Names{" CREATE INDEX a ON entry (id)"});
  for (const char* wrong :
       {"-- grant entry: truncate\n", "-- grant entry select\n", "-- grant entry to public: select\n",
        "-- grant e;drop: select\n", "-- rls entry\n", "-- sqlite: SELECT 1\n", "SELECT 1\n", "-- grant\n"}) {
    EXPECT_THROW(read_migration("m", wrong, EngineKind::Sqlite), Broken) << wrong;
  }
}

TEST(MigrationText, must_be_named_by_a_date) {
  const std::string file = (StoreTemplates::instance().folder() / "names").string();
  Options how;
  how.owner = true;
  const auto engine = open("sqlite:" + file, how);
  EXPECT_THROW(migrate(*engine, std::vector<Migration>{{"one", ""}}, 0), Broken);
  EXPECT_THROW(migrate(*engine, std::vector<Migration>{first, first}, 0), Broken);
  EXPECT_THROW(require_migrated(*engine, {}), Refused) << "nothing there yet";
}

TEST(FileLock, is_held_by_one) {
  const auto file = StoreTemplates::instance().folder() / "lotse.lock";
  {
    const FileLock lock(file);
    try {
      const FileLock other(file);
      FAIL();
    } catch (const Refused& refused) {
      const std::string text = refused.what();
      EXPECT_NE(text.find("lotse.lock"), std::string::npos) << text;
      EXPECT_NE(text.find(std::to_string(::getpid())), std::string::npos) << text;
    }
  }
  EXPECT_NO_THROW(FileLock{file});
  EXPECT_THROW(FileLock("/nowhere/at/all"), Unavailable);
}

}  // namespace
}  // namespace lotse::sql
