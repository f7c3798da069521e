// SPDX-License-Identifier: EUPL-1.2
#include "interchange/table.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/fold.h"
#include "interchange/assemble.h"

namespace lotse::interchange {
namespace {

// One record of a CSV text. `fault` says why it cannot be used; it then ends with its first line.
struct Record {
  std::size_t line = 0;
  std::vector<std::string> cells;
  const char* fault = nullptr;
};

class CsvReader {
 public:
  CsvReader(std::string_view text, char separator, const Limits& limits)
      : text_(text), separator_(separator), limits_(limits) {}

  // False at the end. Empty lines are no records.
  bool next(Record& record) {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) end_of_line();
    if (at_ >= text_.size()) return false;
    record = {line_, {}, nullptr};
    const std::size_t start = at_;
    const std::size_t start_line = line_;
    bool more = true;
    while (more && !record.fault) more = cell(record);
    if (record.fault) skip_line(start, start_line);
    return true;
  }

 private:
  // True if another cell of the record follows.
  bool cell(Record& record) {
    std::string value;
    if (at_ < text_.size() && text_[at_] == '"' && !quoted(value, record)) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == separator_ || c == '\n' || c == '\r') break;
      value += c;
      ++at_;
      if (value.size() > limits_.cell_bytes) return fail(record, words::N_("A cell is longer than may be."));
    }
    record.cells.push_back(std::move(value));
    if (record.cells.size() > limits_.columns)
      return fail(record, words::N_("There are more columns than may be."));
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      return true;
    }
    end_of_line();
    return false;
  }

  bool quoted(std::string& value, Record& record) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        ++at_;
      } else if (c == '"') {
        ++at_;
        return after_quote(record);
      }
      if (c == '\n' || (c == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n'))) ++line_;
      value += c;
      if (value.size() > limits_.cell_bytes)
        return fail(record,
                    words::N_("A cell is longer than may be; perhaps a quotation mark is not closed."));
    }
    return fail(record, words::N_("A quotation mark is opened and never closed."));
  }

  // Blanks behind the closing mark are forgiven, anything else is not.
  bool after_quote(Record& record) {
    while (at_ < text_.size() && text_[at_] == ' ' && separator_ != ' ') ++at_;
    if (at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n' || text_[at_] == '\r')
      return true;
    return fail(record, words::N_("There is text behind a closing quotation mark."));
  }

  void end_of_line() {
    if (at_ >= text_.size()) return;
    at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    ++line_;
  }

  bool fail(Record& record, const char* why) {
    record.fault = why;
    return false;
  }

  // A row that cannot be read ends with its first line, so that the rows behind it are not lost with it.
  void skip_line(std::size_t start, std::size_t start_line) {
    line_ = start_line;
    at_ = std::min(text_.find_first_of("\r\n", start), text_.size());
    end_of_line();
  }

  std::string_view text_;
  char separator_;
  const Limits& limits_;
  std::size_t at_ = 0, line_ = 1;
};

bool is_blank(const Record& record) {
  return std::all_of(record.cells.begin(), record.cells.end(),
                     [](const auto& c) { return trimmed(c).empty(); });
}

void trim(std::string& cell) {
  const auto inside = trimmed(cell);
  if (inside.size() != cell.size()) cell = std::string(inside);
}

void name_columns(Table& table, std::vector<std::string> names, std::size_t line, Report& report) {
  while (names.size() > 1 && trimmed(names.back()).empty()) names.pop_back();
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name(trimmed(names[i]));
    if (name.starts_with("\xEF\xBB\xBF")) name = std::string(trimmed(std::string_view(name).substr(3)));
    names[i] = name.empty() ? "column " + std::to_string(i + 1) : std::move(name);
  }
  make_different(names, table.file, line, report);
  table.columns = std::move(names);
}

// The first rows, for finding the separator; quoted parts do not count.
std::vector<std::size_t> counts_of(std::string_view text, char separator) {
  static const Limits limits;
  std::vector<std::size_t> counts;
  CsvReader reader(text.substr(0, 1 << 16), separator, limits);
  Record record;
  while (counts.size() < 20 && reader.next(record))
    if (!record.fault && !is_blank(record)) counts.push_back(record.cells.size());
  return counts;
}

