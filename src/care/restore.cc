// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include "care/care.h"
#include "care/copy_files.h"
#include "care/page_files.h"
#include "care/series.h"

namespace lotse::care {
namespace {

struct Files {
  std::vector<std::filesystem::path> data, keys;
  std::string missing;
  bool followed = false;  // the keys were looked at whenever the data were, whether they had changed or not
};

std::int64_t when(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint32_t page_size = 0;
  const auto head = head_in(header_of(in), page_size);
  if (!head) throw CopyRefused(file.string() + " is no copy of a SQLite store");
  return head->at_ms;
}

Files files_in_folder(const RestoreChoice& choice) {
  std::vector<std::string> unread;
  auto all = series_in(choice.from, &unread);
  if (all.empty())
    throw CopyRefused(unread.empty() ? "there is no complete copy in " + choice.from.string()
                                     : unread.front());
  // Whoever was erased stays erased: the newest keys, also for older data.
  const Series newest = all.back();
  Files files;
  if (choice.until_ms) {
    std::erase_if(all, [&](const Series& each) { return each.begun_ms > *choice.until_ms; });
    if (all.empty())
      throw CopyRefused("the oldest copy in " + choice.from.string() + " is newer than --until");
    // The one that goes nearest to that moment.
    const auto reach = [&](const Series& each) { return std::min(each.last_ms, *choice.until_ms); };
    const Series chosen = *std::max_element(all.begin(), all.end(), [&](const Series& a, const Series& b) {
      return std::pair(reach(a), a.begun_ms) < std::pair(reach(b), b.begun_ms);
    });
    for (std::int64_t number = 0;; ++number) {
      const auto file = chosen.folder / file_name("data", number);
      if (!std::filesystem::exists(file)) {
        if (chosen.last_ms > when(files.data.back()) && *choice.until_ms > when(files.data.back()))
          files.missing = file.string();
        break;
      }
      if (when(file) > *choice.until_ms) break;
      files.data.push_back(file);
    }
  } else {
    files.data = files_of(newest, "data");
  }
  files.followed = !choice.keys;
  files.keys = choice.keys ? std::vector{*choice.keys} : files_of(newest, "keys");
  return files;
}

Files files_for(const RestoreChoice& choice) {
  if (std::filesystem::is_directory(choice.from)) return files_in_folder(choice);
  if (choice.until_ms) throw CopyRefused("--until is for a folder of copies; a file holds one moment");
  const std::filesystem::path keys = choice.keys.value_or(choice.from.string() + ".keys");
  for (const auto& each : {choice.from, keys})
    if (!std::filesystem::exists(each)) throw CopyRefused("there is no file " + each.string());
  return {.data = {choice.from}, .keys = {keys}};
}

// Writes one part of the store from its files.
class PartFile {
 public:
  /** `series`: the copy that all files must be of; empty: whatever the first one is of. */
  PartFile(const std::filesystem::path& to, std::string part, std::string series,
           const seal::MasterKeys& keys)
      : path_(to), part_(std::move(part)), series_(std::move(series)), keys_(keys) {
    std::ofstream(path_, std::ios::binary);
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    out_.exceptions(std::ios::failbit | std::ios::badbit);
    out_.open(path_, std::ios::binary | std::ios::in | std::ios::out);
  }

  void apply(const std::filesystem::path& from) {
    std::ifstream in(from, std::ios::binary);
    try {
      ContainerReader reader(in, keys_);
      std::uint32_t page_size = 0;
      const auto head = head_in(reader.header(), page_size);
      if (!head || head->part != part_) throw CopyRefused("this is no copy of the " + part_);
      if (head->postgresql > 0)
        throw CopyRefused("it is a copy of a PostgreSQL store: say --store postgresql://… to restore it");
      if (!series_.empty() && head->copy != series_) throw CopyRefused("it belongs to another copy");
      if (head->number != next_ || (next_ > 0 && (head->copy != last_.copy || page_size != page_size_)))
        throw CopyRefused("it does not follow the file before it");
      page_size_ = page_size;
      last_ = *head;
      if (next_++ == 0)
        take_whole(reader);
      else
        take_changes(reader);
    } catch (const CopyRefused& e) {
      throw CopyRefused(from.string() + ": " + e.what());
    }
  }
  const Head& last() const { return last_; }
  void close() {
    out_.close();
    if (last_.pages > 0) std::filesystem::resize_file(path_, std::uint64_t{last_.pages} * page_size_);
  }

