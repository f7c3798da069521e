// SPDX-License-Identifier: EUPL-1.2
#include <fstream>

#include "access/key_ring.h"
#include "access/store_copy.h"
#include "base/log.h"
#include "care/care.h"
#include "care/child.h"
#include "care/copy_files.h"
#include "care/page_files.h"
#include "sql/database.h"

namespace lotse::care {
namespace {

// Where data and keys lie while they are served, in the order of kRestoring.
constexpr std::array<const char*, 2> kServed{"lotse", "keys"};

sql::Options options_of(const DatabaseChoice& database, bool owner) {
  sql::Options options;
  options.password_file = database.password_file;
  options.connections = 1;
  options.owner = owner;
  return options;
}

sql::Database checked_for_dump(const DatabaseChoice& database) {
  const auto found = sql::look_at_database(*sql::open(database.url, options_of(database, false)),
                                           {kServed.begin(), kServed.end()});
  if (!found.every_row || !found.closed_table.empty())
    throw sql::Refused(
        "the database role " + found.role + " may not read " +
        (found.every_row ? "the table " + found.closed_table : "every row of the store") +
        ", so a copy would lack something. An administrator of the database makes a role for copies, once: "
        "CREATE ROLE lotse_backup LOGIN BYPASSRLS; then lotse upgrade --store OWNER_URL gives it the right "
        "to read. Copy as lotse_backup");
  // What a newer one writes, this server might not read again.
  if (const int program = version_of("pg_dump"); program != found.version)
    throw CopyRefused("pg_dump is of version " + std::to_string(program) + ", the server of version " +
                      std::to_string(found.version) + ": put postgresql-client-" +
                      std::to_string(found.version) + " first in PATH");
  return found;
}

// Changes are for whoever follows just now, and are numbered by this server alone.
std::vector<std::string> dump_of(const DatabaseChoice& database, const std::string& schema) {
  return {"pg_dump",
          "--dbname=" + database.url,
          "--no-password",
          "--schema=" + schema,
          "--exclude-table-data=" + schema + ".change",
          "--no-owner",
          "--no-privileges",
          "--no-tablespaces",
          "--no-security-labels",
          "--encoding=UTF8",
          "--lock-wait-timeout=60000"};
}

// A file of a copy, looked at before anything is begun.
class PartOfDump {
 public:
  PartOfDump(const std::filesystem::path& from, const std::string& part) : from_(from) {
    named([&] {
      if (!std::filesystem::exists(from)) throw CopyRefused("there is no such file");
      std::ifstream in(from, std::ios::binary);
      std::uint32_t page_size = 0;
      const auto head = head_in(header_of(in), page_size);
      if (!head || head->part != part || head->number != 0)
        throw CopyRefused("this is no copy of the " + part);
      if (head->postgresql == 0)
        throw CopyRefused("it is a copy of a SQLite store: say --data DIR to restore it");
      head_ = *head;
    });
  }
  const Head& head() const { return head_; }

  void pour(Child& into, const seal::MasterKeys& keys) const {
    named([&] {
      std::ifstream in(from_, std::ios::binary);
      ContainerReader reader(in, keys);
      while (const auto piece = reader.next()) into.write(*piece);
    });
  }

