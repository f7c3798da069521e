// SPDX-License-Identifier: EUPL-1.2
// What each door may reach, by the text of a statement alone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "access/store.h"
#include "base/check.h"

namespace lotse::access {
namespace {

using Reach = Store::Reach;

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The judge never asks the engine.
Store store_of(std::string_view headers) {
  const sql::Migration one{"2026-11-22-test", headers};
  return Store(nullptr, {&one, 1});
}

class Judge : public testing::Test {
 protected:
  Store store_ = store_of(
      "-- table topic open\n-- table place open\n-- table service keeper\n-- table offer keeper\n-- table "
      "note unit\n"
      "-- table task unit\n-- rls note unit_id\n-- letter_box note\n-- rls task unit_id\n-- table account "
      "access\n-- table "
      "session access\n-- table audit_entry "
      "access\nCREATE TABLE topic (a TEXT);\n");
  bool passes(std::string_view text, Reach reach) {
    try {
      const std::vector<sql::Value> unit(9, sql::Value(7));
      store_.judge({"test.statement", text}, reach, 7, unit);
      return true;
    } catch (const Bug& e) {
      EXPECT_EQ(std::string(e.what()).find("SELECT"), std::string::npos)
          << "the text names the statement, not its content";
      return false;
    }
  }
  void all(Reach reach, bool expected, std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) EXPECT_EQ(passes(text, reach), expected) << text;
  }
};

TEST_F(Judge, PublicDoorReadsOpenAndKeeperTables) {
  all(Reach::open_read, true,
      {"SELECT a FROM topic", "select A from TOPIC where x = 'update service set x'",
       "SELECT count(*) FROM service s JOIN offer o ON o.id = s.id", "SELECT 1", "VALUES (1, 2)",
       "SELECT 1 FROM service WHERE name IS DISTINCT FROM $1",
       "SELECT 1 FROM service WHERE name IS NOT DISTINCT FROM $1",
       "SELECT x FROM (SELECT a AS x FROM topic) t",
       "SELECT 1 FROM service WHERE id IN (SELECT id FROM offer)", "SELECT a, b FROM service ORDER BY a, b",
       "SELECT coalesce(a, b), count(*) FROM service GROUP BY a, b HAVING max(a) IN (1, 2)",
       "SELECT 1 FROM service s JOIN offer o USING (a, b) JOIN topic t ON coalesce(t.a, o.a) = 1",
       "SELECT a FROM topic UNION SELECT a FROM place", "SELECT 'it''s from audit_entry, really' FROM topic",
       "SELECT doc->>'a' FROM service", "SELECT 1 FROM service LEFT JOIN offer ON true"});
}

TEST_F(Judge, PublicDoorNeverWrites) {
  all(Reach::open_read, false,
      {"INSERT INTO topic (a) VALUES ($1)", "UPDATE topic SET a = 1", "DELETE FROM topic",
       "INSERT INTO service (keeper_unit) VALUES (1)",
       "WITH gone AS (DELETE FROM topic RETURNING a) SELECT a FROM gone",
       "WITH x AS (UPDATE topic SET a = 1 RETURNING a) SELECT * FROM x",
       "WITH x AS (INSERT INTO topic (a) VALUES (1) RETURNING a) SELECT * FROM x",
       "SELECT a INTO place FROM topic",
       "INSERT INTO topic (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2"});
}

TEST_F(Judge, KeywordsAsAliasesHideNoTable) {
  for (const auto reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT s.hash FROM topic AS set, session AS s", "SELECT s.hash FROM topic set, session s",
         "SELECT s.hash FROM topic AS values, session AS s", "SELECT s.hash FROM topic AS for, session AS s",
         "SELECT s.hash FROM topic offset, session s", "SELECT s.hash FROM topic AS window, session s",
         "SELECT s.hash FROM topic limit JOIN place ON true, session s",
         "SELECT s.hash FROM topic AS set CROSS JOIN place, session s", "SELECT 1 FROM topic do, session s"});
}

