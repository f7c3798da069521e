// SPDX-License-Identifier: EUPL-1.2
#include "web/visit.h"

namespace lotse::web {

Html shown_link(const Ask& ask, const std::string& path) {
  const std::string host(ask.request.header("host"));
  const std::string whole = (ask.site.options().secure ? "https://" : "http://") + host + path;
  return all(
      {el("p", {cls("kern-body")}, {el("code", {cls("lo-code lo-ltr")}, {whole})}),
       el("lo-share",
          {attr("data-done", ask.t("The link was copied.")), attr("data-error", ask.t("That did not work.")),
           attr("data-title", "Lotse"), attr("data-url", path)},
          {el("button", {cls("kern-btn kern-btn--secondary"), attr("type", "button"), flag("hidden")},
              {icon("share"), el("span", {cls("kern-label")}, {ask.t("Copy the link")})}),
           el("p", {cls("lo-status"), attr("role", "status")})})});
}

}  // namespace lotse::web
