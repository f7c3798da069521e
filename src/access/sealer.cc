// SPDX-License-Identifier: EUPL-1.2
#include "access/sealer.h"

#include <algorithm>

#include "access/audit_rows.h"
#include "base/check.h"
#include "base/log.h"

namespace lotse::access {
namespace {

constexpr std::int64_t kHourMs = 3'600'000, kPage = 10'000;
// A lease that ends later than any clock of ours can mean was taken by one that ran ahead, and counts for
// nothing.
constexpr std::int64_t kLongestMs = 10 * Sealer::kLeaseMs;

constexpr sql::Statement kLeased{
    "sealer.leased",
    "SELECT count(*) FROM audit_lease WHERE unit_id = $1 AND holder <> $2 AND until_ms > $3 AND until_ms <= "
    "$4"};
constexpr sql::Statement kLease{
    "sealer.lease",
    "INSERT INTO audit_lease (unit_id, holder, until_ms) VALUES ($1, $2, $3) ON CONFLICT (unit_id) DO UPDATE "
    "SET holder = excluded.holder, until_ms = excluded.until_ms "
    "WHERE audit_lease.holder = excluded.holder OR audit_lease.until_ms <= $4 OR "
    "audit_lease.until_ms > $5"};
// Nothing where the entry is gone: then all are looked at.
constexpr sql::Statement kThrough{"sealer.through",
                                  "SELECT at_ms FROM audit_entry WHERE unit_id = $1 AND id = (SELECT "
                                  "entry_id FROM audit_leaf WHERE unit_id = "
                                  "$1 AND number = $2)"};
// Not NOT EXISTS: PostgreSQL would make a table of all leaves for each batch instead of a look into their
// index.
constexpr sql::Statement kWaiting{
    "sealer.waiting",
    "SELECT e.unit_id, e.id, e.at_ms, e.actor, e.acting_as, e.purpose, e.asked, e.what, e.object, "
    "e.decision, "
    "e.rule, e.about FROM audit_entry e WHERE e.unit_id = $1 AND e.at_ms >= $2 AND (SELECT l.entry_id FROM "
    "audit_leaf "
    "l "
    "WHERE l.unit_id = e.unit_id AND l.entry_id = e.id) IS NULL ORDER BY e.at_ms, e.id LIMIT $3"};
constexpr sql::Statement kNew{
    "sealer.new",
    "SELECT count(*) FROM (SELECT id FROM audit_entry WHERE unit_id = $1 AND at_ms > $2 LIMIT $3) newest"};
constexpr sql::Statement kPutHead{
    "sealer.put_head",
    "INSERT INTO audit_head (unit_id, size, previous, root, at_ms, signature, key) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};

// Leaves go in together: one by one, a thousand of them would go to PostgreSQL and back a thousand times.
constexpr std::size_t kTogether = 100;

std::string put_leaves_text(std::size_t rows) {
  std::string text = "INSERT INTO audit_leaf (unit_id, number, entry_id, hash) VALUES ";
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "($1" : ", ($1";
    for (std::size_t column = 0; column < 3; ++column) text += ", $" + std::to_string(2 + 3 * row + column);
    text += ")";
  }
  return text;
}

void put_leaves(sql::Tx& tx, UnitId unit, std::int64_t number, const std::vector<AuditEntry>& entries,
                const std::vector<seal::Hash>& hashes) {
  static const std::string many = put_leaves_text(kTogether), one = put_leaves_text(1);
  for (std::size_t at = 0; at < entries.size();) {
    const std::size_t end = entries.size() - at >= kTogether ? at + kTogether : at + 1;
    const std::string& text = end - at == 1 ? one : many;
    std::vector<sql::Value> values{unit};
    for (; at < end; ++at) {
      values.emplace_back(number++);
      values.emplace_back(entries[at].id);
      values.emplace_back(bytes_of(hashes[at]));
    }
    tx.change({"sealer.put_leaves", text}, values);
  }
}

std::int64_t size_of(const seal::Frontier& tree) { return static_cast<std::int64_t>(tree.size()); }

}  // namespace

struct Sealer::Waiting {
  bool leased = false;
  std::vector<AuditEntry> entries;
};

Sealer::Sealer(Store& store, const Clock& clock, const seal::Signer& signer)
    : store_(store), clock_(clock), signer_(signer), holder_(random_hex(16)) {}

Sealer::Waiting Sealer::look(UnitId unit, Known& known, Look how) {
  Waiting found;
  const auto now = clock_.now().ms;
  store_.read([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    found.leased = tx.one(kLeased, {unit, holder_, now, now + kLongestMs}, [](const sql::Row& r) {
                       return r.integer(0);
                     }).value() > 0;
    if (found.leased) return;
    const auto head = last_head(tx, unit);
    const std::int64_t size = head ? head->size : 0;
    if (size_of(known.tree) > size) known.tree = {};  // a store that was restored
    while (size_of(known.tree) < size) {
      const auto from = size_of(known.tree);
      const auto leaves = leaves_from(tx, unit, from, std::min(kPage, size - from));
      if (leaves.empty()) break;
      for (const auto& leaf : leaves) known.tree.add(leaf);
    }
    if (head && (size_of(known.tree) != size || known.tree.head() != head->root))
      throw sql::Broken("audit of unit " + std::to_string(unit) +
                        ": its leaves do not lead to its head; run lotse audit verify");
    const auto last = tx.one(kThrough, {unit, size - 1}, [](const sql::Row& r) { return r.integer(0); });
    known.through_ms = std::max(known.through_ms, last.value_or(kEver));
    // A clock that ran ahead for a while must not hide what comes after it was set right.
    const auto since = std::min(known.through_ms, now);
    const auto before = how == Look::newest ? 0 : kHourMs;
    const auto from = how == Look::all || since < kEver + before ? kEver : since - before;
    found.entries = tx.rows(kWaiting, {unit, from, kBatch}, [](const sql::Row& r) { return entry_of(r, 0); });
  });
  return found;
}

bool Sealer::write(UnitId unit, const std::vector<AuditEntry>& entries, const AuditHead& head) {
  std::vector<seal::Hash> hashes;
  for (const auto& each : entries) hashes.push_back(leaf_of(each));
  const auto now = clock_.now().ms;
  bool written = false;
  store_.write([&](sql::Tx& tx) {
    written = false;
    tx.enter_unit(unit);
    if (tx.change(kLease, {unit, holder_, now + kLeaseMs, now, now + kLongestMs}) == 0) return;
    const auto last = last_head(tx, unit);
    if ((last ? last->size : 0) != head.previous) return;
    put_leaves(tx, unit, head.previous, entries, hashes);
    tx.change(kPutHead,
              {unit, head.size, head.previous, bytes_of(head.root), head.at_ms, head.signature, head.key});
    written = true;
  });
  return written;
}

std::optional<std::size_t> Sealer::seal(UnitId unit, Look how) {
  auto& known = known_[unit];
  try {
    const auto waiting = look(unit, known, how);
    if (waiting.leased) return std::nullopt;
    if (waiting.entries.empty()) return 0;
    auto tree = known.tree;
    for (const auto& each : waiting.entries) tree.add(leaf_of(each));
    const auto head = sign({.unit = unit,
                            .size = size_of(tree),
                            .previous = size_of(known.tree),
                            .root = tree.head(),
                            .at_ms = clock_.now().ms,
                            .signature = {},
                            .key = {}},
                           signer_);
    if (!write(unit, waiting.entries, head)) return std::nullopt;
    known.tree = std::move(tree);
    known.through_ms = std::max(known.through_ms, waiting.entries.back().at_ms);
    return waiting.entries.size();
  } catch (const sql::Broken&) {
    known = {};  // what is read anew may have been repaired
    throw;
  }
}

std::size_t Sealer::drain(UnitId unit, const std::stop_token& stop) {
  std::size_t sealed = 0;
  const auto seal_all = [&](Look how) {
    for (;;) {
      const auto count = stop.stop_requested() ? std::nullopt : seal(unit, how);
      sealed += count.value_or(0);
      if (!count) return false;
      if (*count < static_cast<std::size_t>(kBatch)) return true;
    }
  };
  // Behind a long import, each batch would else pass over all of the last hour.
  if (is_full(unit) && !seal_all(Look::newest)) return sealed;
  if (!seal_all(Look::recent)) return sealed;
  auto& known = known_[unit];
  const auto now = clock_.now().ms;
  const bool seen_lately =
      known.all_seen_ms != kEver && now >= known.all_seen_ms && now - known.all_seen_ms < kHourMs;
  if (!seen_lately && seal_all(Look::all)) known.all_seen_ms = now;
  return sealed;
}

std::size_t Sealer::seal_due(const std::stop_token& stop) {
  std::vector<UnitId> units;
  store_.read([&](sql::Tx& tx) { units = audited_units(tx); });
  std::size_t sealed = 0;
  for (const UnitId unit : units) {
    if (stop.stop_requested()) break;
    try {
      sealed += drain(unit, stop);
    } catch (const sql::Unavailable&) {
      throw;
    } catch (const std::exception&) {
      log_event("audit.seal.failed", {{"unit", unit}});
    }
  }
  return sealed;
}

bool Sealer::is_full(UnitId unit) {
  const auto through = known_[unit].through_ms;
  bool full = false;
  store_.read([&](sql::Tx& tx) {
    tx.enter_unit(unit);
    full = tx.one(kNew, {unit, through, kBatch}, [](const sql::Row& r) {
               return r.integer(0) == kBatch;
             }).value();
  });
  return full;
}

bool Sealer::has_full_batch() {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& each) { return is_full(each.first); });
}

}  // namespace lotse::access