TEST_F(Judge, FunctionsThatReachFurtherAreUnknown) {
  for (const auto reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT query_to_xml('select * from session', true, false, '')", "SELECT ts_stat('select 1')",
         "SELECT set_config('lotse.unit', '8', true)",
         "SELECT set_config('lotse.unit', '8', true) FROM topic", "SELECT pg_sleep(5)",
         "SELECT pg_terminate_backend(1)", "SELECT load_extension('x')",
         "SELECT a FROM topic WHERE pg_advisory_lock(1) IS NULL"});
}

TEST_F(Judge, BracketsAndInnerNamesHideNoTable) {
  for (const auto reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"DELETE FROM service USING (session s CROSS JOIN topic t) WHERE service.keeper_unit = 7",
         "DELETE FROM service USING (SELECT 1) x WHERE keeper_unit = 7",
         "SELECT sql FROM (WITH sqlite_master AS (SELECT 1 AS a) SELECT a FROM sqlite_master) x JOIN "
         "sqlite_master m ON 1 = 1"});
}

TEST(JudgeFence, AUnitsTableWithoutRowLevelSecurityDoesNotStart) {
  EXPECT_THROW(store_of("-- table note unit\n"), Bug);
  EXPECT_NO_THROW(store_of("-- table note unit\n-- rls note unit_id\n"));
}

TEST_F(Judge, PublicDoorSeesNoUnitNoAccessNoUnknownTable) {
  all(Reach::open_read, false,
      {"SELECT 1 FROM note WHERE unit_id = $1", "SELECT 1 FROM account", "SELECT 1 FROM session",
       "SELECT 1 FROM audit_entry WHERE unit_id = 1", "SELECT 1 FROM nowhere", "SELECT 1 FROM sqlite_master",
       "SELECT 1 FROM pg_authid", "SELECT 1 FROM information_schema.tables",
       "SELECT 1 FROM topic JOIN account a ON true", "SELECT (SELECT max(hash) FROM session) FROM topic",
       "SELECT 1 FROM topic WHERE EXISTS (SELECT 1 FROM account)",
       "SELECT a FROM topic UNION SELECT hash FROM session",
       "WITH t AS (SELECT hash FROM session) SELECT * FROM t",
       "SELECT 1 FROM topic LEFT JOIN (SELECT hash FROM session) s ON true",
       "SELECT 1 FROM pragma_table_info('topic')", "SELECT 1 FROM topic\nJOIN\n\taccount ON true",
       "SELECT DISTINCT a FROM account"});
}

TEST_F(Judge, UnitDoorReadsItsOwnRowsOnly) {
  all(Reach::unit_read, true,
      {"SELECT text FROM note WHERE unit_id = $1", "SELECT a FROM topic", "SELECT 1 FROM service",
       "SELECT 1 FROM note n JOIN task t ON t.unit_id = n.unit_id AND t.id = n.id WHERE n.unit_id = $1"});
  all(Reach::unit_read, false,
      {"SELECT text FROM note", "SELECT text FROM note WHERE id = $1", "SELECT 1 FROM account",
       "SELECT 1 FROM audit_entry WHERE unit_id = $1", "DELETE FROM note WHERE unit_id = $1",
       "UPDATE note SET text = '' WHERE unit_id = $1", "SELECT unit_identity FROM note",
       "SELECT 'unit_id' FROM note", "SELECT 1 FROM topic WHERE a IN (SELECT text FROM note)"});
}

TEST_F(Judge, UnitDoorWritesWhatTheUnitKeeps) {
  all(Reach::unit_write, true,
      {"INSERT INTO service (id, keeper_unit) VALUES ($1, $2)",
       "UPDATE service SET name = $1 WHERE id = $2 AND keeper_unit = $3",
       "DELETE FROM service WHERE id = $1 AND keeper_unit = $2",
       "INSERT INTO note (unit_id, id) VALUES ($1, $2) ON CONFLICT (unit_id, id) DO UPDATE SET text = "
       "excluded.text",
       "UPDATE note SET text = $1 WHERE unit_id = $2", "SELECT 1 FROM note WHERE unit_id = $1 FOR UPDATE",
       "SELECT 1 FROM note WHERE unit_id = $1 FOR UPDATE SKIP LOCKED",
       "INSERT INTO topic (a) SELECT max(a) + 1 FROM topic WHERE true ON CONFLICT (a) DO UPDATE SET a = "
       "excluded.a, b = 1",
       "UPDATE service SET a = 1, b = 2 FROM offer WHERE offer.id = service.id AND service.keeper_unit = "
       "$1"});
  all(Reach::unit_write, false,
      {"INSERT INTO service (id) VALUES ($1)", "UPDATE service SET name = $1 WHERE id = $2",
       "DELETE FROM service WHERE id = $1", "DELETE FROM note WHERE id = $1",
       "INSERT INTO note (id) VALUES ($1)", "UPDATE account SET active = 0",
       "DELETE FROM audit_entry WHERE unit_id = $1", "INSERT INTO session (hash, unit_id) VALUES ($1, 1)",
       "INSERT INTO topic (a) SELECT hash FROM session", "SELECT 1",
       "UPDATE service SET keeper_unit = 1 FROM account WHERE true",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, 2) ON CONFLICT (id) DO UPDATE SET name = (SELECT "
       "max(hash) FROM session)"});
}

