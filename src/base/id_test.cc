// SPDX-License-Identifier: EUPL-1.2
#include "base/id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace lotse {
namespace {

TEST(Id, Version7HoldsTheMillisecondAndTheVariant) {
  const std::int64_t at = 0x0123'4567'89AB;
  const std::string id = new_uuid(at);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_TRUE(is_uuid(id)) << id;
  EXPECT_EQ(id.substr(0, 13), "01234567-89ab");
  EXPECT_EQ(id[14], '7');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(Id, Version7SortsByTimeAndNeverRepeats) {
  std::vector<std::string> made;
  for (std::int64_t ms = 1'790'000'000'000; ms < 1'790'000'000'500; ++ms) made.push_back(new_uuid(ms));
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
  std::set<std::string> same_ms;
  for (int i = 0; i < 2000; ++i) same_ms.insert(new_uuid(1'790'000'000'000));
  EXPECT_EQ(same_ms.size(), 2000u);
  // Beyond 32 bits of seconds the order still holds.
  EXPECT_LT(new_uuid(2'147'483'647'999), new_uuid(2'147'483'648'000));
}

TEST(Id, Version8IsTheSameEverywhere) {
  const std::string id = uuid_of_name("hsds:service:42");
  EXPECT_TRUE(is_uuid(id));
  EXPECT_EQ(id[14], '8');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_EQ(uuid_of_name("hsds:service:42"), id);
  EXPECT_NE(uuid_of_name("hsds:service:43"), id);
  EXPECT_NE(uuid_of_name(""), id);
  // Written down: an import of next year must give the ids of this year.
  EXPECT_EQ(uuid_of_name("lotse"), "aac25229-8f36-8a90-bfcf-c25bd1fc7475");
}

TEST(Id, OnlyLowerCaseTextWithDashesInPlaceIsAUuid) {
  const std::string good = "0193a1b2-c3d4-7e5f-8a6b-0123456789ab";
  EXPECT_TRUE(is_uuid(good));
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "0", std::string("0193A1B2-c3d4-7e5f-8a6b-0123456789ab"),
        std::string("0193a1b2c-3d4-7e5f-8a6b-0123456789ab"),
        std::string("0193a1b2-c3d4-7e5f-8a6b-0123456789ag"),
        std::string("{193a1b2-c3d4-7e5f-8a6b-0123456789a}"),
        std::string("0193a1b2-c3d4-7e5f-8a6b-012345678'--"),
        std::string("------------------------------------")})
    EXPECT_FALSE(is_uuid(bad)) << bad;
}

TEST(Id, SecretsAreAsLongAsAskedAndNew) {
  EXPECT_EQ(random_hex(0), "");
  const std::string a = random_hex(32), b = random_hex(32);
  EXPECT_EQ(a.size(), 64u);
  EXPECT_NE(a, b);
  EXPECT_EQ(a.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Id, HashIsBlake2b256) {
  // RFC 7693 gives BLAKE2b-512; the 256-bit value of "abc" is the one of b2sum -l 256.
  EXPECT_EQ(hash_hex("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(hash_hex("").size(), 64u);
  EXPECT_NE(hash_hex(std::string_view("a\0b", 3)), hash_hex("a"));
}

TEST(Id, TypedIdsCompareAndHash) {
  using A = Id<struct Tag>;
  static_assert(!std::is_convertible_v<Id<struct One>, Id<struct Two>>);
  EXPECT_TRUE(A{}.empty());
  const A first = A::make(1000), second = A::make(2000);
  EXPECT_LT(first, second);
  EXPECT_FALSE(first.empty());
  const std::unordered_set<A> both{first, second, first};
  EXPECT_EQ(both.size(), 2u);
}

}  // namespace
}  // namespace lotse
