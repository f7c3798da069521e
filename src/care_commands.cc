// SPDX-License-Identifier: EUPL-1.2
#include "care_commands.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "access/store_copy.h"
#include "care/care.h"
#include "care/copy_files.h"
#include "sql/lock.h"

namespace lotse {
namespace {

std::string text_of(Instant at) {
  const WallTime wall = wall_time(at);
  return wall.day.text() + " " + minute_text(wall.minute);
}

// "2026-11-22T10:15" in Berlin, to the end of that minute.
std::optional<std::int64_t> moment_of(const std::string& text) {
  const auto day = Day::parse(std::string_view(text).substr(0, 10));
  int hour = -1, minute = -1;
  if (!day || text.size() != 16 || text[10] != 'T' || text[13] != ':') return std::nullopt;
  std::from_chars(text.data() + 11, text.data() + 13, hour);
  std::from_chars(text.data() + 14, text.data() + 16, minute);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  const auto at = instant_of({*day, hour * 60 + minute});
  if (!at) return std::nullopt;
  return at->ms + 59'999;
}

// A SQLite store as it was, put back unless keep() says that all went well. Nobody else has it open.
class PutAside {
 public:
  explicit PutAside(const StoreChoice& choice)
      : files_{choice.url().substr(7), choice.keys_url().substr(7)},
        folder_(std::filesystem::path(choice.folder()) / "before-upgrade"),
        begun_(std::filesystem::path(choice.folder()) / "upgrading") {
    if (std::filesystem::exists(begun_))
      throw sql::Refused("an upgrade was broken off; what was there before lies in " + begun_.string() +
                         ": move those files back into " + choice.folder() +
                         " (and *-wal files there away), remove that folder, then run lotse upgrade again");
    std::filesystem::create_directories(begun_);
    std::filesystem::permissions(begun_, std::filesystem::perms::owner_all);
    for (const auto& file : files_)
      for (const char* suffix : {"", "-wal"})
        if (std::filesystem::exists(file.string() + suffix)) {
          const auto to = begun_ / (file.filename().string() + suffix);
          std::filesystem::copy_file(file.string() + suffix, to);
          care::sync_file(to);
        }
    care::sync_folder(begun_);
  }
  ~PutAside() {
    if (kept_) return;
    try {
      for (const auto& file : files_)
        for (const char* suffix : {"", "-wal", "-shm"}) {
          std::filesystem::remove(file.string() + suffix);
          const auto from = begun_ / (file.filename().string() + suffix);
          if (!std::filesystem::exists(from)) continue;
          std::filesystem::copy_file(from, file.string() + suffix);
          care::sync_file(file.string() + suffix);
        }
      care::sync_folder(folder_.parent_path());
      std::filesystem::remove_all(begun_);
    } catch (const std::exception& e) {
      std::cerr << "lotse: what was put aside could not be put back; it lies in " << begun_.string() << ": "
                << e.what() << "\n";
    }
  }
  PutAside(const PutAside&) = delete;
  PutAside& operator=(const PutAside&) = delete;
  /** All went well: the one of an earlier time goes. */
  void keep() {
    kept_ = true;
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(begun_, folder_);
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  const std::array<std::filesystem::path, 2> files_;
  const std::filesystem::path folder_, begun_;
  bool kept_ = false;
};

}  // namespace

int back_up(access::Store& store, const StoreChoice& named, const Clock& clock, const CareWanted& w,
            const std::stop_token& stop, std::ostream& out, std::ostream& err) {
  if (!w.follow) {
    const auto copied = named.folder().empty()
                            ? care::dump(store, {named.store, named.password_file}, clock, w.to, stop)
                            : care::back_up(store, clock, w.to, stop);
    out << "Done: " << copied.data_bytes << " bytes of data, " << copied.key_bytes << " bytes of keys ("
        << w.to << ".keys; keep those for 30 days at most)\n";
    return 0;
  }
  care::FollowChoice choice;
  choice.folder = w.to;
  choice.every = std::chrono::seconds(w.every);
  choice.whole_every = std::chrono::hours(w.whole_every);
  choice.keep_days = w.keep;
  try {
    care::follow(store, clock, choice, stop,
                 [&](const std::string& line) { out << text_of(clock.now()) << "  " << line << std::endl; });
  } catch (const care::AlreadyFollowed& e) {
    // 2: whoever follows does not ask again.
    err << "lotse: " << e.what() << "\n";
    return 2;
  }
  return 0;
}

int check_store(access::Store& store, const Clock& clock, const CareWanted& w, std::ostream& out,
                std::ostream& err) {
  int code = 0;
  const access::StoreCopy copy(store);
  const auto faults = copy.faults();
  for (const auto& each : faults) err << "lotse: " << each << "\n";
  if (faults.empty())
    out << "The files are sound.\n";
  else
    code = 1;
  const auto keyed = copy.look_at_keys();
  out << keyed.good << " records with their keys\n";
  if (keyed.without_key > 0)
    err << "lotse: " << keyed.without_key << " records have no key: what is sealed in them cannot be read\n";
  if (keyed.broken > 0) err << "lotse: the keys of " << keyed.broken << " records do not open\n";
  if (keyed.without_key + keyed.broken > 0) code = 1;
  AuditWanted audit;
  audit.heads = w.heads;
  audit.brief = true;
  audit.older = w.older;
  return std::max(code, verify_audit(store, clock, audit, out, err));
}

int upgrade(const StoreChoice& choice, const Clock& clock, std::ostream& out, std::ostream& err) {
  // Nobody may serve a SQLite store meanwhile: the process that does would go on with the old schema.
  std::optional<sql::FileLock> lock;
  std::optional<PutAside> aside;
  if (const std::string folder = choice.folder(); !folder.empty()) {
    std::filesystem::create_directories(folder);
    lock.emplace(folder + "/lotse.lock");
    must_be_whole(choice);
    if (is_there(choice) && !is_up_to_date(choice)) aside.emplace(choice);
  }
  const auto report = migrate_store(choice, clock.now());
  for (const auto& each : report.applied) out << "applied " << each << "\n";
  if (report.applied.empty()) out << "nothing to do\n";
  if (!report.for_administrator.empty()) {
    err << "An administrator of the database must run this first; then run lotse upgrade again:\n"
        << report.for_administrator << "\n";
    return 1;
  }
  if (aside) {
    const auto faults = access::StoreCopy(*open_store(choice, clock)).faults();
    for (const auto& each : faults) err << "lotse: " << each << "\n";
    if (!faults.empty()) throw sql::Refused("the upgraded store is not sound; the one before is put back");
    aside->keep();
    out << "What was there before lies in " << aside->folder().string()
        << "; remove it when all is well: it keeps the keys of whoever is erased from now on\n";
  }
  return 0;
}

namespace {

// What comes from a copy is brought up to date and made fit to be served. False: it is not sound, or
// something must be done first; what, was said.
bool is_made_fit(const StoreChoice& put, const std::vector<std::string>& heads, const Clock& clock,
                 const std::string& by, std::ostream& out, std::ostream& err) {
  const auto report = migrate_store(put, clock.now());  // the copy may be of an older program
  if (!report.for_administrator.empty()) {
    err << "An administrator of the database must run this first; then restore again:\n"
        << report.for_administrator << "\n";
    return false;
  }
  const auto store = open_store(put, clock);
  access::drop_ended(*store, given_in(*store, clock, heads).ended);
  const auto made = access::make_fit(*store, clock, by);
  out << made.sign_ins << " sign-ins and " << made.links << " links of that day were ended\n";
  if (made.ended > 0) out << made.ended << " records were erased since, and are erased again\n";
  CareWanted check;
  check.heads = heads;
  check.older = true;
  if (check_store(*store, clock, check, out, err) == 0) return true;
  err << "lotse: this store is not sound\n";
  return false;
}

int end_of_try(std::ostream& out) {
  out << "Done: it could be restored; nothing was left (--try).\n";
  return 0;
}

int nothing_restored(std::ostream& err) {
  err << "lotse: nothing was restored\n";
  return 1;
}

int restore_database(StoreChoice choice, const RestoreWanted& w, const Clock& clock, const std::string& by,
                     std::ostream& out, std::ostream& err) {
  if (w.recovered) {
    choice.what = StoreChoice::For::recovered;
    if (!is_made_fit(choice, w.heads, clock, by, out, err)) {
      err << "lotse: do not serve it\n";
      return 1;
    }
    out << "Done: it can be served.\n";
    return 0;
  }
  if (!w.until.empty()) {
    err << "lotse: --until is for folders of copies of a SQLite store; for PostgreSQL see docs/backup.md\n";
    return 2;
  }
  care::RestoreChoice from;
  from.from = w.from;
  if (!w.keys.empty()) from.keys = w.keys;
  from.key_file = choice.key_path();
  care::RestoringDatabase restoring(from, {choice.store, choice.password_file});
  out << "put together: the store as of " << text_of(Instant{restoring.at_ms()}) << std::endl;
  choice.what = StoreChoice::For::restoring;
  if (!is_made_fit(choice, w.heads, clock, by, out, err)) return nothing_restored(err);
  if (w.only_try) return end_of_try(out);
  restoring.accept();
  out << "Done: lotse serve --store postgresql://lotse_app@…"
      << (choice.key_file.empty() ? "" : " --key-file " + choice.key_file) << " serves it.\n";
  return 0;
}

int restore_files(const StoreChoice& choice, const RestoreWanted& w, const Clock& clock,
                  const std::string& by, std::ostream& out, std::ostream& err) {
  care::RestoreChoice from;
  from.from = w.from;
  if (!w.keys.empty()) from.keys = w.keys;
  if (!w.until.empty()) {
    from.until_ms = moment_of(w.until);
    if (!from.until_ms) {
      err << "lotse: --until must be a day and a minute such as 2026-11-22T10:15\n";
      return 2;
    }
  }
  from.to = choice.folder();
  from.key_file = choice.key_path();
  std::filesystem::create_directories(from.to);
  const sql::FileLock lock(from.to / "lotse.lock");
  care::Restoring restoring(from);
  out << "put together: the store as of " << text_of(Instant{restoring.at_ms()});
  if (restoring.changes() > 0) out << ", a whole copy and " << restoring.changes() << " files of changes";
  out << std::endl;
  if (!restoring.missing().empty())
    err << "lotse: " << restoring.missing() << " is missing; what was copied after it could not be taken\n";
  StoreChoice put = choice;
  put.data = restoring.folder().string();
  put.store.clear();
  put.key_file = from.key_file.string();
  if (!is_made_fit(put, w.heads, clock, by, out, err)) return nothing_restored(err);
  if (w.only_try) return end_of_try(out);
  restoring.accept();
  out << "Done: lotse serve --data " << from.to.string()
      << (choice.key_file.empty() ? "" : " --key-file " + choice.key_file) << " serves it.\n";
  return 0;
}

}  // namespace

int restore(const StoreChoice& choice, const RestoreWanted& w, const Clock& clock, const std::string& by,
            std::ostream& out, std::ostream& err) {
  const bool database = choice.folder().empty();
  if (!database && !choice.store.empty()) {
    err << "lotse: --store is for PostgreSQL; say --data DIR for a SQLite store\n";
    return 2;
  }
  if (w.recovered ? !w.from.empty() || !database : w.from.empty()) {
    err << (w.recovered
                ? "lotse: --recovered is for a PostgreSQL store that is there already, without --from\n"
                : "lotse: --from is required\n");
    return 2;
  }
  return database ? restore_database(choice, w, clock, by, out, err)
                  : restore_files(choice, w, clock, by, out, err);
}

}  // namespace lotse
