// SPDX-License-Identifier: EUPL-1.2
#include "web/site.h"

#include <algorithm>
#include <tuple>

#include "access/gate.h"
#include "base/check.h"
#include "base/fold.h"
#include "base/log.h"
#include "http/asset.h"
#include "http/compress.h"
#include "http/static.h"
#include "sql/sql.h"

namespace lotse::web {
namespace {

constexpr std::string_view kLanguageCookie = "lotse_language";

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool matches(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& values) {
  const auto want = segments(pattern), have = segments(path);
  if (want.size() != have.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const bool placeholder = want[i].size() > 2 && want[i].front() == '{';
    if (!placeholder && want[i] != have[i]) return false;
    if (placeholder && have[i].empty()) return false;
  }
  values.clear();
  for (std::size_t i = 0; i < want.size(); ++i)
    if (want[i].size() > 2 && want[i].front() == '{')
      values[std::string(want[i].substr(1, want[i].size() - 2))] = std::string(have[i]);
  return true;
}

const words::Language& language_for(const http::Request& request) {
  const auto chosen = request.cookie(kLanguageCookie);
  if (chosen)
    if (const auto* language = words::language(*chosen)) return *language;
  return words::negotiate(request.header("accept-language"));
}

bool wants_json(const http::Request& request) {
  const auto accept = request.header("accept");
  return accept.find("json") != accept.npos || request.header("content-type").starts_with("application/json");
}

// A form of ours comes from our own pages. Sec-Fetch-Site says so where the browser sends it; otherwise
// Origin must be ours.
bool from_our_pages(const http::Request& request) {
  const auto site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const auto origin = request.header("origin");
  if (origin.empty()) return false;
  const auto host = origin.find("://");
  return host != origin.npos && origin.substr(host + 3) == request.header("host");
}

// False for a body that cannot be read; true as well for one that is no form.
bool read_form(Ask& ask) {
  if (ask.request.method != "POST") return true;
  const auto type = ask.request.header("content-type");
  if (http::is_multipart(type)) {
    auto both = http::decode_multipart(type, ask.request.body);
    if (both) std::tie(ask.form, ask.files) = std::tie(both->form, both->files);
    return both.has_value();
  }
  if (!type.starts_with("application/x-www-form-urlencoded")) return true;
  auto form = http::decode_form(ask.request.body);
  if (form) ask.form = std::move(*form);
  return form.has_value();
}

// Bound to the visitor's own secret: a stranger's page cannot know it, and no key of ours is needed.
std::string guard_of(std::string_view secret) {
  return hash_hex("guard:" + std::string(secret)).substr(0, 32);
}

bool has_token(const http::Response& response) {
  return response.content().find("name=\"_guard\"") != std::string_view::npos;
}

void add_security(http::Response& r) {
  r.add("Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'");
  r.add("X-Content-Type-Options", "nosniff");
  r.add("Referrer-Policy", "same-origin");
  r.add("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()");
  r.add("Cross-Origin-Opener-Policy", "same-origin");
  r.add("Cross-Origin-Resource-Policy", "same-origin");
}

}  // namespace

std::string Ask::t(std::string_view id, std::vector<std::pair<std::string, std::string>> args) const {
  return words::translate(language, Text{std::string(id), std::move(args)});
}

std::string Ask::tn(std::string_view one, std::string_view many, std::int64_t n,
                    std::vector<std::pair<std::string, std::string>> args) const {
  return words::plural(language, one, many, n, args);
}

std::string Ask::say(const Text& text) const { return words::translate(language, text); }

std::string Ask::asked(std::string_view name) const {
  return std::string(trimmed(query.find(name).value_or("")));
}
std::string Ask::given(std::string_view name) const {
  return std::string(trimmed(form.find(name).value_or("")));
}

Url Ask::here() const {
  std::vector<http::Field> kept;
  for (const auto& pair : query.pairs)
    if (pair.name.substr(0, 1) != "_" && !pair.value.empty()) kept.push_back(pair);
  std::string path;
  for (const auto part : segments(request.path)) (path += '/') += http::percent_encode(part);
  return Url::path(path, http::encode_query(kept));
}

Site::Site(access::Store& store, std::shared_ptr<const Clock> clock, SiteOptions options)
    : store_(store),
      clock_(std::move(clock)),
      options_(std::move(options)),
      gate_(std::make_unique<access::Gate>(store, *clock_)) {}

Site::~Site() = default;

void Site::get(std::string pattern, Access access, Handler handler) {
  if (access.urgent) urgent_.emplace_back("GET", pattern);
  routes_.push_back({"GET", std::move(pattern), access, std::move(handler)});
}
void Site::post(std::string pattern, Access access, Handler handler) {
  if (access.urgent) urgent_.emplace_back("POST", pattern);
  routes_.push_back({"POST", std::move(pattern), access, std::move(handler)});
}

void Site::check() const {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& route = routes_[i];
    if (!route.access.right) throw Bug("route " + route.method + " " + route.pattern + " declares no right");
    for (std::size_t k = 0; k < i; ++k)
      if (routes_[k].method == route.method && routes_[k].pattern == route.pattern)
        throw Bug("route " + route.method + " " + route.pattern + " is declared twice");
  }
}

