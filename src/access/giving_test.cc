// SPDX-License-Identifier: EUPL-1.2
#include "access/giving.h"

#include <gtest/gtest.h>

#include "access/matrix.h"

namespace lotse::access {
namespace {

TEST(Giving, EachFunctionOfStaffIsInTheTable) {
  for (const auto& row : matrix())
    for (const auto function : staff_functions(row.unit_kind))
      EXPECT_TRUE(may_give("admin", function)) << function;
}

TEST(Giving, ALeadGivesTheWorkAndNothingThatControlsHer) {
  for (const char* work :
       {"case_worker", "organiser", "coordinator", "helper", "interpreter", "directory_editor"})
    EXPECT_TRUE(may_give("lead", work)) << work;
  for (const char* control : {"lead", "admin", "dpo", "auditor", "personnel", "bca", "castle", ""})
    EXPECT_FALSE(may_give("lead", control)) << control;
}

TEST(Giving, WhatControlsOthersTakesTwo) {
  for (const char* giver : {"lead", "admin"})
    for (const char* each : {"lead", "admin", "dpo", "auditor", "personnel", "coordinator", "castle"})
      EXPECT_FALSE(gives_alone(giver, each)) << giver << " " << each;
  for (const char* each : {"case_worker", "organiser", "helper", "interpreter", "directory_editor"})
    EXPECT_TRUE(gives_alone("lead", each)) << each;
  EXPECT_FALSE(gives_alone("lead", "bca")) << "she gives it not at all";
  for (const char* each : {"dpo", "auditor", "case_worker", ""}) EXPECT_FALSE(may_agree(each)) << each;
  EXPECT_TRUE(may_agree("admin") && may_agree("lead"));
}

TEST(Giving, AnAdministratorAloneGivesNothingThatOpensDataAboutPersons) {
  for (const auto& row : matrix()) {
    if (row.category != Category{1} && row.category != Category{10} && row.category != Category{19}) continue;
    if (row.scope == "self" || !may_give("admin", row.function)) continue;
    // They see whom they have to do with on the day of an event, or who has written about an entry.
    if (row.function == "helper" || row.function == "directory_editor") continue;
    EXPECT_FALSE(gives_alone("admin", row.function)) << row.function;
  }
  for (const char* each : {"helper", "interpreter", "directory_editor", "bca"})
    EXPECT_TRUE(gives_alone("admin", each)) << each;
}

TEST(Giving, NobodyElseGivesAnything) {
  for (const char* giver : {"case_worker", "dpo", "directory_editor", "visitor", "citizen", ""})
    EXPECT_FALSE(may_give(giver, "helper")) << giver;
  EXPECT_FALSE(may_give("admin", "citizen"));
}

}  // namespace
}  // namespace lotse::access