TEST_F(Judge, ALetterBoxOnlyTakesIn) {
  all(Reach::letter_box, true,
      {"INSERT INTO note (unit_id, id) VALUES ($1, $2)", "SELECT a FROM topic", "SELECT 1 FROM service"});
  all(Reach::letter_box, false,
      {"INSERT INTO task (unit_id, id) VALUES ($1, $2)", "INSERT INTO topic (a) VALUES ($1)",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, $2)", "INSERT INTO note (id) VALUES ($1)",
       "INSERT INTO note (unit_id, id) VALUES ($1, $2) RETURNING id",
       "INSERT INTO note (unit_id, id) VALUES ($1, $2) ON CONFLICT (unit_id, id) DO NOTHING",
       "SELECT id FROM note WHERE unit_id = $1", "UPDATE note SET text = $2 WHERE unit_id = $1",
       "DELETE FROM note WHERE unit_id = $1",
       "WITH x AS (DELETE FROM note WHERE unit_id = $1 RETURNING id) SELECT id FROM x",
       "INSERT INTO note (unit_id, id) SELECT $1, id FROM note WHERE unit_id = $1"});
}

TEST_F(Judge, RowsOfAUnitAreThoseOfTheDoor) {
  all(Reach::unit_read, true,
      {"SELECT n.text FROM note AS n WHERE n.a = $2 AND n.unit_id = $1 ORDER BY n.a LIMIT 5",
       "SELECT 1 FROM topic t LEFT JOIN note n ON n.unit_id = $1 AND n.a = t.a WHERE t.a = $2 OR t.b = $3",
       "SELECT 1 FROM note n LEFT JOIN task t ON t.unit_id = n.unit_id WHERE n.unit_id = $1",
       "SELECT 1 FROM note n WHERE n.unit_id = $1 AND EXISTS (SELECT 1 FROM task t WHERE t.unit_id = "
       "n.unit_id) IS NOT NULL AND 1 = 1 UNION SELECT 2 FROM note m WHERE m.unit_id = $1",
       "WITH x AS (SELECT a FROM note WHERE unit_id = $1) SELECT a FROM x",
       "SELECT a FROM note WHERE unit_id = $1 UNION ALL SELECT a FROM task WHERE unit_id = $1"});
}

