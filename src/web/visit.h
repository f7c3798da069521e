// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "access/visitor.h"
#include "web/form.h"
#include "web/site.h"

/** Links that are handed over: their secret leaves the address at the first look. */
namespace lotse::web {

/** Whether it is a secret of ours: 32 hexadecimal digits. Whatever is none gets into no cookie. */
bool is_secret(std::string_view text);
/** The secret that a cookie of this name keeps; empty if there is none. */
std::string kept_secret(const Ask& ask, std::string_view name);
/** Keeps it for an hour; with an empty one, forgets it. */
void keep_secret(http::Response& response, const Ask& ask, std::string_view name, std::string_view secret);
/** For a link that is used, over, or none; `onward`: what follows below. */
http::Response link_over_page(const Ask& ask, const Html& onward = {});
/** A link to hand over, shown to staff this once. `path` is where it leads, with its secret. */
Html shown_link(const Ask& ask, const std::string& path);

/** What a visitor's link of one purpose opens: a page, and what its form sends. The form goes to `here`. */
struct Visit {
  using Page = std::function<http::Response(Ask&, const access::VisitorDoor&, const Url& here)>;
  std::string purpose;
  Page show, sent;
};

/**
 * "/v/<link>": keeps the secret in a cookie for that link and leads on to the same address without it, where
 * the page of the link's purpose is shown. Links that do not hold answer alike, 404; a network that tries
 * many of them is asked to wait.
 */
void install_visits(Site& site, std::vector<Visit> visits);

}  // namespace lotse::web
