// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <algorithm>
#include <vector>

#include "access/audit_check.h"

/** For tests: a sealed audit in memory. */
namespace lotse::access {

inline const seal::Signer& test_signer(int which = 0) {
  static const seal::Signer signers[]{seal::Signer(seal::Key::random()), seal::Signer(seal::Key::random())};
  return signers[which];
}

/** An invented entry. */
inline AuditEntry test_entry(UnitId unit, int i, std::int64_t at_ms) {
  return {.unit = unit,
          .id = new_uuid(at_ms),
          .at_ms = at_ms,
          .actor = "acc-" + std::to_string(i % 5),
          .acting_as = "directory_editor",
          .purpose = 6,
          .asked = "directory.write",
          .what = "directory.correct",
          .object = "service-" + std::to_string(i),
          .decision = "allowed",
          .rule = "63"};
}

struct SealedAudit {
  UnitId unit = 7;
  std::vector<SealedEntry> leaves;
  std::vector<AuditHead> heads;

  /** As many leaves as the heads' `sizes` say, numbered, hashed and signed as they have to be. */
  void seal_again(const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& at_ms) {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      leaves[i].number = static_cast<std::int64_t>(i);
      leaves[i].hash = leaf_of(*leaves[i].entry);
    }
    heads.clear();
    seal::Frontier tree;
    std::int64_t previous = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      while (static_cast<std::int64_t>(tree.size()) < sizes[i]) tree.add(leaves.at(tree.size()).hash);
      heads.push_back(sign({.unit = unit,
                            .size = sizes[i],
                            .previous = previous,
                            .root = tree.head(),
                            .at_ms = at_ms[i],
                            .signature = {},
                            .key = {}},
                           test_signer()));
      previous = sizes[i];
    }
  }

  /** As a store would give the rows: leaves by number, heads by size. */
  TreeAudit check(std::span<const AuditHead> given = {},
                  const AuditKeys& keys = AuditKeys(test_signer().verifier())) const {
    std::vector<const SealedEntry*> in_order;
    for (const auto& each : leaves) in_order.push_back(&each);
    std::stable_sort(in_order.begin(), in_order.end(),
                     [](const SealedEntry* a, const SealedEntry* b) { return a->number < b->number; });
    auto heads_in_order = heads;
    std::stable_sort(heads_in_order.begin(), heads_in_order.end(),
                     [](const AuditHead& a, const AuditHead& b) { return a.size < b.size; });
    std::size_t leaf = 0, head = 0;
    return check_tree(
        unit,
        {[&]() -> const SealedEntry* { return leaf < in_order.size() ? in_order[leaf++] : nullptr; },
         [&]() -> const AuditHead* {
           return head < heads_in_order.size() ? &heads_in_order[head++] : nullptr;
         }},
        keys, given);
  }
};

/** `count` entries under heads of these sizes. */
inline SealedAudit sealed_audit(int count, const std::vector<std::int64_t>& sizes) {
  SealedAudit audit;
  for (int i = 0; i < count; ++i)
    audit.leaves.push_back({0, {}, test_entry(audit.unit, i, 1'795'000'000'000 + i * 1'000)});
  std::vector<std::int64_t> at_ms;
  for (const auto size : sizes) at_ms.push_back(1'795'000'000'000 + size * 1'000);
  audit.seal_again(sizes, at_ms);
  return audit;
}

}  // namespace lotse::access
