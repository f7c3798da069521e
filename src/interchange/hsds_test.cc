// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hsds.h"

#include <algorithm>
#include <set>

#include "interchange/assemble.h"
#include "interchange/test_data.h"

namespace lotse::interchange {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

Imported import(Files files, bool placeholders = false) {
  HsdsOptions options;
  options.source = "hsds:test";
  options.placeholders = placeholders;
  auto imported = import_hsds(Archive::of(std::move(files)), options);
  EXPECT_TRUE(imported) << (imported ? "" : problems(imported.error()));
  return imported ? std::move(*imported) : Imported{};
}

const Files kSmall{
    {"organizations.csv", "id,name,description,url\n1,House,Helps,www.example.org\n"},
    {"locations.csv", "id,organization_id,name,latitude,longitude\n1,1,Hall,0,0\n2,9,Yard,54.1,9.2\n"},
    {"services.csv",
     "id,organization_id,name,description,status\n1,1,Advice,One\\nTwo "
     "###MON###,\n2,7,Lost,,\n1,1,Again,,\n3,1,Odd,,open\n"},
    {"services_at_location.csv", "id,service_id,location_id\n1,1,1\n2,2,1\n"},
    {"physical_addresses.csv",
     "id,location_id,address_1,city,state_province,postal_code,country\n1,1,Street 1,Town,FL ,00101,   \n"},
    {"regular_schedules.csv",
     "id,service_id,weekday,opens_at,closes_at,original_text\n,1,Monday,9:00am,5:00pm,hours\n"
     ",1,Friday,9:00am,5:00pm,hours\n,1,Sunday,9:00am,5:00,hours\n,2,Monday,9:00am,5:00pm,x\n"},
    {"eligibility.csv", "id,service_id,eligibility\n,,For all\n1,1,For some\n"},
    {"languages.csv",
     "id,service_id,location_id,language\n1,1,1,Spanish (limited)\n1,1,1,Creole\n2,1,,Others upon "
     "request\n3,1,,\n"},
    {"taxonomy.csv",
     "id,name,parent_id,vocabulary,taxonomy_facet\nP,Family,,AIRS,Service\nP-1,Groups,P,AIRS,Service\n"},
    {"services_taxonomy.csv", "id,service_id,taxonomy_id\n1,1,P-1\n2,1,P-1\n3,1,Q\n"},
    {"unknown_things.csv", "id\n1\n"}};

TEST(HsdsV1, FollowsReferencesAndReportsTheRest) {
  const auto [batch, report] = import(kSmall);
  ASSERT_EQ(batch.services.size(), 2u);
  const auto& s = batch.services[0].thing;
  EXPECT_EQ(batch.services[0].foreign_id, "1");
  EXPECT_EQ(s.organization_id, batch.organisations[0].thing.id);
  EXPECT_EQ(batch.organisations[0].thing.website, "www.example.org");
  EXPECT_EQ(s.status, "active");
  EXPECT_EQ(s.description, "One\nTwo");
  EXPECT_EQ(s.rest["lotse_markers"], Json::array({"MON"}));
  EXPECT_EQ(s.eligibility_description, "For some");
  ASSERT_EQ(s.schedules.size(), 2u);
  EXPECT_EQ(s.schedules[0].byday, "MO,FR");
  EXPECT_EQ(s.schedules[0].opens_at, "09:00");
  EXPECT_EQ(s.schedules[1].byday, "SU");
  EXPECT_EQ(s.schedules[1].opens_at, "");
  EXPECT_EQ(s.schedules[1].notes, "9:00am – 5:00");
  ASSERT_EQ(s.languages.size(), 2u);
  EXPECT_EQ(s.languages[0].code, "spa");
  EXPECT_EQ(s.languages[0].note, "limited");
  EXPECT_EQ(s.languages[1].name, "Creole");
  EXPECT_NE(s.languages[0].id, s.languages[1].id);
  EXPECT_TRUE(s.lotse_interpreter_on_request);
  EXPECT_EQ(s.interpretation_services, "Others upon request");
  ASSERT_EQ(s.attributes.size(), 1u);
  EXPECT_EQ(s.attributes[0]["taxonomy_term"]["id"], batch.terms[1].thing.id);
  EXPECT_EQ(batch.terms[1].thing.parent_id, batch.terms[0].thing.id);
  EXPECT_EQ(batch.terms[1].thing.rest["taxonomy_facet"], "Service");
  EXPECT_EQ(batch.services[1].thing.status, "inactive");
  EXPECT_EQ(batch.services[1].thing.rest[kKept]["status"], "open");
  ASSERT_EQ(batch.placed.size(), 1u);
  const auto& l = batch.locations[0].thing;
  EXPECT_EQ(l.addresses[0].state_province, "FL");
  EXPECT_EQ(l.addresses[0].country, "");
  EXPECT_TRUE(batch.locations[1].thing.organization_id.empty());
  EXPECT_EQ(batch.locations[1].thing.rest[kKept]["organization_id"], "9");

  EXPECT_EQ(count(report, Severity::row_not_used, "services.csv"), 2u);  // no organisation, id twice
  EXPECT_EQ(count(report, Severity::row_not_used, "services_at_location.csv"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "eligibility.csv"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "regular_schedules.csv"), 1u);
  EXPECT_EQ(count(report, Severity::value_not_used, "regular_schedules.csv"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "services_taxonomy.csv"), 2u);
  EXPECT_EQ(count(report, Severity::row_not_used, "languages.csv"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "unknown_things.csv"), 1u);
  EXPECT_EQ(count(report, Severity::value_not_used, "locations.csv", "latitude"), 1u);
  for (const auto& f : report.findings()) {
    if (f.file != "eligibility.csv") continue;
    EXPECT_EQ(f.line, 2u);
    EXPECT_EQ(f.value, "For all");
  }
}

TEST(HsdsV1, PlaceholdersKeepServicesWithoutOrganisation) {
  const auto [batch, report] = import(kSmall, true);
  EXPECT_EQ(batch.services.size(), 3u);
  ASSERT_EQ(batch.organisations.size(), 2u);
  EXPECT_EQ(batch.organisations[1].foreign_id, "7");
  EXPECT_EQ(count(report, Severity::value_changed, "services.csv", "organization_id"), 1u);
}

TEST(HsdsV1, TheSameDataGiveTheSameIds) {
  const auto one = import(kSmall), two = import(kSmall);
  ASSERT_EQ(one.batch.services.size(), two.batch.services.size());
  for (std::size_t i = 0; i < one.batch.services.size(); ++i)
    EXPECT_EQ(to_json(one.batch.services[i].thing), to_json(two.batch.services[i].thing));
}

TEST(HsdsJson, WrongKindsAndUnknownMembersAreKept) {
  const auto [batch, report] = import({{"services.json", R"([
    {"id":"11111111-1111-4111-8111-111111111111","name":"A","status":"active","x_new":{"a":1},
     "minimum_age":"12","email":["a","b"],"phones":[{"id":"p","number":123,"x_more":"y"},"0461 1"],
     "organization":{"id":"22222222-2222-4222-8222-222222222222","name":"O"}},
    17,
    {"id":"x","name":"B","organization_id":"nobody"}])"}});
  ASSERT_EQ(batch.services.size(), 1u);
  const auto& s = batch.services[0].thing;
  EXPECT_EQ(s.id.text, "11111111-1111-4111-8111-111111111111");
  EXPECT_EQ(s.minimum_age, 12.0);
  EXPECT_EQ(s.rest["x_new"]["a"], 1);
  EXPECT_EQ(s.rest[kKept]["email"], Json::array({"a", "b"}));
  EXPECT_EQ(s.rest[kKept]["phones/1"], "0461 1");
  ASSERT_EQ(s.phones.size(), 1u);
  EXPECT_EQ(s.phones[0].number, "123");
  EXPECT_EQ(count(report, Severity::row_not_used, "services.json"), 2u);
  for (const auto& f : report.findings())
    if (f.field == "organization_id") {
      EXPECT_EQ(f.line, 6u);
    }
  const Json out = service_full(whole_of(batch), s.id.text);
  EXPECT_EQ(out["phones"][0]["x_more"], "y");
  EXPECT_EQ(out["x_new"]["a"], 1);
  EXPECT_FALSE(service_full(whole_of(batch), s.id.text, true).contains(kKept));
}

// One service with the given members, in JSON.
Imported with(const std::string& members) {
  return import(
      {{"services.json", R"([{"id":"1","name":"A","status":"active","organization":{"id":"o","name":"O"},)" +
                             members + "}]"}});
}

TEST(HsdsJson, TimesWithAmAndPmAreNotReadAsNights) {
  const auto times = [](const std::string& opens, const std::string& closes) {
    const auto [batch, report] =
        with(R"("schedules":[{"byday":"MO","opens_at":")" + opens + R"(","closes_at":")" + closes + "\"}]");
    const auto& s = batch.services.at(0).thing.schedules.at(0);
    return s.opens_at + "-" + s.closes_at +
           (count(report, Severity::value_not_used, "services.json", "opens_at") ? " reported" : "");
  };
  EXPECT_EQ(times("09:00 AM", "05:00 PM"), "09:00-17:00");
  EXPECT_EQ(times("09:00", "05:00 PM"), "09:00-05:00 PM reported");
  EXPECT_EQ(times("09:00 bis", "10:00 Uhr abends"), "09:00 bis-10:00 Uhr abends reported");
  EXPECT_EQ(times("09:00:00", "17:00:00Z"), "09:00:00-17:00:00Z");
  EXPECT_EQ(times("09:00+01:00", "17:00+01:00"), "09:00+01:00-17:00+01:00");
  EXPECT_EQ(times("09:00", ""), "09:00- reported");
  EXPECT_EQ(times("09:00", "09:00:00"), "09:00-09:00:00 reported");
}

TEST(HsdsJson, ALanguageCodeThatIsNoneDoesNotGetAmongTheCodes) {
  for (const char* code : {"de|en", "de,en", "xx", "Deutsch"}) {
    const auto [batch, report] = with(R"("languages":[{"id":"l","name":"x","code":")" + std::string(code) +
                                      R"("},{"code":")" + std::string(code) + "\"}]");
    const auto& list = batch.services.at(0).thing.languages;
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].code + list[1].code, "") << code;
    EXPECT_EQ(list[0].name, "x");
    EXPECT_EQ(list[1].name, code);
    EXPECT_EQ(count(report, Severity::value_not_used, "services.json", "code"), 2u);
    EXPECT_EQ(batch.services[0].thing.rest[kKept]["/languages/" + list[0].id + "/code"], code);
  }
}

