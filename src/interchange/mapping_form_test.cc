// SPDX-License-Identifier: EUPL-1.2
#include "interchange/mapping_form.h"

#include <gmock/gmock.h>

namespace lotse::interchange {
namespace {

using testing::ElementsAre;
using testing::Pair;

const std::vector<std::string> kColumns{"Träger", "Titel", "Straße", "PLZ", "Ort", "Tel.", "E-Mail", "Nr"};

TEST(MappingForm, GuessesFromHeadingsInAnySpelling) {
  const auto choices =
      guess({"TRAEGER", "Angebot ", "Strasse", "plz", "Ort", "Telefon", "Öffnungszeiten", "x"});
  EXPECT_EQ(choices.columns, (std::map<std::string, std::string>{{"organisation.name", "TRAEGER"},
                                                                 {"service.name", "Angebot "},
                                                                 {"location.address.address_1", "Strasse"},
                                                                 {"location.address.postal_code", "plz"},
                                                                 {"location.address.city", "Ort"},
                                                                 {"service.phone", "Telefon"},
                                                                 {"service.hours", "Öffnungszeiten"}}));
  EXPECT_TRUE(guess({}).columns.empty());
  EXPECT_TRUE(guess({"", "?", "Name des Onkels"}).columns.empty());
}

TEST(MappingForm, WhatIsChosenIsTheMappingFileOfTheCommandLine) {
  Choices choices = guess(kColumns);
  choices.source = "Kitas \"Süd\" \\ \x01";
  choices.topics = {"daycare"};
  ASSERT_TRUE(check(choices, kColumns).empty());
  const auto mapping = read_mapping(toml_of(choices), "m");
  ASSERT_TRUE(mapping.has_value()) << toml_of(choices);
  EXPECT_EQ(mapping->name, choices.source);
  EXPECT_EQ(choices_of(*mapping), choices);
}

TEST(MappingForm, WithoutNumbersTitleAndStreetTellEntriesApart) {
  Choices choices;
  choices.source = "liste";
  choices.organisation = "Stadt";
  choices.columns = {{"service.name", "Titel"}, {"location.address.address_1", "Straße"}};
  const auto mapping = read_mapping(toml_of(choices), "m");
  ASSERT_TRUE(mapping.has_value());
  const auto at = std::find_if(mapping->targets.begin(), mapping->targets.end(), [](const Target& each) {
    return each.kind == Kind::service && each.member == "id";
  });
  ASSERT_NE(at, mapping->targets.end());
  EXPECT_THAT(at->rule.columns, ElementsAre("Titel", "Straße"));
  EXPECT_EQ(choices_of(*mapping), choices);
  choices.columns.erase("location.address.address_1");
  EXPECT_EQ(choices_of(read_mapping(toml_of(choices), "m").value()), choices);
}

TEST(MappingForm, AMappingThatSaysMoreIsNotCutDown) {
  const std::string start =
      "[source]\nname = \"a\"\n[organisation]\nid = \"o\"\nname = \"o\"\n[service]\nid = \"i\"\nname = "
      "\"n\"\n";
  EXPECT_TRUE(choices_of(read_mapping(start, "m").value()));
  for (const char* more :
       {"phone = { column = \"t\", prefix = \"0461/\" }\n", "hours = { column = \"h\", days = \"MO\" }\n",
        "alert = { const = \"x\" }\n", "name = { join = [\"a\", \"b\"] }\n", "audience = [\"refugees\"]\n",
        "[source.where]\ncolumn = \"a\"\nis = \"b\"\n"}) {
    std::string text = start;
    if (std::string_view(more).starts_with("name")) text.erase(text.rfind("name = \"n\""));
    const auto mapping = read_mapping(text + more, "m");
    ASSERT_TRUE(mapping.has_value()) << more;
    EXPECT_FALSE(choices_of(*mapping)) << more;
  }
  EXPECT_FALSE(choices_of(
      read_mapping("[source]\nname = \"a\"\nlanguage = \"tr\"\n" + start.substr(start.find("[org")), "m")
          .value()));
}

TEST(MappingForm, SaysAllThatIsToBeChosenStill) {
  std::vector<std::string> fields;
  for (const auto& each : check({}, kColumns)) fields.push_back(each.field);
  EXPECT_THAT(fields, ElementsAre("source", "organisation.name", "service.name"));
  Choices choices{
      std::string(81, 'x'), "o", {{"service.name", "Fremd"}, {"location.latitude", "PLZ"}}, {"keins"}};
  fields.clear();
  for (const auto& each : check(choices, kColumns)) fields.push_back(each.field);
  EXPECT_THAT(fields, ElementsAre("source", "location.longitude", "service.name", "topics"));
}

}  // namespace
}  // namespace lotse::interchange
