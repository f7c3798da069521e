// SPDX-License-Identifier: EUPL-1.2
//
// For the tests of all modules: a fresh, migrated, empty store for each test, on both engines.
//
//     class InboxTest : public lotse::sql::StoreTest {};
//     LOTSE_ON_EACH_ENGINE(InboxTest);
//     TEST_P(InboxTest, shows_the_newest_first) { lotse::sql::TestAccess::write(engine(), [&](auto& tx) { …
//     }); }
//
// PostgreSQL comes from LOTSE_TEST_POSTGRES, the address of an owner who may create databases and roles
// (tools/postgres.py sets it). Without it the tests on PostgreSQL fail, unless LOTSE_TEST_NO_POSTGRES=1 says
// that they shall be skipped.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sql/migrate.h"
#include "sql/page_log.h"
#include "sql/session.h"
#include "sql/sql.h"

namespace lotse::sql {

/// Opens the doors of an engine to a test.
struct TestAccess {
  static void read(Engine& engine, const std::function<void(Tx&)>& closure) { engine.read(closure); }
  static void write(Engine& engine, const std::function<void(Tx&)>& closure) { engine.write(closure); }
  static void alter(Engine& engine, const std::function<void(Session&)>& closure) {
    Inside::alter(engine, closure);
  }

  static std::unique_ptr<PageLog> pages(Engine& engine) { return engine.pages(); }
  static std::vector<std::string> faults(Engine& engine) { return engine.faults(); }

  /// The only number of a one-row answer.
  static std::int64_t number(Engine& engine, std::string_view text, Params params = {}) {
    std::int64_t result = 0;
    engine.read([&](Tx& tx) {
      result =
          tx.one({"test.number", text}, params, [](const Row& row) { return row.integer(0); }).value_or(-1);
    });
    return result;
  }
  /// One statement, committed.
  static std::int64_t change(Engine& engine, std::string_view text, Params params = {}) {
    std::int64_t rows = 0;
    engine.write([&](Tx& tx) { rows = tx.change({"test.change", text}, params); });
    return rows;
  }
};

/// Migrated stores, made once in each process and copied for each test, because a copy is much quicker than
/// all migrations.
class StoreTemplates {
 public:
  static StoreTemplates& instance() {
    static StoreTemplates templates;
    return templates;
  }
  StoreTemplates(const StoreTemplates&) = delete;
  StoreTemplates& operator=(const StoreTemplates&) = delete;

  static std::string postgres_url() {
    const char* url = std::getenv("LOTSE_TEST_POSTGRES");
    return url == nullptr ? "" : url;
  }
  /// The same server, another database, and where given another role.
  static std::string on_database(const std::string& database, const std::string& role = "") {
    std::string url = postgres_url();  // postgresql://ROLE@/DATABASE?host=FOLDER
    const std::size_t host = url.find("://") + 3;
    const std::size_t slash = url.find('/', host);
    const std::size_t query = std::min(url.find('?', slash), url.size());
    std::string authority = url.substr(host, slash - host);
    if (!role.empty()) authority = role + authority.substr(std::min(authority.find('@'), authority.size()));
    return url.substr(0, host) + authority + "/" + database + url.substr(query);
  }
  static void server(const std::string& statement) { postgres_command(postgres_url(), statement); }

  /// Waits for sessions that are just ending, as the server does for five seconds; ending them is a
  /// superuser's right.
  static void drop(const std::string& database) {
    for (int attempt = 1;; ++attempt) {
      try {
        return server("DROP DATABASE IF EXISTS " + database);
      } catch (const std::exception&) {
        if (attempt == 4) throw;
      }
    }
  }

  const std::filesystem::path& folder() const { return folder_; }
  std::string fresh_name() {
    return "lotse_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count_);
  }

