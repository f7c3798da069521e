// SPDX-License-Identifier: EUPL-1.2
#include "access/key_ring.h"
#include "access/store_copy.h"
#include "care/care.h"
#include "care/copy_files.h"
#include "care/page_files.h"

namespace lotse::care {

std::uint64_t write_whole(access::Store& store, sql::PageLog& pages, const Head& head,
                          const std::filesystem::path& to, const std::function<void()>& meanwhile) {
  WholeFile file(to);
  ContainerWriter out(store.keys().profile(), *access::StoreCopy(store).installation_keys(),
                      json_of(head, pages.page_size()), [&](std::string_view bytes) { file.write(bytes); });
  pages.whole([&](std::span<const std::byte> part) {
    meanwhile();
    out.add({reinterpret_cast<const char*>(part.data()), part.size()});
  });
  out.finish();
  file.finish();
  return file.size();
}

std::uint64_t write_changes(access::Store& store, const sql::PageChanges& changes, std::uint32_t page_size,
                            Head head, const std::filesystem::path& to) {
  WholeFile file(to);
  head.pages = changes.pages;
  ContainerWriter out(store.keys().profile(), *access::StoreCopy(store).installation_keys(),
                      json_of(head, page_size), [&](std::string_view bytes) { file.write(bytes); });
  for (const auto& [number, bytes] : changes.changed) {
    std::string before;
    for (int shift = 0; shift < 32; shift += 8) before += static_cast<char>(number >> shift & 255);
    out.add(before);
    out.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  out.finish();
  file.finish();
  return file.size();
}

Json json_of(const Head& head, std::uint32_t page_size) {
  return {{"what", head.number == 0 ? "whole" : "changes"},
          {"part", head.part},
          {"engine", head.postgresql > 0 ? "postgresql" : "sqlite"},
          {"version", head.postgresql},
          {"store", head.store},
          {"copy", head.copy},
          {"number", head.number},
          {"at_ms", head.at_ms},
          {"page_size", page_size},
          {"pages", head.pages},
          {"keys", head.keys}};
}

std::optional<Head> head_in(const Json& json, std::uint32_t& page_size) {
  const auto number = [&](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_number_integer() ? at->get<std::int64_t>() : -1;
  };
  const auto text = [&](const char* name) {
    const auto at = json.find(name);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto size = number("page_size"), pages = number("pages"), keys = number("keys");
  const auto version = text("engine") == "postgresql" ? number("version") : 0;
  const Head head{.part = text("part"),
                  .store = text("store"),
                  .copy = text("copy"),
                  .number = number("number"),
                  .at_ms = number("at_ms"),
                  .pages = static_cast<std::uint32_t>(pages),
                  .keys = keys,
                  .postgresql = static_cast<int>(version)};
  const bool has_pages = size >= 512 && size <= 65'536 && (size & (size - 1)) == 0;
  if ((version == 0 ? text("engine") != "sqlite" || !has_pages : version < 0 || version > 1'000) ||
      (head.part != "data" && head.part != "keys") || head.number < 0 || head.at_ms < 0 || pages < 0 ||
      keys < 0 || pages > 0xFFFFFFFE || text("what") != (head.number == 0 ? "whole" : "changes"))
    return std::nullopt;
  page_size = static_cast<std::uint32_t>(size);
  return head;
}

Copied write_both(
    const std::filesystem::path& file,
    const std::function<std::uint64_t(const std::string& part, const std::filesystem::path& to)>& write) {
  const std::filesystem::path keys = file.string() + ".keys";
  for (const auto& each : {file, keys})
    if (std::filesystem::exists(each))
      throw CopyRefused("there is a file of this name already; copies are never written over: " +
                        each.string());
  Copied copied;
  copied.data_bytes = write("data", file);
  try {
    // Afterwards: the key of every record that the data hold is among them.
    copied.key_bytes = write("keys", keys);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    throw;
  }
  return copied;
}

Copied back_up(access::Store& store, const Clock& clock, const std::filesystem::path& file,
               const std::stop_token& stop) {
  const auto stopped = [&] {
    if (stop.stop_requested()) throw CopyRefused("the copy was broken off");
  };
  const access::StoreCopy copy(store);
  const std::string name = random_hex(8);
  const auto at = clock.now().ms;
  return write_both(file, [&](const std::string& part, const std::filesystem::path& to) {
    const auto pages = part == "data" ? copy.data_pages() : copy.key_pages();
    return write_whole(store, *pages, {part, copy.identity(), name, 0, at, 0, 0}, to, stopped);
  });
}

}  // namespace lotse::care
