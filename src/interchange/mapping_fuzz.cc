// SPDX-License-Identifier: EUPL-1.2
// Mapping files out of a stranger's bytes. Promises are checked by trapping.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "interchange/mapping_form.h"
#include "interchange/table_import.h"

int fuzz_mapping(const std::uint8_t* data, std::size_t size);

int fuzz_mapping(const std::uint8_t* data, std::size_t size) {
  using namespace lotse::interchange;
  const auto must = [](bool condition) {
    if (!condition) std::abort();
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto mapping = read_mapping(text, "m");
  must(mapping.has_value() || !mapping.error().empty());
  if (!mapping) return 0;
  if (const auto choices = choices_of(*mapping)) {
    const auto same = read_mapping(toml_of(*choices), "m");
    must(same.has_value() && *same == *mapping && choices_of(*same) == choices);
  }
  const auto imported = import_table("f", "Nr,Titel,a\n1,A,x\n2,=B,9:00-12:00\n", *mapping);
  must(imported.has_value() || !imported.error().empty());
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_mapping(data, size);
}
