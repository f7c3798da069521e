// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <span>

#include "http/asset.h"
#include "http/http.h"

namespace lotse::http {

/**
 * Answers a request for an embedded asset; nothing if the path does not begin with "/static/". The path of an
 * asset holds the hash of its content, so a browser may keep it for ever; an unknown one is 404 and not kept.
 * Sends the smallest coding that the client takes (brotli, gzip, plain), and 304 if it has that one already.
 * Only GET and HEAD.
 */
std::optional<Response> serve_asset(const Request& request, std::span<const Asset> assets);

/** The same with the assets of this program. */
inline std::optional<Response> serve_asset(const Request& request) { return serve_asset(request, assets()); }

}  // namespace lotse::http
