// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit_form.h"

/** Whether a unit's audit is still what was sealed: rows in, findings out; knows no store. */
namespace lotse::access {

/** One way in which an audit is not as it must be. Holds numbers only, nothing of a person. */
struct AuditFinding {
  enum class Kind {
    entry_changed,    // the entry is not what was sealed as `at`
    entry_missing,    // the entry that was sealed as `at` is gone
    gap,              // `at` follows where another number should
    root_differs,     // the head of size `at` does not stand for the leaves
    head_order,       // the head of size `at` does not follow the one before it
    signature_wrong,  // of the head of size `at`
    key_unknown,      // the head of size `at` was signed with a key that does not count here
    without_head,     // leaves from number `at` on, which no head covers
    head_missing,     // a head of size `at` was given away and is not in the store
    given_differs,    // the head of size `at` was given away with another content
    given_beyond,     // a head of size `at` was given away; the audit is shorter now
    given_forged,     // line `at` of the heads given: not signed with a key that counts here
    given_unread,     // line `at` of the heads given is no head
    ends_missing,     // what ended up to the head of size `at` is not in what was given
    unsealed,         // `at` entries wait longer than they should; no fault
  };
  UnitId unit = 0;
  Kind kind{};
  std::int64_t at = 0;
  bool operator==(const AuditFinding&) const = default;
};

/** A finding that does not speak of tampering. */
bool is_remark(const AuditFinding& finding);
/** One English line for operators. */
std::string text_of(const AuditFinding& finding);

/** At most 1,000 findings of a unit are kept; the others are counted. */
struct AuditFindings {
  std::vector<AuditFinding> list;
  std::int64_t more = 0;
  void add(const AuditFinding& finding);
  /** Anything but remarks. */
  bool faulty() const;
};

/** A row of `audit_leaf` with its entry. */
struct SealedEntry {
  std::int64_t number = 0;
  seal::Hash hash{};
  std::optional<AuditEntry> entry;  // nothing: the row is gone
};

/** The rows of one unit, each pointer until the next call; null at the end. Leaves by number, heads by size,
 * ascending. */
struct AuditRows {
  std::function<const SealedEntry*()> next_leaf;
  std::function<const AuditHead*()> next_head;
};

/**
 * Heads that a second party holds, by unit, each list by size. Their signatures have been looked at and are
 * left out.
 */
using GivenHeads = std::map<UnitId, std::vector<AuditHead>>;
/** Records that have ended, by unit. */
using Ended = std::map<UnitId, std::set<std::string>>;
struct Given {
  GivenHeads heads;
  Ended ended;
  /** The heads that something was said of what had ended, by `previous` and `size`. */
  std::map<UnitId, std::set<std::pair<std::int64_t, std::int64_t>>> told;
};

/** Reads lines as `line_of` makes them, adding to `given`. What cannot be read or was not signed with one of
 * `keys` is left out and becomes a finding of unit 0. Empty lines are passed over. */
void read_given(std::istream& in, const AuditKeys& keys, Given& given, AuditFindings& findings);
/** A finding for each head beside which nothing was given of what had ended: somebody took that line out. */
void find_untold(const Given& given, AuditFindings& findings);

/** What one pass over a unit's rows tells. */
struct TreeAudit {
  std::int64_t entries = 0, heads = 0;
  AuditFindings findings;
};

/**
 * Builds the tree of a unit anew and compares it with entries, heads, and the heads that were given away
 * (by size). Holds one row of each and 64 hashes, whatever the length.
 */
TreeAudit check_tree(UnitId unit, const AuditRows& rows, const AuditKeys& keys,
                     std::span<const AuditHead> given);

}  // namespace lotse::access
