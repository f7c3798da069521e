// SPDX-License-Identifier: EUPL-1.2
#include "directory/entry.h"

#include "base/fold.h"

namespace lotse::directory {
namespace {

const ManyRows& text_rows() {
  static const ManyRows rows(
      "directory.put_texts",
      "INSERT INTO service_text (service_id, language, keeper_unit, title, summary, state) VALUES",
      "(?, ?, ?, ?, ?, ?)");
  return rows;
}

const ManyRows& offer_rows() {
  static const ManyRows rows(
      "directory.put_offers",
      "INSERT INTO offer (id, keeper_unit, service_id, organisation_id, location_id, facts, words, "
      "organisation_name, address, phone) VALUES",
      "(?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?)");
  return rows;
}

}  // namespace

void mirror(Service& after, const Service& before) {
  const auto at = after.lotse_texts.find(after.lotse_language);
  const auto old = before.lotse_texts.find(after.lotse_language);
  if (at == after.lotse_texts.end() || old == before.lotse_texts.end()) return;
  if (old->second.name == before.name) at->second.name = after.name;
  if (old->second.description == before.description) at->second.description = after.description;
}

std::string sort_key(std::string_view name) { return fold(name); }

void Derived::add(const Service& s, const Organisation& organisation, std::span<const At> places,
                  UnitId keeper) {
  Texts words = s.lotse_texts;
  auto& original = words[s.lotse_language];
  if (original.name.empty()) original.name = s.name;
  if (original.description.empty()) original.description = s.description;
  for (const auto& [language, each] : words)
    for (sql::Value value :
         {sql::Value(s.id.text), sql::Value(language), sql::Value(keeper), sql::Value(each.name),
          sql::Value(each.description), sql::Value(std::string(name_of(each.state)))})
      texts.push_back(std::move(value));
  for (const OfferRow& row : offers_of(s, organisation, places)) {
    for (sql::Value value :
         {sql::Value(row.id), sql::Value(keeper), sql::Value(s.id.text), sql::Value(organisation.id.text),
          sql::Value(row.location_id), sql::Value(row.facts), sql::Value(row.words),
          sql::Value(organisation.name), sql::Value(row.address), sql::Value(row.phone)})
      offers.push_back(std::move(value));
    offer_ids.push_back(row.id);
  }
}

void Derived::clear(access::Change& change, std::span<const std::string> services, UnitId keeper) {
  static const ManyIds texts("directory.clear_texts",
                             "DELETE FROM service_text WHERE keeper_unit = $1 AND service_id IN (?…)", 1);
  static const ManyIds offers("directory.clear_offers",
                              "DELETE FROM offer WHERE keeper_unit = $1 AND service_id IN (?…)", 1);
  texts.change(change, services, {keeper});
  offers.change(change, services, {keeper});
}

void Derived::write(access::Change& change) const {
  text_rows().run(change, texts);
  offer_rows().run(change, offers);
}

std::vector<std::string> offers_there(access::View& view, std::span<const std::string> services) {
  static const ManyIds ids("directory.offers_of", "SELECT id FROM offer WHERE service_id IN (?…)");
  std::vector<std::string> found;
  ids.each(view, services, {}, [&](const sql::Row& r) { found.emplace_back(r.text(0)); });
  return found;
}

}  // namespace lotse::directory
