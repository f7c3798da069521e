// SPDX-License-Identifier: EUPL-1.2
#include "seal/signature.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "base/check.h"

namespace lotse::seal {
namespace {
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
}  // namespace

Verifier::Verifier(std::span<const std::byte, kBytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

Verifier Verifier::from_text(std::string_view hex) {
  std::array<std::byte, kBytes> bytes;
  std::size_t length = 0;
  if (hex.size() != 2 * kBytes ||
      sodium_hex2bin(raw(bytes.data()), kBytes, hex.data(), hex.size(), nullptr, &length, nullptr) != 0 ||
      length != kBytes)
    throw std::invalid_argument("no public key");
  return Verifier(bytes);
}

std::string Verifier::text() const {
  std::string hex(2 * kBytes + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), raw(bytes_.data()), kBytes);
  hex.pop_back();
  return hex;
}

bool Verifier::verify(std::string_view message, std::span<const std::byte> signature) const {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(raw(signature.data()), raw(message), message.size(),
                                     raw(bytes_.data())) == 0;
}

Signer::Signer(const Key& seed) {
  static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == Verifier::kBytes);
  static_assert(crypto_sign_SEEDBYTES == Key::kBytes);
  CHECK(sodium_init() >= 0);
  CHECK(crypto_sign_seed_keypair(raw(public_.data()), raw(secret_.data()), seed.data()) == 0);
}

Signer::~Signer() { wipe(secret_); }

Bytes Signer::sign(std::string_view message) const {
  Bytes signature(crypto_sign_BYTES);
  CHECK(crypto_sign_detached(raw(signature.data()), nullptr, raw(message), message.size(),
                             raw(secret_.data())) == 0);
  return signature;
}

Verifier Signer::verifier() const { return Verifier(public_); }

}  // namespace lotse::seal
