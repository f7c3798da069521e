// SPDX-License-Identifier: EUPL-1.2
// Tables out of a stranger's bytes. Promises are checked by trapping.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/fold.h"
#include "interchange/table.h"

int fuzz_csv(const std::uint8_t* data, std::size_t size);

int fuzz_csv(const std::uint8_t* data, std::size_t size) {
  using namespace lotse::interchange;
  const auto must = [](bool condition) {
    if (!condition) std::abort();
  };
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* format : {"", "csv"}) {
    TableForm form;
    form.format = format;
    Report report;
    const auto table = read_table("f", bytes, form, report);
    if (!table) continue;
    std::size_t line = 0;
    for (const Row& row : table->rows) {
      must(row.cells.size() == table->columns.size() && row.line >= line);
      line = row.line;
      for (const auto& cell : row.cells) must(lotse::is_utf8(cell));
    }
    const auto totals = report.totals();
    const auto read = totals.empty() ? 0 : totals.begin()->second.read;
    must(read == table->rows.size() + report.count(Severity::row_not_used));
  }
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_csv(data, size);
}
