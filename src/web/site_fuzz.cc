// SPDX-License-Identifier: EUPL-1.2
// Whole requests through the site: choice of language, cookies, routes, forms, pages, errors, problem
// details. The input is a request as it is written down: "POST /form?a=1", fields, an empty line, the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/fold.h"
#include "base/json.h"
#include "base/log.h"
#include "http/head.h"
#include "web/form.h"
#include "web/site.h"

namespace {

using namespace lotse;
using web::Ask;

void must(bool condition) {
  if (!condition) std::abort();
}

constexpr web::Access kOpen{&access::kNothing, access::kDirectoryPurpose, true};

// Shows everything that was asked, as text, in attributes and in addresses.
http::Response echo(Ask& ask) {
  web::Html all;
  const auto show = [&](std::string_view text) {
    all += web::el("p", {web::attr("title", text)},
                   {text, web::link(web::Url::path("/", "q=" + http::percent_encode(text)), text)});
  };
  for (const auto& [name, value] : ask.values) show(name + value);
  for (const auto& pair : ask.query.pairs) show(pair.name + pair.value);
  for (const auto& pair : ask.form.pairs) show(pair.name + pair.value);
  all += web::link(ask.here(), "here");
  return web::page(ask, {.title = ask.given("title") + ask.asked("title"),
                         .main = web::post_form(ask, "f", web::Url::path("/form"), all),
                         .form = "f"});
}

// A site without a store: a touch of it would crash.
web::Site& site() {
  static access::Store store{nullptr, {}};
  static const auto made = [] {
    auto fresh = std::make_unique<web::Site>(
        store, std::make_shared<StandingClock>(*instant_of({{2026, 11, 22}, 600})),
        web::SiteOptions{.region = "Wiesen & Bach", .secure = false, .sample = true});
    fresh->get("/", kOpen, echo);
    fresh->get("/offers/{id}", kOpen, echo);
    fresh->get("/offers/{id}/{part}", kOpen, echo);
    fresh->post("/form", kOpen, echo);
    fresh->post("/go", {&access::kNothing, access::kDirectoryPurpose, true, false},
                [](Ask& ask) { return web::see(ask.here()); });
    fresh->get("/lost", kOpen, [](Ask&) -> http::Response { throw NotFound(); });
    fresh->get("/staff", {&access::kNothing}, echo);
    return fresh;
  }();
  return *made;
}

std::string_view line_of(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

// As the server would hand it on; nothing where it would not.
std::optional<http::Request> request_of(std::string_view text) {
  http::Request request;
  const auto first = line_of(text);
  const auto blank = first.find(' ');
  if (blank == first.npos) return std::nullopt;
  request.method = first.substr(0, blank) == "POST" ? "POST" : "GET";
  const auto target = http::decode_target(first.substr(blank + 1));
  if (!target) return std::nullopt;
  request.path = target->path;
  request.query = target->query;
  request.fields = {{"Host", "lotse.example"}};
  for (auto line = line_of(text); !line.empty(); line = line_of(text)) {
    const auto colon = std::min(line.find(": "), line.size());
    const auto value = line.substr(std::min(colon + 2, line.size()));
    const bool plain =
        std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < 32 || c == 127; });
    if (colon > 0 && plain && is_utf8(value))
      request.fields.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  request.body = text;
  return request;
}

void is_well_formed(const http::Response& response) {
  must(response.status >= 200 && response.status < 500);
  for (const auto& field : response.fields)
    must(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos &&
         is_utf8(field.value));
  const auto location = response.header("Location");
  must(location.empty() ||
       (location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\")));
  if (!response.header("Content-Encoding").empty()) return;
  must(is_utf8(response.content()));
  if (response.header("Content-Type").find("json") != std::string_view::npos)
    must(parse_json(response.content()).has_value());
  else
    must(response.content().find("<kanarie") == std::string_view::npos);
}

}  // namespace

int fuzz_site(const std::uint8_t* data, std::size_t size) {
  const auto request = request_of({reinterpret_cast<const char*>(data), size});
  // A session would have to be looked up.
  if (!request || request->cookie(site().session_cookie())) return 0;
  (void)site().body_limit(request->method, request->path);
  (void)site().is_urgent(request->method, request->path);
  const bool before = log_enabled(false);
  is_well_formed(site().answer(*request));
  is_well_formed(site().refusal(*request, 413));
  log_enabled(before);
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_site(data, size);
}
