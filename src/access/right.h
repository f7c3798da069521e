// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <span>
#include <string_view>

#include "access/matrix.h"

namespace lotse::access {

/** A named (category, action) of the matrix: what a route or a verb needs. All rights stand in this one
 * table. */
struct Right {
  std::string_view name;
  Category category;
  Action action;
};

inline constexpr Right kDirectoryRead{"directory.read", 0, Action::read};
inline constexpr Right kDirectoryWrite{"directory.write", 0, Action::write};
inline constexpr Right kDirectoryErase{"directory.delete", 0, Action::erase};
inline constexpr Right kAccountRead{"account.read", 27, Action::read};
inline constexpr Right kAccountWrite{"account.write", 27, Action::write};
/** What a unit tells the public about itself, and reports of barriers: of whoever manages its accounts. */
inline constexpr Right kDutiesRead{"duties.read", 27, Action::read};
inline constexpr Right kDutiesWrite{"duties.write", 27, Action::write};
/** What the program does for a unit by itself. Only an administrator with a second factor may delete in this
 * category, and whoever ends a job deletes what was to be done; a lead, who may read and write here, has no
 * hand in it. */
inline constexpr Right kJobsManage{"jobs.manage", 27, Action::erase};
/** Of the program itself, by access::System. */
inline constexpr Right kNoticeSend{"notice.send", 27, Action::transmit};

/** What everybody may do without any data being opened: start page, language choice, sign-in, static files.
 */
inline constexpr Right kNothing{"nothing", 0, Action::read};

std::span<const Right> rights();

/** Nothing if there is no right of that name. */
const Right* right_named(std::string_view name);

}  // namespace lotse::access
