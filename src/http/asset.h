// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <span>
#include <string_view>

namespace lotse::http {

// A static file built into the program: style sheet, script, mark. All views
// point into read-only data and live as long as the program. The table is
// generated from ui/ by `node ui/build.mjs OUTDIR` (OUTDIR/assets.gen.cc and
// OUTDIR/assets.gen.S); nothing is read from disk at run time.
struct Asset {
  std::string_view name;    // "lotse.css": fixed, for code
  std::string_view path;    // "/static/lotse.<first 12 hex digits of hash>.css": for pages
  std::string_view type;    // value of Content-Type: "text/css; charset=utf-8"
  std::string_view raw;     // the bytes themselves
  std::string_view gzip;    // the same with Content-Encoding: gzip
  std::string_view brotli;  // the same with Content-Encoding: br
  std::string_view hash;    // SHA-256 of raw, 64 lower-case hex digits: a strong ETag
};

// All assets, sorted by path. As the path names the content, an answer may be
// kept for ever (Cache-Control: public, max-age=31536000, immutable) and must
// say Vary: Accept-Encoding.
std::span<const Asset> assets();

// The asset of this name, or nullptr. Names: lotse.css (left-to-right pages),
// lotse.rtl.css (right-to-left pages, instead of it), lotse.js, favicon.svg.
const Asset* asset_named(std::string_view name);

}  // namespace lotse::http
