// SPDX-License-Identifier: EUPL-1.2
#include "web/visit.h"

#include <algorithm>
#include <memory>

#include "web/allowance.h"

namespace lotse::web {
namespace {

constexpr int kCookieSeconds = 3'600;
// Links that do not hold, from one network: so many at once, and one more after so long.
constexpr int kWrongAtOnce = 30;
constexpr std::int64_t kOneMoreMs = 6'000;
constexpr Access kVisit{&access::kNothing, access::kDirectoryPurpose, true};

std::string cookie_name(const Ask& ask, std::string_view name) {
  return (ask.site.options().secure ? "__Host-lotse_" : "lotse_") + std::string(name);
}

/** All that links of visitors share. */
struct Visits {
  std::vector<Visit> all;
  Allowance wrong{kWrongAtOnce, kOneMoreMs};
};

http::Response over(const Ask& ask) { return ask.json ? error(ask, 404) : link_over_page(ask); }

http::Response wait_page(const Ask& ask) {
  if (ask.json) return problem_details(ask, 429, {{"", msg("Please wait a few minutes and try again.")}});
  return page(ask, {.title = ask.t("Please wait a few minutes and try again."),
                    .main = el("h1", {cls("kern-heading-large")},
                               {ask.t("Please wait a few minutes and try again.")}),
                    .status = 429});
}

// The part of a UUIDv7 that is random: cookies of several links do not meet.
std::string cookie_of(const access::HeldLink& link) { return "v_" + link.id.substr(24); }

http::Response visit(Ask& ask, Visits& visits) {
  auto link = access::HeldLink::read(ask.values.at("link"));
  if (!link) return over(ask);
  const Url here = Url::path("/v/" + link->name());
  if (!link->secret.empty() && ask.request.method == "GET") {
    auto response = see(here);
    keep_secret(response, ask, cookie_of(*link), link->secret);
    return response;
  }
  if (link->secret.empty()) link->secret = kept_secret(ask, cookie_of(*link));
  if (link->secret.empty()) return over(ask);
  if (!visits.wrong.take(ask.request.remote, ask.desk.now())) return wait_page(ask);
  try {
    const auto door = ask.desk.visitor(*link);
    const auto at = std::find_if(visits.all.begin(), visits.all.end(),
                                 [&](const Visit& each) { return each.purpose == door.purpose(); });
    CHECK(at != visits.all.end());
    visits.wrong.give_back(ask.request.remote);
    auto response = ask.request.method == "POST" ? at->sent(ask, door, here) : at->show(ask, door, here);
    return response.add("Cache-Control", "no-store");
  } catch (const access::LinkOver&) {
    return over(ask);
  }
}

}  // namespace

bool is_secret(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string kept_secret(const Ask& ask, std::string_view name) {
  const auto secret = ask.request.cookie(cookie_name(ask, name)).value_or("");
  return std::string(is_secret(secret) ? secret : "");
}

void keep_secret(http::Response& response, const Ask& ask, std::string_view name, std::string_view secret) {
  if (!secret.empty() && !is_secret(secret)) return;
  set_cookie(response, ask.site, cookie_name(ask, name), secret, secret.empty() ? -1 : kCookieSeconds);
}

http::Response link_over_page(const Ask& ask, const Html& onward) {
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("This link does not hold any more")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t(
              "It was used already, is too old, or is not complete. Ask for a new one where you got it.")}),
       onward});
  return page(ask, {.title = ask.t("This link does not hold any more"), .main = main, .status = 404});
}

void install_visits(Site& site, std::vector<Visit> all) {
  const auto visits = std::make_shared<Visits>();
  visits->all = std::move(all);
  site.get("/v/{link}", kVisit, [visits](Ask& ask) { return visit(ask, *visits); });
  site.post("/v/{link}", urgent(kVisit), [visits](Ask& ask) { return visit(ask, *visits); });
}

}  // namespace lotse::web
