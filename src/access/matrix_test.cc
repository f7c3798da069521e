// SPDX-License-Identifier: EUPL-1.2
#include "access/matrix.h"

#include <gtest/gtest.h>

namespace lotse::access {
namespace {

Facts editor() {
  return {.unit_kind = "family_centre",
          .function = "directory_editor",
          .category = 0,
          .purpose = 6,
          .action = Action::write,
          .scopes = {"own_unit"},
          .conditions = {}};
}

TEST(Matrix, EditorWritesTheDirectoryOfTheOwnUnit) {
  const auto d = decide(editor());
  EXPECT_TRUE(d.allowed);
  EXPECT_EQ(d.rule, "63");
}

TEST(Matrix, WhatIsNotStatedIsDenied) {
  EXPECT_FALSE(decide({}).allowed);
  auto f = editor();
  f.scopes = {"public"};
  EXPECT_EQ(decide(f).denied, "scope");
  f = editor();
  f.function = "case_worker";
  EXPECT_EQ(decide(f).denied, "row");
  f = editor();
  f.purpose = 1;
  EXPECT_FALSE(decide(f).allowed);
}

TEST(Matrix, ConditionsMustAllHold) {
  Facts f{.unit_kind = "family_centre",
          .function = "admin",
          .category = 27,
          .purpose = 12,
          .action = Action::write,
          .scopes = {"own_unit"},
          .conditions = {}};
  EXPECT_EQ(decide(f).denied, "condition");
  f.conditions = {"second_factor"};
  EXPECT_TRUE(decide(f).allowed);
}

TEST(Matrix, BenefitsAndSanctionsAreNeverServed) {  // rule 23
  for (const auto& row : matrix()) {
    EXPECT_NE(row.category, 4);
    EXPECT_NE(row.purpose, 2);
  }
  auto f = editor();
  f.category = 4;
  EXPECT_EQ(decide(f).denied, "category");
}

TEST(Matrix, EveryRowIsReachable) {
  for (const auto& row : matrix()) {
    Facts f{row.unit_kind, row.function, row.category, row.purpose, row.action, {row.scope}, {}};
    for (std::string_view c = row.condition; !c.empty();) {
      const auto plus = c.find('+');
      f.conditions.insert(c.substr(0, plus));
      c = plus == c.npos ? std::string_view() : c.substr(plus + 1);
    }
    ASSERT_TRUE(decide(f).allowed) << row.unit_kind << " " << row.function;
  }
}

}  // namespace
}  // namespace lotse::access
