// SPDX-License-Identifier: EUPL-1.2
#include "sql/sql.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>

#include "sql/session.h"
#include "sql/test_store.h"

namespace lotse::sql {
namespace {

constexpr Migration tables{
    "2026-11-22-test",
    "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT, size DOUBLE PRECISION, bytes BYTEA);\n"
    "CREATE TABLE part (unit_id BIGINT NOT NULL, id TEXT NOT NULL, thing_id BIGINT REFERENCES thing (id),\n"
    "  text TEXT NOT NULL CHECK (text <> ''), amount BIGINT,\n"
    "  CONSTRAINT amount_fits CHECK (amount >= 0), UNIQUE (unit_id, text), PRIMARY KEY (unit_id, id));\n"
    "CREATE UNIQUE INDEX one_amount ON part (amount) WHERE amount > 100;\n"};

constexpr Statement insert_thing{"test.insert_thing",
                                 "INSERT INTO thing (id, name, size, bytes) VALUES ($1, $2, $3, $4)"};
constexpr Statement insert_part{
    "test.insert_part", "INSERT INTO part (unit_id, id, thing_id, text, amount) VALUES ($1, $2, $3, $4, $5)"};
constexpr Statement read_thing{"test.read_thing", "SELECT id, name, size, bytes FROM thing WHERE id = $1"};
constexpr Statement count_things{"test.count_things", "SELECT count(*) FROM thing"};

class SqlTest : public StoreTest {
 protected:
  std::vector<Migration> migrations() const override { return {tables}; }
  void write(const std::function<void(Tx&)>& closure) { TestAccess::write(engine(), closure); }
  void read(const std::function<void(Tx&)>& closure) { TestAccess::read(engine(), closure); }
  std::int64_t things() { return TestAccess::number(engine(), count_things.text); }
};
LOTSE_ON_EACH_ENGINE(SqlTest);

Blob bytes_of(std::initializer_list<int> numbers) {
  Blob blob;
  for (const int number : numbers) blob.push_back(static_cast<std::byte>(number));
  return blob;
}

static_assert(!std::is_default_constructible_v<Tx> && !std::is_copy_constructible_v<Tx>);
static_assert(!std::is_constructible_v<Tx, Session&>, "only an engine makes a transaction");

TEST_P(SqlTest, keeps_every_type) {
  const std::string text =
      "Zoë Kovač, Київ, مرحبا, \xF0\x9F\x91\xAA,"
      " it's \"quoted\" \\ % $1\n\ttail ";
  const Blob blob = bytes_of({0, 1, 255, 0, 39, 92, 128});
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  write([&](Tx& tx) {
    EXPECT_EQ(tx.change(insert_thing, {most, text, 0.1, blob}), 1);
    tx.change(insert_thing, {least, "", -1.7976931348623157e308, Blob{}});
    tx.change(insert_thing, {0, nullptr, std::nullopt, std::optional<Blob>{}});
    tx.change(insert_thing,
              {true, std::optional<std::string>("x"), 5e-324, std::span<const std::byte>(blob)});
  });
  read([&](Tx& tx) {
    const auto check = [&](std::int64_t id, const std::function<void(const Row&)>& what) {
      int seen = 0;
      tx.each(read_thing, {id}, [&](const Row& row) { ++seen, what(row); });
      EXPECT_EQ(seen, 1);
    };
    check(most, [&](const Row& row) {
      EXPECT_EQ(row.integer(0), most);
      EXPECT_EQ(row.text(1), text);
      EXPECT_EQ(row.real(2), 0.1);
      EXPECT_EQ(row.blob(3), blob);
      EXPECT_EQ(row.opt_text(1), text);
      EXPECT_THROW(row.integer(1), Broken);
      EXPECT_THROW(row.integer(2), Broken);
      EXPECT_THROW(row.text(0), Broken);
      EXPECT_THROW(row.text(3), Broken);
      EXPECT_THROW(row.blob(1), Broken);
      EXPECT_THROW(row.integer(4), Broken);
      EXPECT_THROW(row.is_null(-1), Broken);
      EXPECT_EQ(row.real(0), static_cast<double>(most));
    });
    check(least, [&](const Row& row) {
      EXPECT_EQ(row.integer(0), least);
      EXPECT_EQ(row.text(1), "");
      EXPECT_FALSE(row.is_null(1));
      EXPECT_EQ(row.real(2), -1.7976931348623157e308);
      EXPECT_EQ(row.opt_blob(3), Blob{});
    });
    check(0, [&](const Row& row) {
      for (int column : {1, 2, 3}) EXPECT_TRUE(row.is_null(column));
      EXPECT_EQ(row.opt_text(1), std::nullopt);
      EXPECT_EQ(row.opt_real(2), std::nullopt);
      EXPECT_EQ(row.opt_blob(3), std::nullopt);
      EXPECT_THROW(row.text(1), Broken);
      EXPECT_THROW(row.real(2), Broken);
      EXPECT_THROW(row.blob(3), Broken);
    });
    check(1, [&](const Row& row) {
      EXPECT_TRUE(row.truth(0));
      EXPECT_EQ(row.real(2), 5e-324);
      EXPECT_EQ(row.blob(3), blob);
    });
  });
}

TEST(Value, refuses_what_the_engines_would_keep_differently) {
  EXPECT_THROW(Value(std::string("a\0b", 3)), std::invalid_argument);
  for (const char* bad : {"\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                          "a\x80", "\xF0\x9F\x91"}) {
    EXPECT_THROW(Value{bad}, std::invalid_argument) << "no value in the text of a test either";
  }
  EXPECT_NO_THROW(Value{"\xEF\xBF\xBF \xF4\x8F\xBF\xBF \xED\x9F\xBF"});
  EXPECT_THROW(Value(std::nan("")), std::invalid_argument);
  EXPECT_THROW(Value(std::numeric_limits<double>::infinity()), std::invalid_argument);
  EXPECT_THROW(Value(std::numeric_limits<std::uint64_t>::max()), std::invalid_argument);
  EXPECT_EQ(std::get<double>(Value(-0.0).cell()), 0.0);
  EXPECT_FALSE(std::signbit(std::get<double>(Value(-0.0).cell())));
  try {
    Value(std::string("geheim\0", 7));
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find("geheim"), std::string::npos);
  }
}

TEST_P(SqlTest, runs_the_common_subset) {
  write([&](Tx& tx) {
    const auto upsert = [&](std::int64_t id, const char* name) {
      return tx.one(
          {"test.upsert",
           "INSERT INTO thing (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name"
           " RETURNING id, name"},
          {id, name}, [](const Row& row) { return std::string(row.text(1)); });
    };
    EXPECT_EQ(upsert(1, "a"), "a");
    EXPECT_EQ(upsert(1, "b"), "b");
    EXPECT_EQ(
        tx.change({"test.ignore", "INSERT INTO thing (id, name) VALUES ($1, 'c') ON CONFLICT DO NOTHING"},
                  {1}),
        0);
    for (int id : {2, 3, 4}) tx.change(insert_thing, {id, id == 4 ? "b" : "c", id * 1.5, nullptr});
    EXPECT_EQ(tx.change({"test.update", "UPDATE thing SET size = 0.5 WHERE id > $1"}, {2}), 2);
    EXPECT_EQ(tx.change({"test.delete", "DELETE FROM thing WHERE id = $1"}, {99}), 0);
  });
  read([&](Tx& tx) {
    const auto ranks = tx.rows<std::int64_t>(
        {"test.window",
         "SELECT row_number() OVER (PARTITION BY name ORDER BY id DESC), id FROM thing ORDER BY name, id"},
        {}, [](const Row& row) { return row.integer(0); });
    EXPECT_EQ(ranks, (std::vector<std::int64_t>{2, 1, 2, 1}));
    const Statement mixed{
        "test.mixed",
        "SELECT sum(id), avg(size), count(*) FILTER (WHERE name = 'b'), id_is.yes, $2 + 0, $1 || 'x'"
        " FROM thing, (SELECT max(id) > 3 AS yes FROM thing) AS id_is GROUP BY id_is.yes"};
    const auto row = tx.one(mixed, {"$3 is 'text'", 7}, [](const Row& r) {
      EXPECT_EQ(r.integer(0), 10);
      EXPECT_DOUBLE_EQ(r.real(1), (0.5 + 0.5 + 3.0) / 3);
      EXPECT_EQ(r.integer(2), 2);
      EXPECT_TRUE(r.truth(3));
      EXPECT_EQ(r.integer(4), 7);
      return std::string(r.text(5));
    });
    EXPECT_EQ(row, "$3 is 'text'x");
    EXPECT_EQ(tx.one(read_thing, {12345}, [](const Row& r) { return r.integer(0); }), std::nullopt);
    EXPECT_THROW(
        tx.one(Statement{"test.all", "SELECT id FROM thing"}, {}, [](const Row& r) { return r.integer(0); }),
        Broken);
  });
}

TEST_P(SqlTest, compares_and_sorts_texts_alike) {
  write([&](Tx& tx) {
    int id = 0;
    for (const char* name : {"b", "A", "ä", "Z", "a", "_"})
      tx.change(insert_thing, {++id, name, nullptr, nullptr});
  });
  read([&](Tx& tx) {
    std::string order;
    tx.each({"test.order", "SELECT name FROM thing ORDER BY name"}, {},
            [&](const Row& row) { order += row.text(0); });
    EXPECT_EQ(order, "AZ_abä");
    const auto like = tx.one({"test.like", "SELECT count(*) FROM thing WHERE name LIKE $1"}, {"a%"},
                             [](const Row& row) { return row.integer(0); });
    EXPECT_EQ(like, 1);
  });
}

TEST_P(SqlTest, takes_row_locks_where_there_are_any) {
  write([&](Tx& tx) {
    tx.change(insert_thing, {1, "for update", nullptr, nullptr});
    for (const char* text :
         {"SELECT id FROM thing WHERE name = 'for update' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
          "SELECT id FROM thing WHERE name = 'for update' for share -- for update"}) {
      EXPECT_EQ(tx.one({"test.lock", text}, {}, [](const Row& row) { return row.integer(0); }), 1);
    }
  });
}

TEST_P(SqlTest, says_which_constraint_said_no) {
  write([](Tx& tx) {
    tx.change(insert_thing, {1, "a", nullptr, nullptr});
    tx.change(insert_part, {1, "p", 1, "text", 101});
  });
  const auto refused = [&](Params params, Conflict::Kind kind, const std::string& name) {
    try {
      write([&](Tx& tx) { tx.change(insert_part, params); });
      FAIL() << "no conflict for " << name;
    } catch (const Conflict& conflict) {
      EXPECT_EQ(conflict.kind, kind) << name;
      const bool nameless = on_sqlite() && kind == Conflict::Kind::ForeignKey;
      EXPECT_EQ(conflict.constraint, nameless ? "" : name);
      EXPECT_NE(std::string(conflict.what()).find("test.insert_part"), std::string::npos);
      EXPECT_EQ(std::string(conflict.what()).find("Geheimnis"), std::string::npos) << conflict.what();
    }
  };
  refused({1, "p", 1, "Geheimnis", 1}, Conflict::Kind::Unique, "part_pkey");
  refused({1, "q", 1, "text", 1}, Conflict::Kind::Unique, "part_unit_id_text_key");
  refused({1, "r", 1, "Geheimnis", 101}, Conflict::Kind::Unique, "one_amount");
  refused({1, "s", 77, "Geheimnis", 1}, Conflict::Kind::ForeignKey, "part_thing_id_fkey");
  refused({1, "t", 1, "Geheimnis", -1}, Conflict::Kind::Check, "amount_fits");
  refused({1, "u", 1, nullptr, 1}, Conflict::Kind::NotNull, "part.text");
  refused({nullptr, "v", 1, "Geheimnis", 1}, Conflict::Kind::NotNull, "part.unit_id");
  EXPECT_EQ(TestAccess::number(engine(), "SELECT count(*) FROM part"), 1);
}

TEST_P(SqlTest, keeps_a_primary_key_from_being_null) {
  EXPECT_THROW(TestAccess::change(engine(), "INSERT INTO thing (name) VALUES ('x')"), Conflict);
}

TEST_P(SqlTest, reads_one_snapshot) {
  write([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); });
  read([&](Tx& tx) {
    const auto count = [&] {
      return tx.one(count_things, {}, [](const Row& row) { return row.integer(0); });
    };
    EXPECT_EQ(count(), 1);
    std::thread([&] {
      write([](Tx& other) { other.change(insert_thing, {2, "b", nullptr, nullptr}); });
    }).join();
    EXPECT_EQ(count(), 1);
  });
  EXPECT_EQ(things(), 2);
}

TEST_P(SqlTest, refuses_a_write_inside_a_read) {
  EXPECT_THROW(read([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); }), Broken);
  EXPECT_THROW(read([](Tx& tx) {
                 tx.rows({"test.sly", "INSERT INTO thing (id) VALUES (1) RETURNING id"}, {},
                         [](const Row& row) { return row.integer(0); });
               }),
               Broken);
  EXPECT_THROW(read([](Tx& tx) { tx.note_change("a", "b"); }), Broken);
  EXPECT_EQ(things(), 0);
}