TEST_F(Judge, RowsOfAnotherUnitAreNot) {
  for (const Reach reach : {Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT unit_id, id FROM note ORDER BY unit_id",
         "SELECT 1 FROM note n JOIN task t ON t.unit_id = $1",
         "SELECT 1 FROM note n LEFT JOIN task t ON n.unit_id = $1 AND t.unit_id = $1",
         "SELECT 1 FROM note WHERE unit_id = 7",
         "SELECT 1 FROM note WHERE unit_id = $1 OR true",
         "SELECT 1 FROM note WHERE unit_id > $1",
         "SELECT 1 FROM note WHERE NOT unit_id = $1",
         "SELECT 1 FROM note WHERE (unit_id = $1) IS NOT NULL",
         "SELECT 1 FROM note WHERE unit_id = $1 = false",
         "SELECT 1 FROM note WHERE a BETWEEN 1 AND unit_id = $1",
         "SELECT 1 FROM note WHERE CASE WHEN true AND unit_id = $1 AND true THEN true ELSE true END",
         "SELECT 1 FROM note WHERE unit_id = $0",
         "SELECT 1 FROM note WHERE unit_id = $1 + 1",
         "SELECT 1 FROM note n RIGHT JOIN task t ON t.unit_id = $1 WHERE n.unit_id = $1",
         "SELECT 1 FROM task t FULL JOIN note n ON n.unit_id = $1 WHERE t.unit_id = $1",
         "SELECT 1 FROM note n JOIN service s ON true WHERE unit_id = $1",
         "SELECT 1 FROM note WHERE unit_id = $1 UNION SELECT 1 FROM task",
         "SELECT 1 FROM note n WHERE n.unit_id = n.unit_id",
         "SELECT 1 FROM note n JOIN task t ON t.unit_id = n.unit_id WHERE n.unit_id = t.unit_id",
         "SELECT 1 FROM note n WHERE n.unit_id = $1 AND EXISTS (SELECT 1 FROM service n JOIN task t ON "
         "t.unit_id = n.unit_id)",
         "SELECT 1 FROM note n WHERE n.unit_id = excluded.unit_id",
         "SELECT count(*) FILTER (WHERE unit_id = $1) FROM note",
         "SELECT a FROM note GROUP BY a HAVING unit_id = $1"});
  all(Reach::unit_write, false,
      {"DELETE FROM note WHERE unit_id > 0", "DELETE FROM note WHERE unit_id = $1 OR id = $2",
       "UPDATE service SET keeper_unit = $1", "UPDATE service SET keeper_unit = $2 WHERE keeper_unit = $1",
       "UPDATE service SET name = $2, keeper_unit = $3 WHERE keeper_unit = $1",
       "UPDATE service SET (name, keeper_unit) = ($2, $3) WHERE keeper_unit = $1",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = "
       "excluded.name",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, $2) ON CONFLICT (id) WHERE keeper_unit = "
       "excluded.keeper_unit AND true DO UPDATE SET name = excluded.name",
       "INSERT INTO note (unit_id, id) VALUES ($1, $2) ON CONFLICT (unit_id, id) DO UPDATE SET unit_id = 8",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, $2), ($3, 4)",
       "INSERT INTO service (id, keeper_unit) VALUES ($1, $2 + 1)", "INSERT INTO service VALUES ($1, $2)",
       "INSERT INTO service (id, keeper_unit) SELECT id, keeper_unit FROM offer",
       "INSERT OR REPLACE INTO service (id, keeper_unit) VALUES ($1, $2)",
       "INSERT INTO service DEFAULT VALUES"});
  all(Reach::unit_write, true,
      {"INSERT INTO service (id, keeper_unit) VALUES ($1, $2), (nullif($3, ''), $4) ON CONFLICT (id) DO "
       "UPDATE "
       "SET name = excluded.name, a = excluded.a WHERE service.keeper_unit = excluded.keeper_unit AND "
       "service.a = 1",
       "INSERT INTO service (keeper_unit, id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
       "UPDATE note AS n SET text = $2 WHERE n.unit_id = $1 RETURNING n.text"});
}

