// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "interchange/assemble.h"
#include "interchange/table.h"

/** A mapping file (TOML): which column of somebody's table becomes which member of our entries. See
 * docs/import.md. */
namespace lotse::interchange {

enum class ValueType : std::uint8_t {
  text,
  number,
  yes_no,
  milliseconds_of_day,
  minutes_of_day,
  months,
  phone,
  hours_text,
  language_list
};

/** Where a value comes from and how it is read. */
struct ValueRule {
  std::vector<std::string> columns;  // joined by `by`, empty ones left out
  std::string by = " ";
  std::optional<std::string> constant;  // instead of columns
  ValueType type = ValueType::text;
  std::vector<std::string> yes, no;            // of yes_no; compared without regard to case
  std::optional<std::string> then, otherwise;  // of yes_no: the text that it stands for
  double scale = 1;                            // of number and months: the value is multiplied by it
  std::string prefix;                          // of phone: put before numbers that begin with neither 0 nor +
  int longest = 0;   // of phone: longer numbers are left without the prefix and reported; 0: no limit
  std::string note;  // of language_list: put beside each language
  bool operator==(const ValueRule&) const = default;
};

struct Target {
  Kind kind = Kind::service;
  std::string member;  // "name", "address.city", "hours.opens", "extra.Träger"
  ValueRule rule;
  bool operator==(const Target&) const = default;
};

/** A row is left out unless the column has (or has not) one of these values. */
struct Condition {
  std::string column;
  std::vector<std::string> values;
  bool not_these = false;
  bool operator==(const Condition&) const = default;
};

struct Mapping {
  std::string name;  // becomes the Batch's source, "table:<name>"
  TableForm form;
  std::string language = "de";
  std::vector<Condition> where;
  std::vector<Target> targets;
  std::vector<std::string> topics, audience;
  std::string days;       // of hours without days: "MO,TU,WE"
  int shift_minutes = 0;  // added to all hours
  bool has(Kind kind) const;
  bool operator==(const Mapping&) const = default;
};

/** Reads a mapping file; refuses it with all its mistakes, each with its line. `file` is for the messages. */
Result<Mapping> read_mapping(std::string_view toml, const std::string& file);

}  // namespace lotse::interchange
