// SPDX-License-Identifier: EUPL-1.2
#include "sample/sample.h"

#include <map>

#include "access/gate.h"
#include "base/check.h"
#include "base/json.h"
#include "directory/directory.h"
#include "legal/legal.h"
#include "topic/topic.h"
#include "unit/unit.h"

extern "C" const char lotse_sample_town[];
extern "C" const char lotse_sample_town_end[];

namespace lotse::sample {
namespace {

const Json& town() {
  static const Json json = [] {
    auto parsed =
        parse_json({lotse_sample_town, static_cast<std::size_t>(lotse_sample_town_end - lotse_sample_town)});
    CHECK(parsed.has_value());
    return *parsed;
  }();
  return json;
}

const std::string kSource = "sample";

std::string text(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || !at->is_string() ? std::string() : at->get<std::string>();
}

template <class V>
std::optional<V> maybe(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? std::nullopt : std::optional<V>(at->get<V>());
}

std::vector<std::string> list(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? std::vector<std::string>()
                                             : at->get<std::vector<std::string>>();
}

std::string id(const char* kind, const std::string& key) { return directory::id_for(kSource, kind, key); }

directory::Phone phone(const std::string& number) {
  directory::Phone phone;
  phone.number = number;
  phone.type = "voice";
  return phone;
}

// Texts of all languages; the German one is the original, the others came from a machine until somebody has
// read them.
void put_text(directory::Texts& texts, const Json& by_language, std::string directory::Words::*member) {
  if (!by_language.is_object()) return;
  for (const auto& [language, value] : by_language.items()) {
    auto& words = texts[language];
    words.*member = value.get<std::string>();
    words.state = language == "de" ? directory::TextState::original : directory::TextState::machine;
  }
}

directory::Organisation organisation_of(const Json& o) {
  directory::Organisation made;
  made.id.text = id("organisation", text(o, "key"));
  made.name = text(o, "name");
  made.description = text(o["summary"], "de");
  made.email = text(o, "email");
  made.website = text(o, "website");
  made.lotse_kind = text(o, "kind");
  if (const auto number = text(o, "phone"); !number.empty()) made.phones.push_back(phone(number));
  put_text(made.lotse_texts, o["summary"], &directory::Words::description);
  return made;
}

directory::Location location_of(const Json& l) {
  directory::Location made;
  made.id.text = id("location", text(l, "key"));
  made.location_type = text(l, "type").empty() ? "physical" : text(l, "type");
  made.organization_id.text = id("organisation", text(l, "organisation"));
  made.name = text(l, "name");
  made.latitude = maybe<double>(l, "lat");
  made.longitude = maybe<double>(l, "lon");
  directory::Address address;
  address.address_1 = text(l, "street");
  address.postal_code = text(l, "postcode");
  address.city = text(l, "city");
  address.state_province = "Halmerland";
  address.country = "DE";
  address.address_type = "physical";
  made.addresses.push_back(std::move(address));
  if (const auto wheelchair = text(l, "wheelchair"); !wheelchair.empty()) {
    directory::Accessibility access;
    access.description = wheelchair;
    made.accessibility.push_back(std::move(access));
  }
  if (l.contains("transport")) put_text(made.lotse_texts, l["transport"], &directory::Words::description);
  made.lotse_confidential = l.value("confidential", false);
  return made;
}

directory::Contact contact_of(const Json& c) {
  directory::Contact made;
  made.name = text(c, "name");
  if (c.contains("role")) made.title = text(c["role"], "de");
  if (const auto number = text(c, "phone"); !number.empty()) made.phones.push_back(phone(number));
  for (const auto& code : list(c, "languages"))
    made.lotse_languages.push_back({"", words::language_name(*words::language("en"), code), code, ""});
  return made;
}

void put_care_and_cost(directory::Service& made, const Json& s) {
  if (s.contains("child_care")) {
    const Json& care = s["child_care"];
    made.lotse_child_care.kind =
        value_of<directory::Care>(text(care, "kind")).value_or(directory::Care::unknown);
    made.lotse_child_care.from_months = maybe<int>(care, "from_months");
    made.lotse_child_care.to_months = maybe<int>(care, "to_months");
    made.lotse_child_care.places = maybe<int>(care, "places");
  }
  if (!s.contains("cost")) return;
  const std::string kind = text(s["cost"], "kind");
  if (kind == "free") made.lotse_free_of_charge = true;
  if (kind == "paid") {
    made.lotse_free_of_charge = false;
    directory::CostOption option;
    option.currency = "EUR";
    option.amount = s["cost"].value("cents", 0) / 100.0;
    made.cost_options.push_back(std::move(option));
  }
}

directory::Service service_of(const Json& s) {
  const Json& t = town()["templates"][text(s, "template")];
  directory::Service made;
  made.id.text = id("service", text(s, "key"));
  made.organization_id.text = id("organisation", text(s, "organisation"));
  made.name = text(t["title"], "de");
  made.description = text(t["summary"], "de");
  put_text(made.lotse_texts, t["title"], &directory::Words::name);
  put_text(made.lotse_texts, t["summary"], &directory::Words::description);
  if (t.contains("eligibility")) put_text(made.lotse_texts, t["eligibility"], &directory::Words::eligibility);
  if (t.contains("apply")) put_text(made.lotse_texts, t["apply"], &directory::Words::application);
  made.status = text(s, "status").empty() ? "active" : text(s, "status");
  made.email = text(s, "email");
  if (const auto number = text(s, "phone"); !number.empty()) made.phones.push_back(phone(number));
  made.lotse_topics = list(t, "topics");
  for (const auto& code : list(s, "languages"))
    made.languages.push_back({"", words::language_name(*words::language("en"), code), code, ""});
  made.lotse_interpreters = list(s, "interpreters");
  made.lotse_interpreter_on_request = s.value("interpreter_on_request", false);
  made.lotse_by_appointment = s.value("by_appointment", false);
  made.lotse_fringe_hours = s.value("fringe_hours", false);
  made.lotse_everywhere = !s.contains("locations") || s["locations"].empty();
  if (s.contains("hours"))
    for (const auto& h : s["hours"]) {
      directory::Schedule schedule;
      schedule.freq = "WEEKLY";
      for (const auto& day : h["days"])
        (schedule.byday += schedule.byday.empty() ? "" : ",") += day.get<std::string>();
      schedule.opens_at = text(h, "from");
      schedule.closes_at = text(h, "to");
      made.schedules.push_back(std::move(schedule));
    }
  put_care_and_cost(made, s);
  if (s.contains("age") && s["age"].is_object()) {
    made.minimum_age = maybe<double>(s["age"], "min");
    made.maximum_age = maybe<double>(s["age"], "max");
  }
  made.lotse_audience = list(s, "audience");
  made.lotse_free_places = maybe<int>(s, "free_places");
  if (s.contains("contact") && s["contact"].is_object()) made.contacts.push_back(contact_of(s["contact"]));
  return made;
}

Weekday weekday_of(std::string_view day) {
  constexpr std::string_view kDays = "MOTUWETHFRSASU";
  const auto at = kDays.find(day);
  CHECK(at != kDays.npos && at % 2 == 0);
  return static_cast<Weekday>(at / 2 + 1);
}

std::map<std::string, UnitId> make_units(const access::Operator& by) {
  std::map<std::string, UnitId> ids;
  const std::string region = text(town()["region"], "key");
  for (const auto& u : town()["units"]) {
    unit::Unit made;
    made.organisation_id = id("organisation", text(u, "organisation"));
    made.kind = text(u, "kind");
    made.legal_regime = text(u, "legal_regime");
    made.name = text(u, "name");
    made.regions = {region};
    if (u.contains("hours"))
      for (const auto& h : u["hours"])
        for (const auto& day : list(h, "days"))
          made.hours.openings.push_back({weekday_of(day), text(h, "from"), text(h, "to")});
    // Whom to call about day care, and whom in the region: the contacts named at the services of these units.
    if (made.kind == "youth_care_desk" || made.kind == "coordination" || made.kind == "interpreter_pool")
      for (const auto& s : town()["services"])
        if (text(s, "keeper_unit") == text(u, "key") && s.contains("contact") && s["contact"].is_object() &&
            made.contacts.empty()) {
          const auto contact = contact_of(s["contact"]);
          made.contacts.push_back({"", contact.name, contact.title,
                                   contact.phones.empty() ? "" : contact.phones.front().number,
                                   list(s["contact"], "languages")});
        }
    ids[text(u, "key")] = unit::make(by, made);
  }
  return ids;
}

// What the law wants of each unit. Where nobody may learn a house's address, a post office box stands for it.
legal::Duties duties_of(const Json& u, Day today) {
  const Json& all = town()["legal"];
  const std::string organisation = text(u, "organisation"), regime = text(u, "legal_regime");
  legal::Duties made{.street = text(all, "confidential_street"),
                     .postcode = text(all, "postcode"),
                     .city = text(all, "city"),
                     .represented_by = text(all, "represented_by"),
                     .dpo = "Datenschutz " + text(u, "name"),
                     .dpo_email = "datenschutz@" + organisation + ".example.org",
                     .authority = all["authorities"][regime][0].get<std::string>(),
                     .authority_web = all["authorities"][regime][1].get<std::string>(),
                     .recipients = text(all, "recipients")};
  for (const auto& o : town()["organisations"])
    if (text(o, "key") == organisation) {
      made.email = text(o, "email");
      made.phone = text(o, "phone");
    }
  for (const auto& l : town()["locations"])
    if (text(l, "organisation") == organisation && !l.value("confidential", false) &&
        !text(l, "street").empty()) {
      made.street = text(l, "street");
      made.postcode = text(l, "postcode");
      made.city = text(l, "city");
      break;
    }
  if (text(u, "kind") != "coordination") return made;
  const Json& site = all["website"];
  made.state = text(site, "state");
  made.checked_on = today.plus(-7).text();
  made.method = text(site, "method");
  made.barriers = text(site, "barriers");
  made.enforcement = text(site, "enforcement");
  made.enforcement_web = text(site, "enforcement_web");
  made.sign_language = text(site, "sign_language");
  return made;
}

// Each unit keeps its own entries; what belongs to no unit's service is kept by the first that needs it.
std::map<std::string, directory::Batch> batches() {
  std::map<std::string, std::string> keeper_of_organisation, keeper_of_location;
  for (const auto& u : town()["units"])
    keeper_of_organisation.try_emplace(text(u, "organisation"), text(u, "key"));
  const std::string first = text(town()["units"].front(), "key");
  std::map<std::string, directory::Batch> all;
  const auto of = [&](const std::string& unit) -> directory::Batch& {
    auto& batch = all[unit];
    batch.source = kSource + ":" + unit;
    return batch;
  };
  for (const auto& o : town()["organisations"]) {
    const auto at = keeper_of_organisation.find(text(o, "key"));
    of(at == keeper_of_organisation.end() ? first : at->second)
        .organisations.push_back({organisation_of(o), text(o, "key")});
  }
  for (const auto& l : town()["locations"]) {
    const auto at = keeper_of_organisation.find(text(l, "organisation"));
    of(at == keeper_of_organisation.end() ? first : at->second)
        .locations.push_back({location_of(l), text(l, "key")});
  }
  for (const auto& s : town()["services"]) {
    auto& batch = of(text(s, "keeper_unit"));
    batch.services.push_back({service_of(s), text(s, "key")});
    for (const auto& l : list(s, "locations")) {
      directory::Placed placed;
      const std::string key = text(s, "key") + "@" + l;
      placed.id.text = id("placed", key);
      placed.service_id.text = id("service", text(s, "key"));
      placed.location_id.text = id("location", l);
      batch.placed.push_back({std::move(placed), key});
    }
  }
  return all;
}

}  // namespace

std::vector<SignIn> sign_ins() {
  std::map<std::string, std::string> names;
  for (const auto& u : town()["units"]) names[text(u, "key")] = text(u, "name");
  std::vector<SignIn> all;
  for (const auto& p : town()["people"])
    for (const auto& m : p["memberships"])
      all.push_back(
          {text(p, "name"), text(p, "email"), kPassword, names[text(m, "unit")], text(m, "function")});
  return all;
}

State state(access::Store& store, const Clock& clock) {
  const access::Desk visitor(store, {}, access::kDirectoryPurpose, clock);
  const auto mark = unit::installation(visitor, "sample").value_or("");
  return mark == "1" ? State::whole : mark.empty() ? State::none : State::begun;
}

Result<std::vector<SignIn>> fill(access::Store& store, const Clock& clock, account::Passwords& passwords) {
  const access::Operator by(store, clock, "operator:sample");
  if (!unit::all(by.visitor()).empty() || state(store, clock) != State::none)
    return refuse("", msg("This store is in use. The sample is only put into an empty store."));
  // Marked before anything else: what is broken off can be told from real data, and removed.
  unit::note_installation(by.desk(1, "coordination"), "sample", "begun");
  const auto units = make_units(by);
  std::map<std::string, std::string> kinds;
  for (const auto& u : town()["units"]) kinds[text(u, "key")] = text(u, "kind");
  const auto desk_of = [&](const std::string& unit) { return by.desk(units.at(unit), kinds.at(unit)); };
  const auto first = desk_of(text(town()["units"].front(), "key"));
  unit::put_region(
      first, {text(town()["region"], "key"), text(town()["region"], "name"),
              Json{{"municipalities", town()["region"]["municipalities"]}, {"map", town()["map"]}}.dump()});
  std::vector<unit::Place> places;
  for (const auto& p : town()["places"])
    places.push_back(
        {text(p, "postcode"), text(p, "name"), {p["lat"].get<double>(), p["lon"].get<double>()}});
  unit::put_places(first, places);
  for (const auto& u : town()["units"]) {
    const auto door = desk_of(text(u, "key")).unit(access::kDirectoryWrite);
    if (auto kept = legal::keep(door, duties_of(u, clock.today()), 0, clock); !kept)
      return refuse(kept.error());
  }
  topic::put(first, topic::starting_catalogue());
  auto all = batches();
  // First organisations and places of all, then what refers to them.
  for (auto& [unit, batch] : all) {
    directory::Batch ground{batch.source, batch.organisations, batch.locations, {}, {}, {}};
    if (auto done = directory::put(desk_of(unit), ground, false); !done) return refuse(done.error());
  }
  for (auto& [unit, batch] : all)
    if (auto done = directory::put(desk_of(unit), batch, false); !done) return refuse(done.error());
  access::Gate gate(store, clock);
  const std::string hash = passwords.hash(kPassword);
  for (const auto& p : town()["people"]) {
    std::string account;
    for (const auto& m : p["memberships"]) {
      const UnitId unit = units.at(text(m, "unit"));
      if (account.empty()) {
        account = gate.make_account(by, unit, text(p, "email"), text(p, "name"), hash, "de");
        gate.mark_sample(by, unit, account);
      }
      gate.grant(by, account, unit, text(m, "function"), Day{2020, 1, 1});
    }
  }
  unit::note_installation(first, "sample", "1");
  return sign_ins();
}

}  // namespace lotse::sample
