// SPDX-License-Identifier: EUPL-1.2
// The questions of the bench of match/ put to SQLite and PostgreSQL, one prepared statement each: checks that
// all three give the same hits, and compares.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "match_data.h"
#include "match_sql.h"

namespace {

using namespace lotse;
using bench::SqlValue;
using Clock = std::chrono::steady_clock;

/** A row of the statement. */
struct Row {
  std::string id;
  long costs = 0, tier = 0, step = 0, total = 0;
  bool operator==(const Row&) const = default;
};

/** One database with the offers in it. */
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::vector<Row> ask(const match::Question& question) = 0;
  /** How the statement is carried out for this question, as the database tells it. */
  virtual std::string plan(const match::Question& question) = 0;
};

class Sqlite : public Engine {
 public:
  explicit Sqlite(const bench::MatchData& data)
      : file_((std::filesystem::temp_directory_path() /
               fmt::format("lotse-match-bench-{}.db", Clock::now().time_since_epoch().count()))
                  .string()) {
    check(sqlite3_open(file_.c_str(), &db_));
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA cache_size=-1000000");  // all of it fits into memory
    run("PRAGMA mmap_size=4000000000");
    run("BEGIN");
    for (const auto& sql : bench::match_tables(bench::kSqlite)) run(sql);
    load(data);
    run("COMMIT");
    run("ANALYZE");
    statement_ = prepare(bench::match_statement(bench::kSqlite));
  }
  ~Sqlite() override {
    sqlite3_finalize(statement_);
    sqlite3_close(db_);
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file_ + end);
  }

  std::vector<Row> ask(const match::Question& question) override {
    bind(statement_, bench::match_parameters(question));
    std::vector<Row> rows;
    while (sqlite3_step(statement_) == SQLITE_ROW) {
      const auto number = [&](int column) {
        return static_cast<long>(sqlite3_column_int64(statement_, column));
      };
      rows.push_back({reinterpret_cast<const char*>(sqlite3_column_text(statement_, 0)), number(1), number(2),
                      number(3), number(4)});
    }
    check(sqlite3_reset(statement_));
    return rows;
  }

  std::string plan(const match::Question& question) override {
    sqlite3_stmt* explain = prepare("EXPLAIN QUERY PLAN " + bench::match_statement(bench::kSqlite));
    bind(explain, bench::match_parameters(question));
    std::string text;
    while (sqlite3_step(explain) == SQLITE_ROW)
      text += fmt::format("  {}\n", reinterpret_cast<const char*>(sqlite3_column_text(explain, 3)));
    sqlite3_finalize(explain);
    return text;
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  void run(const std::string& sql) { check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  void bind(sqlite3_stmt* statement, const std::vector<SqlValue>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int at = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
      if (const auto* number = std::get_if<std::int64_t>(&values[i]))
        check(sqlite3_bind_int64(statement, at, *number));
      else if (const auto* text = std::get_if<std::string>(&values[i]))
        check(
            sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT));
      else
        check(sqlite3_bind_null(statement, at));
    }
  }
  void load(const bench::MatchData& data) {
    std::string table;
    sqlite3_stmt* insert = nullptr;
    bench::each_match_row(data, [&](const char* name, const std::vector<SqlValue>& values) {
      if (table != name) {
        sqlite3_finalize(insert);
        table = name;
        std::string marks;
        for (std::size_t i = 0; i < values.size(); ++i)
          marks += fmt::format("{}${}", i == 0 ? "" : ",", i + 1);
        insert = prepare(fmt::format("INSERT INTO {} VALUES ({})", table, marks));
      }
      bind(insert, values);
      check(sqlite3_step(insert));
      check(sqlite3_reset(insert));
    });
    sqlite3_finalize(insert);
  }

  std::string file_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

