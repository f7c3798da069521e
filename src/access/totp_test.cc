// SPDX-License-Identifier: EUPL-1.2
#include "access/totp.h"

#include <gtest/gtest.h>

#include <set>

namespace lotse::access {
namespace {

const std::string kSecret = "12345678901234567890";  // of the examples in RFC 6238, appendix B

TEST(Totp, GivesTheCodesOfTheRfc) {
  // The RFC shows eight digits; six are the last ones of them.
  for (const auto& [second, code] : {std::pair{59LL, "287082"}, std::pair{1111111109LL, "081804"},
                                     std::pair{1111111111LL, "050471"}, std::pair{1234567890LL, "005924"},
                                     std::pair{2000000000LL, "279037"}, std::pair{20000000000LL, "353130"}})
    EXPECT_EQ(totp(kSecret, totp_step(Instant{second * 1000})), code) << second;
}

TEST(Totp, TakesOneStepOfDriftEachWayAndNoStepTwice) {
  const Instant now{1'111'111'111'000};
  const auto step = totp_step(now);
  for (const int drift : {-1, 0, 1})
    EXPECT_EQ(totp_match(kSecret, totp(kSecret, step + drift), now, 0), step + drift);
  for (const int drift : {-3, -2, 2, 3})
    EXPECT_FALSE(totp_match(kSecret, totp(kSecret, step + drift), now, 0)) << drift;
  EXPECT_FALSE(totp_match(kSecret, totp(kSecret, step), now, step));
  EXPECT_FALSE(totp_match(kSecret, totp(kSecret, step - 1), now, step)) << "nor one before it";
  EXPECT_TRUE(totp_match(kSecret, totp(kSecret, step + 1), now, step));
  // The borders of a half minute, to the millisecond.
  const std::string code = totp(kSecret, 10);
  EXPECT_FALSE(totp_match(kSecret, code, Instant{9 * 30'000 - 1}, 0));
  EXPECT_TRUE(totp_match(kSecret, code, Instant{9 * 30'000}, 0));
  EXPECT_TRUE(totp_match(kSecret, code, Instant{12 * 30'000 - 1}, 0));
  EXPECT_FALSE(totp_match(kSecret, code, Instant{12 * 30'000}, 0));
}

TEST(Totp, OtherTextsAreNoCode) {
  const Instant now{1'111'111'111'000};
  for (const char* text : {"", "05047", "0504711", "05 047", "x50471", "050472"})
    EXPECT_FALSE(totp_match(kSecret, text, now, 0)) << text;
}

TEST(Totp, SecretsAreLongAndTypedInBase32) {
  EXPECT_EQ(base32(kSecret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(base32("f"), "MY");
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) all.insert(new_totp_secret());
  EXPECT_EQ(all.size(), 100u);
  EXPECT_EQ(all.begin()->size(), 20u);
}

}  // namespace
}  // namespace lotse::access
