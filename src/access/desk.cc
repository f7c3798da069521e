// SPDX-License-Identifier: EUPL-1.2
#include "access/desk.h"

#include "access/audit_rows.h"
#include "access/operator.h"
#include "access/system.h"

namespace lotse::access {

std::vector<JobState> View::jobs(std::int64_t limit) {
  CHECK(reach_ == Store::Reach::unit_read || reach_ == Store::Reach::unit_write);
  return jobs_of(tx_, unit_, limit);
}

std::optional<JobState> View::job_state(std::string_view id) {
  CHECK(reach_ == Store::Reach::unit_read || reach_ == Store::Reach::unit_write);
  return job_of(tx_, unit_, id);
}

std::vector<JobsDone> View::jobs_done() {
  CHECK(reach_ == Store::Reach::unit_read || reach_ == Store::Reach::unit_write);
  return access::jobs_done(tx_, unit_);
}

void Change::also(std::string_view what, std::string_view object) { enter_(what, object); }

void UnitDoor::enter(sql::Tx& tx, std::string_view what, std::string_view object) const {
  enter(tx, what, object, "allowed", decision_.rule);
}

void UnitDoor::enter(sql::Tx& tx, std::string_view what, std::string_view object, std::string_view decision,
                     std::string_view rule) const {
  const auto at = clock_.now().ms;
  put_entry(tx, {.unit = actor_->unit,
                 .id = new_uuid(at),
                 .at_ms = at,
                 .actor = actor_->who,
                 .acting_as = actor_->function,
                 .purpose = purpose_,
                 .asked = std::string(right_.name),
                 .what = std::string(what),
                 .object = std::string(object),
                 .decision = std::string(decision),
                 .rule = std::string(rule),
                 .about = ""});
}

void UnitDoor::absent(std::string_view what, std::string_view object) const {
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(actor_->unit);
    enter(tx, what, object, "denied", "absent");
  });
  throw NotFound();
}

void UnitDoor::opened(std::string_view what, std::string_view object) const {
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(actor_->unit);
    enter(tx, what, object);
  });
}

void LetterBox::enter(sql::Tx& tx, std::string_view what, std::string_view object) const {
  const auto at = clock_.now().ms;
  put_entry(tx, {.unit = unit_,
                 .id = new_uuid(at),
                 .at_ms = at,
                 .actor = "",
                 .acting_as = "visitor",
                 .purpose = purpose_,
                 .asked = std::string(right_.name),
                 .what = std::string(what),
                 .object = std::string(object),
                 .decision = "allowed",
                 .rule = "letter_box",
                 .about = ""});
}

LetterBox Desk::letter_box(UnitId unit, const Right& right) const {
  return LetterBox(store_, unit, purpose_, right, clock_, once_);
}

PublicDoor Desk::public_read() const { return PublicDoor(store_); }

Decision Desk::judge(const Right& right, Purpose purpose) const {
  if (!actor_.signed_in() || actor_->unit == 0) return {false, "", "row"};
  Facts facts{.unit_kind = actor_->unit_kind,
              .function = actor_->function,
              .category = right.category,
              .purpose = purpose,
              .action = right.action,
              .scopes = {"own_unit"},
              .conditions = {}};
  if (actor_->second_factor) facts.conditions.insert("second_factor");
  return decide(facts);
}

bool Desk::may(const Right& right, Purpose purpose) const { return judge(right, purpose).allowed; }

void Desk::refuse(const Right& right, const Decision& decision) const {
  if (!actor_.signed_in()) throw SignInNeeded();
  const auto at = clock_.now().ms;
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(actor_->unit);
    put_entry(tx, {.unit = actor_->unit,
                   .id = new_uuid(at),
                   .at_ms = at,
                   .actor = actor_->who,
                   .acting_as = actor_->function,
                   .purpose = purpose_,
                   .asked = std::string(right.name),
                   .what = "open",
                   .object = "",
                   .decision = "denied",
                   .rule = std::string(decision.denied),
                   .about = ""});
  });
  throw NotFound();
}

UnitDoor Desk::unit(const Right& right) const {
  const Decision decision = judge(right, purpose_);
  if (!decision.allowed) refuse(right, decision);
  return UnitDoor(store_, actor_, purpose_, right, decision, clock_, once_);
}

void Operator::enter(std::string_view what, std::string_view object) const {
  const auto at = clock_.now().ms;
  const std::string id = new_uuid(at);
  store_.write([&](sql::Tx& tx) {
    tx.enter_unit(kInstallation);
    put_entry(tx, {.unit = kInstallation,
                   .id = id,
                   .at_ms = at,
                   .actor = who_,
                   .acting_as = "",
                   .purpose = kAccountPurpose,
                   .asked = "operate",
                   .what = std::string(what),
                   .object = std::string(object),
                   .decision = "allowed",
                   .rule = "",
                   .about = ""});
  });
}

Desk Operator::visitor() const { return Desk(store_, {}, kDirectoryPurpose, clock_); }

Desk Operator::desk(UnitId unit, std::string unit_kind) const {
  return Desk(store_,
              Actor({.who = who_,
                     .name = "",
                     .unit = unit,
                     .unit_kind = std::move(unit_kind),
                     .function = "directory_editor",
                     .second_factor = false}),
              kDirectoryPurpose, clock_);
}

UnitDoor System::unit(const Right& right, Purpose purpose) const {
  CHECK(unit_ != 0);
  return UnitDoor(store_,
                  Actor({.who = "system:" + job_,
                         .name = "",
                         .unit = unit_,
                         .unit_kind = "",
                         .function = "",
                         .second_factor = false}),
                  purpose, right, {true, "system", ""}, clock_);
}

}  // namespace lotse::access