class Postgres : public Engine {
 public:
  Postgres(const char* url, const bench::MatchData& data) : db_(PQconnectdb(url)) {
    if (PQstatus(db_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(db_));
    run("SET client_min_messages = warning");
    run("SET jit = off");
    run("SET work_mem = '64MB'");
    for (const char* table : bench::kMatchTables) run(fmt::format("DROP TABLE IF EXISTS {}", table));
    for (const auto& sql : bench::match_tables(bench::kPostgres)) run(sql);
    load(data);
    // The map of what is visible is made too, without which no index is enough by itself.
    for (const char* table : bench::kMatchTables) run(fmt::format("VACUUM ANALYZE {}", table));
    Result(PQprepare(db_, "match", bench::match_statement(bench::kPostgres).c_str(), 0, nullptr), db_);
  }
  ~Postgres() override { PQfinish(db_); }

  void run(const std::string& sql) { Result(PQexec(db_, sql.c_str()), db_); }

  std::vector<Row> ask(const match::Question& question) override {
    const Texts texts(bench::match_parameters(question));
    const Result result(PQexecPrepared(db_, "match", static_cast<int>(texts.pointers.size()),
                                       texts.pointers.data(), nullptr, nullptr, 0),
                        db_);
    std::vector<Row> rows;
    for (int i = 0; i < PQntuples(result.get()); ++i) {
      const auto number = [&](int column) {
        return std::strtol(PQgetvalue(result.get(), i, column), nullptr, 10);
      };
      rows.push_back({PQgetvalue(result.get(), i, 0), number(1), number(2), number(3), number(4)});
    }
    return rows;
  }

  std::string plan(const match::Question& question) override {
    // Of the prepared statement itself, whose plan may be another one than that of its text.
    std::string values;
    for (const auto& value : bench::match_parameters(question)) {
      if (!values.empty()) values += ", ";
      if (const auto* number = std::get_if<std::int64_t>(&value))
        values += std::to_string(*number);
      else if (const auto* written = std::get_if<std::string>(&value))
        values += literal(*written);
      else
        values += "NULL";
    }
    const Result result(
        PQexec(db_, fmt::format("EXPLAIN (ANALYZE, BUFFERS) EXECUTE match ({})", values).c_str()), db_);
    std::string text;
    for (int i = 0; i < PQntuples(result.get()); ++i)
      text += fmt::format("  {}\n", PQgetvalue(result.get(), i, 0));
    return text;
  }

 private:
  /** A result that is freed; the constructor throws what the database refused. */
  class Result {
   public:
    Result(PGresult* result, PGconn* db) : result_(result, PQclear) {
      const auto status = PQresultStatus(result);
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
        throw std::runtime_error(PQerrorMessage(db));
    }
    PGresult* get() const { return result_.get(); }

   private:
    std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
  };
  /** Values as libpq wants them. */
  struct Texts {
    explicit Texts(const std::vector<SqlValue>& values) : texts(values.size()) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (const auto* number = std::get_if<std::int64_t>(&values[i])) texts[i] = std::to_string(*number);
        if (const auto* text = std::get_if<std::string>(&values[i])) texts[i] = *text;
        pointers.push_back(values[i].index() == 0 ? nullptr : texts[i].c_str());
      }
    }
    std::vector<std::string> texts;
    std::vector<const char*> pointers;
  };

  std::string literal(const std::string& text) {
    const std::unique_ptr<char, void (*)(void*)> quoted(PQescapeLiteral(db_, text.data(), text.size()),
                                                        PQfreemem);
    return quoted.get();
  }
  void end_copy() {
    if (PQputCopyEnd(db_, nullptr) != 1) throw std::runtime_error(PQerrorMessage(db_));
    while (PGresult* result = PQgetResult(db_)) Result(result, db_);
  }
  void load(const bench::MatchData& data) {
    std::string table, line;
    bench::each_match_row(data, [&](const char* name, const std::vector<SqlValue>& values) {
      if (table != name) {
        if (!table.empty()) end_copy();
        table = name;
        run(fmt::format("COPY {} FROM STDIN", table));
      }
      line.clear();
      for (const SqlValue& value : values) {
        if (!line.empty()) line += '\t';
        if (const auto* number = std::get_if<std::int64_t>(&value))
          line += std::to_string(*number);
        else if (const auto* text = std::get_if<std::string>(&value))
          line += *text;  // letters, digits, - and # only
        else
          line += "\\N";
      }
      line += '\n';
      if (PQputCopyData(db_, line.data(), static_cast<int>(line.size())) != 1)
        throw std::runtime_error(PQerrorMessage(db_));
    });
    end_copy();
  }

  PGconn* db_;
};

std::vector<Row> rows_of(const match::Answer& answer) {
  std::vector<Row> rows;
  for (const match::Hit& hit : answer.hits) {
    rows.push_back({hit.id, hit.misses * 8 + hit.unknowns, hit.tier,
                    hit.distance_m ? *hit.distance_m / 100 : 999'999,
                    static_cast<long>(answer.fitting + answer.unsure + answer.nearly)});
  }
  return rows;
}

/** Times of single questions in microseconds. */
using Times = std::vector<double>;

