// SPDX-License-Identifier: EUPL-1.2
#include "seal/key.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace lotse::seal {

void wipe(std::span<std::byte> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

Key Key::random() {
  CHECK(sodium_init() >= 0);
  Key key;
  randombytes_buf(key.bytes_.data(), kBytes);
  return key;
}

Key Key::of(std::span<const std::byte, kBytes> bytes) {
  Key key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

Key::Key(Key&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }

Key& Key::operator=(Key&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    wipe(other.bytes_);
  }
  return *this;
}

Key::~Key() { wipe(bytes_); }

Key Key::derived(const char (&purpose)[9]) const {
  Key key;
  CHECK(crypto_kdf_derive_from_key(reinterpret_cast<unsigned char*>(key.bytes_.data()), kBytes, 1, purpose,
                                   data()) == 0);
  return key;
}

bool Key::equals(const Key& other) const { return sodium_memcmp(data(), other.data(), kBytes) == 0; }

}  // namespace lotse::seal
