// SPDX-License-Identifier: EUPL-1.2
// Requests as they come in at a socket, head and body, through the parser that serves: however the bytes are
// cut into pieces, the same requests are read, and what is read is as http.h promises.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/fold.h"
#include "http/form.h"
#include "http/parse.h"

namespace {

using namespace lotse::http;

void must(bool condition) {
  if (!condition) std::abort();
}

constexpr std::size_t kMostBody = 300;

struct Read {
  std::vector<Request> requests;
  int ended = unfinished;  // with an HTTP status, or in the middle of something
};

// Reads as a connection does, the bytes coming `piece` at a time.
Read read_all(std::string_view bytes, std::size_t piece) {
  const Limits limits{.header = 512, .fields = 10, .target = 128};
  Read read;
  boost::beast::flat_buffer buffer;
  const auto arrive = [&] {
    const std::size_t count = std::min(piece, bytes.size());
    if (count == 0) return false;
    const auto space = buffer.prepare(count);
    std::copy_n(bytes.data(), count, static_cast<char*>(space.data()));
    buffer.commit(count);
    bytes.remove_prefix(count);
    return true;
  };
  for (;;) {
    HeadScanner scanner(limits);
    Exchange exchange;
    Framing framing;
    Parser parser;
    const auto scan = [&] {
      return status_of(scanner.feed({static_cast<const char*>(buffer.cdata().data()), buffer.size()}));
    };
    int status = scan();
    while (status == unfinished && arrive()) status = scan();
    if (status == complete) status = take_head(scanner, buffer, limits, parser, exchange, framing);
    if (status == complete && !parser.is_done()) {
      if (framing.length > kMostBody) status = 413;
      parser.body_limit(kMostBody);
      if (status == complete) status = take_body(buffer, limits, parser);
      while (status == unfinished && arrive()) status = take_body(buffer, limits, parser);
    }
    if (status != complete) {
      read.ended = status;
      return read;
    }
    exchange.request.body = parser.get().body();
    read.requests.push_back(std::move(exchange.request));
    if (!framing.keep_alive) return read;
  }
}

void keeps_its_promise(const Request& request) {
  must(request.path.starts_with('/') && lotse::is_utf8(request.path));
  must((request.path + "/").find("/../") == std::string::npos &&
       request.path.find("//") == std::string::npos);
  must(std::all_of(request.query.begin(), request.query.end(), [](char c) { return c > ' ' && c < 127; }));
  must(request.body.size() <= kMostBody);
  for (const Field& field : request.fields)
    must(!field.name.empty() && lotse::is_utf8(field.value) &&
         field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  const auto hosts = std::count_if(request.fields.begin(), request.fields.end(),
                                   [](const Field& field) { return same_name(field.name, "Host"); });
  must(hosts <= 1);
  (void)decode_form(request.body, 50);
}

}  // namespace

int fuzz_request(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read_all(bytes, bytes.size());
  for (const Request& request : whole.requests) keeps_its_promise(request);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
    const Read slow = read_all(bytes, piece);
    must(slow.ended == whole.ended && slow.requests.size() == whole.requests.size());
    for (std::size_t i = 0; i < slow.requests.size(); ++i) {
      const Request &a = slow.requests[i], &b = whole.requests[i];
      must(a.method == b.method && a.path == b.path && a.query == b.query && a.fields == b.fields &&
           a.body == b.body && a.head_only == b.head_only);
    }
  }
  return 0;
}

// Weak, because the replays link all fuzz targets of the module into one program.
extern "C" __attribute__((weak)) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz_request(data, size);
}
