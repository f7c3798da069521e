// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "seal/key.h"

namespace lotse::seal {

/** Who can check what a Signer signed. */
class Verifier {
 public:
  static constexpr std::size_t kBytes = 32;
  explicit Verifier(std::span<const std::byte, kBytes> bytes);
  /** From 64 hexadecimal characters; throws std::invalid_argument. */
  static Verifier from_text(std::string_view hex);
  std::string text() const;
  bool verify(std::string_view message, std::span<const std::byte> signature) const;

 private:
  std::array<std::byte, kBytes> bytes_{};
};

/** Signs messages with Ed25519 (RFC 8032). The key follows from 256 secret bits. */
class Signer {
 public:
  explicit Signer(const Key& seed);
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  ~Signer();
  Bytes sign(std::string_view message) const;
  Verifier verifier() const;

 private:
  std::array<std::byte, 64> secret_{};
  std::array<std::byte, Verifier::kBytes> public_{};
};

}  // namespace lotse::seal