struct Site::Found {
  const Route* route = nullptr;
  std::string allow;  // methods of the routes that match but for the method
  std::map<std::string, std::string> values;
};

Site::Found Site::find(const http::Request& request) const {
  Found found;
  std::map<std::string, std::string> values;
  for (const Route& route : routes_) {
    if (!matches(route.pattern, request.path, values)) continue;
    if (route.method != request.method) {
      const std::string method = route.method == "GET" ? "GET, HEAD" : route.method;
      if (found.allow.find(method) == found.allow.npos)
        found.allow += (found.allow.empty() ? "" : ", ") + method;
      continue;
    }
    // A pattern with fixed words goes before one with placeholders.
    if (found.route && values.size() >= found.values.size()) continue;
    found.route = &route;
    found.values = values;
  }
  return found;
}

std::size_t Site::body_limit(std::string_view method, std::string_view path) const {
  constexpr std::size_t kLittle = 16 * 1024, kLong = 1024 * 1024;
  std::size_t most = 0;
  std::map<std::string, std::string> values;
  for (const Route& route : routes_) {
    if (method != "POST" || route.method != method || !matches(route.pattern, path, values)) continue;
    const bool little = route.access.open || route.access.right->name == access::kNothing.name;
    most = std::max({most, little ? kLittle : kLong, route.access.body});
  }
  return most;
}

bool Site::is_urgent(std::string_view method, std::string_view path) const {
  std::map<std::string, std::string> values;
  return std::any_of(urgent_.begin(), urgent_.end(), [&](const auto& each) {
    return each.first == method && matches(each.second, path, values);
  });
}

http::Response Site::refusal(const http::Request& request, int status) {
  const words::Language& language = language_for(request);
  const bool json = wants_json(request);
  const std::scoped_lock lock(refusals_mutex_);
  auto& made = refusals_[{status, language.tag, json}];
  if (made.body.empty()) {
    // Nothing of this one request, for the next one gets the same page.
    http::Request any;
    any.method = "GET";
    any.path = "/";
    const Ask ask{any, *this, language, access::Desk(store_, {}, access::kDirectoryPurpose, *clock_),
                  {},  {},    {},       {},
                  {},  json};
    made = error(ask, status);
    made.add("Cache-Control", "no-store");
    std::erase_if(made.fields, [](const auto& field) { return http::same_name(field.name, "Retry-After"); });
    finish(any, made);
    made.route = "-";
  }
  return made;
}

http::Response Site::choose_language(const Ask& ask) const {
  auto response = see(ask.here());
  if (const auto* language = words::language(ask.asked(ask.asked("_language").empty() ? "_to" : "_language")))
    set_cookie(response, *this, kLanguageCookie, language->tag, 31'536'000);
  return response;
}

http::Response Site::run(Ask& ask, const Route& route) {
  const bool chosen = !ask.asked("_language").empty() || ask.asked("_action") == "language";
  if (ask.request.method == "GET" && chosen) return choose_language(ask);
  if (!route.access.open) {
    if (!ask.desk.actor().signed_in()) throw SignInNeeded();
    // What the route declares holds even where its handler asks for nothing: NotFound, and an entry.
    const access::Right& right = *route.access.right;
    if (right.name != access::kNothing.name && !route.access.records) ask.desk.unit(right);
  }
  if (ask.request.method == "POST") {
    if (!from_our_pages(ask.request)) return error(ask, 403);
    // A body of JSON cannot come from a form of somebody else's page; all else brings the token.
    const bool json_body = ask.request.header("content-type").starts_with("application/json");
    if (route.access.token && !json_body && ask.given("_guard") != ask.guard) return error(ask, 403);
    if (route.access.token && !ask.given("_once").empty()) return run_once(ask, route);
  }
  return route.handler(ask);
}

