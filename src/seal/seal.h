// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/id.h"
#include "seal/key.h"

namespace lotse::seal {

/**
 * The algorithm of a sealed text, told by its first byte, so that another one can come while old texts still
 * open. `xchacha20`: XChaCha20-Poly1305 (IETF draft-irtf-cfrg-xchacha), nonce of 24 random bytes. `aes256`:
 * AES-256-GCM (NIST SP 800-38D, recommended by BSI TR-02102-1), with a key of its own for each text, made
 * from 24 random bytes, so that random nonces cannot meet.
 */
enum class Profile : std::uint8_t { xchacha20 = 1, aes256 = 2 };

/** Where a sealed text belongs; copied to any other unit, table, field or row it does not open. */
struct Place {
  UnitId unit = 0;
  std::string_view table, field, row;
};

/** The text was changed, belongs elsewhere, was sealed with another key, or is none of ours. The text of the
 * exception tells nothing of it. */
struct Broken : std::runtime_error {
  Broken() : std::runtime_error("a sealed text does not open") {}
};

/** Bytes that a sealed text is longer than its plain one, with either profile. */
inline constexpr std::size_t kOverhead = 1 + 24 + 16;

/**
 * Seals `plain` (may be empty). Each time another result. Its length tells the length of `plain`: what must
 * not be told is padded by the caller.
 */
Bytes seal(Profile profile, const Key& key, const Place& place, std::string_view plain);
/** Throws Broken unless it is what `seal` made with this key for this place. */
std::string open(const Key& key, const Place& place, std::span<const std::byte> sealed);

/** A key as it lies in a store: sealed by the key above it; `place` says whose key it is. */
Bytes wrap(Profile profile, const Key& above, const Place& place, const Key& key);
/** Throws Broken. */
Key unwrap(const Key& above, const Place& place, std::span<const std::byte> wrapped);

/**
 * A number by which rows with this text can be found without opening them: equal texts of one field and unit
 * have equal numbers, and nothing else follows from it (BLAKE2b, keyed, 63 bits). `text` must be folded by
 * the caller. Two different texts may meet in a number (about one in 10^11 among ten million): open and
 * compare what was found.
 */
std::int64_t blind(const Key& key, const Place& field, std::string_view text);

}  // namespace lotse::seal
