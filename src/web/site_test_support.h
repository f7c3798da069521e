// SPDX-License-Identifier: EUPL-1.2
#pragma once
// What every answer has in common. Handlers are called as functions; what needs no session needs no store
// either.
#include "base/check.h"
#include "base/id.h"
#include "base/log.h"
#include "http/asset.h"
#include "http/compress.h"
#include "sql/test_migrations.h"
#include "sql/test_store.h"
#include "web/form.h"
#include "web/site.h"

namespace lotse::web {

constexpr Access kOpen{&access::kNothing, access::kDirectoryPurpose, true};
constexpr Access kStaff{&access::kDirectoryRead, access::kDirectoryPurpose, false};
inline const std::string kGuardSecret(64, 'a');

using Fields = std::vector<http::Field>;

inline http::Request ask_for(std::string method, std::string target, Fields fields = {},
                             std::string body = {}) {
  http::Request r;
  r.method = std::move(method);
  const auto mark = std::min(target.find('?'), target.size());
  r.path = target.substr(0, mark);
  r.query = target.substr(std::min(mark + 1, target.size()));
  r.fields = std::move(fields);
  r.fields.insert(r.fields.begin(), {"Host", "lotse.example"});
  r.body = std::move(body);
  return r;
}
inline http::Request get(std::string target, Fields fields = {}) {
  return ask_for("GET", std::move(target), std::move(fields));
}
inline http::Request post(std::string target, std::string body, Fields fields = {}) {
  fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  return ask_for("POST", std::move(target), std::move(fields), std::move(body));
}

inline bool has(const http::Response& r, std::string_view part) {
  return r.content().find(part) != std::string_view::npos;
}

inline std::vector<std::string> values(const http::Response& r, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& each : r.fields)
    if (http::same_name(each.name, name)) all.push_back(each.value);
  return all;
}
inline std::string cookie_set(const http::Response& r, std::string_view name) {
  for (const auto& each : values(r, "Set-Cookie"))
    if (each.starts_with(std::string(name) + "=")) return each;
  return {};
}
inline std::string guard_in(const http::Response& r) {
  constexpr std::string_view kMark = "name=\"_guard\" value=\"";
  const auto at = r.content().find(kMark);
  return at == std::string_view::npos ? std::string()
                                      : std::string(r.content().substr(at + kMark.size(), 32));
}

// Routes that all tests use; the store has no engine, so a touch of it would crash.
class SiteTest : public testing::Test {
 protected:
  SiteTest() { routes(site_); }
  static void routes(Site& site) {
    const auto text = [](const char* word) {
      return [word](Ask& ask) {
        std::string all = word;
        for (const auto& [name, value] : ask.values) all += " " + name + "=" + value;
        for (const auto& pair : ask.query.pairs) all += " ?" + pair.name + "=" + pair.value;
        for (const auto& pair : ask.form.pairs) all += " !" + pair.name + "=" + pair.value;
        return page(
            ask, {.title = "T", .main = Html::text("[" + all + "][" + std::string(ask.language.tag) + "]")});
      };
    };
    site.get("/", kOpen, text("start"));
    site.get("/offers/{id}", kOpen, text("offer"));
    site.get("/offers/new", kOpen, text("new"));
    site.get("/offers/{id}/copy/{part}", kOpen, text("copy"));
    site.get("/{any}/new", kOpen, text("any-new"));
    site.get("/form", kOpen, [](Ask& ask) {
      return page(
          ask, {.title = "F", .main = post_form(ask, "f", Url::path("/form"), Html::text("x")), .form = "f"});
    });
    site.post("/form", kOpen, [](Ask& ask) {
      if (ask.given("_action") == "language")
        return page(ask, {.title = "F",
                          .main = Html::text("again in " + std::string(ask.language.tag) + " with " +
                                             ask.given("name"))});
      return ask.json ? json({{"done", true}}) : see(Url::path("/done"));
    });
    Access no_token = kOpen;
    no_token.token = false;
    site.post("/ask", no_token, [](Ask& ask) {
      return page(
          ask, {.title = "F", .main = post_form(ask, "f", Url::path("/ask"), Html::text("x")), .form = "f"});
    });
    site.post("/only-post", kOpen, [](Ask&) { return see(Url::path("/")); });
    site.get("/staff-only", kStaff, text("staff"));
    site.post("/staff-only", kStaff, [](Ask&) { return see(Url::path("/")); });
    site.get("/who", kOpen, [](Ask& ask) {
      return page(ask, {.title = "W", .main = Html::text("[" + ask.desk.actor()->name + "]")});
    });
    site.get("/json", kOpen, [](Ask&) { return json({{"a", "ü<"}}); });
    site.get("/private", kOpen, [](Ask& ask) {
      return page(ask, {.title = "P", .main = {}}).add("Cache-Control", "public, max-age=5");
    });
    site.get("/lost", kOpen, [](Ask&) -> http::Response { throw NotFound(); });
    site.get("/stale", kOpen, [](Ask&) -> http::Response { throw Stale(); });
    site.get("/who-are-you", kOpen, [](Ask&) -> http::Response { throw SignInNeeded(); });
    site.get("/busy", kOpen, [](Ask&) -> http::Response { throw sql::Unavailable("kanarie-4711"); });
    site.get("/conflict", kOpen, [](Ask&) -> http::Response {
      throw sql::Conflict(sql::Conflict::Kind::Unique, "kanarie_key", "kanarie-4711");
    });
    site.get("/constraint", kOpen, [](Ask&) -> http::Response {
      throw sql::Conflict(sql::Conflict::Kind::NotNull, "service.name", "kanarie-4711");
    });
    site.get("/broken", kOpen, [](Ask&) -> http::Response { throw sql::Broken("kanarie-4711"); });
    site.get("/bug", kOpen, [](Ask&) -> http::Response { throw Bug("kanarie-4711"); });
    site.get("/other", kOpen, [](Ask&) -> http::Response { throw std::runtime_error("kanarie-4711"); });
  }
  http::Response answer(const http::Request& request) {
    const bool before = log_enabled(false);
    auto response = site_.answer(request);
    log_enabled(before);
    return response;
  }
  http::Response answer(std::string target, Fields fields = {}) {
    return answer(get(std::move(target), std::move(fields)));
  }

  access::Store store_{nullptr, {}};
  std::shared_ptr<StandingClock> clock_ = std::make_shared<StandingClock>(*instant_of({{2026, 11, 22}, 600}));
  Site site_{store_, clock_, {.region = "Wiesen & Bach", .secure = true, .sample = true}};
};

}  // namespace lotse::web
