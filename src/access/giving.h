// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string_view>

/** Who gives which function to colleagues: one table, for invitations, their acceptance, and ends alike. */
namespace lotse::access {

/** Whether somebody who acts as `giver` in a unit gives `function` there, and ends it. False for a function
 * that is not in the table. */
bool may_give(std::string_view giver, std::string_view function);

/** Whether she gives it alone; otherwise a second person of the unit has to agree before it holds (four
 * eyes).
 */
bool gives_alone(std::string_view giver, std::string_view function);

/** Whether somebody who acts as this may be that second person. */
bool may_agree(std::string_view function);

}  // namespace lotse::access