// The same form, filled in the same way and sent by the same visitor: what was typed anew is something else.
http::Response Site::run_once(Ask& ask, const Route& route) {
  const std::string key = hash_hex("form:" + ask.guard + ":" + ask.request.path + ":" + ask.request.body);
  ask.desk.only_once(key);
  try {
    auto response = route.handler(ask);
    if (response.status == 303 && response.header("set-cookie").empty())
      answered_.remember(key, std::string(response.header("location")), ask.desk.now());
    return response;
  } catch (const access::DoneBefore&) {
    http::Response response{.status = 303};
    if (const auto where = answered_.location_of(key, ask.desk.now()))
      return response.add("Location", *where);
    return done_before(ask);
  }
}

namespace {

// The one place where exceptions become answers.
http::Response after_exception(const http::Request& request, std::string_view pattern,
                               const std::function<http::Response(int)>& failed) {
  try {
    throw;
  } catch (const NotFound&) {
    return failed(404);
  } catch (const Stale&) {
    return failed(409);
  } catch (const SignInNeeded&) {
    if (wants_json(request)) return failed(401);
    const std::string to = request.method == "GET" ? request.path : "/";
    return see(Url::path("/sign-in", http::encode_query({{"to", to}})));
  } catch (const sql::Unavailable& e) {
    log_event("store.unavailable", {{"route", LogValue::word(pattern)}, {"what", LogValue::word(e.what())}});
    return failed(503);
  } catch (const sql::Conflict& e) {
    // Two who made the same thing at once; every other constraint is ours to check before.
    if (e.kind == sql::Conflict::Kind::Unique) return failed(409);
    log_event("request.failed",
              {{"route", LogValue::word(pattern)}, {"constraint", LogValue::word(e.constraint)}});
    return failed(500);
  } catch (const std::exception& e) {
    // Our own exceptions never hold data; the text is cut all the same.
    log_event("request.failed", {{"route", LogValue::word(pattern)}, {"what", LogValue::word(e.what())}});
    return failed(500);
  }
}

}  // namespace

http::Response Site::dispatch(const http::Request& request, std::string& pattern) {
  Found found = find(request);
  std::string session = request.cookie(session_cookie()).value_or("");
  std::optional<access::Actor> actor;
  const access::Purpose purpose = found.route ? found.route->access.purpose : access::kDirectoryPurpose;
  const words::Language* language = &language_for(request);
  std::string guard_secret = request.cookie(guard_cookie()).value_or("");
  const bool new_guard = guard_secret.size() != 64;
  if (new_guard) guard_secret = random_hex(32);
  const auto make = [&](access::Actor who) {
    return Ask{request,
               *this,
               *language,
               access::Desk(store_, std::move(who), purpose, *clock_),
               {},
               {},
               {},
               session,
               guard_of(guard_secret + session),
               wants_json(request)};
  };
  // Only pages with a form need the secret behind it.
  const auto with_guard = [&](http::Response response) {
    if (new_guard && has_token(response)) set_cookie(response, *this, guard_cookie(), guard_secret, 0);
    return response;
  };
  const auto failed = [&](int status) { return error(make(actor.value_or(access::Actor{})), status); };
  try {
    if (!session.empty()) actor = gate_->resume(session);
    const bool locked = !actor && locked_ && !session.empty() && gate_->locked(session);
    if (!actor && !locked) session.clear();
    if (locked && !(found.route && found.route->access.while_locked)) {
      pattern = found.route ? found.route->pattern : pattern;
      Ask ask = make({});
      return with_guard(answer_locked(ask, found));
    }
    auto query = http::decode_form(request.query);
    if (!found.route) {
      if (!found.allow.empty()) return failed(405).add("Allow", found.allow);
      // The page that says so offers the languages as well.
      if (request.method != "GET" || !query || !query->find("_language")) return failed(404);
      Ask lost = make(actor.value_or(access::Actor{}));
      lost.query = std::move(*query);
      return choose_language(lost);
    }
    pattern = found.route->pattern;
    if (!query) return failed(400);
    Ask ask = make(actor.value_or(access::Actor{}));
    ask.values = std::move(found.values);
    ask.query = std::move(*query);
    if (!read_form(ask)) return failed(400);
    // The choice of language inside a form: the handler shows the form again with what was typed, in that
    // language.
    if (const auto* chosen = words::language(ask.given("_language"));
        chosen && ask.given("_action") == "language")
      language = chosen;
    const bool chosen_here = language != &ask.language;
    if (chosen_here) {
      Ask other = make(ask.desk.actor());
      std::tie(other.values, other.query, other.form, other.files) =
          std::tie(ask.values, ask.query, ask.form, ask.files);
      auto response = run(other, *found.route);
      set_cookie(response, *this, kLanguageCookie, language->tag, 31'536'000);
      return with_guard(std::move(response));
    }
    return with_guard(run(ask, *found.route));
  } catch (...) {
    return after_exception(request, pattern, failed);
  }
}

