// SPDX-License-Identifier: EUPL-1.2
// JSON files as lists of items, each with its line: a report that cannot say where is of no use.
#include <algorithm>
#include <optional>

#include "base/fold.h"
#include "interchange/table.h"

namespace lotse::interchange {
namespace {

// Walks over text that has been parsed before, so that it may trust it.
class Walker {
 public:
  Walker(std::string_view text, std::size_t at, std::size_t line) : text_(text), at_(at), line_(line) {}

  char peek() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      step();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void step() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  void skip_string() {
    for (step(); at_ < text_.size() && text_[at_] != '"'; step())
      if (text_[at_] == '\\') step();
    if (at_ < text_.size()) step();
  }
  void skip_value() {
    int depth = 0;
    do {
      const char c = peek();
      if (c == '\0') return;
      if (c == '"') {
        skip_string();
        continue;
      }
      if (depth == 0 && (c == ',' || c == ']' || c == '}')) return;
      depth += (c == '{' || c == '[') - (c == '}' || c == ']');
      step();
    } while (depth > 0 || (at_ < text_.size() &&
                           std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos));
  }
  std::size_t at() const { return at_; }
  std::size_t line() const { return line_; }

 private:
  std::string_view text_;
  std::size_t at_, line_;
};

// The lines in which the elements of the array at the walker begin.
std::vector<std::size_t> lines_of(Walker walker) {
  std::vector<std::size_t> lines;
  walker.step();
  while (walker.peek() != ']' && walker.peek() != '\0') {
    lines.push_back(walker.line());
    walker.skip_value();
    if (walker.peek() == ',') walker.step();
  }
  return lines;
}

// Puts the walker in front of the value of a member of the object that it stands at.
void enter(Walker& walker, std::string_view text, const std::string& name) {
  walker.step();
  while (walker.peek() == '"') {
    const std::size_t from = walker.at();
    walker.skip_string();
    const Json key = Json::parse(text.substr(from, walker.at() - from), nullptr, false);
    walker.peek();
    walker.step();
    walker.peek();
    if (key == name) return;
    walker.skip_value();
    if (walker.peek() == ',') walker.step();
  }
}

JsonFile items_of(std::string_view text, Json whole, const std::string& list) {
  Walker walker(text, 0, 1);
  walker.peek();
  if (!list.empty()) enter(walker, text, list);
  const auto lines = lines_of(walker);
  JsonFile file{nullptr, list, {}};
  Json& array = list.empty() ? whole : whole[list];
  for (std::size_t i = 0; i < array.size(); ++i)
    file.items.push_back({i < lines.size() ? lines[i] : 0, std::move(array[i])});
  if (!list.empty()) {
    whole.erase(list);
    file.head = std::move(whole);
  }
  return file;
}

// The only member that is a list of objects.
std::string only_list(const Json& object) {
  std::string found;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_array() || value.empty() || !value.front().is_object()) continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

JsonFile lines_as_items(const std::string& file, std::string_view text, Report& report) {
  JsonFile json;
  std::size_t line = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto one = trimmed(text.substr(0, end));
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    ++line;
    if (one.empty()) continue;
    JsonFault fault;
    if (auto value = parse_json(one, &fault)) {
      json.items.push_back({line, std::move(*value)});
    } else {
      report.read(file);
      report.add(Severity::row_not_used, file, line, "", one, msg("This line is not valid JSON."));
    }
  }
  return json;
}

// An object in the first line, and another one behind it.
bool is_one_in_each_line(std::string_view text) {
  const auto end = text.find('\n');
  if (end == text.npos || trimmed(text.substr(end)).empty()) return false;
  return Json::accept(text.substr(0, end));
}

}  // namespace

Result<JsonFile> read_json(const std::string& file, std::string_view text, Report& report, bool whole) {
  const auto inside = trimmed(text);
  if (inside.starts_with('{') && is_one_in_each_line(inside)) return lines_as_items(file, text, report);
  JsonFault fault;
  auto json = parse_json(text, &fault);
  if (!json)
    return refuse("", msg("{file}, line {line}: this is not valid JSON ({reason}).",
                          {{"file", file}, {"line", std::to_string(fault.line)}, {"reason", fault.reason}}));
  if (json->is_array()) return items_of(text, std::move(*json), "");
  if (!json->is_object()) return refuse("", msg("{file} holds no list and no object.", {{"file", file}}));
  if (!whole) {
    const bool features =
        json->value("type", Json()) == "FeatureCollection" && (*json)["features"].is_array();
    const std::string list = features                     ? "features"
                             : json->contains("contents") ? "contents"
                                                          : only_list(*json);
    if (!list.empty() && (*json)[list].is_array()) return items_of(text, std::move(*json), list);
  }
  JsonFile one;
  one.items.push_back({1, std::move(*json)});
  return one;
}

}  // namespace lotse::interchange