TEST_F(Judge, EnginesReadSomeTextsOtherwise) {
  for (const auto reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT $1('), hash FROM session WHERE $1(')",
         "SELECT $1::text FROM topic",
         "SELECT $1.ts_stat FROM topic",
         "SELECT hash FROM 'session' topic",
         "SELECT hash, NOT 'true' distinct FROM session",
         "WITH query_to_xml AS (SELECT 1) SELECT query_to_xml('select 1', true, false, '') FROM topic",
         "WITH set_config AS (SELECT 1) SELECT a, set_config('lotse.unit', '8', true) AS materialized FROM "
         "topic",
         "SELECT (cast('select 1' as text)).ts_stat FROM topic",
         "SELECT s.hash FROM topic t FOR UPDATE, session s",
         "SELECT s.hash FROM (SELECT 0 for FROM topic) x JOIN place p ON x.for = 0, session s",
         "SELECT s.hash FROM (SELECT 0 set FROM topic) x JOIN place p ON x.set = 0, session s",
         "SELECT 1 FROM topic AS left",
         "SELECT x.on FROM topic x",
         "SELECT 1 FROM topic OUTER LEFT JOIN place ON true",
         "SELECT 1 FROM topic NATURAL JOIN place",
         "SELECT 1 FROM topic INDEXED BY i",
         "SELECT 1 FROM topic t$1",
         "SELECT 1 FROM topic AS count (x, a)",
         "WITH pg_class AS (SELECT relname FROM pg_class) SELECT 1 FROM pg_class",
         "WITH a AS (SELECT 1 FROM b), b AS (SELECT 1) SELECT 1 FROM a"});
  for (const auto reach : {Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT text, 0 AS left FROM note WHERE unit_id = $1 AND 1 = left OR 1 = 1",
         "SELECT n.text FROM note n JOIN (SELECT 0 AS left) x ON 1 = 1 WHERE n.unit_id = $1 AND 1 = x.left "
         "OR 1 = 1",
         "SELECT n.text FROM note n WHERE n.unit_id = $1 UNION SELECT t.text FROM (SELECT 8 AS unit_id) n "
         "JOIN task t ON "
         "t.unit_id = n.unit_id",
         "WITH x AS (SELECT 8 AS unit_id) SELECT t.a FROM note n JOIN task t ON t.unit_id = n.unit_id WHERE "
         "n.unit_id = $1 "
         "UNION SELECT t.a FROM x n JOIN task t ON t.unit_id = n.unit_id",
         "SELECT 1 FROM note AS left JOIN service note ON 1 = 1 WHERE note.unit_id = $1",
         "SELECT 1 FROM note n JOIN note AS outer ON outer.unit_id = $1 WHERE n.unit_id = $1",
         "SELECT 1 FROM note AS count (x, unit_id) WHERE unit_id = $1"});
  all(Reach::unit_write, false,
      {"UPDATE note SET 'unit_id' = 8 WHERE unit_id = $1",
       "UPDATE service SET name = 'x' WHERE keeper_unit = $1 FOR UPDATE OR 1 = 1",
       "UPDATE service AS left SET name = 'x' FROM offer service WHERE service.keeper_unit = $1",
       "INSERT INTO service (id, keeper_unit) VALUES ('n1', $1) UNION ALL SELECT 's8', 8",
       "INSERT INTO service (id, keeper_unit) VALUES ('n1', $1) ON CONFLICT (source) DO NOTHING ON CONFLICT "
       "(id) DO UPDATE "
       "SET name = 'x'",
       "UPDATE service SET a = CASE WHEN a IS DISTINCT FROM 5 THEN 1 ELSE 2 END, keeper_unit = 8 WHERE "
       "keeper_unit = $1",
       "UPDATE service SET name = n.text FROM note n WHERE service.keeper_unit = $1 AND n.unit_id = "
       "service.unit_id",
       "INSERT INTO topic (a, b) SELECT n.a, n.b FROM note n WHERE true ON CONFLICT (a) DO UPDATE SET b = 1 "
       "WHERE n.unit_id "
       "= $1"});
}

TEST_F(Judge, TheValueMustBeTheUnitOfTheDoor) {
  const std::string_view text = "SELECT 1 FROM note WHERE a = $1 AND unit_id = $2";
  const auto asks = [&](std::vector<sql::Value> values) {
    store_.judge({"test.statement", text}, Reach::unit_read, 7, values);
  };
  EXPECT_NO_THROW(asks({8, 7}));
  EXPECT_THROW(asks({7, 8}), Bug);
  EXPECT_THROW(asks({7, "7"}), Bug);
  EXPECT_THROW(asks({7, nullptr}), Bug);
  EXPECT_THROW(asks({7}), Bug);
}

TEST_F(Judge, CommaJoinsDoNotSlipThrough) {
  for (const Reach reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT 1 FROM topic, audit_entry", "SELECT 1 FROM topic t, account a WHERE a.id = t.a",
         "SELECT 1 FROM topic JOIN place ON true, session",
         "SELECT 1 FROM (SELECT a FROM topic) t, session s",
         "SELECT 1 FROM (SELECT a FROM topic), session AS s", "SELECT 1 FROM topic CROSS JOIN place, session",
         "UPDATE service SET name = 'x' FROM offer, session WHERE keeper_unit = 1",
         "SELECT 1 WHERE EXISTS (SELECT 1 FROM topic, session)",
         "SELECT 1 FROM topic JOIN place USING (a, b), session",
         "SELECT 1 FROM service, note WHERE unit_id = $1"});
}

