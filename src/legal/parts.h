// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "legal/type_fields.h"
#include "web/form.h"

/** What the sources of legal/ share. */
namespace lotse::legal {

/** Under which heading a field is asked, and where it is shown. */
enum class Part { imprint, privacy, accessibility };
Part part_of(std::string_view field);

/** How a field is typed. */
enum class Kind { line, text, email, phone, web, day, state, method };
Kind kind_of(std::string_view field);

/** As it is kept: no blanks at the ends of lines, no empty lines. */
Duties tidied(const Duties& duties);

/** A sentence of a text with legal force, which is German whatever language the page is in. */
std::string german(const Text& text);

/** The blocks of the public pages, in German: only what has been said, and no heading without content. */
web::Html imprint_text(const unit::Unit& unit, const Duties& duties);
web::Html privacy_text(const unit::Unit& unit, const Duties& duties);
web::Html statement_text(const unit::Unit& unit, const Duties& duties);

/** What somebody tells about a barrier. */
struct Report {
  std::string what, where, contact;
};
struct KeptReport {
  std::string id;
  Instant at;
  Report report;
};
/** What must be mended before it can be sent; fields as in the form. Pure. */
Problems check(const Report& report);
/** Seals it for the unit and keeps it. */
void keep(access::Store& store, const Clock& clock, UnitId unit, const Report& report);
/** Reports to the door's unit, the oldest first. */
std::vector<KeptReport> reports(access::Store& store, const access::UnitDoor& door);
/** Removes one that was answered; NotFound for another's. */
void answered(const access::UnitDoor& door, const std::string& id);
/** The form, for the foot of the accessibility statement. */
web::Html report_form(const web::FormView& form, const Report& report);

/** The accessibility statement with the form below it. */
http::Response statement_page(const web::Ask& ask, const Report& report = {}, Problems problems = {},
                              int status = 200);

void install_public(web::Site& site);
void install_reports(web::Site& site, access::Store& store);
void install_staff(web::Site& site, access::Store& store);

}  // namespace lotse::legal