TEST(HsdsJson, WordsThatNobodyKnowsAreReported) {
  const auto [batch, report] =
      with(R"("lotse_topics":["daycare","daycar"],"lotse_audience":["woman"],"lotse_interpreters":["a|b"])");
  for (const char* member : {"lotse_topics", "lotse_audience", "lotse_interpreters"})
    EXPECT_EQ(count(report, Severity::value_not_used, "services.json", member), 1u) << member;
  EXPECT_EQ(batch.services.at(0).thing.lotse_topics.size(), 2u);
}

TEST(HsdsJson, AServiceWithoutAPlaceIsReported) {
  EXPECT_EQ(count(with(R"("url":"")").report, Severity::note, "services.json", "location_id"), 1u);
  EXPECT_EQ(count(with(R"("lotse_everywhere":true)").report, Severity::note, "services.json", "location_id"),
            0u);
  EXPECT_EQ(count(import(kSmall).report, Severity::note, "services.csv", "location_id"), 1u);  // 3 has none
}

TEST(HsdsJson, WhatIsSaidOfInterpretersAtAPlaceIsNotLost) {
  const auto [batch, report] = import({{"locations.json", R"([{"id":"1","name":"A","location_type":"physical",
    "languages":[{"name":"German, interpreter on request"}]}])"}});
  const auto& list = batch.locations.at(0).thing.languages;
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].code, "deu");
  EXPECT_EQ(list[1].name, "interpreter on request");
  EXPECT_EQ(list[1].code, "");
  EXPECT_EQ(count(report, Severity::value_not_used, "locations.json", "language"), 1u);
}

