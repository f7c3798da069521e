// SPDX-License-Identifier: EUPL-1.2
#include "seal/seal.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>

#include "base/check.h"

namespace lotse::seal {
namespace {

constexpr std::size_t kNonce = 24, kTag = 16, kHead = 1 + kNonce;
static_assert(kNonce == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTag == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kOverhead == kHead + kTag);

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void add_number(std::string& to, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) to += static_cast<char>(number >> shift & 0xFF);
}

// Lengths before texts, so that no two places have the same bytes. The profile is in it as well: a text
// cannot be passed off as one of a weaker profile.
std::string bound_to(std::uint8_t profile, const Place& place) {
  std::string bytes(1, static_cast<char>(profile));
  add_number(bytes, static_cast<std::uint64_t>(place.unit));
  for (const auto text : {place.table, place.field, place.row}) {
    add_number(bytes, text.size());
    bytes += text;
  }
  return bytes;
}

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

// AES-256-GCM allows 2^32 random nonces of 12 bytes for one key; a key for each text, from 24 random bytes,
// takes that limit away. The nonce can then be fixed.
Key key_for(const Key& key, std::span<const std::byte, kNonce> nonce) {
  std::array<std::byte, Key::kBytes> bytes;
  CHECK(crypto_generichash(raw(bytes.data()), bytes.size(), raw(nonce.data()), nonce.size(), key.data(),
                           Key::kBytes) == 0);
  Key made = Key::of(bytes);
  wipe(bytes);
  return made;
}

constexpr unsigned char kFixedNonce[12] = {};

void aes_seal(const Key& key, std::string_view bound, std::string_view plain, std::byte* cipher,
              std::byte* tag) {
  const Cipher context(EVP_CIPHER_CTX_new());
  int length = 0;
  CHECK(context &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), kFixedNonce) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), nullptr, &length, raw(bound), static_cast<int>(bound.size())) == 1);
  if (!plain.empty())
    CHECK(EVP_EncryptUpdate(context.get(), raw(cipher), &length, raw(plain),
                            static_cast<int>(plain.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(context.get(), raw(tag), &length) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, tag) == 1);
}

bool aes_open(const Key& key, std::string_view bound, std::span<const std::byte> cipher, const std::byte* tag,
              std::string& plain) {
  const Cipher context(EVP_CIPHER_CTX_new());
  int length = 0;
  CHECK(context &&
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), kFixedNonce) == 1);
  CHECK(EVP_DecryptUpdate(context.get(), nullptr, &length, raw(bound), static_cast<int>(bound.size())) == 1);
  auto* const out = reinterpret_cast<unsigned char*>(plain.data());
  if (!cipher.empty())
    CHECK(EVP_DecryptUpdate(context.get(), out, &length, raw(cipher.data()),
                            static_cast<int>(cipher.size())) == 1);
  std::array<std::byte, kTag> copy;
  std::copy(tag, tag + kTag, copy.begin());
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, copy.data()) == 1);
  return EVP_DecryptFinal_ex(context.get(), out + cipher.size(), &length) == 1;
}

}  // namespace

Bytes seal(Profile profile, const Key& key, const Place& place, std::string_view plain) {
  CHECK(plain.size() <= 1u << 30);
  const auto number = static_cast<std::uint8_t>(profile);
  const std::string bound = bound_to(number, place);
  Bytes sealed(plain.size() + kOverhead);
  sealed[0] = std::byte{number};
  std::byte* const nonce = sealed.data() + 1;
  std::byte* const cipher = nonce + kNonce;
  randombytes_buf(nonce, kNonce);
  switch (profile) {
    case Profile::xchacha20:
      crypto_aead_xchacha20poly1305_ietf_encrypt(raw(cipher), nullptr, raw(plain), plain.size(), raw(bound),
                                                 bound.size(), nullptr, raw(nonce), key.data());
      return sealed;
    case Profile::aes256:
      aes_seal(key_for(key, std::span<const std::byte, kNonce>(nonce, kNonce)), bound, plain, cipher,
               cipher + plain.size());
      return sealed;
  }
  throw Bug("a profile that there is not");
}

std::string open(const Key& key, const Place& place, std::span<const std::byte> sealed) {
  if (sealed.size() < kOverhead) throw Broken();
  const auto number = std::to_integer<std::uint8_t>(sealed[0]);
  const std::string bound = bound_to(number, place);
  const std::span<const std::byte, kNonce> nonce(sealed.data() + 1, kNonce);
  const auto cipher = sealed.subspan(kHead);
  std::string plain(cipher.size() - kTag, '\0');
  bool good = false;
  if (number == static_cast<std::uint8_t>(Profile::xchacha20)) {
    good = crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr,
                                                      nullptr, raw(cipher.data()), cipher.size(), raw(bound),
                                                      bound.size(), raw(nonce.data()), key.data()) == 0;
  } else if (number == static_cast<std::uint8_t>(Profile::aes256)) {
    good =
        aes_open(key_for(key, nonce), bound, cipher.first(plain.size()), cipher.data() + plain.size(), plain);
  }
  if (!good) {
    sodium_memzero(plain.data(), plain.size());  // what does not belong here is not looked at by anybody
    throw Broken();
  }
  return plain;
}

Bytes wrap(Profile profile, const Key& above, const Place& place, const Key& key) {
  return seal(profile, above, place, {reinterpret_cast<const char*>(key.data()), Key::kBytes});
}

Key unwrap(const Key& above, const Place& place, std::span<const std::byte> wrapped) {
  if (wrapped.size() != Key::kBytes + kOverhead) throw Broken();
  std::string bytes = open(above, place, wrapped);
  Key key = Key::of(
      std::span<const std::byte, Key::kBytes>(reinterpret_cast<const std::byte*>(bytes.data()), Key::kBytes));
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::int64_t blind(const Key& key, const Place& field, std::string_view text) {
  std::string bytes = bound_to(0, {field.unit, field.table, field.field, ""});
  bytes += text;
  std::array<unsigned char, 16> hash;
  CHECK(crypto_generichash(hash.data(), hash.size(), raw(bytes), bytes.size(), key.data(), Key::kBytes) == 0);
  sodium_memzero(bytes.data(), bytes.size());
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | hash[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(number >> 1);
}

}  // namespace lotse::seal
