// SPDX-License-Identifier: EUPL-1.2
//
// What only PostgreSQL has: roles, row-level security, connections that break.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "sql/changes.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

constexpr Migration tables{
    "2026-11-22-test",
    "-- grant entry: select insert\n"
    "-- grant entry to lotse_sealer: select update\n"
    "-- rls person unit_id\n"
    "CREATE TABLE person (unit_id BIGINT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (unit_id, id));\n"
    "CREATE TABLE entry (id BIGINT PRIMARY KEY, text TEXT);\n"};

class PostgresTest : public StoreTest {
 protected:
  std::vector<Migration> migrations() const override { return {tables}; }
  Options options() const override {
    Options how;
    how.connections = 1;  // so that a test meets the connection that it broke
    how.busy = std::chrono::seconds(20);
    return how;
  }
  std::unique_ptr<Engine> open_as(const std::string& role) {
    return open(StoreTemplates::on_database(name(), role), options());
  }
  // Ends all connections of lotse_app to this database, as a restart of the server would.
  void cut_connections() {
    const auto other = open_as("lotse_app");
    TestAccess::number(*other,
                       "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND usename = current_user AND pid <> "
                       "pg_backend_pid()) AS gone");
  }
};
INSTANTIATE_TEST_SUITE_P(engines, PostgresTest, ::testing::Values(EngineKind::Postgresql), engine_name);

constexpr std::string_view insert_entry = "INSERT INTO entry (id, text) VALUES ($1, 'x')";
constexpr std::string_view count_entries = "SELECT count(*) FROM entry";

TEST_P(PostgresTest, serves_only_a_role_that_cannot_get_round_its_fences) {
  EXPECT_NO_THROW(refuse_privileged(engine()));
  EXPECT_NO_THROW(refuse_privileged(*open_as("lotse_sealer")));
  const auto why = [&](Engine& privileged) {
    try {
      refuse_privileged(privileged);
    } catch (const Refused& refused) {
      return std::string(refused.what());
    }
    return std::string("nothing");
  };
  EXPECT_NE(why(*open_as("postgres")).find("superuser"), std::string::npos);
  EXPECT_NE(why(*open_as_owner()).find("CREATEROLE"), std::string::npos);
  const std::string member = name() + "_member";
  StoreTemplates::server("CREATE ROLE " + member + " LOGIN IN ROLE lotse_owner");
  EXPECT_NE(why(*open_as(member)), "nothing");
  StoreTemplates::server("DROP ROLE " + member);
  for (const std::string all : {"pg_read_all_data", "pg_write_server_files"}) {
    StoreTemplates::server("CREATE ROLE " + member + " LOGIN IN ROLE lotse_app, " + all);
    EXPECT_NE(why(*open_as(member)).find("everything on the server"), std::string::npos) << all;
    StoreTemplates::server("DROP ROLE " + member);
  }
}