constexpr std::size_t kMostFaults = 1000;

bool has_too_many_cells(const Table& table, const TableForm& form) {
  return table.rows.size() * table.columns.size() > form.limits.cells;
}

Text too_large(const std::string& file) {
  return msg("{file} is larger than an import may be.", {{"file", file}});
}

Result<Table> read_csv(const std::string& file, std::string_view text, const TableForm& form,
                       Report& report) {
  Table table{file, {}, {}};
  const char separator = form.separator.empty() ? find_separator(text) : form.separator[0];
  if (separator != ',' && form.separator.empty())
    report.add(Severity::note, file, 1, "",
               separator == '\t' ? std::string("tab") : std::string(1, separator),
               msg("The cells are not divided by commas; this separator was taken."));
  CsvReader reader(text, separator, form.limits);
  Record record;
  std::size_t faults = 0;
  while (reader.next(record)) {
    if (!record.fault && is_blank(record)) continue;
    if (table.columns.empty()) {
      if (record.fault)
        return refuse("", msg("The first line of {file} cannot be read as a header.", {{"file", file}}));
      name_columns(table, std::move(record.cells), record.line, report);
      continue;
    }
    report.read(file);
    if (record.fault) {
      report.add(Severity::row_not_used, file, record.line, "", "", msg(record.fault));
      if (++faults >= kMostFaults)
        return refuse("", msg("{file} has too many broken rows; perhaps it is no table.", {{"file", file}}));
      continue;
    }
    while (record.cells.size() > table.columns.size() && trimmed(record.cells.back()).empty())
      record.cells.pop_back();
    if (record.cells.size() != table.columns.size()) {
      report.add(
          Severity::row_not_used, file, record.line, "", record.cells.front(),
          msg("The row has {n} cells, the header {m}.",
              {{"n", std::to_string(record.cells.size())}, {"m", std::to_string(table.columns.size())}}));
      continue;
    }
    for (auto& cell : record.cells) trim(cell);
    table.rows.push_back({record.line, std::move(record.cells)});
    if (has_too_many_cells(table, form)) return refuse("", too_large(file));
  }
  if (table.columns.empty()) return refuse("", msg("{file} is empty.", {{"file", file}}));
  return table;
}

void flatten(const Json& value, const std::string& name,
             std::vector<std::pair<std::string, std::string>>& cells) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, each] : value.items()) flatten(each, name.empty() ? key : name + "." + key, cells);
    return;
  }
  cells.emplace_back(name, cell_text(value));
}

// A feature becomes its properties and its point; other shapes are reported.
Json unwrapped(const Json& feature, const Origin& at, Report& report) {
  Json row = feature.value("properties", Json::object());
  if (!row.is_object()) row = Json::object();
  for (const auto& [name, value] : feature.items())
    if (name != "type" && name != "properties" && name != "geometry" && !row.contains(name))
      row[name] = value;
  const auto geometry = feature.find("geometry");
  if (geometry == feature.end() || geometry->is_null()) return row;
  const Json point = geometry->is_object() ? geometry->value("coordinates", Json()) : Json();
  const Json type = geometry->is_object() ? geometry->value("type", Json()) : Json();
  if (type == "Point" && point.is_array() && point.size() >= 2) {
    row["geometry.longitude"] = point[0];
    row["geometry.latitude"] = point[1];
    return row;
  }
  row["geometry.type"] = type;
  report.add(Severity::value_not_used, at.file, at.line, "geometry", geometry->dump(),
             msg("This shape is no point; it was not used."));
  return row;
}

