// SPDX-License-Identifier: EUPL-1.2
#include "interchange/mapping.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "interchange/hours.h"
#include "interchange/language_text.h"

namespace lotse::interchange {
namespace {

const Text kCondition =
    msg("A condition is written as {example}.", {{"example", "{ column = \"…\", is = \"…\" }"}});

constexpr std::array<std::pair<std::string_view, ValueType>, 9> kTypes{
    {{"text", ValueType::text},
     {"number", ValueType::number},
     {"bool", ValueType::yes_no},
     {"milliseconds_of_day", ValueType::milliseconds_of_day},
     {"minutes_of_day", ValueType::minutes_of_day},
     {"months", ValueType::months},
     {"phone", ValueType::phone},
     {"hours_text", ValueType::hours_text},
     {"language_list", ValueType::language_list}}};

constexpr std::array<std::string_view, 9> kOrganisation{
    "id", "name", "alternate_name", "description", "email", "website", "legal_status", "phone", "tax_id"};
constexpr std::array<std::string_view, 18> kLocation{"id",
                                                     "name",
                                                     "alternate_name",
                                                     "description",
                                                     "transportation",
                                                     "url",
                                                     "latitude",
                                                     "longitude",
                                                     "accessibility",
                                                     "phone",
                                                     "address.address_1",
                                                     "address.address_2",
                                                     "address.attention",
                                                     "address.city",
                                                     "address.region",
                                                     "address.state_province",
                                                     "address.postal_code",
                                                     "address.country"};
constexpr std::array<std::string_view, 29> kService{"id",
                                                    "name",
                                                    "alternate_name",
                                                    "description",
                                                    "url",
                                                    "email",
                                                    "status",
                                                    "interpretation_services",
                                                    "application_process",
                                                    "fees_description",
                                                    "wait_time",
                                                    "eligibility_description",
                                                    "minimum_age",
                                                    "maximum_age",
                                                    "alert",
                                                    "phone",
                                                    "languages",
                                                    "hours",
                                                    "hours.opens",
                                                    "hours.closes",
                                                    "by_appointment",
                                                    "everywhere",
                                                    "free_of_charge",
                                                    "free_places",
                                                    "child_care.kind",
                                                    "child_care.from_months",
                                                    "child_care.to_months",
                                                    "child_care.places",
                                                    "licenses"};

class MappingReader {
 public:
  explicit MappingReader(std::string file) : file_(std::move(file)) {}

  Result<Mapping> read(std::string_view text) {
    // The library is built with exceptions; a broken file throws with its line.
    try {
      const toml::table root = toml::parse(text, file_);
      tables(root);
    } catch (const toml::parse_error& e) {
      problem(e.source(),
              msg("This is not valid TOML: {reason}.", {{"reason", std::string(e.description())}}));
    }
    if (problems_.empty()) check();
    if (!problems_.empty()) return refuse(std::move(problems_));
    return std::move(mapping_);
  }

 private:
  void problem(const toml::source_region& at, Text text) {
    problems_.push_back({file_ + ":" + std::to_string(at.begin.line), std::move(text)});
  }
  void unknown(const toml::key& key) {
    problem(key.source(), msg("{name} is not known here.", {{"name", std::string(key.str())}}));
  }
  // A text; reports anything else.
  std::string text(const toml::node& node) {
    if (const auto* s = node.as_string()) return s->get();
    if (const auto* i = node.as_integer()) return std::to_string(i->get());
    problem(node.source(), msg("A text is needed here."));
    return {};
  }
  std::vector<std::string> texts(const toml::node& node) {
    const auto* array = node.as_array();
    if (!array) return {text(node)};
    std::vector<std::string> list;
    for (const toml::node& each : *array) list.push_back(text(each));
    return list;
  }
  double number(const toml::node& node) {
    if (const auto value = node.value<double>()) return *value;
    problem(node.source(), msg("A number is needed here."));
    return 0;
  }

  // A whole number, at most so far from nothing.
  int whole(const toml::node& node, int most) {
    const double value = number(node);
    if (std::abs(value) <= most && value == std::floor(value)) return static_cast<int>(value);
    problem(node.source(), msg("A number is needed here."));
    return 0;
  }

