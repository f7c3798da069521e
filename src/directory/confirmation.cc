// SPDX-License-Identifier: EUPL-1.2
// Whether entries are still right: who said so, and links for those who can say it.
#include "access/visitor.h"
#include "base/check.h"
#include "directory/directory.h"
#include "directory/entry.h"
#include "directory/review.h"

namespace lotse::directory {
namespace {

constexpr sql::Statement kKeeper{"directory.keeper", "SELECT keeper_unit FROM service WHERE id = $1"};
constexpr sql::Statement kConfirm{
    "directory.confirm",
    "INSERT INTO confirmation (service_id, keeper_unit, day, by_whom) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (service_id) DO UPDATE SET day = excluded.day, by_whom = excluded.by_whom "
    "WHERE confirmation.keeper_unit = excluded.keeper_unit"};

void must_keep(access::View& view, UnitId unit, const std::string& service) {
  const auto keeper = view.one(kKeeper, {service}, [](const sql::Row& r) { return r.integer(0); });
  if (keeper != unit) throw NotFound();
}

}  // namespace

void confirm(const access::Desk& desk, const ServiceId& id) {
  const auto door = desk.unit(access::kDirectoryWrite);
  const std::string today = desk.today().text();
  door.change("directory.service.confirm", id.text, [&](access::Change& change) {
    must_keep(change, door.unit(), id.text);
    return change.change(kConfirm, {id.text, door.unit(), today, "unit"});
  });
}

void confirm(const access::VisitorDoor& door) {
  const std::string today = door.today().text();
  door.finish("directory.service.confirm", [&](access::Change& change) {
    return change.change(kConfirm, {door.object(), door.unit(), today, "provider"});
  });
}

access::NewLink confirmation_link(const access::Desk& desk, const ServiceId& id) {
  const auto door = desk.unit(access::kDirectoryWrite);
  access::NewLink link(door.unit(), access::kDirectoryWrite, id.text, std::string(kConfirmation), desk.now(),
                       Instant{desk.now().ms + kLinkHoldsMs});
  door.change("directory.service.ask", id.text, [&](access::Change& change) {
    must_keep(change, door.unit(), id.text);
    change.withdraw_links(id.text, kConfirmation);
    change.link(link);
    return 0;
  });
  return link;
}

Entry find_visited(const access::VisitorDoor& door) {
  auto entry =
      door.read("directory.service.open", [&](access::View& view) { return entry_in(view, door.object()); });
  if (!entry) throw NotFound();
  return std::move(*entry);
}

}  // namespace lotse::directory
