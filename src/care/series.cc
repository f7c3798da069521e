// SPDX-License-Identifier: EUPL-1.2
#include "care/series.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <tuple>

#include "care/container.h"
#include "care/page_files.h"

namespace lotse::care {
namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;

// The numbered files of a part; others are left alone.
std::map<std::int64_t, std::filesystem::path> numbered(const std::filesystem::path& folder,
                                                       const std::string& part) {
  std::map<std::int64_t, std::filesystem::path> found;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    const std::string name = each.path().filename().string();
    if (!name.starts_with(part + "-") || !name.ends_with(".lotse")) continue;
    std::int64_t number = -1;
    std::from_chars(name.data() + part.size() + 1, name.data() + name.size() - 6, number);
    if (number >= 0 && name == file_name(part, number)) found.emplace(number, each.path());
  }
  return found;
}

std::int64_t time_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint32_t page_size = 0;
  const auto head = head_in(header_of(in), page_size);
  if (!head) throw CopyRefused(file.string() + " is no copy of a SQLite store");
  return head->at_ms;
}

// Folders of our own naming: "20261122T101500Z-1a2b3c4d".
bool is_series(const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return entry.is_directory() && name.size() == 25 && name[8] == 'T' && name.substr(15, 2) == "Z-";
}

}  // namespace

std::string file_name(const std::string& part, std::int64_t number) {
  const std::string digits = std::to_string(number);
  return part + "-" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits + ".lotse";
}

std::vector<Series> series_in(const std::filesystem::path& folder, std::vector<std::string>* unread) {
  std::vector<Series> found;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    if (!is_series(each)) continue;
    const auto data = numbered(each.path(), "data"), keys = numbered(each.path(), "keys");
    if (!data.contains(0) || !keys.contains(0)) continue;
    try {
      found.push_back({each.path(), time_of(data.at(0)), time_of(data.rbegin()->second)});
    } catch (const CopyRefused& e) {
      if (unread) unread->push_back(each.path().string() + ": " + e.what());
    }
  }
  std::sort(found.begin(), found.end(), [](const Series& a, const Series& b) {
    return std::tuple(a.last_ms, a.begun_ms, a.folder) < std::tuple(b.last_ms, b.begun_ms, b.folder);
  });
  return found;
}

std::vector<std::filesystem::path> files_of(const Series& series, const std::string& part) {
  std::vector<std::filesystem::path> files;
  for (const auto& [number, path] : numbered(series.folder, part)) {
    if (number != static_cast<std::int64_t>(files.size()))
      throw CopyRefused((series.folder / file_name(part, static_cast<std::int64_t>(files.size()))).string() +
                        " is missing; with --until, restore up to the moment before it");
    files.push_back(path);
  }
  return files;
}

void forget_series(const std::filesystem::path& folder, Instant now, int keep_days) {
  std::vector<std::string> unread;
  const auto complete = series_in(folder, &unread);
  if (complete.empty()) return;
  const auto& newest = complete.back();
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    if (!is_series(each) || each.path() == newest.folder) continue;
    const auto at = std::find_if(complete.begin(), complete.end(),
                                 [&](const Series& s) { return s.folder == each.path(); });
    // Another process may be writing its whole just now.
    const bool old = at != complete.end()
                         ? at->begun_ms < now.ms - keep_days * kDayMs
                         : std::filesystem::last_write_time(each.path()) <
                               std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
    // One that cannot be read may still be of worth to somebody who looks at it.
    const bool is_unread = std::any_of(unread.begin(), unread.end(), [&](const std::string& why) {
      return why.starts_with(each.path().string() + ":");
    });
    if (old && !is_unread) std::filesystem::remove_all(each.path());
  }
}

}  // namespace lotse::care