TEST_F(Judge, QuotedAndQualifiedNamesDoNotSlipThrough) {
  for (const Reach reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT 1 FROM \"audit_entry\"", "SELECT 1 FROM topic JOIN \"session\" ON true",
         "SELECT 1 FROM `session`", "SELECT 1 FROM [session]", "SELECT 1 FROM main.session",
         "SELECT 1 FROM public.session", "SELECT 1 FROM public . session",
         "SELECT 1 FROM topic JOIN public.session ON true",
         "WITH public AS (SELECT 1) SELECT 1 FROM public.session",
         "WITH main AS (SELECT 1) SELECT 1 FROM topic JOIN main.session ON true",
         "SELECT 1 FROM topic.session", "DELETE FROM \"service\" WHERE id = 1",
         "UPDATE public.service SET keeper_unit = 1", "SELECT \"unit_id\" FROM note"});
}

TEST_F(Judge, NamesOfWithAreNoTablesButHideNone) {
  all(Reach::open_read, true,
      {"WITH t AS (SELECT a FROM topic) SELECT a FROM t",
       "WITH t(x) AS (SELECT a FROM topic), u AS (SELECT x FROM t) SELECT x FROM u JOIN t ON true",
       "WITH RECURSIVE up(key) AS (SELECT a FROM topic WHERE a = $1 UNION SELECT t.parent FROM topic t JOIN "
       "up ON up.key = t.a) SELECT key FROM up",
       "WITH t AS MATERIALIZED (SELECT a FROM topic), u AS NOT MATERIALIZED (SELECT a FROM t) SELECT a FROM "
       "u"});
  for (const Reach reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"WITH session AS (SELECT hash FROM session) SELECT hash FROM session",
         "WITH t AS (SELECT hash FROM session) SELECT hash FROM t",
         "WITH t AS (SELECT 1), session AS (SELECT 1) SELECT 1 FROM session",
         "SELECT 1 FROM (WITH t AS (SELECT 1) SELECT * FROM t) x", "SELECT max(a), session AS s FROM session",
         "SELECT count(*), audit_entry (1) FROM audit_entry",
         "WITH t AS (SELECT 1) SELECT max(a), account AS x FROM account",
         "WITH t AS (DELETE FROM session RETURNING hash) SELECT hash FROM t",
         "WITH t AS (SELECT 1) DELETE FROM t", "WITH t AS (TABLE session) SELECT * FROM t"});
}

TEST_F(Judge, OtherWaysToNameATableDoNotSlipThrough) {
  for (const Reach reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"TABLE session",
         "SELECT 1 FROM topic WHERE EXISTS (TABLE session)",
         "SELECT 1 FROM topic WHERE a IN session",
         "SELECT 1 FROM topic WHERE a NOT IN session",
         "DELETE FROM service USING session WHERE keeper_unit = 1",
         "SELECT 1 FROM (session)",
         "SELECT 1 FROM (session JOIN topic ON true)",
         "SELECT 1 FROM ((SELECT 1) AS a CROSS JOIN session)",
         "SELECT 1 FROM topic JOIN (session s JOIN topic t ON true) ON true",
         "SELECT 1 FROM ONLY session",
         "SELECT 1 FROM topic LEFT JOIN LATERAL (SELECT 1 FROM session) x ON true",
         "UPDATE ONLY session SET hash = ''",
         "UPDATE OR REPLACE session SET hash = ''",
         "INSERT OR REPLACE INTO session (hash) VALUES (1)",
         "REPLACE INTO session (hash) VALUES (1)",
         "MERGE INTO session USING topic ON true WHEN MATCHED THEN DELETE",
         "DROP TABLE topic",
         "ATTACH 'x' AS y",
         "PRAGMA writable_schema = 1",
         "COPY topic TO STDOUT",
         "EXPLAIN SELECT 1 FROM session",
         ""});
}

