// SPDX-License-Identifier: EUPL-1.2
#include "interchange/table_import.h"

#include <set>

#include "interchange/places.h"
#include "interchange/test_data.h"

namespace lotse::interchange {
namespace {

constexpr const char* kMap = R"([source]
name = "t"
where = { column = "kind", is = ["KITA", "Krippe"] }
[organisation]
id = "owner"
name = "owner"
[location]
latitude = "lat"
longitude = "lon"
accessibility = { column = "step", type = "bool", then = "stufenlos" }
[location.address]
address_1 = { join = ["street", "no"], by = " " }
country = { const = "DE" }
[service]
id = { join = ["name", "street"], by = "|" }
name = "name"
topics = ["daycare"]
phone = { column = "tel", prefix = "0461/", longest = 8 }
languages = "lang"
minimum_age = { column = "from", type = "number", scale = 0.5 }
free_of_charge = { column = "free", type = "bool", true = ["X"], false = ["-"] }
[service.hours]
opens = { column = "a", type = "minutes_of_day" }
closes = { column = "b", type = "minutes_of_day" }
days = "MO,FR"
shift_minutes = 60
[service.child_care]
kind = { const = "on_site" }
from_months = { column = "from", type = "months" }
to_months = { column = "to", type = "months" }
[service.extra]
"Konzept" = "idea"
)";
constexpr const char* kHead = "kind,owner,name,street,no,lat,lon,step,tel,lang,free,a,b,from,to,idea,spare\n";

Mapping mapping(std::string_view toml) {
  auto m = read_mapping(toml, "m.toml");
  EXPECT_TRUE(m) << (m ? "" : problems(m.error()));
  return m ? std::move(*m) : Mapping{};
}

TEST(TableImport, MapsEveryKindOfValue) {
  const std::string csv = std::string(kHead) +
                          "KITA,House,A,Way,1,54.5,9.1,ja,3132978,\"Deutsch, Türkçe\",X,480,960,12,36,Wald,\n"
                          "TPP,Person,B,Way,2,,,,,,,,,,,,\n"
                          "Krippe,House,C,Way,3,,,nein,1702428972,,-,900,800,60,0,,\n"
                          "KITA,House,A,Way,9,,,,,,,,,,,,\n"
                          "KITA,,D,Way,4,,,,,,,,,,,,\n"
                          "KITA,House,E,Way,5,x,9,vielleicht,04611,,?,oops,960,1.5,12,,\n";
  const auto imported = import_table("k.csv", csv, mapping(kMap));
  ASSERT_TRUE(imported) << problems(imported.error());
  const auto& [batch, report] = *imported;
  EXPECT_EQ(batch.source, "table:t");
  ASSERT_EQ(batch.services.size(), 3u);
  EXPECT_EQ(batch.organisations.size(), 1u);
  EXPECT_EQ(batch.placed.size(), 3u);
  const auto& a = batch.services[0].thing;
  EXPECT_EQ(a.lotse_topics, std::vector<std::string>{"daycare"});
  EXPECT_EQ(a.phones[0].number, "0461/3132978");
  EXPECT_EQ(a.languages[1].code, "tur");
  EXPECT_EQ(a.minimum_age, 6.0);
  EXPECT_EQ(a.lotse_free_of_charge, true);
  ASSERT_EQ(a.schedules.size(), 1u);
  EXPECT_EQ(a.schedules[0].byday, "MO,FR");
  EXPECT_EQ(a.schedules[0].opens_at, "09:00");
  EXPECT_EQ(a.schedules[0].closes_at, "17:00");
  EXPECT_EQ(a.lotse_child_care.from_months, 12);
  EXPECT_EQ(a.rest["lotse_extra"]["Konzept"], "Wald");
  EXPECT_EQ(batch.locations[0].thing.addresses[0].address_1, "Way 1");
  EXPECT_EQ(batch.locations[0].thing.accessibility[0].description, "stufenlos");
  EXPECT_EQ(batch.locations[0].thing.organization_id, a.organization_id);
  const auto& c = batch.services[1].thing;
  EXPECT_EQ(c.phones[0].number, "1702428972");
  EXPECT_TRUE(c.schedules.empty());
  EXPECT_FALSE(c.lotse_child_care.from_months);
  EXPECT_EQ(count(report, Severity::row_not_used, "k.csv", "kind"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "k.csv", "id"), 1u);
  EXPECT_EQ(count(report, Severity::row_not_used, "k.csv", "organisation"), 1u);
  EXPECT_EQ(count(report, Severity::value_not_used, "k.csv", "a"), 1u);
  EXPECT_EQ(count(report, Severity::value_not_used, "k.csv", "step"), 1u);
  EXPECT_EQ(count(report, Severity::value_not_used, "k.csv", "from"), 1u);
  EXPECT_EQ(count(report, Severity::note, "k.csv", "spare"), 1u);
}

// One service with the given rules and one row.
Imported one_row(const std::string& rules, const std::string& columns, const std::string& row) {
  auto imported = import_table("k.csv", "o,n," + columns + "\nHouse,A," + row + "\n",
                               mapping("[source]\nname = \"t\"\n[organisation]\nid = \"o\"\nname = \"o\"\n"
                                       "[service]\nid = \"n\"\nname = \"n\"\n" +
                                       rules));
  EXPECT_TRUE(imported) << (imported ? "" : problems(imported.error()));
  return imported ? std::move(*imported) : Imported{};
}

const std::string kHours = "[service.hours]\nopens = \"a\"\ncloses = \"b\"\ndays = \"MO\"\n";

TEST(TableImport, AnOpeningWithoutAClosingIsReported) {
  for (const char* row : {"08:00,", ",16:00"}) {
    const auto [batch, report] = one_row(kHours, "a,b", row);
    EXPECT_TRUE(batch.services.at(0).thing.schedules.empty());
    ASSERT_EQ(count(report, Severity::value_not_used, "k.csv", "hours"), 1u) << row;
    EXPECT_NE(batch.services[0].thing.rest[kKept]["hours"].dump().find(row[0] == ',' ? "16:00" : "08:00"),
              std::string::npos);
  }
}

TEST(TableImport, HoursOverMidnightAreTakenAsInTexts) {
  const auto hours = [](const char* row) {
    const auto [batch, report] = one_row(kHours, "a,b", row);
    const auto& list = batch.services.at(0).thing.schedules;
    EXPECT_EQ(list.empty(), count(report, Severity::value_not_used, "k.csv", "hours") == 1) << row;
    return list.empty() ? "" : list[0].opens_at + "-" + list[0].closes_at;
  };
  EXPECT_EQ(hours("20:00,06:00"), "20:00-06:00");
  EXPECT_EQ(hours("18:00,00:00"), "18:00-24:00");
  EXPECT_EQ(hours("08:00,08:00"), "");
  EXPECT_EQ(hours("09:00,05:00"), "");  // a clock of twelve hours, perhaps
  EXPECT_EQ(hours("16:00,14:00"), "");
}

TEST(TableImport, NumbersAreNotCut) {
  const std::string rules =
      "free_places = { column = \"f\", type = \"number\" }\n"
      "[service.child_care]\nplaces = { column = \"p\", type = \"number\" }\n"
      "from_months = { column = \"m\", type = \"number\" }\n";
  const auto good = one_row(rules, "f,p,m", "2,20,12").batch.services.at(0).thing;
  EXPECT_EQ(good.lotse_free_places, 2);
  EXPECT_EQ(good.lotse_child_care.places, 20);
  EXPECT_EQ(good.lotse_child_care.from_months, 12);
  for (const char* row : {"2.7,2.7,2.7", "1e20,1e20,1e20", "-1,-1,-1", "10001,10001,1201"}) {
    const auto [batch, report] = one_row(rules, "f,p,m", row);
    const auto& s = batch.services.at(0).thing;
    EXPECT_FALSE(s.lotse_free_places || s.lotse_child_care.places || s.lotse_child_care.from_months) << row;
    EXPECT_EQ(report.count(Severity::value_not_used), 3u) << row;
    EXPECT_EQ(s.rest[kKept].size(), 3u) << row;
  }
}

TEST(TableImport, AnAreaCodeGoesBeforeNumbersOnly) {
  const auto number = [](const char* text) {
    const auto [batch, report] =
        one_row("phone = { column = \"t\", prefix = \"0461/\", longest = 8 }\n", "t", text);
    const auto& phones = batch.services.at(0).thing.phones;
    const auto told = count(report, Severity::note, "k.csv", "t") + report.count(Severity::value_not_used);
    return (phones.empty() ? "none" : phones[0].number) + (told ? " reported" : "");
  };
  EXPECT_EQ(number("85 123"), "0461/85 123");
  EXPECT_EQ(number("(0461) 85 123"), "(0461) 85 123");
  EXPECT_EQ(number("(+49) 461 85123"), "(+49) 461 85123");
  EXPECT_EQ(number("siehe Website"), "none reported");
  EXPECT_EQ(number("Frau Muster: 85 123"), "Frau Muster: 85 123 reported");
}

TEST(TableImport, ARowIsReportedOnce) {
  const auto imported = import_table(
      "k.csv", "o,h,n,i,c\nH,House,A,1,Town\nH,,B,2,Town\nK,,C,3,Town\nH,House,,4,Town\nH,House,E,,Town\n",
      mapping("[source]\nname = \"t\"\n[organisation]\nid = \"o\"\nname = \"h\"\n[location.address]\ncity = "
              "\"c\"\n[service]\nid = \"i\"\nname = \"n\"\n"));
  ASSERT_TRUE(imported);
  const auto& [batch, report] = *imported;
  EXPECT_EQ(batch.services.size(), 2u);  // the second row finds its organisation's name in the first
  EXPECT_EQ(batch.locations.size(), 2u);
  EXPECT_EQ(batch.organisations.size(), 1u);
  EXPECT_EQ(report.count(Severity::row_not_used), 3u);
  const auto total = report.totals().at("k.csv");
  EXPECT_EQ(total.read, total.used + report.count(Severity::row_not_used));
}

TEST(TableImport, MissingColumnsAreNamed) {
  const auto imported = import_table("k.csv", "name,owner\nA,B\n", mapping(kMap));
  ASSERT_FALSE(imported);
  EXPECT_GT(imported.error().size(), 5u);
  EXPECT_NE(
      problems(imported.error()).find("The mapping names the column street, which k.csv does not have."),
      std::string::npos);
}

TEST(Mapping, SaysAllMistakesWithTheirLines) {
  const auto m = read_mapping(
      "[source]\nname = \"x\"\nwrong = 1\n[service]\nid = \"a\"\nnamme = \"b\"\nphone = { type = \"fon\" "
      "}\n[x]\n",
      "m.toml");
  ASSERT_FALSE(m);
  std::set<std::string> where;
  for (const auto& p : m.error()) where.insert(p.field);
  EXPECT_EQ(where, (std::set<std::string>{"m.toml:3", "m.toml:6", "m.toml:7", "m.toml:8"}));
  EXPECT_FALSE(read_mapping("[source\n", "m.toml"));
  EXPECT_FALSE(read_mapping("", "m.toml"));
}

TEST(Mapping, WordsThatNobodyKnowsAreMistakes) {
  const auto m = read_mapping(
      "[source]\nname = \"x\"\nseparator = \"tabulator\"\nlanguage = \"deutsch\"\n[organisation]\nid = "
      "\"a\"\n"
      "name = \"a\"\n[service]\nid = \"a\"\nname = \"a\"\ntopics = [\"daycare\",\n\"daycar\"]\naudience = "
      "\"woman\"\n[service.hours]\nshift_minutes = 1e20\n",
      "m.toml");
  ASSERT_FALSE(m);
  std::set<std::string> where;
  for (const auto& p : m.error()) where.insert(p.field);
  EXPECT_EQ(where, (std::set<std::string>{"m.toml:3", "m.toml:4", "m.toml:12", "m.toml:13", "m.toml:15"}));
  const std::string rest =
      "\nlanguage = \"uk\"\n[organisation]\nid = \"a\"\nname = \"a\"\n[service]\nid = \"a\"\nname = \"a\"\n"
      "audience = [\"women\"]\n";
  for (const char* mark : {"tab", "\\t"})
    EXPECT_EQ(
        mapping("[source]\nname = \"x\"\nseparator = \"" + std::string(mark) + "\"" + rest).form.separator,
        "\t");
}

Imported real(const std::string& map, const std::string& data) {
  const auto toml = read_file(std::string(LOTSE_SOURCE_DIR) + "/docs/maps/" + map, 1 << 20);
  const auto bytes = read_file(shared_data() + "/" + data, 1 << 24);
  EXPECT_TRUE(toml && bytes);
  auto imported = import_table(base_name(data), *bytes, mapping(*toml));
  EXPECT_TRUE(imported) << (imported ? "" : problems(imported.error()));
  return imported ? std::move(*imported) : Imported{};
}

TEST(TableReal, KitasOfSchleswigHolstein) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  auto [batch, report] =
      real("kita-schleswig-holstein.toml", "kita-schleswig-holstein/einrichtungen_kita.json");
  EXPECT_EQ(batch.services.size(), 1870u);
  EXPECT_EQ(batch.locations.size(), 1870u);
  EXPECT_EQ(batch.placed.size(), 1870u);
  std::size_t points = 0, hours = 0;
  std::set<std::string> codes;
  for (const auto& item : batch.locations) points += item.thing.latitude && item.thing.longitude;
  for (const auto& item : batch.services) {
    hours += !item.thing.schedules.empty();
    for (const auto& l : item.thing.languages) codes.insert(l.code);
  }
  EXPECT_EQ(points, 1758u);
  EXPECT_EQ(hours, 1870u - count(report, Severity::value_not_used, "einrichtungen_kita.json", "hours"));
  EXPECT_TRUE(codes.count("tur") && codes.count("dan") && codes.count("pes") && codes.count("nds"));
  EXPECT_EQ(batch.services[0].thing.name, "Kita Mini-Forscher");
  const auto places =
      import_places("zip.csv", *read_file(shared_data() + "/geo-de/zipcodes.de.csv", 1 << 24));
  ASSERT_TRUE(places);
  std::map<std::string, Point> points_of;
  for (const auto& each : places->list) points_of[each.postcode] = {each.lat, each.lon};
  const Lookup lookup = [&](const std::string& code) {
    const auto at = points_of.find(code);
    return at == points_of.end() ? std::nullopt : std::optional(at->second);
  };
  EXPECT_EQ(approximate(batch, lookup, report), 1870u - 1758u);
}

