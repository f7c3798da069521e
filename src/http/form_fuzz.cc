// SPDX-License-Identifier: EUPL-1.2
// Everything in http/ that reads a stranger's bytes without a socket. Promises are checked by trapping, not
// by printing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/fold.h"
#include "http/compress.h"
#include "http/form.h"
#include "http/head.h"
#include "http/multipart.h"

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

void try_form(std::string_view text) {
  const auto form = lotse::http::decode_form(text, 50);
  if (!form) return;
  must(form->pairs.size() <= 50);
  for (const auto& pair : form->pairs) must(lotse::is_utf8(pair.name) && lotse::is_utf8(pair.value));
  const auto again = lotse::http::decode_form(lotse::http::encode_query(form->pairs), 50);
  must(again.has_value() && again->pairs == form->pairs);
}

void try_target(std::string_view text) {
  const auto target = lotse::http::decode_target(text);
  if (!target) return;
  must(target->path.starts_with('/') && lotse::is_utf8(target->path));
  must((target->path + "/").find("/../") == std::string::npos &&
       target->path.find("//") == std::string::npos);
}

void try_head(std::string_view text) {
  const lotse::http::Limits limits{.header = 512, .fields = 10, .target = 128};
  lotse::http::HeadScanner whole(limits);
  const lotse::http::Scan at_once = whole.feed(text);
  lotse::http::HeadScanner slow(limits);
  lotse::http::Scan bit_by_bit = lotse::http::Scan::more;
  for (std::size_t n = 1; n <= text.size() && bit_by_bit == lotse::http::Scan::more; ++n)
    bit_by_bit = slow.feed(text.substr(0, n));
  must(at_once == bit_by_bit && whole.end() == slow.end() && whole.end() <= text.size());
}

void try_parts(std::string_view text) {
  const auto parts = lotse::http::decode_multipart("multipart/form-data; boundary=b", text, 20);
  if (!parts) return;
  must(parts->files.size() + parts->form.pairs.size() <= 20);
  for (const auto& file : parts->files)
    must(lotse::is_utf8(file.name) && lotse::is_utf8(file.field) && file.bytes.size() <= text.size());
  for (const auto& pair : parts->form.pairs) must(lotse::is_utf8(pair.name) && lotse::is_utf8(pair.value));
}

}  // namespace

int fuzz_form(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_form(text);
  try_target(text);
  try_head(text);
  try_parts(text);
  (void)lotse::http::decode_multipart(text, "--x\r\n");
  const int quality = lotse::http::coding_quality(text, "gzip");
  must(quality >= 0 && quality <= 1000);
  (void)lotse::http::forwarded_client({{"X-Forwarded-For", std::string(text)}}, "192.0.2.1");
  lotse::http::Request request;
  request.fields = {{"Cookie", std::string(text)}};
  (void)request.cookie("a");
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_form(data, size);
}