http::Response Site::answer(const http::Request& request) {
  if (auto asset = http::serve_asset(request, http::assets())) {
    if (asset->header("X-Content-Type-Options").empty()) asset->add("X-Content-Type-Options", "nosniff");
    asset->route = "/static/{asset}";
    return *asset;
  }
  std::string pattern;
  http::Response response = dispatch(request, pattern);
  response.route = pattern.empty() ? "-" : pattern;
  finish(request, response);
  return response;
}

void Site::finish(const http::Request& request, http::Response& response) const {
  add_security(response);
  if (options_.secure) response.add("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
  const bool signed_in = request.cookie(session_cookie()).has_value();
  if (response.header("cache-control").empty())
    response.add("Cache-Control", signed_in ? "no-store" : "private, no-cache");
  response.add("Vary", "Accept-Encoding, Accept-Language, Cookie");
  // Pages of those signed in, and pages with the token of a form, hold secrets beside what strangers may have
  // typed: they are not compressed (BREACH).
  if (!signed_in && !has_token(response) && response.body.size() > 1000 && response.status != 204 &&
      http::accepts(request.header("accept-encoding"), "gzip")) {
    response.body = http::gzip(response.body);
    response.add("Content-Encoding", "gzip");
  }
}

http::Response Site::answer_locked(Ask& ask, const Found& found) {
  if (auto query = http::decode_form(ask.request.query)) ask.query = std::move(*query);
  const bool token = found.route && found.route->access.token;
  // Somebody else's page must not be able to have a form of its own shown as if it had been typed here.
  if (!read_form(ask) || !token || !from_our_pages(ask.request) || ask.given("_guard") != ask.guard)
    ask.form = {};
  return locked_(ask);
}

std::optional<http::Response> Site::redrawn(const Ask& ask, const std::string& path,
                                            const std::string& fields) {
  http::Request again = ask.request;
  again.path = path;
  again.query.clear();
  auto form = http::decode_form(fields);
  const Found found = find(again);
  if (!form || !found.route || !found.route->access.redraws) return std::nullopt;
  std::erase_if(form->pairs, [](const auto& pair) { return pair.name.starts_with("_"); });
  form->pairs.push_back({"_action", "language"});
  form->pairs.push_back({"_kept", "1"});
  form->pairs.push_back({"_guard", ask.guard});
  again.body = http::encode_query(form->pairs);
  std::string pattern;
  return dispatch(again, pattern);
}

void set_cookie(http::Response& response, const Site& site, std::string_view name, std::string_view value,
                int max_age) {
  std::string cookie = std::string(name) + "=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Lax";
  if (site.options().secure) cookie += "; Secure";
  if (max_age != 0) cookie += "; Max-Age=" + std::to_string(std::max(0, max_age));
  response.add("Set-Cookie", cookie);
}

http::Response json(const Json& value, int status) {
  http::Response r;
  r.status = status;
  r.body = value.dump();
  r.add("Content-Type", "application/json; charset=utf-8");
  return r;
}

http::Response see(const Url& to) {
  http::Response r;
  r.status = 303;
  r.add("Location", to.text());
  return r;
}

}  // namespace lotse::web