TEST_P(PostgresTest, gives_the_app_the_rights_that_the_migrations_say) {
  TestAccess::change(engine(), insert_entry, {1});
  EXPECT_EQ(TestAccess::number(engine(), count_entries), 1);
  EXPECT_THROW(TestAccess::change(engine(), "UPDATE entry SET text = 'y'"), Broken);
  EXPECT_THROW(TestAccess::change(engine(), "DELETE FROM entry"), Broken);
  EXPECT_THROW(
      TestAccess::change(engine(), "INSERT INTO migration (name, hash, applied_at) VALUES ('x', 'y', 1)"),
      Broken);
  const auto sealer = open_as("lotse_sealer");
  EXPECT_EQ(TestAccess::change(*sealer, "UPDATE entry SET text = 'sealed'"), 1);
  EXPECT_THROW(TestAccess::change(*sealer, insert_entry, {2}), Broken);
  EXPECT_THROW(TestAccess::number(*sealer, "SELECT count(*) FROM person"), Broken);
  EXPECT_EQ(TestAccess::number(
                engine(),
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'lotse' AND c.relkind = 'r' AND has_table_privilege(c.oid, 'TRUNCATE')"),
            0);
  EXPECT_EQ(TestAccess::number(engine(), "SELECT has_schema_privilege(current_user, 'lotse', 'CREATE')"), 0);
}

TEST_P(PostgresTest, shows_rows_of_the_entered_unit_only) {
  const auto add = [&](std::int64_t entered, std::int64_t unit) {
    TestAccess::write(engine(), [&](Tx& tx) {
      tx.enter_unit(entered);
      tx.change({"test.add", "INSERT INTO person (unit_id, id) VALUES ($1, 'p')"}, {unit});
    });
  };
  add(1, 1);
  add(2, 2);
  EXPECT_THROW(add(1, 2), Broken);
  TestAccess::read(engine(), [&](Tx& tx) {
    tx.enter_unit(2);
    EXPECT_EQ(
        tx.one({"test.see", "SELECT unit_id FROM person"}, {}, [](const Row& row) { return row.integer(0); }),
        2);
  });
  EXPECT_THROW(TestAccess::number(engine(), "SELECT count(*) FROM person"), Broken) << "no unit was entered";
  EXPECT_THROW(TestAccess::number(*open_as_owner(), "SELECT count(*) FROM person"), Broken)
      << "not even for the owner";
}

TEST_P(PostgresTest, makes_a_new_connection_where_the_old_one_is_gone) {
  TestAccess::change(engine(), insert_entry, {1});
  cut_connections();
  TestAccess::change(engine(), insert_entry, {2});
  cut_connections();
  EXPECT_EQ(TestAccess::number(engine(), count_entries), 2);
}

TEST_P(PostgresTest, repeats_a_closure_whose_connection_broke_before_the_commit) {
  int runs = 0;
  TestAccess::write(engine(), [&](Tx& tx) {
    tx.change({"test.insert", insert_entry}, {1});
    if (++runs == 1) {
      std::thread([&] { cut_connections(); }).join();
    }
    tx.change({"test.insert", insert_entry}, {2});
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(TestAccess::number(engine(), count_entries), 2);
  EXPECT_EQ(engine().figures().repeats, 1U);
}

TEST_P(PostgresTest, repeats_a_read_whose_connection_broke) {
  int runs = 0;
  TestAccess::read(engine(), [&](Tx& tx) {
    if (++runs == 1) std::thread([&] { cut_connections(); }).join();
    tx.each({"test.count", count_entries}, {}, [](const Row&) {});
  });
  EXPECT_EQ(runs, 2);
}

TEST_P(PostgresTest, hears_of_changes_after_its_listener_was_cut_off) {
  EXPECT_EQ(engine().wait_for_change(0, std::chrono::milliseconds(1)), 0);
  cut_connections();
  TestAccess::write(engine(), [](Tx& tx) { tx.note_change("test", "1"); });
  EXPECT_GT(engine().wait_for_change(0, std::chrono::seconds(30)), 0);
}

// The one with the lower number commits later: until then a follower must not be shown the other one.
TEST_P(PostgresTest, shows_a_change_when_all_before_it_are_decided) {
  const auto other = open_as("lotse_app");
  const auto keys = [&] {
    std::string all;
    TestAccess::read(*other, [&](Tx& tx) {
      for (const Change& change : changes_after(tx, 0, 10)) all += change.key;
    });
    return all;
  };
  TestAccess::write(engine(), [&](Tx& tx) {
    tx.change({"test.insert", insert_entry}, {1});
    tx.note_change("test", "a");
    std::thread([&] {
      TestAccess::write(*other, [](Tx& quick) { quick.note_change("test", "b"); });
      EXPECT_EQ(keys(), "");
      EXPECT_EQ(other->wait_for_change(0, std::chrono::milliseconds(100)), 0);
    }).join();
  });
  EXPECT_EQ(keys(), "ab");
}

TEST_P(PostgresTest, forgets_changes_that_a_dump_brought_from_another_server) {
  TestAccess::change(engine(), "INSERT INTO change (seq, topic, key) VALUES ($1, 'a', 'b')",
                     {std::int64_t{1} << 60});
  TestAccess::write(engine(), [](Tx& tx) { tx.note_change("test", "c"); });
  const std::int64_t newest = engine().wait_for_change(0, std::chrono::seconds(30));
  EXPECT_EQ(TestAccess::number(engine(), "SELECT max(seq) FROM change"), newest);
}

TEST_P(PostgresTest, hears_of_the_changes_of_other_processes) {
  const auto other = open_as("lotse_app");
  TestAccess::write(*other, [](Tx& tx) { tx.note_change("test", "1"); });
  EXPECT_GT(engine().wait_for_change(0, std::chrono::seconds(30)), 0);
}

TEST_P(PostgresTest, takes_the_password_from_a_file) {
  const auto file = StoreTemplates::instance().folder() / "password";
  std::ofstream(file) << "any will do where the server trusts\nsecond line\n";
  Options how = options();
  how.password_file = file.string();
  EXPECT_EQ(TestAccess::number(*open(url(), how), "SELECT 1"), 1);
}

TEST_P(PostgresTest, waits_for_commits_whatever_the_server_is_set_to) {
  EXPECT_EQ(TestAccess::number(engine(), "SELECT current_setting('synchronous_commit') = 'on'"), 1);
  EXPECT_EQ(
      TestAccess::number(engine(), "SELECT current_setting('transaction_isolation') = 'repeatable read'"), 1);
}

TEST_P(PostgresTest, has_sorted_columns_by_code_point) {
  EXPECT_EQ(
      TestAccess::number(engine(),
                         "SELECT count(*) FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation"
                         " WHERE a.attrelid = cast('lotse.entry' as regclass) AND a.attname = 'text'"
                         " AND c.collname = 'C'"),
      1);
}

}  // namespace
}  // namespace lotse::sql
