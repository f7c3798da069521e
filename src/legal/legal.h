// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/desk.h"
#include "base/json.h"
#include "base/result.h"
#include "jobs/jobs.h"
#include "unit/unit.h"
#include "web/site.h"

/**
 * What a public website must tell: imprint (§ 5 DDG, § 18 MStV), privacy notice of each controller (Art. 13
 * GDPR, § 15 KDG, § 17 DSG-EKD), accessibility statement with a way to report barriers (§ 12b BGG, § 7 BITV
 * 2.0, Implementing Decision (EU) 2018/1523), information in sign language and easy language (§ 4 BITV 2.0).
 */
namespace lotse::legal {

/** What a unit tells the public about itself, in German; empty: not said. Lines have no line ends; texts
 * (`barriers`, `recipients`, `more`) may. */
struct Duties {
  // Imprint
  std::string street, postcode, city, represented_by, email, phone, register_entry, vat_id, supervisor,
      editor;
  // Privacy notice: the data protection officer, the authority to complain to, who processes for the unit
  std::string dpo, dpo_email, dpo_phone, authority, authority_web, recipients, more;
  // Accessibility statement; of the unit that runs the website alone
  std::string state;       // full, partial or none
  std::string checked_on;  // YYYY-MM-DD
  std::string method;      // self or outside
  std::string barriers;    // one on each line
  std::string enforcement, enforcement_web, sign_language;
  bool operator==(const Duties&) const = default;
};

/** As it was kept. */
struct Version {
  std::int64_t number = 0;  // 0: nothing was ever kept
  Instant at;
  Duties duties{};
};

/** The unit that runs the website: the coordination of the region, or the first unit where there is none.
 * Nothing in an empty store. */
std::optional<unit::Unit> provider(const access::Desk& desk);

Version current(const access::Desk& desk, UnitId unit);
/** All that were kept, the latest first. */
std::vector<Version> history(const access::Desk& desk, UnitId unit);

/** All that must be mended before it can be kept: readable addresses, numbers and days (none after `today`),
 * texts within their lengths. Nothing is needed: what is missing is a task, not an error. Pure; fields as in
 * FieldsOf<Duties>. */
Problems check(const Duties& duties, Day today);

/** Keeps a new version through `door`, for its unit, if `before` is still the latest (Stale otherwise); its
 * number. */
Result<std::int64_t> keep(const access::UnitDoor& door, const Duties& duties, std::int64_t before,
                          const Clock& clock);

/** Names (English message ids) of what the law wants and the unit has not said; `runs_website`: with the
 * accessibility statement. Pure. */
std::vector<std::string_view> missing(const Duties& duties, bool runs_website);

/** What is missing of one unit. */
struct Gap {
  unit::Unit unit;
  std::vector<std::string_view> labels;
};
/** All units that lack something, by number. */
std::vector<Gap> gaps(const access::Desk& desk);

/** The public pages and those on which a unit keeps what it says and reads reports of barriers. */
void install(web::Site& site, access::Store& store);

/** Removes reports of barriers after half a year. */
void install_jobs(jobs::Runner& runner, std::shared_ptr<const Clock> clock);

}  // namespace lotse::legal
