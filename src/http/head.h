// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

/**
 * The head of a request before anybody believes it: pure functions over bytes, inside http/ only. They are
 * stricter than the standard, because what a proxy in front of us reads differently from us is how requests
 * are smuggled.
 */
namespace lotse::http {

/** Without blanks and tabs at both ends. */
std::string_view trim_blanks(std::string_view text);

/** What a HeadScanner found. */
enum class Scan { more, complete, bad, header_too_large, target_too_long };

/**
 * Finds the end of a head while it arrives and refuses early what needs no grammar: a line that CRLF does not
 * end, folded lines, control characters, too many or too long ones.
 */
class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(limits) {}
  /** `bytes` is all that has arrived of this request, each time from its first byte; looked at only once. */
  Scan feed(std::string_view bytes);
  /** Once complete: where the request line begins (one empty line before it is forgiven). */
  std::size_t begin() const { return begin_; }
  /** Once complete: where the head ends and the body begins. */
  std::size_t end() const { return end_; }

 private:
  Scan end_of_line();

  const Limits& limits_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t at_ = 0;     // the next byte to look at
  std::size_t line_ = 0;   // where its line began
  std::size_t lines_ = 0;  // finished lines, the request line included
};

/** Path and query of a request. */
struct Target {
  std::string path;
  std::string query;
};

/** Reads an origin-form target as `Request` promises it; nothing if it does not keep that promise. */
std::optional<Target> decode_target(std::string_view raw);

/** What the fields say about the message itself. */
struct Framing {
  int refusal = 0;           ///< Status to refuse with (400, 417, 501), 0 if all is well.
  bool chunked = false;      ///< A chunked body follows.
  std::uint64_t length = 0;  ///< Bytes of the body, if not chunked.
  bool expects_continue = false;
  bool keep_alive = true;
};

/** Judges Host, Content-Length, Transfer-Encoding, Expect and Connection together; `newer` means HTTP/1.1,
 * else 1.0. */
Framing judge_framing(const std::vector<Field>& fields, bool newer);

/** A head as the grammar splits it. */
struct Head {
  std::string_view method;
  std::string_view target;
  unsigned version = 11;  ///< 10 or 11, if it is one of ours
  std::vector<Field> fields;
};

/**
 * Judges a whole head and fills in what `request` and `framing` say of it, all but `body` and `remote`.
 * Returns 0, or the status to refuse with; `request.method` is empty then if the method was not one of ours.
 */
int judge_head(Head head, const Limits& limits, Request& request, Framing& framing);

/** 0 if we serve this method, 405 for CONNECT and TRACE, else 501. */
int judge_method(std::string_view method);

/** An address in its usual spelling, IPv4 inside IPv6 as IPv4; empty if it is none. */
std::string normal_address(std::string_view text);

/** What shares one connection allowance: the IPv4 address, or the IPv6 /64. */
std::string network_of(std::string_view address);

/** 127.0.0.0/8 or ::1. */
bool is_loopback(std::string_view address);

/** Who asked: the last address in X-Forwarded-For (our proxy wrote that one; those before it anybody may
 * invent), else `peer`. */
std::string forwarded_client(const std::vector<Field>& fields, const std::string& peer);

}  // namespace lotse::http
