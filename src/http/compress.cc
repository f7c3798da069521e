// SPDX-License-Identifier: EUPL-1.2
#include "http/compress.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/check.h"
#include "http/head.h"
#include "http/http.h"

namespace lotse::http {
namespace {

// Setting a deflate state up costs more than a small page: it allocates and clears a quarter of a megabyte.
// So each thread keeps one and resets it.
class Deflater {
 public:
  Deflater() = default;
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() {
    if (level_ != 0) deflateEnd(&stream_);
  }

  std::string run(std::string_view bytes, int level) {
    prepare(level);
    CHECK(bytes.size() < std::numeric_limits<uInt>::max() / 2);
    std::string out(deflateBound(&stream_, static_cast<uLong>(bytes.size())), '\0');
    // zlib never writes to its input; the cast is what its older interface asks for.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    CHECK(deflate(&stream_, Z_FINISH) == Z_STREAM_END);
    out.erase(out.size() - stream_.avail_out);
    return out;
  }

 private:
  void prepare(int level) {
    if (level == level_) {
      CHECK(deflateReset(&stream_) == Z_OK);
      return;
    }
    if (level_ != 0) deflateEnd(&stream_);
    level_ = 0;
    stream_ = z_stream{};
    constexpr int gzip_with_full_window = 15 + 16;
    CHECK(deflateInit2(&stream_, level, Z_DEFLATED, gzip_with_full_window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    level_ = level;
  }

  z_stream stream_{};
  int level_ = 0;  // 0: nothing set up
};

// qvalue of RFC 9110: "0" or "1" and up to three digits. Nothing if malformed.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  if (text.size() == 1) return value;
  if (text[1] != '.') return std::nullopt;
  int weight = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * weight;
    weight /= 10;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

// The quality of one member of the list ("gzip;q=0.5"). A malformed weight refuses: sending plain is never
// wrong.
int member_quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = trim_blanks(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (parameter.size() >= 2 && (parameter[0] == 'q' || parameter[0] == 'Q') && parameter[1] == '=')
      return parse_quality(trim_blanks(parameter.substr(2))).value_or(0);
  }
  return 1000;
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
  thread_local Deflater deflater;
  return deflater.run(bytes, std::clamp(level, 1, 9));
}

int coding_quality(std::string_view accept_encoding, std::string_view coding) {
  std::optional<int> others;
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view member = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const std::size_t parameters = std::min(member.find(';'), member.size());
    std::string_view name = trim_blanks(member.substr(0, parameters));
    if (same_name(name, "x-gzip")) name = "gzip";
    const std::string_view rest = member.substr(std::min(parameters + 1, member.size()));
    if (same_name(name, coding)) return member_quality(rest);
    if (name == "*") others = member_quality(rest);
  }
  return others.value_or(same_name(coding, "identity") ? 1000 : 0);
}

}  // namespace lotse::http
