// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "words/words.h"

/** Data of others in, our data out: HSDS, tables through a mapping file, places. Bytes in, entries and a
 * report out. */
namespace lotse::interchange {

/** How much a finding costs: a whole row, one value, nothing but its form, nothing. */
enum class Severity : std::uint8_t { row_not_used, value_not_used, value_changed, note };

/** One thing that an import did not take as it stood. */
struct Finding {
  Severity severity = Severity::note;
  std::string file;
  std::size_t line =
      0;  ///< 1-based, of the file, counting line ends inside quotation marks; 0: unknown or the whole file
  std::string field;  ///< column or member; empty for the whole row
  std::string value;  ///< what stood there, at most 120 code points
  Text reason;
  std::string entry;  ///< for what is about an entry of the directory: the source's id, and `file` its kind
  std::string ours;   ///< what the directory holds instead of `value`, at most 120 code points
  bool operator==(const Finding&) const = default;
};

/** Everything that an import has to say; the order is that in which it was found. */
class Report {
 public:
  /** How many of the entries of a file were read, and how many of them were used. */
  struct Total {
    std::size_t read = 0, used = 0;
  };
  /** Findings of one kind in one file. */
  struct Sum {
    Severity severity = Severity::note;
    std::string file, reason;  // `reason` is the message id
    std::size_t count = 0;
    Finding first;
  };

  /** Values longer than 120 code points are cut. After 100,000 findings, those of one kind in one file are
   * only counted. */
  void add(Finding finding);
  void add(Severity severity, std::string file, std::size_t line, std::string field, std::string_view value,
           Text reason);
  void read(const std::string& file, std::size_t rows = 1) { totals_[file].read += rows; }
  void used(const std::string& file, std::size_t rows = 1) { totals_[file].used += rows; }
  /** Puts the findings and totals of another report behind these. */
  void append(Report other);

  const std::vector<Finding>& findings() const { return findings_; }
  const std::map<std::string, Total>& totals() const { return totals_; }
  std::size_t count(Severity severity) const;
  /** The summary: rows not used first, then by file and number. */
  std::vector<Sum> sums() const;
  /** The summary as lines for a terminal, totals first. */
  std::string screen(const words::Language& language) const;
  /**
   * All findings as a table to keep: UTF-8 without BOM, comma, CRLF, header line. A value that a spreadsheet
   * would take for a formula gets an apostrophe in front.
   */
  std::string csv(const words::Language& language) const;
  /** Writes `csv()` into a file. Throws std::runtime_error if that fails. */
  void write_csv(const std::string& path, const words::Language& language) const;

 private:
  void take(Finding finding);

  std::vector<Finding> findings_;
  std::map<std::tuple<Severity, std::string, std::string>, Sum> more_;  // beyond the limit
  std::map<std::string, Total> totals_;
};

/** "row not used", "value not used", "value changed", "note": message ids. */
Text label(Severity severity);

/** A line of a CSV file as RFC 4180 has it, with CRLF. */
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace lotse::interchange
