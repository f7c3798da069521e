// SPDX-License-Identifier: EUPL-1.2
#include "interchange/hsds_export.h"

#include <algorithm>

#include "base/fold.h"
#include "interchange/table.h"
#include "interchange/test_data.h"

namespace lotse::interchange {
namespace {

Imported import(std::vector<std::pair<std::string, std::string>> files) {
  HsdsOptions options;
  options.source = "hsds:test";
  auto imported = import_hsds(Archive::of(std::move(files)), options);
  EXPECT_TRUE(imported) << (imported ? "" : problems(imported.error()));
  return imported ? std::move(*imported) : Imported{};
}

// What of `before` is missing or different in `after`; lists are compared by the ids of their elements.
void lost(const Json& before, const Json& after, const std::string& path, std::vector<std::string>& found) {
  if (before.is_object() && after.is_object()) {
    for (const auto& [name, value] : before.items()) {
      if (after.contains(name))
        lost(value, after[name], path + "/" + name, found);
      else
        found.push_back(path + "/" + name + " is missing");
    }
  } else if (before.is_array() && after.is_array()) {
    if (before.size() != after.size()) found.push_back(path + " has another length");
    for (std::size_t i = 0; i < before.size(); ++i) {
      const Json& each = before[i];
      const auto at = std::find_if(after.begin(), after.end(), [&](const Json& other) {
        return each.is_object() && other.is_object() ? each.value("id", "") == other.value("id", "-")
                                                     : each == other;
      });
      if (at == after.end())
        found.push_back(path + "/" + std::to_string(i) + " is missing");
      else
        lost(each, *at, path + "/" + std::to_string(i), found);
    }
  } else if (before != after) {
    found.push_back(path + ": " + before.dump() + " became " + after.dump());
  }
}

std::string differences(const Json& before, const Json& after, bool both_ways) {
  std::vector<std::string> found;
  lost(before, after, "", found);
  if (both_ways) lost(after, before, "(added)", found);
  std::string text;
  for (const auto& each : found) text += each + "\n";
  return text;
}

std::string example(const std::string& name) {
  const auto bytes = read_file(shared_data() + "/hsds-spec-v3/examples/" + name, 1 << 24);
  EXPECT_TRUE(bytes) << name;
  return bytes ? *bytes : std::string();
}

Json without_ours(Json json) {
  if (json.is_object()) json.erase("lotse_language");
  for (auto& [name, value] : json.items())
    if (value.is_structured()) value = without_ours(value);
  return json;
}

// Tables know no blanks at the ends of their cells.
Json without_end_blanks(Json json) {
  if (json.is_string()) return std::string(trimmed(json.get_ref<const std::string&>()));
  if (json.is_structured())
    for (auto& [name, value] : json.items()) value = without_end_blanks(value);
  return json;
}

TEST(RoundTrip, FullExamplesComeBackAsTheyWere) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto whole = [](const std::string& name) { return whole_of(import({{name, example(name)}}).batch); };
  const auto back = [](const std::string& name, const Json& out) {
    EXPECT_EQ(differences(*parse_json(example(name)), without_ours(out), true), "") << name;
  };
  auto w = whole("service_full.json");
  back("service_full.json", service_full(w, w.services.at(0).id.text));
  back("service_full.json", service_full(w, w.services.at(0).id.text, true));
  w = whole("organization_full.json");
  back("organization_full.json", organization_full(w, w.organisations.at(0).id.text));
  w = whole("service_at_location_full.json");
  back("service_at_location_full.json", service_at_location_full(w, w.placed.at(0).id.text));
  w = whole("location.json");
  back("location.json", Exporter(w).location_full(w.locations.at(0).id.text));
  w = whole("taxonomy_term.json");
  back("taxonomy_term.json", Exporter(w).taxonomy_term(w.terms.at(0).id));
  w = whole("taxonomy.json");
  ASSERT_TRUE(is_taxonomy(w.terms.at(0)));
  back("taxonomy.json", Exporter(w).taxonomy(w.terms.at(0).id));
}

TEST(RoundTrip, Lists) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto back = [](const std::string& name, auto make) {
    const auto imported = import({{name, example(name)}});
    const auto w = whole_of(imported.batch);
    const Json before = *parse_json(example(name));
    EXPECT_EQ(differences(before["contents"][0], without_ours(make(Exporter(w), w)), false), "") << name;
  };
  back("service_list.json",
       [](const Exporter& e, const auto& w) { return e.service_brief(w.services.at(0).id.text); });
  back("organization_list.json",
       [](const Exporter& e, const auto& w) { return e.organization_brief(w.organisations.at(0).id.text); });
  back("service_at_location_list.json",
       [](const Exporter& e, const auto& w) { return e.service_at_location_brief(w.placed.at(0).id.text); });
  back("taxonomy_term_list.json",
       [](const Exporter& e, const auto& w) { return e.taxonomy_term(w.terms.at(0).id); });
  back("taxonomy_list.json", [](const Exporter& e, const auto& w) { return e.taxonomy(w.terms.at(0).id); });
}

