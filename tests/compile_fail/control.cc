// EXPECT: OK
// SPDX-License-Identifier: EUPL-1.2
// What the other files of this folder do wrongly, done as it should be: this one compiles.
#include "access/desk.h"
#include "base/log.h"
#include "directory/types.h"
#include "web/html.h"

using lotse::access::Desk;
using lotse::access::View;

std::size_t through_the_door(const Desk& desk, const lotse::sql::Statement& statement) {
  return desk.public_read().read([&](View& view) {
    return view.rows(statement, {}, [](const lotse::sql::Row& row) { return row.integer(0); }).size();
  });
}

std::int64_t with_a_right(const Desk& desk, const lotse::access::Right& right,
                          const lotse::sql::Statement& statement) {
  return desk.unit(right).change(
      "entry.change", "id", [&](lotse::access::Change& change) { return change.change(statement, {1}); });
}

lotse::web::Html page(const std::string& name) {
  using namespace lotse::web;
  return el("a", {href(Url::path("/offers")), attr("title", name), cls("lo-link")}, {name});
}

bool keeps(const lotse::directory::OrganisationId& organisation);
bool around(const lotse::directory::Service& service) { return keeps(service.organization_id); }

void note(std::size_t count) {
  lotse::log_event("imported", {{"entries", count}, {"from", lotse::LogValue::word("hsds")}});
}
