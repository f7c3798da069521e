// SPDX-License-Identifier: EUPL-1.2
#include "interchange/typed.h"

#include <charconv>
#include <cmath>

#include "base/fold.h"
#include "interchange/hours.h"
#include "interchange/language_text.h"

namespace lotse::interchange::typed {

void Cleaner::keep(const std::string& path, const std::string& name, const Json& value) {
  const std::string key = path.empty() ? name : path + "/" + name;
  kept[key] = value;
  if (value.is_array())
    for (Json& each : kept[key])
      if (each.is_object()) each.erase("lotse_parent");
  note(Severity::value_not_used, name, value.dump(-1, ' ', false, Json::error_handler_t::replace),
       msg("The value is of another kind than the standard says; it was kept, but is not used."));
}

void Cleaner::note(Severity severity, const std::string& field, std::string_view value, Text reason) {
  report.add(severity, at.file, at.line, field, value, std::move(reason));
}

std::optional<std::string> as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

std::optional<double> as_number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto text = trimmed(value.get_ref<const std::string&>());
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

void give_id(Json& element, Cleaner& c, const std::string& list, const std::string& path, std::size_t number,
             std::set<std::string>& taken) {
  const auto at = element.find("id");
  const auto own = at == element.end() ? std::nullopt : as_text(*at);
  std::string id = own && !own->empty() ? directory::id_for(c.source, list, *own) : std::string();
  if (id.empty() || taken.count(id)) {
    // Made of where the part stands, so that the next import finds it again.
    const std::string place = path + "/" + list + "#" + (own ? *own : "") + "#" + std::to_string(number);
    id = directory::id_for(c.source, list, (path.empty() ? element.value("lotse_parent", "") : "") + place);
  }
  element.erase("lotse_parent");
  element["id"] = id;
  taken.insert(id);
}

namespace {

void translate(Json& object, const char* member, const std::string& kind, Cleaner& c) {
  const auto at = object.find(member);
  const auto text = at == object.end() ? std::nullopt : as_text(*at);
  if (text && !text->empty()) *at = directory::id_for(c.source, kind, *text);
}

}  // namespace

void clean_links(Json& list, Cleaner& c, const std::string& name, const std::string& path) {
  if (!list.is_array()) return;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) continue;
    give_id(list[i], c, name, path, i, taken);
    if (const auto number = list[i].find("identifier");
        name == "organization_identifiers" && number != list[i].end())
      if (const auto text = as_text(*number)) *number = *text;
    translate(list[i], "taxonomy_term_id", "term", c);
    const auto term = list[i].find("taxonomy_term");
    if (term == list[i].end() || !term->is_object()) continue;
    translate(*term, "id", "term", c);
    translate(*term, "parent_id", "term", c);
    if (const auto detail = term->find("taxonomy_detail"); detail != term->end() && detail->is_object())
      translate(*detail, "id", "taxonomy", c);
  }
}

void after(Json& object, directory::SpokenLanguage*, Cleaner& c, const std::string& path) {
  const std::string code = text_of(object, "code");
  if (code.empty()) return;
  const std::string known = long_code(code);
  if (!known.empty()) {
    object["code"] = known;
    return;
  }
  // What is no code must not stand where codes are searched by. Its name may be all that there is.
  object.erase("code");
  if (text_of(object, "name").empty()) object["name"] = code;
  c.kept[path + "/code"] = code;
  c.note(Severity::value_not_used, "code", code, msg("We do not know this language code; it was kept."));
}

namespace {

bool is_two_digits(std::string_view text) {
  return text.size() == 2 && text.find_first_not_of("0123456789") == text.npos;
}

// "10:00", "10:00:00", "10:00Z" and "10:00+01:00" are as the standard has them; "10:00 PM" is not.
bool is_time(std::string_view text) {
  if (!parse_minute(text.substr(0, 5))) return false;
  text.remove_prefix(5);
  if (text.size() >= 3 && text[0] == ':' && is_two_digits(text.substr(1, 2))) text.remove_prefix(3);
  const bool offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
                      is_two_digits(text.substr(1, 2)) && text[3] == ':' && is_two_digits(text.substr(4));
  return text.empty() || text == "Z" || offset;
}

}  // namespace

void after(Json& object, directory::Schedule*, Cleaner& c, const std::string&) {
  const std::string opens = text_of(object, "opens_at"), closes = text_of(object, "closes_at");
  if (opens.empty() && closes.empty()) return;
  const auto tell = [&](Text reason) {
    c.note(Severity::value_not_used, "opens_at", opens + " – " + closes, std::move(reason));
  };
  if (opens.empty() || closes.empty()) return tell(msg("One of the two times is missing."));
  if (is_time(opens) && is_time(closes)) {
    if (opens.substr(0, 5) == closes.substr(0, 5)) tell(msg("It opens and closes at the same time."));
    return;
  }
  const auto times = read_times(opens, closes);
  if (!times) return tell(msg("These times cannot be read without guessing; they were kept as text."));
  object["opens_at"] = times->first;
  object["closes_at"] = times->second;
}

}  // namespace lotse::interchange::typed
