// SPDX-License-Identifier: EUPL-1.2
#include "sql/migrate.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "sql/migration_text.h"
#include "sql/session.h"

namespace lotse::sql {

namespace {

// Key of the advisory lock that lets one migrate at a time; see postgres.cc for the other one.
constexpr Statement lock_migrations{"sql.lock_migrations",
                                    "SELECT cast(pg_advisory_xact_lock(7813591917475659777) as text)"};
constexpr Statement applied_migrations{"sql.applied_migrations",
                                       "SELECT name, hash FROM migration ORDER BY name"};
constexpr Statement remember_migration{"sql.remember_migration",
                                       "INSERT INTO migration (name, hash, applied_at) VALUES ($1, $2, $3)"};

constexpr std::string_view bookkeeping =
    "-- grant migration: select\n"
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at BIGINT NOT "
    "NULL);\n";

// What this module itself keeps in a store; the first before all others. See changes.h for settled_change,
// and postgres.cc for written.
constexpr std::array own{
    Migration{
        "2026-11-22-change",
        "-- grant change: select insert delete\n"
        "-- grant settled_change: select\n"
        "CREATE TABLE change (seq BIGINT PRIMARY KEY, topic TEXT NOT NULL, key TEXT NOT NULL);\n"
        "-- sqlite: CREATE VIEW settled_change AS SELECT seq, topic, key FROM change;\n"
        "-- postgresql: CREATE VIEW settled_change AS SELECT seq, topic, key FROM change"
        " WHERE seq < (cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint) << 20);\n"},
    Migration{"2026-12-01-written",
              "-- grant written: select insert delete\n"
              "-- grant written to lotse_sealer: select insert delete\n"
              "-- postgresql: CREATE TABLE written (id TEXT PRIMARY KEY, done BIGINT NOT NULL);\n"}};

using Applied = std::map<std::string, std::string, std::less<>>;

std::vector<Migration> in_order(std::span<const Migration> given) {
  std::vector<Migration> all(own.begin(), own.end());
  all.insert(all.end(), given.begin(), given.end());
  std::set<std::string_view> names;
  for (const Migration& migration : all) {
    const std::string_view name = migration.name;
    const auto digit = [&](std::size_t i) { return name[i] >= '0' && name[i] <= '9'; };
    const bool dated = name.size() > 11 && digit(0) && digit(1) && digit(2) && digit(3) && name[4] == '-' &&
                       digit(5) && digit(6) && name[7] == '-' && digit(8) && digit(9) && name[10] == '-';
    if (!dated) throw Broken("migration " + std::string(name) + ": the name must begin with a date");
    if (!names.insert(name).second) throw Broken("migration " + std::string(name) + ": two have this name");
  }
  std::stable_sort(all.begin() + 1, all.end(), [](const Migration& a, const Migration& b) {
    return a.name.substr(0, 10) < b.name.substr(0, 10);
  });
  return all;
}

Applied read_applied(Session& session) {
  Applied applied;
  session.each(applied_migrations, {}, [&](const Row& row) { applied.emplace(row.text(0), row.text(1)); });
  return applied;
}

void compare(const Applied& applied, const std::vector<Migration>& migrations) {
  for (const auto& [name, hash] : applied) {
    const auto found = std::find_if(migrations.begin(), migrations.end(),
                                    [&known = name](const Migration& m) { return m.name == known; });
    if (found == migrations.end()) {
      throw Refused("this store was made by a newer Lotse: it has migration " + name +
                    ", which this program does not know");
    }
    if (fingerprint(found->text) != hash) {
      throw Refused("migration " + name +
                    " was changed after it had been applied to this store: restore the file " + name +
                    ".sql and write a new one for the change");
    }
  }
}

void run_script(Session& session, std::string_view name, const Script& script) {
  for (const std::string& statement : script.statements) session.script(name, statement);
}

void build_fences(Session& session, std::string_view name, const Script& script) {
  for (const auto& [table, column] : script.fences) {
    const std::string mine = column + " = cast(current_setting('lotse.unit') as bigint)";
    session.script(name, "ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
    session.script(name, "ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY");
    session.script(name, "CREATE POLICY " + table + "_unit ON " + table + " USING (" + mine +
                             ") WITH CHECK (" + mine + ")");
  }
}

// Who comes second waits here, and then sees what the first has done, for alter() reads what is committed.
void lock(Session& session, EngineKind kind) {
  if (kind == EngineKind::Postgresql) session.each(lock_migrations, {}, [](const Row&) {});
}

bool apply(Engine& engine, const Migration& migration, std::int64_t now) {
  const Script script = read_migration(migration.name, migration.text, engine.kind());
  bool done = false;
  Inside::alter(engine, [&](Session& session) {
    done = false;
    lock(session, engine.kind());
    if (read_applied(session).contains(migration.name)) return;
    run_script(session, migration.name, script);
    if (engine.kind() == EngineKind::Postgresql) build_fences(session, migration.name, script);
    const std::array<Value, 3> values{migration.name, fingerprint(migration.text), now};
    session.change(remember_migration, values);
    done = true;
  });
  return done;
}

std::vector<std::string> column(Session& session, const Statement& statement) {
  std::vector<std::string> result;
  session.each(statement, {}, [&](const Row& row) { result.emplace_back(row.text(0)); });
  return result;
}

// Makes the missing roles, or returns what an administrator must run.
std::string make_roles(Session& session) {
  constexpr Statement missing{"sql.missing_roles",
                              "SELECT r FROM (VALUES ('lotse_app'), ('lotse_sealer')) AS wanted (r)"
                              " WHERE r NOT IN (SELECT rolname FROM pg_roles) ORDER BY r"};
  constexpr Statement allowed{
      "sql.may_make_roles",
      "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolcreaterole)"};
  std::string text;
  const bool may = !column(session, allowed).empty();
  for (const std::string& role : column(session, missing)) {
    const std::string statement =
        "CREATE ROLE " + role + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
    if (may)
      session.script("sql.make_role", statement);
    else
      text += statement + ";\n";
  }
  return text;
}

// Rights are set anew each time from all migrations, so what the files say is what the database has.
void set_rights(Session& session, const std::string& schema, const std::vector<Migration>& migrations) {
  constexpr Statement tables{
      "sql.tables",
      "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
      " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v') ORDER BY c.relname"};
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> wanted;  // of (table, role)
  const auto gather = [&](const Migration& migration) {
    for (const Grant& grant : read_migration(migration.name, migration.text, EngineKind::Postgresql).grants) {
      wanted[{grant.table, grant.role}] = grant.rights;
    }
  };
  gather({"bookkeeping", bookkeeping});
  for (const Migration& migration : migrations) gather(migration);

  session.script("sql.rights", "GRANT USAGE ON SCHEMA " + schema + " TO lotse_app, lotse_sealer");
  session.script("sql.rights", "GRANT USAGE ON ALL SEQUENCES IN SCHEMA " + schema + " TO lotse_app");
  // Whom an administrator has made for copies; see docs/backup.md.
  constexpr Statement copier{"sql.copier", "SELECT rolname FROM pg_roles WHERE rolname = 'lotse_backup'"};
  if (!column(session, copier).empty()) {
    session.script("sql.rights", "GRANT USAGE ON SCHEMA " + schema + " TO lotse_backup");
    for (const char* kind : {"TABLES", "SEQUENCES"})
      session.script("sql.rights", std::string("GRANT SELECT ON ALL ") + kind + " IN SCHEMA " + schema +
                                       " TO lotse_backup");
  }
  for (const std::string& table : column(session, tables)) {
    wanted.try_emplace({table, "lotse_app"},
                       std::vector<std::string>{"SELECT", "INSERT", "UPDATE", "DELETE"});
    for (const char* role : {"lotse_app", "lotse_sealer"}) {
      session.script("sql.rights", "REVOKE ALL ON " + table + " FROM " + role);
      std::string rights;
      for (const std::string& right : wanted[{table, role}]) rights += (rights.empty() ? "" : ", ") + right;
      if (!rights.empty()) session.script("sql.rights", "GRANT " + rights + " ON " + table + " TO " + role);
    }
  }
}

std::string set_up_roles(Engine& engine, const std::vector<Migration>& migrations) {
  std::string text;
  const auto attempt = [&] {
    Inside::alter(engine, [&](Session& session) {
      lock(session, engine.kind());
      text = make_roles(session);
      if (text.empty()) set_rights(session, engine.options().schema, migrations);
    });
  };
  // Roles belong to the whole server: a migrate of another database may make them between our look and our
  // CREATE ROLE.
  try {
    attempt();
  } catch (const Conflict&) {
    attempt();
  } catch (const Broken&) {
    attempt();
  }
  return text;
}

}  // namespace

std::string fingerprint(std::string_view text) {
  if (sodium_init() < 0) throw Broken("libsodium does not start");
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

MigrationReport migrate(Engine& engine, std::span<const Migration> migrations, std::int64_t now) {
  const std::vector<Migration> ordered = in_order(migrations);
  Inside::alter(engine, [&](Session& session) {
    lock(session, engine.kind());
    if (engine.kind() == EngineKind::Postgresql)
      session.script("sql.schema", "CREATE SCHEMA IF NOT EXISTS " + engine.options().schema);
    run_script(session, "sql.bookkeeping", read_migration("bookkeeping", bookkeeping, engine.kind()));
    compare(read_applied(session), ordered);
  });
  MigrationReport report;
  for (const Migration& migration : ordered) {
    try {
      if (apply(engine, migration, now)) report.applied.emplace_back(migration.name);
    } catch (const Conflict& conflict) {
      throw Broken("migration " + std::string(migration.name) + ": " + conflict.what());
    }
  }
  if (engine.kind() == EngineKind::Postgresql) report.for_administrator = set_up_roles(engine, ordered);
  return report;
}

void require_migrated(Engine& engine, std::span<const Migration> migrations) {
  const std::vector<Migration> ordered = in_order(migrations);
  Applied applied;
  try {
    Inside::read(engine, [&](Tx& tx) {
      applied.clear();
      tx.each(applied_migrations, {}, [&](const Row& row) { applied.emplace(row.text(0), row.text(1)); });
    });
  } catch (const Broken&) {
    throw Refused("this is not yet a store of Lotse, or this role may not read it: run lotse upgrade");
  }
  compare(applied, ordered);
  for (const Migration& migration : ordered) {
    if (!applied.contains(migration.name)) {
      throw Refused("this store lacks migration " + std::string(migration.name) + ": run lotse upgrade");
    }
  }
}

}  // namespace lotse::sql