 private:
  template <class Work>
  void named(Work&& work) const {
    try {
      work();
    } catch (const CopyRefused& e) {
      throw CopyRefused(from_.string() + ": " + e.what());
    }
  }
  const std::filesystem::path from_;
  Head head_;
};

}  // namespace

Copied dump(access::Store& store, const DatabaseChoice& database, const Clock& clock,
            const std::filesystem::path& file, const std::stop_token& stop) {
  const auto found = checked_for_dump(database);
  const access::StoreCopy copy(store);
  const std::string identity = copy.identity();
  if (identity.empty()) throw CopyRefused("this store was never served: there is nothing to copy");
  sql::Options options = options_of(database, false);
  const std::string password = sql::password_of(options), name = random_hex(8);
  const auto at = clock.now().ms;
  return write_both(file, [&](const std::string& part, const std::filesystem::path& to) {
    const Head head{.part = part, .store = identity, .copy = name, .at_ms = at, .postgresql = found.version};
    WholeFile whole(to);
    ContainerWriter sealed(store.keys().profile(), *copy.installation_keys(), json_of(head, 0),
                           [&](std::string_view bytes) { whole.write(bytes); });
    Child program(dump_of(database, kServed[part == "keys"]), Child::Stream::from_it, password);
    for (;;) {
      const auto bytes = program.read([&] {
        if (stop.stop_requested()) throw CopyRefused("the copy was broken off");
      });
      if (bytes.empty()) break;
      sealed.add(bytes);
    }
    program.finish();
    sealed.finish();
    whole.finish();
    return whole.size();
  });
}

RestoringDatabase::RestoringDatabase(const RestoreChoice& choice, const DatabaseChoice& owner)
    : owner_(sql::open(owner.url, options_of(owner, true))) {
  std::vector<std::string> wanted(kServed.begin(), kServed.end());
  wanted.insert(wanted.end(), kRestoring.begin(), kRestoring.end());
  const auto found = sql::look_at_database(*owner_, wanted);
  for (const auto& each : found.schemas)
    if (each == kRestoring[0] || each == kRestoring[1])
      throw CopyRefused(
          "a store is being restored here, or that was broken off. If nobody is at it: DROP SCHEMA IF EXISTS "
          "restoring, restoringkeys CASCADE; then again");
    else
      throw CopyRefused("there is a store in this database already (schema " + each +
                        "): restore into an empty database");
  if (!found.may_make)
    throw CopyRefused("the database role " + found.role +
                      " may not make schemas here: restore as the owner of the database");
  pour(choice, owner, found.version);
}

// One transaction for both: nobody ever meets one without the other, nor half of one. Without the COMMIT at
// its end, which comes when both files proved to be whole, nothing is left, however this ends.
void RestoringDatabase::pour(const RestoreChoice& choice, const DatabaseChoice& owner, int version) {
  if (std::filesystem::is_directory(choice.from))
    throw CopyRefused("a PostgreSQL store is restored from a file of lotse backup, not from a folder");
  const PartOfDump data(choice.from, "data"),
      keys(choice.keys.value_or(choice.from.string() + ".keys"), "keys");
  if (data.head().store != keys.head().store)
    throw CopyRefused("data and keys are copies of two different stores");
  if (keys.head().at_ms < data.head().at_ms)
    throw CopyRefused("the keys are older than the data: take a copy of the keys of the same time or newer");
  if (version < data.head().postgresql)
    throw CopyRefused("this copy comes from PostgreSQL " + std::to_string(data.head().postgresql) +
                      ", the server is of version " + std::to_string(version) +
                      ": restore into that version or a newer one");
  const auto master = seal::MasterKeys::read(choice.key_file.string());
  // Its words are printed: none of a row among them.
  Child program({"psql", "--dbname=" + owner.url, "--no-password", "--no-psqlrc", "--quiet", "--file=-",
                 "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate", "--set=SHOW_CONTEXT=never"},
                Child::Stream::to_it, sql::password_of(options_of(owner, true)));
  program.write("BEGIN;\n");
  data.pour(program, master);
  keys.pour(program, master);
  std::string end;
  for (std::size_t i = 0; i < kServed.size(); ++i)
    end += std::string("ALTER SCHEMA ") + kServed[i] + " RENAME TO " + kRestoring[i] + ";\n";
  // Else the first questions would be answered as if everything were empty, and slowly.
  program.write("\n" + end + "ANALYZE;\nCOMMIT;\n");
  program.finish();
  at_ms_ = data.head().at_ms;
}

RestoringDatabase::~RestoringDatabase() {
  if (accepted_) return;
  try {
    sql::move_schemas(*owner_, {{kRestoring[0], ""}, {kRestoring[1], ""}});
  } catch (const std::exception&) {
    log_event("restore.not_removed");  // the next one says what to do
  }
}

void RestoringDatabase::accept() {
  sql::move_schemas(*owner_, {{kRestoring[0], kServed[0]}, {kRestoring[1], kServed[1]}});
  accepted_ = true;
}

}  // namespace lotse::care
