// SPDX-License-Identifier: EUPL-1.2
#include "seal/merkle.h"

#include <gtest/gtest.h>

#include <random>

namespace lotse::seal {
namespace {

std::vector<Hash> leaves_of(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("entry " + std::to_string(i)));
  return leaves;
}

// The eight entries and heads that the certificate transparency logs are tested with.
TEST(Merkle, HeadsAreThoseOfTheStandard) {
  using namespace std::string_literals;
  const std::vector<std::string> entries{""s,
                                         "\x00"s,
                                         "\x10"s,
                                         "\x20\x21"s,
                                         "\x30\x31"s,
                                         "\x40\x41\x42\x43"s,
                                         "\x50\x51\x52\x53\x54\x55\x56\x57"s,
                                         "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"s};
  const std::vector<std::string> heads{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                       "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                       "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                       "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                       "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                       "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                       "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  EXPECT_EQ(to_hex(frontier.head()), heads[0]);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    frontier.add(leaf_hash(entries[i]));
    EXPECT_EQ(to_hex(frontier.head()), heads[i + 1]) << i + 1 << " entries";
  }
}

TEST(Merkle, EveryEntryOfEveryLengthCanBeProvedAndNothingElse) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const auto leaves = leaves_of(size);
    const auto head = head_of(leaves);
    for (std::uint64_t i = 0; i < size; ++i) {
      auto proof = inclusion_proof(leaves, i);
      EXPECT_TRUE(is_included(leaves[i], i, size, proof, head));
      EXPECT_FALSE(is_included(leaf_hash("another"), i, size, proof, head));
      EXPECT_FALSE(is_included(leaves[i], size, size, proof, head));
      if (size > 1) {
        EXPECT_FALSE(is_included(leaves[i], (i + 1) % size, size, proof, head));
      }
      for (auto& each : proof) {
        each[7] ^= 1;
        EXPECT_FALSE(is_included(leaves[i], i, size, proof, head));
        each[7] ^= 1;
      }
      proof.push_back(head);
      EXPECT_FALSE(is_included(leaves[i], i, size, proof, head));
    }
  }
}

TEST(Merkle, EveryBeginningOfEveryLengthCanBeProvedAndNothingElse) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const auto leaves = leaves_of(size);
    const auto head = head_of(leaves);
    for (std::uint64_t old = 1; old <= size; ++old) {
      const auto old_head = head_of(std::span(leaves).first(old));
      auto proof = consistency_proof(leaves, old);
      EXPECT_TRUE(is_consistent(old, old_head, size, head, proof)) << old << " of " << size;
      auto changed = leaves;
      changed[old - 1] = leaf_hash("changed");
      EXPECT_FALSE(is_consistent(old, old_head, size, head_of(changed), proof));
      // A liar who makes a proof for the changed list cannot make the old head fit.
      EXPECT_FALSE(is_consistent(old, old_head, size, head_of(changed), consistency_proof(changed, old)));
      for (auto& each : proof) {
        each[31] ^= 128;
        EXPECT_FALSE(is_consistent(old, old_head, size, head, proof));
        each[31] ^= 128;
      }
    }
    EXPECT_FALSE(is_consistent(0, head, size, head, {}));
    EXPECT_FALSE(is_consistent(size + 1, head, size, head, {}));
  }
}

TEST(Merkle, AFrontierGoesOnWhereItWasKept) {
  const auto leaves = leaves_of(100);
  Frontier whole;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Frontier kept(whole.size(), whole.peaks());
    EXPECT_EQ(kept.head(), head_of(std::span(leaves).first(i)));
    kept.add(leaves[i]);
    whole.add(leaves[i]);
    EXPECT_EQ(kept.head(), whole.head());
  }
  EXPECT_THROW(Frontier(3, {leaves[0]}), std::invalid_argument);
  EXPECT_EQ(hash_from_hex(to_hex(leaves[0])), leaves[0]);
  EXPECT_THROW(hash_from_hex("00"), std::invalid_argument);
  EXPECT_THROW(hash_from_hex(std::string(64, 'x')), std::invalid_argument);
}

}  // namespace
}  // namespace lotse::seal