TEST_P(SqlTest, refuses_everything_but_queries_and_changes) {
  for (const char* text :
       {"COMMIT", "BEGIN", "DROP TABLE thing", "PRAGMA synchronous=off", "SET synchronous_commit = off", "",
        "-- nothing", "SELECT 1; DELETE FROM thing", "SELECT ?", "SELECT nonsense FROM nowhere",
        "ATTACH 'x' AS y", "VACUUM", "SELECT * FROM pragma_table_list", "EXPLAIN SELECT 1"}) {
    EXPECT_THROW(write([&](Tx& tx) { tx.each({"test.bad", text}, {}, [](const Row&) {}); }), Broken) << text;
  }
  EXPECT_THROW(write([](Tx& tx) { tx.change(count_things); }), Broken) << "a query is no change";
  EXPECT_THROW(write([](Tx& tx) { tx.change(insert_thing, {1}); }), Broken) << "too few parameters";
  EXPECT_THROW(write([](Tx& tx) {
                 tx.change(insert_thing, {1, "a", 1.5, nullptr, 5});
               }),
               Broken)
      << "too many";
  EXPECT_THROW(write([](Tx& tx) {
                 tx.change(insert_thing, {"text", "a", 1.5, nullptr});
               }),
               Broken)
      << "a wrong type";
  EXPECT_THROW(write([](Tx& tx) {
                 tx.change(insert_thing, {1, "a", 1.5, "text"});
               }),
               Broken)
      << "a wrong type";
  write([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); });
  EXPECT_EQ(things(), 1) << "and goes on";
}

