// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "access/audit_check.h"
#include "access/store.h"

namespace lotse::access {

/** That one entry is among those of a signed head (RFC 6962 section 2.1.1). Tells nothing of the entry but
 * its hash. */
struct AuditProof {
  std::string entry;             // id
  seal::Hash leaf{};             // hash of its canonical form (audit_form.h)
  std::int64_t number = 0;       // of the leaf, from 0
  AuditHead head;                // the newest
  std::vector<seal::Hash> path;  // at most 64
};

/** True if `leaf` is at `number` in the tree of the head, and the head was signed with one of `keys`. Needs
 * no store. */
bool holds(const AuditProof& proof, const AuditKeys& keys);
/** JSON: {"form": "lotse-audit-proof-1", "entry", "leaf", "number", "path": [hex…], "head": as `line_of`}. */
std::string json_of(const AuditProof& proof);

/** Looks at the sealed audit; changes nothing. */
class Audit {
 public:
  Audit(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /** The units that may have entries. */
  std::vector<UnitId> units() const;

  /**
   * Whether the audit of a unit is what was sealed and what was given away. On one snapshot, page by page.
   * What waits for more than `patience_ms` is a remark.
   */
  TreeAudit verify(UnitId unit, const AuditKeys& keys, const GivenHeads& given,
                   std::int64_t patience_ms) const;

  /**
   * Nothing if there is no entry with this id that is sealed. The leaf is hashed from the entry as it is now.
   * Reads the hashes of all leaves of the unit: 32 bytes of memory each, and as many hashes are computed.
   */
  std::optional<AuditProof> prove(UnitId unit, std::string_view entry) const;

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace lotse::access
