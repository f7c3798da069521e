// SPDX-License-Identifier: EUPL-1.2
// Locked sessions: who was away shows her password again, and what she sent meanwhile is kept for her.
#include <algorithm>
#include <array>
#include <charconv>

#include "access/gate_entry.h"
#include "base/check.h"
#include "base/fold.h"
#include "base/json.h"
#include "seal/seal.h"

namespace lotse::access {
namespace {

// As in gate.cc: what is older is over, locked or not.
constexpr std::int64_t kWholeMs = 10 * 3'600'000, kIdleMs = 15 * 60'000;
constexpr std::int64_t kMostForms = 8;

constexpr sql::Statement kLocked{
    "gate.locked",
    "SELECT a.id, a.name, a.password_hash, s.started_ms FROM session s "
    "JOIN account a ON a.id = s.account_id AND a.active = 1 AND a.epoch = s.epoch "
    "JOIN membership m ON m.account_id = s.account_id AND m.unit_id = s.unit_id AND m.acting_as = "
    "s.acting_as AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2) "
    "WHERE s.hash = $1 AND s.started_ms >= $3 AND (s.locked = 1 OR s.last_seen_ms < $4)"};
constexpr sql::Statement kLock{"gate.lock", "UPDATE session SET locked = 1 WHERE hash = $1"};
constexpr sql::Statement kUnlock{"gate.unlock",
                                 "UPDATE session SET locked = 0, last_seen_ms = $2 "
                                 "WHERE hash = $1 AND started_ms >= $3 AND (locked = 1 OR last_seen_ms < $4) "
                                 "RETURNING account_id, unit_id, acting_as"};
constexpr sql::Statement kForgive{"gate.forgive_own", "DELETE FROM attempt WHERE key = 'own:' || $1"};
constexpr sql::Statement kKeep{"gate.keep_form",
                               "INSERT INTO session_form (hash, id, sealed) VALUES ($1, $2, $3)"};
constexpr sql::Statement kForms{"gate.forms", "SELECT id FROM session_form WHERE hash = $1 ORDER BY id DESC"};
constexpr sql::Statement kTake{"gate.take_form",
                               "DELETE FROM session_form WHERE hash = $1 AND id = $2 RETURNING sealed"};
constexpr sql::Statement kDrop{"gate.drop_form", "DELETE FROM session_form WHERE hash = $1 AND id = $2"};

// Only the hash of the secret is in the store, and this is another one: who reads the store opens nothing.
seal::Key form_key(std::string_view secret) {
  const std::string hex = hash_hex("form:" + std::string(secret));
  std::array<std::byte, seal::Key::kBytes> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned value = 0;
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, value, 16);
    bytes[i] = static_cast<std::byte>(value);
  }
  auto key = seal::Key::of(bytes);
  seal::wipe(bytes);
  return key;
}

seal::Place place_of(const std::string& row) { return {kInstallation, "session_form", "sealed", row}; }

}  // namespace

std::optional<LockedSession> Gate::locked(std::string_view secret) {
  const std::string hash = hash_hex(secret);
  const auto now = clock_.now().ms;
  std::optional<LockedSession> found;
  store_.read([&](sql::Tx& tx) {
    found =
        tx.one(kLocked, {hash, clock_.today().text(), now - kWholeMs, now - kIdleMs}, [](const sql::Row& r) {
          return LockedSession{std::string(r.text(0)), std::string(r.text(1)), std::string(r.text(2)),
                               Instant{r.integer(3) + kWholeMs}};
        });
  });
  return found;
}

void Gate::lock(std::string_view secret) {
  const std::string hash = hash_hex(secret);
  store_.write([&](sql::Tx& tx) { tx.change(kLock, {hash}); });
}

bool Gate::unlock(std::string_view secret) {
  const std::string hash = hash_hex(secret);
  const auto now = clock_.now().ms;
  bool unlocked = false;
  store_.write([&](sql::Tx& tx) {
    const auto whose = tx.one(kUnlock, {hash, now, now - kWholeMs, now - kIdleMs}, [](const sql::Row& r) {
      return std::tuple{std::string(r.text(0)), UnitId{r.integer(1)}, std::string(r.text(2))};
    });
    unlocked = whose.has_value();
    if (!unlocked) return;
    const auto& [account, unit, function] = *whose;
    tx.change(kForgive, {account});
    enter(tx, clock_,
          {.unit = unit,
           .who = account,
           .function = function,
           .asked = kAccountRead.name,
           .what = "session.unlock"});
  });
  return unlocked;
}

std::string Gate::keep_form(std::string_view secret, const KeptForm& form) {
  const std::string hash = hash_hex(secret), id = new_uuid(clock_.now().ms);
  const std::string text = Json{{"path", form.path}, {"fields", form.fields}}.dump();
  const auto sealed = seal::seal(profile_, form_key(secret), place_of(id), text);
  store_.write([&](sql::Tx& tx) {
    tx.change(kKeep, {hash, id, sealed});
    const auto all = tx.rows(kForms, {hash}, [](const sql::Row& r) { return std::string(r.text(0)); });
    for (std::size_t i = kMostForms; i < all.size(); ++i) tx.change(kDrop, {hash, all[i]});
  });
  return id;
}

std::optional<KeptForm> Gate::take_form(std::string_view secret, std::string_view id) {
  const std::string hash = hash_hex(secret), row(id);
  if (!is_utf8(row)) return std::nullopt;
  std::optional<seal::Bytes> sealed;
  store_.write([&](sql::Tx& tx) {
    sealed = tx.one(kTake, {hash, row}, [](const sql::Row& r) { return r.blob(0); });
  });
  if (!sealed) return std::nullopt;
  const auto json = parse_json(seal::open(form_key(secret), place_of(row), *sealed));
  CHECK(json);
  return KeptForm{json->at("path").get<std::string>(), json->at("fields").get<std::string>()};
}

}  // namespace lotse::access
