// SPDX-License-Identifier: EUPL-1.2
#include "access/audit.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "access/audit_rows.h"
#include "base/json.h"

namespace lotse::access {
namespace {

using Kind = AuditFinding::Kind;

constexpr std::int64_t kLeafPage = 500, kHeadPage = 1'000, kHashPage = 10'000;
constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();

// Leaves and entries are read by themselves, and counted without NOT EXISTS: joined, PostgreSQL may go
// through all entries of the unit for each page.
constexpr sql::Statement kLeaves{"audit.sealed",
                                 "SELECT number, hash, entry_id FROM audit_leaf WHERE unit_id = $1 AND "
                                 "number > $2 ORDER BY number LIMIT $3"};
constexpr std::string_view kEntries =
    "SELECT unit_id, id, at_ms, actor, acting_as, purpose, asked, what, object, decision, rule, about "
    "FROM audit_entry WHERE unit_id = $1 AND id IN (";
constexpr sql::Statement kUnsealed{
    "audit.unsealed",
    "SELECT count(*) FROM audit_entry e WHERE e.unit_id = $1 AND e.at_ms < $2 AND (SELECT count(*) FROM "
    "audit_leaf l WHERE l.unit_id = e.unit_id AND l.entry_id = e.id) = 0"};
constexpr sql::Statement kGivenGone{
    "audit.given_gone",
    "SELECT g.size FROM audit_given g WHERE g.unit_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_head h WHERE "
    "h.unit_id = g.unit_id AND h.size = g.size) ORDER BY g.size"};
constexpr sql::Statement kNumber{
    "audit.number",
    "SELECT (SELECT number FROM audit_leaf WHERE unit_id = $1 AND entry_id = $2), unit_id, id, at_ms, actor, "
    "acting_as, purpose, asked, what, object, decision, rule, about FROM audit_entry WHERE unit_id = $1 AND "
    "id = "
    "$2"};

/** Rows one by one from pages; `read` gives those after a key, `key` says where a row stands. */
template <class T, class Read, class Key>
auto paged(Read read, Key key) {
  return [read, key, page = std::vector<T>(), at = std::size_t{0}, after = kFirst]() mutable -> const T* {
    if (at == page.size()) {
      page = read(after);
      at = 0;
      if (page.empty()) return nullptr;
      after = key(page.back());
    }
    return &page[at++];
  };
}

std::string entries_text() {
  std::string text(kEntries);
  for (std::int64_t i = 0; i < kLeafPage; ++i) text += (i == 0 ? "$" : ", $") + std::to_string(i + 2);
  return text + ")";
}

std::vector<SealedEntry> leaf_page(sql::Tx& tx, UnitId unit, std::int64_t after) {
  static const std::string text = entries_text();
  std::vector<std::string> ids;
  auto page = tx.rows(kLeaves, {unit, after, kLeafPage}, [&](const sql::Row& r) {
    ids.emplace_back(r.text(2));
    return SealedEntry{.number = r.integer(0), .hash = hash_of(r.blob(1)), .entry = {}};
  });
  if (page.empty()) return page;
  // The statement has room for a whole page; what is too much is filled with an id that is there already.
  std::vector<sql::Value> values{unit};
  for (std::size_t i = 0; i < static_cast<std::size_t>(kLeafPage); ++i)
    values.emplace_back(ids[std::min(i, ids.size() - 1)]);
  std::unordered_map<std::string, AuditEntry> entries;
  tx.each({"audit.entries", text}, values, [&](const sql::Row& r) {
    auto entry = entry_of(r, 0);
    entries.emplace(entry.id, std::move(entry));
  });
  for (std::size_t i = 0; i < page.size(); ++i)
    if (const auto at = entries.find(ids[i]); at != entries.end()) page[i].entry = std::move(at->second);
  return page;
}

AuditRows rows_of(sql::Tx& tx, UnitId unit) {
  AuditRows rows;
  rows.next_leaf = paged<SealedEntry>([&tx, unit](std::int64_t after) { return leaf_page(tx, unit, after); },
                                      [](const SealedEntry& row) { return row.number; });
  rows.next_head =
      paged<AuditHead>([&tx, unit](std::int64_t after) { return heads_after(tx, unit, after, kHeadPage); },
                       [](const AuditHead& row) { return row.size; });
  return rows;
}

}  // namespace

bool holds(const AuditProof& proof, const AuditKeys& keys) {
  return proof.number >= 0 && proof.head.size > 0 && keys.judge(proof.head) == AuditKeys::Verdict::right &&
         seal::is_included(proof.leaf, static_cast<std::uint64_t>(proof.number),
                           static_cast<std::uint64_t>(proof.head.size), proof.path, proof.head.root);
}

std::string json_of(const AuditProof& proof) {
  Json path = Json::array();
  for (const auto& each : proof.path) path.push_back(seal::to_hex(each));
  return Json{{"form", "lotse-audit-proof-1"},    {"entry", proof.entry},
              {"leaf", seal::to_hex(proof.leaf)}, {"number", proof.number},
              {"path", std::move(path)},          {"head", Json::parse(line_of(proof.head))}}
      .dump(1);
}

std::vector<UnitId> Audit::units() const {
  std::vector<UnitId> all;
  store_.read([&](sql::Tx& tx) { all = audited_units(tx); });
  return all;
}

TreeAudit Audit::verify(UnitId unit, const AuditKeys& keys, const GivenHeads& given,
                        std::int64_t patience_ms) const {
  const auto from_outside = given.find(unit);
  const auto before = clock_.now().ms - patience_ms;
  TreeAudit told;
  store_.read([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    told = check_tree(unit, rows_of(tx, unit), keys,
                      from_outside == given.end() ? std::span<const AuditHead>() : from_outside->second);
    tx.each(kGivenGone, {unit}, [&](const sql::Row& r) {
      const AuditFinding gone{unit, Kind::head_missing, r.integer(0)};
      if (std::find(told.findings.list.begin(), told.findings.list.end(), gone) == told.findings.list.end())
        told.findings.add(gone);
    });
    const auto waiting =
        tx.one(kUnsealed, {unit, before}, [](const sql::Row& r) { return r.integer(0); }).value();
    if (waiting > 0) told.findings.add({unit, Kind::unsealed, waiting});
  });
  return told;
}

std::optional<AuditProof> Audit::prove(UnitId unit, std::string_view entry) const {
  std::optional<AuditProof> proof;
  std::vector<seal::Hash> leaves;
  store_.read([&](sql::Tx& tx) {
    proof.reset();
    leaves.clear();
    tx.enter_unit(unit);
    tx.each(kNumber, {unit, entry}, [&](const sql::Row& r) {
      if (r.is_null(0)) return;
      const auto found = entry_of(r, 1);
      proof = AuditProof{
          .entry = found.id, .leaf = leaf_of(found), .number = r.integer(0), .head = {}, .path = {}};
    });
    const auto head = last_head(tx, unit);
    if (!head) proof.reset();
    if (!proof) return;
    proof->head = *head;
    for (;;) {
      const auto from = static_cast<std::int64_t>(leaves.size());
      if (from >= head->size) break;
      const auto page = leaves_from(tx, unit, from, std::min(kHashPage, head->size - from));
      if (page.empty()) break;
      leaves.insert(leaves.end(), page.begin(), page.end());
    }
  });
  if (!proof) return proof;
  const auto index = static_cast<std::uint64_t>(proof->number);
  // Where the store was tampered with, the proof is made all the same; it does not hold.
  if (index < leaves.size()) proof->path = seal::inclusion_proof(leaves, index);
  return proof;
}

}  // namespace lotse::access