TEST_F(Judge, NothingHidesInCommentsAndConstants) {
  for (const Reach reach : {Reach::open_read, Reach::unit_read, Reach::unit_write})
    all(reach, false,
        {"SELECT 1 FROM topic -- it's\n JOIN session ON 'a' = 'a'",
         "SELECT 1 FROM topic /* ' */ JOIN session ON true /* ' */", "SELECT 1 FROM/**/session",
         "SELECT 1 FROM /* topic */ session", "SELECT $$ ' $$ FROM topic JOIN session ON $$ ' $$ = ''",
         "SELECT $a$'$a$ FROM session", "SELECT E'\\'' FROM topic JOIN session ON ''=''",
         "SELECT e'\\' FROM topic JOIN session ON true OR a = ' '", "SELECT 1 FROM topic WHERE a = 'open",
         "SELECT 1 FROM topic; DELETE FROM session", "SELECT 1 FROM note -- unit_id",
         "DELETE FROM service /* keeper_unit */", "SELECT 1 FROM topic\xC2\xA0JOIN session ON true"});
}

TEST_F(Judge, AJudgementIsOfTheTextNotOfItsPlace) {
  std::string text = "SELECT a FROM topic  ";
  EXPECT_TRUE(passes(text, Reach::open_read));
  text = "SELECT a FROM session";
  EXPECT_FALSE(passes(text, Reach::open_read)) << "a statement that stands where a good one stood";
  const std::string_view both = "SELECT a FROM topic JOIN session ON true";
  EXPECT_TRUE(passes(both.substr(0, 19), Reach::open_read));
  EXPECT_FALSE(passes(both, Reach::open_read));
  // Good for one door is not good for another, whatever was asked first.
  const std::string_view write = "UPDATE topic SET a = 1";
  EXPECT_TRUE(passes(write, Reach::unit_write));
  EXPECT_FALSE(passes(write, Reach::unit_read));
  EXPECT_FALSE(passes(write, Reach::open_read));
  EXPECT_TRUE(passes(write, Reach::unit_write));
}

TEST(Tables, EachIsDeclaredOnceWithAKind) {
  EXPECT_THROW(store_of("-- table topic open\n-- table topic keeper\n"), Bug);
  EXPECT_THROW(store_of("-- table topic\n"), Bug);
  EXPECT_THROW(store_of("-- table topic private\n"), Bug);
  const auto store =
      store_of("-- SPDX\n-- table topic open\r\n--table not_this open\nCREATE TABLE topic (a TEXT);");
  EXPECT_NO_THROW(store.judge({"t", "SELECT 1 FROM topic"}, Reach::open_read, 0, {}));
  EXPECT_THROW(store.judge({"t", "SELECT 1 FROM not_this"}, Reach::open_read, 0, {}), Bug);
}

// The statements of all features, as they stand in the sources: none is refused by the widest door of a
// feature.
TEST(Tables, EveryStatementOfTheFeaturesKeepsToItsDoor) {
  const std::filesystem::path src = std::filesystem::path(LOTSE_SOURCE_DIR) / "src";
  std::vector<std::string> texts, files;
  for (const auto& each : std::filesystem::recursive_directory_iterator(src)) {
    const auto name = each.path().filename().string();
    if (name.starts_with("20") && name.ends_with(".sql")) texts.push_back(file_text(each.path()));
    const auto folder = each.path().parent_path().filename();
    if (name.ends_with(".cc") && !name.ends_with("_test.cc") && folder != "access" && folder != "sql")
      files.push_back(each.path().string());
  }
  std::vector<sql::Migration> migrations;
  for (const auto& text : texts) migrations.push_back({"m", text});
  const Store store(nullptr, migrations);
  const std::regex declared(
      R"re(sql::Statement\s+\w+\{\s*("(?:[^"\\]|\\.)*"),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\})re"),
      literal(R"re("((?:[^"\\]|\\.)*)")re");
  const std::vector<sql::Value> unit(20, sql::Value(7));
  int found = 0;
  for (const auto& file : files) {
    const std::string text = file_text(file);
    for (std::sregex_iterator at(text.begin(), text.end(), declared), end; at != end; ++at) {
      const std::string parts = (*at)[2];
      std::string sql;
      for (std::sregex_iterator part(parts.begin(), parts.end(), literal); part != end; ++part)
        sql += (*part)[1];
      ++found;
      EXPECT_NO_THROW(store.judge({"feature", sql}, Reach::unit_write, 7, unit)) << file << ": " << sql;
    }
  }
  EXPECT_GT(found, 30);
}

}  // namespace
}  // namespace lotse::access
