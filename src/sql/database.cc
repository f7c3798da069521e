// SPDX-License-Identifier: EUPL-1.2
#include "sql/database.h"

#include "sql/postgres_text.h"
#include "sql/session.h"

namespace lotse::sql {
namespace {

constexpr Statement kRole{
    "sql.role",
    "SELECT cast(rolname as text), CASE WHEN rolsuper OR rolbypassrls THEN 1 ELSE 0 END,"
    " CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 1 ELSE 0 END,"
    " cast(current_setting('server_version_num') as bigint) / 10000"
    " FROM pg_roles WHERE rolname = current_user"};
constexpr Statement kSchema{"sql.schema_there", "SELECT count(*) FROM pg_namespace WHERE nspname = $1"};
// Whoever may not enter a schema may read nothing in it.
constexpr Statement kClosed{
    "sql.closed_table",
    "SELECT cast(n.nspname as text) || '.' || cast(c.relname as text) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')"
    " AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))"
    " ORDER BY c.relname LIMIT 1"};

}  // namespace

Database look_at_database(Engine& engine, const std::vector<std::string>& wanted_schemas) {
  if (engine.kind() != EngineKind::Postgresql) throw Refused("this is no PostgreSQL store");
  Database found;
  Inside::read(engine, [&](Tx& tx) {
    found = {};
    tx.each(kRole, {}, [&](const Row& r) {
      found.role = r.text(0);
      found.every_row = r.truth(1);
      found.may_make = r.truth(2);
      found.version = static_cast<int>(r.integer(3));
    });
    for (const auto& schema : wanted_schemas) {
      tx.each(kSchema, {schema}, [&](const Row& r) {
        if (r.truth(0)) found.schemas.push_back(schema);
      });
      tx.each(kClosed, {schema}, [&](const Row& r) { found.closed_table = r.text(0); });
    }
  });
  return found;
}

void move_schemas(Engine& owner, const std::vector<SchemaMove>& moves) {
  Inside::alter(owner, [&](Session& session) {
    for (const auto& each : moves)
      session.script("sql.move_schema", each.to.empty()
                                            ? "DROP SCHEMA IF EXISTS " + each.schema + " CASCADE"
                                            : "ALTER SCHEMA " + each.schema + " RENAME TO " + each.to);
  });
}

std::string password_of(const Options& options) {
  return options.password_file.empty() ? "" : read_password(options.password_file);
}

}  // namespace lotse::sql
