// SPDX-License-Identifier: EUPL-1.2
#include "directory/directory.h"
#include "directory/entry.h"
#include "directory/imported.h"
#include "directory/plan.h"

namespace lotse::directory {
namespace {

// After so many plans that were overtaken, the next is made where nobody can overtake it: staff wait then.
constexpr int kTries = 3;
constexpr sql::Statement kHold{"directory.hold_services",
                               "SELECT id FROM service WHERE source = $1 ORDER BY id FOR UPDATE"};

Batch with_ids(Batch batch) {
  const auto each = [](auto& items) {
    for (auto& item : items) give_ids(item.thing, item.thing.id.text);
  };
  each(batch.organisations);
  each(batch.locations);
  each(batch.services);
  each(batch.placed);
  return batch;
}

// Entries are asked for between two of them; each of them keeps the only writer of SQLite for some hundredths
// of a second.
constexpr std::size_t kPart = 40;

// False, and nothing is written, where an entry that the plan rests on was changed since.
bool carried_out(const access::UnitDoor& door, const std::string& object, const Plan& plan) {
  try {
    return door.change("directory.put", object, [&](access::Change& change) {
      if (!holds(change, plan)) throw Stale();
      carry_out(change, plan);
      return true;
    });
  } catch (const Stale&) {
    return false;
  }
}

// Two who write at once on PostgreSQL see neither what the other adds. One of them waits for the other where
// they meet (at the location whose version both hold), and then looks again.
void derive_overlooked(const access::UnitDoor& door, const std::string& source, const Plan& plan) {
  const auto services = door.read([&](access::View& view) { return overlooked(view, plan); });
  if (services.empty()) return;
  door.change("directory.derive", source, [&](access::Change& change) {
    for (const auto& id : services) derive(change, id);
    return 0;
  });
}

Result<Outcome> compared(const access::UnitDoor& door, const Hand& hand, const Batch& batch,
                         std::atomic<std::size_t>* done) {
  Plan plan = door.read([&](access::View& view) { return make_plan(view, batch, hand, done); });
  if (!plan.problems.empty()) return refuse(std::move(plan.problems));
  return std::move(plan.outcome);
}

}  // namespace

Result<Outcome> compare(const access::UnitDoor& door, const Hand& hand, const Batch& batch,
                        std::atomic<std::size_t>* done) {
  return compared(door, hand, with_ids(batch), done);
}

Result<bool> put_in_parts(const access::UnitDoor& door, const Hand& hand, Batch given, const std::string& run,
                          const GoOn& go_on) {
  Batch whole = with_ids(std::move(given));
  if (auto outcome = compared(door, hand, whole, nullptr); !outcome) return tl::unexpected(outcome.error());
  const auto parts = parts_of(std::move(whole), kPart);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!go_on(i, parts.size())) return false;
    bool written = false;
    for (int tries = 0; !written; ++tries) {
      if (tries == kTries) throw Stale();
      const Plan plan =
          door.read([&](access::View& view) { return make_plan(view, parts[i], hand, nullptr, run); });
      if (!plan.problems.empty()) return refuse(plan.problems);
      written = plan.entered.empty() || carried_out(door, run, plan);
      if (written) derive_overlooked(door, run, plan);
    }
  }
  return go_on(parts.size(), parts.size());
}

Result<Outcome> put(const access::Desk& desk, const Batch& given, bool dry, std::atomic<std::size_t>* done) {
  const Batch batch = with_ids(given);
  const auto door = desk.unit(access::kDirectoryWrite);
  const Hand hand = hand_of(desk);
  for (int i = 0; i < kTries; ++i) {
    Plan plan = door.read([&](access::View& view) { return make_plan(view, batch, hand, done); });
    if (!plan.problems.empty()) return refuse(std::move(plan.problems));
    if (dry) return std::move(plan.outcome);
    if (!carried_out(door, batch.source, plan)) continue;
    derive_overlooked(door, batch.source, plan);
    return std::move(plan.outcome);
  }
  Plan plan = door.change("directory.put", batch.source, [&](access::Change& change) {
    change.each(kHold, {batch.source}, [](const sql::Row&) {});
    Plan made = make_plan(change, batch, hand, done);
    if (made.problems.empty()) carry_out(change, made);
    return made;
  });
  if (!plan.problems.empty()) return refuse(std::move(plan.problems));
  derive_overlooked(door, batch.source, plan);
  return std::move(plan.outcome);
}

}  // namespace lotse::directory
