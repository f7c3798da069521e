// SPDX-License-Identifier: EUPL-1.2
#include "web/staff_frame.h"

#include "web/form.h"

namespace lotse::web {
namespace {

constexpr std::int64_t kLockMs = 14 * 60'000, kWarnMs = 12 * 60'000;

Html button_named(std::string_view name, std::string_view label) {
  return el("button", {cls("kern-btn kern-btn--primary"), attr("type", "button"), attr("data-do", name)},
            {el("span", {cls("kern-label")}, {label})});
}

Html unlock_form(const Ask& ask) {
  // Sent by the script alone, as JSON: no token stands in it.
  return el("form", {attr("method", "post"), action(Url::path("/unlock"))},
            {el("div", {cls("kern-form-input")},
                {el("label", {cls("kern-label"), attr("for", "lo-idle-password")}, {ask.t("Your password")}),
                 el("p", {cls("kern-error"), id("lo-idle-error"), attr("role", "alert")}),
                 el("input", {cls("kern-form-input__input"), id("lo-idle-password"), attr("type", "password"),
                              attr("name", "password"), attr("autocomplete", "current-password"),
                              attr("aria-describedby", "lo-idle-error")})}),
             el("div", {cls("lo-actions")}, {button(ask.t("Unlock"))})});
}

}  // namespace

Html kept_note(const Ask& ask) {
  if (ask.request.method != "POST" || ask.given("_kept") != "1") return {};
  return alert(
      "warning", ask.t("You were locked out while you were writing"),
      el("p", {cls("kern-body")},
         {ask.t("Below is what you typed. It is not saved yet: please look at it and send it again.")}));
}

Html idle_watch(const Ask& ask) {
  return el("lo-idle",
            {attr("data-warn", kWarnMs), attr("data-lock", kLockMs),
             attr("data-text", ask.t("You will be locked out at {time}.")),
             attr("data-failed", ask.t("This did not work. Please check your connection and try again."))},
            {el("div", {cls("lo-idle__warning"), attr("data-part", "warning"), flag("hidden")},
                {el("p", {cls("kern-body"), attr("role", "status"), attr("aria-live", "assertive")}),
                 button_named("stay", ask.t("Stay signed in"))}),
             el("section",
                {cls("lo-idle__lock kern-container"), attr("data-part", "lock"), flag("hidden"),
                 attr("role", "main"), attr("aria-labelledby", "lo-idle-heading")},
                {el("p",
                    {cls("kern-heading-large"), id("lo-idle-heading"), attr("role", "heading"),
                     attr("aria-level", "1"), attr("tabindex", "-1")},
                    {ask.t("Locked")}),
                 el("p", {cls("kern-body")},
                    {ask.t("You were away for a while. What you typed is still there: show your password "
                           "and go on.")}),
                 unlock_form(ask)})});
}

}  // namespace lotse::web
