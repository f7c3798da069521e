// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "account/account.h"
#include "web/allowance.h"
#include "web/form.h"
#include "web/staff_label.h"

/** The pages of account/ among themselves: one sign-in goes through several of them. */
namespace lotse::account {

constexpr web::Access kOpen{&access::kNothing, access::kAccountPurpose, true};
constexpr web::Access kSignedIn{&access::kNothing, access::kAccountPurpose, false};

/** What all pages of the sign-in share. */
struct Entrance {
  Entrance(std::shared_ptr<Passwords> p, int wrong_at_once, std::int64_t one_more_ms)
      : passwords(std::move(p)), attempts(wrong_at_once, one_more_ms) {}
  std::shared_ptr<Passwords> passwords;
  web::Allowance attempts;
};

/** A path of ours to go on to, as it was asked for; "/staff" for anything else. */
std::string own_path(std::string_view to);
/** Where `to` leads; the path is decoded. */
web::Url to_path(const std::string& path);
/** The `to` of this request, of its query or its form. */
std::string wanted_path(const web::Ask& ask);
web::Html hidden(std::string_view name, std::string_view value);

/** Several of them, with commas. */
std::string function_labels(const web::Ask& ask, const std::vector<std::string>& functions);
Text too_many_attempts();
Text code_not_right();
/** The family of browser and of device in a User-Agent, and no more of it: "Firefox, Windows". */
std::string device_name(std::string_view user_agent);

/** The secret of the half session, where there is one in the cookie. */
std::string half_secret(const web::Ask& ask);
/** The next step of a sign-in, with the half session in the cookie: second factor, its set-up, choice of
 * unit, or in, where a form was sent. Back to the sign-in page if the half session is over. */
http::Response next_step(web::Ask& ask, const std::string& half_secret);

http::Response sign_in_page(const web::Ask& ask, Problems problems = {}, int status = 200);

/** A QR code (ISO/IEC 18004) as a picture in the page, named `label` for those who do not see it. */
web::Html qr_code(std::string_view text, std::string_view label);
/** The secret as a picture and as text, for the app on the telephone. */
web::Html factor_offer(const web::Ask& ask, const std::string& name, const std::string& secret);
web::Html code_field(const web::FormView& form, bool recovery);
/** The recovery codes, shown this once; `onward`: what follows below them. */
http::Response codes_page(const web::Ask& ask, const std::vector<std::string>& codes,
                          const web::Html& onward);

/** A secret that came in a link to hand over, kept in a cookie from the first look on. */
std::string link_secret(const web::Ask& ask);
/** If the secret is in the address: takes it out of there into the cookie, so that it stays in no history. */
std::optional<http::Response> take_link(const web::Ask& ask, std::string_view path);
void drop_link(http::Response& response, const web::Ask& ask);
/** For a link that is used, over, or none. */
http::Response link_is_over(const web::Ask& ask);
web::Html new_password_field(const web::FormView& form, std::string_view name, const std::string& label);

void install_invitation(web::Site& site, const std::shared_ptr<Entrance>& entrance);
void install_sign_in(web::Site& site, const std::shared_ptr<Entrance>& entrance);
void install_own_account(web::Site& site, const std::shared_ptr<Entrance>& entrance);
void install_colleagues(web::Site& site, std::vector<OnLeave> on_leave);
void install_reset(web::Site& site, const std::shared_ptr<Entrance>& entrance);
void install_lock(web::Site& site, const std::shared_ptr<Entrance>& entrance);
void install_second_factor(web::Site& site, const std::shared_ptr<Entrance>& entrance);

}  // namespace lotse::account
