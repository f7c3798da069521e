// SPDX-License-Identifier: EUPL-1.2
// Links that are handed over: the secret leaves the address at the first look.
#include "account/steps.h"
#include "http/form.h"
#include "web/form.h"

namespace lotse::account {
namespace {

using web::all;
using web::Ask;
using web::attr;
using web::cls;
using web::el;
using web::Html;
using web::Url;

constexpr int kCookieSeconds = 3'600;

std::string_view cookie_name(const Ask& ask) {
  return ask.site.options().secure ? "__Host-lotse_link" : "lotse_link";
}

}  // namespace

std::string link_secret(const Ask& ask) { return ask.request.cookie(cookie_name(ask)).value_or(""); }

std::optional<http::Response> take_link(const Ask& ask, std::string_view path) {
  const std::string secret = ask.asked("secret");
  if (secret.empty()) return std::nullopt;
  auto response = web::see(to_path(std::string(path)));
  // Whatever is no secret of ours is not put into a cookie.
  const bool good = secret.size() == 32 && secret.find_first_not_of("0123456789abcdef") == secret.npos;
  if (good) web::set_cookie(response, ask.site, cookie_name(ask), secret, kCookieSeconds);
  return response;
}

void drop_link(http::Response& response, const Ask& ask) {
  web::set_cookie(response, ask.site, cookie_name(ask), "", -1);
}

Html shown_link(const Ask& ask, const std::string& path) {
  const std::string host(ask.request.header("host"));
  const std::string whole = (ask.site.options().secure ? "https://" : "http://") + host + path;
  return all(
      {el("p", {cls("kern-body")}, {el("code", {cls("lo-code lo-ltr")}, {whole})}),
       el("lo-share",
          {attr("data-done", ask.t("The link was copied.")), attr("data-error", ask.t("That did not work.")),
           attr("data-title", "Lotse"), attr("data-url", path)},
          {el("button", {cls("kern-btn kern-btn--secondary"), attr("type", "button"), web::flag("hidden")},
              {web::icon("share"), el("span", {cls("kern-label")}, {ask.t("Copy the link")})}),
           el("p", {cls("lo-status"), attr("role", "status")})})});
}

http::Response link_over_page(const Ask& ask) {
  const Html main = all(
      {el("h1", {cls("kern-heading-large")}, {ask.t("This link does not hold any more")}),
       el("p", {cls("kern-body lo-lead")},
          {ask.t(
              "It was used already, is too old, or is not complete. Ask for a new one where you got it.")}),
       el("p", {}, {web::link(Url::path("/sign-in"), ask.t("Sign in"))})});
  return web::page(ask, {.title = ask.t("This link does not hold any more"), .main = main, .status = 404});
}

Html new_password_field(const web::FormView& form, std::string_view name, const std::string& label) {
  return web::text_field(
      form, name, label,
      {.hint =
           form.ask.t("At least 12 characters. Four words in a row are easy to remember and hard to guess."),
       .type = "password",
       .autocomplete = "new-password",
       .needed = true});
}

}  // namespace lotse::account