 private:
  void take_whole(ContainerReader& reader) {
    while (const auto piece = reader.next())
      out_.write(piece->data(), static_cast<std::streamsize>(piece->size()));
  }
  void take_changes(ContainerReader& reader) {
    const std::size_t record = 4 + std::size_t{page_size_};
    std::string waiting;
    while (const auto piece = reader.next()) {
      waiting += *piece;
      std::size_t at = 0;
      for (; waiting.size() - at >= record; at += record) put(std::string_view(waiting).substr(at, record));
      waiting.erase(0, at);
    }
    if (!waiting.empty()) throw CopyRefused("this copy is not whole: it ends within a page");
  }
  void put(std::string_view record) {
    std::uint32_t page = 0;
    for (std::size_t i = 0; i < 4; ++i)
      page |= std::uint32_t{static_cast<unsigned char>(record[i])} << (8 * i);
    if (page == 0 || page > last_.pages)
      throw CopyRefused("this copy has a page that the store does not have");
    out_.seekp(std::int64_t{page - 1} * page_size_);
    out_.write(record.data() + 4, page_size_);
  }

  const std::filesystem::path path_;
  const std::string part_, series_;
  const seal::MasterKeys& keys_;
  std::fstream out_;
  Head last_;
  std::int64_t next_ = 0;
  std::uint32_t page_size_ = 0;
};

}  // namespace

namespace {

// Nor what a killed server left of its log, which would be played over the store.
void must_be_free(const std::filesystem::path& folder) {
  for (const char* file : {"lotse.db", "keys.db"})
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      if (const auto path = folder / (std::string(file) + suffix); std::filesystem::exists(path))
        throw CopyRefused("there is a store, or a part of one, already: " + path.string() +
                          "; restore into an empty folder");
}

// A folder of follow bears the name of its copy; files of another one have no place in it.
std::string series_of(const RestoreChoice& choice, const std::filesystem::path& file) {
  return std::filesystem::is_directory(choice.from) && file.string().starts_with(choice.from.string())
             ? file.parent_path().filename().string()
             : "";
}

}  // namespace

Restoring::Restoring(const RestoreChoice& choice) : choice_(choice), folder_(choice.to / "restoring") {
  must_be_free(choice_.to);
  std::filesystem::remove_all(folder_);  // of an attempt that was broken off
  std::filesystem::create_directories(folder_);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
  try {
    put_together();
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw;
  }
}

Restoring::~Restoring() {
  std::error_code ignored;
  if (!accepted_) std::filesystem::remove_all(folder_, ignored);
}

void Restoring::put_together() {
  const auto files = files_for(choice_);
  const auto master = seal::MasterKeys::read(choice_.key_file.string());
  PartFile data(folder_ / "lotse.db", "data", series_of(choice_, files.data.front()), master),
      keys(folder_ / "keys.db", "keys", series_of(choice_, files.keys.front()), master);
  for (const auto& each : files.data) data.apply(each);
  for (const auto& each : files.keys) keys.apply(each);
  if (data.last().store != keys.last().store)
    throw CopyRefused("data and keys are copies of two different stores");
  // Without the key of a record it would look as if the person had been erased since.
  const bool together = files.followed && data.last().copy == keys.last().copy;
  if (together && keys.last().number < data.last().keys)
    throw CopyRefused("keys are missing in " + choice_.from.string() + ": " +
                      file_name("keys", keys.last().number + 1) + " and what follows");
  if (!files.followed && keys.last().at_ms < data.last().at_ms)
    throw CopyRefused("the keys are older than the data: take a copy of the keys of the same time or newer");
  data.close();
  keys.close();
  missing_ = files.missing;
  changes_ = static_cast<int>(files.data.size()) - 1;
  at_ms_ = data.last().at_ms;
}

void Restoring::accept() {
  must_be_free(choice_.to);
  for (const char* each : {"lotse.db-wal", "keys.db-wal"})
    if (const auto log = folder_ / each; std::filesystem::exists(log) && std::filesystem::file_size(log) > 0)
      throw CopyRefused("what was restored is not wholly on the disk; try again");
  for (const char* each : {"keys.db", "lotse.db"}) sync_file(folder_ / each);
  std::filesystem::rename(folder_ / "keys.db", choice_.to / "keys.db");
  try {
    std::filesystem::rename(folder_ / "lotse.db", choice_.to / "lotse.db");
  } catch (...) {
    std::filesystem::rename(choice_.to / "keys.db", folder_ / "keys.db");
    throw;
  }
  sync_folder(choice_.to);
  accepted_ = true;
  std::filesystem::remove_all(folder_);
}

}  // namespace lotse::care
