// SPDX-License-Identifier: EUPL-1.2
#include "seal/seal.h"

#include <gtest/gtest.h>

#include <set>

#include "seal/signature.h"

namespace lotse::seal {
namespace {

constexpr Place kName{7, "person", "name", "0190-1"};

class Seal : public ::testing::TestWithParam<Profile> {};
INSTANTIATE_TEST_SUITE_P(Profiles, Seal, ::testing::Values(Profile::xchacha20, Profile::aes256));

TEST_P(Seal, opens_what_it_sealed_and_never_looks_the_same) {
  const Key key = Key::random();
  std::set<Bytes> seen;
  for (const std::string& plain :
       {std::string(), std::string("Олена"), std::string("\0x\xff", 3), std::string(100'000, 'a')}) {
    for (int i = 0; i < 3; ++i) {
      const Bytes sealed = seal(GetParam(), key, kName, plain);
      EXPECT_EQ(sealed.size(), plain.size() + kOverhead);
      EXPECT_EQ(std::to_integer<int>(sealed[0]), static_cast<int>(GetParam()));
      EXPECT_TRUE(seen.insert(sealed).second);
      EXPECT_EQ(open(key, kName, sealed), plain);
    }
  }
}

TEST_P(Seal, a_text_opens_nowhere_else) {
  const Key key = Key::random();
  const Bytes sealed = seal(GetParam(), key, kName, "Olena");
  for (const Place& other : {Place{8, "person", "name", "0190-1"}, Place{7, "persons", "name", "0190-1"},
                             Place{7, "person", "nam", "e0190-1"}, Place{7, "person", "name", "0190-2"},
                             Place{7, "person", "", "name0190-1"}, Place{7, "personname", "", "0190-1"}})
    EXPECT_THROW(open(key, other, sealed), Broken);
  EXPECT_THROW(open(Key::random(), kName, sealed), Broken);
}

TEST_P(Seal, no_changed_bit_is_missed) {
  const Key key = Key::random();
  Bytes sealed = seal(GetParam(), key, kName, "Olena");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      sealed[i] ^= std::byte{1} << bit;
      EXPECT_THROW(open(key, kName, sealed), Broken) << "byte " << i << " bit " << bit;
      sealed[i] ^= std::byte{1} << bit;
    }
  }
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_THROW(open(key, kName, std::span(sealed).first(length)), Broken);
  sealed.push_back(std::byte{0});
  EXPECT_THROW(open(key, kName, sealed), Broken);
}

TEST_P(Seal, keys_are_wrapped_by_keys) {
  const Key above = Key::random(), key = Key::random();
  const Bytes wrapped = wrap(GetParam(), above, {7, "unit_key", "key", "1"}, key);
  EXPECT_TRUE(unwrap(above, {7, "unit_key", "key", "1"}, wrapped).equals(key));
  EXPECT_THROW(unwrap(above, {8, "unit_key", "key", "1"}, wrapped), Broken);
  EXPECT_THROW(unwrap(key, {7, "unit_key", "key", "1"}, wrapped), Broken);
  EXPECT_THROW(unwrap(above, kName, seal(GetParam(), above, kName, "short")), Broken);
}

TEST(SealProfiles, OneProfileCannotBePassedOffAsTheOther) {
  const Key key = Key::random();
  for (const auto profile : {Profile::xchacha20, Profile::aes256}) {
    Bytes sealed = seal(profile, key, kName, "Olena");
    for (int other = 0; other < 256; ++other) {
      if (other == static_cast<int>(profile)) continue;
      sealed[0] = static_cast<std::byte>(other);
      EXPECT_THROW(open(key, kName, sealed), Broken);
    }
  }
}

TEST(SealKey, IsWipedWhenMovedFromAndDerivedForOnePurpose) {
  Key key = Key::random();
  const Key same = key.copy();
  const Key moved = std::move(key);
  EXPECT_TRUE(moved.equals(same));
  for (const std::byte each : key.bytes()) EXPECT_EQ(each, std::byte{0});  // NOLINT: that is what is asked
  const Key names = same.derived("index-01"), other = same.derived("index-02");
  EXPECT_TRUE(names.equals(moved.derived("index-01")));
  EXPECT_FALSE(names.equals(other));
  EXPECT_FALSE(names.equals(same));
}

TEST(SealBlind, TellsEqualFromDifferentWithinOneFieldAndUnitOnly) {
  const Key key = Key::random();
  EXPECT_EQ(blind(key, kName, "olena"), blind(key, {7, "person", "name", "another row"}, "olena"));
  EXPECT_GE(blind(key, kName, "olena"), 0);
  std::set<std::int64_t> seen{blind(key, kName, "olena")};
  EXPECT_TRUE(seen.insert(blind(key, kName, "olen")).second);
  EXPECT_TRUE(seen.insert(blind(key, {8, "person", "name", ""}, "olena")).second);
  EXPECT_TRUE(seen.insert(blind(key, {7, "person", "street", ""}, "olena")).second);
  EXPECT_TRUE(seen.insert(blind(Key::random(), kName, "olena")).second);
  EXPECT_TRUE(seen.insert(blind(key, kName, "")).second);
}

// RFC 8032 section 7.1, test 2.
TEST(SealSignature, IsThatOfTheStandard) {
  const auto bytes = [](std::string_view hex) {
    std::vector<std::byte> out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      out.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
  };
  const auto secret = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const Signer signer(Key::of(std::span<const std::byte, 32>(secret)));
  EXPECT_EQ(signer.verifier().text(), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(
      signer.sign("\x72"),
      bytes("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"));
}

TEST(SealSignature, HoldsForOneMessageAndOneSigner) {
  const Signer signer(Key::random()), other(Key::random());
  auto signature = signer.sign("head 12");
  const auto verifier = Verifier::from_text(signer.verifier().text());
  EXPECT_TRUE(verifier.verify("head 12", signature));
  EXPECT_FALSE(verifier.verify("head 13", signature));
  EXPECT_FALSE(other.verifier().verify("head 12", signature));
  signature.pop_back();
  EXPECT_FALSE(verifier.verify("head 12", signature));
  EXPECT_THROW(Verifier::from_text("12"), std::invalid_argument);
  EXPECT_THROW(Verifier::from_text(std::string(64, 'g')), std::invalid_argument);
}

}  // namespace
}  // namespace lotse::seal
