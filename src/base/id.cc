// SPDX-License-Identifier: EUPL-1.2
#include "base/id.h"

#include <sodium.h>

#include "base/check.h"

namespace lotse {
namespace {

void ready() {
  static const bool done = [] { return sodium_init() >= 0; }();
  CHECK(done);
}

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string text(size * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.resize(size * 2);
  return text;
}

std::string dashed(std::array<unsigned char, 16> b, unsigned version) {
  b[6] = static_cast<unsigned char>((b[6] & 0x0F) | (version << 4));
  b[8] = static_cast<unsigned char>((b[8] & 0x3F) | 0x80);
  std::string t = hex(b.data(), b.size());
  for (std::size_t at : {20u, 16u, 12u, 8u}) t.insert(at, 1, '-');
  return t;
}

}  // namespace

void random_bytes(void* bytes, std::size_t size) {
  ready();
  randombytes_buf(bytes, size);
}

std::string random_hex(std::size_t size) {
  std::string raw(size, '\0');
  random_bytes(raw.data(), raw.size());
  return hex(reinterpret_cast<const unsigned char*>(raw.data()), raw.size());
}

std::string new_uuid(std::int64_t now_ms) {
  std::array<unsigned char, 16> b{};
  random_bytes(b.data(), b.size());
  const auto ms = static_cast<std::uint64_t>(now_ms);
  for (unsigned i = 0; i < 6; ++i) b[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  return dashed(b, 7);
}

std::string uuid_of_name(std::string_view name) {
  ready();
  std::array<unsigned char, 16> b{};
  crypto_generichash(b.data(), b.size(), reinterpret_cast<const unsigned char*>(name.data()), name.size(),
                     nullptr, 0);
  return dashed(b, 8);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::string hash_hex(std::string_view text) {
  ready();
  std::array<unsigned char, 32> b{};
  crypto_generichash(b.data(), b.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return hex(b.data(), b.size());
}

}  // namespace lotse
