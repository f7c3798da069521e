// SPDX-License-Identifier: EUPL-1.2
#include "access/visitor.h"

#include <charconv>

#include "access/audit_rows.h"
#include "base/id.h"

namespace lotse::access {
namespace {

constexpr std::size_t kUuid = 36, kSecret = 32;
constexpr std::int64_t kRememberMs = 90 * 24 * 3'600'000LL;

constexpr sql::Statement kPut{
    "visitor.put",
    "INSERT INTO visitor_link (unit_id, id, secret_hash, object, purpose, asked, until_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
// One that is over is kept for as long as somebody may ask what became of it.
constexpr sql::Statement kForget{"visitor.forget",
                                 "DELETE FROM visitor_link WHERE unit_id = $1 AND until_ms < $2"};
constexpr sql::Statement kWithdraw{
    "visitor.withdraw",
    "UPDATE visitor_link SET withdrawn_ms = $4 WHERE unit_id = $1 AND object = $2 AND purpose = $3 "
    "AND used_ms = 0 AND withdrawn_ms = 0"};
constexpr sql::Statement kLink{
    "visitor.link",
    "SELECT l.secret_hash, l.object, l.purpose, l.asked, l.until_ms, l.used_ms, l.withdrawn_ms, u.kind "
    "FROM visitor_link l JOIN unit u ON u.unit_id = l.unit_id WHERE l.unit_id = $1 AND l.id = $2"};
constexpr sql::Statement kUse{
    "visitor.use",
    "UPDATE visitor_link SET used_ms = $3 WHERE unit_id = $1 AND id = $2 AND used_ms = 0 "
    "AND withdrawn_ms = 0 AND until_ms >= $3"};

std::string hash_of(std::string_view secret) { return hash_hex("visitor:" + std::string(secret)); }

struct Kept {
  std::string hash, object, purpose, asked, kind;
  std::int64_t until = 0, used = 0, withdrawn = 0;
};

bool opens(const Kept& kept, std::string_view hash, Instant now) {
  return kept.hash == hash && kept.until >= now.ms && kept.used == 0 && kept.withdrawn == 0;
}

}  // namespace

std::optional<HeldLink> HeldLink::read(std::string_view text) {
  HeldLink link;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), link.unit);
  if (code != std::errc() || link.unit <= 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.size() < 1 + kUuid || text[0] != '-' || !is_uuid(text.substr(1, kUuid))) return std::nullopt;
  link.id = text.substr(1, kUuid);
  text.remove_prefix(1 + kUuid);
  if (text.empty()) return link;
  if (text.size() != 1 + kSecret || text[0] != '-') return std::nullopt;
  link.secret = text.substr(1);
  if (link.secret.find_first_not_of("0123456789abcdef") != link.secret.npos) return std::nullopt;
  return link;
}

NewLink::NewLink(UnitId unit, const Right& right, std::string object, std::string purpose, Instant now,
                 Instant until)
    : held_{unit, new_uuid(now.ms), random_hex(kSecret / 2)},
      hash_(hash_of(held_.secret)),
      right_(right.name),
      object_(std::move(object)),
      purpose_(std::move(purpose)),
      until_(until) {}

void Change::link(const NewLink& link) {
  CHECK(reach_ == Store::Reach::unit_write && link.held_.unit == unit_);
  tx_.change(kForget, {unit_, now_.ms - kRememberMs});
  tx_.change(kPut,
             {unit_, link.held_.id, link.hash_, link.object_, link.purpose_, link.right_, link.until_.ms});
}

std::int64_t Change::withdraw_links(std::string_view object, std::string_view purpose) {
  CHECK(reach_ == Store::Reach::unit_write);
  return tx_.change(kWithdraw, {unit_, object, purpose, now_.ms});
}

VisitorDoor::VisitorDoor(Store& store, const HeldLink& link, Purpose matrix_purpose, const Clock& clock)
    : store_(store),
      clock_(clock),
      matrix_purpose_(matrix_purpose),
      unit_(link.unit),
      id_(link.id),
      hash_(hash_of(link.secret)) {
  std::optional<Kept> kept;
  store_.read([&](sql::Tx& tx) {
    tx.enter_unit(unit_);
    kept = tx.one(kLink, {unit_, id_}, [](const sql::Row& r) {
      return Kept{.hash = std::string(r.text(0)),
                  .object = std::string(r.text(1)),
                  .purpose = std::string(r.text(2)),
                  .asked = std::string(r.text(3)),
                  .kind = std::string(r.text(7)),
                  .until = r.integer(4),
                  .used = r.integer(5),
                  .withdrawn = r.integer(6)};
    });
  });
  // Nothing is entered of links that there never were: whoever guesses would fill the audit of a unit.
  if (!kept) throw LinkOver();
  object_ = std::move(kept->object);
  purpose_ = std::move(kept->purpose);
  asked_ = std::move(kept->asked);
  const Right* right = right_named(asked_);
  CHECK(right != nullptr);
  const Decision decision = decide({.unit_kind = kept->kind,
                                    .function = "visitor",
                                    .category = right->category,
                                    .purpose = matrix_purpose_,
                                    .action = right->action,
                                    .scopes = {"self", "public"},
                                    .conditions = {"one_link"}});
  if (!opens(*kept, hash_, clock_.now()) || !decision.allowed) {
    store_.write([&](sql::Tx& tx) {
      tx.enter_unit(unit_);
      enter(tx, "open", "denied", decision.allowed ? std::string_view("link") : decision.denied);
    });
    throw LinkOver();
  }
  rule_ = decision.rule;
}

void VisitorDoor::enter(std::string_view what) const {
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(unit_);
    enter(tx, what, "allowed", rule_);
  });
}

void VisitorDoor::enter(sql::Tx& tx, std::string_view what, std::string_view decision,
                        std::string_view rule) const {
  const auto at = clock_.now().ms;
  put_entry(tx, {.unit = unit_,
                 .id = new_uuid(at),
                 .at_ms = at,
                 .actor = "visitor:" + id_,
                 .acting_as = "visitor",
                 .purpose = matrix_purpose_,
                 .asked = asked_,
                 .what = std::string(what),
                 .object = object_,
                 .decision = std::string(decision),
                 .rule = std::string(rule),
                 .about = ""});
}

void VisitorDoor::use_up(sql::Tx& tx) const {
  tx.enter_unit(unit_);
  if (tx.change(kUse, {unit_, id_, clock_.now().ms}) == 0) throw LinkOver();
}

VisitorDoor Desk::visitor(const HeldLink& link) const { return VisitorDoor(store_, link, purpose_, clock_); }

}  // namespace lotse::access