  void tables(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const auto* table = node.as_table();
      if (!table)
        unknown(key);
      else if (key == "source")
        source(*table);
      else if (key == "organisation" || key == "organization")
        entry(Kind::organisation, *table, "");
      else if (key == "location")
        entry(Kind::location, *table, "");
      else if (key == "service")
        entry(Kind::service, *table, "");
      else
        unknown(key);
    }
  }

  void source(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (key == "name")
        mapping_.name = text(node);
      else if (key == "format")
        mapping_.form.format = text(node) == "auto" ? "" : text(node);
      else if (key == "encoding")
        mapping_.form.encoding = text(node);
      else if (key == "separator")
        separator(node);
      else if (key == "language")
        language(node);
      else if (key == "where")
        conditions(node);
      else
        unknown(key);
    }
    const auto& format = mapping_.form.format;
    if (!format.empty() && format != "csv" && format != "json" && format != "geojson")
      problem(table.source(), msg("The format is one of csv, json, geojson, auto."));
  }

  void separator(const toml::node& node) {
    const std::string mark = text(node);
    mapping_.form.separator = mark == "tab" ? "\t" : mark;
    if (mapping_.form.separator.size() != 1 || std::string_view(",;|\t").find(mapping_.form.separator) > 3)
      problem(node.source(), msg("The separator is one of {list}.", {{"list", ", ; | tab"}}));
  }

  void language(const toml::node& node) {
    mapping_.language = text(node);
    if (!words::language(mapping_.language) && long_code(mapping_.language).empty())
      not_known(node, mapping_.language);
  }