TEST_P(SqlTest, ends_a_transaction_with_its_first_failed_statement) {
  write([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); });
  EXPECT_THROW(write([](Tx& tx) {
                 tx.change(insert_thing, {2, "b", nullptr, nullptr});
                 try {
                   tx.change(insert_thing, {1, "again", nullptr, nullptr});
                 } catch (const Conflict&) {
                 }
               }),
               Broken)
      << "swallowed";
  EXPECT_THROW(write([](Tx& tx) {
                 EXPECT_THROW(tx.change(insert_thing, {1, "again", nullptr, nullptr}), Conflict);
                 EXPECT_THROW(tx.change(insert_thing, {3, "c", nullptr, nullptr}), Broken);
               }),
               Broken);
  EXPECT_EQ(things(), 1);
}

TEST_P(SqlTest, lets_a_callback_throw_without_harm) {
  write([](Tx& tx) {
    for (int id : {1, 2, 3}) tx.change(insert_thing, {id, "a", nullptr, nullptr});
  });
  write([](Tx& tx) {
    int seen = 0;
    EXPECT_THROW(tx.each({"test.all", "SELECT id FROM thing ORDER BY id"}, {},
                         [&](const Row&) {
                           if (++seen == 2) throw std::runtime_error("enough");
                         }),
                 std::runtime_error);
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(tx.change({"test.delete", "DELETE FROM thing WHERE id = 1"}), 1);
  });
  EXPECT_EQ(things(), 2);
}

