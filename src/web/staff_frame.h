// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "web/site.h"

/** What pages of those signed in have around them beside the frame of all pages. */
namespace lotse::web {

/** Above a form that is shown again after its session was locked; empty on all other pages. */
Html kept_note(const Ask& ask);

/**
 * Warns before the session is locked and hides the page when it is. The server reckons from when it last
 * wrote down that somebody was there, which is up to a minute before the last request: so the page counts a
 * minute less than the 15.
 */
Html idle_watch(const Ask& ask);

}  // namespace lotse::web
