// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "words/words.h"

/** The translations as they lie in the binary; `tools/po.py compile` writes the data. Inside words/ and its
 * test only. */
namespace lotse::words::catalogue {

/** All keys (`context EOT id`, or `id`), sorted by their bytes: key i is from `starts[i]` to `starts[i + 1]`.
 */
struct Keys {
  const char* text;
  const std::uint32_t* starts;
  std::size_t count;
};

/** The messages of a language in the order of the keys, empty where missing; plural forms parted by NUL. */
struct Table {
  std::string_view tag;
  const char* text;
  const std::uint32_t* starts;
  int (*form)(unsigned long n);  ///< the plural form for n things, below `forms`
  int forms;
  State state;
};

std::span<const Table> tables();
Keys keys();

/** nullptr for English, which is in the code, and for unknown tags. */
const Table* table(std::string_view tag);
/** Empty if the table has no translation. */
std::string_view message(const Table& table, std::string_view context, std::string_view id);
/** One of the parts of a message with plural forms. */
std::string_view form(std::string_view message, int number);

}  // namespace lotse::words::catalogue