TEST_P(SqlTest, refuses_what_could_wait_for_itself) {
  write([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); });
  EXPECT_THROW(write([&](Tx&) { write([](Tx&) {}); }), Broken);
  EXPECT_THROW(write([&](Tx&) { read([](Tx&) {}); }), Broken);
  EXPECT_THROW(read([&](Tx&) { write([](Tx&) {}); }), Broken);
  EXPECT_THROW(read([](Tx& tx) {
                 tx.each(count_things, {}, [&](const Row&) { tx.each(count_things, {}, [](const Row&) {}); });
               }),
               Broken);
}

TEST_P(SqlTest, holds_more_statements_than_its_cache) {
  read([](Tx& tx) {
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 600; ++i) {
        const std::string text = "SELECT " + std::to_string(i) + " + $1";
        ASSERT_EQ(tx.one({"test.many", text}, {1}, [](const Row& row) { return row.integer(0); }), i + 1);
      }
    }
  });
}

TEST_P(SqlTest, stops_a_statement_that_runs_too_long) {
  Options hasty;
  hasty.statement = std::chrono::milliseconds(100);
  reopen(hasty);
  const Statement endless{
      "test.endless",
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
      " SELECT count(*) FROM n"};
  EXPECT_THROW(read([&](Tx& tx) { tx.each(endless, {}, [](const Row&) {}); }), Unavailable);
  EXPECT_THROW(write([&](Tx& tx) { tx.each(endless, {}, [](const Row&) {}); }), Unavailable);
  write([](Tx& tx) { tx.change(insert_thing, {1, "a", nullptr, nullptr}); });
  EXPECT_EQ(things(), 1);
}

TEST(Open, refuses_addresses_that_it_cannot_keep_safe) {
  for (const char* url :
       {"mysql://x", "sqlite:", "sqlite::memory:", "sqlite:file:x?mode=memory", "postgresql://[", "x.db",
        "sqlite:/nowhere/at/all/store.db", "postgresql://lotse_app:geheim@localhost/lotse",
        "postgresql:///lotse?host=/tmp&password=geheim"}) {
    try {
      open(url);
      ADD_FAILURE() << url;
    } catch (const Refused& refused) {
      EXPECT_EQ(std::string(refused.what()).find("geheim"), std::string::npos);
    }
  }
  Options options;
  options.password_file = "/nowhere/at/all";
  EXPECT_THROW(open("postgresql:///lotse?host=/nowhere", options), Refused);
  EXPECT_THROW(open("postgresql:///lotse?host=/nowhere"), Unavailable);
}

}  // namespace
}  // namespace lotse::sql
