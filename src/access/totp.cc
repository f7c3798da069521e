// SPDX-License-Identifier: EUPL-1.2
#include "access/totp.h"

#include <liboath/oath.h>
#include <sodium.h>

#include <array>
#include <cstdlib>

#include "base/check.h"
#include "base/id.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kStepMs = 30'000;
constexpr unsigned kDigits = 6;

void start_oath() {
  static const bool started = oath_init() == OATH_OK;
  CHECK(started);
}

}  // namespace

std::string new_totp_secret() {
  std::string secret(20, '\0');
  random_bytes(secret.data(), secret.size());
  return secret;
}

std::string base32(std::string_view secret) {
  start_oath();
  char* out = nullptr;
  std::size_t size = 0;
  CHECK(oath_base32_encode(secret.data(), secret.size(), &out, &size) == OATH_OK);
  std::string text(out, size);
  sodium_memzero(out, size);
  std::free(out);
  return text.substr(0, text.find('='));
}

std::int64_t totp_step(Instant at) { return at.ms / kStepMs; }

std::string totp(std::string_view secret, std::int64_t step) {
  start_oath();
  std::array<char, kDigits + 1> code{};
  CHECK(oath_hotp_generate(secret.data(), secret.size(), static_cast<std::uint64_t>(step), kDigits, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code.data()) == OATH_OK);
  return code.data();
}

std::optional<std::int64_t> totp_match(std::string_view secret, std::string_view code, Instant now,
                                       std::int64_t used) {
  if (code.size() != kDigits) return std::nullopt;
  std::optional<std::int64_t> found;
  // All three are compared, whichever it is.
  for (std::int64_t step = totp_step(now) - 1; step <= totp_step(now) + 1; ++step)
    if (sodium_memcmp(totp(secret, step).data(), code.data(), kDigits) == 0 && step > used) found = step;
  return found;
}

}  // namespace lotse::access
