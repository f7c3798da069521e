// SPDX-License-Identifier: EUPL-1.2
#include "interchange/mapping_form.h"

#include <algorithm>
#include <set>

#include "base/fold.h"

namespace lotse::interchange {
namespace {

const std::string kName = "service.name", kStreet = "location.address.address_1", kId = "service.id",
                  kOwner = "organisation.name", kLatitude = "location.latitude",
                  kLongitude = "location.longitude";
constexpr std::size_t kLongestName = 80;

// A basic string of TOML 1.0.
std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr char kDigits[] = "0123456789ABCDEF";
      ((result += "\\u00") += kDigits[static_cast<unsigned char>(c) >> 4]) += kDigits[c & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& each : texts) (list += list.empty() ? "" : ", ") += toml_text(each);
  return "[" + list + "]";
}

std::string chosen(const Choices& choices, const std::string& detail) {
  const auto at = choices.columns.find(detail);
  return at == choices.columns.end() ? "" : at->second;
}

// The members of one table of the file that were chosen a column for.
std::string table_of(const Choices& choices, const std::string& name) {
  std::string text;
  const std::string head = name + ".";
  for (const Detail& each : details()) {
    const std::string column = chosen(choices, each.name);
    if (column.empty() || !each.name.starts_with(head) || each.name == kId) continue;
    const std::string member = each.name.substr(head.size());
    if (member.find('.') == member.npos) text += member + " = " + toml_text(column) + "\n";
  }
  return text;
}

}  // namespace

std::span<const Detail> details() {
  static const std::vector<Detail> all{
      {kName,
       msg("Title"),
       {"titel", "name des angebots", "angebot", "bezeichnung", "einrichtung", "name", "title"}},
      {kOwner,
       msg("Organisation"),
       {"traeger", "organisation", "anbieter", "veranstalter", "carrier", "organization"}},
      {kId, msg("Number of the entry in the list"), {"id", "nr", "nummer", "kennung", "schluessel"}},
      {"service.description", msg("Text"), {"beschreibung", "text", "info", "description", "bemerkung"}},
      {"service.phone", msg("Telephone"), {"telefon", "telefonnummer", "tel", "phone", "fon", "rufnummer"}},
      {"service.email", msg("E-mail"), {"e mail", "email", "mail", "e mail adresse"}},
      {"service.url", msg("Website"), {"website", "webseite", "internet", "homepage", "url", "web", "link"}},
      {"service.hours",
       msg("Opening hours"),
       {"oeffnungszeiten", "zeiten", "zeit", "hours", "opening hours"}},
      {"service.languages", msg("Languages spoken there"), {"sprachen", "sprache", "languages"}},
      {"service.minimum_age",
       msg("Youngest age, in years"),
       {"alter von", "mindestalter", "ab alter", "age from"}},
      {"service.maximum_age", msg("Oldest age, in years"), {"alter bis", "hoechstalter", "age to"}},
      {"service.fees_description", msg("Cost"), {"kosten", "gebuehr", "preis", "fees", "cost"}},
      {"service.application_process", msg("How to register"), {"anmeldung", "registration"}},
      {"service.eligibility_description",
       msg("Who may come"),
       {"zielgruppe", "voraussetzung", "eligibility"}},
      {kStreet,
       msg("Street and number"),
       {"strasse und hausnummer", "strasse", "anschrift", "adresse", "street", "address"}},
      {"location.address.postal_code",
       msg("Postcode"),
       {"plz", "postleitzahl", "postcode", "zip", "postal code"}},
      {"location.address.city", msg("Town"), {"ort", "stadt", "wohnort", "city", "town"}},
      {kLatitude, msg("Latitude"), {"breitengrad", "lat", "latitude", "breite", "geometry latitude"}},
      {kLongitude,
       msg("Longitude"),
       {"laengengrad", "lon", "lng", "long", "longitude", "laenge", "geometry longitude"}},
      {"location.accessibility",
       msg("Accessibility"),
       {"barrierefreiheit", "barrierefrei", "accessibility"}}};
  return all;
}

