// SPDX-License-Identifier: EUPL-1.2
// A stranger's file in place of a copy, and a copy that somebody changed: refused, or what was written; never
// anything else. Promises are checked by trapping.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "care/container.h"

int fuzz_container(const std::uint8_t* data, std::size_t size);

namespace {

using namespace lotse;

const seal::MasterKeys& some_keys() {
  static const seal::MasterKeys keys = [] {
    std::vector<seal::Key> made;
    made.push_back(seal::Key::random());
    return seal::MasterKeys::of(std::move(made));
  }();
  return keys;
}

// Nothing if it was refused.
std::optional<std::string> read(const std::string& file) {
  try {
    std::istringstream in(file);
    care::ContainerReader reader(in, some_keys());
    std::string text;
    while (const auto piece = reader.next()) text += *piece;
    return text;
  } catch (const care::CopyRefused&) {
    return std::nullopt;
  }
}

const std::string& written() {
  static const std::string file = [] {
    std::string bytes;
    care::ContainerWriter out(seal::Profile::xchacha20, some_keys(), {{"part", "data"}},
                              [&](std::string_view more) { bytes += more; });
    out.add("what was written");
    out.finish();
    return bytes;
  }();
  return file;
}

}  // namespace

int fuzz_container(const std::uint8_t* data, std::size_t size) {
  const auto must = [](bool condition) {
    if (!condition) std::abort();
  };
  const std::string text(reinterpret_cast<const char*>(data), size);
  must(!read(text));
  if (size < 3) return 0;
  // Two bytes say where the rest is put over what was written, and how many bytes go for it.
  std::string changed = written();
  const std::size_t at = (data[0] * 256u + data[1]) % (changed.size() + 1);
  changed.replace(at, std::min<std::size_t>(data[2], changed.size() - at), text.substr(3));
  const auto found = read(changed);
  must(!found || *found == "what was written");
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_container(data, size);
}
