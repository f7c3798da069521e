// SPDX-License-Identifier: EUPL-1.2
#include "access/store_copy.h"

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
constexpr sql::Statement kEndInvitations{"store.end_invitations", "DELETE FROM invitation WHERE used_ms = 0"};

std::string first_text(const sql::Row& r) { return std::string(r.text(0)); }

}  // namespace

std::string StoreCopy::identity() const {
  std::string id;
  store_.read([&](sql::Tx& tx) { id = tx.one(kIdentity, {}, first_text).value_or(""); });
  return id;
}

void match_identities(Store& store) {
  KeyRing& keys = store.keys();
  std::string data = StoreCopy(store).identity();
  std::string of_keys = keys.identity();
  if (!data.empty() && data == of_keys) return;
  const bool keys_used = !keys.units().empty();
  if (!data.empty() && !of_keys.empty())
    throw sql::Refused(
        "the store of keys belongs to another store: put the right one beside the data, or restore both");
  if (data.empty() && !of_keys.empty() && keys_used)
    throw sql::Refused(
        "the keys of a store are here, its data are not: put the data back, restore a copy, or move keys and "
        "key "
        "file away");
  if (!data.empty() && !keys_used) {
    bool used = false;
    store.read([&](sql::Tx& tx) {
      used = false;
      tx.each(kUsed, {}, [&](const sql::Row&) { used = true; });
    });
    if (used)
      throw sql::Refused(
          "the store of keys is missing: put it back beside the data, or restore both from a copy");
  }
  // The data first: a name in the keys alone would look as if the data were lost.
  const std::string fresh = of_keys.empty() ? random_hex(16) : of_keys;
  if (data.empty()) {
    store.write([&](sql::Tx& tx) { tx.change(kName, {fresh}); });
    data = StoreCopy(store).identity();
  }
  keys.bear(data);
  if (keys.identity() != data)
    throw sql::Refused(
        "the store of keys belongs to another store: put the right one beside the data, or restore both");
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

MadeFit make_fit(Store& store, const Clock& clock, std::string_view by) {
  MadeFit made;
  const auto now = clock.now();
  for (const UnitId unit : StoreCopy(store).units_with_records()) {
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
        store.write([&](sql::Tx& tx) {
          tx.enter_unit(unit);
          end_rows(store, tx, unit, record, now);
        });
        ++made.ended;
      }
    }
  }
  const std::string id = new_uuid(now.ms);
  store.write([&](sql::Tx& tx) {
    tx.change(kEndForms);
    made.sign_ins = tx.change(kEndSessions) + tx.change(kEndHalves);
    made.links = tx.change(kEndResets) + tx.change(kEndInvitations);
    tx.enter_unit(kInstallation);
    put_entry(tx, {.unit = kInstallation,
                   .id = id,
                   .at_ms = now.ms,
                   .actor = std::string(by),
                   .acting_as = "",
                   .purpose = kAccountPurpose,
                   .asked = "operate",
                   .what = "store.restored",
                   .object = "",
                   .decision = "allowed",
                   .rule = "",
                   .about = ""});
  });
  return made;
}

}  // namespace lotse::access
