// SPDX-License-Identifier: EUPL-1.2
// Links that are handed over: the secret leaves the address at the first look.
#include "account/steps.h"
#include "http/form.h"
#include "web/form.h"
#include "web/visit.h"

namespace lotse::account {
namespace {

using web::Ask;
using web::Html;
using web::Url;

constexpr std::string_view kCookie = "link";

}  // namespace

std::string link_secret(const Ask& ask) { return web::kept_secret(ask, kCookie); }

std::optional<http::Response> take_link(const Ask& ask, std::string_view path) {
  const std::string secret = ask.asked("secret");
  if (secret.empty()) return std::nullopt;
  auto response = web::see(to_path(std::string(path)));
  web::keep_secret(response, ask, kCookie, secret);
  return response;
}

void drop_link(http::Response& response, const Ask& ask) { web::keep_secret(response, ask, kCookie, ""); }

http::Response link_is_over(const Ask& ask) {
  return web::link_over_page(ask, web::el("p", {}, {web::link(Url::path("/sign-in"), ask.t("Sign in"))}));
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