TEST(HsdsJson, OneInterpreterIsNoneForEveryLanguage) {
  const auto s = with(R"("lotse_interpreters":"spa","languages":[{"name":"Spanish translators as needed"}])")
                     .batch.services.at(0)
                     .thing;
  EXPECT_EQ(s.lotse_interpreters, std::vector<std::string>{"spa"});
  EXPECT_FALSE(s.lotse_interpreter_on_request);
  EXPECT_EQ(s.interpretation_services, "Spanish translators as needed");
  const auto none = with(R"("languages":[{"name":"ohne Dolmetscher"}])");
  EXPECT_FALSE(none.batch.services.at(0).thing.lotse_interpreter_on_request);
  EXPECT_EQ(none.batch.services[0].thing.interpretation_services, "ohne Dolmetscher");
  EXPECT_EQ(count(none.report, Severity::value_not_used, "services.json", "language"), 1u);
}

TEST(HsdsJson, ALocationThatSaysWhoseItIsIsNoService) {
  const auto [batch, report] = import({{"locations.json", R"([{"id":"1","name":"A","organization_id":"o"}])"},
                                       {"organizations.json", R"([{"id":"o","name":"O"}])"}});
  EXPECT_EQ(batch.locations.size(), 1u);
  EXPECT_EQ(batch.services.size(), 0u);
}