TEST(TableReal, KitasOfFlensburgInTwoForms) {
  if (!has_shared_data()) GTEST_SKIP() << "needs shared data";
  const auto csv = real("flensburg-kitas-csv.toml", "region-flensburg/kitas_in_flensburg.csv");
  const auto geo = real("flensburg-kitas-geojson.toml", "region-flensburg/kitas_in_flensburg.geojson");
  ASSERT_EQ(csv.batch.services.size(), 70u);
  ASSERT_EQ(geo.batch.services.size(), 70u);
  EXPECT_EQ(csv.report.count(Severity::row_not_used), 0u);
  EXPECT_EQ(geo.report.count(Severity::row_not_used), 0u);
  for (std::size_t i = 0; i < 70; ++i) {
    const auto &a = csv.batch.services[i].thing, &b = geo.batch.services[i].thing;
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.schedules.at(0).opens_at, b.schedules.at(0).opens_at);
    EXPECT_EQ(a.lotse_child_care.places, b.lotse_child_care.places);
    EXPECT_TRUE(geo.batch.locations[i].thing.latitude);
    EXPECT_FALSE(csv.batch.locations[i].thing.latitude);
  }
  // A mobile number that lost its zero is not made a local one.
  EXPECT_EQ(count(csv.report, Severity::note, "kitas_in_flensburg.csv", "phone_number"), 1u);
}

}  // namespace
}  // namespace lotse::interchange
