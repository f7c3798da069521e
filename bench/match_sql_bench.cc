// SPDX-License-Identifier: EUPL-1.2
// The questions of the bench of match/ put to SQLite and PostgreSQL: checks that all three give the same
// hits, and compares.
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
    for (const auto& sql : bench::match_tables("")) run(sql);
    load(data);
    for (const auto& sql : bench::match_indexes()) run(sql);
    run("COMMIT");
    run("ANALYZE");
    statement_ = prepare(bench::kMatchStatement);
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
    sqlite3_stmt* explain = prepare("EXPLAIN QUERY PLAN " + std::string(bench::kMatchStatement));
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
    for (const char* table : {"offer_bench", "offer_topic", "offer_word", "offer_hours", "offer_language"})
      run(fmt::format("DROP TABLE IF EXISTS {}", table));
    for (const auto& sql : bench::match_tables("COLLATE \"C\"")) run(sql);
    load(data);
    for (const auto& sql : bench::match_indexes()) run(sql);
    run("VACUUM ANALYZE");
    Result(PQprepare(db_, "match", bench::kMatchStatement, 0, nullptr), db_);
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
    const Texts texts(bench::match_parameters(question));
    const std::string sql = "EXPLAIN (ANALYZE, BUFFERS) " + std::string(bench::kMatchStatement);
    const Result result(PQexecParams(db_, sql.c_str(), static_cast<int>(texts.pointers.size()), nullptr,
                                     texts.pointers.data(), nullptr, nullptr, 0),
                        db_);
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
          line += *text;  // letters, digits, - only
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

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/** Asks one way and gives the median in microseconds. */
template <class Ask>
double measure(const std::vector<match::Question>& questions, Ask&& ask) {
  std::vector<double> times;
  for (const match::Question& question : questions) {
    const auto start = Clock::now();
    ask(question);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  return median(times);
}

/** Asks the database all questions, compares each answer with find()'s, and prints. Returns the number of
 * differences. */
int compare(const char* name, Engine& engine, const match::Snapshot& snapshot,
            const std::vector<match::Question>& questions) {
  match::Scratch scratch;
  for (std::size_t i = 0; i < std::min<std::size_t>(20, questions.size()); ++i)
    engine.ask(questions[i]);  // warms up
  std::vector<std::vector<Row>> answers;
  const double theirs =
      measure(questions, [&](const auto& question) { answers.push_back(engine.ask(question)); });
  int differences = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (answers[i] != rows_of(match::find(snapshot, questions[i], scratch))) ++differences;
  }
  const double ours =
      measure(questions, [&](const auto& question) { return match::find(snapshot, question, scratch); });
  fmt::print("{:<34} median {:9.1f} us, find() {:6.1f} us: {:6.0f} times; {} of {} answers differ\n", name,
             theirs, ours, theirs / ours, differences, questions.size());
  return differences;
}

}  // namespace

/** Arguments: number of offers, of questions, seed. LOTSE_BENCH_POSTGRES: URL of an empty database; without
 * it only SQLite. LOTSE_BENCH_WITHOUT_SQLITE: only PostgreSQL. */
int main(int count, char** values) try {
  const auto argument = [&](int i, long otherwise) {
    return i < count ? std::strtol(values[i], nullptr, 10) : otherwise;
  };
  const auto data = bench::make_match_data(static_cast<std::size_t>(argument(1, 100'000)),
                                           static_cast<std::size_t>(argument(2, 200)),
                                           static_cast<std::uint32_t>(argument(3, 1)));
  match::Builder builder(data.topics);
  for (const match::Offer& offer : data.offers) builder.add(offer);
  const auto snapshot = builder.build();
  int differences = 0;
  if (std::getenv("LOTSE_BENCH_WITHOUT_SQLITE") == nullptr) {
    Sqlite sqlite(data);
    fmt::print("SQLite {}:\n{}", sqlite3_libversion(), sqlite.plan(data.questions[0]));
    differences += compare("SQLite, prepared, in memory", sqlite, *snapshot, data.questions);
  }
  if (const char* url = std::getenv("LOTSE_BENCH_POSTGRES")) {
    Postgres postgres(url, data);
    fmt::print("PostgreSQL:\n{}", postgres.plan(data.questions[0]));
    for (const char* mode : {"auto", "force_custom_plan", "force_generic_plan"}) {
      postgres.run(fmt::format("SET plan_cache_mode = {}", mode));
      differences +=
          compare(fmt::format("PostgreSQL, {}", mode).c_str(), postgres, *snapshot, data.questions);
    }
  }
  return differences == 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