const Files kThree{{"organizations.csv", "id,name,description\no,O,x\n"},
                   {"services.csv", "id,organization_id,name,status\ns,o,S,active\n"},
                   {"schedules.csv", "id,service_id,byday,opens_at,closes_at\n1,s,MO,08:00,12:00\n"}};

Files and_these(Files files, const Files& more) {
  for (const auto& [name, bytes] : more) {
    const auto at =
        std::find_if(files.begin(), files.end(), [&, n = name](const auto& f) { return f.first == n; });
    if (at == files.end())
      files.emplace_back(name, bytes);
    else
      at->second = bytes;
  }
  return files;
}

TEST(HsdsV3, AColumnWithTheNameOfAListDoesNotBreakTheImport) {
  for (const char* list : {"languages", "schedules", "phones", "contacts", "attributes", "metadata",
                           "funding", "cost_options", "service_areas", "required_documents", "capacities"}) {
    const auto [batch, report] = import(and_these(
        kThree,
        {{"services.csv", "id,organization_id,name,status," + std::string(list) + "\ns,o,S,active,text\n"},
         {"languages.csv", "id,service_id,name\n1,s,Deutsch\n"},
         {"phones.csv", "id,service_id,number\n1,s,0461\n"},
         {"contacts.csv", "id,service_id,name\n1,s,N\n"},
         {"attributes.csv", "id,link_id,value\n1,s,v\n"},
         {"metadata.csv", "id,resource_id,field_name\n1,s,f\n"},
         {"funding.csv", "id,service_id,source\n1,s,x\n"},
         {"cost_options.csv", "id,service_id,option\n1,s,x\n"},
         {"service_areas.csv", "id,service_id,name\n1,s,x\n"},
         {"required_documents.csv", "id,service_id,document\n1,s,x\n"},
         {"service_capacities.csv", "id,service_id,available\n1,s,2\n"}}));
    ASSERT_EQ(batch.services.size(), 1u) << list;
    EXPECT_EQ(batch.services[0].thing.rest[kKept][list], "text") << list;
    EXPECT_EQ(to_json(batch.services[0].thing)[list].size(), 1u) << list;
    ASSERT_EQ(count(report, Severity::value_not_used, "services.csv", list), 1u) << list;
  }
}

TEST(HsdsV1, AColumnWithTheNameOfAListDoesNotBreakTheImport) {
  Files files = kSmall;
  for (auto& [name, bytes] : files)
    if (name == "services.csv") bytes = "id,organization_id,name,schedules,languages\n1,1,Advice,daily,all\n";
  files.emplace_back("accessibility_for_disabilities.csv", "id,location_id,accessibility\n1,1,ramp\n");
  const auto [batch, report] = import(files);
  const auto& s = batch.services.at(0).thing;
  EXPECT_EQ(s.rest[kKept]["schedules"], "daily");
  EXPECT_EQ(s.schedules.size(), 2u);
  EXPECT_EQ(s.languages.size(), 2u);
  EXPECT_EQ(batch.locations.at(0).thing.accessibility.at(0).description, "ramp");
}

TEST(HsdsV1, ALanguageOfAPlaceAloneIsReported) {
  Files files = kSmall;
  for (auto& [name, bytes] : files)
    if (name == "languages.csv") bytes = "id,service_id,location_id,language\n1,,1,Elvish\n2,1,1,Elvish\n";
  EXPECT_EQ(count(import(files).report, Severity::value_not_used, "languages.csv", "language"), 2u);
}

TEST(HsdsV3, ColumnsThatDifferInCaseOnlyAreBothKept) {
  const auto [batch, report] = import(
      and_these(kThree, {{"services.csv", "id,organization_id,Name,name,status\ns,o,S,Other,active\n"}}));
  EXPECT_EQ(batch.services.at(0).thing.name, "S");
  EXPECT_EQ(batch.services[0].thing.rest["name (2)"], "Other");
  EXPECT_EQ(count(report, Severity::value_changed, "services.csv", "name"), 1u);
}

TEST(HsdsV3, AUnitThatNothingRefersToIsReported) {
  const auto [batch, report] =
      import(and_these(kThree, {{"units.csv", "id,name\nu,bed\nv,seat\n"},
                                {"service_capacities.csv", "id,service_id,unit_id,available\n1,s,u,2\n"}}));
  EXPECT_EQ(count(report, Severity::row_not_used, "units.csv", "id"), 1u);
  EXPECT_EQ(report.totals().at("units.csv").used, 1u);
  EXPECT_EQ(batch.services.at(0).thing.capacities.at(0).unit["name"], "bed");
}

