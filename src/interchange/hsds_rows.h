// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "interchange/assemble.h"
#include "interchange/table.h"

/** The tables of a CSV package (1.1, 3.x, tabular.json), brought together by their columns. Used by hsds*.cc
 * only. */
namespace lotse::interchange {

struct SheetRow {
  Json object;  // members that are not empty
  std::size_t line = 0;
  bool dead = false;  // reported as not used
};

struct Sheet {
  std::string file;
  std::vector<SheetRow> rows;
};

/** By table name: the file's name without ".csv". */
using Sheets = std::map<std::string, Sheet, std::less<>>;

/** The sheet with the first of the names that is there; null if none is. */
Sheet* find_sheet(Sheets& sheets, std::initializer_list<std::string_view> names);

Sheet sheet_of(const Table& table);

/** The rows of a sheet by their `id`; the first counts. */
using RowIndex = std::map<std::string, Json*, std::less<>>;
RowIndex index_of(Sheet* sheet);

/** A column that says which entry (or, with `rows`, which row of another sheet) a row belongs to. */
struct Parent {
  const char* column;
  Kind kind = Kind::service;
  RowIndex* rows = nullptr;
};

/** Puts a row into its parent; `is` tells what the parent is, null for a row of another sheet. */
using Put = std::function<void(Json& parent, const Parent& is, const Json& row, const Origin& at)>;

/** The usual way: the row becomes an element of this list. */
Put into_list(std::string list, Report& report);

/**
 * Puts every row of the sheet into all its parents. Rows without any, or that stood before, are reported; so
 * are references to what is not there.
 */
void attach(Sheet* sheet, const std::vector<Parent>& parents, Assembler& assembler, Report& report,
            const Put& put);

/** Adds every row of the sheet as an entry. */
void add_entries(Sheet* sheet, Kind kind, Assembler& assembler);

/** Members that the standard has as numbers become numbers where nothing is lost by it ("12", not "012"). */
void make_numbers(Sheet* sheet, std::initializer_list<const char*> members);

/** Gives members another name. */
void rename(Sheet* sheet, std::initializer_list<std::pair<const char*, const char*>> names);

/** Reports texts that look garbled. With `breaks` a literal "\n" becomes a line break, and "###MON###" goes
 * into `lotse_markers`. */
void tidy(Sheet& sheet, bool breaks, Report& report);

/** Columns that have the name of a list, and hold none, go to `lotse_kept` and are reported: the rows of a
 * table of that name will be put there. */
void keep_lists_free(Sheet& sheet, Report& report);

/** Languages of a row go into services and locations by language_elements(). */
Put into_languages(Report& report);

/** The two forms of the CSV package. The assembler is finished afterwards by the caller. */
void read_v1(Sheets& sheets, Assembler& assembler, Report& report);
void read_v3(Sheets& sheets, Assembler& assembler, Report& report);

/** Reports the tables whose names are not among those `known`, which stand between blanks. */
void report_unknown(const Sheets& sheets, std::string_view known, Report& report);

/** Reads one JSON file of HSDS 3 (not tabular.json) into the assembler. */
Result<void> read_hsds_json(const std::string& file, JsonFile json, Assembler& assembler, Report& report);

}  // namespace lotse::interchange
