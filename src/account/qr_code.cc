// SPDX-License-Identifier: EUPL-1.2
#include <qrencode.h>

#include "account/steps.h"
#include "base/check.h"

namespace lotse::account {

web::Html qr_code(std::string_view text, std::string_view label) {
  constexpr int kQuiet = 4;  // modules of white around it
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  CHECK(code != nullptr);
  std::string path;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if (code->data[y * code->width + x] & 1)
        path += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h1v1h-1z";
  const std::string all = std::to_string(code->width + 2 * kQuiet);
  // Black on white in the dark look too: that is what cameras read.
  return web::el(
      "svg",
      {web::attr("viewBox", "0 0 " + all + " " + all), web::attr("width", 240), web::attr("height", 240),
       web::attr("role", "img"), web::attr("aria-label", label)},
      {web::el("rect", {web::attr("width", all), web::attr("height", all), web::attr("fill", "#fff")}),
       web::el("path", {web::attr("d", path), web::attr("fill", "#000")})});
}

}  // namespace lotse::account
