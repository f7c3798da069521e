// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "interchange/archive.h"
#include "interchange/report.h"

/** Tables from CSV, JSON and GeoJSON, seen alike: named columns, rows of texts, each row with its line. */
namespace lotse::interchange {

struct Row {
  std::size_t line = 0;            ///< where it begins in the file
  std::vector<std::string> cells;  ///< as many as there are columns; without blanks at the ends
};

struct Table {
  std::string file;
  std::vector<std::string> columns;
  std::vector<Row> rows;
  /** The number of a column, or nothing. */
  std::optional<std::size_t> column(std::string_view name) const;
};

/** How to read a table; what is empty is found out from the bytes. */
struct TableForm {
  std::string format;     ///< csv, json, geojson
  std::string encoding;   ///< a name that ICU knows
  std::string separator;  ///< one of , ; | and tab
  Limits limits{};
  bool operator==(const TableForm&) const = default;
};

/**
 * Reads a table. CSV as in RFC 4180 with any of four separators; JSON as an array of objects, an object with
 * one array, one object in each line, or a GeoJSON FeatureCollection, whose members become columns
 * ("address.street"; a point becomes "geometry.latitude" and "geometry.longitude"). Rows that cannot be used
 * and an encoding other than UTF-8 are reported. Refuses what is no table at all.
 */
Result<Table> read_table(const std::string& file, std::string_view bytes, const TableForm& form,
                         Report& report);

/**
 * The bytes as UTF-8 without BOM and NUL. Without `encoding` it is found out: BOM, UTF-8 (also with a few
 * broken bytes), UTF-16, otherwise Windows-1252; anything but UTF-8 is reported. What cannot be read becomes
 * U+FFFD and is reported with its line.
 */
Result<std::string> decode(const std::string& file, std::string_view bytes, std::string_view encoding,
                           Report& report);

/** One value of a JSON file that holds many, with the line it begins in. */
struct JsonItem {
  std::size_t line = 1;
  Json value;
};

/** What a JSON file holds. */
struct JsonFile {
  Json head;                    ///< the object around the list, without the list; null if there is none
  std::string list;             ///< name of the member that holds the list; empty if the file is a bare list
  std::vector<JsonItem> items;  ///< the elements of the list
};

/**
 * Reads JSON text (UTF-8) as a list of items: an array, an object with exactly one array of objects at its
 * top, or one object in each line. Any other object is one item. A line that is no JSON is reported, a broken
 * file refused. With `whole` an object is always one item.
 */
Result<JsonFile> read_json(const std::string& file, std::string_view text, Report& report,
                           bool whole = false);

/** A value as a person would write it into a cell: text bare, numbers and true/false as in JSON, null empty,
 * lists by ", ". */
std::string cell_text(const Json& value);

/**
 * Gives every name that stood before another one, "name (2)", and reports it. Names that are there as they
 * are stay free for their own columns.
 */
void make_different(std::vector<std::string>& names, const std::string& file, std::size_t line,
                    Report& report);

/** The separator that divides the first rows most evenly; a comma if none does. */
char find_separator(std::string_view text);

}  // namespace lotse::interchange
