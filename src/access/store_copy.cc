// SPDX-License-Identifier: EUPL-1.2
#include "access/store_copy.h"

#include <algorithm>
#include <array>

#include "access/audit_rows.h"
#include "access/key_ring.h"
#include "access/record.h"
#include "access/right.h"

namespace lotse::access {
namespace {

constexpr sql::Statement kIdentity{"store.identity", "SELECT id FROM store_identity WHERE one = 1"};
constexpr sql::Statement kName{
    "store.name", "INSERT INTO store_identity (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING"};
// A store that was served, so that its audit was sealed, or in which somebody has an account: something was
// done with keys. (Other tables show their rows unit by unit.)
constexpr sql::Statement kUsed{"store.used", "SELECT 1 FROM audit_lease UNION SELECT 1 FROM account"};
constexpr sql::Statement kLiving{"store.living",
                                 "SELECT id FROM record WHERE unit_id = $1 AND erased_ms IS NULL AND id > $2 "
                                 "ORDER BY id LIMIT 500"};
constexpr sql::Statement kEndSessions{"store.end_sessions", "DELETE FROM session"};
constexpr sql::Statement kEndHalves{"store.end_halves", "DELETE FROM half_session"};
constexpr sql::Statement kEndForms{"store.end_forms", "DELETE FROM session_form"};
constexpr sql::Statement kEndResets{"store.end_resets", "DELETE FROM account_reset WHERE used_ms = 0"};
constexpr sql::Statement kEndVisits{
    "store.end_visits",
    "UPDATE visitor_link SET withdrawn_ms = $2 WHERE unit_id = $1 AND used_ms = 0 AND withdrawn_ms = 0"};
// Whoever held them is gone.
constexpr sql::Statement kEndSealing{"store.end_sealing", "UPDATE audit_lease SET until_ms = 0"};
constexpr sql::Statement kEndTurns{"store.end_turns",
                                   "UPDATE job SET lease_until_ms = 0 WHERE ended_ms IS NULL AND "
                                   "lease_until_ms > 0"};
constexpr sql::Statement kEndInvitations{"store.end_invitations", "DELETE FROM invitation WHERE used_ms = 0"};

std::string first_text(const sql::Row& r) { return std::string(r.text(0)); }

}  // namespace

std::string StoreCopy::identity() const {
  std::string id;
  store_.read([&](sql::Tx& tx) { id = tx.one(kIdentity, {}, first_text).value_or(""); });
  return id;
}

namespace {

struct Names {
  std::string data, keys;
  bool keys_used = false, data_used = false;
  bool match() const { return !data.empty() && data == keys; }
};

// The keys first: whoever names both begins with the data, so that a name of the keys alone cannot be met.
Names names_of(Store& store, const std::function<bool()>& used) {
  Names names;
  names.keys_used = !store.keys().units().empty();
  names.keys = store.keys().identity();
  names.data_used = used();
  names.data = StoreCopy(store).identity();
  return names;
}

std::string fault_of(const Names& names) {
  if (!names.data.empty() && !names.keys.empty() && names.data != names.keys)
    return "the store of keys belongs to another store: put the right one beside the data, or restore both";
  if (names.data.empty() && !names.keys.empty() && names.keys_used)
    return "the keys of a store are here, its data are not: put the data back, or restore both from a copy";
  if (!names.data.empty() && names.keys.empty() && !names.keys_used && names.data_used)
    return "the store of keys is missing: put it back beside the data, or restore both from a copy";
  return "";
}

}  // namespace

void match_identities(Store& store) {
  const auto used = [&] {
    bool found = false;
    store.read([&](sql::Tx& tx) {
      found = false;
      tx.each(kUsed, {}, [&](const sql::Row&) { found = true; });
    });
    return found;
  };
  Names names = names_of(store, used);
  // Another process may be naming them just now.
  if (!fault_of(names).empty()) names = names_of(store, used);
  if (const auto fault = fault_of(names); !fault.empty()) throw sql::Refused(fault);
  if (names.match()) return;
  if (names.data.empty()) {
    const std::string fresh = names.keys.empty() ? random_hex(16) : names.keys;
    store.write([&](sql::Tx& tx) { tx.change(kName, {fresh}); });
    names.data = StoreCopy(store).identity();
  }
  store.keys().bear(names.data);
  names.keys = store.keys().identity();
  if (const auto fault = fault_of(names); !fault.empty()) throw sql::Refused(fault);
}

bool StoreCopy::holds_nothing() const {
  constexpr std::array kAny{sql::Statement{"store.any_entry", "SELECT 1 FROM audit_entry LIMIT 1"},
                            sql::Statement{"store.any_key", "SELECT 1 FROM unit_key LIMIT 1"}};
  return std::none_of(kAny.begin(), kAny.end(), [&](const sql::Statement& statement) {
    bool found = false;
    try {
      store_.read([&](sql::Tx& tx) {
        found = false;
        tx.each(statement, {}, [&](const sql::Row&) { found = true; });
      });
    } catch (const sql::Broken&) {
      return false;  // there is no such table, in the other of the two stores or not yet
    }
    return found;
  });
}

std::unique_ptr<sql::PageLog> StoreCopy::data_pages() const { return store_.pages(); }
std::unique_ptr<sql::PageLog> StoreCopy::key_pages() const { return store_.keys().store_->pages(); }

std::shared_ptr<const seal::MasterKeys> StoreCopy::installation_keys() const {
  store_.keys().read_master();
  return store_.keys().master();
}

std::vector<std::string> StoreCopy::faults() const {
  std::vector<std::string> faults;
  for (auto& each : store_.faults()) faults.push_back("data: " + std::move(each));
  for (auto& each : store_.keys().store_->faults()) faults.push_back("keys: " + std::move(each));
  return faults;
}

std::set<UnitId> StoreCopy::units_with_records() const {
  std::vector<UnitId> units;
  store_.read([&](sql::Tx& tx) { units = audited_units(tx); });
  std::set<UnitId> all(units.begin(), units.end());
  for (const UnitId each : store_.keys().units()) all.insert(each);
  return all;
}

StoreCopy::Keyed StoreCopy::look_at_keys() const {
  Keyed keyed;
  for (const UnitId unit : units_with_records()) {
    std::vector<std::string> living;
    for (std::string after;; after = living.back()) {
      store_.read([&](sql::Tx& tx) {
        tx.enter_unit(unit);
        living = tx.rows(kLiving, {unit, after}, first_text);
      });
      if (living.empty()) break;
      std::int64_t found = 0, broken = 0;
      for (const auto& record : living) {
        try {
          found += static_cast<std::int64_t>(store_.keys().find(unit, {&record, 1}).size());
        } catch (const seal::Broken&) {
          ++broken;
        }
      }
      keyed.good += found;
      keyed.broken += broken;
      keyed.without_key += static_cast<std::int64_t>(living.size()) - found - broken;
    }
  }
  return keyed;
}

namespace {

AuditEntry entry_by(std::string_view by, UnitId unit, Instant now, std::string_view what) {
  return {.unit = unit,
          .id = new_uuid(now.ms),
          .at_ms = now.ms,
          .actor = std::string(by),
          .acting_as = "",
          .purpose = kAccountPurpose,
          .asked = "operate",
          .what = std::string(what),
          .object = "",
          .decision = "allowed",
          .rule = "",
          .about = ""};
}

}  // namespace

void drop_ended(Store& store, const Ended& ended) {
  for (const auto& [unit, records] : ended)
    for (const auto& record : records) store.keys().drop(unit, record);
}

MadeFit make_fit(Store& store, const Clock& clock, std::string_view by) {
  MadeFit made;
  const auto now = clock.now();
  for (const UnitId unit : StoreCopy(store).units_with_records()) {
    store.write([&](sql::Tx& tx) {
      tx.enter_unit(unit);
      tx.change(kEndVisits, {unit, now.ms});
    });
    std::vector<std::string> living;
    for (std::string after;; after = living.back()) {
      store.read([&](sql::Tx& tx) {
        tx.enter_unit(unit);
        living = tx.rows(kLiving, {unit, after}, first_text);
      });
      if (living.empty()) break;
      const auto keys = store.keys().find(unit, living);
      for (const auto& record : living) {
        if (keys.contains(record)) continue;
        AuditEntry entry = entry_by(by, unit, now, "record.ended_again");
        entry.object = record;
        store.write([&](sql::Tx& tx) {
          tx.enter_unit(unit);
          if (end_rows(store, tx, unit, record, now, entry.id)) put_entry(tx, entry);
        });
        ++made.ended;
      }
    }
  }
  const AuditEntry entry = entry_by(by, kInstallation, now, "store.restored");
  store.write([&](sql::Tx& tx) {
    tx.change(kEndForms);
    tx.change(kEndSealing);
    tx.change(kEndTurns);
    made.sign_ins = tx.change(kEndSessions) + tx.change(kEndHalves);
    made.links = tx.change(kEndResets) + tx.change(kEndInvitations);
    tx.enter_unit(kInstallation);
    put_entry(tx, entry);
  });
  return made;
}

}  // namespace lotse::access