Choices guess(const std::vector<std::string>& columns) {
  Choices choices;
  std::map<std::string, std::string> by_heading;
  for (const auto& column : columns) by_heading.try_emplace(fold(column), column);
  for (const Detail& each : details())
    for (const auto heading : each.headings) {
      const auto at = by_heading.find(std::string(heading));
      if (at == by_heading.end()) continue;
      choices.columns[each.name] = at->second;
      by_heading.erase(at);
      break;
    }
  return choices;
}

Problems check(const Choices& choices, const std::vector<std::string>& columns) {
  Problems problems;
  if (choices.source.empty())
    problems.push_back({"source", msg("Give the list a name, for example \"Kitas of the town\".")});
  else if (length(choices.source) > kLongestName)
    problems.push_back({"source", msg("This text is too long. Please shorten it.")});
  if (chosen(choices, kOwner).empty() && choices.organisation.empty())
    problems.push_back({kOwner, msg("Choose the column with the organisation, or type the name of the one "
                                    "organisation that runs all of it.")});
  if (chosen(choices, kName).empty()) problems.push_back({kName, msg("Choose the column with the titles.")});
  if (chosen(choices, kLatitude).empty() != chosen(choices, kLongitude).empty())
    problems.push_back({chosen(choices, kLatitude).empty() ? kLatitude : kLongitude,
                        msg("Latitude and longitude belong together: choose both columns or none.")});
  for (const auto& [detail, column] : choices.columns)
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
      problems.push_back({detail, msg("The file has no such column. Choose another one.")});
  for (const auto& topic : choices.topics)
    if (!is_topic(topic)) problems.push_back({"topics", msg("There is no such topic. Choose another one.")});
  return problems;
}

std::string toml_of(const Choices& choices) {
  const std::string owner = chosen(choices, kOwner);
  std::string text = "[source]\nname = " + toml_text(choices.source) + "\n\n[organisation]\n";
  const std::string organisation =
      owner.empty() ? "{ const = " + toml_text(choices.organisation) + " }" : toml_text(owner);
  text += "id = " + organisation + "\nname = " + organisation + "\n";
  const std::string place = table_of(choices, "location"), address = table_of(choices, "location.address");
  if (!place.empty()) text += "\n[location]\n" + place;
  if (!address.empty()) text += "\n[location.address]\n" + address;
  text += "\n[service]\n";
  std::vector<std::string> apart{chosen(choices, kName)};
  if (const auto street = chosen(choices, kStreet); !street.empty()) apart.push_back(street);
  // Without numbers in the list, title and street tell the entries apart.
  const std::string number = chosen(choices, kId);
  text +=
      "id = " + (number.empty() ? "{ join = " + list_of(apart) + ", by = \"|\" }" : toml_text(number)) + "\n";
  text += table_of(choices, "service");
  if (!choices.topics.empty()) text += "topics = " + list_of(choices.topics) + "\n";
  return text;
}

std::optional<Choices> choices_of(const Mapping& mapping) {
  Choices choices;
  choices.source = mapping.name;
  choices.topics = mapping.topics;
  for (const Target& target : mapping.targets) {
    const char* kind = target.kind == Kind::organisation ? "organisation."
                       : target.kind == Kind::location   ? "location."
                                                         : "service.";
    const std::string name = kind + target.member;
    if (name == kOwner && target.rule.constant) choices.organisation = *target.rule.constant;
    if (name == "organisation.id" || target.rule.columns.size() != 1 || target.rule.by != " ") continue;
    choices.columns[name] = target.rule.columns.front();
  }
  const auto same = read_mapping(toml_of(choices), "");
  if (!same || !(*same == mapping)) return std::nullopt;
  return choices;
}

}  // namespace lotse::interchange
