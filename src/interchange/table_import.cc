// SPDX-License-Identifier: EUPL-1.2
#include "interchange/table_import.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/fold.h"
#include "base/time.h"
#include "interchange/hours.h"
#include "interchange/text.h"

namespace lotse::interchange {
namespace {

bool is_one_of(const std::vector<std::string>& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(), [&](const auto& each) {
    return each == value || (!value.empty() && fold(each) == fold(value) && !fold(value).empty());
  });
}

// A number of places or months; nothing for what is not whole or beyond that.
std::optional<int> whole_of(const Json& value, int most) {
  const auto number = value.is_string()   ? number_of(value.get_ref<const std::string&>())
                      : value.is_number() ? std::optional(value.get<double>())
                                          : std::nullopt;
  if (!number || *number < 0 || *number > most || *number != std::floor(*number)) return std::nullopt;
  return static_cast<int>(*number);
}

const Text kNoMonths = msg("This is no number of months.");
const Text kNoPlaces = msg("This is no number of places.");

// A number without an area code: "85 123", "85-123/4". What begins with 0 or +, even in brackets, is whole.
bool is_local(std::string_view number) {
  return number[0] >= '1' && number[0] <= '9' && number.find_first_not_of("0123456789 /-") == number.npos;
}
bool is_whole(std::string_view number) {
  const auto first = number.find_first_not_of("( ");
  return first != number.npos && (number[first] == '0' || number[first] == '+');
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
    if (!opens.empty() || !closes.empty()) times(object, opens, closes);
    for (auto& [column, text] : unused_) keep(object, column, std::move(text));
    unused_.clear();
    return object;
  }

 private:
  void tell(Severity severity, const ValueRule& rule, std::string_view value, Text reason) {
    report_.add(severity, table_.file, row_.line, rule.columns.empty() ? "" : rule.columns.front(), value,
                std::move(reason));
  }

  // What cannot be used is kept beside the entry, so that nobody has to look for the table again.
  void not_used(const ValueRule& rule, const std::string& text, Text reason) {
    tell(Severity::value_not_used, rule, text, std::move(reason));
    unused_.emplace_back(rule.columns.empty() ? "" : rule.columns.front(), text);
  }

