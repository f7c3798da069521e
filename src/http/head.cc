// SPDX-License-Identifier: EUPL-1.2
#include "http/head.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/fold.h"
#include "http/form.h"

namespace lotse::http {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// A decoded path is split at '/' by the router, so a segment that is empty, "." or ".." would mean something
// else to it than to a browser or a proxy.
bool has_odd_segment(std::string_view path) {
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment == "." || segment == "..") return true;
    if (segment.empty() && end < path.size()) return true;
    begin = end + 1;
  }
  return false;
}

bool is_host(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  };
  return !host.empty() && host.size() <= 262 && std::all_of(host.begin(), host.end(), allowed);
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;  // 18 digits always fit
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool lists_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (same_name(trim_blanks(list.substr(0, end)), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

struct Address {
  bool v4 = false;
  std::array<unsigned char, 16> bytes{};  // IPv4 in the last four, as ::ffff:a.b.c.d
};

constexpr std::array<unsigned char, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<Address> parse_address(std::string_view text) {
  Address address;
  const std::string copy(text);
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) {
    address.v4 = true;
    return address;
  }
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.v4 = std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
  return address;
}

std::string spell(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.v4)
    inet_ntop(AF_INET, address.bytes.data() + 12, text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Scan HeadScanner::feed(std::string_view bytes) {
  const std::size_t longest_request_line = limits_.target + 32;  // method and version besides the target
  for (; at_ < bytes.size(); ++at_) {
    if (at_ - begin_ >= limits_.header) return lines_ == 0 ? Scan::target_too_long : Scan::header_too_large;
    const char c = bytes[at_];
    if (c == '\r') {
      if (at_ + 1 == bytes.size()) return Scan::more;
      if (bytes[at_ + 1] != '\n') return Scan::bad;
      if (const Scan found = end_of_line(); found != Scan::more) return found;
      continue;
    }
    if (is_control(c) && c != '\t') return Scan::bad;
    if (at_ == line_ && (c == ' ' || c == '\t'))
      return Scan::bad;  // a folded line, or a request line that begins oddly
    if (lines_ == 0 && at_ - line_ >= longest_request_line) return Scan::target_too_long;
  }
  return Scan::more;
}

// `at_` stands on a CR that a LF follows; moves to that LF.
Scan HeadScanner::end_of_line() {
  const bool empty = at_ == line_;
  ++at_;
  line_ = at_ + 1;
  if (!empty) {
    ++lines_;
    return lines_ > limits_.fields + 1 ? Scan::header_too_large : Scan::more;
  }
  if (lines_ == 0) {
    if (begin_ != 0) return Scan::bad;
    begin_ = line_;
    return Scan::more;
  }
  end_ = line_;
  return Scan::complete;
}

std::optional<Target> decode_target(std::string_view raw) {
  if (raw.empty() || raw.front() != '/') return std::nullopt;
  const auto printable = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (!std::all_of(raw.begin(), raw.end(), printable)) return std::nullopt;
  const std::size_t mark = std::min(raw.find('?'), raw.size());
  const std::string_view raw_path = raw.substr(0, mark);
  std::optional<std::string> path = percent_decode(raw_path);
  if (!path || !is_utf8(*path) || std::any_of(path->begin(), path->end(), is_control)) return std::nullopt;
  // "%2F" would move the borders of segments, and a backslash is a slash to some browsers and proxies.
  if (std::count(path->begin(), path->end(), '/') != std::count(raw_path.begin(), raw_path.end(), '/'))
    return std::nullopt;
  if (path->find('\\') != path->npos || has_odd_segment(*path)) return std::nullopt;
  return Target{std::move(*path), std::string(raw.substr(std::min(mark + 1, raw.size())))};
}

Framing judge_framing(const std::vector<Field>& fields, bool newer) {
  Framing framing;
  framing.keep_alive = newer;  // with HTTP/1.0 we always close
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  for (const Field& field : fields) {
    if (same_name(field.name, "Host")) {
      ++hosts;
      if (!is_host(field.value)) framing.refusal = 400;
    } else if (same_name(field.name, "Content-Length")) {
      ++lengths;
      const std::optional<std::uint64_t> length = parse_length(field.value);
      if (!length) framing.refusal = 400;
      framing.length = length.value_or(0);
    } else if (same_name(field.name, "Transfer-Encoding")) {
      ++codings;
      framing.chunked = same_name(field.value, "chunked");
    } else if (same_name(field.name, "Connection")) {
      if (lists_token(field.value, "close")) framing.keep_alive = false;
    } else if (same_name(field.name, "Expect") && newer) {
      framing.expects_continue = same_name(field.value, "100-continue");
      if (!framing.expects_continue && framing.refusal == 0) framing.refusal = 417;
    }
  }
  if (hosts > 1 || (hosts == 0 && newer) || lengths > 1 || codings > 1) framing.refusal = 400;
  if (codings > 0 && (lengths > 0 || !newer)) framing.refusal = 400;
  if (codings == 1 && !framing.chunked && framing.refusal == 0) framing.refusal = 501;
  return framing;
}

int judge_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> served{"GET",   "HEAD",   "POST",   "PUT",
                                                          "PATCH", "DELETE", "OPTIONS"};
  if (std::find(served.begin(), served.end(), method) != served.end()) return 0;
  return method == "CONNECT" || method == "TRACE" ? 405 : 501;
}

int judge_head(Head head, const Limits& limits, Request& request, Framing& framing) {
  if (head.version != 11 && head.version != 10) return 400;
  if (const int status = judge_method(head.method); status != 0) return status;
  request.head_only = head.method == "HEAD";
  request.method = request.head_only ? "GET" : head.method;
  if (head.target.size() > limits.target) return 414;
  std::optional<Target> target = decode_target(head.target);
  if (!target) return 400;
  framing = judge_framing(head.fields, head.version == 11);
  if (framing.refusal != 0) return framing.refusal;
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.fields = std::move(head.fields);
  // Old software sends Latin-1 in fields that nobody reads; a handler shall not meet it.
  std::erase_if(request.fields, [](const Field& field) { return !is_utf8(field.value); });
  return 0;
}

std::string normal_address(std::string_view text) {
  const std::optional<Address> address = parse_address(text);
  return address ? spell(*address) : std::string();
}

std::string network_of(std::string_view address) {
  std::optional<Address> parsed = parse_address(address);
  if (!parsed) return std::string(address);
  if (!parsed->v4) std::fill(parsed->bytes.begin() + 8, parsed->bytes.end(), static_cast<unsigned char>(0));
  return spell(*parsed);
}

bool is_loopback(std::string_view address) {
  const std::optional<Address> parsed = parse_address(address);
  if (!parsed) return false;
  return parsed->v4 ? parsed->bytes[12] == 127 : spell(*parsed) == "::1";
}

std::string forwarded_client(const std::vector<Field>& fields, const std::string& peer) {
  std::string_view last;
  for (const Field& field : fields)
    if (same_name(field.name, "X-Forwarded-For")) last = field.value;
  if (const std::size_t comma = last.rfind(','); comma != last.npos) last.remove_prefix(comma + 1);
  std::string client = normal_address(trim_blanks(last));
  return client.empty() ? peer : client;
}

}  // namespace lotse::http