TEST(RoundTrip, AnImpossiblePointIsKeptAndReported) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto imported = import({{"location.json", example("location.json")}});
  EXPECT_EQ(imported.batch.locations.at(0).thing.latitude, 100.0);
  EXPECT_EQ(count(imported.report, Severity::value_not_used, "location.json", "latitude"), 1u);
}

TEST(RoundTrip, TablesAgreeWithTheirJson) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  HsdsOptions options;
  options.source = "hsds:test";
  const auto tables = import_hsds(shared_data() + "/hsds-spec-v3/examples/csv", options);
  ASSERT_TRUE(tables);
  const auto tabular = import({{"tabular.json", example("tabular.json")}});
  const auto a = whole_of(tables->batch), b = whole_of(tabular.batch);
  ASSERT_EQ(a.services.size(), 1u);
  EXPECT_EQ(differences(service_full(a, a.services[0].id.text),
                        without_end_blanks(service_full(b, b.services[0].id.text)), true),
            "");
  // The dangling references of the example: attributes, metadata, a contact's organisation and place.
  EXPECT_EQ(count(tables->report, Severity::row_not_used, "attributes.csv", "link_id"), 1u);
  EXPECT_EQ(count(tables->report, Severity::row_not_used, "metadata.csv", "resource_id"), 1u);
  EXPECT_EQ(count(tables->report, Severity::row_not_used, "meta_table_descriptions.csv"), 1u);
  EXPECT_EQ(count(tables->report, Severity::value_not_used, "contacts.csv"), 2u);
  const Json full = service_full(a, a.services[0].id.text);
  EXPECT_EQ(full["phones"][0]["languages"][0]["code"], "ur");
  EXPECT_EQ(full["contacts"][0]["phones"][0]["extension"], 100);
  EXPECT_EQ(full["service_at_locations"][0]["location"]["addresses"][0]["city"], "MyCity");
}

TEST(RoundTrip, OurOwnTablesAndFiles) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto first = import({{"service_full.json", example("service_full.json")}});
  const auto w = whole_of(first.batch);
  const std::string id = w.services.at(0).id.text;
  for (const auto& files : {export_csv(w), export_json(w)}) {
    std::vector<std::pair<std::string, std::string>> list(files.begin(), files.end());
    const auto again = whole_of(import(list).batch);
    ASSERT_EQ(again.services.size(), 1u);
    EXPECT_EQ(differences(without_end_blanks(service_full(w, id)),
                          without_end_blanks(service_full(again, id)), true),
              "")
        << list[0].first;
  }
}

directory::Whole with_secret() {
  directory::Whole w;
  w.organisations.push_back({});
  w.organisations[0].id.text = "o";
  w.organisations[0].name = "House";
  directory::Location l;
  l.id.text = "secret-id";
  l.organization_id.text = "o";
  l.name = "Secret street";
  l.latitude = 54.5;
  l.longitude = 9.4;
  l.lotse_confidential = true;
  w.locations.push_back(l);
  directory::Service s;
  s.id.text = "s";
  s.organization_id.text = "o";
  s.name = "Shelter";
  s.lotse_topics = {"daycare"};
  w.services.push_back(s);
  directory::Placed p;
  p.id.text = "p";
  p.service_id.text = "s";
  p.location_id.text = "secret-id";
  w.placed.push_back(p);
  return w;
}

TEST(Export, ConfidentialLocationsAreInNoFormAndNoFile) {
  const auto w = with_secret();
  std::string all = service_full(w, "s").dump() + organization_full(w, "o").dump() +
                    service_at_location_full(w, "p").dump();
  for (const auto& files : {export_json(w), export_csv(w)})
    for (const auto& [name, bytes] : files) all += bytes;
  EXPECT_TRUE(Exporter(w).location_full("secret-id").is_null());
  for (const char* trace : {"secret-id", "Secret street", "54.5", "9.4"})
    EXPECT_EQ(all.find(trace), std::string::npos) << trace;
}

TEST(Export, PlainLeavesOurExtensionsOut) {
  const auto w = with_secret();
  EXPECT_EQ(service_full(w, "s")["lotse_topics"], Json::array({"daycare"}));
  EXPECT_EQ(service_full(w, "s", true).dump().find("lotse_"), std::string::npos);
  for (const auto& [name, bytes] : export_csv(w, true))
    EXPECT_EQ(bytes.find("lotse_"), std::string::npos) << name;
}

}  // namespace
}  // namespace lotse::interchange