  // Texts that all are words of a list of ours.
  std::vector<std::string> keys(const toml::node& node, bool (*is_known)(const std::string&)) {
    auto list = texts(node);
    const auto* array = node.as_array();
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!is_known(list[i])) not_known(array ? *array->get(i) : node, list[i]);
    return list;
  }

  void not_known(const toml::node& node, const std::string& name) {
    problem(node.source(), msg("{name} is not known here.", {{"name", name}}));
  }

  void conditions(const toml::node& node) {
    if (const auto* array = node.as_array()) {
      for (const toml::node& each : *array) conditions(each);
      return;
    }
    const auto* table = node.as_table();
    if (!table) return problem(node.source(), kCondition);
    Condition c;
    for (const auto& [key, value] : *table) {
      if (key == "column")
        c.column = text(value);
      else if (key == "is" || key == "is_not") {
        c.values = texts(value);
        c.not_these = key == "is_not";
      } else {
        unknown(key);
      }
    }
    if (c.column.empty() || c.values.empty()) problem(node.source(), kCondition);
    mapping_.where.push_back(std::move(c));
  }

  // True if the name is one that an entry of this kind has.
  static bool is_member(Kind kind, const std::string& member) {
    if (member.starts_with("extra.")) return true;
    const auto in = [&](const auto& list) {
      return std::find(list.begin(), list.end(), member) != list.end();
    };
    return kind == Kind::organisation ? in(kOrganisation)
           : kind == Kind::location   ? in(kLocation)
                                      : in(kService);
  }
  static bool is_group(const std::string& member) {
    return member == "address" || member == "hours" || member == "child_care" || member == "extra";
  }
  static bool is_rule(const toml::table& table) {
    return table.contains("column") || table.contains("join") || table.contains("const");
  }

  void entry(Kind kind, const toml::table& table, const std::string& group) {
    for (const auto& [key, node] : table) {
      const std::string member = group + std::string(key.str());
      const auto* inner = node.as_table();
      if (kind == Kind::service && member == "topics")
        mapping_.topics = keys(node, is_topic);
      else if (kind == Kind::service && member == "audience")
        mapping_.audience = keys(node, is_audience);
      else if (member == "hours.days")
        mapping_.days = days(node);
      else if (member == "hours.shift_minutes")
        mapping_.shift_minutes = whole(node, 24 * 60);
      else if (inner && is_group(member) && !(member == "hours" && is_rule(*inner)))
        entry(kind, *inner, member + ".");
      else if (!is_member(kind, member))
        unknown(key);
      else
        mapping_.targets.push_back({kind, member, rule(node, member)});
    }
  }

  std::string days(const toml::node& node) {
    const std::string list = text(node);
    std::string_view rest = list;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const auto day = rest.substr(0, comma);
      if (day.size() != 2 || weekday_code(day) != day)
        problem(node.source(), msg("The days are written as \"MO,TU,WE,TH,FR,SA,SU\"."));
      rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return list;
  }

  ValueRule rule(const toml::node& node, const std::string& member) {
    ValueRule r;
    if (member == "phone")
      r.type = ValueType::phone;
    else if (member == "languages")
      r.type = ValueType::language_list;
    else if (member == "hours")
      r.type = ValueType::hours_text;
    const auto* table = node.as_table();
    if (!table) {
      r.columns = {text(node)};
      return r;
    }
    for (const auto& [key, value] : *table) {
      if (key == "column")
        r.columns = {text(value)};
      else if (key == "join")
        r.columns = texts(value);
      else if (key == "const")
        r.constant = text(value);
      else if (key == "days" && member == "hours")
        mapping_.days = days(value);
      else if (key == "shift_minutes" && member == "hours")
        mapping_.shift_minutes = whole(value, 24 * 60);
      else if (!option(r, key, value))
        unknown(key);
    }
    if (r.columns.empty() && !r.constant)
      problem(node.source(), msg("{name} says neither column nor join nor const.", {{"name", member}}));
    return r;
  }

  bool option(ValueRule& r, const toml::key& key, const toml::node& value) {
    if (key == "by")
      r.by = text(value);
    else if (key == "type")
      r.type = type(value);
    else if (key == "true")
      r.yes = texts(value);
    else if (key == "false")
      r.no = texts(value);
    else if (key == "then")
      r.then = text(value);
    else if (key == "otherwise")
      r.otherwise = text(value);
    else if (key == "scale")
      r.scale = number(value);
    else if (key == "prefix")
      r.prefix = text(value);
    else if (key == "longest")
      r.longest = whole(value, 1000);
    else if (key == "note")
      r.note = text(value);
    else
      return false;
    return true;
  }

  ValueType type(const toml::node& node) {
    const std::string name = text(node);
    for (const auto& [known, type] : kTypes)
      if (known == name) return type;
    problem(node.source(), msg("{name} is no type of value that we know.", {{"name", name}}));
    return ValueType::text;
  }

  void check() {
    const auto need = [&](bool there, const char* what) {
      if (!there) problems_.push_back({file_, msg("The mapping does not say {what}.", {{"what", what}})});
    };
    const auto has = [&](Kind kind, std::string_view member) {
      return std::any_of(mapping_.targets.begin(), mapping_.targets.end(),
                         [&](const Target& t) { return t.kind == kind && t.member == member; });
    };
    need(!mapping_.name.empty(), "[source] name");
    need(has(Kind::organisation, "id"), "[organisation] id");
    need(has(Kind::organisation, "name"), "[organisation] name");
    if (mapping_.has(Kind::service)) {
      need(has(Kind::service, "id"), "[service] id");
      need(has(Kind::service, "name"), "[service] name");
    }
    if (mapping_.has(Kind::location))
      need(has(Kind::location, "id") || has(Kind::service, "id"), "[location] id");
    need(has(Kind::service, "hours.opens") == has(Kind::service, "hours.closes"),
         "hours.opens + hours.closes");
    if (has(Kind::service, "hours.opens")) need(!mapping_.days.empty(), "hours.days");
  }

  std::string file_;
  Mapping mapping_;
  Problems problems_;
};

}  // namespace

bool Mapping::has(Kind kind) const {
  return std::any_of(targets.begin(), targets.end(), [&](const Target& t) { return t.kind == kind; });
}

Result<Mapping> read_mapping(std::string_view toml, const std::string& file) {
  return MappingReader(file).read(toml);
}

}  // namespace lotse::interchange
