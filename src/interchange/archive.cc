// SPDX-License-Identifier: EUPL-1.2
#include "interchange/archive.h"

#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

namespace lotse::interchange {
namespace {

namespace fs = std::filesystem;

struct CloseZip {
  void operator()(zip_t* z) const { zip_discard(z); }
};
struct CloseEntry {
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};

Text too_large(const std::string& name) {
  return msg("{file} is larger than an import may be.", {{"file", name}});
}

bool is_zip(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char head[4]{};
  in.read(head, 4);
  return in.gcount() == 4 && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5);
}

// Reads at most what the table of contents promised: an entry that gives more was made to do harm.
Result<std::string> unpack(zip_t* zip, std::uint64_t index, const Archive::Entry& entry) {
  const auto broken = [&] {
    return refuse("", msg("{file} in the archive is damaged or needs a password.", {{"file", entry.name}}));
  };
  std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(zip, index, 0));
  if (!file) return broken();
  std::string bytes(static_cast<std::size_t>(entry.bytes), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = zip_fread(file.get(), bytes.data() + have, bytes.size() - have);
    if (got <= 0) return broken();
    have += static_cast<std::size_t>(got);
  }
  char more = 0;
  const auto tail = zip_fread(file.get(), &more, 1);
  if (tail > 0) return refuse("", too_large(entry.name));
  if (tail < 0) return broken();
  return bytes;
}

}  // namespace

std::string base_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
  std::error_code fault;
  const auto size = fs::file_size(path, fault);
  if (fault) return refuse("", msg("{file} cannot be read.", {{"file", path}}));
  if (size > limit) return refuse("", too_large(path));
  std::ifstream in(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return refuse("", msg("{file} cannot be read.", {{"file", path}}));
  return bytes;
}

namespace {

Result<std::vector<std::pair<Archive::Entry, std::uint64_t>>> contents(zip_t* zip, const Limits& limits) {
  std::vector<std::pair<Archive::Entry, std::uint64_t>> list;
  std::uint64_t total = 0;
  const auto count = zip_get_num_entries(zip, 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > limits.files)
    return refuse("", msg("The archive holds too many files."));
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    zip_stat_t stat{};
    zip_stat_init(&stat);
    constexpr auto kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(zip, i, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
      return refuse("", msg("The archive is damaged."));
    const std::string name = stat.name;
    if (name.empty() || name.back() == '/') continue;
    total += stat.size;
    if (stat.size > limits.file_bytes || total > limits.file_bytes) return refuse("", too_large(name));
    // Small files pack well by nature; a bomb needs size.
    if (stat.size > 1'000'000 && stat.size / std::max<std::uint64_t>(stat.comp_size, 1) > limits.ratio)
      return refuse("", msg("{file} in the archive unpacks to suspiciously much.", {{"file", name}}));
    list.push_back({{name, stat.size}, i});
  }
  return list;
}

Result<std::vector<Archive::Entry>> contents_of_folder(const std::string& path, const Limits& limits) {
  std::vector<Archive::Entry> list;
  std::uint64_t total = 0;
  for (const auto& each : fs::recursive_directory_iterator(path)) {
    if (each.is_symlink() || !each.is_regular_file()) continue;
    const std::string name = fs::relative(each.path(), path).generic_string();
    const auto size = each.file_size();
    total += size;
    if (total > limits.file_bytes) return refuse("", too_large(path));
    if (list.size() >= limits.files) return refuse("", msg("The archive holds too many files."));
    list.push_back({name, size});
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return list;
}

}  // namespace

Result<Archive> Archive::open(const std::string& path, const Limits& limits) {
  std::error_code fault;
  const auto status = fs::status(path, fault);
  Archive archive;
  if (fs::is_directory(status)) {
    auto list = contents_of_folder(path, limits);
    if (!list) return tl::unexpected(list.error());
    archive.entries_ = std::move(*list);
    archive.read_ = [path, names = archive.entries_, limit = limits.file_bytes](std::size_t i) {
      return read_file((fs::path(path) / names.at(i).name).string(), limit);
    };
    return archive;
  }
  if (!fs::is_regular_file(status)) return refuse("", msg("{file} cannot be read.", {{"file", path}}));
  if (!is_zip(path)) {
    archive.entries_ = {{base_name(path), fs::file_size(path, fault)}};
    archive.read_ = [path, limit = limits.file_bytes](std::size_t) { return read_file(path, limit); };
    return archive;
  }
  int error = 0;
  std::shared_ptr<zip_t> zip(zip_open(path.c_str(), ZIP_RDONLY, &error), CloseZip{});
  if (!zip) return refuse("", msg("{file} is no zip file that can be read.", {{"file", path}}));
  auto list = contents(zip.get(), limits);
  if (!list) return tl::unexpected(list.error());
  std::sort(list->begin(), list->end(),
            [](const auto& a, const auto& b) { return a.first.name < b.first.name; });
  for (const auto& each : *list) archive.entries_.push_back(each.first);
  archive.read_ = [zip, list = std::move(*list)](std::size_t i) {
    return unpack(zip.get(), list.at(i).second, list.at(i).first);
  };
  return archive;
}

Archive Archive::of(std::vector<std::pair<std::string, std::string>> files) {
  Archive archive;
  for (const auto& [name, bytes] : files) archive.entries_.push_back({name, bytes.size()});
  archive.read_ = [files = std::move(files)](std::size_t i) -> Result<std::string> {
    return files.at(i).second;
  };
  return archive;
}

}  // namespace lotse::interchange
