// SPDX-License-Identifier: EUPL-1.2
#include "interchange/table_import.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/fold.h"
#include "base/time.h"
#include "interchange/hours.h"

namespace lotse::interchange {
namespace {

std::string small(std::string_view text) { return fold(text); }

bool is_one_of(const std::vector<std::string>& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(), [&](const auto& each) {
    return each == value || (!value.empty() && small(each) == small(value) && !small(value).empty());
  });
}

std::optional<double> number_of(std::string text) {
  if (text.find('.') == std::string::npos) std::replace(text.begin(), text.end(), ',', '.');
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Problems missing_columns(const Table& table, const Mapping& mapping) {
  Problems problems;
  std::set<std::string> told;
  const auto need = [&](const std::string& column) {
    if (table.column(column) || !told.insert(column).second) return;
    problems.push_back({column, msg("The mapping names the column {column}, which {file} does not have.",
                                    {{"column", column}, {"file", table.file}})});
  };
  for (const Target& target : mapping.targets)
    for (const auto& column : target.rule.columns) need(column);
  for (const Condition& condition : mapping.where) need(condition.column);
  return problems;
}

// One row on its way into entries.
class RowImport {
 public:
  RowImport(const Table& table, const Row& row, const Mapping& mapping, Report& report)
      : table_(table), row_(row), mapping_(mapping), report_(report) {}

  // The first condition that leaves the row out; null if it is wanted.
  const Condition* left_out() const {
    for (const Condition& c : mapping_.where)
      if (is_one_of(c.values, cell(c.column)) == c.not_these) return &c;
    return nullptr;
  }

  const std::string& cell(const std::string& column) const { return row_.cells[*table_.column(column)]; }

  std::string raw(const ValueRule& rule) const {
    if (rule.constant) return *rule.constant;
    std::string text;
    for (const auto& column : rule.columns)
      if (const auto& value = cell(column); !value.empty()) text += (text.empty() ? "" : rule.by) + value;
    return text;
  }

  Json entry(Kind kind) {
    Json object = Json::object();
    std::string opens, closes;
    for (const Target& target : mapping_.targets) {
      if (target.kind != kind) continue;
      if (target.member == "hours.opens")
        opens = clock(target.rule);
      else if (target.member == "hours.closes")
        closes = clock(target.rule);
      else
        put(object, target);
    }
    if (!opens.empty() && !closes.empty()) times(object, opens, closes);
    return object;
  }

 private:
  void tell(Severity severity, const ValueRule& rule, std::string_view value, Text reason) {
    report_.add(severity, table_.file, row_.line, rule.columns.empty() ? "" : rule.columns.front(), value,
                std::move(reason));
  }

  // The value in its type; null if there is none or it cannot be read.
  Json value(const ValueRule& rule) {
    const std::string text = raw(rule);
    const auto unreadable = [&](Text reason) {
      tell(Severity::value_not_used, rule, text, std::move(reason));
      return Json();
    };
    switch (rule.type) {
      case ValueType::yes_no:
        return yes_no(rule, text);
      case ValueType::phone:
        return phone(rule, text);
      case ValueType::number:
      case ValueType::months: {
        if (text.empty()) return nullptr;
        const auto number = number_of(text);
        if (!number) return unreadable(msg("This is no number."));
        const double scaled = *number * rule.scale;
        if (rule.type == ValueType::number) return scaled;
        if (scaled < 0 || scaled > 1200 || scaled != std::floor(scaled))
          return unreadable(msg("This is no number of months."));
        return static_cast<int>(scaled);
      }
      case ValueType::milliseconds_of_day:
      case ValueType::minutes_of_day: {
        const std::string time = clock(rule);
        return time.empty() ? Json() : Json(time);
      }
      default:
        return text.empty() ? Json() : Json(text);
    }
  }

  Json yes_no(const ValueRule& rule, const std::string& text) {
    static const std::vector<std::string> kYes{"true", "1", "ja", "yes", "x", "wahr"},
        kNo{"false", "0", "nein", "no", "falsch"};
    const bool yes = is_one_of(rule.yes.empty() ? kYes : rule.yes, text);
    const bool no = is_one_of(rule.no.empty() ? kNo : rule.no, text);
    if (!yes && !no) {
      if (!text.empty()) tell(Severity::value_not_used, rule, text, msg("This is neither yes nor no."));
      return nullptr;
    }
    if (!rule.then && !rule.otherwise) return yes;
    const auto& words = yes ? rule.then : rule.otherwise;
    return words ? Json(*words) : Json();
  }

  Json phone(const ValueRule& rule, const std::string& text) {
    if (text.empty()) return nullptr;
    if (rule.prefix.empty() || text[0] == '0' || text[0] == '+') return text;
    const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (rule.longest && digits > rule.longest) {
      tell(Severity::note, rule, text,
           msg("The number is too long for a local one; no area code was put before it."));
      return text;
    }
    return rule.prefix + text;
  }

  std::string clock(const ValueRule& rule) {
    const std::string text = raw(rule);
    if (text.empty()) return {};
    const bool counted =
        rule.type == ValueType::milliseconds_of_day || rule.type == ValueType::minutes_of_day;
    std::optional<double> minutes;
    if (!counted) {
      if (const auto minute = parse_minute(text.size() == 4 ? "0" + text : text)) minutes = *minute;
    } else if ((minutes = number_of(text)) && rule.type == ValueType::milliseconds_of_day) {
      *minutes /= 60'000;
    }
    if (minutes) *minutes += mapping_.shift_minutes;
    if (!minutes || *minutes < 0 || *minutes > 24 * 60 || *minutes != std::floor(*minutes)) {
      tell(Severity::value_not_used, rule, text, msg("This is no time of day."));
      return {};
    }
    return minute_text(static_cast<Minute>(*minutes));
  }

  void times(Json& object, const std::string& opens, const std::string& closes) {
    if (closes <= opens) {
      report_.add(Severity::value_not_used, table_.file, row_.line, "hours", opens + "–" + closes,
                  msg("It closes before it opens."));
      return;
    }
    object["schedules"].push_back(
        {{"freq", "WEEKLY"}, {"byday", mapping_.days}, {"opens_at", opens}, {"closes_at", closes}});
  }

  void hours(Json& object, const ValueRule& rule) {
    const std::string text = raw(rule);
    if (text.empty()) return;
    Hours read = read_hours(text);
    if (read.understood && read.by_appointment) object["lotse_by_appointment"] = true;
    for (auto& schedule : read.schedules) {
      if (read.without_days) schedule.byday = mapping_.days;
      if (!schedule.byday.empty()) schedule.freq = "WEEKLY";
      schedule.description = text;
      shift(schedule.opens_at);
      shift(schedule.closes_at);
      object["schedules"].push_back(to_json(schedule));
    }
    if (read.understood && !(read.without_days && mapping_.days.empty())) return;
    if (!read.understood) object["schedules"].push_back({{"description", text}});
    tell(Severity::value_not_used, rule, text,
         read.understood ? msg("There are times but no days; they were kept as text.")
                         : msg("These times cannot be read without guessing; they were kept as text."));
  }

  void shift(std::string& time) const {
    const auto minute = parse_minute(time);
    if (!minute || !mapping_.shift_minutes) return;
    time = minute_text(std::clamp(*minute + mapping_.shift_minutes, 0, 24 * 60));
  }

  void put(Json& object, const Target& target) {
    const std::string& member = target.member;
    if (member == "hours") return hours(object, target.rule);
    Json v = value(target.rule);
    if (v.is_null()) return;
    static const std::array<std::pair<std::string_view, const char*>, 4> kOurs{
        {{"by_appointment", "lotse_by_appointment"},
         {"everywhere", "lotse_everywhere"},
         {"free_of_charge", "lotse_free_of_charge"},
         {"free_places", "lotse_free_places"}}};
    for (const auto& [name, ours] : kOurs)
      if (member == name) {
        if (name == "free_places" && v.is_number()) v = static_cast<int>(v.get<double>());
        object[ours] = std::move(v);
        return;
      }
    if (member == "phone")
      object["phones"].push_back({{"number", v}});
    else if (member == "accessibility")
      object["accessibility"].push_back({{"description", v}});
    else if (member == "languages")
      languages(object, target.rule, v);
    else if (member.starts_with("address."))
      address(object)[member.substr(8)] = v;
    else if (member.starts_with("extra."))
      object["lotse_extra"][member.substr(6)] = v;
    else if (member.starts_with("child_care.")) {
      if (v.is_number_float()) v = static_cast<int>(v.get<double>());
      object["lotse_child_care"][member.substr(11)] = v;
    } else
      object[member] = v;
  }

  static Json& address(Json& object) {
    if (!object.contains("addresses")) object["addresses"].push_back({{"address_type", "physical"}});
    return object["addresses"][0];
  }

  void languages(Json& object, const ValueRule& rule, const Json& v) {
    Json element{{"name", v}};
    if (!rule.note.empty()) element["note"] = rule.note;
    const Origin at{table_.file, row_.line};
    for (Json& one : language_elements(element, &object, at, report_))
      object["languages"].push_back(std::move(one));
  }

  const Table& table_;
  const Row& row_;
  const Mapping& mapping_;
  Report& report_;
};

// Months that are no span are not used, rather than turned round.
void check_care(Json& service, const Origin& at, Report& report) {
  const auto care = service.find("lotse_child_care");
  if (care == service.end() || !care->contains("from_months") || !care->contains("to_months")) return;
  if ((*care)["from_months"] <= (*care)["to_months"]) return;
  report.add(Severity::value_not_used, at.file, at.line, "child_care",
             (*care)["from_months"].dump() + "–" + (*care)["to_months"].dump(),
             msg("The age in months ends before it begins."));
  care->erase("from_months");
  care->erase("to_months");
}

void tell_unused(const Table& table, const Mapping& mapping, Report& report) {
  std::set<std::string> used;
  for (const Target& target : mapping.targets)
    used.insert(target.rule.columns.begin(), target.rule.columns.end());
  for (const Condition& condition : mapping.where) used.insert(condition.column);
  for (const auto& column : table.columns)
    if (!used.count(column))
      report.add(Severity::note, table.file, 0, column, "", msg("The mapping does not use this column."));
}

void add_row(RowImport& row, const Mapping& mapping, const Origin& at, Assembler& assembler, Report& report) {
  Json organisation = row.entry(Kind::organisation);
  Json service = row.entry(Kind::service);
  const Json owner = organisation.value("id", Json()), id = service.value("id", Json());
  if (mapping.has(Kind::service) &&
      assembler.state(Kind::service, text_of(service, "id")) != Assembler::State::unknown) {
    report.add(Severity::row_not_used, at.file, at.line, "id", text_of(service, "id"),
               msg("Another entry with this id stood before."));
    return;
  }
  if (text_of(organisation, "id").empty()) {
    report.add(Severity::row_not_used, at.file, at.line, "organisation", text_of(service, "name"),
               msg("The row does not say which organisation it belongs to."));
    return;
  }
  assembler.add(Kind::organisation, std::move(organisation), at, mapping.has(Kind::service));
  if (mapping.has(Kind::location)) {
    Json location = row.entry(Kind::location);
    if (!location.contains("id")) location["id"] = id;
    location["organization_id"] = owner;
    location["location_type"] = "physical";
    const Json place = location["id"];
    assembler.add(Kind::location, std::move(location), at, true);
    if (!id.is_null())
      assembler.add(Kind::placed, {{"id", id}, {"service_id", id}, {"location_id", place}}, at, true);
  }
  if (!mapping.has(Kind::service)) return;
  check_care(service, at, report);
  service["organization_id"] = owner;
  if (!service.contains("status")) service["status"] = "active";
  if (!mapping.topics.empty()) service["lotse_topics"] = mapping.topics;
  if (!mapping.audience.empty()) service["lotse_audience"] = mapping.audience;
  assembler.add(Kind::service, std::move(service), at);
}

}  // namespace

Result<Imported> import_table(const std::string& file, std::string_view bytes, const Mapping& mapping) {
  Imported imported;
  Report& report = imported.report;
  auto table = read_table(file, bytes, mapping.form, report);
  if (!table) return tl::unexpected(table.error());
  if (auto problems = missing_columns(*table, mapping); !problems.empty()) return refuse(std::move(problems));
  tell_unused(*table, mapping, report);
  Assembler assembler("table:" + mapping.name, false, mapping.language, report);
  for (const Row& row : table->rows) {
    RowImport one(*table, row, mapping, report);
    if (const Condition* condition = one.left_out()) {
      report.add(Severity::row_not_used, file, row.line, condition->column, one.cell(condition->column),
                 msg("The mapping leaves this row out."));
      continue;
    }
    add_row(one, mapping, {file, row.line}, assembler, report);
  }
  assembler.settle();
  imported.batch = assembler.finish();
  return imported;
}

}  // namespace lotse::interchange
