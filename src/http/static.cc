// SPDX-License-Identifier: EUPL-1.2
#include "http/static.h"

#include <algorithm>
#include <string>

#include "http/compress.h"
#include "http/head.h"
#include "http/wire.h"

namespace lotse::http {
namespace {

struct Coded {
  std::string_view name;  // empty: as it is
  std::string_view bytes;
};

// The coding that the client likes best; among equals the smaller, which is brotli.
Coded choose(const Asset& asset, std::string_view accept_encoding) {
  Coded chosen{"", asset.raw};
  int best = 0;
  for (const Coded& coded : {Coded{"br", asset.brotli}, Coded{"gzip", asset.gzip}}) {
    const int quality = coded.bytes.empty() ? 0 : coding_quality(accept_encoding, coded.name);
    if (quality <= best) continue;
    best = quality;
    chosen = coded;
  }
  return chosen;
}

// If-None-Match compares weakly: W/"x" and "x" are the same.
bool has_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view member = trim_blanks(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (member.starts_with("W/")) member.remove_prefix(2);
    if (member == tag || member == "*") return true;
  }
  return false;
}

}  // namespace

std::optional<Response> serve_asset(const Request& request, std::span<const Asset> assets) {
  if (!request.path.starts_with("/static/")) return std::nullopt;
  if (request.method != "GET") {
    Response refused = plain_response(405);
    refused.add("Allow", "GET, HEAD");
    return refused;
  }
  const auto asset = std::find_if(assets.begin(), assets.end(),
                                  [&](const Asset& each) { return each.path == request.path; });
  if (asset == assets.end()) return plain_response(404);

  const Coded coded = choose(*asset, request.header("Accept-Encoding"));
  std::string tag = "\"" + std::string(asset->hash);
  if (!coded.name.empty()) tag.append("-").append(coded.name);
  tag += '"';
  Response response;
  response.route = "/static/{asset}";
  response.add("Cache-Control", "public, max-age=31536000, immutable")
      .add("Vary", "Accept-Encoding")
      .add("ETag", tag);
  if (has_tag(request.header("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.add("Content-Type", asset->type).add("X-Content-Type-Options", "nosniff");
  if (!coded.name.empty()) response.add("Content-Encoding", coded.name);
  response.fixed = coded.bytes;
  return response;
}

}  // namespace lotse::http
