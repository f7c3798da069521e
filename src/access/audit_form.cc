// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_form.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"

namespace lotse::access {
namespace {

constexpr std::string_view kEntryForm = "lotse-audit-entry-1", kHeadForm = "lotse-audit-head-1",
                           kEndsForm = "lotse-audit-ends-1";
constexpr std::size_t kSignatureBytes = 64;

void put(std::string& bytes, std::string_view column) {
  bytes += std::to_string(column.size());
  bytes += ':';
  bytes += column;
  bytes += ',';
}

std::optional<std::int64_t> number_in(const Json& value) {
  if (!value.is_number_integer() ||
      (value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>())))
    return std::nullopt;
  return value.get<std::int64_t>();
}

// A line that says of itself that it is of this form, with so many fields.
class Line {
 public:
  Line(std::string_view line, std::string_view form, std::size_t fields) : json_(parse_json(line)) {
    if (json_ && (!json_->is_object() || json_->size() != fields || text("form") != form)) json_.reset();
  }
  const Json* field(const char* name) const {
    if (!json_) return nullptr;
    const auto at = json_->find(name);
    return at == json_->end() ? nullptr : &*at;
  }
  std::string text(const char* name) const {
    const Json* at = field(name);
    return at && at->is_string() ? at->get<std::string>() : std::string();
  }
  std::optional<std::int64_t> number(const char* name) const {
    const Json* at = field(name);
    return at ? number_in(*at) : std::nullopt;
  }

 private:
  std::optional<Json> json_;
};

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

std::string signed_text(const AuditEnds& ends) {
  std::string text(kEndsForm);
  text += "\nunit " + std::to_string(ends.unit) + "\nprevious " + std::to_string(ends.previous) + "\nsize " +
          std::to_string(ends.size) + "\n";
  for (const auto& [record, at_ms] : ends.records)
    text += "end " + std::to_string(at_ms) + " " + std::to_string(record.size()) + ":" + record + "\n";
  return text;
}

AuditEnds sign(AuditEnds ends, const seal::Signer& signer) {
  ends.signature = signer.sign(signed_text(ends));
  ends.key = signer.verifier().text();
  return ends;
}

AuditKeys::Verdict AuditKeys::judge(const AuditHead& head) const {
  return judge(head.key, signed_text(head), head.signature);
}

AuditKeys::Verdict AuditKeys::judge(const AuditEnds& ends) const {
  return judge(ends.key, signed_text(ends), ends.signature);
}

AuditKeys::Verdict AuditKeys::judge(std::string_view key, const std::string& text,
                                    const seal::Bytes& signature) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const seal::Verifier& each) { return each.text() == key; });
  if (found == keys_.end()) return Verdict::unknown_key;
  return found->verify(text, signature) ? Verdict::right : Verdict::wrong;
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
  const Line of(line, kHeadForm, 8);
  const auto unit = of.number("unit"), size = of.number("size"), previous = of.number("previous"),
             at_ms = of.number("at_ms");
  const auto root = bytes_in_hex(of.text("root"), seal::Hash{}.size()),
             signature = bytes_in_hex(of.text("signature"), kSignatureBytes),
             key = bytes_in_hex(of.text("key"), seal::Verifier::kBytes);
  if (!unit || !size || !previous || !at_ms || !root || !signature || !key) return std::nullopt;
  return AuditHead{.unit = *unit,
                   .size = *size,
                   .previous = *previous,
                   .root = hash_of(*root),
                   .at_ms = *at_ms,
                   .signature = *signature,
                   .key = of.text("key")};
}

std::string line_of(const AuditEnds& ends) {
  Json ended = Json::array();
  for (const auto& [record, at_ms] : ends.records) ended.push_back(Json::array({record, at_ms}));
  return Json{{"form", kEndsForm}, {"unit", ends.unit}, {"previous", ends.previous},
              {"size", ends.size}, {"ended", ended},    {"signature", hex_of(ends.signature)},
              {"key", ends.key}}
      .dump();
}

std::optional<AuditEnds> ends_in_line(std::string_view line) {
  const Line of(line, kEndsForm, 7);
  const auto unit = of.number("unit"), previous = of.number("previous"), size = of.number("size");
  const auto signature = bytes_in_hex(of.text("signature"), kSignatureBytes),
             key = bytes_in_hex(of.text("key"), seal::Verifier::kBytes);
  const Json* ended = of.field("ended");
  if (!unit || !previous || !size || !signature || !key || !ended || !ended->is_array()) return std::nullopt;
  AuditEnds ends{.unit = *unit,
                 .previous = *previous,
                 .size = *size,
                 .records = {},
                 .signature = *signature,
                 .key = of.text("key")};
  for (const auto& each : *ended) {
    const auto at_ms = each.is_array() && each.size() == 2 ? number_in(each[1]) : std::nullopt;
    if (!at_ms || !each[0].is_string()) return std::nullopt;
    ends.records.emplace_back(each[0].get<std::string>(), *at_ms);
  }
  return ends;
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
