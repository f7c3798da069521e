// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_form.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"

namespace lotse::access {
namespace {

constexpr std::string_view kEntryForm = "lotse-audit-entry-1", kHeadForm = "lotse-audit-head-1";
constexpr std::size_t kSignatureBytes = 64;

void put(std::string& bytes, std::string_view column) {
  bytes += std::to_string(column.size());
  bytes += ':';
  bytes += column;
  bytes += ',';
}

}  // namespace

std::string canonical(const AuditEntry& e) {
  std::string bytes;
  bytes.reserve(256);  // as long as most are
  bytes += kEntryForm;
  bytes += '\n';
  put(bytes, std::to_string(e.unit));
  put(bytes, e.id);
  put(bytes, std::to_string(e.at_ms));
  put(bytes, e.actor);
  put(bytes, e.acting_as);
  put(bytes, std::to_string(e.purpose));
  for (const std::string* column : {&e.asked, &e.what, &e.object, &e.decision, &e.rule, &e.about})
    put(bytes, *column);
  return bytes;
}

seal::Hash leaf_of(const AuditEntry& entry) { return seal::leaf_hash(canonical(entry)); }

std::string signed_text(const AuditHead& head) {
  std::string text(kHeadForm);
  text += "\nunit " + std::to_string(head.unit) + "\nsize " + std::to_string(head.size) + "\nprevious " +
          std::to_string(head.previous) + "\nroot " + seal::to_hex(head.root) + "\nat " +
          std::to_string(head.at_ms) + "\n";
  return text;
}

AuditHead sign(AuditHead head, const seal::Signer& signer) {
  head.signature = signer.sign(signed_text(head));
  head.key = signer.verifier().text();
  return head;
}

AuditKeys::Verdict AuditKeys::judge(const AuditHead& head) const {
  const auto key = std::find_if(keys_.begin(), keys_.end(),
                                [&](const seal::Verifier& each) { return each.text() == head.key; });
  if (key == keys_.end()) return Verdict::unknown_key;
  return key->verify(signed_text(head), head.signature) ? Verdict::right : Verdict::wrong;
}

std::string line_of(const AuditHead& head) {
  return Json{{"form", kHeadForm},
              {"unit", head.unit},
              {"size", head.size},
              {"previous", head.previous},
              {"root", seal::to_hex(head.root)},
              {"at_ms", head.at_ms},
              {"signature", hex_of(head.signature)},
              {"key", head.key}}
      .dump();
}

std::optional<AuditHead> head_in_line(std::string_view line) {
  const auto json = parse_json(line);
  if (!json || !json->is_object() || json->size() != 8) return std::nullopt;
  const auto text = [&](const char* name) {
    const auto at = json->find(name);
    return at != json->end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto number = [&](const char* name) -> std::optional<std::int64_t> {
    const auto at = json->find(name);
    if (at == json->end() || !at->is_number_integer()) return std::nullopt;
    if (at->is_number_unsigned() && !std::in_range<std::int64_t>(at->get<std::uint64_t>()))
      return std::nullopt;
    return at->get<std::int64_t>();
  };
  const auto unit = number("unit"), size = number("size"), previous = number("previous"),
             at_ms = number("at_ms");
  const auto root = bytes_in_hex(text("root"), seal::Hash{}.size()),
             signature = bytes_in_hex(text("signature"), kSignatureBytes),
             key = bytes_in_hex(text("key"), seal::Verifier::kBytes);
  if (text("form") != kHeadForm || !unit || !size || !previous || !at_ms || !root || !signature || !key)
    return std::nullopt;
  return AuditHead{.unit = *unit,
                   .size = *size,
                   .previous = *previous,
                   .root = hash_of(*root),
                   .at_ms = *at_ms,
                   .signature = *signature,
                   .key = text("key")};
}

std::string hex_of(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte each : bytes) {
    hex += kDigits[std::to_integer<std::size_t>(each >> 4)];
    hex += kDigits[std::to_integer<std::size_t>(each & std::byte{15})];
  }
  return hex;
}

std::optional<seal::Bytes> bytes_in_hex(std::string_view hex, std::size_t size) {
  if (hex.size() != 2 * size) return std::nullopt;
  constexpr std::string_view kDigits = "0123456789abcdef";
  seal::Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = kDigits.find(hex[i]), low = kDigits.find(hex[i + 1]);
    if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

seal::Hash hash_of(std::span<const std::byte> bytes) {
  seal::Hash hash{};
  if (bytes.size() == hash.size()) std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::span<const std::byte> bytes_of(const seal::Hash& hash) { return std::as_bytes(std::span(hash)); }

}  // namespace lotse::access
