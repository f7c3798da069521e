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
  for (const char* each : {"lead", "admin", "dpo", "auditor"}) EXPECT_TRUE(takes_two(each)) << each;
  for (const char* each : {"case_worker", "helper", "personnel", "castle"})
    EXPECT_FALSE(takes_two(each)) << each;
  for (const char* each : {"dpo", "auditor", "case_worker", ""}) EXPECT_FALSE(may_agree(each)) << each;
  EXPECT_TRUE(may_agree("admin") && may_agree("lead"));
}

TEST(Giving, NobodyElseGivesAnything) {
  for (const char* giver : {"case_worker", "dpo", "directory_editor", "visitor", "citizen", ""})
    EXPECT_FALSE(may_give(giver, "helper")) << giver;
  EXPECT_FALSE(may_give("admin", "citizen"));
}

}  // namespace
}  // namespace lotse::access
