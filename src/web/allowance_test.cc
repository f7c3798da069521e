// SPDX-License-Identifier: EUPL-1.2
#include "web/allowance.h"

#include <gtest/gtest.h>

namespace lotse::web {
namespace {

constexpr Instant kStart{1'000'000};
Instant later(std::int64_t ms) { return Instant{kStart.ms + ms}; }

TEST(Allowance, IsUsedUpAndComesBackOneByOne) {
  Allowance allowance(3, 6'000);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take("203.0.113.7", kStart)) << i;
  EXPECT_FALSE(allowance.take("203.0.113.7", kStart));
  EXPECT_FALSE(allowance.take("203.0.113.7", later(5'999)));
  EXPECT_TRUE(allowance.take("203.0.113.7", later(6'000)));
  EXPECT_FALSE(allowance.take("203.0.113.7", later(6'000))) << "refusals cost nothing, and give nothing";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take("203.0.113.7", later(600'000)));
  EXPECT_FALSE(allowance.take("203.0.113.7", later(600'000))) << "never more than the whole";
}

TEST(Allowance, IsThatOfANetwork) {
  Allowance allowance(1, 6'000);
  EXPECT_TRUE(allowance.take("203.0.113.7", kStart));
  EXPECT_TRUE(allowance.take("203.0.113.8", kStart)) << "another IPv4 address";
  EXPECT_TRUE(allowance.take("2001:db8:1:2::1", kStart));
  EXPECT_FALSE(allowance.take("2001:db8:1:2:ffff::9", kStart)) << "the same /64";
  EXPECT_TRUE(allowance.take("2001:db8:1:3::1", kStart));
}

TEST(Allowance, CanBeGivenBack) {
  Allowance allowance(1, 6'000);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(allowance.take("203.0.113.7", kStart));
    allowance.give_back("203.0.113.7");
  }
  allowance.give_back("203.0.113.8");
  EXPECT_TRUE(allowance.take("203.0.113.7", kStart));
  EXPECT_FALSE(allowance.take("203.0.113.7", kStart));
}

TEST(Allowance, ForgetsThoseWhoHaveItWholeAgain) {
  Allowance allowance(1, 6'000);
  for (int i = 0; i < 5'000; ++i)
    EXPECT_TRUE(allowance.take("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), kStart));
  EXPECT_FALSE(allowance.take("10.0.0.0", later(5'000))) << "nobody before her time";
  EXPECT_TRUE(allowance.take("10.0.0.0", later(6'000)));
}

}  // namespace
}  // namespace lotse::web
