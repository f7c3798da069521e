// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

/**
 * Sealing: what a stolen database must not tell. Authenticated encryption of single fields, keys wrapped by
 * keys, blind indexes, signatures. Pure but for the system's randomness: where keys are kept is the matter of
 * others.
 */
namespace lotse::seal {

using Bytes = std::vector<std::byte>;

/**
 * A secret key of 256 bits. Moves, never copies by accident, has no way to be printed, and is wiped when it
 * goes.
 */
class Key {
 public:
  static constexpr std::size_t kBytes = 32;

  /** A fresh one, from the system's randomness. */
  static Key random();
  /** A key kept elsewhere; the caller wipes its own copy. */
  static Key of(std::span<const std::byte, kBytes> bytes);
  Key(Key&& other) noexcept;
  Key& operator=(Key&& other) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key();

  /** A second one of the same bytes, said aloud. */
  Key copy() const { return of(bytes()); }
  /** The key for one purpose, from which neither this key nor that of another purpose can be found
   * (BLAKE2b, keyed). `purpose` has exactly 8 characters. */
  Key derived(const char (&purpose)[9]) const;

  std::span<const std::byte, kBytes> bytes() const { return bytes_; }
  const unsigned char* data() const { return reinterpret_cast<const unsigned char*>(bytes_.data()); }
  /** In a time that does not depend on where they differ. */
  bool equals(const Key& other) const;

 private:
  Key() = default;
  std::array<std::byte, kBytes> bytes_{};
};

/** Overwrites bytes so that the compiler cannot leave it out. */
void wipe(std::span<std::byte> bytes);

}  // namespace lotse::seal