Result<Table> read_json_table(const std::string& file, std::string_view text, const TableForm& form,
                              Report& report) {
  auto json = read_json(file, text, report);
  if (!json) return tl::unexpected(json.error());
  Table table{file, {}, {}};
  std::map<std::string, std::size_t, std::less<>> index;
  for (const JsonItem& item : json->items) {
    report.read(file);
    if (!item.value.is_object()) {
      report.add(Severity::row_not_used, file, item.line, "", item.value.dump(),
                 msg("This is no object with members."));
      continue;
    }
    const Origin at{file, item.line};
    const bool feature = item.value.value("type", Json()) == "Feature" && item.value.contains("geometry");
    std::vector<std::pair<std::string, std::string>> cells;
    flatten(feature ? unwrapped(item.value, at, report) : item.value, "", cells);
    Row row{item.line, std::vector<std::string>(table.columns.size())};
    for (auto& [name, value] : cells) {
      const auto [column, fresh] = index.try_emplace(name, table.columns.size());
      if (fresh) table.columns.push_back(name);
      if (table.columns.size() > form.limits.columns)
        return refuse("", msg("{file} has more columns than may be.", {{"file", file}}));
      row.cells.resize(std::max(row.cells.size(), table.columns.size()));
      trim(value);
      auto& cell = row.cells[column->second];
      if (cell.empty())
        cell = std::move(value);
      else if (!value.empty() && cell != value)
        report.add(Severity::value_not_used, file, item.line, name, value,
                   msg("The same entry says something else in another place."));
    }
    table.rows.push_back(std::move(row));
    // Each row will have a cell for each column, also for those that come later.
    if (has_too_many_cells(table, form)) return refuse("", too_large(file));
  }
  for (Row& row : table.rows) row.cells.resize(table.columns.size());
  return table;
}

}  // namespace

std::optional<std::size_t> Table::column(std::string_view name) const {
  const auto at = std::find(columns.begin(), columns.end(), name);
  if (at == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(at - columns.begin());
}

void make_different(std::vector<std::string>& names, const std::string& file, std::size_t line,
                    Report& report) {
  const std::set<std::string> written(names.begin(), names.end());
  std::set<std::string> taken;
  std::map<std::string, int> counts;
  for (auto& name : names) {
    if (taken.insert(name).second) continue;
    int& count = counts.try_emplace(name, 1).first->second;
    std::string other;
    do other = name + " (" + std::to_string(++count) + ")";
    while (written.count(other) || !taken.insert(other).second);
    report.add(Severity::value_changed, file, line, name, other,
               msg("Two columns have the same name; the later one was given another."));
    name = other;
  }
}

char find_separator(std::string_view text) {
  char best = ',';
  std::size_t most = 0;
  for (const char separator : {',', ';', '\t', '|'}) {
    const auto counts = counts_of(text, separator);
    if (counts.empty() || counts[0] < 2) continue;
    const auto even = static_cast<std::size_t>(std::count(counts.begin(), counts.end(), counts[0]));
    // Evenness counts first, then the number of columns; a comma inside texts divides rows unevenly.
    const std::size_t score = even * 1'000'000 / counts.size() * 100 + counts[0];
    if (score > most) {
      most = score;
      best = separator;
    }
  }
  return best;
}

std::string cell_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.is_object() && value.empty() ? std::string() : value.dump();
  const bool simple =
      std::none_of(value.begin(), value.end(), [](const Json& v) { return v.is_structured(); });
  if (!simple) return value.dump();
  std::string text;
  for (const Json& each : value) text += (text.empty() ? "" : ", ") + cell_text(each);
  return text;
}

Result<Table> read_table(const std::string& file, std::string_view bytes, const TableForm& form,
                         Report& report) {
  if (bytes.size() > form.limits.file_bytes) return refuse("", too_large(file));
  auto text = decode(file, bytes, form.encoding, report);
  if (!text) return tl::unexpected(text.error());
  const auto inside = trimmed(*text);
  const bool json = form.format == "json" || form.format == "geojson" ||
                    (form.format != "csv" && (inside.starts_with('[') || inside.starts_with('{')));
  // Each value of a JSON text has such a mark in front, but for the first; the tree of them takes far more
  // memory than their text.
  const auto values = json ? std::count_if(text->begin(), text->end(),
                                           [](char c) { return c == ',' || c == '[' || c == '{'; })
                           : 0;
  if (static_cast<std::size_t>(values) > 2 * form.limits.cells) return refuse("", too_large(file));
  return json ? read_json_table(file, *text, form, report) : read_csv(file, *text, form, report);
}

}  // namespace lotse::interchange