  /// A file or a database to copy from, with these migrations.
  std::string of(EngineKind kind, std::span<const Migration> migrations) {
    std::string key = kind == EngineKind::Sqlite ? "sqlite" : "postgresql";
    for (const Migration& migration : migrations)
      key += "\n" + std::string(migration.name) + fingerprint(migration.text);
    std::string& found = made_[key];
    if (!found.empty()) return found;
    const std::string name = fresh_name() + "_template";
    Options options;
    options.owner = true;
    if (kind == EngineKind::Sqlite) {
      migrate(*open("sqlite:" + (folder_ / name).string(), options), migrations, 0);
      return found = (folder_ / name).string();
    }
    server("CREATE DATABASE " + name);
    databases_.push_back(name);
    migrate(*open(on_database(name), options), migrations, 0);
    return found = name;
  }

 private:
  StoreTemplates() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lotse_test_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    owner_ = ::getpid();
  }
  ~StoreTemplates() {
    if (owner_ != ::getpid()) return;  // a child made by fork
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    for (const std::string& name : databases_) {
      try {
        drop(name);
      } catch (const std::exception&) {
        // The server is stopped and its folder removed after the tests anyway.
      }
    }
  }

  std::filesystem::path folder_;
  pid_t owner_ = 0;
  int count_ = 0;
  std::map<std::string, std::string> made_;
  std::vector<std::string> databases_;
};

class StoreTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  /// What the store has besides the tables of sql/ itself. Override it; the app's own list is the usual
  /// answer.
  virtual std::vector<Migration> migrations() const { return {}; }
  /// How engine() is opened.
  virtual Options options() const { return {}; }

  void SetUp() override {
    if (GetParam() == EngineKind::Postgresql && StoreTemplates::postgres_url().empty()) {
      const char* without = std::getenv("LOTSE_TEST_NO_POSTGRES");
      if (without != nullptr && std::string(without) == "1") GTEST_SKIP() << "without PostgreSQL, as asked";
      GTEST_FAIL() << "LOTSE_TEST_POSTGRES is not set: run `tools/postgres.py run -- …`, or set "
                      "LOTSE_TEST_NO_POSTGRES=1";
    }
    StoreTemplates& templates = StoreTemplates::instance();
    const std::string from = templates.of(GetParam(), migrations());
    name_ = templates.fresh_name();
    if (GetParam() == EngineKind::Sqlite) {
      std::filesystem::copy_file(from, templates.folder() / name_);
    } else {
      StoreTemplates::server("CREATE DATABASE " + name_ + " TEMPLATE " + from);
    }
    reopen();
  }

  void TearDown() override {
    engine_.reset();
    if (name_.empty()) return;
    if (GetParam() == EngineKind::Sqlite) {
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file() + suffix);
    } else {
      StoreTemplates::drop(name_);
    }
  }

  /// As `serve` would have it: on PostgreSQL the role is lotse_app.
  Engine& engine() { return *engine_; }
  void close() { engine_.reset(); }
  Engine& reopen() { return reopen(options()); }
  Engine& reopen(const Options& how) {
    engine_.reset();
    engine_ = open(url(), how);
    return *engine_;
  }
  std::unique_ptr<Engine> open_as_owner() const {
    Options how;
    how.owner = true;
    return open(owner_url(), how);
  }

  bool on_sqlite() const { return GetParam() == EngineKind::Sqlite; }
  /// The file of the store; SQLite only.
  std::string file() const { return (StoreTemplates::instance().folder() / name_).string(); }
  std::string url() const {
    return on_sqlite() ? "sqlite:" + file() : StoreTemplates::on_database(name_, "lotse_app");
  }
  std::string owner_url() const { return on_sqlite() ? url() : StoreTemplates::on_database(name_); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<Engine> engine_;
};

inline std::string engine_name(const ::testing::TestParamInfo<EngineKind>& info) {
  return info.param == EngineKind::Sqlite ? "sqlite" : "postgresql";
}

}  // namespace lotse::sql

/// Runs the TEST_P of a fixture derived from StoreTest on both engines.
#define LOTSE_ON_EACH_ENGINE(Fixture)                                                            \
  INSTANTIATE_TEST_SUITE_P(                                                                      \
      engines, Fixture,                                                                          \
      ::testing::Values(::lotse::sql::EngineKind::Sqlite, ::lotse::sql::EngineKind::Postgresql), \
      ::lotse::sql::engine_name)