TEST(HsdsTabular, WhatIsNotUsedIsReported) {
  const std::string tabular = R"({"services.csv":[{"id":"s","organization_id":"o","name":"S"},17],
    "organizations.csv":[{"id":"o","name":"O"}],"phones.csv":"none",
    "regular_schedules.csv":[{"service_id":"s","weekday":"Someday","opens_at":"9:00am","closes_at":"5:00pm"}]})";
  const auto alone = import({{"tabular.json", tabular}});
  EXPECT_EQ(alone.batch.services.size(), 1u);
  EXPECT_EQ(count(alone.report, Severity::row_not_used, "tabular.json/services.csv"), 1u);
  EXPECT_EQ(count(alone.report, Severity::row_not_used, "tabular.json/phones.csv"), 1u);
  EXPECT_EQ(count(alone.report, Severity::value_not_used, "tabular.json/regular_schedules.csv", "weekday"),
            1u);
  const auto beside =
      import({{"services.csv", "id,organization_id,name\nt,o,T\n"}, {"tabular.json", tabular}});
  EXPECT_EQ(beside.batch.services.at(0).thing.name, "T");
  EXPECT_EQ(count(beside.report, Severity::row_not_used, "tabular.json/services.csv", "",
                  "No row of this file was used: a table of this name was read before."),
            1u);
}

TEST(HsdsJson, LinesAndBrokenLines) {
  const auto [batch, report] =
      import({{"organizations.ndjson",
               "{\"id\":\"1\",\"name\":\"A\",\"website\":\"x\"}\n{broken\n{\"id\":\"2\",\"name\":\"B\"}\n"}});
  EXPECT_EQ(batch.organisations.size(), 2u);
  EXPECT_EQ(count(report, Severity::row_not_used, "organizations.ndjson"), 1u);
}

TEST(Hsds, RefusesWhatIsNone) {
  HsdsOptions options;
  options.source = "hsds:x";
  EXPECT_FALSE(import_hsds(Archive::of({{"notes.txt", "hello"}}), options));
  EXPECT_FALSE(import_hsds(Archive::of({{"a.json", "{\"id\": "}}), options));
  EXPECT_FALSE(import_hsds("/nowhere/at/all", options));
}

TEST(HsdsMiami, EverythingIsUsedOrReported) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  HsdsOptions options;
  options.source = "hsds:miami";
  options.language = "en";
  const auto imported = import_hsds(shared_data() + "/hsds-miami", options);
  ASSERT_TRUE(imported);
  const auto& [batch, report] = *imported;
  EXPECT_EQ(batch.organisations.size(), 1074u);
  EXPECT_EQ(batch.locations.size(), 4089u);
  EXPECT_EQ(batch.services.size(), 3642u);
  EXPECT_EQ(batch.placed.size(), 3642u);
  EXPECT_EQ(batch.terms.size(), 1991u);
  EXPECT_EQ(count(report, Severity::row_not_used, "eligibility.csv", "service_id"), 2244u);
  EXPECT_EQ(count(report, Severity::row_not_used, "services.csv", "organization_id"), 447u);
  EXPECT_EQ(count(report, Severity::row_not_used, "services_at_location.csv"), 447u);
  EXPECT_EQ(count(report, Severity::row_not_used, "taxonomy.csv", "id"), 3u);
  EXPECT_EQ(count(report, Severity::value_not_used, "locations.csv", "organization_id"), 3015u);
  // What is read is used or reported, row by row.
  for (const auto& [file, total] : report.totals())
    EXPECT_EQ(total.read, total.used + count(report, Severity::row_not_used, file)) << file;
  for (const auto& f : report.findings())
    if (f.file == "eligibility.csv" && f.severity == Severity::row_not_used) {
      EXPECT_TRUE(f.line > 1 && !f.value.empty());
    }
  std::set<std::string> ids;
  for (const auto& item : batch.services) EXPECT_TRUE(ids.insert(item.thing.id.text).second);
  std::size_t points = 0;
  for (const auto& item : batch.locations) points += item.thing.latitude.has_value();
  EXPECT_EQ(points, 2260u);
}

TEST(HsdsMiami, WithPlaceholdersAllServicesAreUsed) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  HsdsOptions options;
  options.source = "hsds:miami";
  options.placeholders = true;
  const auto imported = import_hsds(shared_data() + "/hsds-miami", options);
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->batch.services.size(), 4089u);
  EXPECT_EQ(imported->batch.placed.size(), 4089u);
  EXPECT_EQ(imported->batch.organisations.size(), 1074u + 82u);
}

}  // namespace
}  // namespace lotse::interchange
