// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/**
 * A tree of hashes over a growing list (RFC 6962 section 2.1, SHA-256): one hash, the head, stands for all of
 * it; that an entry is in it, and that an older head was of a beginning of it, can be proved with few hashes.
 */
namespace lotse::seal {

using Hash = std::array<std::uint8_t, 32>;

std::string to_hex(const Hash& hash);
/** Throws std::invalid_argument unless it is 64 hexadecimal characters. */
Hash hash_from_hex(std::string_view hex);

/** Hash of an entry. */
Hash leaf_hash(std::string_view entry);

/** The list so far, in as many hashes as its length has ones: what is needed to go on and to know the head.
 */
class Frontier {
 public:
  /** Empty. */
  Frontier() = default;
  /** As `peaks` of `size` leaves said; throws std::invalid_argument unless they belong together. */
  Frontier(std::uint64_t size, std::vector<Hash> peaks);
  void add(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  const std::vector<Hash>& peaks() const { return peaks_; }
  /** The head. */
  Hash head() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // of the full trees, the largest first
};

/** The head of all `leaves`. */
Hash head_of(std::span<const Hash> leaves);

/** The hashes that prove leaf `index` (counted from 0) to be among `leaves`; at most 64. */
std::vector<Hash> inclusion_proof(std::span<const Hash> leaves, std::uint64_t index);
bool is_included(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                 const Hash& head);

/** The hashes that prove the first `old_size` (at least 1) of `leaves` to be what an older head stood for. */
std::vector<Hash> consistency_proof(std::span<const Hash> leaves, std::uint64_t old_size);
bool is_consistent(std::uint64_t old_size, const Hash& old_head, std::uint64_t size, const Hash& head,
                   std::span<const Hash> proof);

}  // namespace lotse::seal
