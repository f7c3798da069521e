// SPDX-License-Identifier: EUPL-1.2
#include "seal/merkle.h"

#include <sodium.h>

#include <bit>
#include <stdexcept>

#include "base/check.h"

namespace lotse::seal {
namespace {

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 65> bytes;
  bytes[0] = 1;
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 33);
  Hash hash;
  crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
  return hash;
}

/** Where a list of more than one leaf is parted: the largest power of two below its length. */
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

void prove(std::span<const Hash> leaves, std::uint64_t index, std::vector<Hash>& proof) {
  if (leaves.size() == 1) return;
  const auto left = split_of(leaves.size());
  if (index < left) {
    prove(leaves.first(left), index, proof);
    proof.push_back(head_of(leaves.subspan(left)));
  } else {
    prove(leaves.subspan(left), index - left, proof);
    proof.push_back(head_of(leaves.first(left)));
  }
}

// SUBPROOF of RFC 6962 section 2.1.2; `whole`: the old list is a full subtree here, whose hash the checker
// has.
void prove_old(std::span<const Hash> leaves, std::uint64_t old_size, bool whole, std::vector<Hash>& proof) {
  if (old_size == leaves.size()) {
    if (!whole) proof.push_back(head_of(leaves));
    return;
  }
  const auto left = split_of(leaves.size());
  if (old_size <= left) {
    prove_old(leaves.first(left), old_size, whole, proof);
    proof.push_back(head_of(leaves.subspan(left)));
  } else {
    prove_old(leaves.subspan(left), old_size - left, false, proof);
    proof.push_back(head_of(leaves.first(left)));
  }
}

}  // namespace

std::string to_hex(const Hash& hash) {
  std::string hex(2 * hash.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

Hash hash_from_hex(std::string_view hex) {
  Hash hash;
  std::size_t length = 0;
  if (hex.size() != 2 * hash.size() ||
      sodium_hex2bin(hash.data(), hash.size(), hex.data(), hex.size(), nullptr, &length, nullptr) != 0 ||
      length != hash.size())
    throw std::invalid_argument("no hash");
  return hash;
}

Hash leaf_hash(std::string_view entry) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  const unsigned char mark = 0;
  crypto_hash_sha256_update(&state, &mark, 1);
  crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(entry.data()), entry.size());
  Hash hash;
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

Frontier::Frontier(std::uint64_t size, std::vector<Hash> peaks) : size_(size), peaks_(std::move(peaks)) {
  if (peaks_.size() != static_cast<std::size_t>(std::popcount(size_)))
    throw std::invalid_argument("peaks of another list");
}

void Frontier::add(const Hash& leaf) {
  Hash hash = leaf;
  // Each one at the end of the length stands for a full tree that the new leaf completes to a larger one.
  for (std::uint64_t bits = size_; bits & 1; bits >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash Frontier::head() const {
  if (peaks_.empty()) {
    Hash hash;
    crypto_hash_sha256(hash.data(), nullptr, 0);
    return hash;
  }
  Hash hash = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) hash = node_hash(peaks_[i - 1], hash);
  return hash;
}

Hash head_of(std::span<const Hash> leaves) {
  Frontier frontier;
  for (const auto& leaf : leaves) frontier.add(leaf);
  return frontier.head();
}

std::vector<Hash> inclusion_proof(std::span<const Hash> leaves, std::uint64_t index) {
  CHECK(index < leaves.size());
  std::vector<Hash> proof;
  prove(leaves, index, proof);
  return proof;
}

// RFC 9162 section 2.1.3.2.
bool is_included(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                 const Hash& head) {
  if (index >= size) return false;
  std::uint64_t at = index, last = size - 1;
  Hash hash = leaf;
  for (const auto& other : proof) {
    if (last == 0) return false;
    if ((at & 1) || at == last) {
      hash = node_hash(other, hash);
      while (!(at & 1) && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, other);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == head;
}

std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size) {
  CHECK(old_size >= 1 && old_size <= leaves.size());
  std::vector<Hash> proof;
  prove_old(leaves, old_size, true, proof);
  return proof;
}

// RFC 9162 section 2.1.4.2.
bool is_consistent(std::uint64_t old_size, const Hash& old_head, std::uint64_t size, const Hash& head,
                   std::span<const Hash> proof) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_head == head;
  std::vector<Hash> path;
  if (std::has_single_bit(old_size)) path.push_back(old_head);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;
  std::uint64_t at = old_size - 1, last = size - 1;
  while (at & 1) {
    at >>= 1;
    last >>= 1;
  }
  Hash old_hash = path[0], hash = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((at & 1) || at == last) {
      old_hash = node_hash(path[i], old_hash);
      hash = node_hash(path[i], hash);
      while (!(at & 1) && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, path[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_head && hash == head;
}

}  // namespace lotse::seal