double median(Times times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

template <class Ask>
Times measure(std::span<const match::Question> questions, Ask&& ask) {
  Times times;
  for (const match::Question& question : questions) {
    const auto start = Clock::now();
    ask(question);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  return times;
}

/** Asks the database all questions, compares each answer with find()'s, and prints. Returns the number of
 * differences. */
int compare(const std::string& name, Engine& engine, const match::Snapshot& snapshot,
            std::span<const match::Question> questions) {
  match::Scratch scratch;
  std::vector<std::vector<Row>> answers;
  const Times theirs =
      measure(questions, [&](const auto& question) { answers.push_back(engine.ask(question)); });
  int differences = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (answers[i] == rows_of(match::find(snapshot, questions[i], scratch))) continue;
    if (++differences == 1) fmt::print(stderr, "{}: question {} is the first that differs\n", name, i);
  }
  const Times ours =
      measure(questions, [&](const auto& question) { return match::find(snapshot, question, scratch); });
  fmt::print("{:<34} median {:9.1f} us, find() {:6.1f} us: {:6.0f} times; {} of {} answers differ\n", name,
             median(theirs), median(ours), median(theirs) / median(ours), differences, questions.size());
  return differences;
}

struct Mode {
  const char* name;
  std::vector<const char*> settings;
};

/**
 * The ways in which PostgreSQL may plan the statement. It guesses that a range of words is thousands of them,
 * and would rather read whole tables: the last ones leave it nothing but its indexes.
 */
const Mode kModes[] = {{"auto", {"SET plan_cache_mode = auto"}},
                       {"custom plans", {"SET plan_cache_mode = force_custom_plan"}},
                       {"generic plan", {"SET plan_cache_mode = force_generic_plan"}},
                       {"custom plans by index",
                        {"SET plan_cache_mode = force_custom_plan", "SET enable_hashjoin = off",
                         "SET enable_mergejoin = off", "SET enable_seqscan = off"}},
                       {"generic plan by index",
                        {"SET plan_cache_mode = force_generic_plan", "SET enable_hashjoin = off",
                         "SET enable_mergejoin = off", "SET enable_seqscan = off"}}};

/** Tries every mode with some questions, and asks all in the best one. */
int compare_postgres(Postgres& postgres, const match::Snapshot& snapshot,
                     std::span<const match::Question> questions) {
  const auto set = [&](const Mode& mode) {
    postgres.run("RESET ALL");
    for (const char* each : {"SET jit = off", "SET work_mem = '64MB'"}) postgres.run(each);
    for (const char* each : mode.settings) postgres.run(each);
    postgres.run("DISCARD PLANS");  // the generic one was made under other settings
  };
  const auto some = questions.first(std::min<std::size_t>(questions.size(), 100));
  const Mode* best = nullptr;
  double least = 0;
  for (const Mode& mode : kModes) {
    set(mode);
    measure(some.first(std::min<std::size_t>(some.size(), 20)),
            [&](const auto& q) { postgres.ask(q); });  // warms up
    const double now = median(measure(some, [&](const auto& q) { postgres.ask(q); }));
    fmt::print("tried PostgreSQL, {}: {:.1f} us with {} questions\n", mode.name, now, some.size());
    if (!best || now < least) best = &mode, least = now;
  }
  set(*best);
  fmt::print("plan of PostgreSQL, {}:\n{}", best->name, postgres.plan(questions[0]));
  return compare(fmt::format("PostgreSQL, {}", best->name), postgres, snapshot, questions);
}

}  // namespace

/** Arguments: folder of the store, file of paths, number of questions, URL of an empty PostgreSQL database.
 */
int main(int count, char** values) try {
  if (count != 5) {
    fmt::print(stderr, "bench_match_sql STORE PATHS QUESTIONS URL\n");
    return 2;
  }
  const auto data = bench::read_match_data(values[1], values[2], std::strtoul(values[3], nullptr, 10));
  match::Builder builder(data.topics);
  for (const match::Offer& offer : data.offers) builder.add(offer);
  const auto snapshot = builder.build();
  int differences = 0;
  {
    Sqlite sqlite(data);
    measure(std::span(data.questions).first(std::min<std::size_t>(data.questions.size(), 20)),
            [&](const auto& q) { sqlite.ask(q); });  // warms up
    fmt::print("plan of SQLite {}:\n{}", sqlite3_libversion(), sqlite.plan(data.questions[0]));
    differences += compare("SQLite, prepared, in memory", sqlite, *snapshot, data.questions);
  }
  Postgres postgres(values[4], data);
  differences += compare_postgres(postgres, *snapshot, data.questions);
  return differences == 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_match_sql: {}\n", error.what());
  return 2;
}
