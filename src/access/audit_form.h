// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "seal/key.h"
#include "seal/merkle.h"
#include "seal/signature.h"

/**
 * The forms in which the audit is hashed, signed and given away. Each begins with its name and version, so
 * that another form can come while what was made before can still be checked.
 */
namespace lotse::access {

/** One row of `audit_entry`, all columns. */
struct AuditEntry {
  UnitId unit = 0;
  std::string id;
  std::int64_t at_ms = 0;
  std::string actor, acting_as;
  std::int64_t purpose = 0;
  std::string asked, what, object, decision, rule, about;
};

/**
 * The bytes that are hashed for an entry: "lotse-audit-entry-1", a newline, and all twelve columns in the
 * order of AuditEntry, each as its length in bytes (decimal), a colon, its text (numbers decimal), a comma.
 * Two different entries never have the same.
 */
std::string canonical(const AuditEntry& entry);
/** Hash of the leaf of an entry (RFC 6962 section 2.1 over `canonical`). */
seal::Hash leaf_of(const AuditEntry& entry);

/** A signed head: stands for the first `size` entries of a unit's audit. */
struct AuditHead {
  UnitId unit = 0;
  std::int64_t size = 0;
  std::int64_t previous = 0;  // size of the head before; 0: the first
  seal::Hash root{};
  std::int64_t at_ms = 0;
  seal::Bytes signature;
  std::string key;  // of the signer (seal::Verifier::text)
};

/** What the signature is about: lines "lotse-audit-head-1", "unit N", "size N", "previous N", "root HEX", "at
 * MS", each ended by a newline (in the manner of C2SP's tlog-checkpoint). */
std::string signed_text(const AuditHead& head);
AuditHead sign(AuditHead head, const seal::Signer& signer);

/**
 * The ledger of ends: beside each head a second party is given which records ended with the entries that the
 * head added. Who brings back an older copy erases them again by it, without any key of later. Numbers and
 * random ids, nothing of a person.
 */
struct AuditEnds {
  UnitId unit = 0;
  /** As the head's: entries from number `previous` to `size` - 1. */
  std::int64_t previous = 0, size = 0;
  /** Id of the record, and when it ended (milliseconds UTC). */
  std::vector<std::pair<std::string, std::int64_t>> records;
  seal::Bytes signature;
  std::string key;  // of the signer (seal::Verifier::text)
};

/** What the signature is about: lines "lotse-audit-ends-1", "unit N", "previous N", "size N", then for each
 * record "end MS LENGTH:ID", each ended by a newline. */
std::string signed_text(const AuditEnds& ends);
AuditEnds sign(AuditEnds ends, const seal::Signer& signer);

/** Whose signatures count. */
class AuditKeys {
 public:
  explicit AuditKeys(const seal::Verifier& key) { add(key); }
  AuditKeys() = default;
  void add(const seal::Verifier& key) { keys_.push_back(key); }
  enum class Verdict { right, wrong, unknown_key };
  Verdict judge(const AuditHead& head) const;
  Verdict judge(const AuditEnds& ends) const;

 private:
  Verdict judge(std::string_view key, const std::string& text, const seal::Bytes& signature) const;
  std::vector<seal::Verifier> keys_;
};

/** One line of JSON, without newline: {"form", "unit", "size", "previous", "root", "at_ms", "signature",
 * "key"}, the numbers as numbers, the bytes hexadecimal. */
std::string line_of(const AuditHead& head);
/** Nothing unless it is what `line_of` makes, with nothing more or less. */
std::optional<AuditHead> head_in_line(std::string_view line);

/** One line of JSON, without newline: {"form", "unit", "previous", "size", "ended": [[id, ms]…], "signature",
 * "key"}. */
std::string line_of(const AuditEnds& ends);
/** Nothing unless it is what `line_of` makes, with nothing more or less. */
std::optional<AuditEnds> ends_in_line(std::string_view line);

/** Lower-case hexadecimal. */
std::string hex_of(std::span<const std::byte> bytes);
/** Nothing unless it is lower-case hexadecimal of `size` bytes. */
std::optional<seal::Bytes> bytes_in_hex(std::string_view hex, std::size_t size);
/** All zero unless there are 32 of them: what is no hash equals none. */
seal::Hash hash_of(std::span<const std::byte> bytes);
std::span<const std::byte> bytes_of(const seal::Hash& hash);

}  // namespace lotse::access
