// SPDX-License-Identifier: EUPL-1.2
#include "access/audit_rows.h"

namespace lotse::access {
namespace {

constexpr sql::Statement kUnits{
    "audit.units",
    "SELECT unit_id FROM unit UNION SELECT unit_id FROM membership UNION SELECT unit_id FROM audit_lease "
    "UNION SELECT 0 ORDER BY 1"};
constexpr sql::Statement kPut{
    "audit.put",
    "INSERT INTO audit_entry (unit_id, id, at_ms, actor, acting_as, purpose, asked, "
    "what, object, decision, rule, about) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};
constexpr sql::Statement kHeads{"audit.heads",
                                "SELECT unit_id, size, previous, root, at_ms, signature, key FROM audit_head "
                                "WHERE unit_id = $1 AND size > $2 ORDER BY size LIMIT $3"};
constexpr sql::Statement kLastHead{
    "audit.last_head",
    "SELECT unit_id, size, previous, root, at_ms, signature, key FROM audit_head "
    "WHERE unit_id = $1 ORDER BY size DESC LIMIT 1"};
constexpr sql::Statement kEnds{
    "audit.ends",
    "SELECT r.id, r.erased_ms FROM audit_leaf l JOIN record r ON r.unit_id = l.unit_id AND r.ended_by = "
    "l.entry_id WHERE l.unit_id = $1 AND l.number >= $2 AND l.number < $3 AND r.ended_by <> '' "
    "ORDER BY l.number, r.id"};
constexpr sql::Statement kLeaves{"audit.leaves",
                                 "SELECT number, hash FROM audit_leaf WHERE unit_id = $1 AND number >= $2 "
                                 "ORDER BY number LIMIT $3"};

AuditHead head_of_row(const sql::Row& r) {
  return {.unit = r.integer(0),
          .size = r.integer(1),
          .previous = r.integer(2),
          .root = hash_of(r.blob(3)),
          .at_ms = r.integer(4),
          .signature = r.blob(5),
          .key = std::string(r.text(6))};
}

}  // namespace

std::vector<UnitId> audited_units(sql::Tx& tx) {
  return tx.rows(kUnits, {}, [](const sql::Row& r) { return r.integer(0); });
}

void put_entry(sql::Tx& tx, const AuditEntry& e) {
  tx.change(kPut, {e.unit, e.id, e.at_ms, e.actor, e.acting_as, e.purpose, e.asked, e.what, e.object,
                   e.decision, e.rule, e.about});
}

AuditEntry entry_of(const sql::Row& r, int first) {
  const auto text = [&](int column) { return std::string(r.text(first + column)); };
  return {.unit = r.integer(first),
          .id = text(1),
          .at_ms = r.integer(first + 2),
          .actor = text(3),
          .acting_as = text(4),
          .purpose = r.integer(first + 5),
          .asked = text(6),
          .what = text(7),
          .object = text(8),
          .decision = text(9),
          .rule = text(10),
          .about = text(11)};
}

std::vector<AuditHead> heads_after(sql::Tx& tx, UnitId unit, std::int64_t size, std::int64_t limit) {
  return tx.rows(kHeads, {unit, size, limit}, head_of_row);
}

AuditEnds ends_of(sql::Tx& tx, const AuditHead& head) {
  return {
      .unit = head.unit,
      .previous = head.previous,
      .size = head.size,
      .records = tx.rows(kEnds, {head.unit, head.previous, head.size},
                         [](const sql::Row& r) { return std::pair(std::string(r.text(0)), r.integer(1)); }),
      .signature = {},
      .key = {}};
}

std::optional<AuditHead> last_head(sql::Tx& tx, UnitId unit) {
  return tx.one(kLastHead, {unit}, head_of_row);
}

std::vector<seal::Hash> leaves_from(sql::Tx& tx, UnitId unit, std::int64_t from, std::int64_t limit) {
  std::int64_t next = from;
  return tx.rows(kLeaves, {unit, from, limit}, [&](const sql::Row& r) {
    if (r.integer(0) != next++)
      throw sql::Broken("audit of unit " + std::to_string(unit) +
                        ": the numbers of its leaves do not follow one another; run lotse audit verify");
    return hash_of(r.blob(1));
  });
}

}  // namespace lotse::access