  // The value in its type; null if there is none or it cannot be read.
  Json value(const ValueRule& rule) {
    const std::string text = raw(rule);
    const auto unreadable = [&](Text reason) {
      not_used(rule, text, std::move(reason));
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
        if (!whole_of(scaled, 1'200)) return unreadable(kNoMonths);
        return *whole_of(scaled, 1'200);
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
      if (!text.empty()) not_used(rule, text, msg("This is neither yes nor no."));
      return nullptr;
    }
    if (!rule.then && !rule.otherwise) return yes;
    const auto& words = yes ? rule.then : rule.otherwise;
    return words ? Json(*words) : Json();
  }

  Json phone(const ValueRule& rule, const std::string& text) {
    if (text.empty()) return nullptr;
    const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits == 0) {
      not_used(rule, text, msg("This is no telephone number."));
      return nullptr;
    }
    if (rule.prefix.empty() || is_whole(text)) return text;
    if (!is_local(text)) {
      tell(Severity::note, rule, text,
           msg("There is more than a number here; no area code was put before it."));
      return text;
    }
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
      not_used(rule, text, msg("This is no time of day."));
      return {};
    }
    return minute_text(static_cast<Minute>(*minutes));
  }

  // Both as HH:MM, empty if there is none or it could not be read.
  void times(Json& object, const std::string& opens, std::string closes) {
    const auto refuse = [&](Text reason) {
      const std::string both = opens + "–" + closes;
      report_.add(Severity::value_not_used, table_.file, row_.line, "hours", both, std::move(reason));
      unused_.emplace_back("hours", both);
    };
    if (opens.empty() || closes.empty()) return refuse(msg("One of the two times is missing."));
    if (opens == "24:00") return refuse(msg("This is no time of day."));
    if (opens == closes) return refuse(msg("It opens and closes at the same time."));
    if (closes == "00:00") closes = "24:00";
    // Over midnight: from the afternoon into a morning. Anything longer is a slip of the pen, and where both
    // could be hours of a twelve-hour clock nobody knows.
    if (closes < opens && (opens < "13:00" || closes > "12:00"))
      return refuse(msg("It closes before it opens."));
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
        if (name == "free_places") return whole(object, ours, target.rule, v, 10'000, kNoPlaces);
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
    else if (member.starts_with("child_care."))
      child_care(object["lotse_child_care"], member.substr(11), target.rule, v);
    else
      object[member] = v;
  }

  void child_care(Json& care, const std::string& member, const ValueRule& rule, const Json& v) {
    if (member == "kind")
      care[member] = v;
    else if (member == "places")
      whole(care, member, rule, v, 10'000, kNoPlaces);
    else
      whole(care, member, rule, v, 1'200, kNoMonths);
  }

  void whole(Json& object, const std::string& member, const ValueRule& rule, const Json& v, int most,
             const Text& reason) {
    if (const auto number = whole_of(v, most))
      object[member] = *number;
    else
      not_used(rule, raw(rule), reason);
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
  std::vector<std::pair<std::string, std::string>>
      unused_;  // of the entry that is being made: column and text
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

using Names = std::map<std::string, Json>;

// The names of the organisations: one row may give that of another.
Names names_of(const Table& table, const Mapping& mapping) {
  Names names;
  Report unheard;
  for (const Row& row : table.rows) {
    RowImport one(table, row, mapping, unheard);
    if (one.left_out()) continue;
    const Json organisation = one.entry(Kind::organisation);
    if (!text_of(organisation, "name").empty())
      names.try_emplace(text_of(organisation, "id"), organisation["name"]);
  }
  return names;
}

// A row is used as a whole or not at all. Empty if it can be used, otherwise the field and why it cannot.
std::optional<std::pair<const char*, Text>> missing_in(const Json& organisation, const Json& service,
                                                       const Mapping& mapping, const Assembler& assembler) {
  const std::string id = text_of(service, "id");
  if (mapping.has(Kind::service) && assembler.state(Kind::service, id) != Assembler::State::unknown)
    return {{"id", msg("Another entry with this id stood before.")}};
  if (text_of(organisation, "id").empty())
    return {{"organisation", msg("The row does not say which organisation it belongs to.")}};
  if (text_of(organisation, "name").empty()) return {{"organisation", msg("There is no name.")}};
  if (mapping.has(Kind::service) && id.empty()) return {{"id", msg("There is no id.")}};
  if (mapping.has(Kind::service) && text_of(service, "name").empty())
    return {{"name", msg("There is no name.")}};
  return std::nullopt;
}

void add_row(RowImport& row, const Mapping& mapping, const Names& names, const Origin& at,
             Assembler& assembler, Report& report) {
  Json organisation = row.entry(Kind::organisation);
  Json service = row.entry(Kind::service);
  const Json owner = organisation.value("id", Json()), id = service.value("id", Json());
  if (const auto name = names.find(text_of(organisation, "id"));
      name != names.end() && text_of(organisation, "name").empty())
    organisation["name"] = name->second;
  if (const auto missing = missing_in(organisation, service, mapping, assembler)) {
    const std::string field = missing->first, value = text_of(service, field == "id" ? "id" : "name");
    report.add(Severity::row_not_used, at.file, at.line, field,
               value.empty() ? text_of(service, "id") : value, missing->second);
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
  const Names names = names_of(*table, mapping);
  Assembler assembler("table:" + mapping.name, false, mapping.language, report);
  for (const Row& row : table->rows) {
    RowImport one(*table, row, mapping, report);
    if (const Condition* condition = one.left_out()) {
      report.add(Severity::row_not_used, file, row.line, condition->column, one.cell(condition->column),
                 msg("The mapping leaves this row out."));
      continue;
    }
    add_row(one, mapping, names, {file, row.line}, assembler, report);
  }
  assembler.settle();
  imported.batch = assembler.finish();
  return imported;
}

}  // namespace lotse::interchange
