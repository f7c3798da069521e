// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lotse {

/** Number of a unit (a controller of its own), given by the installation. 0 is no unit. */
using UnitId = std::int64_t;
/** Where keys and the audit keep what belongs to the installation itself; no membership and no desk has it.
 */
inline constexpr UnitId kInstallation = 0;

/** Fills `bytes` from the operating system's random generator. */
void random_bytes(void* bytes, std::size_t size);

/** `size` random bytes as lower-case hexadecimal text: secrets of links and sessions. */
std::string random_hex(std::size_t size);

/** A UUID version 7 (RFC 9562) as text: 36 characters, lower case; sorts by the millisecond it was made in.
 */
std::string new_uuid(std::int64_t now_ms);

/** A UUID version 8 (RFC 9562) derived from `name`: the same name gives the same id, everywhere. */
std::string uuid_of_name(std::string_view name);

/** True for 36 characters of lower-case hexadecimal in the form 8-4-4-4-12. */
bool is_uuid(std::string_view text);

/** Lower-case BLAKE2b-256 of `text` in hexadecimal (64 characters). */
std::string hash_hex(std::string_view text);

/**
 * An id that knows what it names, so that a service's id is never passed for an organisation's. Stored and
 * shown as text; no id is a secret. Empty means none.
 */
template <class Tag>
struct Id {
  std::string text;
  bool empty() const { return text.empty(); }
  auto operator<=>(const Id&) const = default;
  static Id make(std::int64_t now_ms) { return Id{new_uuid(now_ms)}; }
};

}  // namespace lotse

template <class Tag>
struct std::hash<lotse::Id<Tag>> {
  std::size_t operator()(const lotse::Id<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.text);
  }
};
